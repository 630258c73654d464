"""Batches of persons: every row answered in order as a single verification would; large ones need a second person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.exchange.match_proof import ProvedRow, root
from hub.identity.roles import Role
from tests.hub.population import conftest as people
from tests.hub.population.conftest import BASE, GRANTED, POLICE, SET_SIZE
from tests.hub.population.test_verify import ANSWERS
from tests.support import acts

if TYPE_CHECKING:
    import httpx2

    from tests.hub.population.conftest import Registry

PEOPLE = {"key": ["number"], "claims": ["name"]}


def rows(count: int) -> list[dict[str, str]]:
    """Return the rows of the table of single verifications, over and over."""
    return [{"number": ANSWERS[n % len(ANSWERS)][0], "name": ANSWERS[n % len(ANSWERS)][1]} for n in range(count)]


def send(registry: Registry, given: list[Any], **more: Any) -> httpx2.Response:
    return registry.ask("match", {**PEOPLE, "rows": given, **more})


def test_a_batch_says_of_each_row_what_a_single_verification_says(registry: Registry) -> None:
    found = send(registry, rows(2 * len(ANSWERS))).json()
    assert [one["result"] for one in found["results"]] == [one[2] for one in ANSWERS] * 2
    assert found["subjects"] <= len(ANSWERS)
    assert sum(found["counts"].values()) == found["rows"] == 2 * len(ANSWERS)


def test_a_row_that_cannot_be_read_is_answered_with_its_reason(registry: Registry) -> None:
    found = send(registry, [{"number": people.MOTHER}, "x", {"number": people.MOTHER, "name": "示例·母"}]).json()
    assert [one["result"] for one in found["results"]] == ["invalid", "invalid", "match"]
    assert sum(one["rows"] for one in found["invalid"].values()) == 2


def test_documents_of_several_types_stand_in_one_batch(registry: Registry) -> None:
    given = [
        {"number": "E12345678", "document_type": "414", "name": "示例·母"},
        {"number": people.MOTHER, "document_type": None, "name": "示例·母"},
    ]
    found = send(registry, given, key=["number", "document_type"])
    assert [one["result"] for one in found.json()["results"]] == ["match", "match"], found.text


def test_the_receipt_proves_every_row_and_holds_no_number(registry: Registry) -> None:
    given = rows(3)
    found = send(registry, given).json()
    proved = [
        ProvedRow(n, [one["number"].strip()], [one["name"]], result["result"], {})
        for n, (one, result) in enumerate(zip(given, found["results"], strict=True), 1)
    ]
    assert root(bytes.fromhex(found["salt"]), proved) == found["rows_digest"]
    [(body,)] = registry.rows("SELECT body FROM hub.receipt WHERE id = %s", found["receipt"])
    assert people.MOTHER.encode() not in body


def test_other_keys_and_claims_are_no_batch_of_persons(registry: Registry) -> None:
    answer = registry.ask("match", {"key": ["number"], "claims": ["sex"], "rows": [{"number": "1", "sex": "2"}]})
    assert answer.status_code == 422


def test_a_large_batch_waits_for_the_provider_and_its_approval_is_for_it_alone_and_once(registry: Registry) -> None:
    given = rows(SET_SIZE + 1)
    waits = send(registry, given)
    assert (waits.status_code, waits.json()["set_size"]) == (403, SET_SIZE)
    path = f"{BASE}/batches/{waits.json()['batch']}"
    own = registry.doors.staff(GRANTED, Role.APPROVER).post(path, json={"decision": "approve"})
    listed = registry.doors.staff(POLICE, Role.APPROVER).get(f"{BASE}/batches").json()["batches"]
    given_leave = registry.doors.staff(POLICE, Role.APPROVER).post(path, json={"decision": "approve"})
    done = send(registry, given)
    again, other = send(registry, given), send(registry, rows(SET_SIZE + 2))
    assert [own.status_code, given_leave.status_code, done.status_code] == [404, 200, 200]
    assert [one["state"] for one in listed] == ["waiting"]
    assert (again.status_code, other.status_code, again.json()["state"]) == (403, 403, "used")


def test_a_batch_needs_its_mode_in_the_grant(registry: Registry) -> None:
    assert registry.ask("match", {**PEOPLE, "rows": rows(1)}, people.STRANGER).status_code == 403


def test_a_batch_without_a_case_number_is_refused(registry: Registry) -> None:
    body = {**PEOPLE, "rows": rows(1), "purpose": acts.PURPOSE}
    assert registry.doors.system(GRANTED).post(f"{BASE}/match", json=body).status_code == 422
