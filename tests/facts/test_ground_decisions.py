"""Decisions (docs/decisions): numbered without gaps, each with its four parts and on one page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "decisions"
DECISIONS: Final = sorted(FOLDER.glob("[0-9]*.md"))
PARTS: Final = ["Context", "Decision", "Consequences", "Rejected ways"]
PAGE_WORDS: Final = 600


def test_decisions_are_numbered_from_one_without_gaps() -> None:
    assert DECISIONS
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("path", [*DECISIONS, FOLDER / "template.md"], ids=lambda path: path.stem)
def test_a_decision_has_its_parts_in_order(path: Path) -> None:
    assert re.findall(r"^## (.+)$", path.read_text("utf-8"), re.MULTILINE) == PARTS


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_its_number_and_a_status(path: Path) -> None:
    head = path.read_text("utf-8").split("## ", 1)[0]
    pattern = rf"^# {path.name[:4]} .+\n\nStatus: (proposed|accepted|replaced by \d{{4}})\. Date: \d{{4}}-\d\d-\d\d\.\n"
    assert re.match(pattern, head)


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_fits_on_one_page(path: Path) -> None:
    assert len(path.read_text("utf-8").split()) <= PAGE_WORDS
