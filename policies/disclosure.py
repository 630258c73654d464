"""Statistical disclosure control: which cells of a table may be shown, so that nobody can be inferred from them.

统计法 Art. 28 and 统计法实施条例 Art. 29(3) forbid that a respondent is identifiable or inferable, also from
aggregates; no figure is set in law, so :class:`Rules` holds the product's defaults and a city confirms them.
Primary suppression: minimum frequency, group disclosure, minimum contributors, dominance. Secondary suppression:
further cells, until no hidden cell can be computed from what is shown and no hidden group is smaller than the
minimum; this is proved on the table's own linear relations, not guessed from a pattern. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from policies.facts import Sensitivity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

Place = tuple[int, ...]
"""Where a cell stands: the number of its category in each dimension, :data:`TOTAL` for the sum over it."""
TOTAL = -1
_SEED = 20_190_528
_RESIDUAL = 1e-11
_EXACT = 1e-6
"""Below this a hidden cell does not move; one that does moves by about 1, and a slip hides one cell more."""
_SENSITIVE = frozenset({Sensitivity.SPI, Sensitivity.MIN})


class CellStatus(StrEnum):
    """What is said of a cell instead of, or beside, its figures."""

    OK = "ok"
    ROUNDED = "rounded"
    """Shown, but rounded; figures of several cells need not add up."""
    ZERO = "zero"
    MISSING = "missing"
    """There are units, and none of them has a value to add up."""
    SUPPRESSED_PRIMARY = "suppressed_primary"
    SUPPRESSED_SECONDARY = "suppressed_secondary"


HIDDEN = frozenset({CellStatus.SUPPRESSED_PRIMARY, CellStatus.SUPPRESSED_SECONDARY})


@dataclass(frozen=True, slots=True)
class Rules:
    """The figures of the rules; shares are of 1.

    ``minimum``: fewest units (persons, bodies) in a cell that is shown. ``contributors``, ``largest``,
    ``two_largest``: for sums. A trait shared by more than ``trait_share`` of fewer than ``trait_below`` units
    is hidden. ``rate_base``: smallest denominator of a mean or rate that is shown. Counts are rounded to multiples
    of ``rounding``, sums and means to ``digits`` significant digits: two tables that hide different cells for the
    same total then still tell no cell exactly.
    """

    minimum: int = 5
    contributors: int = 3
    largest: float = 0.70
    two_largest: float = 0.85
    trait_share: float = 0.90
    trait_below: int = 20
    rate_base: int = 50
    rounding: int = 5
    digits: int = 3


ORDINARY = Rules()
STRICT = Rules(minimum=10)
"""Health, assistance, minors: ten instead of five."""


def rules_for(classes: Iterable[Sensitivity]) -> Rules:
    """Return the rules for a table that shows or counts by items of these classes: the strictest of them."""
    return STRICT if any(sensitivity in _SENSITIVE for sensitivity in classes) else ORDINARY


@dataclass(frozen=True, slots=True)
class Cell:
    """The true figures of one cell, before control. They stay with the owner.

    ``rows`` is what is counted, ``units`` the persons or bodies behind it. For sums: ``sums`` one for each measure
    (None where no unit has a value), ``peaks`` the two largest contributions by absolute value and the sum of
    absolute values, ``givers`` how many units have a value.
    """

    rows: int
    units: int
    sums: tuple[float | int | None, ...] = ()
    peaks: tuple[tuple[float, float, float], ...] = ()
    givers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table with all its margins: ``sizes`` the number of categories of each dimension, ``cells`` by place.

    A place that is not in ``cells`` has no rows. ``traits`` are the dimensions that say something sensitive of a
    unit (its illness), as against those that only say where it stands (its village).
    """

    sizes: tuple[int, ...]
    cells: Mapping[Place, Cell]
    traits: frozenset[int] = frozenset()


@dataclass(slots=True)
class Controlled:
    """The status of every cell that has rows, and of hidden empty ones: what is not named is ``ZERO``."""

    statuses: dict[Place, CellStatus] = field(default_factory=dict)

    def is_hidden(self, place: Place) -> bool:
        """Whether the figures of a cell may not be shown."""
        return self.statuses.get(place, CellStatus.ZERO) in HIDDEN


def control(table: Table, rules: Rules) -> Controlled:
    """Return what may be shown of a table. Every margin is taken as known, whether it is asked for or not."""
    controlled = Controlled({place: CellStatus.OK for place, cell in table.cells.items() if cell.rows})
    for place, cell in table.cells.items():
        if not cell.rows:
            continue
        if _is_small(cell, rules):
            controlled.statuses[place] = CellStatus.SUPPRESSED_PRIMARY
        for dimension in table.traits:
            if _is_trait_of_all(table, place, cell, dimension, rules):
                controlled.statuses[place] = CellStatus.SUPPRESSED_PRIMARY
                _hide_zeros(table, place, dimension, controlled)
    _protect(table, rules, controlled)
    for place, cell in table.cells.items():
        if cell.sums and all(value is None for value in cell.sums) and not controlled.is_hidden(place) and cell.rows:
            controlled.statuses[place] = CellStatus.MISSING
    return controlled


def _is_small(cell: Cell, rules: Rules) -> bool:
    """Return whether a cell tells of too few, or of one that dominates."""
    if cell.units < rules.minimum:
        return True
    return any(
        givers and (givers < rules.contributors or _is_dominated(peaks, rules))
        for givers, peaks in zip(cell.givers, cell.peaks, strict=True)
    )


def _is_dominated(peaks: tuple[float, float, float], rules: Rules) -> bool:
    first, second, whole = peaks
    return whole > 0 and (first > rules.largest * whole or first + second > rules.two_largest * whole)


def _is_trait_of_all(table: Table, place: Place, cell: Cell, dimension: int, rules: Rules) -> bool:
    """Return whether nearly all units of a small group are in this one category of a trait."""
    if place[dimension] == TOTAL:
        return False
    group = table.cells[(*place[:dimension], TOTAL, *place[dimension + 1 :])]
    return group.units < rules.trait_below and cell.units > rules.trait_share * group.units


def _hide_zeros(table: Table, place: Place, dimension: int, controlled: Controlled) -> None:
    """Hide the empty cells beside a trait of all: that the others are empty is what must not be told."""
    for category in range(table.sizes[dimension]):
        beside = (*place[:dimension], category, *place[dimension + 1 :])
        if beside not in controlled.statuses:
            controlled.statuses[beside] = CellStatus.SUPPRESSED_SECONDARY


Relation = tuple[Place, tuple[Place, ...]]


def relations(table: Table) -> list[Relation]:
    """Return every sum of the table: a margin and the cells that add up to it (empty cells left out)."""
    parts: dict[Place, list[Place]] = defaultdict(list)
    for place, cell in table.cells.items():
        if not cell.rows:
            continue
        for dimension, category in enumerate(place):
            if category != TOTAL:
                parts[*place[:dimension], TOTAL, *place[dimension + 1 :], dimension].append(place)
    return [(whole[:-1], tuple(sorted(cells))) for whole, cells in sorted(parts.items())]


def _protect(table: Table, rules: Rules, controlled: Controlled) -> None:
    """Hide further cells until each hidden one is safe; ends because every round hides at least one more."""
    sums = relations(table)
    by_place: dict[Place, list[Relation]] = defaultdict(list)
    for relation in sums:
        for place in (relation[0], *relation[1]):
            by_place[place].append(relation)
    while True:
        exposed = _exposed_sums(table, sums, rules, controlled) or _exposed_cells(sums, by_place, controlled)
        if not exposed:
            return
        hidden = sum(status in HIDDEN for status in controlled.statuses.values())
        for relation in exposed:
            _hide_one_more(table, relation, by_place, controlled)
        if hidden == sum(status in HIDDEN for status in controlled.statuses.values()):
            # All around the exposed cells is hidden and still they can be computed: from a sum further away.
            for relation in sums:
                _hide_one_more(table, relation, by_place, controlled)
            if all(controlled.is_hidden(place) for place in by_place):
                return


def _exposed_sums(table: Table, sums: Sequence[Relation], rules: Rules, controlled: Controlled) -> list[Relation]:
    """Return the sums whose hidden cells together are too few: their number, or their total, would tell of them."""
    exposed = []
    for whole, parts in sums:
        hidden = [place for place in parts if controlled.is_hidden(place)]
        if not hidden or controlled.is_hidden(whole):
            continue
        if len(hidden) == 1 or sum(table.cells[place].units for place in hidden) < rules.minimum:
            exposed.append((whole, parts))
    return exposed


def _exposed_cells(
    sums: Sequence[Relation], by_place: Mapping[Place, Sequence[Relation]], controlled: Controlled
) -> list[Relation]:
    """Return a sum of each hidden cell that the sums of the table determine exactly.

    The unknowns are the hidden cells, the equations the sums that hold one. A cell is determined when no change of
    the hidden cells that leaves every sum as it is moves it. A change drawn at random moves every cell that can be
    moved, so one projection of a random vector onto the null space of the equations tells of all cells at once.
    """
    hidden = [place for place in by_place if controlled.is_hidden(place)]
    if not hidden:
        return []
    number = {place: column for column, place in enumerate(hidden)}
    rows: list[int] = []
    columns: list[int] = []
    signs: list[float] = []
    height = 0
    for whole, parts in sums:
        inside = [number[place] for place in parts if place in number]
        if whole in number or inside:
            columns += [*inside, *([number[whole]] if whole in number else [])]
            signs += [*([1.0] * len(inside)), *([-1.0] if whole in number else [])]
            rows += [height] * (len(columns) - len(rows))
            height += 1
    equations = _Equations(np.array(rows), np.array(columns), np.array(signs), height, len(hidden))
    moved = np.abs(equations.change(np.random.default_rng(_SEED).standard_normal(len(hidden))))
    fixed = [place for place, column in number.items() if moved[column] <= _EXACT]
    return list(dict.fromkeys(_widest(by_place[place], controlled) for place in fixed))


@dataclass(frozen=True, slots=True)
class _Equations:
    """A sparse matrix M, one row a sum, one column a hidden cell, entries of 1 and -1."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    signs: NDArray[np.float64]
    height: int
    width: int

    def times(self, cells: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return M x: by how much each sum changes."""
        return np.bincount(self.rows, self.signs * cells[self.columns], minlength=self.height).astype(np.float64)

    def transposed(self, sums: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the transposed matrix times a vector of sums."""
        return np.bincount(self.columns, self.signs * sums[self.rows], minlength=self.width).astype(np.float64)

    def change(self, wanted: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the part of a change that no sum notices: its projection onto the null space of M.

        Conjugate gradients on M M^T, which converges for singular systems that have a solution, as this one has.
        A system it does not finish counts as wholly determined: more is hidden then, never less.
        """
        left = self.times(wanted)
        aim = _RESIDUAL * max(1.0, float(np.linalg.norm(left)))
        solution, direction = np.zeros(self.height), left.copy()
        energy = float(left @ left)
        for _ in range(4 * self.height + 100):
            if energy**0.5 <= aim:
                return wanted - self.transposed(solution)
            image = self.times(self.transposed(direction))
            step = energy / float(direction @ image)
            solution += step * direction
            left -= step * image
            before, energy = energy, float(left @ left)
            direction = left + (energy / before) * direction
        return np.zeros(self.width)


def _widest(sums: Sequence[Relation], controlled: Controlled) -> Relation:
    """Return the sum of a cell with most cells still shown: hiding there costs the table least."""
    return max(sums, key=lambda relation: sum(not controlled.is_hidden(place) for place in (relation[0], *relation[1])))


def _hide_one_more(
    table: Table, relation: Relation, by_place: Mapping[Place, Sequence[Relation]], controlled: Controlled
) -> None:
    """Hide the cheapest cell of a sum: one that helps another exposed sum too, then the smallest; else its total."""
    whole, parts = relation
    shown = [place for place in parts if not controlled.is_hidden(place)]
    if not shown:
        if controlled.is_hidden(whole):
            return
        shown = [whole]

    def cost(place: Place) -> tuple[bool, int, Place]:
        helps = any(
            sum(controlled.is_hidden(cell) for cell in others) == 1
            for other, others in by_place[place]
            if (other, others) != relation
        )
        return not helps, table.cells[place].units, place

    controlled.statuses[min(shown, key=cost)] = CellStatus.SUPPRESSED_SECONDARY


def rounded_count(count: int, rules: Rules) -> int:
    """Return a shown count rounded to the nearest multiple (halves up); the same count always in the same way."""
    return (2 * count + rules.rounding) // (2 * rules.rounding) * rules.rounding


def rounded_sum(value: float, rules: Rules) -> float:
    """Return a shown sum or mean rounded to significant digits."""
    return float(f"{value:.{rules.digits}g}")
