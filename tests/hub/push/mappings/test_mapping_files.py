"""A mapping as a value and as a clerk's TOML file: written and read again, never guessed at; how names are compared."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.item import DataType, Item
from connectors.port import ReadOptions
from hub.push.header import HeaderMapping
from hub.push.mappings.errors import MappingFormatError
from hub.push.mappings.file_mapping import FileMapping, fingerprint
from hub.push.mappings.likeness import SURE, likeness
from hub.push.mappings.toml_text import Document, dump, load
from policies.facts import Sensitivity

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
NAMES = TEXTS.filter(lambda text: text.strip() != "")
OPTIONS = st.builds(
    ReadOptions,
    encoding=st.none() | NAMES,
    sheet=st.none() | NAMES | st.integers(1, 9),
    quote=TEXTS,
    header_row=st.integers(1, 99),
    header_rows=st.integers(1, 9),
    no_header=st.booleans(),
    columns=st.lists(NAMES, max_size=3).map(tuple),
    footer_words=st.lists(NAMES, max_size=3).map(tuple),
    unpivot=TEXTS,
)


@st.composite
def mappings(draw: st.DrawFn) -> FileMapping:
    """Any mapping that can be saved."""
    keys = draw(st.lists(NAMES, min_size=1, max_size=6, unique=True))
    cut = draw(st.integers(0, len(keys)))
    rename = {key: draw(NAMES) for key in keys[:cut]}
    absent = frozenset(draw(st.lists(NAMES, max_size=3)))
    return FileMapping(draw(OPTIONS), HeaderMapping(rename, frozenset(keys[cut:]), absent), tuple(keys))


@given(mappings(), TEXTS, TEXTS, st.none() | st.integers(1, 999))
def test_a_mapping_written_and_read_is_the_same(mapping: FileMapping, entry: str, why: str, version: int) -> None:
    document = Document(mapping, entry, why, version)
    remarks = dict.fromkeys(mapping.columns.rename, f"{why}\n# x")
    assert load(dump(document, remarks)) == document


@given(mappings())
def test_a_mapping_as_json_is_the_same(mapping: FileMapping) -> None:
    assert FileMapping.from_dict(mapping.to_dict()) == mapping


MAPPING = FileMapping(
    ReadOptions(header_row=4, footer_words=("注",)),
    HeaderMapping({"地区": "region", "C": "year"}, frozenset({"备注"}), frozenset({"说明"})),
    ("地区", "备注", ""),
)


def test_the_file_has_comments_in_both_languages() -> None:
    text = dump(Document(MAPPING, "diqu", "年报"))
    comments = [line for line in text.splitlines() if "#" in line]
    assert ("表头所在行" in text, "line of the header" in text, len(comments) > 8) == (True, True, True)


@pytest.mark.parametrize(
    "text",
    [
        "header = [",
        "x = 1",
        'header = ["a"]\nentry = 3',
        'header = ["a"]\n[read]\nfoo = 1',
        "[columns]\n" + '"a" = "b"',
    ],
    ids=["no TOML", "stranger", "entry", "option", "no header"],
)
def test_a_file_that_is_not_written_right_is_explained(text: str) -> None:
    with pytest.raises(MappingFormatError):
        load(text)


@pytest.mark.parametrize(
    ("one", "other", "in_order", "same"),
    [
        (("地区", "年份"), ("年份", "地 区"), False, True),
        (("地区", "年份"), ("年份", "地区"), True, False),
        (("Ｃｏｄｅ", "a"), ("code", "A", "", ""), True, True),
        (("地区", ""), ("地区",), False, True),
        (("地区", "地区"), ("地区",), False, False),
        (("地区",), ("地域",), False, False),
    ],
)
def test_a_header_is_known_by_its_normalised_names(
    one: tuple[str, ...],
    other: tuple[str, ...],
    in_order: bool,  # noqa: FBT001 - a table of cases
    same: bool,  # noqa: FBT001 - a table of cases
) -> None:
    assert (fingerprint(one, in_order=in_order) == fingerprint(other, in_order=in_order)) is same


def test_a_mapping_by_letters_minds_the_order() -> None:
    by_name = replace(MAPPING, columns=HeaderMapping({"地区": "region"}))
    assert (MAPPING.goes_by_letter, by_name.goes_by_letter) == (True, False)


PERSON = Item("公民身份号码", "citizen_id", DataType.TEXT, 18, check="citizen_id", sensitivity=Sensitivity.PI)
PEOPLE = Item("常住人口（万人）", "changzhu_renkou", DataType.NUMBER, aliases=("常住人口数",))


@pytest.mark.parametrize(
    ("name", "item", "reason"),
    [
        ("常住人口（万人）", PEOPLE, "名称相同"),
        ("CHANGZHU_RENKOU", PEOPLE, "列名相同"),
        ("常住人口数", PEOPLE, "别名相同"),
        ("常住人口", PEOPLE, "去掉单位或说明后名称相同"),
        ("2024年/常住人口数", PEOPLE, "下级表头名称相同"),
        ("身份证号", PERSON, "同义词"),
        ("gmsfhm", PERSON, "拼音相同"),
    ],
)
def test_a_name_in_another_guise_is_sure_and_says_why(name: str, item: Item, reason: str) -> None:
    found = likeness(name, item, ())
    assert (found.zh, found.score >= SURE) == (reason, True)


@pytest.mark.parametrize(("name", "item"), [("人口", PEOPLE), ("常住总人口", PEOPLE), ("身份", PERSON), ("x", PERSON)])
def test_a_name_that_is_only_alike_is_not_sure(name: str, item: Item) -> None:
    assert likeness(name, item, ()).score < SURE


IDS = ("11010519491231002X", "440524188001010014", "110105194912310021")


def test_values_alone_are_a_question_and_not_an_answer() -> None:
    found = likeness("证件", PERSON, IDS)
    assert (0 < found.score < SURE, "18 位" in found.zh) == (True, True)


def test_values_that_contradict_a_name_make_it_a_question() -> None:
    assert likeness("身份证号", PERSON, ("河南", "吉林", "郑州")).score < SURE
