"""Series on the divisions of another year: nothing is lost, and what is estimated says so."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.divisions_model import Change, ChangeKind, Method
from catalogue.divisions_rebase import Figure, Rebased, RebaseError, series_rebase
from tests.catalogue.divisions_kit import divisions, listed, shipped

SPLIT_DAY = date(2011, 6, 1)
BEFORE = {"410111": "甲区", "410112": "丙县", "410190": "丁区"}
AFTER = {"410111": "甲区", "410114": "乙区", "410182": "丙县"}


def split(*shares: str | None) -> list[Change]:
    return [
        Change(
            "410111", code, SPLIT_DAY, ChangeKind.SPLIT, None if share is None else Decimal(share), Method.STATED, "n"
        )
        for code, share in zip(("410111", "410114"), shares, strict=True)
    ]


def rebased(values: dict[str, str | None], *shares: str | None) -> Rebased:
    known = divisions(listed(2010, BEFORE), listed(2011, AFTER), changes=split(*shares))
    figures = [Figure(code, 2010, None if value is None else Decimal(value)) for code, value in values.items()]
    return series_rebase(known, figures, 2011)


def test_figures_of_gongyi_under_its_four_codes_are_one_series() -> None:
    years = {"412126": 1982, "410124": 1985, "419009": 1992, "410181": 2000}
    given_figures = [Figure(code, year, Decimal(year)) for code, year in years.items()]
    found = series_rebase(shipped(), given_figures, 2001)
    assert [(one.code, one.year, one.value) for one in found.figures] == [
        ("410181", year, Decimal(year)) for year in years.values()
    ]


def test_a_split_shares_a_figure_out_and_marks_both_parts_as_estimates() -> None:
    found = rebased({"410111": "100.0"}, "0.25", "0.75")
    assert [(one.code, one.value, one.is_estimate) for one in found.figures] == [
        ("410111", Decimal(25), True),
        ("410114", Decimal(75), True),
    ]


def test_a_recoded_figure_is_no_estimate_but_says_that_its_successor_is_inferred() -> None:
    (found,) = rebased({"410112": "7"}, "0.25", "0.75").figures
    assert (found.code, found.is_estimate, found.is_inferred) == ("410182", False, True)


def test_a_split_without_shares_is_not_shared_out_by_guess() -> None:
    found = rebased({"410111": "100"}, None, None)
    assert [(one.code, one.reason) for one in found.not_placed] == [("410111", "no_share")]
    assert found.figures == ()


def test_a_figure_without_successor_is_not_placed_and_not_lost() -> None:
    found = rebased({"410190": "5", "410112": "7"}, "0.5", "0.5")
    assert [one.reason for one in found.not_placed] == ["no_successor"]
    assert found.totals[2010] == (Decimal(12), Decimal(7), Decimal(5))


def test_a_figure_under_a_code_of_another_time_is_not_placed() -> None:
    found = rebased({"410182": "5"}, "0.5", "0.5")
    assert [one.reason for one in found.not_placed] == ["not_in_force"]


def test_a_missing_value_is_named_in_the_sum_it_is_missing_from() -> None:
    found = rebased({"410111": None}, "0.5", "0.5").figures
    assert [(one.value, one.missing) for one in found] == [(None, ("410111",))] * 2


@given(st.decimals(-(10**12), 10**12, allow_nan=False, places=4), st.integers(1, 9999))
def test_the_parts_of_a_split_make_the_whole_to_the_last_digit(value: Decimal, thousandths: int) -> None:
    share = Decimal(thousandths) / 10_000
    found = rebased({"410111": str(value)}, str(share), str(1 - share))
    before, after, left = found.totals[2010]
    assert (before, left) == (after, Decimal(0))


def test_a_target_before_a_figure_is_refused() -> None:
    with pytest.raises(RebaseError):
        series_rebase(shipped(), [Figure("410181", 2000, Decimal(1))], 1999)


def test_two_figures_of_one_code_and_year_are_refused() -> None:
    with pytest.raises(RebaseError):
        series_rebase(shipped(), [Figure("410181", 2000, Decimal(1))] * 2, 2001)


def test_what_is_no_finite_number_is_refused() -> None:
    with pytest.raises(RebaseError):
        series_rebase(shipped(), [Figure("410181", 2000, Decimal("NaN"))], 2001)
