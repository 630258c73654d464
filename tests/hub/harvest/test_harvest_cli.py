"""``hub harvest`` against a served hub: one command a catalogue, then review and publication by another person."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from hub.cli_harvest import harvest_app
from hub.identity.roles import Role
from tests.hub.harvest.conftest import AUTHORITY, record
from tests.hub.harvest.servers import TOKEN, Elsewhere, serving

if TYPE_CHECKING:
    from pathlib import Path

    from tests.hub.harvest.conftest import Library


def say(library: Library, role: Role, code: int, *words: str) -> str:
    """Run a verb as a person of the authority; returns what it prints."""
    people = library.city.people.city
    environment = {"HUB_CLIENT_PASSWORD": people.password, "HUB_CLIENT_CKAN_TOKEN": TOKEN, "LC_ALL": "en_GB.UTF-8"}
    options = ("--login", people.member(AUTHORITY).login(role), "--url", library.city.url)
    done = CliRunner().invoke(harvest_app, [*words, *options], env=environment)
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a dump of two good records and one without a title."""
    path = tmp_path_factory.mktemp("dump") / "portal.json"
    rows = [record(501, 标题="亭台名录"), record(502), record(503, 标题="")]
    path.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    return path


def test_one_command_harvests_a_catalogue_and_again_changes_nothing(library: Library, dump: Path) -> None:
    words = ("add", str(dump), "--source", "by-hand", "--name", "手工目录", "--place", "示例市")
    first, second = (say(library, Role.CLERK, 3, *words) for _ in range(2))
    assert ("added 2" in first, "H01 record 3 has no title" in first) == (True, True)
    assert ("added" in second, "unchanged 3" in second) == (False, True)


def test_another_person_reviews_publishes_and_feeds_a_ckan(library: Library, dump: Path, tmp_path: Path) -> None:
    say(library, Role.CLERK, 3, "add", str(dump), "--source", "by-two", "--name", "两人目录", "--place", "示例市")
    say(library, Role.CATALOGUE_REVIEWER, 0, "review", "by-two", "approve")
    listed = say(library, Role.CATALOGUE_REVIEWER, 0, "publish", "by-two")
    say(library, Role.CLERK, 0, "report", "by-two", "--save", str(tmp_path / "report.csv"))
    lines = (tmp_path / "report.csv").read_text("utf-8").splitlines()
    with serving(Elsewhere()) as ckan:
        sent = say(
            library, Role.CATALOGUE_REVIEWER, 0, "push-to-ckan", ckan.url, "--organization", "city", "--with-harvested"
        )
    assert ("listed 2" in listed, len(lines), "remaining 0" in sent) == (True, 4, True)
    assert "by-two" in say(library, Role.CLERK, 0, "list")


def test_a_file_that_is_no_catalogue_ends_with_its_own_exit_code(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "broken.ttl"
    path.write_text("<https://a.cn/1> lost:title 'x' .", "utf-8")
    assert "line 1" in say(library, Role.CLERK, 4, "add", str(path), "--source", "broken")


def test_a_preview_shows_what_would_come_of_it(library: Library, dump: Path) -> None:
    say(library, Role.CLERK, 0, "add", str(dump), "--source", "looked-at", "--no-run")
    assert "3 records read" in say(library, Role.CLERK, 0, "preview", "looked-at", "--file", str(dump))
