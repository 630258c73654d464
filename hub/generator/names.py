"""Names of generated persons, streets and bodies, whole columns at once, from ``words.toml``."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]

_WORDS: Final = tomllib.loads(files("hub.generator").joinpath("words.toml").read_text(encoding="utf-8"))
_SURNAMES: Final = pl.Series([*_WORDS["surnames"], *_WORDS["compound_surnames"]])
_WEIGHTS: Final = np.concatenate(
    [1.0 / (np.arange(len(_WORDS["surnames"])) + 6), np.full(len(_WORDS["compound_surnames"]), 0.001)]
)
_CUMULATIVE: Final = np.cumsum(_WEIGHTS) / _WEIGHTS.sum()
_GIVEN: Final = {
    True: pl.Series([*_WORDS["men"], *(a + b for a in _WORDS["men"] for b in _WORDS["men"] if a != b)]),
    False: pl.Series([*_WORDS["women"], *(a + b for a in _WORDS["women"] for b in _WORDS["women"] if a != b)]),
}
_SHORT: Final = 0.18
"""Share of given names of one character."""

_STREETS: Final = pl.Series(
    [
        first + second + form
        for form in _WORDS["street_forms"]
        for first in _WORDS["street_first"]
        for second in _WORDS["street_second"]
        if first != second
    ]
)
_TOWNS: Final = [first + second for first in _WORDS["street_first"] for second in _WORDS["street_second"]]
_ESTATES: Final = pl.Series(_WORDS["estates"])
_BRAND: Final = pl.Series(list(dict.fromkeys(_WORDS["brand_characters"])))
_TRADES: Final = pl.Series(_WORDS["trades"])
TRADES: Final = len(_TRADES)
BRANDS: Final = len(_BRAND) ** 3 * len(_TRADES)
"""Different names of bodies there are in one district."""


def surname_numbers(chance: np.random.Generator, count: int) -> Numbers:
    """Draw surnames, as numbers of the list, common ones more often."""
    return np.searchsorted(_CUMULATIVE, chance.random(count)).astype(np.int64)


def given_numbers(chance: np.random.Generator, men: NDArray[np.bool_]) -> Numbers:
    """Draw given names, as numbers of the list of men's or of women's names."""
    found = np.empty(len(men), dtype=np.int64)
    for is_man, pool in _GIVEN.items():
        mine = men == is_man
        count = int(mine.sum())
        singles = len(_WORDS["men" if is_man else "women"])
        drawn = chance.integers(singles, len(pool), count)
        short = chance.random(count) < _SHORT
        drawn[short] = chance.integers(0, singles, int(short.sum()))
        found[mine] = drawn
    return found


def person_names(surnames: Numbers, given: Numbers, men: NDArray[np.bool_]) -> pl.Series:
    """Return full names."""
    mens, womens = (_GIVEN[is_man] for is_man in (True, False))
    both = pl.concat([mens, womens])
    return _SURNAMES.gather(pl.Series(surnames)) + both.gather(pl.Series(np.where(men, given, given + len(mens))))


def street_names(numbers: Numbers) -> pl.Series:
    """Return names of streets by number; they repeat after some thousands."""
    return _STREETS.gather(pl.Series(numbers % len(_STREETS)))


def estate_names(numbers: Numbers) -> pl.Series:
    """Return names of housing estates by number."""
    return _ESTATES.gather(pl.Series(numbers % len(_ESTATES)))


def town_name(number: int) -> str:
    """Return the name of the town or subdistrict with this number in the city."""
    forms: list[str] = _WORDS["town_forms"]
    return str(_TOWNS[number * 7 % len(_TOWNS)]) + forms[number % len(forms)]


def body_stems(numbers: Numbers) -> pl.Series:
    """Return brand and trade of bodies, different for each number below :data:`BRANDS`."""
    size = len(_BRAND)
    first, second, third, trade = (
        numbers // (TRADES * size**2) % size,
        numbers // (TRADES * size) % size,
        numbers // TRADES % size,
        numbers % TRADES,
    )
    brand = _BRAND.gather(pl.Series(first)) + _BRAND.gather(pl.Series(second)) + _BRAND.gather(pl.Series(third))
    return brand + _TRADES.gather(pl.Series(trade))
