"""A whole directory goes from one hub to another with CKAN's own command line: dump, load, dump again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ckanapi import RemoteCKAN
from ckanapi.errors import NotFound, ValidationError

from catalogue import identifiers
from hub.identity.roles import Role
from tests.hub.ckan.writers import Office, office, token_of
from tests.support import acts
from tests.support.hosted import hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server
    from tests.support.hosted import HostedCity

COMPANIES, MARRIAGES = acts.COMPANIES, acts.MARRIAGES
IDS_AND_DATES = frozenset(
    {"id", "package_id", "owner_org", "created", "metadata_created", "metadata_modified", "cache_last_updated"}
    | {"last_modified", "creator_user_id"}
)


def ckanapi(*words: str, lines: str | None = None) -> str:
    """Run CKAN's command line; returns what it printed."""
    programs = Path(sys.executable).parent
    done = subprocess.run(  # it starts itself again as a worker
        [str(programs / "ckanapi"), *words],
        input=lines,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"},
    )
    assert done.returncode == 0, done.stderr
    sys.stderr.write(done.stderr)
    return done.stdout


def without_ids(value: Any) -> Any:
    """Return a dataset without its ids and dates, at any depth."""
    if isinstance(value, dict):
        return {key: without_ids(one) for key, one in value.items() if key not in IDS_AND_DATES}
    return [without_ids(one) for one in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def first(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Give a hub with an open entry and its rows, one open on conditions, one closed."""
    with office(server, template, tmp_path_factory.mktemp("ckan-first")) as made:
        for name in (COMPANIES, MARRIAGES):
            acts.publish(made.city.people, name)
        yield made


@pytest.fixture(scope="module")
def second(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedCity]:
    """Give a hub with an empty directory."""
    with hosted_city(server, template, tmp_path_factory.mktemp("ckan-second")) as made:
        yield made


@pytest.fixture(scope="module")
def key(second: HostedCity) -> str:
    """Give the import token of the second hub's catalogue reviewer."""
    return token_of(second, second.people.city.authority.slug, Role.CATALOGUE_REVIEWER, scope="import")


def test_a_dump_loaded_into_an_empty_hub_and_dumped_again_is_the_same(
    first: Office, second: HostedCity, key: str
) -> None:
    dumped = ckanapi("dump", "datasets", "--all", "-q", "-r", first.city.url)
    ckanapi("load", "datasets", "-p", "1", "-r", second.url, "-a", key, lines=dumped)
    again = ckanapi("dump", "datasets", "--all", "-q", "-r", second.url)
    one, other = ([json.loads(line) for line in text.splitlines()] for text in (dumped, again))
    assert len(one) == 2, "the closed entry is in no dump"
    for before, after in zip(one, other, strict=True):
        changed = {name for name in {*before, *after} if without_ids(before.get(name)) != without_ids(after.get(name))}
        told = {name: (before.get(name), after.get(name)) for name in changed - IDS_AND_DATES}
        assert told == {}, before["name"]


def test_only_the_import_token_publishes_and_a_mark_of_secrecy_stops_a_dataset(second: HostedCity, key: str) -> None:
    dataset = {
        "name": "shiyan",
        "title": "试验数据",
        "notes": "试验",
        "owner_org": "jiaotongju",
        "license_id": "CC-BY-4.0",
    }
    clerk = RemoteCKAN(second.url, apikey=token_of(second, "jiaotongju", Role.CLERK)).action
    draft = clerk.package_create(**dataset)
    assert (draft["state"], draft["private"]) == ("draft", True)
    assert draft["findings"]
    with pytest.raises(NotFound):
        RemoteCKAN(second.url).action.package_show(id="shiyan")
    with pytest.raises(ValidationError):
        RemoteCKAN(second.url, apikey=key).action.package_create(
            **{**dataset, "name": "mimi", "notes": "机密★十年 文件"}
        )


def test_foreign_metadata_comes_back_as_it_was_written(second: HostedCity, key: str) -> None:
    act = RemoteCKAN(second.url, apikey=key).action
    resource = {"name": "Sheet", "url": "https://example.org/a.xls", "format": "XLS", "hash": "md5:1", "my_key": [1, 2]}
    act.package_create(
        name="foreign_one",
        title="外来数据集",
        notes="说明",
        owner_org="jiaotongju",
        license_id="CC-BY-4.0",
        author="Somebody else",
        extras=[{"key": "spatial", "value": "{}"}, {"key": "theme_of_theirs", "value": "x"}],
        tags=[{"name": "公交"}],
        resources=[{**resource, "id": "11111111-2222-4333-8444-555555555555"}],
    )
    shown = act.package_show(id="foreign_one")
    extras = {one["key"]: one["value"] for one in shown["extras"]}
    found = act.resource_show(id="11111111-2222-4333-8444-555555555555")
    assert (extras["spatial"], extras["theme_of_theirs"], shown["author"]) == ("{}", "x", "Somebody else")
    assert {name: found[name] for name in resource} == resource


def test_an_organization_of_a_dump_becomes_a_member(second: HostedCity, key: str) -> None:
    line = {"name": "xin-danwei", "title": "新单位", "extras": [{"key": "uscc", "value": "11410199MB0DEM999H"}]}
    dumped = json.dumps(line, ensure_ascii=False)
    code = organisation_code("11410199MB0DEM99")
    ckanapi("load", "organizations", "-r", second.url, "-a", key, lines=dumped.replace("11410199MB0DEM999H", code))
    shown = RemoteCKAN(second.url).action.organization_show(id="xin-danwei")
    assert shown["title"] == "新单位"


def organisation_code(stem: str) -> str:
    """Return a credit code that begins with a stem: the last characters are tried until one fits."""
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    codes = (f"{stem}{one}{other}" for one in letters for other in letters)
    return next(code for code in codes if identifiers.organisation_code(code).row is None)
