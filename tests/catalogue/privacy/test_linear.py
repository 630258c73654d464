"""Hostile texts cost time in proportion to their length: no expression backtracks over a megabyte."""

from __future__ import annotations

import pytest

from catalogue.marks import find_marks
from catalogue.privacy.scan import find_spans
from tests.support.effort import least_seconds

SIZE = 200_000
FACTOR = 12.0
"""Five times the length may take this many times as long (a quadratic search would take 25)."""
SLACK_SECONDS = 0.5
HOSTILE = {
    "digits": "1",
    "digits and blanks": "1 ",
    "digits and dashes": "4-",
    "at signs": "a@",
    "dots": "a.",
    "plus signs": "+1",
    "brackets": "(",
    "one surname": "王",
    "names": "张伟",
    "colons": "1:",
    "labels": "身份证",
    "marks": "密 ",
    "line ends": "\n",
    "capitals": "Aa ",
    "octets": "1.1.1.",
    "roads": "路1号",
    "villages": "王村",
    "phones": "13812345678 ",
    "cards": "6222021234567890123,",
    "account numbers": "GB00",
    "links": "www.!",
    "WeChat": "微信: ",
    "foreign names": "阿·",
    "plates": "京A·",
    "wide digits": "１３８１２３４５６７８，",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_takes_time_in_proportion_to_its_length(name: str) -> None:
    piece = HOSTILE[name]
    short = (piece * (SIZE // 5 // len(piece))) + "密"
    long = (piece * (SIZE // len(piece))) + "密"
    allowed = FACTOR * least_seconds(lambda: find_spans(short), tries=2) + SLACK_SECONDS
    assert least_seconds(lambda: find_spans(long), below=allowed) < allowed


@pytest.mark.long
@pytest.mark.parametrize("name", HOSTILE)
def test_a_megabyte_of_it_takes_less_than_a_minute(name: str) -> None:
    text = HOSTILE[name] * (1_000_000 // len(HOSTILE[name]))
    assert least_seconds(lambda: find_spans(text), below=60.0) < 60.0


@pytest.mark.parametrize("piece", ["www.a 13812345678 ", "13812345678 ", "6222021005678912345 "])
def test_the_gates_own_search_takes_time_in_proportion_to_the_length_too(piece: str) -> None:
    short, long = (piece * (size // len(piece)) for size in (SIZE // 5, SIZE))
    allowed = FACTOR * least_seconds(lambda: find_marks(short), tries=2) + SLACK_SECONDS
    assert least_seconds(lambda: find_marks(long), below=allowed) < allowed
