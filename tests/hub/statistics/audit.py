"""An attacker who reads every answer, and asks of each hidden cell whether it is told by all that is shown together.

It knows what is shown and that counts are never negative, and nothing of how the product decided. For each hidden
cell it looks for another population that fits every shown figure exactly (rounding is not even needed against it)
and has another number in that cell: a direction in which the true counts can move. Such a direction is found by
non-negative least squares (Lawson and Hanson), and what is found is checked again by itself. A cell without one could
be told, and is returned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Row = NDArray[np.float64]

SMALL = 1e-7


def nonnegative_least_squares(matrix: Row, wanted: Row) -> Row:
    """Return x >= 0 with the least ``|matrix x - wanted|`` (Lawson and Hanson 1974, chapter 23)."""
    size = matrix.shape[1]
    found, passive = np.zeros(size), np.zeros(size, dtype=np.bool_)
    pull = matrix.T @ (wanted - matrix @ found)
    for _ in range(6 * size):
        candidates = np.where(passive, -np.inf, pull)
        best = int(np.argmax(candidates))
        if passive.all() or candidates[best] <= SMALL:
            break
        passive[best] = True
        while True:
            trial = np.zeros(size)
            trial[passive] = np.linalg.lstsq(matrix[:, passive], wanted, rcond=None)[0]
            if trial[passive].min() > 0:
                break
            falling = passive & (trial <= 0)
            step = float((found[falling] / np.maximum(found[falling] - trial[falling], 1e-300)).min())
            found = found + step * (trial - found)
            passive &= found > 1e-12
            found[~passive] = 0
        found = trial
        pull = matrix.T @ (wanted - matrix @ found)
    return found


@dataclass(frozen=True)
class Audit:
    """All that is shown: one row of 0 and 1 over the true counts for each shown cell, and which counts are zero."""

    shown: Row
    truth: Row

    def told(self, hidden: Sequence[Row]) -> list[int]:
        """Return the numbers of hidden cells no other population has another number in."""
        basis = self._free_directions()
        return [number for number, cell in enumerate(hidden) if not self._can_move(cell, basis)]

    def _free_directions(self) -> Row:
        """Return an orthonormal basis of what leaves every shown figure as it is."""
        _, values, right = np.linalg.svd(self.shown, full_matrices=True)
        rank = int((values > SMALL).sum())
        basis: Row = right[rank:].T
        return basis

    def _can_move(self, cell: Row, basis: Row) -> bool:
        """Whether counts can move along the basis, none below zero, so that the cell changes."""
        at_zero = self.truth == 0
        for sign in (1.0, -1.0):
            direction = basis @ (basis.T @ (cell * sign))
            if abs(cell @ direction) < SMALL:
                return False
            move = self._repaired(direction, basis, cell * sign, at_zero)
            if move is not None and self._is_witness(move, cell, at_zero):
                return True
        return False

    def _repaired(self, direction: Row, basis: Row, cell: Row, at_zero: NDArray[np.bool_]) -> Row | None:
        """Return a direction along the basis with cell * d = 1 and d >= 0 where counts are zero.

        d = basis z. By the theorem of the alternative it exists unless the cell's row is a combination, with
        non-negative weights on the zero counts; least squares finds the one or shows the other.
        """
        zeros = basis[at_zero]
        along = basis.T @ cell
        if not len(zeros):
            return direction
        # Project: the nearest point of the cone {zeros^T y, y >= 0} to -along leaves z = along + zeros^T y.
        weights = nonnegative_least_squares(zeros.T, -along)
        rest = along + zeros.T @ weights
        if rest @ rest < SMALL:
            return None
        move: Row = basis @ rest
        return move

    def _is_witness(self, move: Row, cell: Row, at_zero: NDArray[np.bool_]) -> bool:
        """Check a move by itself: every shown figure stays, no zero falls, the cell changes."""
        move = move / np.abs(move).max()
        return bool(
            np.abs(self.shown @ move).max() < 1e-6 and (move[at_zero] > -1e-7).all() and abs(cell @ move) > 1e-5
        )
