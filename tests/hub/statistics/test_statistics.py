"""Statistics by division over HTTP: what a granted system and the public are told of the register of persons."""

from __future__ import annotations

import base64
import json
import random
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from hub.identity.roles import Role
from tests.support import acts

if TYPE_CHECKING:
    from tests.hub.statistics.conftest import Statistics

TRAITS = ("sex", "age_band", "marital_status")


def receipt_fields(bundle: dict[str, Any]) -> dict[str, Any]:
    payload = bundle["receipt"].split(".")[1]
    fields: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return fields


def true_sexes(statistics: Statistics, digits: int) -> dict[tuple[str, str], int]:
    counted = statistics.truth.group_by(pl.col("P012").str.slice(0, digits), "P003").len()
    return {(division, sex): count for division, sex, count in counted.iter_rows()}


def test_a_table_adds_up_to_the_register_but_for_rounding(statistics: Statistics) -> None:
    told = {cell["division"]: cell["figure"] for cell in statistics.ask(level="district")["cells"]}
    true = dict(statistics.truth.group_by(pl.col("P012").str.slice(0, 6)).len().iter_rows())
    assert {division: abs(told[division] - true[division]) <= 2 for division in true} == dict.fromkeys(true, True)


def test_no_cell_below_ten_persons_is_shown(statistics: Statistics) -> None:
    true = true_sexes(statistics, 9)
    cells = statistics.ask(level="town", by=["sex"])["cells"]
    shown = [true[cell["division"], cell["sex"]] for cell in cells if cell["figure"] is not None]
    assert (len(shown) > 20, min(shown) >= 10) == (True, True)


def test_figures_are_rounded_and_hidden_ones_are_flagged(statistics: Statistics) -> None:
    cells = statistics.ask(level="town", by=["marital_status"])["cells"]
    assert {(cell["status"], (cell["figure"] or 0) % 5, cell["figure"] is None) for cell in cells} == {
        ("rounded", 0, False),
        ("suppressed", 0, True),
    }


def test_it_says_that_records_of_registration_are_no_population(statistics: Statistics) -> None:
    told = statistics.ask()
    assert (told["measure"], "非人口数" in told["caveat"]["zh"], "not population" in told["caveat"]["en"]) == (
        "registered_persons",
        True,
        True,
    )


def test_a_table_within_a_district_is_the_same_table(statistics: Statistics) -> None:
    whole = statistics.ask(level="town", by=["sex", "age_band"])["cells"]
    part = statistics.ask(level="town", by=["age_band", "sex"], within="410191")["cells"]
    assert part == [cell for cell in whole if cell["division"].startswith("410191")]


def test_pages_together_are_the_table(statistics: Statistics) -> None:
    whole = statistics.ask(level="town", by=["sex"])
    found: list[Any] = []
    offset: int | None = 0
    while offset is not None:
        page = statistics.ask(level="town", by=["sex"], limit=17, offset=offset)
        found += page["cells"]
        offset = page["next"]
    assert (found, len(found)) == (whole["cells"], whole["total"])


def test_random_questions_never_contradict_each_other(statistics: Statistics) -> None:
    """Every cell has one figure, or is hidden, however it is asked for: so there is nothing to subtract."""
    dice = random.Random(7)
    told: dict[tuple[object, ...], set[object]] = {}
    for _ in range(50):
        level = dice.choice(["city", "district", "town"])
        by = dice.sample(TRAITS, dice.randint(0, 2))
        within = dice.choice(["", "410191", "410193"]) if level != "city" else ""
        for cell in statistics.ask(level=level, by=by, within=within)["cells"]:
            place = tuple(sorted((name, value) for name, value in cell.items() if name not in {"figure", "status"}))
            told.setdefault((level, place), set()).add(cell["figure"])
    assert (len(told) > 400, [place for place, figures in told.items() if len(figures) > 1]) == (True, [])


def test_the_receipt_names_items_and_counts_cells_and_no_figure(statistics: Statistics) -> None:
    told = statistics.ask(level="town", by=["sex", "age_band"])
    bundle = json.loads(acts.bundle_of(statistics.city.people.system("minzhengju"), told["receipt"]))
    fields = receipt_fields(bundle)
    hidden = sum(cell["figure"] is None for cell in told["cells"])
    assert (fields["items_aggregated"], fields["rows"], fields["withheld"]) == (
        ["huji_quhua", "xingbie", "chusheng_riqi"],
        told["returned"],
        hidden,
    )


def test_an_agency_without_a_grant_is_told_nothing(statistics: Statistics) -> None:
    found = acts.problem_of(lambda: statistics.ask("jiaoyuju"))
    assert found.status in {403, 409}


def test_the_public_reads_the_same_cells(statistics: Statistics) -> None:
    openly = statistics.openly("level=town&by=sex&limit=10000")
    assert openly["cells"] == statistics.ask(level="town", by=["sex"])["cells"]


def test_ethnic_groups_are_in_no_table(statistics: Statistics) -> None:
    found = acts.problem_of(lambda: statistics.openly("level=district&by=ethnic_group"))
    about = statistics.city.people.system("minzhengju").call("GET", "/api/v1/statistics/population/about")
    assert (found.status, [trait["element"] for trait in about["traits"]]) == (422, ["P003", "P005", "P019"])


@pytest.mark.parametrize(
    "asked",
    [
        {"level": "village"},
        {"by": ["sex", "sex"]},
        {"by": list(TRAITS)},
        {"by": ["income"]},
        {"within": "41019"},
        {"within": "410191'; DROP"},
        {"within": "410191001", "level": "district"},
        {"measure": "population"},
        {"period": "2025-13"},
        {"period": "1999-01"},
        {"limit": 0},
        {"offset": -1},
    ],
)
def test_what_cannot_be_asked_is_a_problem_and_no_fault(statistics: Statistics, asked: dict[str, Any]) -> None:
    found = acts.problem_of(lambda: statistics.ask(**asked))
    assert found.status in {404, 409, 422}


def test_a_month_is_released_once(statistics: Statistics) -> None:
    people = statistics.city.people
    reviewer = people.person(people.city.authority.slug, Role.CATALOGUE_REVIEWER)
    found = acts.problem_of(
        lambda: reviewer.call("POST", "/api/v1/statistics/population/releases", json={"period": statistics.period})
    )
    listed = reviewer.call("GET", "/api/v1/statistics/population/releases")
    assert (found.problem["type"], listed["total"], listed["releases"][0]["period"]) == (
        "/problems/statistics-period",
        1,
        statistics.period,
    )


def test_nothing_below_the_minimum_is_stored_at_all(statistics: Statistics) -> None:
    with statistics.city.services.database.begin() as unit:
        (smallest,) = unit.driver.execute("SELECT min(figure) FROM hub.statistics_cell").fetchone() or (None,)
    assert smallest is not None
    assert smallest >= 10
