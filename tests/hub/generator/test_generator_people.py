"""A generated city: totals exact, numbers right and impossible, kin and households that fit."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from catalogue.divisions import DEMO_DIVISIONS, ever_valid_divisions
from catalogue.identifiers import citizen_id, organisation_code
from hub.generator import rows
from hub.generator.apportion import crossed, largest_remainder, shuffled, take
from hub.generator.numbers import CAPACITY, ROOM, citizen_ids
from hub.generator.parameters import load_parameters

if TYPE_CHECKING:
    from tests.hub.generator.conftest import Made

DAY = date(2025, 1, 1)


def _joined(made: Made, column: str) -> pl.DataFrame:
    people = made.residents()
    others = people.select(
        pl.col("shenfen_haoma").alias(column), pl.col("chusheng_riqi").alias("other_born"), other_sex="xingbie"
    )
    return people.filter(pl.col(column).is_not_null()).join(others, on=column, how="left")


def test_every_total_is_exact_by_the_largest_remainder() -> None:
    assert largest_remainder([1, 1, 1], 10).tolist() == [4, 3, 3]


def test_chunks_taken_one_after_the_other_use_everything_up() -> None:
    remaining = np.array([[7, 0], [5, 30]])
    taken = []
    for size in (10, 20, 12):
        taken.append(take(remaining, size))
        remaining = remaining - taken[-1]
    assert (remaining.sum(), [int(one.sum()) for one in taken]) == (0, [10, 20, 12])


def test_a_table_of_two_rows_keeps_both_kinds_of_totals() -> None:
    table = crossed(np.array([6, 4]), np.array([3, 3, 4]), np.array([[1.0, 9.0, 1.0], [9.0, 1.0, 1.0]]))
    assert (table.sum(axis=1).tolist(), table.sum(axis=0).tolist(), bool((table >= 0).all())) == (
        [6, 4],
        [3, 3, 4],
        True,
    )


def test_a_shuffle_meets_each_place_once() -> None:
    assert sorted(shuffled(np.arange(1000), 1000, 77).tolist()) == list(range(1000))


def test_persons_by_sex_age_and_division_are_those_of_the_parameters(made: Made) -> None:
    people, city = made.residents(), load_parameters()
    wanted = city.sex_by_age(len(people))
    shares = largest_remainder([one.persons for one in city.districts], len(people)).tolist()
    age = 2024 - pl.col("chusheng_riqi").dt.year() + (pl.col("chusheng_riqi").dt.ordinal_day() == 1).cast(pl.Int32)
    counted = people.group_by("xingbie", age.alias("age")).len()
    found = np.zeros_like(wanted)
    for sex, years, count in counted.iter_rows():
        found[int(sex) - 1, years] = count
    divisions = people.group_by(pl.col("huji_quhua").str.slice(0, 6)).len()
    assert ((found - wanted).tolist(), dict(divisions.iter_rows())) == (
        np.zeros_like(wanted).tolist(),
        dict(zip([one.code for one in city.districts], shares, strict=True)),
    )


def test_ethnic_groups_have_the_shares_of_the_whole_city(made: Made) -> None:
    counted = dict(made.residents().group_by("minzu").len().iter_rows())
    assert counted == made.summary["ethnic"]


def test_ethnic_groups_do_not_follow_divisions(made: Made) -> None:
    table = made.residents().group_by(pl.col("huji_quhua").str.slice(0, 6), "minzu").len()
    rare = table.filter(pl.col("minzu") == "03").sort("huji_quhua")["len"].to_numpy()
    whole = table.group_by("huji_quhua").agg(pl.col("len").sum()).sort("huji_quhua")["len"].to_numpy()
    expected = whole * rare.sum() / whole.sum()
    chi_square = float(((rare - expected) ** 2 / expected).sum())
    assert chi_square < 18.5  # four degrees of freedom, one in a thousand


def test_all_numbers_are_right_and_unlike(made: Made) -> None:
    numbers = made.residents()["shenfen_haoma"]
    faults = [citizen_id(number, today=DAY, demo=True).fault for number in numbers]
    assert (set(faults), numbers.n_unique()) == ({None}, len(numbers))


def test_no_number_could_be_given_to_anybody(made: Made) -> None:
    begins = set(made.residents()["shenfen_haoma"].str.slice(0, 6)) | set(
        made.days(rows.RESIDENTS)["shenfen_haoma"].str.slice(0, 6)
    )
    assert (begins <= set(DEMO_DIVISIONS), begins & ever_valid_divisions()) == (True, set())


def test_outside_of_the_demo_every_number_is_refused(made: Made) -> None:
    sample = made.residents()["shenfen_haoma"].head(500)
    assert all(citizen_id(number, today=DAY).fault is not None for number in sample)


def test_sex_and_birth_date_are_those_of_the_number(made: Made) -> None:
    wrong = made.residents().filter(
        (pl.col("shenfen_haoma").str.slice(6, 8) != pl.col("chusheng_riqi").dt.strftime("%Y%m%d"))
        | ((pl.col("shenfen_haoma").str.slice(16, 1).cast(pl.Int8) % 2 == 1) != (pl.col("xingbie") == "1"))
    )
    assert len(wrong) == 0


def test_a_full_day_goes_on_under_the_next_code() -> None:
    birth, men = np.array([19900101, 19900101]), np.array([True, True])
    numbers = citizen_ids(birth, np.array([ROOM - 1, ROOM]), men=men).to_list()
    assert [number[:6] for number in numbers] == list(DEMO_DIVISIONS[:2])


def test_thirteen_million_persons_fit_into_the_numbers() -> None:
    largest = int(load_parameters().sex_by_age(13_000_000).max())
    assert largest // 365 + 1 < CAPACITY


def test_mothers_are_women_twenty_to_forty_six_years_older(made: Made) -> None:
    mothers = _joined(made, "mu_haoma")
    years = (pl.col("chusheng_riqi") - pl.col("other_born")).dt.total_days() / 365.25
    wrong = mothers.filter(~years.is_between(20, 47) | (pl.col("other_sex") != "2"))
    assert (len(mothers) > 1000, len(wrong)) == (True, 0)


def test_children_of_one_mother_are_born_apart(made: Made) -> None:
    children = made.residents().filter(pl.col("mu_haoma").is_not_null()).sort("mu_haoma", "chusheng_riqi")
    apart = children.with_columns(days=pl.col("chusheng_riqi").diff().over("mu_haoma").dt.total_days())
    brothers = apart.filter(pl.col("days").is_not_null())
    assert (len(brothers) > 100, len(brothers.filter(pl.col("days") < 280))) == (True, 0)


def test_every_minor_has_a_grown_up_guardian(made: Made) -> None:
    young = made.residents().filter(pl.col("chusheng_riqi") > date(2007, 1, 1))
    guarded = _joined(made, "jianhuren_haoma")
    still_young = guarded.filter(pl.col("other_born") > date(2007, 1, 1))
    assert (young["jianhuren_haoma"].null_count(), len(guarded) > 0, len(still_young)) == (0, True, 0)


def test_husbands_and_wives_name_each_other_and_were_old_enough(made: Made) -> None:
    married = made.base(rows.MARRIAGES).filter(pl.col("peiou_haoma").is_not_null())
    both = married.join(married, left_on="peiou_haoma", right_on="shenfen_haoma", how="left")
    born = made.residents().select("shenfen_haoma", "chusheng_riqi", "xingbie")
    aged = married.join(born, on="shenfen_haoma").with_columns(pl.col("dengji_riqi").str.to_date())
    years = (pl.col("dengji_riqi") - pl.col("chusheng_riqi")).dt.total_days() / 365.25
    legal = pl.when(pl.col("xingbie") == "1").then(22.0).otherwise(20.0) - 0.01
    too_early = aged.filter((years < legal) | (pl.col("dengji_riqi") > DAY))
    apart = both.filter(pl.col("peiou_haoma_right") != pl.col("shenfen_haoma"))
    assert (len(married) > 1000, len(too_early), len(apart)) == (True, 0, 0)


def test_each_household_has_one_head_and_the_size_asked_for(made: Made) -> None:
    people = made.residents()
    heads = people.group_by("huhao").agg((pl.col("guanxi") == rows.HEAD).sum())["guanxi"]
    assert (heads.unique().to_list(), round(len(people) / len(heads), 1)) == ([1], 2.8)


def test_a_household_lives_in_one_room_of_its_own(made: Made) -> None:
    people = made.residents()
    pairs = people.select("huhao", "dizhi_bianma").unique()
    known = made.base(rows.ADDRESSES)["dizhi_bianma"]
    assert (len(pairs), pairs["dizhi_bianma"].n_unique(), set(pairs["dizhi_bianma"]) - set(known)) == (
        people["huhao"].n_unique(),
        len(pairs),
        set(),
    )


def test_bodies_have_right_codes_and_leaders_among_the_persons(made: Made) -> None:
    bodies = made.base(rows.BODIES)
    faults = {organisation_code(code).fault for code in bodies["tongyi_daima"]}
    persons = set(made.residents()["shenfen_haoma"])
    assert (faults, bodies["tongyi_daima"].n_unique(), set(bodies["fuzeren_haoma"]) - persons) == (
        {None},
        len(bodies),
        set(),
    )


def test_dates_of_bodies_follow_each_other_and_branches_have_parents(made: Made) -> None:
    bodies = made.base(rows.BODIES)
    wrong = bodies.filter((pl.col("chengli_riqi") > pl.col("hezhun_riqi")) | (pl.col("hezhun_riqi") > "2025-01-01"))
    open_but_ended = bodies.filter((pl.col("dengji_zhuangtai") == "1") & pl.col("zhuxiao_riqi").is_not_null())
    parents = bodies["shangji_daima"].drop_nulls()
    assert (len(wrong), len(open_but_ended), set(parents) - set(bodies["tongyi_daima"]), len(parents) > 0) == (
        0,
        0,
        set(),
        True,
    )
