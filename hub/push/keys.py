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
_PARTS = 16
_FIRST_OF_PART = np.arange(_PARTS, dtype=np.uint64) << np.uint64(60)
"""The least hash of each part: its four highest bits are the part's number."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Hashes in order, and the line of each."""

    hashes: NDArray[np.uint64]
    lines: NDArray[np.uint32]

    @property
    def size(self) -> int:
        return len(self.hashes)


class _Part:
    """The keys of one range of hashes, as sorted runs that double in size (so that adding stays cheap)."""

    def __init__(self) -> None:
        self._runs: list[_Run] = []

    def earlier(self, hashes: NDArray[np.uint64], earlier: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """Return the line of the earlier row of each hash, ``earlier`` where no run holds it."""
        for run in self._runs:
            place = np.minimum(np.searchsorted(run.hashes, hashes), run.size - 1)
            earlier = np.where(run.hashes[place] == hashes, run.lines[place], earlier)
        return earlier

    def add(self, run: _Run) -> None:
        if run.size == 0:
            return
        while self._runs and self._runs[-1].size <= 2 * run.size:
            run = _merge(self._runs.pop(), run)
        self._runs.append(run)


class KeyIndex:
    """The keys accepted so far, in parts, so that merging the runs of one needs little memory beside."""

    def __init__(self, columns: Sequence[str]) -> None:
        """``columns`` form the key."""
        self._columns = list(columns)
        self._parts = [_Part() for _ in range(_PARTS)]

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
        cuts = [*np.searchsorted(ordered, _FIRST_OF_PART).tolist(), len(ordered)]
        for part, start, end in zip(self._parts, cuts[:-1], cuts[1:], strict=True):
            piece = ordered[start:end]
            found = part.earlier(piece, earlier[start:end])
            new = is_first[start:end] & (found == 0)
            part.add(_Run(piece[new], ordered_lines[start:end][new]))
            earlier[start:end] = found
        result = np.empty(len(earlier), np.uint32)
        result[order] = earlier
        return pl.Series("first", result).replace(0, None)


def _merge(left: _Run, right: _Run) -> _Run:
    places = np.searchsorted(left.hashes, right.hashes) + np.arange(right.size)
    hashes = np.empty(left.size + right.size, np.uint64)
    lines = np.empty(left.size + right.size, np.uint32)
    from_left = np.ones(len(hashes), np.bool_)
    from_left[places] = False
    hashes[places], lines[places] = right.hashes, right.lines
    hashes[from_left], lines[from_left] = left.hashes, left.lines
    return _Run(hashes, lines)
