"""One row of a marriage or a divorce sets the state of both spouses, and ends for both with it (民法典 Art. 1049)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from hub.registers import feeding
from tests.hub.registers.kit import number_of

if TYPE_CHECKING:
    from tests.hub.registers.kit import City

MAN, WOMAN, OTHER = number_of(18_000 * 3 + 5), number_of(18_000 * 2 + 5), number_of(18_000 * 4 + 9)
WEDDING = datetime(2024, 5, 20, 9)  # noqa: DTZ001 - local time, as events are dated
PARTING = datetime(2026, 1, 8, 9)  # noqa: DTZ001
STATE, SINCE, SPOUSE = "P019", "P020", "P103"


def act(one: str, other: str | None, at: datetime = WEDDING) -> dict[str, Any]:
    """Return a row of a marriage or a divorce."""
    return {"p001": one, "p002": "王芳", "p010": other, "changed": at}


def name(city: City, slug: str, kind: str) -> None:
    """Name a department as a source of marriages or divorces; its item for the spouse stands under p010."""
    city.name(slug, items={"P001": "p001", "P002": "p002", SPOUSE: "p010"}, ranks={}, kind=kind)


@pytest.fixture
def couple(city: City) -> City:
    """Give a city in which two are married, whom public security holds as single."""
    city.found("gongan", "示例市公安局", ("P001", STATE))
    city.found("jiehun", "示例市民政局", ("P001", "P002", "P010"))
    city.name("gongan")
    city.push("gongan", [{"p001": one, "p019": "10", "changed": WEDDING} for one in (MAN, WOMAN)])
    name(city, "jiehun", "marriage")
    city.push("jiehun", [act(MAN, WOMAN)])
    city.feed()
    return city


def states(city: City) -> list[str | None]:
    """Return the state of the man, the woman, the other."""
    return [city.values(one).get(STATE) for one in (MAN, WOMAN, OTHER)]


def test_a_marriage_sets_state_day_and_spouse_of_both_and_the_name_of_one(couple: City) -> None:
    assert couple.context.numbers is not None
    seal = couple.context.numbers.seal
    both = {STATE: "20", SINCE: "2024-05-20"}
    assert [couple.values(one) for one in (MAN, WOMAN)] == [
        {**both, SPOUSE: seal(WOMAN), "P002": "王芳"},
        {**both, SPOUSE: seal(MAN)},
    ]


def test_a_divorce_sets_the_state_of_both(couple: City) -> None:
    couple.found("lihun", "示例市民政局", ("P001", "P002", "P010"))
    name(couple, "lihun", "divorce")
    couple.push("lihun", [act(WOMAN, MAN, PARTING)])
    couple.feed()
    assert states(couple) == ["40", "40", None]


def test_a_row_that_is_mended_or_goes_frees_whom_it_named(couple: City) -> None:
    couple.push("jiehun", [act(MAN, OTHER)])
    couple.feed()
    mended = states(couple)
    couple.push("jiehun", [act(MAN, None)], "delete")
    couple.feed()
    assert (mended, states(couple)) == (["20", "10", "20"], ["10", "10", None])


def test_an_erased_row_is_erased_for_both(couple: City) -> None:
    couple.erase("jiehun", MAN)
    couple.erasures()
    assert (states(couple), couple.all("SELECT count(*) FROM hub.population_claim")) == (["10", "10", None], [(2,)])


def test_reading_the_rows_anew_page_by_page_keeps_both(couple: City, monkeypatch: pytest.MonkeyPatch) -> None:
    couple.push("jiehun", [act(OTHER, number_of(18_000 * 6 + 1))])
    couple.feed()
    monkeypatch.setattr(feeding, "PAGE_ROWS", 1)
    name(couple, "jiehun", "marriage")
    couple.feed()
    assert states(couple) == ["20"] * 3
