"""``hub rules`` against a served hub: show, propose, try, approve, history, as two people of one department."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from hub.cli_rules import rules_app
from hub.identity.roles import Role
from tests.support.acts import BUS_STOPS, publish_and_supply
from tests.support.hosted import HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Server

OWNER = "jiaotongju"
TOML = '[[rules]]\nname = "range"\nkind = "range"\nitem = "jingdu"\nleast = 200\nzh = "经度"\n'


@pytest.fixture(scope="module")
def city(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedCity]:
    with hosted_city(server, template, tmp_path_factory.mktemp("rules-cli")) as city:
        publish_and_supply(city.people, BUS_STOPS, city.folder / "files")
        yield city


def say(city: HostedCity, role: Role, *words: str) -> str:
    """Run a verb as a person of the department; returns what it prints."""
    login = city.people.city.member(OWNER).login(role)
    environment = {"HUB_CLIENT_PASSWORD": city.people.city.password, "LANG": "en_GB.UTF-8", "LC_ALL": "en_GB.UTF-8"}
    done = CliRunner().invoke(rules_app, [*words, "--login", login, "--url", city.url], env=environment)
    assert done.exit_code == 0, done.output
    return done.output


def test_rules_go_from_a_file_to_force_on_the_command_line(city: HostedCity, tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(TOML, encoding="utf-8")
    said = [
        say(city, Role.CLERK, "show", BUS_STOPS, "--proposed", "-o", str(tmp_path / "proposed.toml")),
        say(city, Role.CLERK, "propose", BUS_STOPS, str(file), "--why", "longitudes"),
        say(city, Role.APPROVER, "try", BUS_STOPS, "1"),
        say(city, Role.APPROVER, "approve", BUS_STOPS, "1", "--why", "tried"),
        say(city, Role.CLERK, "history", BUS_STOPS),
        say(city, Role.CLERK, "show", BUS_STOPS),
    ]
    parts = ("no rule set is in force", "waits for a decision", "0 pass", "in force", "in force", 'kind = "range"')
    assert [part for part, text in zip(parts, said, strict=True) if part not in text] == []
