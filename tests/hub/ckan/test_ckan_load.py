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
from catalogue.entry import Entry
from catalogue.store import find_entry, find_version
from hub.identity.roles import Role
from hub.open.ckan import served
from hub.open.ckan.asks import Arguments, CkanAsk
from hub.open.ckan.errors import CkanNotFoundError
from policies.facts import OpenType, ShareType
from tests.hub.ckan.writers import Office, office, token_of
from tests.support import acts
from tests.support.hosted import hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server
    from tests.support.hosted import HostedCity

COMPANIES, MARRIAGES, ON_CONDITIONS = acts.COMPANIES, acts.MARRIAGES, "qiye-nianbao"
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
        for name in (COMPANIES, MARRIAGES, ON_CONDITIONS):
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


@pytest.fixture(scope="module")
def old_key(first: Office) -> str:
    """Give the import token of the first hub's catalogue reviewer, who may know of every entry."""
    return token_of(first.city, first.city.people.city.authority.slug, Role.CATALOGUE_REVIEWER, scope="import")


def test_a_dump_loaded_into_an_empty_hub_and_dumped_again_is_the_same(
    first: Office, second: HostedCity, key: str, old_key: str
) -> None:
    whole = ("dump", "datasets", "--all", "--include-private", "-q")
    dumped = ckanapi(*whole, "-r", first.city.url, "-a", old_key)
    ckanapi("load", "datasets", "-p", "1", "-r", second.url, "-a", key, lines=dumped)
    again = ckanapi(*whole, "-r", second.url, "-a", key)
    one, other = ([json.loads(line) for line in text.splitlines()] for text in (dumped, again))
    assert [line["private"] for line in one].count(True) == 1, "the reviewer's dump has the closed entry too"
    assert len(one) == 4
    for before, after in zip(one, other, strict=True):
        changed = {name for name in {*before, *after} if without_ids(before.get(name)) != without_ids(after.get(name))}
        told = {name: (before.get(name), after.get(name)) for name in changed - IDS_AND_DATES}
        assert told == {}, before["name"]


def test_an_imported_entry_that_is_not_open_is_shared_on_conditions_and_keeps_what_is_open_on_request(
    first: Office, second: HostedCity, key: str, old_key: str
) -> None:
    for name in (MARRIAGES, ON_CONDITIONS):
        shown = RemoteCKAN(first.city.url, apikey=old_key).action.package_show(id=name)
        RemoteCKAN(second.url, apikey=key).action.package_update(**shown)
    with second.services.database.begin() as unit:
        rows = [find_entry(unit, name) for name in (MARRIAGES, ON_CONDITIONS)]
        versions = [find_version(unit, row.id, row.published_version or 0) for row in rows if row is not None]
    closed, on_request = (Entry.from_dict(version.body) for version in versions if version is not None)
    assert [one.sharing.type for one in (closed, on_request)] == [ShareType.CONDITIONAL] * 2
    assert {closed.open_type(item) for item in closed.items} == {OpenType.CLOSED}
    assert OpenType.CONDITIONAL in {on_request.open_type(item) for item in on_request.items}


def test_what_is_closed_is_shown_to_the_reviewer_alone_and_not_on_the_public_entry_point(
    first: Office, old_key: str
) -> None:
    def names(apikey: str | None, **more: Any) -> set[str]:
        act = RemoteCKAN(first.city.url, apikey=apikey).action
        found = act.package_search(q="", rows=1000, **more)["results"]
        return {*act.package_list(**more), *(one["name"] for one in found)}

    assert MARRIAGES in names(old_key, include_private=True)
    assert RemoteCKAN(first.city.url, apikey=old_key).action.package_show(id=MARRIAGES)["private"] is True
    assert MARRIAGES not in names(old_key) | names(None, include_private=True)
    assert MARRIAGES not in names(first.token, include_private=True)
    state = first.city.services
    call = Arguments({"id": MARRIAGES})
    with pytest.raises(CkanNotFoundError):
        served.run(served.find("package_show"), CkanAsk(state, call, served.caller_of(state, old_key)))


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
        theme_of_their_schema=["transport"],
        extras=[{"key": "spatial", "value": "{}"}, {"key": "theme_of_theirs", "value": "x"}],
        tags=[{"name": "公交"}],
        resources=[{**resource, "id": "11111111-2222-4333-8444-555555555555"}],
    )
    shown = act.package_show(id="foreign_one")
    extras = {one["key"]: one["value"] for one in shown["extras"]}
    found = act.resource_show(id="11111111-2222-4333-8444-555555555555")
    assert (extras["spatial"], extras["theme_of_theirs"], shown["author"]) == ("{}", "x", "Somebody else")
    assert shown["theme_of_their_schema"] == ["transport"]
    assert {name: found[name] for name in resource} == resource


def test_an_organ_that_is_registered_is_answered_as_it_stands_by_its_code(second: HostedCity, key: str) -> None:
    authority = second.people.city.authority
    extras = [{"key": "uscc", "value": authority.organisation_code}]
    act = RemoteCKAN(second.url, apikey=key).action
    made = act.organization_create(name="another-name", title="另一名称", extras=extras)
    assert made["name"] == authority.slug


def test_an_organ_of_a_division_nobody_registered_is_not_put_elsewhere(second: HostedCity, key: str) -> None:
    extras = [
        {"key": "uscc", "value": organisation_code("11410199MB0DEM98")},
        {"key": "jurisdiction", "value": "410188"},
    ]
    with pytest.raises(ValidationError, match="410188"):
        RemoteCKAN(second.url, apikey=key).action.organization_create(name="qu-danwei", title="区单位", extras=extras)


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
