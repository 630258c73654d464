"""Masks: exactly what each rule shows, never more, and nothing at all for what they do not know."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from policies.masking import MASKING_RULES, SUPPRESSED, Audience, mask, pseudonym_key

TODAY = date(2026, 3, 2)
KEY = pseudonym_key(b"k" * 32, "G-1", "marriage-registration")
ID = "41010219900307102X"


def _mask(value: object, rule: str, audience: str = "agency") -> object:
    return mask(value, rule, audience, key=KEY, today=TODAY)


@pytest.mark.parametrize(
    ("value", "rule", "agency", "public"),
    [
        ("张三", "name", "张*", "张*"),
        ("欧阳修文", "name", "欧阳**", "欧阳**"),
        ("欧阳", "name", "欧*", "欧*"),
        ("买买提", "name", "买**", "买**"),
        ("买买提·吐尔逊", "name", "买******", "买******"),
        ("张", "name", "*", "*"),
        (ID, "citizen_id", "410102***********X", "4****************X"),
        ("13812345678", "phone", "138****5678", "138****5678"),
        ("0371-67181234", "phone", "037*****1234", "037*****1234"),
        ("河南省郑州市中原区建设路1号院", "address", "河南省郑州市中原区***", "河南省郑州市中原区***"),
        ("河南省巩义市某镇某村3组", "address", "河南省巩义市***", "河南省巩义市***"),
        ("郑州市建设小区5号", "address", "郑州市***", "郑州市***"),
        ("郑州市花园路国贸东区8号", "address", "郑州市***", "郑州市***"),
        ("1990-03-07", "birth_date", "1990", "1990-1994"),
        (date(1936, 3, 2), "birth_date", "90+", "90+"),
        (date(1936, 3, 3), "birth_date", "1936", "1935-1939"),
        ("6222021234567891234", "bank_card", "**** **** **** 1234", "**** **** **** 1234"),
        ("zhang@example.cn", "email", "z***@example.cn", "z***@example.cn"),
        ("z@example.cn", "email", "***@example.cn", "***@example.cn"),
        ("113.6612,34.7466", "coordinate", "113.66, 34.75", "113.66, 34.75"),
        ((113.6612, 34.7466), "coordinate", (113.66, 34.75), (113.66, 34.75)),
        (113.6612, "coordinate", 113.66, 113.66),
        (2_500_000, "amount", "100-500 万元", "100-500 万元"),
        (Decimal(10_000), "amount", "1-5 万元", "1-5 万元"),
        (10**9, "amount", "10000 万元以上", "10000 万元以上"),
        ("任何说明", "free_text", SUPPRESSED, SUPPRESSED),
        (3, "small_cell", SUPPRESSED, SUPPRESSED),
        (5, "small_cell", 5, 5),
        (0, "small_cell", 0, 0),
    ],
)
def test_a_rule_shows_what_the_list_says(value: object, rule: str, agency: object, public: object) -> None:
    assert (_mask(value, rule, "agency"), _mask(value, rule, "public")) == (agency, public)


@pytest.mark.parametrize("rule", ["", "unknown", "NAME", None])
def test_an_unknown_rule_shows_nothing(rule: str | None) -> None:
    assert mask(ID, rule, "agency", key=KEY, today=TODAY) == SUPPRESSED


@pytest.mark.parametrize("audience", ["", "citizen", "AGENCY"])
@pytest.mark.parametrize("rule", sorted(MASKING_RULES))
def test_an_unknown_audience_is_shown_nothing(rule: str, audience: str) -> None:
    assert _mask(ID, rule, audience) == SUPPRESSED


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (ID[:17], "citizen_id"),
        (ID + "1", "citizen_id"),
        (" " + ID, "citizen_id"),
        ("４１010219900307102X", "citizen_id"),
        ("410102900307102", "citizen_id"),
        (410102199003071023, "citizen_id"),
        ("1381234567", "phone"),
        ("+8613812345678", "phone"),
        ("138123456789012", "phone"),
        (ID, "name"),
        ("张三13812345678", "name"),
        ("张三\n李四", "name"),
        ("张" * 31, "name"),
        ("", "name"),
        ("张三家小区5号", "address"),
        ("13812345678", "address"),
        (ID, "birth_date"),
        ("1990-13-40", "birth_date"),
        ("2027-01-01", "birth_date"),
        ("622202123", "bank_card"),
        ("zhang@localhost", "email"),
        ("zhang", "email"),
        ("NaN", "coordinate"),
        (float("nan"), "coordinate"),
        (200.5, "coordinate"),
        ("113.66,34.75,12.5", "coordinate"),
        (True, "coordinate"),
        (-5, "amount"),
        ("约五百万", "amount"),
        (float("inf"), "amount"),
        (True, "small_cell"),
        (4.0, "small_cell"),
        (-1, "small_cell"),
        ("", "pseudonym"),
        (["a"], "pseudonym"),
    ],
)
def test_a_value_of_another_shape_is_hidden_whole(value: object, rule: str) -> None:
    assert _mask(value, rule) == SUPPRESSED


@pytest.mark.parametrize("rule", sorted(MASKING_RULES - {"free_text"}))
def test_nothing_stays_nothing(rule: str) -> None:
    assert _mask(None, rule) is None


def test_absence_of_a_free_text_is_hidden_too() -> None:
    assert _mask(None, "free_text") == SUPPRESSED


def test_a_birth_date_without_a_day_of_reference_is_hidden() -> None:
    assert mask("1990-03-07", "birth_date", "agency") == SUPPRESSED


def test_a_moment_of_birth_shows_no_more_than_its_day() -> None:
    assert _mask(datetime(1990, 3, 7, 12, 30), "birth_date") == "1990"  # noqa: DTZ001 - a stored local time


def test_a_pseudonym_is_keyed_by_grant_and_purpose() -> None:
    keys = [pseudonym_key(b"k" * 32, *pair) for pair in (("G-1", "p"), ("G-2", "p"), ("G-1", "q"), ("G-", "1p"))]
    assert len({mask(ID, "pseudonym", "agency", key=key) for key in keys}) == 4


def test_a_pseudonym_is_the_same_for_the_same_person() -> None:
    assert _mask(ID.lower(), "pseudonym") == _mask(ID, "pseudonym")


@pytest.mark.parametrize("key", [None, b"", b"short"])
def test_a_pseudonym_without_a_proper_key_is_hidden(key: bytes | None) -> None:
    assert mask(ID, "pseudonym", "agency", key=key) == SUPPRESSED


@pytest.mark.parametrize(
    ("master", "grant", "purpose"), [(b"short", "g", "p"), (b"k" * 32, "", "p"), (b"k" * 32, "g", "")]
)
def test_a_pseudonym_key_needs_a_secret_a_grant_and_a_purpose(master: bytes, grant: str, purpose: str) -> None:
    with pytest.raises(ValueError, match="密钥"):
        pseudonym_key(master, grant, purpose)


ids = st.from_regex(r"[1-9][0-9]{16}[0-9X]", fullmatch=True)
phones = st.from_regex(r"1[0-9]{10}", fullmatch=True)
names = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=12)
anything = st.one_of(st.text(max_size=40), ids, phones, names, st.integers(), st.floats(), st.booleans(), st.binary())


def _shown(original: str, masked: str) -> int:
    """Return how many characters stand where they stood, not hidden by ``*``."""
    return sum(a == b != "*" for a, b in zip(original, masked, strict=True))


@given(ids, st.sampled_from(Audience))
def test_a_citizen_id_shows_seven_characters_to_an_agency_and_two_to_the_public(value: str, audience: Audience) -> None:
    masked = _mask(value, "citizen_id", audience)
    assert isinstance(masked, str)
    assert _shown(value, masked) == (7 if audience is Audience.AGENCY else 2)


@given(phones)
def test_a_phone_shows_seven_digits(value: str) -> None:
    masked = _mask(value, "phone", "public")
    assert isinstance(masked, str)
    assert _shown(value, masked) == 7


@given(names)
def test_a_name_shows_its_surname_at_most_and_always_hides_something(value: str) -> None:
    masked = _mask(value, "name", "public")
    assert isinstance(masked, str)
    assert (len(masked) == len(value), _shown(value, masked) <= min(2, len(value) - 1)) == (True, True)


@given(st.from_regex(r"[a-z0-9._]{2,20}@[a-z]{1,8}\.cn", fullmatch=True))
def test_an_email_shows_one_character_before_the_domain(value: str) -> None:
    masked = _mask(value, "email")
    assert isinstance(masked, str)
    assert masked.split("@")[0] == value[0] + "***"


@given(st.from_regex(r"[0-9]{12,19}", fullmatch=True))
def test_a_card_shows_its_last_four_digits_and_not_its_length(value: str) -> None:
    assert _mask(value, "bank_card") == f"**** **** **** {value[-4:]}"


@given(st.floats(-180, 180))
def test_a_coordinate_keeps_two_decimals(value: float) -> None:
    masked = _mask(value, "coordinate")
    assert isinstance(masked, float)
    assert (abs(masked - value) <= 0.0051, round(masked, 2) == masked) == (True, True)


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_amounts_of_one_band_cannot_be_told_apart(low: int, high: int) -> None:
    one, other = sorted((low, high))
    masked = _mask(one, "amount")
    between = _mask((one + other) // 2, "amount")
    assert between == masked or masked != _mask(other, "amount")


@given(st.dates(date(1900, 1, 1), TODAY))
def test_a_birth_date_never_shows_month_or_day(value: date) -> None:
    shown = {str(_mask(value.replace(month=m, day=1), "birth_date", "public")) for m in (1, 2, 3) if value.year < 2026}
    assert all(text == "90+" or (len(text) == 9 and text[4] == "-") for text in shown)


@given(anything, st.sampled_from(sorted(MASKING_RULES | {"unknown"})), st.sampled_from(("agency", "public", "")))
def test_no_input_raises_and_none_comes_back_whole(value: Any, rule: str, audience: str) -> None:
    masked = _mask(value, rule, audience)
    may_be_exact = rule in {"coordinate", "small_cell"}
    assert may_be_exact or value == SUPPRESSED or masked != value or set(str(value)) <= {"*"}


@given(st.text(max_size=60))
def test_an_address_shows_nothing_behind_the_district(value: str) -> None:
    masked = _mask(value, "address")
    assert isinstance(masked, str)
    assert masked == SUPPRESSED or (masked.endswith("***") and value.strip().startswith(masked[:-3]))


@example("郑州市小区区")
@given(st.from_regex(r"郑州市[一-龥]{0,10}(路|街|号|村|小区|社区|家属区)[0-9一-龥]{0,12}", fullmatch=True))
def test_an_address_never_shows_road_village_or_estate(value: str) -> None:
    masked = str(_mask(value, "address"))
    assert [word for word in ("路", "街", "号", "村", "小区", "社区", "属区") if word in masked] == []
