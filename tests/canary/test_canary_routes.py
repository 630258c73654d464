"""Every route, asked by everybody who may not know: no withheld or masked value and no other organ's text comes out.

The addresses are those of the app's own table of routes; a new route with a new parameter fails here until somebody
says with what it is filled (:data:`tests.canary.addresses.TABLES`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.canary.addresses import operations, readings
from tests.canary.aviary import OUTSIDERS, STRANGERS, holders_questions
from tests.canary.birds import NUMBER, ROWS, TEXTS, heard_in
from tests.support.acts import MARRIAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.canary.aviary import Aviary, Door


READERS_OF_PAGES = (
    STRANGERS["the public"],
    STRANGERS["a citizen"],
    STRANGERS["a user of another agency"],
    STRANGERS["a head of another organ"],
)


@pytest.fixture(scope="module")
def asked(aviary: Aviary) -> Aviary:
    """Give the city after those who may have asked, so that caches and logs hold what there is to leak."""
    answers = list(holders_questions(aviary))
    assert [answer.status_code for answer in answers] == [200] * len(answers)
    assert any(NUMBER in answer.text for answer in answers)
    return aviary


def leaks(aviary: Aviary, door: Door, names: tuple[str, ...], places: Iterator[tuple[str, str]]) -> dict[str, object]:
    """Return what was heard where; a fault of the hub is told as well."""
    client = door(aviary)
    found: dict[str, object] = {}
    for method, place in places:
        answer = client.request(method, place, follow_redirects=True)
        what: list[str] = heard_in(answer, names)
        if what or answer.status_code >= 500:
            found[f"{method} {place}"] = what or answer.text[:300]
    return found


@pytest.mark.parametrize("caller", STRANGERS.values(), ids=STRANGERS.keys())
def test_no_reading_shows_a_stranger_a_value_of_a_row(asked: Aviary, caller: Door) -> None:
    names = tuple(ROWS) + (tuple(TEXTS) if caller in OUTSIDERS.values() else ())
    is_public = caller is STRANGERS["the public"]  # both languages show the same facts: once in both is enough
    places = readings(asked, with_pages=caller in READERS_OF_PAGES, with_english=is_public)
    is_provider = caller is STRANGERS["a system with a grant for figures"]  # of the marriages: its own, to be read
    asked_for = (("GET", place) for place in places if not (is_provider and MARRIAGES in place))
    assert leaks(asked, caller, names, asked_for) == {}


@pytest.mark.parametrize("caller", OUTSIDERS.values(), ids=OUTSIDERS.keys())
def test_no_act_without_a_body_shows_an_outsider_anything(asked: Aviary, caller: Door) -> None:
    places = ((method, place) for method, place in operations(asked, most=1) if method != "GET")
    assert leaks(asked, caller, (*ROWS, *TEXTS), places) == {}
