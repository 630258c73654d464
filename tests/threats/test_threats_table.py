"""The table of threats in the docs is true: every number is in it, every test it names exists, every attack has one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

TOP: Final = Path(__file__).resolve().parents[2]
PAGE: Final = TOP / "docs" / "reference" / "threats.md"
KNOWN: Final = TOP.parent / "shared" / "threats.md"
ROW: Final = re.compile(r"^\| (\d+) \| ([^|]+) \| (.+) \|$", re.MULTILINE)
NOT_YET: Final = "not of this surface yet: "
LAST: Final = 38


def table() -> dict[int, str]:
    """Return the cell with the tests of each number."""
    return {int(number): cell for number, _, cell in ROW.findall(PAGE.read_text(encoding="utf-8"))}


def existing() -> set[str]:
    """Return the names of all tests there are."""
    files = (TOP / "tests").rglob("test_*.py")
    return {name for file in files for name in re.findall(r"def (test_\w+)", file.read_text(encoding="utf-8"))}


def test_the_table_has_every_number_once_and_in_order() -> None:
    assert list(table()) == list(range(1, LAST + 1))


def test_every_test_the_table_names_exists() -> None:
    known = existing()
    named = {name for cell in table().values() for name in re.findall(r"`(test_\w+)`", cell)}
    assert len(named) > LAST
    assert sorted(named - known) == []


def test_every_attack_has_a_test_or_a_reason_why_there_is_none() -> None:
    without = [number for number, cell in table().items() if "`test_" not in cell and not cell.startswith(NOT_YET)]
    assert without == []


def test_every_test_that_bears_a_number_is_in_the_row_of_its_number() -> None:
    """A test called ``test_33_…`` belongs to threat 33: it is named there, or one of the same number is."""
    texts = [file.read_text(encoding="utf-8") for file in (TOP / "tests" / "threats").glob("test_*.py")]
    numbers = {int(number) for text in texts for number in re.findall(r"def test_(\d\d)_", text)}
    assert numbers
    assert [number for number in sorted(numbers) if f"`test_{number:02}_" not in table().get(number, "")] == []


def test_the_list_the_project_was_given_has_no_number_more() -> None:
    if not KNOWN.exists():
        pytest.skip("the list of threats lies beside the project and is not here")
    numbers = re.findall(r"^(\d+)\. ", KNOWN.read_text(encoding="utf-8"), re.MULTILINE)
    assert [int(number) for number in numbers] == list(table())
