"""What a proposal says: the mapping as far as it is certain, and every question that is left to the clerk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalogue.item import Item
    from hub.push.mappings.file_mapping import FileMapping
    from hub.push.mappings.likeness import Likeness
    from policies.text import Text


@dataclass(frozen=True, slots=True)
class ColumnFit:
    """One column: its key in a mapping (heading, or letter), and the item it fits best, sure or to be asked."""

    letter: str
    name: str
    key: str
    item: Item | None
    likeness: Likeness
    is_sure: bool
    others: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        return {
            "letter": self.letter,
            "name": self.name,
            "item": self.item.name if self.item is not None else None,
            "column": self.item.column if self.item is not None else None,
            "score": round(self.likeness.score, 2),
            "reason": self.likeness.zh,
            "reason_en": self.likeness.en,
            "decision": "unmapped" if self.item is None else "mapped" if self.is_sure else "ask",
            "others": list(self.others),
        }


@dataclass(frozen=True, slots=True)
class Found:
    """Where the table stands in the file: lines of title and notes, subtitles, the sheet and the others."""

    header_line: int
    header_rows: int
    preamble_rows: int
    note_lines: tuple[int, ...]
    subtitle_lines: tuple[int, ...]
    sheet: str
    sheets: tuple[str, ...]
    format: str
    encoding: str
    notes: tuple[Text, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        return {
            "header_line": self.header_line,
            "header_rows": self.header_rows,
            "preamble_rows": self.preamble_rows,
            "note_lines": list(self.note_lines[:10]),
            "subtitle_lines": list(self.subtitle_lines[:10]),
            "subtitles": len(self.subtitle_lines),
            "sheet": self.sheet,
            "sheets": list(self.sheets),
            "format": self.format,
            "encoding": self.encoding,
            "notes": [note.zh for note in self.notes],
            "notes_en": [note.en for note in self.notes],
        }


@dataclass(frozen=True, slots=True)
class Proposal:
    """See the module. ``missing`` are items no column was found for; ``questions`` what only a person can say."""

    mapping: FileMapping
    found: Found
    columns: tuple[ColumnFit, ...]
    missing: tuple[Item, ...]
    questions: tuple[Text, ...]
    unnamed: frozenset[str] = frozenset()
    """Letters of columns without a name that hold values."""

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to ask."""
        return not self.questions

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values; no value of the file is among them."""
        return {
            "complete": self.is_complete,
            "found": self.found.to_dict(),
            "columns": [column.to_dict() for column in self.columns],
            "missing": [{"column": item.column, "name": item.name, "required": item.required} for item in self.missing],
            "questions": [question.zh for question in self.questions],
            "questions_en": [question.en for question in self.questions],
            "mapping": self.mapping.to_dict(),
        }

    def pending(self) -> Iterator[tuple[str, str, str]]:
        """Yield key, suggested item and remark of each column that a person has to decide on."""
        for column in self.columns:
            if column.item is not None and not column.is_sure:
                yield column.key, column.item.column, f"请确认：{column.likeness.zh} / please confirm"
            elif column.item is None and (column.name.strip() or column.key in self.unnamed):
                yield column.key, "", "没有对应的信息项；不读就去掉行首的 # / no item: remove # not to read it"
