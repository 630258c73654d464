"""A city whose transport bureau has bus stops in databases of its own; the hub pulls them."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from catalogue.entry import PushMode, PushPolicy
from hub.demo.directory import demo_entry
from hub.demo.load import describe, review
from hub.identity.roles import Role
from hub.rounds import run_now
from tests.hub.pulls.servers import IGNORE, PASSWORD, RENAME, mariadb_source, postgres_source
from tests.support.acts import BUS_STOPS
from tests.support.clock import Clock
from tests.support.hosted import Doors, HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2

    from tests.conftest import Server
    from tests.hub.pulls.servers import Source

PROVIDER = "jiaotongju"
ALL_MODES = tuple(PushMode)
RUN_SECONDS = 240.0


@dataclass
class Depot:
    """The city, and what the bureau's clerk does."""

    city: HostedCity
    doors: Doors
    clock: Clock
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    added: list[str] = field(default_factory=list)

    @property
    def clerk(self) -> httpx2.Client:
        """The clerk's session."""
        return self.doors.staff(PROVIDER, Role.CLERK)

    def publish(self, modes: tuple[PushMode, ...] = ALL_MODES) -> str:
        """Publish a register of bus stops of its own; returns its name."""
        number = next(self.numbers)
        told = demo_entry(BUS_STOPS, self.city.people.today())
        entry = dataclasses.replace(
            told.entry,
            name=f"{BUS_STOPS}-{number}",
            title=f"{told.entry.title}（第{number}册）",
            push=PushPolicy(modes=modes),
        )
        made = dataclasses.replace(told, entry=entry)
        describe(self.city.people, made)
        review(self.city.people, made)
        return entry.name

    def body(self, entry: str, source: Source | dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Return what the clerk sends to set up a pull; ``table`` names the table of a database."""
        if not isinstance(source, dict):
            source = {"kind": "database", "address": source.address, "table": changes.pop("table", "stops")}
        definition = {
            "source": source,
            "schedule": {"kind": "daily", "at": "02:30"},
            **({"rename": RENAME, "ignore": IGNORE} if source["kind"] == "database" else {}),
            **changes,
        }
        return {"entry": entry, "definition": definition, "secret": PASSWORD}

    def add(self, entry: str, source: Source | dict[str, Any], **changes: Any) -> str:
        """Set up a pull; returns its id."""
        made = self.clerk.post("/api/v1/pulls", json=self.body(entry, source, **changes))
        assert made.status_code == 201, made.text
        self.added.append(str(made.json()["id"]))
        return self.added[-1]

    def remove_all(self) -> None:
        """Remove the pulls of a test, so that the next one's days do not run them."""
        while self.added:
            self.clerk.post(f"/api/v1/pulls/{self.added.pop()}/remove")

    def wait(self, pull: str) -> dict[str, Any]:
        """Wait until what runs has ended; returns the last run."""
        assert self.city.services.pulls.wait(RUN_SECONDS)
        return self.runs(pull)[0]

    def runs(self, pull: str) -> list[dict[str, Any]]:
        """Return the runs of a pull, newest first."""
        found: list[dict[str, Any]] = self.clerk.get(f"/api/v1/pulls/{pull}/runs").json()["runs"]
        return found

    def run(self, pull: str, **asked: bool) -> dict[str, Any]:
        """Ask for a run and wait for its end."""
        answer = self.clerk.post(f"/api/v1/pulls/{pull}/run", json=asked)
        assert answer.status_code == 202, answer.text
        return self.wait(pull)

    def next_day(self, pull: str) -> dict[str, Any]:
        """Let a day pass, and what is due by itself happen; returns the last run."""
        self.clock.forward(days=1)
        run_now(self.city.services, "pulls")
        return self.wait(pull)

    def served(self, entry: str) -> tuple[int, int]:
        """Return the version that is served and its number of rows."""
        with psycopg.connect(self.city.services.database.conninfo) as connection:
            found = connection.execute(
                "SELECT s.version, s.row_count FROM hub.row_set AS s JOIN hub.entry AS e ON e.id = s.entry_id"
                " WHERE e.name = %s",
                (entry,),
            ).fetchone()
        return (0, 0) if found is None else (int(found[0]), int(found[1]))

    def counts(self, push: str) -> dict[str, int]:
        """Return the counts of a push."""
        with psycopg.connect(self.city.services.database.conninfo) as connection:
            found = connection.execute("SELECT counts FROM hub.push WHERE id = %s", (push,)).fetchone()
        assert found is not None
        return dict(found[0])

    def everything_stored(self) -> str:
        """Return receipts, runs, notices and definitions as one text, to look for what must not be there."""
        with psycopg.connect(self.city.services.database.conninfo) as connection:
            receipts = connection.execute("SELECT convert_from(body, 'UTF8') FROM hub.receipt").fetchall()
            tables = ("pull_run", "notice", "pull_version", "pull")
            told = " UNION ALL ".join(f"SELECT row_to_json(t)::text FROM hub.{table} AS t" for table in tables)
            rest = connection.execute(told).fetchall()
        return json.dumps([row[0] for row in (*receipts, *rest)], ensure_ascii=False)


@pytest.fixture(scope="package")
def depot(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Depot]:
    """Give the city; its clock stands at a morning with a known calendar ahead, and tests move it."""
    clock = Clock()
    with hosted_city(server, template, tmp_path_factory.mktemp("depot"), now=clock, egress_loopback=True) as city:
        doors = Doors(city)
        yield Depot(city, doors, clock)
        doors.close()


@pytest.fixture(autouse=True)
def _without_pulls_of_others(depot: Depot) -> Iterator[None]:
    """Leave no pull behind."""
    yield
    depot.remove_all()


@pytest.fixture(scope="package")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    """Give the bureau's PostgreSQL."""
    with postgres_source(tmp_path_factory.mktemp("postgres-source")) as source:
        yield source


@pytest.fixture(scope="package")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    """Give the bureau's MariaDB."""
    with mariadb_source(tmp_path_factory.mktemp("mariadb-source")) as source:
        yield source


@pytest.fixture(params=["postgres", "mariadb"])
def source(request: pytest.FixtureRequest) -> Source:
    """Give each of the two in turn, its line whole."""
    found: Source = request.getfixturevalue(request.param)
    found.line.cut_after, found.line.down = None, False
    return found
