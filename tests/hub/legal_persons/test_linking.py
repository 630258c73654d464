"""Links between the registers: their exposure, and the grade of what joins along them."""

from __future__ import annotations

from itertools import combinations

import pytest

from catalogue.code_lists import load_code_list
from catalogue.elements import Database, elements_of
from hub.registers.legal_persons.links import WRITTEN
from hub.registers.linking.exposures import LINKS, Exposure, Telling, link, may_tell
from hub.registers.linking.grading import (
    GRADES,
    JoinGradeError,
    LinkNotToldError,
    Reason,
    floor_of,
    grade_of_join,
    require_grade,
    require_telling,
)


def test_grades_are_those_of_the_code_list() -> None:
    assert tuple(load_code_list("data_grade").rows) == GRADES


def test_every_link_of_the_section_has_its_exposure() -> None:
    exposures = {one.kind: one.exposure.value for one in LINKS}
    assert exposures == {
        "representative": "yes_no", "shareholder_person": "yes_no", "manager": "yes_no", "beneficial_owner": "yes_no",
        "household": "conditional", "residence": "conditional", "parent": "yes_no", "spouse": "yes_no",
        "guardian": "yes_no", "seat": "public", "branch_of": "public", "superior": "public", "shareholder": "public",
        "division": "public", "parcel_address": "restricted", "area": "public", "department": "public",
    }  # fmt: skip


def test_every_link_names_its_article() -> None:
    assert all(one.article for one in LINKS)


def test_the_links_the_register_writes_are_in_the_table() -> None:
    assert {link(kind).begins for kind in WRITTEN} == {"legal_persons"}


def test_a_beneficial_owners_name_is_never_public() -> None:
    assert not link("beneficial_owner").names_are_public


@pytest.mark.parametrize(
    ("kind", "telling", "is_granted", "has_basis", "expected"),
    [
        ("superior", Telling.LIST, False, False, True),
        ("representative", Telling.CONFIRM, False, False, False),
        ("representative", Telling.CONFIRM, True, False, True),
        ("representative", Telling.LIST, True, False, False),
        ("representative", Telling.LIST, True, True, True),
        ("spouse", Telling.SHOW, True, False, False),
        ("parcel_address", Telling.CONFIRM, True, True, False),
    ],
)
def test_a_link_is_told_as_far_as_its_exposure(
    kind: str,
    telling: Telling,
    is_granted: bool,  # noqa: FBT001 - a parameter
    has_basis: bool,  # noqa: FBT001 - a parameter
    expected: bool,  # noqa: FBT001 - a parameter
) -> None:
    assert may_tell(kind, telling, is_granted=is_granted, has_legal_basis=has_basis) is expected


def test_a_link_that_may_not_be_told_is_refused_with_the_next_step() -> None:
    with pytest.raises(LinkNotToldError, match="是或否"):
        require_telling("representative", Telling.LIST, is_granted=True, has_legal_basis=False)


@pytest.mark.parametrize(
    ("elements", "links", "grade"),
    [
        (("L001", "L002"), ("superior",), "G1"),
        (("L001", "L002", "L031"), (), "G3"),
        (("P001", "P002"), (), "G2"),
        (("L001", "L002", "P001"), ("representative",), "G3"),
        (("L001", "P001", "G008"), ("representative", "seat"), "G4"),
        (("L001", "L028"), (), "G4"),
        (("L001", "L002"), ("representative",), "G3"),
    ],
)
def test_a_join_is_graded_as_one_object(elements: tuple[str, ...], links: tuple[str, ...], grade: str) -> None:
    assert grade_of_join(elements, links).grade == grade


def test_a_join_tells_what_raised_its_grade() -> None:
    assert grade_of_join(("L001", "P001", "G008")).reasons == (Reason.PERSON_BODY_PLACE,)


def test_no_join_is_graded_below_any_of_its_elements() -> None:
    every = [one for database in Database for one in elements_of(database)]
    for first, second in combinations(every[::3], 2):
        joined = GRADES.index(grade_of_join((first.code, second.code)).grade)
        assert joined >= max(GRADES.index(floor_of(first)), GRADES.index(floor_of(second)))


def test_more_elements_never_lower_the_grade() -> None:
    few, more = ("L001", "P001"), ("L001", "P001", "P002", "L013", "G008")
    assert GRADES.index(grade_of_join(more).grade) >= GRADES.index(grade_of_join(few).grade)


def test_a_join_under_an_entry_of_a_lower_grade_is_refused() -> None:
    with pytest.raises(JoinGradeError) as caught:
        require_grade("G2", ("L001", "P001"), ("representative",))
    assert caught.value.facts["grade"] == "G3"


@pytest.mark.parametrize("grade", ["G3", "G4"])
def test_a_join_under_an_entry_graded_as_high_is_answered(grade: str) -> None:
    assert require_grade(grade, ("L001", "P001"), ("representative",)).grade == "G3"


def test_every_exposure_is_used() -> None:
    assert {one.exposure for one in LINKS} == set(Exposure)
