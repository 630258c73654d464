"""Disclosure control of a whole cube of counts by division and traits, decided once for every table made of it.

统计法 Art. 28 and 统计法实施条例 Art. 29(3): nobody may be inferable, also not from several tables together. All
tables of a cube (each level of division, crossed with none, one or two traits) are decided together, so that it makes
no difference which of them somebody asks for, how often and in which order.

How: a count of fewer than the minimum is hidden. For each hidden count this module finds a *move*: persons who, as
far as anything published tells, could as well stand in other cells. A move raises some true counts and lowers others
by the same number, in every combination of two divisions and two categories of each trait of the table, so that each
total over any of them stays as it is; the cells of a move that are published anywhere are hidden too. INVARIANT: for
every hidden cell there is another population that fits all that is shown and has another number there, so neither
margins nor the difference of two answers tell it. A test proves this again from what is shown alone. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations, product
from typing import TYPE_CHECKING, Final

import numpy as np

from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from policies.disclosure import Rules

    Counts = NDArray[np.int64]
    Marks = NDArray[np.bool_]

TOWN, DISTRICT, CITY = "town", "district", "city"
LEVELS: Final = (CITY, DISTRICT, TOWN)
MOST_TRAITS: Final = 2
"""A table crosses divisions with at most so many traits."""

_NEIGHBOURS: Final = 4
_FIFTH: Final = 5
_SHORT: Final = 1000.0
_FAR: Final = 6.0
"""What a move to another district costs, in hidden cells: it shows in the tables of districts too."""

Key = tuple[str, tuple[int, ...]]
"""A table: its level, and the numbers of its traits in rising order."""


class UnprotectableError(DomainError):
    """The cube is so small that a hidden count could be told from what is shown."""


@dataclass(frozen=True, slots=True)
class Cube:
    """True counts: ``leaves`` by town and by each trait, ``district_of`` the district of each town (from 0)."""

    leaves: Counts
    district_of: Counts

    @property
    def traits(self) -> int:
        """How many traits there are."""
        return self.leaves.ndim - 1

    def tables(self) -> list[Key]:
        """Return all tables, those with few cells first."""
        return [
            (level, subset)
            for size in range(MOST_TRAITS + 1)
            for level in LEVELS
            for subset in combinations(range(self.traits), size)
        ]

    def table(self, key: Key) -> Counts:
        """Return the true counts of a table: by division, then by each of its traits."""
        level, subset = key
        summed = tuple(axis + 1 for axis in range(self.traits) if axis not in subset)
        by_town: Counts = self.leaves.sum(axis=summed)
        if level == TOWN:
            return by_town
        if level == CITY:
            whole: Counts = by_town.sum(axis=0, keepdims=True)
            return whole
        found = np.zeros((int(self.district_of.max()) + 1, *by_town.shape[1:]), dtype=np.int64)
        np.add.at(found, self.district_of, by_town)
        return found

    def division(self, level: str, town: int) -> int:
        """Return the number of the division of a level that a town is in."""
        if level == CITY:
            return 0
        return town if level == TOWN else int(self.district_of[town])


@dataclass(frozen=True, slots=True)
class Move:
    """Persons who could stand elsewhere: ``leaves`` with how many more (or fewer) could be in each of them."""

    leaves: tuple[tuple[int, ...], ...]
    signs: tuple[int, ...]
    persons: int


@dataclass(slots=True)
class CubeControl:
    """Which cells of which table are hidden, with a move for each (``moves``) that proves it."""

    hidden: dict[Key, Marks]
    moves: list[Move] = field(default_factory=list)
    reach: dict[Key, Counts] = field(default_factory=dict)
    """By how many persons each hidden cell could be off, at least."""


def control_cube(cube: Cube, rules: Rules, hidden_before: Mapping[Key, Marks] | None = None) -> CubeControl:
    """Decide what is hidden in all tables of a cube.

    Args:
        cube: the true counts.
        rules: the minimum, and what hides a trait that nearly all of a few share.
        hidden_before: what an earlier release hid, by table: it stays hidden, so that two releases with few changes
            between them cannot be subtracted from each other.

    Raises:
        UnprotectableError: fewer persons than the minimum, or nowhere for them to stand else.

    """
    tables = {key: cube.table(key) for key in cube.tables()}
    if 0 < int(cube.leaves.sum()) < rules.minimum:
        raise _too_small()
    control = CubeControl({key: np.zeros(table.shape, dtype=np.bool_) for key, table in tables.items()})
    control.reach = {key: np.zeros(table.shape, dtype=np.int64) for key, table in tables.items()}
    search = _Search(cube, control, rules.minimum)
    for key, table in tables.items():
        small: Marks = (table > 0) & (table < rules.minimum)
        shared = _shared_by_all(key, table, rules)
        before = hidden_before[key] if hidden_before is not None and key in hidden_before else np.zeros_like(small)
        control.hidden[key] |= small | shared | before
        for place in np.argwhere(small | shared | before):
            at = tuple(int(number) for number in place)
            needed = max(1, rules.minimum - int(table[at])) if small[at] else 1
            if shared[at]:
                search.protect(key, at, max(1, int(table[at]) // _FIFTH), falls=True)
            elif control.reach[key][at] < needed:
                search.protect(key, at, needed, falls=False)
    return control


def _shared_by_all(key: Key, table: Counts, rules: Rules) -> Marks:
    """Return the cells that would tell a trait of each of a few: a category nearly all of them are in."""
    wanted: Marks = np.zeros(table.shape, dtype=np.bool_)
    for axis in range(1, len(key[1]) + 1):
        whole = table.sum(axis=axis, keepdims=True)
        wanted |= (whole < rules.trait_below) & (table > rules.trait_share * whole) & (table > 0)
    return wanted


class _Search:
    """Finds a move for one cell after the other, where it hides the fewest further cells."""

    def __init__(self, cube: Cube, control: CubeControl, minimum: int) -> None:
        self._cube, self._control, self._minimum = cube, control, minimum
        self._sizes = cube.leaves.reshape(len(cube.leaves), -1).sum(axis=1)
        self._towns = np.arange(len(cube.leaves))

    def protect(self, key: Key, at: tuple[int, ...], needed: int, *, falls: bool) -> None:
        """Hide what keeps the cell from being told: ``needed`` more could be in it, or (``falls``) fewer.

        Raises:
            UnprotectableError: there is no move.

        """
        best: tuple[float, Move] | None = None
        for moved in self._kinds(key):
            for own, others in self._places(key[0], at[0], is_moved=0 in moved):
                found = self._best((key, at, falls), (own, others, moved), needed)
                if found is not None and (best is None or found[0] < best[0]):
                    best = found
                if best is not None and best[1].persons >= needed:
                    break
            if best is not None:
                break
        if best is None:
            raise _too_small()
        self._hide(best[1])

    def _kinds(self, key: Key) -> list[tuple[int, ...]]:
        """Return which axes a move may go along: all of the table first, then fewer, which hides more elsewhere."""
        axes = (*(() if key[0] == CITY else (0,)), *(trait + 1 for trait in key[1]))
        return [moved for size in range(len(axes), 0, -1) for moved in combinations(axes, size)]

    def _places(self, level: str, division: int, *, is_moved: bool) -> Iterator[tuple[Counts, Counts]]:
        """Yield towns through which a division could gain, and towns that could lose: near ones first."""
        district = self._cube.district_of
        if level == TOWN:
            mine = np.array([division])
        else:
            mine = self._towns if level == CITY else np.flatnonzero(district == division)
        if not is_moved:
            yield mine, mine
            return
        if level == TOWN:
            yield mine, np.flatnonzero((district == district[division]) & (self._towns != division))
            yield mine, np.flatnonzero(district != district[division])
            return
        other = np.flatnonzero(district != division)
        largest = other[np.argsort(-self._sizes[other], kind="stable")[: 4 * _NEIGHBOURS]]
        for town in mine[np.argsort(-self._sizes[mine], kind="stable")]:
            yield np.array([town]), largest
        for town in mine:
            yield np.array([town]), other

    def _best(
        self, cell: tuple[Key, tuple[int, ...], bool], where: tuple[Counts, Counts, tuple[int, ...]], needed: int
    ) -> tuple[float, Move] | None:
        """Return the cheapest move by which ``needed`` persons more (or fewer) could be in the cell, with its cost."""
        key, at, falls = cell
        leaves, (level, subset) = self._cube.leaves, key
        towns, others, moved = where
        own, away = [towns], [others]
        category = dict(zip(subset, at[1:], strict=True))
        for trait in range(self._cube.traits):
            every = np.arange(leaves.shape[trait + 1])
            own.append(np.array([category[trait]]) if trait in subset else every)
            away.append(every[every != category[trait]] if trait in subset else every)
        if any(not len(away[axis]) for axis in moved):
            return None
        axes = [[away[axis] if axis in flips else own[axis] for axis in range(leaves.ndim)] for flips in _all(moved)]
        giving = [(len(flips) % 2 == 0) is falls for flips in _all(moved)]
        gives = np.array(np.iinfo(np.int64).max)
        cost = np.zeros(1)
        for index, gives_up in zip(axes, giving, strict=True):
            cost = cost + self._cost(key, index)
            if gives_up:
                gives = np.minimum(gives, leaves[np.ix_(*index)])
        if level == TOWN and 0 in moved:
            far = self._cube.district_of[others] != self._cube.district_of[towns[0]]
            cost = cost + (far * _FAR).reshape(-1, *([1] * self._cube.traits))
        gives, cost = np.broadcast_arrays(gives, cost)
        if not gives.size or int(gives.max()) < 1:
            return None
        # Better a move of fewer persons than none, but only where there is no better one.
        cost = cost + _SHORT * np.maximum(0, needed - gives) + np.where(gives < 1, np.inf, 0.0)
        place = np.unravel_index(int(np.argmin(cost)), gives.shape)
        chosen = [int(where_[number]) for where_, number in zip(_varying(own, away, moved), place, strict=True)]
        here = [int(own[axis][0]) if axis in moved else chosen[axis] for axis in range(leaves.ndim)]
        persons = int(min(gives[place], max(needed, self._minimum)))
        return float(cost[place]), _move((here, chosen), moved, persons, -1 if falls else 1)

    def _cost(self, key: Key, axes: list[Counts]) -> NDArray[np.float64]:
        """Return what hiding the cells of a table costs, over the leaves: nothing where they are hidden already."""
        level, subset = key
        towns = np.array([self._cube.division(level, int(town)) for town in axes[0]])
        index = np.ix_(towns, *(axes[trait + 1] for trait in subset))
        cost = np.where(self._control.hidden[key][index], 0.0, 1.0)
        for trait in range(self._cube.traits):
            if trait not in subset:
                cost = np.expand_dims(cost, trait + 1)
        return cost

    def _hide(self, move: Move) -> None:
        """Hide every cell of every table that the move changes."""
        self._control.moves.append(move)
        for key, hidden in self._control.hidden.items():
            changed: dict[tuple[int, ...], int] = {}
            for leaf, sign in zip(move.leaves, move.signs, strict=True):
                cell = (self._cube.division(key[0], leaf[0]), *(leaf[trait + 1] for trait in key[1]))
                changed[cell] = changed.get(cell, 0) + sign
            for cell, sign in changed.items():
                if sign:
                    hidden[cell] = True
                    reach = self._control.reach[key]
                    reach[cell] = max(int(reach[cell]), move.persons)


def _all(axes: tuple[int, ...]) -> Iterator[frozenset[int]]:
    for flags in product((False, True), repeat=len(axes)):
        yield frozenset(axis for axis, flag in zip(axes, flags, strict=True) if flag)


def _varying(own: list[Counts], away: list[Counts], moved: tuple[int, ...]) -> list[Counts]:
    """Return, for each axis, what is chosen along it: where persons could come from, or where all corners stand."""
    return [away[axis] if axis in moved else own[axis] for axis in range(len(own))]


def _move(ends: tuple[list[int], list[int]], moved: tuple[int, ...], persons: int, sign: int) -> Move:
    (here, there), leaves, signs = ends, [], []
    for flips in _all(moved):
        leaves.append(tuple(there[axis] if axis in flips else here[axis] for axis in range(len(here))))
        signs.append(-sign if len(flips) % 2 else sign)
    return Move(tuple(leaves), tuple(signs), persons)


def _too_small() -> UnprotectableError:
    return UnprotectableError(
        "登记人数过少，任何一种公布方式都可能推知个人，不能发布分区统计（《统计法》第二十八条）",
        "there are too few registered persons: any table of them could tell of somebody",
        next_zh="请待登记数据齐全后再发布，或减少统计区划的层级",
        next_en="publish when the register is filled, or with fewer levels of division",
    )
