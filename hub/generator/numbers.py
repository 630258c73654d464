"""Numbers of invented persons and bodies, whole columns at once; right to the check character, impossible in life.

An identity number begins with a code of :data:`catalogue.divisions.DEMO_DIVISIONS`, six digits no division ever had;
so does the division inside a credit code. One code has room for 500 men and 499 women a day of birth: the next code
is begun where a day is full. GB 11643-1999, GB 32100-2015, GB 11714-1997. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from catalogue.divisions import DEMO_DIVISION, DEMO_DIVISIONS
from catalogue.identifiers import (
    BODY_ALPHABET,
    BODY_CHECK,
    BODY_WEIGHTS,
    CITIZEN_CHECK,
    CITIZEN_WEIGHTS,
    USCC_CHECK,
    USCC_WEIGHTS,
)
from catalogue.patterns import USCC_ALPHABET

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]

ROOM: Final = 499
"""Numbers of one sex on one day of birth under one code."""

CAPACITY: Final = ROOM * len(DEMO_DIVISIONS)
_CODES: Final = np.array([int(code) for code in DEMO_DIVISIONS], dtype=np.int64)
_BODY_LETTER: Final = "D"
_BODY_DIGITS: Final = 7
MAX_BODIES: Final = 10**_BODY_DIGITS


def _characters(values: Numbers, alphabet: str) -> pl.Series:
    return pl.Series(list(alphabet)).gather(pl.Series(values))


def citizen_ids(birth: Numbers, ranks: Numbers, *, men: NDArray[np.bool_]) -> pl.Series:
    """Return identity numbers.

    Args:
        birth: birth dates as whole numbers such as 19900131.
        ranks: from 0, which person of this sex born on this day it is; each once.
        men: True for men (odd sequence).

    Raises:
        ValueError: more than :data:`CAPACITY` persons of one sex on one day.

    """
    if len(ranks) and int(ranks.max()) >= CAPACITY:
        raise ValueError("同日出生人数超出示例号码的容量 / more births on one day than there are sample numbers")
    sequence = 2 * (ranks % ROOM) + np.where(men, 1, 2)
    first17 = _CODES[ranks // ROOM] * 10**11 + birth * 1000 + sequence
    total = np.zeros(len(birth), dtype=np.int64)
    rest = first17.copy()
    for weight in reversed(CITIZEN_WEIGHTS):
        rest, digit = np.divmod(rest, 10)
        total += digit * weight
    return pl.Series(first17).cast(pl.String) + _characters(total % 11, CITIZEN_CHECK)


def credit_codes(kinds: NDArray[np.str_], bodies: Numbers) -> pl.Series:
    """Return unified social credit codes.

    Args:
        kinds: registration authority and class of each, such as ``91``.
        bodies: the running number of each body, below :data:`MAX_BODIES`.

    Raises:
        ValueError: a running number is too large.

    """
    if len(bodies) and int(bodies.max()) >= MAX_BODIES:
        raise ValueError("单位数量超出示例代码的容量 / more bodies than there are sample codes")
    digits = [bodies // 10**place % 10 for place in reversed(range(_BODY_DIGITS))]
    letter = np.full(len(bodies), BODY_ALPHABET.index(_BODY_LETTER), dtype=np.int64)
    checked = sum(value * weight for value, weight in zip([letter, *digits], BODY_WEIGHTS, strict=True)) % 11
    body_check = np.array([USCC_ALPHABET.index(c) for c in BODY_CHECK], dtype=np.int64)[checked]
    first, second = (_value_of(kinds, place) for place in (0, 1))
    division = [np.full(len(bodies), int(digit), dtype=np.int64) for digit in DEMO_DIVISION]
    letter_value = np.full(len(bodies), USCC_ALPHABET.index(_BODY_LETTER), dtype=np.int64)
    values = [first, second, *division, letter_value, *digits, body_check]
    total = sum(value * weight for value, weight in zip(values, USCC_WEIGHTS, strict=True)) % 31
    number = pl.Series(bodies).cast(pl.String).str.zfill(_BODY_DIGITS)
    start = pl.Series(kinds.astype(str).tolist()) + DEMO_DIVISION + _BODY_LETTER
    return (
        start
        + number
        + _characters(body_check, USCC_ALPHABET)
        + pl.Series([str(character) for character in USCC_CHECK]).gather(pl.Series(total))
    )


def _value_of(kinds: NDArray[np.str_], place: int) -> Numbers:
    known, where = np.unique(kinds, return_inverse=True)
    return np.array([USCC_ALPHABET.index(kind[place]) for kind in known], dtype=np.int64)[where]
