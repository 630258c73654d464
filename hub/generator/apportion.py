"""Whole numbers from shares, so that every total comes out exactly (method of the largest remainder). Pure."""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]

_STRIDE = 0.6180339887
_TINY = 1e-12


def largest_remainder(weights: Sequence[float] | NDArray[np.float64], total: int) -> Numbers:
    """Return whole numbers in proportion to ``weights`` whose sum is ``total``.

    Raises:
        ValueError: there is something to share out and no weight above zero.

    """
    shares = np.asarray(weights, dtype=np.float64)
    summed = float(shares.sum())
    if total and summed <= 0:
        raise ValueError("没有可分配的权重 / there is no weight to share out by")
    exact = shares * (total / summed) if summed else shares
    return _filled(exact, total)


def take(remaining: Numbers, wanted: int) -> Numbers:
    """Return how many to take of each kind so that ``wanted`` are taken in proportion; never more than there are.

    Taken chunk after chunk until nothing remains, every kind and every chunk comes out exactly.
    """
    there = int(remaining.sum())
    if wanted >= there:
        return remaining.copy()
    exact = remaining.reshape(-1).astype(np.float64) * (wanted / there)
    return _filled(exact, wanted).reshape(remaining.shape)


def _filled(exact: NDArray[np.float64], total: int) -> Numbers:
    floors = np.floor(exact + 1e-9).astype(np.int64)
    missing = total - int(floors.sum())
    if missing:
        order = np.argsort(floors - exact, kind="stable")
        floors[order[:missing]] += 1
    return floors


def crossed(rows: Numbers, columns: Numbers, shape: NDArray[np.float64]) -> Numbers:
    """Return a table of two rows with exactly these totals, as near to ``shape`` as fits (iterative fitting).

    Args:
        rows: totals of the two rows; their sum is that of ``columns``.
        columns: totals of the columns.
        shape: two rows of weights, one for each column.

    """
    fitted = np.maximum(shape.astype(np.float64), _TINY)
    for _ in range(200):
        fitted *= (rows / np.maximum(fitted.sum(axis=1), _TINY))[:, None]
        fitted *= columns / np.maximum(fitted.sum(axis=0), _TINY)
    wanted = fitted[0] * (rows[0] / max(float(fitted[0].sum()), _TINY))
    first = np.minimum(_filled(wanted, int(rows[0])), columns)
    short = int(rows[0] - first.sum())
    while short:  # rounding met a column's total: give what is left where there is room
        room = int(np.argmax(columns - first))
        first[room] += 1
        short -= 1
    return np.stack([first, columns - first])


def shuffled(index: Numbers, count: int, salt: int) -> Numbers:
    """Return the places of ``index`` in a shuffle of ``count`` that needs no memory: each place exactly once."""
    if count < 2:  # noqa: PLR2004 - one has no order
        return index
    stride = max(1, int(count * _STRIDE))
    while gcd(stride, count) != 1:
        stride += 1
    return (index * stride + salt) % count
