"""Case numbers of a grant: three forms of naming them, and no pattern that could keep a processor busy."""

from __future__ import annotations

import re
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.case_numbers import LONGEST_CASE_NUMBER, CasePatternError, case_number_fits, check_case_pattern
from tests.support.effort import steps_of

FITTING = [
    ("DB-[0-9]*", "DB-1"),
    ("in:DB-1, DB-2", "DB-2"),
    (r"re:DB-\d{4}", "DB-2026"),
    (r"re:DB-\d{2,4}|GZ-[A-Z]+", "GZ-AB"),
    (r"re:[^x]?x.", "yxz"),
    (r"re:京-\w*", "京-A_1"),
    (r"re:a\-b\.c", "a-b.c"),
]
NOT_FITTING = [
    ("DB-[0-9]*", "GZ-1"),
    ("in:DB-1,DB-2", "DB-3"),
    (r"re:DB-\d{4}", "DB-20261"),
    (r"re:DB-\d{4}", "XDB-2026"),
    (r"re:DB-\d{2,4}|GZ-[A-Z]+", "GZ-"),
    (r"re:[^x]", "x"),
]
UNREADABLE = [
    "",
    "x" * 201,
    "in:",
    "in:a,,b",
    "re:",
    "re:(a+)+",
    "re:a**",
    "re:a{70}",
    "re:a{3,2}",
    "re:[a",
    "re:[]",
    "re:[z-a]",
    "re:^a$",
    r"re:\1",
    "re:a\\",
    "re:*a",
]


@pytest.mark.parametrize(("pattern", "number"), FITTING)
def test_a_case_number_fits(pattern: str, number: str) -> None:
    assert case_number_fits(number, pattern)


@pytest.mark.parametrize(("pattern", "number"), NOT_FITTING)
def test_a_case_number_does_not_fit(pattern: str, number: str) -> None:
    assert not case_number_fits(number, pattern)


@pytest.mark.parametrize("pattern", UNREADABLE)
def test_an_unreadable_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(CasePatternError):
        check_case_pattern(pattern)


@pytest.mark.parametrize("pattern", [one for one in UNREADABLE if one.startswith(("in:", "re:"))])
def test_an_unreadable_pattern_fits_no_case(pattern: str) -> None:
    assert not case_number_fits("a", pattern)


@pytest.mark.parametrize("number", [None, "", "1" * (LONGEST_CASE_NUMBER + 1)])
def test_no_case_number_and_an_endless_one_fit_nothing(number: str | None) -> None:
    assert not case_number_fits(number, "*")


def test_the_steps_of_the_worst_expression_grow_with_the_length_of_the_number_alone() -> None:
    pattern = "re:" + "a*" * 98 + "b"
    assert not case_number_fits("a" * LONGEST_CASE_NUMBER, pattern)
    numbers = ("a" * (LONGEST_CASE_NUMBER // 2), "a" * LONGEST_CASE_NUMBER)
    short, long = (steps_of(partial(case_number_fits, number, pattern)) for number in numbers)
    assert long <= 2 * short


def test_the_worst_expression_takes_less_than_a_hundred_thousand_steps() -> None:
    pattern = "re:" + "a*" * 98 + "b"
    check_case_pattern(pattern)
    assert steps_of(lambda: case_number_fits("a" * LONGEST_CASE_NUMBER, pattern)) < 100_000


PIECES = st.sampled_from(["a", "b", ".", r"\d", "[ab]", "[^a]", "[0-9]"])
COUNTS = st.sampled_from(["", "?", "*", "+", "{2}", "{1,3}", "{2,}"])
EXPRESSIONS = st.lists(st.tuples(PIECES, COUNTS).map("".join), min_size=1, max_size=5).map("".join)
NUMBERS = st.text(alphabet="ab019", min_size=1, max_size=8)


@given(EXPRESSIONS, NUMBERS)
def test_an_expression_means_what_a_regular_expression_means(expression: str, number: str) -> None:
    assert case_number_fits(number, f"re:{expression}") == bool(re.fullmatch(expression, number))
