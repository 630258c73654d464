"""One hub for the pages of the basic databases: divisions, bodies, addresses, and a month of statistics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from hub.demo.load import describe, review
from hub.generator.directory import REGISTER_OF_PERSONS, entry_of
from hub.identity.facts import CONSOLE
from hub.identity.roles import Role
from hub.registers.addresses.loading import FileKind
from hub.registers.divisions.loading import GivenFile
from hub.registers.divisions.loading import load as load_divisions
from hub.registers.divisions.shapes import BoundaryFile, load_boundaries
from tests.hub.addresses.conftest import ADDRESSES, DIVISIONS, FORMER
from tests.hub.addresses.conftest import load as load_addresses
from tests.hub.divisions.conftest import CHANGES, DRAWN, LATER, REVIEWED, REVISIONS, squares
from tests.hub.legal_persons.conftest import AUTHORITY, found_register
from tests.hub.statistics.conftest import fill
from tests.support.hosted import HostedCity, hosted_city
from tests.support.plain import NO_AUTHORITIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server

PERSONS = 3_000


@dataclass
class Bases:
    """The served city, and a browser without scripts that asks for its pages; named as the portal's own town is."""

    hub: HostedCity
    reader: httpx2.Client
    period: str

    def page(self, path: str, **options: Any) -> str:
        """Return the text of a page that is there."""
        answer = self.reader.get(path, **options)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.text

    def post(self, path: str, **typed: str) -> str:
        """Return the page a form leads to."""
        answer = self.reader.post(path, data=typed)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.text


def draw_divisions(city: HostedCity) -> None:
    """Load lists of divisions and two boundaries, one of them reviewed."""
    context = city.services.context
    files = [("revisions.csv", REVISIONS), ("changes.csv", CHANGES), ("later.csv", LATER)]
    with city.services.database.begin() as unit:
        load_divisions(context, unit, CONSOLE.id, [GivenFile(name, text.encode()) for name, text in files])
        reviewed = BoundaryFile("a.geojson", squares(c410108=(113.5, 34.8)), DRAWN, "EPSG:4490", REVIEWED)
        load_boundaries(context, unit, CONSOLE.id, reviewed)
        closed = BoundaryFile("b.geojson", squares(c410105=(113.7, 34.8)), DRAWN, "EPSG:4490")
        load_boundaries(context, unit, CONSOLE.id, closed)


def count_persons(city: HostedCity) -> str:
    """Fill the register of persons and release a month of statistics; returns the month."""
    entry = entry_of(REGISTER_OF_PERSONS, city.people.today())
    describe(city.people, entry)
    review(city.people, entry)
    fill(city, city.folder / "generated", PERSONS)
    period = f"{city.people.today():%Y-%m}"
    reviewer = city.people.person(AUTHORITY, Role.CATALOGUE_REVIEWER)
    reviewer.call("POST", "/api/v1/statistics/population/releases", json={"period": period})
    return period


@pytest.fixture(scope="package")
def town(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bases]:
    """Lend the city; its pages are read, nobody changes it."""
    with hosted_city(server, template, tmp_path_factory.mktemp("bases")) as city:
        period = count_persons(city)  # first: it names the entry of every register there is
        draw_divisions(city)
        for kind, text in ((FileKind.DIVISIONS, DIVISIONS), (FileKind.FORMER, FORMER), (FileKind.ADDRESSES, ADDRESSES)):
            load_addresses(city, city.folder, kind, text)
        found_register(city)
        headers = {"Accept": "text/html,*/*;q=0.8"}
        with httpx2.Client(base_url=city.url, headers=headers, timeout=30, verify=NO_AUTHORITIES) as reader:
            yield Bases(city, reader, period)
