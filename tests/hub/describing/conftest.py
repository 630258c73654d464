"""A city whose five departments keep registers in databases of their own, and their clerks at the terminal."""

from __future__ import annotations

from contextlib import chdir
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from hub.cli import app
from hub.demo.load import AT_THE_AUTHORITY, LIFECYCLE
from hub.identity.roles import Role
from tests.hub.describing.registers import REGISTERS, USES, Register
from tests.hub.pulls.servers import PASSWORD, mariadb_source, postgres_source
from tests.support.hosted import HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typer.testing import Result

    from tests.conftest import Server
    from tests.hub.pulls.servers import Source


@dataclass
class Desk:
    """The clerks of a city at their terminals, in a folder of their own."""

    city: HostedCity
    folder: Path

    def type(self, *words: str, member: str, typed: str = "", lang: str = "zh_CN.UTF-8") -> Result:
        """Run ``hub catalogue`` with these words as a member's clerk; ``typed`` is what the clerk answers."""
        environment = {
            "HUB_CLIENT_URL": self.city.url,
            "HUB_CLIENT_PASSWORD": self.city.people.city.password,
            "HUB_CLIENT_PULL_SECRET": PASSWORD,
            "LANG": lang,
            "LC_ALL": "",
        }
        login = self.city.people.city.member(member).login(Role.CLERK)
        with chdir(self.folder):
            return CliRunner().invoke(app, ["catalogue", *words, "--login", login], env=environment, input=typed)

    def publish(self, name: str, member: str, *, first: int = 0) -> None:
        """Take a draft to publication by the right people, from a step on."""
        people = self.city.people
        steps = [(step, people.person(member, role)) for step, role in LIFECYCLE[first:]]
        reviewer = people.person(people.city.authority.slug, Role.CATALOGUE_REVIEWER)
        for step, person in (*steps, *((step, reviewer) for step in AT_THE_AUTHORITY)):
            person.call("POST", f"/api/v1/entries/{name}/steps", json={"step": step})


@pytest.fixture(scope="package")
def city(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedCity]:
    """Give the city with an empty directory."""
    with hosted_city(server, template, tmp_path_factory.mktemp("describing"), egress_loopback=True) as city:
        yield city


@pytest.fixture
def desk(city: HostedCity, tmp_path: Path) -> Desk:
    """Give the terminals, in a fresh folder."""
    return Desk(city, tmp_path)


def _filled(source: Source) -> Source:
    source.run(*USES)
    for register in REGISTERS:
        source.run(*statements_of(register, source))
    return source


def statements_of(register: Register, source: Source) -> Iterator[str]:
    """Return what makes a register in a database."""
    return register.postgres() if source.dialect == "postgresql" else register.mysql()


@pytest.fixture(scope="package")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    """Give a department's PostgreSQL with the registers."""
    with postgres_source(tmp_path_factory.mktemp("described-postgres")) as source:
        yield _filled(source)


@pytest.fixture(scope="package")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    """Give a department's MariaDB with the registers; skips where no server is installed."""
    with mariadb_source(tmp_path_factory.mktemp("described-mariadb")) as source:
        yield _filled(source)


@pytest.fixture(params=["postgres", "mariadb"])
def source(request: pytest.FixtureRequest) -> Source:
    """Give each of the two in turn."""
    found: Source = request.getfixturevalue(request.param)
    return found
