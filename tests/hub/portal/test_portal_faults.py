"""Faults nobody foresaw, and limits met before any route: browsers get a page, programs a problem document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

from hub.app import build_services, create_app, with_limits

if TYPE_CHECKING:
    from hub.database import Database
    from hub.settings import Settings

BROWSER = {"Accept": "text/html"}


@pytest.fixture
def client(database: Database, settings: Settings) -> TestClient:
    """Give an app two of whose addresses fail."""
    services = build_services(settings, database)
    app = create_app(services)

    def fail() -> None:
        raise RuntimeError("身份号码 410199199001011232")

    for path in ("/broken", "/en/broken"):
        app.get(path)(fail)
    return TestClient(with_limits(app, services), raise_server_exceptions=False)


@pytest.mark.parametrize(("path", "word"), [("/broken", "系统内部故障"), ("/en/broken", "Unexpected fault")])
def test_a_fault_nobody_foresaw_is_a_page_for_a_browser(client: TestClient, path: str, word: str) -> None:
    answer = client.get(path, headers=BROWSER)
    assert (answer.status_code, word in answer.text, "410199" in answer.text) == (500, True, False)


def test_a_fault_nobody_foresaw_is_a_problem_document_for_a_program(client: TestClient) -> None:
    answer = client.get("/broken")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")


def test_an_address_that_is_too_long_is_a_page_for_a_browser(client: TestClient) -> None:
    answer = client.get("/catalog?q=" + "x" * 20_000, headers=BROWSER)
    assert (answer.status_code, answer.headers["content-type"]) == (431, "text/html; charset=utf-8")


@pytest.mark.parametrize("entry_point", ["public", "exchange"])
def test_only_the_entry_point_of_organs_has_a_login(database: Database, settings: Settings, entry_point: str) -> None:
    app = create_app(build_services(settings, database), "public" if entry_point == "public" else "exchange")
    with TestClient(app) as client:
        shown = client.get("/", headers=BROWSER)
        assert ("/login" in shown.text, client.get("/login").status_code) == (
            (False, 404) if entry_point == "public" else (True, 200)
        )
