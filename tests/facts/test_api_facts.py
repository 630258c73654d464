"""Statements about every operation of the API, asked of its OpenAPI document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import pytest

from hub.app import build_services, create_app
from hub.portal.api_page import AUDIENCES
from hub.settings import Settings
from tests.conftest import lent_database

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

TAGS: Final = {tag for tag, _, _ in AUDIENCES}
HAN: Final = re.compile("[\u4e00-\u9fff]")
LATIN: Final = re.compile("[A-Za-z]{3}")
LISTS: Final = {"total", "returned", "next"}


@pytest.fixture(scope="module")
def document(server: Any, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Any]]:
    """Give the OpenAPI document of a hub that serves both entry points."""
    with lent_database(server, template) as database:
        settings = Settings(data_dir=tmp_path_factory.mktemp("facts"), demo=True)
        yield create_app(build_services(settings, database)).openapi()


@pytest.fixture(scope="module")
def operations(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Give every operation by method and path."""
    found = {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    assert len(found) > 40
    return found


def test_the_audiences_are_the_four_of_the_city() -> None:
    assert {"citizens", "agencies", "departments", "operators"} == TAGS


def test_every_operation_names_exactly_one_audience(operations: Mapping[str, Mapping[str, Any]]) -> None:
    assert {
        name: one.get("tags") for name, one in operations.items() if len(TAGS & set(one.get("tags", ()))) != 1
    } == {}


def test_no_operation_has_a_tag_that_is_no_audience(operations: Mapping[str, Mapping[str, Any]]) -> None:
    assert {name for name, one in operations.items() if set(one.get("tags", ())) - TAGS} == set()


def test_every_operation_says_what_it_does_in_both_languages(operations: Mapping[str, Mapping[str, Any]]) -> None:
    poor = {
        name: one.get("summary")
        for name, one in operations.items()
        if not (HAN.search(one.get("summary", "")) and LATIN.search(one.get("summary", "").partition("/")[2]))
    }
    assert poor == {}


def test_every_operation_is_described(operations: Mapping[str, Mapping[str, Any]]) -> None:
    assert [name for name, one in operations.items() if not one.get("description")] == []


def test_names_of_operations_are_unique(operations: Mapping[str, Mapping[str, Any]]) -> None:
    names = [one["operationId"] for one in operations.values()]
    assert sorted(names) == sorted(set(names))


def test_every_operation_is_in_the_reference(operations: Mapping[str, Any], top: Path) -> None:
    page = (top / "docs/reference/api.md").read_text("utf-8")
    assert [name for name in operations if f"`{name}`" not in page] == []


def test_every_body_refuses_members_it_does_not_know(document: Mapping[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    bodies = {name for name in schemas if name.endswith("Body")}
    assert len(bodies) > 10
    assert {name for name in bodies if schemas[name].get("additionalProperties") is not False} == set()


def test_every_list_with_a_type_says_total_returned_and_next(document: Mapping[str, Any]) -> None:
    lists = {name: one for name, one in document["components"]["schemas"].items() if name.startswith("ListAnswer")}
    assert lists
    assert {name for name, one in lists.items() if not set(one["required"]) >= LISTS} == set()
