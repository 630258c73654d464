"""One served city for all tests of exemption records: two published entries, a clock that goes forward only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.hub.exemptions import records
from tests.support import acts
from tests.support.clock import Clock
from tests.support.hosted import HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.demo.load import People
    from tests.conftest import Server

REPORTS = "qiye-nianbao"
HOLDER = "shichangju"
ASKER = "rensheju"


@dataclass(frozen=True, slots=True)
class Town:
    """The city, its people, its clock."""

    city: HostedCity
    clock: Clock

    @property
    def people(self) -> People:
        return self.city.people

    def under(self, pack: str) -> None:
        """Put the city under another regulation pack; each request and answer reads it anew."""
        self.sql("UPDATE hub.jurisdiction SET pack = %s", pack)

    def sql(self, text: str, *values: object) -> None:
        with psycopg.connect(self.city.services.database.conninfo, autocommit=True) as connection:
            connection.execute(text, values)

    def rows(self, text: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.city.services.database.conninfo) as connection:
            return connection.execute(text).fetchall()

    def waiting(self, item: str, entry: str = REPORTS) -> dict[str, Any]:
        """Return a request whose only line waits for the provider."""
        return acts.ask_for(self.people, ASKER, entry, {item: "full"})

    def refuse(
        self, request: dict[str, Any], item: str, given: dict[str, Any], provider: str = HOLDER
    ) -> dict[str, Any]:
        return acts.answer(self.people, provider, request, item, **given)

    def in_force(self, ground: str, item: str, **changes: Any) -> str:
        """File a record on an item of the reports, signed where that is needed; returns its id."""
        given = records.evidence(self.people, ground, item, HOLDER)
        body = records.body_of(self.people, ground, given, entry=REPORTS, item=item) | changes
        filer = records.office(self.people, HOLDER) if ground == "R01" else records.head(self.people, HOLDER)
        made = filer.call("POST", records.BASE, json=body)
        if ground == "R01":
            records.head(self.people, HOLDER).call("POST", f"{records.BASE}/{made['id']}/confirm")
        return str(made["id"])


@pytest.fixture(scope="package")
def town(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("exemptions")
    clock = Clock()
    with hosted_city(server, template, folder, now=clock) as city:
        acts.publish_and_supply(city.people, REPORTS, folder)
        acts.publish(city.people, acts.MARRIAGES)
        yield Town(city, clock)
