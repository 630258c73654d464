"""The type of a problem is an address of the hub, and at that address stands what it means (RFC 9457 3.1.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from hub.app import build_services, create_app
from hub.problems import all_types
from hub.settings import Settings
from tests.conftest import lent_database

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST_PAGE = 100_000
"""Bytes of a page, as of the other pages of the portal."""
BROWSER = {"Accept": "text/html,*/*;q=0.8"}


@pytest.fixture(scope="module")
def reader(server: Any, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Give somebody who reads what a hub answers."""
    with lent_database(server, template) as database:
        settings = Settings(data_dir=tmp_path_factory.mktemp("problems"), demo=True)
        yield TestClient(create_app(build_services(settings, database)))


def test_a_program_reads_at_the_type_of_its_problem_what_it_means_and_what_to_do(reader: TestClient) -> None:
    problem = reader.get("/ledger/checkpoint?size=9").json()
    meaning = reader.get(problem["type"]).json()
    assert (meaning["type"], meaning["status"], meaning["title"]) == (problem["type"], 404, problem["title"])
    assert all(meaning[part] for part in ("meaning", "meaning_en", "next", "next_en"))


@pytest.mark.parametrize(("path", "words"), [("/problems/refused", "救济"), ("/en/problems/refused", "remedy")])
def test_a_browser_gets_a_page_in_its_language(reader: TestClient, path: str, words: str) -> None:
    page = reader.get(path, headers=BROWSER)
    assert (page.status_code, page.headers["content-type"], words in page.text) == (
        200,
        "text/html; charset=utf-8",
        True,
    )


def test_the_list_names_every_type(reader: TestClient) -> None:
    listed = reader.get("/problems").json()
    slugs = [one["type"].removeprefix("/problems/") for one in listed["problems"]]
    assert (slugs, listed["total"], listed["returned"], listed["next"]) == (
        list(all_types()),
        len(slugs),
        len(slugs),
        None,
    )


def test_the_page_of_the_list_links_every_type(reader: TestClient) -> None:
    page = reader.get("/en/problems", headers=BROWSER).text
    assert [slug for slug in all_types() if f'href="/en/problems/{slug}"' not in page] == []


@pytest.mark.parametrize("path", ["/problems", "/en/problems"])
def test_the_page_of_the_list_holds_every_type_in_the_budget_of_a_page(reader: TestClient, path: str) -> None:
    page = reader.get(path, headers=BROWSER).text
    assert [slug for slug in all_types() if f'id="{slug}"' not in page] == []
    assert str(len(all_types())) in page
    assert len(page.encode()) <= LARGEST_PAGE, len(page.encode())


def test_the_page_of_a_type_leads_back_to_its_place_in_the_list(reader: TestClient) -> None:
    assert 'href="/en/problems#refused"' in reader.get("/en/problems/refused", headers=BROWSER).text


def test_a_type_that_does_not_exist_is_not_found(reader: TestClient) -> None:
    assert reader.get("/problems/none").status_code == 404
