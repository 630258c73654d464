"""Disclosure control of a whole cube: no count below the minimum, and nothing hidden that margins or answers tell."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from hub.registers.statistics.releasing import RULES
from policies.disclosure import STRICT
from policies.disclosure_cube import CITY, DISTRICT, LEVELS, TOWN, Cube, UnprotectableError, control_cube
from tests.hub.statistics.audit import Audit, nonnegative_least_squares

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from policies.disclosure_cube import CubeControl, Key

    Row = NDArray[np.float64]

QUERIES = 1_000


def small_city(seed: int = 1, persons: int = 3_000) -> Cube:
    """Two districts with three and four towns; two sexes, five ages, three marital states, far from independent."""
    chance = np.random.default_rng(seed)
    towns = chance.dirichlet(np.full(7, 2.0))
    states = np.array([[0.98, 0.02, 0.0], [0.5, 0.45, 0.05], [0.1, 0.8, 0.1], [0.04, 0.8, 0.16], [0.02, 0.5, 0.48]])
    ages = np.array([0.2, 0.25, 0.25, 0.2, 0.1])
    share = towns[:, None, None, None] * np.array([0.51, 0.49])[None, :, None, None] * (ages[:, None] * states)
    return Cube(chance.poisson(share * persons).astype(np.int64), np.array([0, 0, 0, 1, 1, 1, 1]))


@pytest.fixture(scope="module")
def cube() -> Cube:
    return small_city()


@pytest.fixture(scope="module")
def control(cube: Cube) -> CubeControl:
    return control_cube(cube, STRICT)


def row_of(cube: Cube, key: Key, at: tuple[int, ...]) -> Row:
    """Return which true counts add up to a cell."""
    mask = np.zeros(cube.leaves.shape)
    level, subset = key
    towns = [town for town in range(len(cube.leaves)) if cube.division(level, town) == at[0]]
    sizes = cube.leaves.shape[1:]
    rest = [[at[1 + subset.index(trait)]] if trait in subset else list(range(size)) for trait, size in enumerate(sizes)]
    mask[np.ix_(towns, *rest)] = 1
    return mask.reshape(-1)


def cells_of(cube: Cube, key: Key) -> list[tuple[int, ...]]:
    return [tuple(int(number) for number in place) for place in np.argwhere(np.ones(cube.table(key).shape))]


def test_the_small_city_has_something_to_hide(control: CubeControl) -> None:
    assert sum(int(marks.sum()) for marks in control.hidden.values()) > 100


def test_no_cell_below_the_minimum_is_shown(cube: Cube, control: CubeControl) -> None:
    shown = [cube.table(key)[~hidden] for key, hidden in control.hidden.items()]
    small = [int(count) for table in shown for count in table if 0 < count < STRICT.minimum]
    assert small == []


def test_totals_of_large_divisions_are_shown(cube: Cube, control: CubeControl) -> None:
    assert not control.hidden[CITY, ()].any()
    assert not control.hidden[CITY, (0,)].any()
    assert not control.hidden[DISTRICT, ()].any()


@pytest.mark.parametrize("seed", range(6))
def test_every_move_leaves_all_that_is_shown_and_no_count_below_zero(seed: int) -> None:
    cube = small_city(seed, 1_500 + 700 * seed)
    control = control_cube(cube, STRICT)
    for move in control.moves:
        other = cube.leaves.copy()
        for leaf, sign in zip(move.leaves, move.signs, strict=True):
            other[leaf] += sign * move.persons
        moved = Cube(other, cube.district_of)
        assert other.min() >= 0
        assert all(
            (moved.table(key)[~hidden] == cube.table(key)[~hidden]).all() for key, hidden in control.hidden.items()
        )


@pytest.mark.parametrize("seed", range(6))
def test_every_hidden_cell_has_a_move_that_changes_it(seed: int) -> None:
    cube = small_city(seed, 1_500 + 700 * seed)
    control = control_cube(cube, STRICT)
    moved = {key: np.zeros(hidden.shape, dtype=np.bool_) for key, hidden in control.hidden.items()}
    for move in control.moves:
        other = cube.leaves.copy()
        for leaf, sign in zip(move.leaves, move.signs, strict=True):
            other[leaf] += sign * move.persons
        changed = Cube(other, cube.district_of)
        for key in moved:
            moved[key] |= changed.table(key) != cube.table(key)
    assert [key for key, hidden in control.hidden.items() if (hidden & ~moved[key]).any()] == []


def test_a_small_count_could_be_as_large_as_the_minimum(cube: Cube, control: CubeControl) -> None:
    far = [
        bool((control.reach[key][(table > 0) & (table < STRICT.minimum)] >= 1).all())
        for key in control.hidden
        for table in (cube.table(key),)
    ]
    assert all(far)


def test_an_attacker_with_a_thousand_answers_tells_no_hidden_cell(cube: Cube, control: CubeControl) -> None:
    """All answers to 1,000 random questions go into one system of equations; no hidden cell follows from them."""
    dice = random.Random(20_250_601)
    keys = cube.tables()
    asked: set[tuple[Key, tuple[int, ...]]] = set()
    for _ in range(QUERIES):
        key = dice.choice(keys)
        within = dice.choice([None, *range(int(cube.district_of.max()) + 1)])
        for at in cells_of(cube, key):
            district = at[0] if key[0] == DISTRICT else int(cube.district_of[at[0]]) if key[0] == TOWN else None
            if within is None or key[0] == CITY or district == within:
                asked.add((key, at))
    shown = np.array([row_of(cube, key, at) for key, at in sorted(asked) if not control.hidden[key][at]])
    hidden = [row_of(cube, key, at) for key, at in sorted(asked) if control.hidden[key][at]]
    audit = Audit(shown, cube.leaves.reshape(-1).astype(np.float64))
    assert (len(hidden) > 100, audit.told(hidden)) == (True, [])


def test_the_attacker_finds_a_cell_hidden_alone(cube: Cube) -> None:
    """The audit can fail: with one cell of a table hidden and its margin shown, it is told."""
    cells = cells_of(cube, (TOWN, (0,)))
    shown = np.array(
        [row_of(cube, (TOWN, (0,)), at) for at in cells if at != (0, 0)]
        + [row_of(cube, (TOWN, ()), at) for at in cells_of(cube, (TOWN, ()))]
    )
    audit = Audit(shown, cube.leaves.reshape(-1).astype(np.float64))
    assert audit.told([row_of(cube, (TOWN, (0,)), (0, 0))]) == [0]


def test_the_attacker_knows_that_counts_are_not_negative() -> None:
    """Two hidden cells that add up to nobody are both nobody: equations alone would not tell."""
    audit = Audit(np.array([[1.0, 1.0, 0.0]]), np.array([0.0, 0.0, 5.0]))
    assert audit.told([np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, 1.0])]) == [0]


def test_least_squares_without_negative_parts() -> None:
    found = nonnegative_least_squares(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([2.0, -1.0]))
    assert found.tolist() == [2.0, 0.0]


def test_what_was_hidden_before_stays_hidden(cube: Cube, control: CubeControl) -> None:
    later = Cube(cube.leaves + np.random.default_rng(5).integers(0, 2, cube.leaves.shape), cube.district_of)
    again = control_cube(later, STRICT, control.hidden)
    assert [key for key in control.hidden if (control.hidden[key] & ~again.hidden[key]).any()] == []


def test_two_releases_with_few_changes_between_them_tell_nothing_together(cube: Cube, control: CubeControl) -> None:
    """An attacker who takes it that nobody moved reads both releases as one: still no hidden cell is told."""
    again = control_cube(cube, STRICT, control.hidden)
    shown = np.array(
        [
            row_of(cube, key, at)
            for one in (control, again)
            for key in cube.tables()
            for at in cells_of(cube, key)
            if not one.hidden[key][at]
        ]
    )
    hidden = [row_of(cube, key, at) for key in cube.tables() for at in cells_of(cube, key) if control.hidden[key][at]]
    assert Audit(shown, cube.leaves.reshape(-1).astype(np.float64)).told(hidden) == []


def test_a_city_of_a_few_is_not_told_at_all() -> None:
    with pytest.raises(UnprotectableError):
        control_cube(Cube(np.array([[[3, 1]]]), np.array([0])), STRICT)


def test_a_city_of_nobody_has_nothing_to_hide() -> None:
    empty = control_cube(Cube(np.zeros((2, 2, 3), dtype=np.int64), np.array([0, 1])), STRICT)
    assert not any(hidden.any() for hidden in empty.hidden.values())


def test_a_trait_nearly_all_of_a_few_share_is_hidden() -> None:
    leaves = np.array([[[15, 0], [1, 0]], [[400, 300], [500, 200]], [[90, 80], [70, 60]]])
    control = control_cube(Cube(leaves, np.array([0, 0, 0])), STRICT)
    assert control.hidden[TOWN, (1,)][0].tolist() == [True, True]


def test_the_rules_of_the_register_are_the_strict_ones() -> None:
    assert (RULES.minimum, LEVELS) == (10, ("city", "district", "town"))
