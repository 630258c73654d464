"""Acts on pushes that answer values, with full bodies, by everybody but the provider: no value and no text comes out.

Previews, proposals, trials, dry runs, mending, ways back, uploads, pulls: each is done here as the provider's own
people would do it, with the ids of what it keeps. What a pull's secret is, not even its own people read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hub.identity.roles import Role
from tests.canary.aviary import MASKED, OPERATORS, OUTSIDERS, POLICE, STRANGERS
from tests.canary.birds import KEPT, NUMBER, ROWS, TEXTS, heard_in
from tests.canary.kept import ENTRY, PULLED, REJECTED, RULES
from tests.support.acts import RESIDENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2

    from tests.canary.aviary import Aviary, Door

REFUSED = frozenset({401, 403, 404})
REACHING = {"name": "probe", "kind": "in_resource", "item": "hunyin_zhuangtai", "resource": RESIDENTS}


def _one(aviary: Aviary, statement: str) -> str:
    return str(aviary.rows(statement)[0][0])


def acts(aviary: Aviary) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, address and body of every act that would answer values or change what is kept."""
    held = _one(aviary, "SELECT push_id FROM hub.push_held")
    waiting = _one(aviary, "SELECT push_id FROM hub.push_wait")
    upload, pull = _one(aviary, "SELECT id FROM hub.upload"), _one(aviary, "SELECT id FROM hub.pull")
    act = _one(aviary, "SELECT id FROM hub.version_act WHERE state = 'proposed'")
    line = _one(aviary, f"SELECT line FROM hub.push_held_row WHERE push_id = '{held}'")
    file: dict[str, Any] = {"content": REJECTED, "params": {"mode": "upsert", "dry_run": "true"}}
    for path in ("pushes", "mappings/proposals", "mappings/previews", "rules/1/file-trial"):
        yield "POST", f"{ENTRY}/{path}", file
    yield "POST", f"/api/v1/pushes/{held}/resume", file
    yield "PATCH", f"/api/v1/pushes/{held}/held-rows/{line}", {"json": {"values": {"xingbie": "1"}}}
    for more in ({}, {"count": 1}):
        body = {"item": "xingbie", "from": "雀", "to": "1", **more}
        yield "POST", f"/api/v1/pushes/{held}/held-rows/replace", {"json": body}
    yield "POST", f"/api/v1/pushes/{waiting}/send-back", {"json": {"words": "不对"}}
    yield "POST", f"{ENTRY}/versions/1/restore", {"params": {"dry_run": "true"}}
    for word in ("release", "withdraw"):
        yield "POST", f"/api/v1/versions/acts/{act}/{word}", {}
    erase = {"keys": [{"shenfen_haoma": NUMBER}], "ground": "consent_withdrawn", "decision": "示删〔2026〕8号"}
    yield "POST", f"{ENTRY}/rows/erase", {"json": erase}
    for path in ("rules", "rules/trial"):
        yield "POST", f"{ENTRY}/{path}", {"json": {"rules": RULES, **({"reason": "试试"} if path == "rules" else {})}}
    for verb in ("fix", "retire"):
        yield "POST", f"{ENTRY}/mappings/1/{verb}", {"json": {"why": "试试"}}
    yield "POST", f"/api/v1/uploads/{upload}/push", {"params": {"mode": "upsert", "dry_run": "true"}}
    yield "DELETE", f"/api/v1/uploads/{upload}", {"headers": {"Tus-Resumable": "1.0.0"}}
    for path in ("pulls", "pulls/test"):
        yield "POST", f"/api/v1/{path}", {"json": PULLED}
    for path in ("test", "run", "remove", "resume"):
        yield "POST", f"/api/v1/pulls/{pull}/{path}", {"json": {}}


@pytest.mark.parametrize("caller", STRANGERS.values(), ids=STRANGERS.keys())
def test_no_act_on_pushes_is_open_to_a_stranger_or_shows_a_value(aviary: Aviary, caller: Door) -> None:
    client = caller(aviary)
    names = (*ROWS, *TEXTS) if caller in OUTSIDERS.values() else tuple(ROWS)
    wrong = {}
    for method, place, body in acts(aviary):
        answer = client.request(method, place, **body)
        if answer.status_code not in REFUSED or heard_in(answer, names):
            wrong[f"{method} {place}"] = answer.text[:300]
    assert wrong == {}


def test_a_rule_of_ones_own_cannot_ask_what_stands_with_another_organ(aviary: Aviary) -> None:
    clerk = aviary.doors.staff("minzhengju", Role.CLERK)
    told = []
    for target in ("shenfen_haoma", "no_such_item"):
        rules = [{**REACHING, "item": "shenfen_haoma", "target": target}]
        answer = clerk.post("/api/v1/entries/hunyin-dengji/rules/trial", json={"rules": rules})
        told.append((answer.status_code, answer.text.replace(target, "")))
    assert told[0] == told[1]
    assert told[0][0] == 422


def own_people(aviary: Aviary) -> dict[str, httpx2.Client]:
    """Return the provider's people and system."""
    roles = (Role.CLERK, Role.APPROVER, Role.SECRECY_REVIEWER)
    people = {role.value: aviary.doors.staff(POLICE, role) for role in roles}
    return people | {"system": aviary.doors.system(POLICE)}


def test_rejected_values_are_for_the_pushing_roles_alone(aviary: Aviary) -> None:
    held = _one(aviary, "SELECT push_id FROM hub.push_held")
    number = KEPT["number of a rejected row"]
    seen = {}
    for who, client in own_people(aviary).items():
        answers = [client.get(f"/api/v1/pushes/{held}/{path}") for path in ("held-rows", "marked.xlsx")]
        seen[who] = ([answer.status_code for answer in answers], number in answers[0].text)
    yes, no = ([200, 200], True), ([403, 403], False)
    assert seen == {"clerk": yes, "approver": no, "secrecy_reviewer": no, "system": yes}


def test_nobody_reads_the_secret_of_a_pull(aviary: Aviary) -> None:
    pull = _one(aviary, "SELECT id FROM hub.pull")
    readers = own_people(aviary) | {name: door(aviary) for name, door in OPERATORS.items()}
    for client in readers.values():
        for path in ("/api/v1/pulls", f"/api/v1/pulls/{pull}", f"/api/v1/pulls/{pull}/runs", "/api/v1/inbox"):
            assert heard_in(client.get(path), ("secret of a pull",)) == []


def test_the_difference_of_versions_masks_what_a_report_masks(aviary: Aviary) -> None:
    clerk = aviary.doors.staff(POLICE, Role.CLERK)
    page: str | None = f"{ENTRY}/versions/2/difference?since=0&limit=1000"
    while page is not None:
        answer = clerk.get(page)
        assert answer.status_code == 200, answer.text
        assert heard_in(answer, ("number", "phone", "address")) == []
        page = answer.json()["next"]


def test_lineage_tells_a_holder_of_a_masked_grant_no_value_and_leaves_a_receipt(aviary: Aviary) -> None:
    entry = aviary.rows("SELECT id FROM hub.entry WHERE name = %s", RESIDENTS)[0][0]
    sealed = aviary.city.services.numbers.seal(NUMBER)
    row = aviary.rows(f"SELECT _row FROM data.r_{entry.hex} WHERE shenfen_haoma = %s", sealed)[0][0]
    why = {"purpose": "低保核对", "case_number": "DB-1"}
    answer = aviary.doors.system(MASKED).get(f"{ENTRY}/rows/{row}/lineage", params=why)
    assert answer.status_code == 200, answer.text
    assert heard_in(answer, (*ROWS, *TEXTS)) == []
    receipt = answer.headers["Receipt"]
    assert aviary.rows("SELECT count(*) FROM hub.receipt WHERE id = %s", receipt) == [(1,)]
