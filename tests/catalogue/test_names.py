"""Slugs and sort keys."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.names import SLUG_LENGTH, pinyin_sort_key, slug


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
