"""What the documentation repeats from the code is as the code says it; nothing the code knows is left out."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hub.ledger.drafts import FIELDS
from hub.settings import Settings
from policies import claims
from tests.docs import blocks_catalogue, blocks_law
from tests.docs.generated import BLOCKS, OPERATIONS, PAGES, PART, TOP, generated, openapi

if TYPE_CHECKING:
    from collections.abc import Mapping

WITH_PARTS = [page for page in PAGES if PART.search(page.read_text("utf-8"))]


@pytest.fixture(scope="session")
def document(server: Any, template: str, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """Give the OpenAPI document of a hub."""
    from tests.conftest import lent_database

    with lent_database(server, template) as database:
        return openapi(database, Settings(data_dir=tmp_path_factory.mktemp("openapi"), demo=True))


@pytest.mark.parametrize("page", WITH_PARTS, ids=lambda page: page.relative_to(TOP).as_posix())
def test_the_generated_parts_of_a_page_are_as_the_code_says(page: Path, document: Mapping[str, Any]) -> None:
    text = page.read_text("utf-8")
    assert generated(text, document) == text, "python -m tests.docs.generated --write"


def test_every_block_stands_in_a_page() -> None:
    used = {name for page in PAGES for _, name, _, _ in PART.findall(page.read_text("utf-8"))}
    assert used == {*BLOCKS, OPERATIONS}


def test_every_begun_part_of_a_page_ends() -> None:
    texts = [page.read_text("utf-8") for page in PAGES]
    begun = [len(re.findall(r"<!-- generated: [a-z-]+ -->", text)) for text in texts]
    assert begun == [len(PART.findall(text)) for text in texts]


def test_a_page_that_says_something_else_than_the_code_is_found() -> None:
    stale = "<!-- generated: ladder -->\nanything\n<!-- end -->\n"
    assert generated(stale, {}) != stale


def test_every_class_and_member_has_its_meaning_and_no_other_has() -> None:
    kinds = [*blocks_catalogue.PARTS, *blocks_law.NAMES.values(), claims.Referral]
    code = {kind.__name__: {field.name for field in fields(kind)} for kind in kinds}
    told = tomllib.loads(Path(__file__).with_name("meanings.toml").read_text("utf-8"))
    assert {name: set(members) for name, members in told.items()} == {**code, "Receipt": set(FIELDS)}


def test_the_openapi_document_of_the_test_is_that_of_a_whole_hub(document: Mapping[str, Any]) -> None:
    assert {"/api/v1/datasets/{name}/rows", "/api/v1/exchange/{name}/verify", "/oauth/token"} <= set(document["paths"])
