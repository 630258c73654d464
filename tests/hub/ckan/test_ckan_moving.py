"""The whole demo city moves, by CKAN's own command line alone, into a hub that ``hub init`` has just set up.

The steps are those of docs/how-to/move-a-catalogue.md; test_ckan_load.py holds the same on a few entries, quickly.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from hub.demo.directory import demo_entries
from hub.demo.load import describe, load_entries, review, supply
from hub.identity.roles import Role
from tests.hub.ckan.test_ckan_load import ckanapi, without_ids
from tests.hub.ckan.writers import token_of
from tests.support.hosted import hosted_city
from tests.support.running import ROOT, RunningHub, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hub.demo.directory import DemoEntry
    from tests.conftest import Server
    from tests.support.hosted import HostedCity

PASSWORD = "an-administrators-password"
WHOLE = ("datasets", "--all", "--include-private", "-q")
PUBLIC = ("datasets", "--all", "-q")
pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]


def hub(there: RunningHub, *words: str, login: str = "", uri: str = "") -> str:
    """Run a command of the hub beside a running one; returns all it printed."""
    secret = parse_qs(urlsplit(uri).query)["secret"][0] if login else ""
    code = ("--login", login, "--code", pyotp.TOTP(secret).now()) if login else ()
    own = {f"HUB_CLIENT_{name}": PASSWORD for name in ("INIT_PASSWORD", "PASSWORD", "NEW_PASSWORD")}
    done = subprocess.run(
        [sys.executable, "-m", "hub", *words, *code],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=ROOT,
        env={**there.environment(), **own, "HUB_CLIENT_URL": there.url},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def first(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedCity]:
    """Give the demo city, every entry published and supplied."""
    folder = tmp_path_factory.mktemp("moving-first")
    with hosted_city(server, template, folder) as city:
        people = city.people

        def work(entry: DemoEntry) -> None:
            describe(people, entry)
            review(people, entry)
            if entry.file:
                supply(people, entry, folder, people.today())

        load_entries(people, demo_entries(people.today()), work)
        yield city


@pytest.fixture(scope="module")
def second(server: Server, first: HostedCity, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """Give a hub that was set up a moment ago, its authority named as the first one's is, and served."""
    authority = first.people.city.authority
    name = server.create()
    there = RunningHub(
        tmp_path_factory.mktemp("moving-second") / "data", free_port(), HUB_DATABASE_URL=server.url_of(name)
    )
    named = ("--authority", authority.name, "--authority-code", authority.organisation_code)
    more = ("--authority-slug", authority.slug, "--authority-contact", authority.contact)
    try:
        told = hub(there, "init", *named, *more)
        there.start()
        uris = dict(re.findall(r"(anquan|xitong) .*(otpauth://\S+)", told))
        hub(there, "staff", "add", "daoru", "--member", authority.slug, "--name", "示例目录员", login="xitong",
            uri=uris["xitong"])  # fmt: skip
        hub(there, "staff", "roles", "daoru", "catalogue_reviewer", login="anquan", uri=uris["anquan"])
        yield there
    finally:
        there.close()
        server.drop(name)


def by_name(dump: Path) -> dict[str, object]:
    """Return the lines of a dump, without ids and dates, by name."""
    lines = [json.loads(line) for line in dump.read_text("utf-8").splitlines()]
    return {one["name"]: without_ids(one) for one in lines}


def test_the_whole_city_moves_into_an_empty_hub_and_is_the_same(
    first: HostedCity, second: RunningHub, tmp_path: Path
) -> None:
    old = token_of(first, first.people.city.authority.slug, Role.CATALOGUE_REVIEWER, scope="import")
    new = hub(second, "ckan", "import-token", "daoru").strip().splitlines()[0]
    dumps = {"organizations": ("organizations", "--all", "-q"), "public": PUBLIC}
    for name, words in dumps.items():
        ckanapi("dump", *words, "-O", str(tmp_path / f"{name}-1"), "-r", first.url)
    ckanapi("dump", *WHOLE, "-O", str(tmp_path / "whole-1"), "-r", first.url, "-a", old)
    for what, dump in (("organizations", "organizations-1"), ("datasets", "whole-1"), ("datasets", "whole-1")):
        ckanapi("load", what, "-q", "-I", str(tmp_path / dump), "-r", second.url, "-a", new)
    for name, words in dumps.items():
        ckanapi("dump", *words, "-O", str(tmp_path / f"{name}-2"), "-r", second.url)
    ckanapi("dump", *WHOLE, "-O", str(tmp_path / "whole-2"), "-r", second.url, "-a", new)
    counts = {name: len(by_name(tmp_path / f"{name}-1")) for name in (*dumps, "whole")}
    entries = demo_entries(first.people.today())
    opened = sum(one.entry.opening.is_open for one in entries)
    assert counts == {"organizations": len(first.people.city.members), "public": opened, "whole": len(entries)}
    for name in counts:
        assert by_name(tmp_path / f"{name}-2") == by_name(tmp_path / f"{name}-1")


def test_every_dataset_of_the_city_becomes_a_data_package(first: HostedCity, tmp_path: Path) -> None:
    ckanapi("dump", *PUBLIC, "-D", str(tmp_path / "packs"), "-r", first.url)
    made = {path.parent.name for path in (tmp_path / "packs").glob("*/datapackage.json")}
    assert made == {one.name for one in demo_entries(first.people.today()) if one.entry.opening.is_open}
    assert all(path.stat().st_size for path in (tmp_path / "packs").rglob("*") if path.is_file())


def test_a_search_finds_every_open_dataset(first: HostedCity) -> None:
    found = ckanapi("search", "datasets", "-r", first.url).splitlines()
    assert len(found) == sum(one.entry.opening.is_open for one in demo_entries(first.people.today()))
