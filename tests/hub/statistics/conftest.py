from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson
import polars as pl
import pytest

from hub.demo.load import describe, review
from hub.generator import rows
from hub.generator.city import Wish, generate
from hub.generator.directory import REGISTER_OF_PERSONS, entry_of
from hub.generator.parameters import load_parameters
from hub.identity.roles import Role
from tests.support import acts
from tests.support.hosted import HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Server

ASKER = "minzhengju"
ITEMS = dict.fromkeys(("xingbie", "chusheng_riqi", "huji_quhua", "hunyin"), "aggregate_only")


def fill(city: HostedCity, folder: Path, persons: int) -> pl.DataFrame:
    """Put a generated city's residents into the register of persons; returns their rows."""
    whole = load_parameters()
    few_towns = replace(whole, districts=tuple(replace(one, towns=4) for one in whole.districts))
    generate(folder, Wish(persons=persons, bodies=0, seed=9), few_towns)
    people = pl.read_csv(folder / "base" / f"{rows.RESIDENTS}.csv", infer_schema=False)
    elements = {"xingbie": "P003", "chusheng_riqi": "P005", "huji_quhua": "P012", "hunyin": "P019"}
    chosen = people.select(list(elements)).rename(elements)
    with city.services.database.begin() as unit:
        unit.driver.execute("INSERT INTO hub.register (code, is_on, changed_at) VALUES ('population', true, now())")
        unit.driver.execute(
            "UPDATE hub.register SET entry_id = (SELECT id FROM hub.entry WHERE name = %s)", (REGISTER_OF_PERSONS,)
        )
        with unit.driver.cursor().copy(
            "COPY hub.population_subject (values, doubted, changed, changed_at) FROM STDIN"
        ) as copy:
            for values in chosen.iter_rows(named=True):
                copy.write_row((orjson.dumps(values).decode(), [], 1, city.services.context.now()))
    return chosen


class Statistics:
    """A hosted city with a filled register, one release of statistics and a system granted to read it."""

    def __init__(self, city: HostedCity, truth: pl.DataFrame) -> None:
        self.city, self.truth = city, truth
        self.period = f"{city.people.today():%Y-%m}"
        reviewer = city.people.person(city.people.city.authority.slug, Role.CATALOGUE_REVIEWER)
        self.release: dict[str, Any] = reviewer.call(
            "POST", "/api/v1/statistics/population/releases", json={"period": self.period}
        )

    def ask(self, member: str = ASKER, **asked: Any) -> dict[str, Any]:
        """Ask as a granted system."""
        body = {"level": "district", "purpose": acts.PURPOSE, "case_number": acts.CASE, "limit": 10_000, **asked}
        found: dict[str, Any] = self.city.people.system(member).call(
            "POST", "/api/v1/exchange/statistics/population", json=body
        )
        return found

    def openly(self, query: str) -> dict[str, Any]:
        """Ask as anybody."""
        found: dict[str, Any] = self.city.people.system(ASKER).call("GET", f"/api/v1/statistics/population?{query}")
        return found


@pytest.fixture(scope="package")
def statistics(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Statistics]:
    folder = tmp_path_factory.mktemp("statistics")
    with hosted_city(server, template, folder) as city:
        entry = entry_of(REGISTER_OF_PERSONS, city.people.today())
        describe(city.people, entry)
        review(city.people, entry)
        truth = fill(city, folder / "city", 8_000)
        request = acts.ask_for(city.people, ASKER, REGISTER_OF_PERSONS, ITEMS, modes=["aggregate"])
        for item in ITEMS:
            acts.answer(city.people, entry.provider, request, item, decision="aggregate_only")
        yield Statistics(city, truth)
