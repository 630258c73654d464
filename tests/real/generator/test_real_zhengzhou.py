"""The official totals of a real city go in, and come out exactly: division, sex, age, ethnic group.

Totals: the city's statistics bureau for 2019; the shape of ages inside each broad group: World Population Prospects
2019, China, 2020. The zones among the divisions have no code of GB/T 2260: they get codes that were never given.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from hub.generator import rows
from hub.generator.apportion import largest_remainder
from hub.generator.city import Wish, generate
from hub.generator.parameters import parameters_of

if TYPE_CHECKING:
    from hub.generator.parameters import CityParameters

FOLDER = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "population"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared folder of real figures is not here")
PERSONS = 103_520
"""One person for a hundred of the bulletin."""

TOWNS = 13


def _stated() -> dict[str, Any]:
    whole: dict[str, Any] = json.loads((FOLDER / "parameters.json").read_text(encoding="utf-8"))
    found: dict[str, Any] = whole["zhengzhou_2019"]
    return found


def _pyramid() -> dict[str, list[float]]:
    lines = csv.DictReader((FOLDER / "age_pyramid_china_wpp2019.csv").read_text(encoding="utf-8").splitlines())
    found: dict[str, list[float]] = {"men": [], "women": []}
    for line in lines:
        found["men" if line["sex"] == "M" else "women"].append(float(line["2020"]))
    return found


@pytest.fixture(scope="module")
def city() -> CityParameters:
    stated = _stated()
    zones = iter(range(410179, 410170, -1))
    return parameters_of(
        {
            "name": "郑州市",
            "as_of": "2020-01-01",
            "persons_per_household": stated["persons_per_household"],
            "men": stated["male"],
            "women": stated["female"],
            "pyramid": _pyramid(),
            "bands": [
                [0, 14, stated["age"]["0-14"]],
                [15, 64, stated["age"]["15-64"]],
                [65, 100, stated["age"]["65+"]],
            ],
            "ethnic": {"01": stated["ethnic"]["Han"], "03": stated["ethnic"]["minorities"]},
            "districts": [
                {
                    "code": one["code"] or str(next(zones)),
                    "name": one["name"],
                    "persons": one["resident_10000"],
                    "towns": TOWNS,
                }
                for one in stated["districts"]
            ],
            "rates": {"birth": 8.0, "death": 6.0, "move": 12.0},
        }
    )


@pytest.fixture(scope="module")
def people(city: CityParameters, tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    folder = tmp_path_factory.mktemp("zhengzhou")
    generate(folder, Wish(persons=PERSONS, bodies=0, seed=410100), city)
    return pl.read_csv(folder / "base" / f"{rows.RESIDENTS}.csv", infer_schema=False)


def test_divisions_have_the_shares_of_the_bulletin(people: pl.DataFrame, city: CityParameters) -> None:
    counted = dict(people.group_by(pl.col("huji_quhua").str.slice(0, 6)).len().iter_rows())
    exact = largest_remainder([one.persons for one in city.districts], PERSONS).tolist()
    assert counted == dict(zip([one.code for one in city.districts], exact, strict=True))


def test_a_stated_division_is_right_to_the_person(people: pl.DataFrame) -> None:
    # 133.3 of 1,035.2: the bulletin's rounded parts add up to 1,035.2, so nothing is shifted.
    jinshui = people.filter(pl.col("huji_quhua").str.starts_with("410105"))
    assert abs(len(jinshui) - 13_330) <= 1


def test_men_and_women_are_those_of_the_bulletin(people: pl.DataFrame) -> None:
    assert dict(people.group_by("xingbie").len().iter_rows()) == {"1": 52_810, "2": 50_710}


def test_broad_ages_are_those_of_the_bulletin(people: pl.DataFrame) -> None:
    stated = _stated()["age"]
    age = people.select(pl.col("chusheng_riqi").str.to_date().dt.offset_by("-1d").dt.year().alias("year"))
    counted = [
        len(age.filter(pl.col("year") >= 2005)),
        len(age.filter(pl.col("year").is_between(1955, 2004))),
        len(age.filter(pl.col("year") <= 1954)),
    ]
    assert counted == largest_remainder([stated["0-14"], stated["15-64"], stated["65+"]], PERSONS).tolist()


def test_ethnic_shares_are_those_of_the_bulletin(people: pl.DataFrame) -> None:
    assert dict(people.group_by("minzu").len().iter_rows()) == {"01": 101_790, "03": 1_730}


def test_households_are_as_large_as_stated(people: pl.DataFrame) -> None:
    assert len(people) / people["huhao"].n_unique() == pytest.approx(3.4, abs=0.1)


def test_ages_inside_a_group_follow_the_pyramid(people: pl.DataFrame) -> None:
    women = _pyramid()["women"]
    born = people.filter(pl.col("xingbie") == "2").select(pl.col("chusheng_riqi").str.to_date().alias("born"))
    year = born["born"].dt.offset_by("-1d").dt.year()
    young = [int(((year >= 2020 - low - 5) & (year < 2020 - low)).sum()) for low in (0, 5, 10)]
    expected = [sum(young) * weight / sum(women[:3]) for weight in women[:3]]
    assert young == pytest.approx(expected, abs=6)
