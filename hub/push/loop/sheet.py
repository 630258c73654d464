"""The words of the marked workbook that both its writer and its reader know: titles of sheets and columns.

The column of line numbers names the push, so that a workbook of another push is told apart even when a clerk saved
the sheet as CSV.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    import uuid

Language = Literal["zh", "en"]
LINE_TITLE: Final = {"zh": "原行号", "en": "original line"}
FAULT_TITLE: Final = {"zh": "退回原因", "en": "why rejected"}
ROWS_SHEET: Final = {"zh": "退回行", "en": "rejected rows"}
HELP_SHEET: Final = {"zh": "说明", "en": "what to do"}
_LINE: Final = re.compile(r"\s*(?:原行号|original line)\s*(?:推送|push)?\s*([0-9a-f]{8})?\s*", re.IGNORECASE)
_FAULTS: Final = frozenset(FAULT_TITLE.values())
SHORT: Final = 8
"""Characters of a push's id that tell its workbook from another's."""


def line_title(push_id: uuid.UUID, language: Language) -> str:
    """Return the header of the column of line numbers."""
    word = {"zh": "推送", "en": "push"}[language]
    return f"{LINE_TITLE[language]} {word} {str(push_id)[:SHORT]}"


def read_line_title(title: str) -> tuple[bool, str | None]:
    """Tell whether a header is that of the line numbers, and which push it names (its first eight characters)."""
    found = _LINE.fullmatch(title)
    return (False, None) if found is None else (True, found[1] and found[1].lower())


def is_fault_title(title: str) -> bool:
    """Tell whether a header is that of the reasons."""
    return title.strip().casefold() in _FAULTS


def is_rows_sheet(title: str) -> bool:
    """Tell whether a sheet holds rejected rows: the first of its name, or a numbered one that follows."""
    return any(re.fullmatch(rf"{re.escape(name)}( \d+)?", title.strip()) for name in ROWS_SHEET.values())
