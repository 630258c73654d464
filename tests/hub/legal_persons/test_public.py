"""What everybody may ask of bodies, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hub.legal_persons.conftest import BRANCH, CLUB, FIRM, GONE, HOLDER, ORGAN, SHOP, TWIN, VILLAGE

if TYPE_CHECKING:
    from typing import Any

    from tests.support.hosted import Doors

PATH = "/api/v1/legal-persons"


def body_of(doors: Doors, code: str) -> dict[str, Any]:
    """Return the public part of a body."""
    answer = doors.public().get(f"{PATH}/{code}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def values_of(body: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a body by element."""
    return {item["element"]: item["value"] for item in body["items"]}


def names_found(doors: Doors, text: str, **more: int) -> dict[str, Any]:
    """Return the answer to a search by name."""
    answer = doors.public().get(PATH, params={"q": text, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_registered_items_of_an_enterprise_are_public(doors: Doors) -> None:
    values = values_of(body_of(doors, FIRM))
    assert [values[code] for code in ("L002", "L005", "L008", "L009", "L024")] == [
        "示例市青禾科技有限公司", "示例甲", "500", "CNY", "示例甲；示例乙",
    ]  # fmt: skip


def test_numbers_phones_owners_and_figures_are_withheld_and_told_as_withheld(doors: Doors) -> None:
    body = body_of(doors, FIRM)
    closed = {"L006", "L007", "L025", "L028", "L029", "L031"}
    assert closed <= {line["element"] for line in body["withheld"]}
    assert not closed & set(values_of(body))


def test_nothing_of_a_number_is_anywhere_in_the_answer(doors: Doors) -> None:
    assert HOLDER not in doors.public().get(f"{PATH}/{FIRM}").text


def test_every_withheld_item_says_why(doors: Doors) -> None:
    assert all(line["reason"] and line["reason_en"] for line in body_of(doors, FIRM)["withheld"])


def test_the_door_of_an_individual_business_is_masked(doors: Doors) -> None:
    assert values_of(body_of(doors, SHOP))["L011"] == "示例市东城区建设路***"


def test_the_address_of_a_company_is_whole(doors: Doors) -> None:
    assert values_of(body_of(doors, FIRM))["L011"].endswith("1单元")


def test_shareholders_are_public_of_companies_alone(doors: Doors) -> None:
    body = body_of(doors, SHOP)
    assert "L024" not in values_of(body)
    assert "L024" in {line["element"] for line in body["withheld"]}


@pytest.mark.parametrize(
    ("code", "kind"),
    [(ORGAN, "organ"), (CLUB, "social_organisation"), (VILLAGE, "rural_collective"), (SHOP, "individual_business")],
)
def test_bodies_of_every_kind_are_found(doors: Doors, code: str, kind: str) -> None:
    assert body_of(doors, code)["kind"] == kind


def test_a_revoked_body_exists_and_is_not_active(doors: Doors) -> None:
    body = body_of(doors, GONE)
    assert (body["exists"], body["is_active"]) == (True, False)


def test_a_suspended_body_is_active(doors: Doors) -> None:
    assert body_of(doors, CLUB)["is_active"] is True


@pytest.mark.parametrize("alias", [FIRM[8:17], f"{FIRM[8:16]}-{FIRM[16]}", "410199100012345", FIRM.lower()])
def test_former_codes_lead_to_the_body(doors: Doors, alias: str) -> None:
    assert body_of(doors, alias)["code"] == FIRM


def test_a_body_without_a_credit_code_is_found_by_its_registration_number(doors: Doors) -> None:
    body = body_of(doors, "4101991000999")
    assert (body["code"], body["name"]) == (None, "示例市供销社门市部")


@pytest.mark.parametrize("code", ["91410199MB0DE999XX", "没有这个代码", FIRM[:-1] + "0", "%27"])
def test_what_is_no_code_of_a_body_is_not_found(doors: Doors, code: str) -> None:
    answer = doors.public().get(f"{PATH}/{code}")
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (404, "body-not-found")


def test_a_branch_and_its_parent_name_each_other(doors: Doors) -> None:
    above = body_of(doors, BRANCH)["links"]["superiors"]
    below = body_of(doors, FIRM)["links"]["branches"]
    assert ([one["code"] for one in above], [one["code"] for one in below["bodies"]]) == ([FIRM], [BRANCH])


def test_coded_values_name_their_list_and_version(doors: Doors) -> None:
    status = next(item for item in body_of(doors, FIRM)["items"] if item["element"] == "L015")
    assert (status["list"], bool(status["version"]), status["label"]) == (
        "entity_status",
        True,
        "存续（在营、开业、在册）",
    )


@pytest.mark.parametrize(("text", "count"), [("青禾", 4), ("书法", 1), ("禾面", 1), ("青禾 分公司", 1), ("无此", 0)])
def test_two_characters_anywhere_in_a_name_find_it(doors: Doors, text: str, count: int) -> None:
    found = names_found(doors, text)
    assert (found["total"], found["returned"], found["next"]) == (count, count, None)


def test_the_whole_name_comes_first(doors: Doors) -> None:
    found = names_found(doors, "示例市青禾科技有限公司")
    assert {one["code"] for one in found["bodies"][:2]} == {FIRM, TWIN}


def test_a_search_is_paged(doors: Doors) -> None:
    first = names_found(doors, "青禾", limit=3)
    second = names_found(doors, "青禾", limit=3, offset=first["next"])
    assert (first["total"], len(first["bodies"]), len(second["bodies"]), second["next"]) == (4, 3, 1, None)


def test_a_code_typed_into_the_search_finds_its_body(doors: Doors) -> None:
    assert [one["code"] for one in names_found(doors, f" {FIRM} ")["bodies"]] == [FIRM]


@pytest.mark.parametrize("text", ["禾", "", " ", "　", "%", "__"])
def test_less_than_two_characters_are_refused(doors: Doors, text: str) -> None:
    answer = doors.public().get(PATH, params={"q": text})
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (422, "body-name-too-short")


def test_a_page_beyond_what_is_shown_is_refused(doors: Doors) -> None:
    answer = doors.public().get(PATH, params={"q": "青禾", "offset": 95, "limit": 10})
    assert (answer.status_code, answer.json()["most"]) == (429, 100)
