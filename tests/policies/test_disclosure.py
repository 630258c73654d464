"""Disclosure control: what a table may show (统计法 Art. 28)."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.disclosure import (
    HIDDEN,
    ORDINARY,
    STRICT,
    TOTAL,
    Cell,
    CellStatus,
    Controlled,
    Place,
    Rules,
    Table,
    control,
    relations,
    rounded_count,
    rounded_sum,
    rules_for,
)
from policies.facts import Sensitivity

if TYPE_CHECKING:
    from collections.abc import Mapping


def table(inner: Mapping[Place, int], sizes: tuple[int, ...], traits: frozenset[int] = frozenset()) -> Table:
    """Return a table of counts with all its margins."""
    cells: dict[Place, int] = {}
    for place, count in inner.items():
        for kept in product((False, True), repeat=len(sizes)):
            margin = tuple(category if keep else TOTAL for category, keep in zip(place, kept, strict=True))
            cells[margin] = cells.get(margin, 0) + count
    return Table(sizes, {place: Cell(count, count) for place, count in cells.items()}, traits)


def column(*counts: int) -> Table:
    """Return a table of one dimension."""
    return table({(number,): count for number, count in enumerate(counts)}, (len(counts),))


def determined(shown: Table, controlled: Controlled) -> set[Place]:
    """Return the hidden cells that the sums fix exactly, by elimination in exact fractions."""
    hidden = sorted(place for place in shown.cells if controlled.is_hidden(place) and shown.cells[place].rows)
    rows: list[list[Fraction]] = []
    for whole, parts in relations(shown):
        row = [Fraction(0)] * len(hidden)
        for number, place in enumerate(hidden):
            row[number] = Fraction((place in parts) - (place == whole))
        if any(row):
            rows.append(row)
    pivots: list[int] = []
    for pivot in range(len(hidden)):
        found = next((r for r in range(len(pivots), len(rows)) if rows[r][pivot]), None)
        if found is None:
            continue
        at = len(pivots)
        rows[at], rows[found] = rows[found], rows[at]
        rows[at] = [value / rows[at][pivot] for value in rows[at]]
        for other in range(len(rows)):
            if other != at and rows[other][pivot]:
                factor = rows[other][pivot]
                rows[other] = [value - factor * base for value, base in zip(rows[other], rows[at], strict=True)]
        pivots.append(pivot)
    return {hidden[p] for p, row in zip(pivots, rows, strict=False) if sum(bool(value) for value in row) == 1}


class TestMinimumFrequency:
    @pytest.mark.parametrize("count", [1, 2, 3, 4])
    def test_a_cell_of_one_to_four_is_hidden(self, count: int) -> None:
        assert control(column(count, 50, 60), ORDINARY).statuses[0,] is CellStatus.SUPPRESSED_PRIMARY

    def test_a_cell_of_five_is_shown(self) -> None:
        assert control(column(5, 50, 60), ORDINARY).statuses[0,] is CellStatus.OK

    def test_an_empty_cell_is_zero_and_not_hidden(self) -> None:
        assert not control(column(0, 50, 60), ORDINARY).is_hidden((0,))

    def test_health_assistance_and_minors_need_ten(self) -> None:
        assert control(column(9, 50, 60), rules_for([Sensitivity.PI, Sensitivity.SPI])).is_hidden((0,))

    def test_a_whole_table_below_the_minimum_shows_nothing(self) -> None:
        assert control(column(1, 2), ORDINARY).statuses.keys() == {(0,), (1,), (TOTAL,)}
        assert set(control(column(1, 2), ORDINARY).statuses.values()) <= HIDDEN

    def test_persons_count_and_not_their_rows(self) -> None:
        many_rows_of_two: dict[Place, Cell] = {
            (0,): Cell(40, 2),
            (1,): Cell(60, 50),
            (2,): Cell(70, 60),
            (TOTAL,): Cell(170, 112),
        }
        assert control(Table((3,), many_rows_of_two), ORDINARY).is_hidden((0,))


class TestSecondarySuppression:
    def test_a_hidden_cell_of_two_takes_a_second_cell_with_it_so_that_the_total_tells_nothing(self) -> None:
        statuses = control(column(2, 8, 50, 60), ORDINARY).statuses
        assert statuses == {
            (0,): CellStatus.SUPPRESSED_PRIMARY,
            (1,): CellStatus.SUPPRESSED_SECONDARY,
            (2,): CellStatus.OK,
            (3,): CellStatus.OK,
            (TOTAL,): CellStatus.OK,
        }

    def test_two_hidden_cells_of_one_each_take_a_third_since_their_sum_tells_of_two(self) -> None:
        hidden = [
            place for place, status in control(column(1, 1, 9, 60), ORDINARY).statuses.items() if status in HIDDEN
        ]
        assert sorted(hidden) == [(0,), (1,), (2,)]

    def test_two_cells_that_only_a_bridge_joins_are_not_left_to_be_computed(self) -> None:
        # Two squares of hidden cells joined by one more: each line hides two or more, and still the joint is exact.
        counts: dict[Place, int] = dict.fromkeys(product(range(5), range(5)), 30)
        for place in ((0, 0), (0, 1), (1, 0), (1, 1), (2, 1), (2, 2), (2, 3), (3, 2), (3, 3)):
            counts[place] = 3
        made = table(counts, (5, 5))
        assert determined(made, control(made, ORDINARY)) == set()

    @settings(max_examples=150, deadline=None)
    @given(st.integers(0, 2**32 - 1), st.sampled_from([(6,), (4, 5), (3, 3, 3), (2, 7), (2, 2, 4)]))
    def test_no_hidden_cell_can_be_computed_from_what_is_shown(self, seed: int, sizes: tuple[int, ...]) -> None:
        chance = random.Random(seed)
        most = chance.choice([6, 15, 60])
        inner = {place: chance.randrange(most) for place in product(*map(range, sizes))}
        made = table(inner, sizes)
        assert determined(made, control(made, ORDINARY)) == set()

    @settings(max_examples=100, deadline=None)
    @given(st.integers(0, 2**32 - 1), st.sampled_from([ORDINARY, STRICT, Rules(minimum=3)]))
    def test_no_shown_sum_has_hidden_parts_of_fewer_than_the_minimum(self, seed: int, rules: Rules) -> None:
        chance = random.Random(seed)
        made = table({place: chance.randrange(20) for place in product(range(4), range(4))}, (4, 4))
        controlled = control(made, rules)
        for whole, parts in relations(made):
            hidden = [made.cells[place].units for place in parts if controlled.is_hidden(place)]
            assert not hidden or controlled.is_hidden(whole) or sum(hidden) >= rules.minimum

    def test_the_same_table_is_always_hidden_in_the_same_way(self) -> None:
        made = table({place: (place[0] * 7 + place[1] * 3) % 11 for place in product(range(5), range(6))}, (5, 6))
        assert control(made, ORDINARY).statuses == control(made, ORDINARY).statuses


class TestTraits:
    def test_a_trait_that_all_of_a_small_group_have_is_hidden(self) -> None:
        # Village 0: all twelve receive assistance. Knowing somebody of the village is then knowing it of them.
        made = table({(0, 1): 12, (1, 0): 40, (1, 1): 30}, (2, 2), traits=frozenset({1}))
        assert control(made, ORDINARY).is_hidden((0, 1))

    def test_the_empty_cells_that_would_tell_it_are_hidden_too(self) -> None:
        made = table({(0, 1): 12, (1, 0): 40, (1, 1): 30}, (2, 2), traits=frozenset({1}))
        assert control(made, ORDINARY).is_hidden((0, 0))

    def test_where_somebody_stands_is_no_trait(self) -> None:
        made = table({(0, 1): 12, (1, 0): 40, (1, 1): 30}, (2, 2))
        assert not control(made, ORDINARY).is_hidden((0, 1))

    def test_a_trait_of_a_large_group_is_shown(self) -> None:
        made = table({(0, 1): 200, (1, 0): 40, (1, 1): 30}, (2, 2), traits=frozenset({1}))
        assert not control(made, ORDINARY).is_hidden((0, 1))


def business(*amounts: float) -> Cell:
    """Return a cell of firms with one sum."""
    first, second = (*sorted(map(abs, amounts), reverse=True), 0.0)[:2]
    return Cell(
        len(amounts), len(amounts), (sum(amounts),), ((first, second, sum(map(abs, amounts))),), (len(amounts),)
    )


def firms(*cells: tuple[float, ...]) -> Table:
    """Return a table of one dimension of sums over firms."""
    inner: dict[Place, Cell] = {(number,): business(*amounts) for number, amounts in enumerate(cells)}
    everyone = [amount for amounts in cells for amount in amounts]
    return Table((len(cells),), {**inner, (TOTAL,): business(*everyone)})


class TestSumsOfBusinesses:
    RULES = Rules(minimum=1)
    EVEN = (10.0, 11.0, 12.0, 9.0, 10.0)

    def test_two_contributors_are_too_few(self) -> None:
        assert control(firms((10, 11), self.EVEN, self.EVEN), self.RULES).is_hidden((0,))

    def test_one_with_more_than_seven_tenths_dominates(self) -> None:
        assert control(firms((80, 5, 5, 5, 5), self.EVEN, self.EVEN), self.RULES).is_hidden((0,))

    def test_two_with_more_than_eighty_five_hundredths_dominate(self) -> None:
        assert control(firms((45, 43, 6, 6), self.EVEN, self.EVEN), self.RULES).is_hidden((0,))

    def test_losses_dominate_as_gains_do(self) -> None:
        assert control(firms((-80, 5, 5, 5, 5), self.EVEN, self.EVEN), self.RULES).is_hidden((0,))

    def test_an_even_cell_is_shown(self) -> None:
        assert not control(firms(self.EVEN, self.EVEN), self.RULES).is_hidden((0,))

    def test_a_cell_without_any_value_is_missing_and_not_zero(self) -> None:
        empty = Cell(9, 9, (None,), ((0.0, 0.0, 0.0),), (0,))
        made = Table((2,), {(0,): empty, (1,): business(*self.EVEN), (TOTAL,): business(*self.EVEN)})
        assert control(made, self.RULES).statuses[0,] is CellStatus.MISSING


class TestRounding:
    @pytest.mark.parametrize(("count", "shown"), [(5, 5), (7, 5), (8, 10), (12, 10), (13, 15), (1003, 1005)])
    def test_a_shown_count_is_a_multiple_of_five(self, count: int, shown: int) -> None:
        assert rounded_count(count, ORDINARY) == shown

    def test_a_shown_sum_has_three_digits(self) -> None:
        assert rounded_sum(1_234_567.0, ORDINARY) == 1_230_000.0


class TestSpeed:
    def test_a_table_at_the_limit_of_cells_comes_to_an_end(self) -> None:
        chance = random.Random(7)
        made = table(
            {place: chance.randrange(40) for place in product(range(100), range(10), range(10))}, (100, 10, 10)
        )
        controlled = control(made, ORDINARY)
        assert controlled.statuses[TOTAL, TOTAL, TOTAL] is CellStatus.OK
