"""Secrecy marks and personal numbers: what is found, and what must not raise an alarm."""

from __future__ import annotations

import json
import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.marks import PREFILTER_PERSONAL, PREFILTER_SECRECY, MarkKind, find_marks

PERSONS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "privacy" / "multipriv_zh_first_half.json"
SAMPLES = [
    "机密★10年",
    "秘　密 ★ 长期",
    "绝密★启用前",
    "秘密*5年",
    "密级：机密",
    "工作秘密",
    "【工作秘密】",
    "身份证 11010519491231002X",
    "１１０１０５１９４９１２３１００２Ｘ",
    "110105 19491231 002X",
    "手机13812345678",
    "+86 138-1234-5678",
    "卡号 6222020308123456789",
    "zhang.san@example.cn",
]


def kinds(text: str) -> list[MarkKind]:
    """Return the kinds of the marks in ``text``."""
    return [mark.kind for mark in find_marks(text)]


@pytest.mark.parametrize(
    "text",
    [
        "机密★10年",
        "秘密★",
        "绝密★启用前",
        "机 密 ★ 1 年",
        "秘密☆六个月",
        "秘密*5年",
        "机密＊长期",
        "密级：机密",
        "密级为秘密",
        "（秘密★）",
    ],
)
def test_a_mark_of_a_state_secret_is_found(text: str) -> None:
    assert kinds(text) == [MarkKind.STATE_SECRET]


@pytest.mark.parametrize("text", ["工作秘密", "【工作秘密】", "工 作 秘 密\n关于某事的请示", "工作秘密★3年"])
def test_a_heading_of_a_work_secret_is_found(text: str) -> None:
    assert kinds(text) == [MarkKind.WORK_SECRET]


@pytest.mark.parametrize(
    "text",
    [
        "内部资料",
        "内部资料 注意保存",
        "不得泄露工作秘密和国家秘密",
        "商业秘密★3年",
        "保密★",
        "含商业机密",
        "秘密通道",
        "机密性、完整性、可用性",
    ],
)
def test_words_about_secrets_are_no_marks(text: str) -> None:
    assert kinds(text) == []


def test_a_span_gives_the_position_of_the_number() -> None:
    text = "身份证号：１１０１０５１９４９１２３１００２ｘ，电话"
    mark = find_marks(text)[0]
    assert text[mark.start : mark.end] == "１１０１０５１９４９１２３１００２ｘ"


def test_a_number_whose_check_character_fails_is_still_suspicious() -> None:
    mark = find_marks("其号码为410102199003071021。")[0]
    assert (mark.kind, mark.is_certain) == (MarkKind.CITIZEN_ID, False)


@pytest.mark.parametrize(
    "text",
    [
        "订单号410102199003071021",
        "许可证编号 410105202001150001",
        "20250101123456789012",
        "DD410102199003071021",
        "410102199013071021",
        "990102199003071021",
        "4101021990030710219",
        "410102900307102",
    ],
)
def test_an_order_number_raises_no_alarm(text: str) -> None:
    assert kinds(text) == []


def test_the_word_identity_card_outweighs_the_word_number() -> None:
    assert kinds("身份证编号410102199003071021") == [MarkKind.CITIZEN_ID]


def test_a_legacy_number_is_found_beside_its_word() -> None:
    assert kinds("身份证410102900307102") == [MarkKind.CITIZEN_ID]


def test_a_birth_date_after_today_is_not_plausible() -> None:
    assert find_marks("410102203003071021", today=date(2025, 11, 1)) == ()


@pytest.mark.parametrize("text", ["13812345678", "138 1234 5678", "+8613812345678", "tel:138-1234-5678"])
def test_a_mobile_number_is_found(text: str) -> None:
    assert kinds(text) == [MarkKind.PHONE]


@pytest.mark.parametrize("text", ["0371-67181234", "12812345678", "0.13812345678", "138123456789", "单号13812345678"])
def test_what_is_no_mobile_number_is_left_alone(text: str) -> None:
    assert kinds(text) == []


def test_a_bank_card_needs_its_luhn_sum() -> None:
    assert (kinds("6222020308123456789"), kinds("6222020308123456780")) == ([MarkKind.BANK_CARD], [])


@pytest.mark.parametrize(
    "text",
    [
        "https://m.weibo.cn/status/4464548171955429?",
        "来源：http://news.example.cn/share/115804044.html?weibo_id=4464406257316612",
        "www.example.cn/2020/15912345678.html",
    ],
)
def test_the_number_of_a_page_in_its_web_address_is_no_card_and_no_telephone(text: str) -> None:
    assert kinds(text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("https://example.cn/pay?card=4464548171955429", MarkKind.BANK_CARD),
        ("https://example.cn/a?mobile=13812345678&b=1", MarkKind.PHONE),
        ("见 https://example.cn/a，电话13812345678", MarkKind.PHONE),
    ],
)
def test_a_number_that_an_address_calls_one_is_found(text: str, kind: MarkKind) -> None:
    assert kinds(text) == [kind]


def test_an_email_address_is_found() -> None:
    assert kinds("请发至zhang.san@example.cn。") == [MarkKind.EMAIL]


def test_spans_never_overlap_and_are_in_order() -> None:
    marks = find_marks("；".join(SAMPLES))
    assert all(left.end <= right.start for left, right in pairwise(marks))


@pytest.mark.parametrize("text", SAMPLES)
def test_the_prefilters_let_no_sample_slip(text: str) -> None:
    column = pl.Series([text])
    assert column.str.contains(f"{PREFILTER_SECRECY}|{PREFILTER_PERSONAL}")[0]


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([*SAMPLES, "公交站", " ", "1", "-", "2025", "密", "★", "@a.cn"]), max_size=8).map("".join)
)
def test_the_prefilters_hold_wherever_something_is_found(text: str) -> None:
    for mark in find_marks(text):
        prefilter = PREFILTER_SECRECY if mark.kind.is_secrecy else PREFILTER_PERSONAL
        assert re.search(prefilter, text) is not None


@pytest.mark.skipif(not PERSONS.exists(), reason="the synthetic persons lie in the neighbour folder shared")
def test_every_number_in_487_synthetic_paragraphs_is_found() -> None:
    missed = 0
    for person in json.loads(PERSONS.read_text(encoding="utf-8")):
        text = person["naturalParagraph"]
        found = {text[mark.start : mark.end] for mark in find_marks(text)}
        missed += len({str(person["idCardNumbers"]), person["phoneNumbers"], person["emailAddress"]} - found)
    assert missed == 0
