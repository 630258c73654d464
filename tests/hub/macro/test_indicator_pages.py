"""The pages of the indicators, in both languages."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from hub.portal.pages_indicators import chart_of
from tests.hub.macro.conftest import figure

if TYPE_CHECKING:
    from tests.hub.macro.conftest import Bureau
    from tests.support.hosted import Doors


@pytest.fixture(scope="module", autouse=True)
def pushed(bureau: Bureau) -> None:
    """Push a year of figures, one of them not released."""
    bureau.push([figure(f"2021-Q{number}", f"{number}0.5") for number in range(1, 4)])
    bureau.push([figure("2021-Q4", "7654.3", "2098-01-01 10:00:00")])


@pytest.mark.parametrize(
    ("path", "text"), [("/indicators", "地区生产总值"), ("/en/indicators", "gross regional product")]
)
def test_the_list_names_every_indicator(doors: Doors, path: str, text: str) -> None:
    answer = doors.public().get(path)
    assert answer.status_code == 200
    assert text in answer.text


@pytest.mark.parametrize("path", ["/indicators/GDP", "/en/indicators/GDP"])
def test_a_page_shows_definition_chart_table_and_vintages(doors: Doors, path: str) -> None:
    text = doors.public().get(path, params={"area": "410199"}).text
    assert all(part in text for part in ("按制度核算的最终成果", "<svg", "<polyline", "2021-Q3", "30.5", "统计局"))
    assert "<script" not in text


@pytest.mark.parametrize("path", ["/", "/registers"])
def test_a_database_that_is_on_is_linked(doors: Doors, path: str) -> None:
    assert 'href="/indicators"' in doors.public().get(path).text


def test_a_page_shows_nothing_that_is_not_released(doors: Doors) -> None:
    text = doors.public().get("/indicators/GDP", params={"area": "410199", "vintage": "all"}).text
    assert "7654.3" not in text
    assert "2021-Q4" not in text


def test_a_page_is_shown_as_of_a_day(doors: Doors) -> None:
    text = doors.public().get("/indicators/GDP", params={"area": "410199", "as_of": "2026-01-15"}).text
    assert "2021-Q1" not in text


@pytest.mark.parametrize("asked", [{"as_of": "x"}, {"vintage": "x"}, {"cursor": "x"}])
def test_a_wrong_question_is_a_page_that_says_so(doors: Doors, asked: dict[str, str]) -> None:
    answer = doors.public().get("/indicators/GDP", params=asked, headers={"Accept": "text/html"})
    assert answer.status_code in {400, 422}


def test_a_line_needs_two_points_and_may_be_level() -> None:
    one = {"area": "1", "period": "2024", "value": Decimal(5), "unit": "元"}
    assert chart_of([one]) is None
    level = chart_of([one, {**one, "period": "2025"}])
    assert level is not None
    assert (level.first, level.last, level.lowest) == ("2024", "2025", "5")
