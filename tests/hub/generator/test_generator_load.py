"""A generated city is loaded into a running hub by one command's function, and can be asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hub.generator.city import Wish, generate
from hub.generator.loading import load
from hub.generator.parameters import load_parameters
from hub.identity.roles import Role
from tests.support.hosted import hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Server
    from tests.support.hosted import HostedCity


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("generated") / "city"
    whole = load_parameters()
    few_towns = replace(whole, districts=tuple(replace(one, towns=2) for one in whole.districts[:2]))
    generate(made, Wish(persons=1_500, bodies=120, seed=8, days=1, daily_share=0.02), few_towns)
    return made


@pytest.fixture(scope="module")
def city(
    folder: Path, server: Server, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[HostedCity, list[dict[str, object]]]]:
    with hosted_city(server, template, tmp_path_factory.mktemp("loaded")) as made:
        yield made, load(made.people, folder, seconds=60)


def test_every_step_is_done(city: tuple[HostedCity, list[dict[str, object]]]) -> None:
    names = [str(step["step"]) for step in city[1]]
    assert (names[:2], names[-1], sum(name.startswith("push") for name in names) >= 10) == (
        ["publish", "sources"],
        "statistics",
        True,
    )


def test_no_row_is_rejected(city: tuple[HostedCity, list[dict[str, object]]]) -> None:
    reports = [step["result"] for step in city[1] if str(step["step"]).startswith("push")]
    rejected = [report["counts"]["rejected"] for report in reports if isinstance(report, dict)]
    assert set(rejected) == {0}


def test_the_registers_hold_the_persons_and_bodies(city: tuple[HostedCity, list[dict[str, object]]]) -> None:
    hosted = city[0]
    bureau = hosted.people.person(hosted.people.city.authority.slug, Role.CATALOGUE_REVIEWER)
    found = {one["code"]: one.get("subjects") for one in bureau.call("GET", "/api/v1/registers")["registers"]}
    assert (found["population"] > 1_500, found["legal_persons"]) == (True, 120)


def test_no_division_of_the_generated_city_is_refused_by_the_registers(
    city: tuple[HostedCity, list[dict[str, object]]],
) -> None:
    with city[0].services.database.begin() as unit:
        lines = unit.driver.execute("SELECT elements FROM hub.register_refusal WHERE settled_push IS NULL").fetchall()
    assert [elements for (elements,) in lines if {"P006", "P012", "L012"} & set(elements)] == []
