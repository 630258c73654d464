"""Slugs, sort keys, search terms."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.names import SLUG_LENGTH, index_terms, pinyin_sort_key, search_terms, slug


def test_a_title_becomes_pinyin() -> None:
    assert slug("公交站点（2025年）") == "gong-jiao-zhan-dian-2025-nian"


def test_the_suffix_is_kept_whole() -> None:
    assert slug("企业登记信息" * 20, "a1b2").endswith("-a1b2")


@settings(deadline=None)
@given(st.text(max_size=120), st.sampled_from(["", "7", "a1b2c3"]))
def test_a_slug_is_short_ascii_for_any_title(title: str, suffix: str) -> None:
    name = slug(title, suffix)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
    assert len(name) <= SLUG_LENGTH


def test_names_sort_by_pinyin() -> None:
    names = ["郑州市", "吉林市", "安阳市", "洛阳市"]
    assert sorted(names, key=pinyin_sort_key) == ["安阳市", "吉林市", "洛阳市", "郑州市"]


def test_equal_letters_sort_by_tone() -> None:
    assert sorted(["是", "诗", "时", "使"], key=pinyin_sort_key) == ["诗", "时", "使", "是"]


def test_a_han_run_gives_its_two_grams() -> None:
    assert search_terms("人口数据") == ["人口", "口数", "数据"]


def test_latin_words_and_numbers_stand_whole() -> None:
    assert search_terms("ＰＭ2.5 监测") == ["pm2", "5", "监测"]


def test_a_single_character_is_its_own_term() -> None:
    assert search_terms("桥") == ["桥"]


@pytest.mark.parametrize(
    ("query", "text"),
    [("身份证号", "公民身份号码"), ("公民身份号码", "身份证号"), ("企业", "法人单位基本信息"), ("GDP", "地区生产总值")],
)
def test_either_wording_finds_the_other(query: str, text: str) -> None:
    assert set(search_terms(query)) <= set(search_terms(text))


@pytest.mark.parametrize("query", ["renkou", "rk", "口", "人口", "人口基础"])
def test_the_index_answers_pinyin_initials_and_single_characters(query: str) -> None:
    text = "人口" if query == "rk" else "人口基础信息"
    assert set(search_terms(query)) <= set(index_terms(text))


@settings(deadline=None)
@given(st.text(max_size=40))
def test_a_text_is_found_by_itself(text: str) -> None:
    assert set(search_terms(text)) <= set(index_terms(text))
