"""Two thousand people who never lived: their numbers, ages, marriages and households fit each other."""

from __future__ import annotations

from collections import Counter
from datetime import date

import polars as pl
import pytest

from catalogue.columns import check_column
from catalogue.identifiers import citizen_id
from hub.demo import numbers
from hub.demo.generators import demo_frame
from hub.demo.people import AGAIN, AS_OF, FIRST, NEVER, Person, newcomers, residents

MARRIED = {FIRST, AGAIN}
HUSBAND, WIFE = 22, 20


def married() -> list[tuple[Person, Person]]:
    return [(person, person.spouse) for person in residents() if person.spouse is not None]


def test_there_are_two_thousand_of_them() -> None:
    assert len({person.number for person in residents()}) == 2000


def test_every_number_is_right_and_of_the_sample_prefix() -> None:
    values = pl.Series([person.number for person in (*residents(), *newcomers())])
    faults = check_column("citizen_id", values, today=AS_OF, demo=True).faults
    assert (values.str.starts_with("410199").all(), faults.null_count()) == (True, len(values))


def test_no_number_is_accepted_outside_the_demo() -> None:
    assert citizen_id(residents()[0].number, today=AS_OF).fault is not None


def test_birth_date_and_sex_are_those_of_the_number() -> None:
    told = [(p.number[6:14], int(p.number[16]) % 2 == 1) for p in residents()]
    assert told == [(f"{p.born:%Y%m%d}", p.is_man) for p in residents()]


def test_both_sexes_are_there_in_about_equal_number() -> None:
    assert 900 < Counter(person.is_man for person in residents())[True] < 1100


def test_nobody_is_older_than_a_hundred_or_not_yet_born() -> None:
    ages = [person.age() for person in residents()]
    assert min(ages) >= 0
    assert max(ages) <= 100


def test_spouses_name_each_other_live_together_and_differ_in_sex() -> None:
    assert all(
        other.spouse is one and other.household == one.household and other.is_man is not one.is_man
        for one, other in married()
    )


def test_everybody_was_old_enough_to_marry() -> None:
    young = [
        one.number
        for one, _ in married()
        if one.registered is None or one.age(one.registered) < (HUSBAND if one.is_man else WIFE)
    ]
    assert (len(married()) > 0, young) == (True, [])


def test_registries_are_closed_at_weekends() -> None:
    days = [person.registered.weekday() for person in residents() if person.registered is not None]
    assert max(days) == 4


def test_children_have_a_guardian_old_enough_in_the_same_household() -> None:
    children = [person for person in residents() if person.relation in {"子", "女"}]
    assert all(
        child.guardian is not None
        and child.guardian.household == child.household
        and child.born.year - child.guardian.born.year >= WIFE
        for child in children
    )


def test_who_has_a_living_spouse_is_married_and_nobody_else() -> None:
    assert {person.marital for person in residents() if person.spouse is not None} == MARRIED
    assert not MARRIED & {person.marital for person in residents() if person.spouse is None}


def test_the_register_of_marriages_says_what_the_people_are() -> None:
    rows = demo_frame("hunyin-dengji").select("shenfen_haoma", "hunyin_zhuangtai").rows()
    assert dict(rows) == {person.number: person.marital for person in residents() if person.marital != NEVER}


def test_every_spouse_in_the_register_is_a_resident() -> None:
    spouses = demo_frame("hunyin-dengji")["peiou_shenfen_haoma"].drop_nulls()
    assert spouses.is_in(demo_frame("changzhu-renkou")["shenfen_haoma"].implode()).all()


def test_no_child_has_a_telephone_and_no_two_people_share_one() -> None:
    phones = [person.phone for person in (*residents(), *newcomers()) if person.phone]
    assert (len(set(phones)), [p.number for p in residents() if p.phone and p.age() < 18]) == (len(phones), [])


def test_newcomers_are_none_of_the_residents() -> None:
    assert {p.number for p in newcomers()} & {p.number for p in residents()} == set()


def test_a_sequence_of_four_digits_is_refused() -> None:
    with pytest.raises(ValueError, match="1 to 999"):
        numbers.citizen_id(date(1990, 1, 1), 1000)
