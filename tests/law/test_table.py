"""Nothing of the guide is without its test: the table of the docs has a row and a test for each case and deadline."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from policies.packs import load_pack
from tests.docs.blocks_law_tests import CASES, OUTSIDE, PRODUCT, named, of_case, of_deadline
from tests.law.test_grounds import DISCLOSURE, GROUNDS

CODES = Path(__file__).resolve().parents[2].parent / "shared" / "domain" / "codes"


@pytest.mark.parametrize("number", range(1, CASES + 1))
def test_every_case_of_the_guide_is_a_test_with_its_sentence(number: int) -> None:
    names = [name for name in of_case(number) if named()[name][0] == "law/test_cases.py"]
    assert [bool(named()[name][1]) for name in names] == [True] * len(names) != []


@pytest.mark.parametrize("deadline", sorted(load_pack("national").deadlines))
def test_every_deadline_is_tested_or_says_why_it_is_not_one_of_sharing(deadline: str) -> None:
    assert bool(of_deadline(deadline)) != (deadline in OUTSIDE) or deadline.startswith(PRODUCT)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("refusal_grounds.csv", {*GROUNDS, *DISCLOSURE, "R16"}),
        ("deadlines.csv", {one for one in load_pack("national").deadlines if not one.startswith(PRODUCT)}),
    ],
)
def test_the_lists_of_the_guide_are_those_of_the_pack(name: str, known: set[str]) -> None:
    if not (CODES / name).exists():
        pytest.skip("the code lists of the guide are not beside the project")
    with (CODES / name).open(encoding="utf-8", newline="") as file:
        assert {row["code"] for row in csv.DictReader(file)} == known
