"""Verification of persons over HTTP: four answers, one size, one time; permits, receipts, protection, the watch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hub.identity.roles import Role
from tests.canary.test_side_channels import assert_alike
from tests.hub.population import conftest as people
from tests.hub.population.conftest import BASE, GRANTED, POLICE, SECOND, STRANGER, TELEPHONE, WALKER

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.hub.population.conftest import Registry

MOTHER, GUARDED, NOBODY = people.MOTHER, people.GUARDED, people.NOBODY
ANSWERS = [
    (MOTHER, "示例·母", "match"),
    (f" {MOTHER}\u3000", "示例•母", "match"),
    (MOTHER, "示例父", "mismatch"),
    (NOBODY, "示例父", "not_found"),
    ("410102199002300011", "示例父", "not_found"),
    ("410102900307102", "示例父", "not_found"),
    ("', OR 1=1 --", "示例父", "not_found"),
    (people.RARE, "示⿱士口", "cannot_verify"),
    (people.RARE, "示\U00020bb7", "match"),
    (GUARDED, "示例护", "cannot_verify"),
    (GUARDED, "示例父", "cannot_verify"),
    (people.CHANGED, "示例更", "match"),
    (people.OLD, "示例更", "cannot_verify"),
    (people.DEAD, "示例故", "match"),
]


@pytest.mark.parametrize(("number", "name", "result"), ANSWERS)
def test_a_person_is_verified_with_one_of_four_words(registry: Registry, number: str, name: str, result: str) -> None:
    answer = registry.verify(number, name)
    assert answer.status_code == 200, answer.text
    assert answer.json() | {"receipt": ""} == {
        "resource": people.REGISTER,
        "result": result,
        "contact": TELEPHONE,
        "receipt": "",
    }


def test_a_passport_names_the_same_person(registry: Registry) -> None:
    answer = registry.verify("e12345678", "示例·母", document_type="414")
    assert answer.json()["result"] == "match"


@pytest.mark.parametrize("document", ["114", "X11", "000"])
def test_a_document_that_names_no_person_is_an_error_for_everybody(registry: Registry, document: str) -> None:
    answer = registry.verify(MOTHER, "示例·母", document_type=document)
    assert (answer.status_code, MOTHER in answer.text) == (422, False)


def test_every_answer_has_one_size(registry: Registry) -> None:
    sizes = {(len(answer.content), len(answer.headers)) for answer in (registry.verify(*one[:2]) for one in ANSWERS)}
    assert len(sizes) == 1


def test_the_answers_take_one_time_whatever_is_found(registry: Registry) -> None:
    def verifying(number: str, name: str) -> Callable[[], object]:
        return lambda: registry.verify(number, name)

    assert_alike(
        {
            "match": verifying(MOTHER, "示例·母"),
            "mismatch": verifying(MOTHER, "示例父"),
            "not_found": verifying(NOBODY, "示例父"),
            "protected": verifying(GUARDED, "示例护"),
            "not_a_number": verifying("410102199002300011", "示例父"),
        },
        40,
    )


def test_each_answer_has_its_receipt_which_holds_no_number(registry: Registry) -> None:
    answer = registry.verify(MOTHER, "示例·母")
    [(kind, body)] = registry.rows("SELECT kind, body FROM hub.receipt WHERE id = %s", answer.json()["receipt"])
    assert (kind, MOTHER.encode() in body, "示例·母".encode() in body) == ("verify", False, False)
    assert answer.headers["Receipt"] == answer.json()["receipt"]


def test_a_base_item_shared_without_conditions_is_no_leave_to_verify_persons(registry: Registry) -> None:
    answer = registry.verify(MOTHER, "示例·母", STRANGER)
    receipt = answer.json()["receipt"]
    assert (answer.status_code, answer.json()["code"]) == (403, "apply")
    assert registry.rows("SELECT kind FROM hub.receipt WHERE id = %s", receipt) == [("pending",)]


@pytest.mark.parametrize("lack", [{"case_number": ""}, {"case_number": None}, {"purpose": ""}, {"number": ""}])
def test_purpose_case_and_number_are_needed(registry: Registry, lack: dict[str, Any]) -> None:
    answer = registry.ask("verify", {"number": MOTHER, "name": "示例·母", **lack})
    assert (answer.status_code, MOTHER in answer.text) == (422, False)


def test_a_case_number_that_does_not_fit_the_grant_is_denied(registry: Registry) -> None:
    assert registry.ask("verify", {"number": MOTHER, "name": "x", "case_number": "ZZ"}).status_code == 403


def test_who_has_no_token_is_turned_away(registry: Registry) -> None:
    assert registry.doors.public().post(f"{BASE}/verify", json={}).status_code == 401


def test_a_switched_off_register_answers_nobody(registry: Registry) -> None:
    registry.rows("UPDATE hub.register SET is_on = false WHERE code = 'population'")
    registry.rows("UPDATE hub.policy_epoch SET epoch = epoch + 1")
    registry.city.services.identity.keeper.refresh_or_log()
    try:
        answer = registry.verify(MOTHER, "示例·母")
    finally:
        registry.rows("UPDATE hub.register SET is_on = true WHERE code = 'population'")
        registry.rows("UPDATE hub.policy_epoch SET epoch = epoch + 1")
        registry.city.services.identity.keeper.refresh_or_log()
    assert answer.status_code == 404


def test_many_ask_at_once_and_each_gets_the_own_answer(registry: Registry) -> None:
    from concurrent.futures import ThreadPoolExecutor

    asked = ANSWERS * 6
    registry.verify(MOTHER, "x")
    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(lambda one: registry.verify(one[0], one[1]).json(), asked))
    assert [one["result"] for one in found] == [one[2] for one in asked]
    assert len({one["receipt"] for one in found}) == len(asked)
    [(stored,)] = registry.rows(
        "SELECT count(*) FROM hub.receipt WHERE id = ANY(%s::uuid[])", [one["receipt"] for one in found]
    )
    assert stored == len(asked)


class TestAlive:
    """Whether a person lives."""

    @pytest.mark.parametrize(
        ("number", "result"),
        [(MOTHER, "alive"), (people.DEAD, "deceased"), (NOBODY, "not_found"), (GUARDED, "cannot_verify")],
    )
    def test_it_is_told_without_a_date(self, registry: Registry, number: str, result: str) -> None:
        found = registry.ask("alive", {"number": number}).json()
        assert (found["result"], found["date"]) == (result, None)

    def test_the_date_is_told_where_it_is_granted_with_its_flag(self, registry: Registry) -> None:
        found = registry.ask("alive", {"number": people.DEAD, "with_date": True}).json()
        assert (found["date"], found["under_verification"]) == ("2024-02-03", True)

    def test_the_date_is_denied_where_it_is_not_granted(self, registry: Registry) -> None:
        assert registry.ask("alive", {"number": people.DEAD, "with_date": True}, SECOND).status_code == 403

    def test_a_former_number_leads_to_the_person(self, registry: Registry) -> None:
        assert registry.ask("alive", {"number": people.OLD}).json()["result"] == "alive"

    def test_every_answer_has_one_size(self, registry: Registry) -> None:
        asked = [(number, dated) for number in (MOTHER, people.DEAD, NOBODY, GUARDED) for dated in (False, True)]
        answers = [registry.ask("alive", {"number": number, "with_date": dated}) for number, dated in asked]
        assert len({len(answer.content) for answer in answers}) == 1


KIN = [
    (people.CHILD, MOTHER, "parent", "yes"),
    (MOTHER, people.CHILD, "child", "yes"),
    (people.CHILD, people.STEP_PARENT, "parent", "no"),
    (MOTHER, people.FATHER, "parent", "unknown"),
    (MOTHER, people.FATHER, "spouse", "yes"),
    (people.FATHER, MOTHER, "spouse", "yes"),
    (MOTHER, people.STEP_PARENT, "spouse", "no"),
    (people.RARE, people.CHANGED, "spouse", "no"),
    (people.CHILD, MOTHER, "guardian", "yes"),
    (MOTHER, people.CHILD, "ward", "yes"),
    (people.CHILD, people.FATHER, "guardian", "no"),
    (people.CHILD, NOBODY, "parent", "unknown"),
    (GUARDED, MOTHER, "spouse", "unknown"),
    (MOTHER, MOTHER, "spouse", "unknown"),
]


@pytest.mark.parametrize(("number", "other", "relation", "result"), KIN)
def test_kinship_is_yes_no_or_unknown(registry: Registry, number: str, other: str, relation: str, result: str) -> None:
    found = registry.ask("kinship", {"number": number, "other": other, "relation": relation})
    assert (found.status_code, found.json().get("result")) == (200, result)


def test_kinship_leaves_a_receipt_for_each_of_the_two(registry: Registry) -> None:
    [(before,)] = registry.rows("SELECT count(*) FROM hub.receipt WHERE kind = 'verify'")
    registry.ask("kinship", {"number": people.CHILD, "other": MOTHER, "relation": "parent"})
    [(after,)] = registry.rows("SELECT count(*) FROM hub.receipt WHERE kind = 'verify'")
    assert after - before == 2


def test_kinship_needs_the_element_it_rests_on(registry: Registry) -> None:
    body = {"number": people.CHILD, "other": MOTHER, "relation": "guardian"}
    assert registry.ask("kinship", body, SECOND).status_code == 403


class TestFields:
    """Granted elements of a person."""

    def test_values_come_with_their_source_and_flags(self, registry: Registry) -> None:
        found = registry.ask("fields", {"number": people.CHILD, "items": ["p002", "p005", "p032"]}).json()
        assert (found["result"], found["items"]["p032"], found["items"]["p005"]) == ("found", MOTHER, "2015")
        assert found["masked"] == ["p002", "p005"]
        assert found["under_verification"] == ["p005"]
        source = found["sources"]["p005"]
        assert (source["push"], source["event_at"][:10], bool(source["loaded_at"])) == (7, "2020-01-02", True)
        assert source["department"]

    def test_what_is_granted_masked_comes_masked_and_says_so(self, registry: Registry) -> None:
        found = registry.ask("fields", {"number": MOTHER}, SECOND).json()
        assert found["items"]["p002"] != "示例·母"
        assert "p002" in found["masked"]
        assert "p031" not in found["items"]

    @pytest.mark.parametrize(("number", "result"), [(NOBODY, "not_found"), (GUARDED, "cannot_verify")])
    def test_nothing_is_told_of_nobody_and_of_the_protected(self, registry: Registry, number: str, result: str) -> None:
        found = registry.ask("fields", {"number": number}).json()
        assert (found["result"], found["items"], found["sources"]) == (result, {}, {})

    def test_an_item_that_is_not_granted_is_denied(self, registry: Registry) -> None:
        assert registry.ask("fields", {"number": MOTHER, "items": ["p031"]}, SECOND).status_code == 403


class TestProtection:
    """The list of protected persons."""

    def test_only_its_keeper_sees_it_and_no_number_is_told(self, registry: Registry) -> None:
        seen = registry.doors.staff(POLICE, Role.APPROVER).get(f"{BASE}/protected")
        other = registry.doors.staff("minzhengju", Role.APPROVER).get(f"{BASE}/protected")
        assert (seen.status_code, other.status_code, GUARDED in seen.text) == (200, 403, False)
        assert seen.json()["total"] == seen.json()["returned"] >= 1

    def test_a_person_the_register_does_not_hold_can_be_protected_and_set_free(self, registry: Registry) -> None:
        keeper, unknown = registry.doors.staff(POLICE, Role.APPROVER), people.number("19810101", "009")
        line = keeper.post(f"{BASE}/protected", json={"number": unknown, "reference": "示护〔2026〕2号"}).json()
        during = registry.verify(unknown, "某").json()["result"]
        twice = keeper.post(f"{BASE}/protected", json={"number": unknown, "reference": "又"}).status_code
        keeper.post(f"{BASE}/protected/{line['id']}/lift").raise_for_status()
        after = registry.verify(unknown, "某").json()["result"]
        assert (during, twice, after) == ("cannot_verify", 409, "not_found")

    def test_a_wrong_number_is_not_put_on_the_list(self, registry: Registry) -> None:
        keeper = registry.doors.staff(POLICE, Role.APPROVER)
        answer = keeper.post(f"{BASE}/protected", json={"number": "410102199002300011", "reference": "示"})
        assert (answer.status_code, "410102199002300011" in answer.text) == (422, False)

    def test_no_number_stands_in_its_table(self, registry: Registry) -> None:
        forms = [form for (form,) in registry.rows("SELECT form FROM hub.population_protected")]
        assert all(form.startswith("~") for form in forms)


def test_a_walk_along_numbers_suspends_the_grant(registry: Registry) -> None:
    first = 41019919880101100
    from catalogue.identifiers import citizen_check_character

    for step in range(25):
        digits = str(first + step)
        registry.verify(digits + citizen_check_character(digits), "某", WALKER)
    answer = registry.verify(MOTHER, "示例·母", WALKER)
    assert answer.status_code == 403
    assert registry.verify(MOTHER, "示例·母", GRANTED).status_code == 200
