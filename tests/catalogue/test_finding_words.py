"""Words the city gives to its data elements are synonyms of the search at once, in every process, with no new index."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from catalogue.dictionary_elements import Dictionary, Word, WordKind, shipped
from catalogue.dictionary_own import OwnElement
from catalogue.finding import PUBLIC_VIEWER, Ask, find, find_items
from catalogue.finding_terms import plain_terms
from catalogue.finding_words import synonyms_with
from catalogue.item import DataType, Item
from hub.database import Database
from hub.directory.dictionary import store
from policies.facts import Sensitivity
from tests.catalogue.directory import AT, described, holder, put_in_force
from tests.conftest import SMALL, lent_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server

POLICE, WATER = holder("示例市公安局"), holder("示例市水务局")
ID_NUMBER = Item("公民身份号码", "gmsfhm", DataType.TEXT, sensitivity=Sensitivity.PI, base_item=True)
METER = Item("用水户编号", "yonghu", DataType.TEXT, sensitivity=Sensitivity.PUB)
PERSONS = replace(described("人口基础信息", POLICE), name="renkou", items=(ID_NUMBER,))
METERS = replace(described("供水台账", WATER), name="gongshui", items=(METER,))
OWN = OwnElement(
    "C0042", "用水户编号", "water customer", "每个用水户的编号", DataType.TEXT, length=12, synonyms=("水表卡号",)
)
SOMEBODY = uuid.UUID(int=1)


@pytest.fixture(scope="module")
def directory(server: Server, template: str) -> Iterator[Database]:
    with lent_database(server, template) as database:
        with database.begin() as unit:
            put_in_force(unit, [(POLICE, PERSONS), (WATER, METERS)])
        yield database


@contextmanager
def word(directory: Database, text: str, kind: WordKind = WordKind.SAME) -> Iterator[None]:
    """Add a word for the citizen's identity number, and take it away again."""
    with directory.begin() as unit:
        store.add_word(unit, "P001", Word(kind, text), SOMEBODY, AT)
    try:
        yield
    finally:
        with directory.begin() as unit:
            store.remove_word(unit, "P001", text)


def entries(directory: Database, text: str) -> list[str]:
    with directory.begin() as unit:
        return [hit.name for hit in find(unit, PUBLIC_VIEWER, Ask(text, suggest=False)).hits]


def items(directory: Database, text: str) -> list[str]:
    with directory.begin() as unit:
        return [hit.column for hit in find_items(unit, PUBLIC_VIEWER, Ask(text)).hits]


@pytest.mark.parametrize("text", ["社会保障号", "个人社会保障号", "ＩＣ卡码"])
def test_a_word_of_the_city_finds_what_is_called_otherwise(directory: Database, text: str) -> None:
    added = text.removeprefix("个人")
    before = entries(directory, text)
    with word(directory, added):
        during = entries(directory, added), items(directory, added)
    assert (before, during, entries(directory, text)) == ([], (["renkou"], ["gmsfhm"]), [])


def test_another_process_knows_a_word_at_its_next_search(directory: Database) -> None:
    other = Database(directory.url, SMALL)
    try:
        before = items(other, "医保卡号")
        with word(directory, "医保卡号"):
            assert (before, items(other, "医保卡号")) == ([], ["gmsfhm"])
        assert items(other, "医保卡号") == []
    finally:
        other.close()


def test_a_word_used_for_other_things_too_is_no_synonym(directory: Database) -> None:
    with word(directory, "社保标识码", WordKind.NEAR):
        assert items(directory, "社保标识码") == []


def test_an_own_element_brings_its_synonyms_when_it_is_accepted_and_takes_them_with_it(directory: Database) -> None:
    proposed = store.OwnVersion(OWN.code, 1, store.PROPOSED, OWN, SOMEBODY, SOMEBODY, AT)
    found = []
    with directory.begin() as unit:
        store.insert_version(unit, proposed)
    for state in (None, store.IN_FORCE, store.RETIRED):
        if state is not None:
            with directory.begin() as unit:
                store.settle(unit, proposed, state)
        found.append(items(directory, "水表卡号"))
    assert found == [[], ["yonghu"], []]


def test_a_word_that_was_undone_is_forgotten(directory: Database) -> None:
    with directory.begin() as unit:
        point = unit.connection.begin_nested()
        store.add_word(unit, "P001", Word(WordKind.SAME, "市民码号"), SOMEBODY, AT)
        inside = find_items(unit, PUBLIC_VIEWER, Ask("市民码号")).total
        point.rollback()
    with word(directory, "居民码号"):  # takes the revision the undone word had
        assert (inside, items(directory, "市民码号"), items(directory, "居民码号")) == (1, [], ["gmsfhm"])


def test_words_are_read_when_they_change_and_cost_no_statement_otherwise(directory: Database) -> None:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    with word(directory, "社会保障号"):
        entries(directory, "人口")
        sa.event.listen(directory.engine, "before_cursor_execute", note)
        entries(directory, "社会保障号")
        sa.event.remove(directory.engine, "before_cursor_execute", note)
    tables = [sum(table in one for one in seen) for table in ("element_word", "own_element", "directory_state")]
    assert tables == [0, 0, 1]


@pytest.mark.parametrize("text", ["——", "卡", "。。"])
def test_a_word_without_two_characters_to_look_for_is_not_joined(text: str) -> None:
    element = shipped().get("P001")
    words = tuple(Word(WordKind.SAME, one) for one in ("社会保障号", text))
    known = synonyms_with(Dictionary([replace(element, words=(*element.words, *words))]))
    assert (text in known.others, all(map(plain_terms, known.others["社会保障号"]))) == (False, True)
