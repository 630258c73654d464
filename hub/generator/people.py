"""A block of generated persons: sex, age, birth date, number, name, ethnic group; columns, no objects.

A city is made block by block, so that memory does not grow with it. Each block takes its share of every sex and age
and ethnic group from what remains, so that the last one takes the rest and all totals come out exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from hub.generator.apportion import shuffled
from hub.generator.numbers import CAPACITY, citizen_ids

if TYPE_CHECKING:
    from datetime import date

    import polars as pl
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Truths = NDArray[np.bool_]
    Days = NDArray[np.datetime64]

NOBODY: Final = -1
NEVER, FIRST, AGAIN, WIDOWED, DIVORCED = 10, 21, 22, 30, 40
"""Marital status, GB/T 2261.2."""


_SPREAD: Final = 151
"""Prime to 365 and 366: persons after each other are born months apart, and no day is filled twice as often."""


@dataclass(slots=True)
class People:
    """Persons of one block; every array has one place a person, kin are places in the same block or NOBODY."""

    men: Truths
    ages: Numbers
    born: Days
    numbers: pl.Series
    ethnic: NDArray[np.str_]
    surnames: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    given: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    marital: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    married: Days = field(default_factory=lambda: np.empty(0, dtype="datetime64[D]"))
    spouse: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    mother: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    father: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    guardian: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    household: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    head: Truths = field(default_factory=lambda: np.empty(0, dtype=np.bool_))

    @property
    def count(self) -> int:
        """How many persons there are."""
        return len(self.men)


@dataclass(frozen=True, slots=True)
class Given:
    """Persons as they are given out: sex, age, birth date, number."""

    men: Truths
    ages: Numbers
    born: Days
    numbers: pl.Series


class Cohorts:
    """Gives every person of the city a birth date and a number of its own, by sex and age, without a list of them."""

    def __init__(self, as_of: date, totals: Numbers, seed: int) -> None:
        """Count from ``as_of``; ``totals`` are the persons of the whole city by sex and age."""
        self.totals = totals
        self._given = np.zeros_like(totals)
        self._extra = np.zeros_like(totals)
        self._used: dict[tuple[bool, int], int] = {}
        self._seed = seed
        years = as_of.year - np.arange(totals.shape[1])
        month_day = f"-{as_of:%m-%d}"
        self._last = np.array([f"{year}{month_day}" for year in years], dtype="datetime64[D]")
        first = np.array([f"{year - 1}{month_day}" for year in years], dtype="datetime64[D]")
        self._days = (self._last - first).astype(np.int64)
        self._first = first + 1

    def people(self, counts: Numbers) -> Given:
        """Return the next persons, ``counts`` of each sex and age."""
        sexes, ages = np.nonzero(counts)
        repeat = counts[sexes, ages]
        ends = np.cumsum(repeat)
        index = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.int64)
        for sex, age, many, end in zip(sexes, ages, repeat, ends, strict=True):
            total, first = int(self.totals[sex, age]), int(self._given[sex, age])
            salt = (self._seed + int(age) * 7919) % total
            index[end - many : end] = shuffled(np.arange(first, first + many, dtype=np.int64), total, salt)
        self._given += counts
        return self._told(np.repeat(sexes, repeat) == 0, np.repeat(ages, repeat).astype(np.int64), index)

    def arrivals(self, men: Truths, ages: Numbers) -> Given:
        """Return persons beside the totals, who were not in the city on the first day."""
        index = np.empty(len(men), dtype=np.int64)
        for place, key in enumerate(zip((~men).astype(int).tolist(), ages.tolist(), strict=True)):
            index[place] = self.totals[key] + self._extra[key]
            self._extra[key] += 1
        return self._told(men, ages, index)

    def newborn(self, men: Truths, days: Days) -> pl.Series:
        """Return numbers of children born on days after the first day."""
        return citizen_ids(as_numbers(days), self._next(men, days), men=men)

    def renumbered(self, men: Truths, born: Days) -> pl.Series:
        """Return other numbers for persons born on these days; they are taken from the end of the day's numbers."""
        return citizen_ids(as_numbers(born), CAPACITY - 1 - self._next(men, born), men=men)

    def _next(self, men: Truths, days: Days) -> Numbers:
        found = np.empty(len(men), dtype=np.int64)
        for place, key in enumerate(zip(men.tolist(), days.astype(np.int64).tolist(), strict=True)):
            found[place] = self._used.get(key, 0)
            self._used[key] = self._used.get(key, 0) + 1
        return found

    def _told(self, men: Truths, ages: Numbers, index: Numbers) -> Given:
        days = self._days[ages]
        born = self._first[ages] + index * _SPREAD % days
        return Given(men, ages, born, citizen_ids(as_numbers(born), index // days, men=men))


def as_numbers(born: Days) -> Numbers:
    """Return days as whole numbers such as 19900131."""
    months = born.astype("datetime64[M]")
    year: Numbers = born.astype("datetime64[Y]").astype(np.int64) + 1970
    month: Numbers = months.astype(np.int64) % 12 + 1
    day: Numbers = (born - months.astype("datetime64[D]")).astype(np.int64) + 1
    return year * 10_000 + month * 100 + day
