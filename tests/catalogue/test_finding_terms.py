"""How a text becomes terms, and how what is typed is read: either wording, pinyin, initials, width, old forms."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.finding_terms import any_of, fold, plain_terms, read, title_terms
from catalogue.synonyms import GENERIC, groups_by_word


def finds(query: str, text: str, *, loosely: bool = False) -> bool:
    """Return whether a title of ``text`` holds every word of ``query`` in one of its ways."""
    held = set(title_terms(text))
    required = read(query, loosely=loosely).required
    return bool(required) and all(any(set(way) <= held for way in word.ways) for word in required)


def test_a_han_run_gives_its_two_grams() -> None:
    assert plain_terms("人口数据") == ["人口", "口数", "数据"]


def test_latin_words_and_numbers_stand_whole() -> None:
    assert plain_terms("ＰＭ2.5 监测") == ["pm2", "5", "监测"]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("身份证号", "公民身份号码"),
        ("公民身份号码", "身份证号"),
        ("企业", "市场主体基本信息"),
        ("GDP", "地区生产总值"),
        ("低保", "最低生活保障对象"),
        ("企业身份证号", "市场主体负责人公民身份号码"),
        ("桥", "桥梁基本信息"),
        ("交站", "公交站点信息"),
        ("公交的站点", "公交站点信息"),
        ("養老機構", "养老机构名录"),
        ("ｇｄｐ", "GDP核算"),
        ("gongshang dengji", "工商登记信息"),
        ("GongShangDengJi", "工商登记信息"),
        ("renkou", "人口基础信息"),
        ("bus stop", "Bus stops"),
        ("养老机构信息", "养老机构名录"),
    ],
)
def test_either_wording_finds_the_other(query: str, text: str) -> None:
    assert finds(query, text)


@pytest.mark.parametrize(("query", "text"), [("gsdj", "工商登记信息"), ("rk", "人口"), ("kou", "人口基础信息")])
def test_initials_and_single_syllables_are_read_where_words_find_nothing(query: str, text: str) -> None:
    assert (finds(query, text), finds(query, text, loosely=True)) == (False, True)


@pytest.mark.parametrize(("query", "text"), [("人口", "口人"), ("gsdj", "登记工商"), ("公交站牌", "公交站点信息")])
def test_what_is_another_word_is_not_found(query: str, text: str) -> None:
    assert not finds(query, text, loosely=True)


def test_words_of_every_title_are_asked_for_only_alone() -> None:
    assert ([word.text for word in read("养老信息").required], [word.text for word in read("信息").required]) == (
        ["养老"],
        ["信息"],
    )


def test_no_word_is_a_synonym_of_itself_nor_a_generic_one() -> None:
    groups = groups_by_word()
    assert [word for word, others in groups.items() if word in others or word in GENERIC] == []


@settings(deadline=None)
@given(st.text(max_size=40))
def test_a_text_is_found_by_itself(text: str) -> None:
    assert set(plain_terms(text)) <= set(title_terms(text))


@settings(deadline=None)
@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_a_way_that_asks_for_more_than_another_is_not_asked_for() -> None:
    assert any_of((("法人",), ("法人", "人名"), ("姓名", "人名"))) == "'法人'|'姓名'&'人名'"


def test_ways_of_the_same_terms_are_asked_for_once() -> None:
    assert any_of((("甲乙", "乙丙"), ("乙丙", "甲乙"))).count("|") == 0


@given(
    st.lists(st.frozensets(st.sampled_from("甲乙丙丁"), min_size=1), min_size=1, max_size=6),
    st.frozensets(st.sampled_from("甲乙丙丁")),
)
def test_what_is_found_is_the_same_whatever_is_left_out(ways: list[frozenset[str]], held: frozenset[str]) -> None:
    asked = [{term.strip("'") for term in way.split("&")} for way in any_of(tuple(map(tuple, ways))).split("|")]
    assert any(way <= held for way in ways) == any(way <= held for way in asked)
