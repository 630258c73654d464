"""``/w/verify`` for a grant on the register of persons: the calls it covers, and no form to ask about anybody."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hub.identity.roles import Role
from tests.hub.population.conftest import GRANTED, MOTHER, SECOND
from tests.hub.portal.reading import Element, read

if TYPE_CHECKING:
    from tests.hub.population.conftest import Registry


def shown(registry: Registry, member: str, path: str = "/w/verify") -> Element:
    """Return the page as a person of an agency sees it."""
    answer = registry.doors.staff(member, Role.AGENCY_USER).get(path)
    assert answer.status_code == 200, answer.text
    return read(answer.text)


def paths(page: Element) -> list[str]:
    """Return the operations whose calls a page shows."""
    return [one.text.removeprefix("POST ") for one in page.find("code") if one.text.startswith("POST ")]


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_grant_shows_the_calls_it_covers(registry: Registry, prefix: str) -> None:
    found = paths(shown(registry, GRANTED, f"{prefix}/w/verify"))
    assert [one.rpartition("/")[2] for one in found] == ["verify", "alive", "kinship"]


def test_a_grant_without_kin_shows_no_call_for_kinship(registry: Registry) -> None:
    assert [one.rpartition("/")[2] for one in paths(shown(registry, SECOND))] == ["verify", "alive"]


def test_the_batch_page_shows_the_batch_alone(registry: Registry) -> None:
    assert paths(shown(registry, GRANTED, "/w/batch")) == ["/api/v1/population/match"]


def test_a_question_shown_is_one_the_service_answers(registry: Registry) -> None:
    page = shown(registry, GRANTED)
    question = json.loads(page.find("pre")[0].text)
    asked = {**question, "number": MOTHER, "name": "某某", "purpose": question["purpose"]}
    answer = registry.doors.system(GRANTED).post(paths(page)[0], json=asked)
    assert (answer.status_code, answer.json()["result"]) == (200, "mismatch")


def test_the_page_says_that_systems_ask_and_has_no_form_for_a_number(registry: Registry) -> None:
    page = shown(registry, GRANTED)
    names = {one.get("name") for one in page.find("main")[0].find("input", "textarea")}
    assert names <= {"csrf"}
    assert "desk_fill" not in page.text
