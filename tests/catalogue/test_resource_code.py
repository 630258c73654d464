"""Resource codes: the national form, the next number, reading one back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.resource_code import ResourceCode, ResourceCodeError, next_code, parse


def test_the_first_code_of_a_class_ends_in_one() -> None:
    assert next_code(("3", "307", "307014", "30701404"), 0) == "30701404/1"


def test_a_base_resource_is_coded_at_its_two_digit_class() -> None:
    assert next_code(("1", "102"), 16) == "102/17"


@settings(deadline=None)
@given(st.sampled_from([("1", "101"), ("3", "307", "307008", "30700807")]), st.integers(0, 10**9))
def test_a_code_is_read_back(path: tuple[str, ...], last: int) -> None:
    assert parse(next_code(path, last)) == ResourceCode(path[-1], last + 1)


@pytest.mark.parametrize(
    "text", ["", "30701404", "/1", "30701404/0", "30701404/01", "4/1", "10/1", "1021/1", "102/1/2"]
)
def test_a_text_of_another_form_is_no_code(text: str) -> None:
    with pytest.raises(ResourceCodeError):
        parse(text)


@pytest.mark.parametrize("path", [(), ("1", "201"), ("1", "1"), ("9",)])
def test_a_path_that_does_not_descend_has_no_code(path: tuple[str, ...]) -> None:
    with pytest.raises(ResourceCodeError):
        next_code(path, 0)


def test_a_negative_sequence_is_refused() -> None:
    with pytest.raises(ResourceCodeError, match="从 1 开始"):
        next_code(("1", "102"), -1)
