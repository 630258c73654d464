"""Duplicate keys over a whole file with flat memory: 12 bytes a row, no key kept.

Keys are compared by a 64-bit hash: among 10 million rows the chance that two different keys are taken
for one is 3 in a million. Of rows with one key the first accepted stays; later ones name its line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_SEED = 0x5348


@dataclass(frozen=True, slots=True)
class _Run:
    """Hashes in order, and the line of each."""

    hashes: NDArray[np.uint64]
    lines: NDArray[np.uint32]

    @property
    def size(self) -> int:
        return len(self.hashes)


class KeyIndex:
    """The keys accepted so far, as sorted runs that double in size (so that adding stays cheap)."""

    def __init__(self, columns: Sequence[str]) -> None:
        """``columns`` form the key."""
        self._columns = list(columns)
        self._runs: list[_Run] = []

    def first_lines(self, rows: pl.DataFrame, lines: pl.Series) -> pl.Series:
        """Return for each row the line of the earlier row with its key (null for a new key), and remember new keys.

        Args:
            rows: the key columns, typed, no nulls matter.
            lines: source line of each row, ascending.
        """
        hashes = rows.select(self._columns).hash_rows(seed=_SEED).to_numpy()
        numbers = lines.to_numpy().astype(np.uint32)
        order = np.argsort(hashes, kind="stable")
        ordered, ordered_lines = hashes[order], numbers[order]
        is_first = np.concatenate((np.ones(1, np.bool_), ordered[1:] != ordered[:-1]))[: len(ordered)]
        group = np.maximum.accumulate(np.where(is_first, np.arange(len(ordered)), 0))
        earlier = np.where(is_first, np.uint32(0), ordered_lines[group])
        for run in self._runs:
            place = np.minimum(np.searchsorted(run.hashes, ordered), run.size - 1)
            found = run.hashes[place] == ordered
            earlier = np.where(found, run.lines[place], earlier)
        new = is_first & (earlier == 0)
        self._add(_Run(ordered[new], ordered_lines[new]))
        result = np.empty(len(earlier), np.uint32)
        result[order] = earlier
        return pl.Series("first", result).replace(0, None)

    def _add(self, run: _Run) -> None:
        if run.size == 0:
            return
        while self._runs and self._runs[-1].size <= 2 * run.size:
            run = _merge(self._runs.pop(), run)
        self._runs.append(run)


def _merge(left: _Run, right: _Run) -> _Run:
    places = np.searchsorted(left.hashes, right.hashes) + np.arange(right.size)
    hashes = np.empty(left.size + right.size, np.uint64)
    lines = np.empty(left.size + right.size, np.uint32)
    from_left = np.ones(len(hashes), np.bool_)
    from_left[places] = False
    hashes[places], lines[places] = right.hashes, right.lines
    hashes[from_left], lines[from_left] = left.hashes, left.lines
    return _Run(hashes, lines)
