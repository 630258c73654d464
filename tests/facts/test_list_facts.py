"""No silent limit: every list in the source of the API says total, returned and next."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

LISTS: Final = {"total", "returned", "next"}
PLACES: Final = ("hub/api", "hub/rows", "hub/exchange", "hub/open")
OWN_WORDS: Final = "hub/open/ckan"
"""CKAN's clients know other words (``limit``, ``_links``, ``next_page``): tests/hub/ckan holds them to it."""


def answers(top: Path) -> list[tuple[str, set[str]]]:
    """Return (place, keys) of every dict display in the API's sources that has one of the three keys as text."""
    found = []
    for folder in PLACES:
        for path in sorted((top / folder).rglob("*.py")):
            if path.is_relative_to(top / OWN_WORDS):
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Dict):
                    keys = {str(key.value) for key in node.keys if isinstance(key, ast.Constant)}
                    if keys & {"total", "returned"}:
                        found.append((f"{path.relative_to(top)}:{node.lineno}", keys))
    return found


def test_there_are_lists_to_look_at(top: Path) -> None:
    assert len(answers(top)) >= 5


def test_whatever_says_how_many_also_says_how_many_it_returned_and_where_the_rest_is(top: Path) -> None:
    assert [(place, sorted(LISTS - keys)) for place, keys in answers(top) if not keys >= LISTS] == []
