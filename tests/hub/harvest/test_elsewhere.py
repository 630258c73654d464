"""Catalogues at addresses are read page by page through the guarded client; open entries go out to a CKAN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hub.identity.roles import Role
from tests.hub.harvest.conftest import AUTHORITY, record
from tests.hub.harvest.servers import TOKEN, Elsewhere, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.hub.harvest.conftest import Library

PUSH = "/api/v1/harvest/push-to-ckan"


@pytest.fixture
def feed() -> Iterator[Elsewhere]:
    """Serve a feed of five datasets in three pages."""
    with serving(Elsewhere(titles=[f"远方名录{number}" for number in range(5)])) as held:
        yield held


def test_a_dcat_feed_is_followed_page_by_page_to_its_end(library: Library, feed: Elsewhere) -> None:
    run = library.run(library.add(kind="rdf", address=f"{feed.url}/catalog"))
    assert (run["state"], run["counts"]["added"], len(feed.asked)) == ("review", 5, 3)


def test_a_ckan_is_read_page_by_page_to_its_end(library: Library, feed: Elsewhere) -> None:
    for number in range(5):
        feed.packages[str(number)] = {"id": str(number), "name": f"p{number}", "title": f"包{number}", "resources": []}
    run = library.run(library.add(kind="ckan", address=feed.url))
    assert (run["state"], run["counts"]["added"]) == ("review", 5)


def test_a_page_on_another_machine_is_not_followed(library: Library, feed: Elsewhere) -> None:
    run = library.run(library.add(kind="rdf", address=f"{feed.url.replace('127.0.0.1', 'localhost')}/catalog"))
    assert (run["state"], run["error"]["type"]) == ("failed", "CatalogueFormatError")


def test_a_run_that_fails_on_a_later_page_takes_nothing_as_gone(library: Library, feed: Elsewhere) -> None:
    code = library.add(kind="rdf", address=f"{feed.url}/catalog")
    library.publish(library.run(code))
    feed.fails_at = len(feed.asked) + 2
    failed = library.run(code)
    standing = {one["standing"] for one in library.records(code)}
    assert (failed["state"], failed["error"]["type"], standing) == ("failed", "SourceQueryError", {"present"})


def test_an_address_inside_is_refused_when_it_is_registered(library: Library) -> None:
    body = {"code": "inside", "definition": {"name": "内网", "address": "http://10.0.0.1/catalog"}}
    answer = library.doors.staff(AUTHORITY, Role.CLERK).post("/api/v1/harvest/sources", json=body)
    assert answer.status_code in {403, 422}


def test_open_entries_reach_a_ckan_once_and_what_is_withdrawn_is_taken_back(library: Library) -> None:
    code = library.add()
    library.publish(library.run(code, [record(1, 标题="外送名录"), record(2, 标题="不送名录", 开放类型="不予开放")]))
    with serving(Elsewhere()) as ckan:
        body = {"address": ckan.url, "token": TOKEN, "organization": "city", "include_harvested": True, "limit": 1000}
        first = library.reviewer.post(PUSH, json=body).json()
        titles = {str(one["title"]) for one in ckan.packages.values()}
        again = library.reviewer.post(PUSH, json=body).json()
        library.publish(library.run(code, [record(2, 标题="不送名录", 开放类型="不予开放")]))
        last = library.reviewer.post(PUSH, json=body).json()
    assert first["created"] >= 1
    assert ("外送名录" in titles, "不送名录" in titles) == (True, False)
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, first["created"])
    assert (last["deleted"], "外送名录" in {str(one["title"]) for one in ckan.packages.values()}) == (1, False)


def test_a_push_goes_on_where_it_was_and_never_takes_another_package(library: Library) -> None:
    code = library.add()
    library.publish(library.run(code, [record(number, 标题=f"续送名录{number}") for number in range(3)]))
    with serving(Elsewhere(packages={"x": {"id": "x", "name": "xu-song-ming-lu-0", "title": "别人的"}})) as ckan:
        body: dict[str, Any] = {"address": ckan.url, "token": TOKEN, "organization": "city", "include_harvested": True}
        done = [library.reviewer.post(PUSH, json={**body, "limit": 2}).json() for _ in range(2)]
        rest = library.reviewer.post(PUSH, json={**body, "limit": 1000}).json()
    assert (done[0]["created"], done[1]["created"], rest["remaining"]) == (2, 2, 0)
    assert ckan.packages["x"]["title"] == "别人的"
    assert len({one["name"] for one in ckan.packages.values()}) == len(ckan.packages)


def test_a_wrong_token_is_told_and_nothing_is_kept(library: Library) -> None:
    library.publish(library.run(library.add(), [record(1)]))
    with serving(Elsewhere()) as ckan:
        body = {"address": ckan.url, "token": "wrong", "organization": "city", "include_harvested": True}
        answer = library.reviewer.post(PUSH, json=body)
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (422, "source-denied")


@pytest.mark.parametrize("token", ["", "Ä", "a b", "a\n"])
def test_a_token_that_no_header_takes_is_refused_by_its_place(library: Library, token: str) -> None:
    body = {"address": "https://ckan.example", "token": token, "organization": "shujuju"}
    answer = library.doors.staff(AUTHORITY, Role.CATALOGUE_REVIEWER).post(PUSH, json=body)
    assert (answer.status_code, "token" in answer.text) == (422, True)
