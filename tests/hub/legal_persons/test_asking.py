"""What granted systems are answered about bodies, over HTTP, each with its receipt."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.hub.legal_persons.conftest import AUTHORITY, BRANCH, CIVIL, FIRM, GONE, HOLDER, OTHER_PERSON, RURAL, SHOP
from tests.support import acts

if TYPE_CHECKING:
    from hub.client import Hub
    from tests.support.hosted import Doors, HostedCity

PATH = "/api/v1/legal-persons"
ENTRY = "faren-danwei"
WHY = {"purpose": acts.PURPOSE, "case_number": acts.CASE}


@pytest.fixture(scope="module")
def granted(city: HostedCity) -> Hub:
    """Lend the system of an organ with a grant: the number to verify, code and name in full."""
    request = acts.ask_for(
        city.people, CIVIL, ENTRY, {"l007": "verify_only", "l001": "full", "l002": "full"}, modes=["query", "verify"]
    )
    for column, form in (("l007", "verify_only"), ("l001", "full"), ("l002", "full")):
        line = acts.line_of(request, column)
        if line["state"] not in {"answered", "granted"}:
            acts.answer(city.people, AUTHORITY, request, column, decision=form)
    city.services.identity.keeper.refresh_or_log()
    return city.people.system(CIVIL)


def asked(system: Hub, path: str, **body: Any) -> dict[str, Any]:
    """Ask a service and return its answer."""
    answer: dict[str, Any] = system.call("POST", f"{PATH}/{path}", json={**WHY, **body})
    return answer


@pytest.mark.parametrize(
    ("claims", "result", "items"),
    [
        ({"name": "示例市青禾科技有限公司"}, "match", {"l002": "match"}),
        (
            {"name": "示例市青禾科技有限公司", "representative": "示例甲", "is_active": True},
            "match",
            {"l002": "match", "l005": "match", "l015": "match"},
        ),
        ({"name": "别的公司", "representative": "示例甲"}, "mismatch", {"l002": "mismatch", "l005": "match"}),
        ({"is_active": False}, "mismatch", {"l015": "mismatch"}),
    ],
)
def test_a_verification_tells_the_state_of_each_claim(
    city: HostedCity, claims: dict[str, Any], result: str, items: dict[str, str]
) -> None:
    answer = asked(city.people.system(RURAL), "verify", code=FIRM, **claims)
    assert (answer["result"], answer["items"]) == (result, items)


def test_a_verification_holds_no_stored_value(city: HostedCity) -> None:
    answer = asked(city.people.system(RURAL), "verify", code=FIRM, name="别的公司", representative="别人")
    assert "青禾" not in json.dumps(answer, ensure_ascii=False)
    assert "示例甲" not in json.dumps(answer, ensure_ascii=False)


def test_a_code_of_no_body_is_not_found(city: HostedCity) -> None:
    answer = asked(city.people.system(RURAL), "verify", code="91110000600037341L", name="某公司")
    assert (answer["result"], answer["items"]) == ("not_found", {})


def test_brackets_and_blanks_do_not_make_another_name(city: HostedCity) -> None:
    answer = asked(city.people.system(RURAL), "verify", code=SHOP, name="示例市 东城区青禾面馆")
    assert answer["result"] == "match"


def test_a_revoked_body_is_verified_as_not_active(city: HostedCity) -> None:
    assert asked(city.people.system(RURAL), "verify", code=GONE, is_active=False)["result"] == "match"


def test_every_verification_has_a_receipt_without_values(city: HostedCity) -> None:
    answer = asked(city.people.system(RURAL), "verify", code=FIRM, name="示例市青禾科技有限公司")
    bundle = json.loads(acts.bundle_of(city.people.system(RURAL), answer["receipt"]))
    payload = bundle["receipt"].split(".")[1]
    receipt = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()
    assert json.loads(receipt)["kind"] == "verify"
    assert FIRM not in receipt


def test_a_question_without_a_claim_is_refused(city: HostedCity) -> None:
    error = acts.problem_of(lambda: asked(city.people.system(RURAL), "verify", code=FIRM))
    assert error.problem["status"] == 422


@pytest.mark.parametrize(
    ("code", "number", "result"),
    [
        (FIRM, HOLDER, "yes"),
        (BRANCH, HOLDER, "yes"),
        (FIRM, OTHER_PERSON, "no"),
        (SHOP, HOLDER, "no"),
        ("91110000600037341L", HOLDER, "no"),
        ("没有这个代码", HOLDER, "no"),
        (FIRM, "不是号码", "no"),
    ],
)
def test_a_representative_is_confirmed_by_yes_or_no(granted: Hub, code: str, number: str, result: str) -> None:
    answer = asked(granted, "representative", code=code, number=number)
    assert (set(answer), answer["result"]) == ({"resource", "result", "receipt"}, result)


def test_a_representative_check_needs_a_grant(city: HostedCity) -> None:
    error = acts.problem_of(lambda: asked(city.people.system(RURAL), "representative", code=FIRM, number=HOLDER))
    assert error.problem["status"] == 403
    assert error.problem["receipt"]


def test_the_bodies_of_a_person_are_listed_under_a_grant_with_its_legal_basis(granted: Hub) -> None:
    answer = asked(granted, "of-person", number=HOLDER)
    assert (answer["total"], answer["returned"], answer["next"], answer["grade"]) == (2, 2, None, "G3")
    assert {body["l001"] for body in answer["bodies"]} == {FIRM, BRANCH}


def test_bodies_are_listed_with_granted_elements_alone(granted: Hub) -> None:
    error = acts.problem_of(lambda: asked(granted, "of-person", number=HOLDER, elements=["L001", "L007"]))
    assert error.problem["receipt"]


def test_without_a_grant_no_bodies_of_a_person_are_listed(city: HostedCity) -> None:
    error = acts.problem_of(lambda: asked(city.people.system(RURAL), "of-person", number=HOLDER))
    assert error.problem["status"] == 403


def test_no_number_stands_in_a_table_of_the_register(city: HostedCity) -> None:
    with psycopg.connect(city.services.database.conninfo) as connection:
        for table in ("subject", "claim", "alias", "link"):
            rows = connection.execute(f"SELECT t::text FROM hub.legal_persons_{table} t").fetchall()
            assert rows
            assert all(HOLDER not in row[0] for row in rows)


def test_the_public_is_given_no_service_of_systems(doors: Doors) -> None:
    assert [doors.public().post(f"{PATH}/{path}", json={}).status_code for path in ("verify", "of-person")] == [
        401,
        401,
    ]
