"""All faults of a push, on disk as they are found: read back page by page, or whole as a table for the clerk.

One CSV file in UTF-8 without embellishment, columns of :data:`hub.push.check.REJECTION_SCHEMA`; nothing is cut
off, memory stays flat. What people download is made from it: texts of the rule beside each fault, safe to
open in a spreadsheet.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import polars as pl

from hub.push.check import REJECTION_SCHEMA
from hub.push.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Language = Literal["zh", "en"]
_PAGE_ROWS: Final = 50_000
_FORMULA: Final = r"^[=+\-@\t\r＝＋－＠]"
_NUMBER: Final = r"^[+-]?[0-9][0-9,]*(\.[0-9]+)?$"
_TITLES: Final = {
    "zh": ("行号", "列", "信息项", "规则", "值（已遮盖）", "问题", "提示", "依据", "怎么改"),
    "en": ("line", "column", "item", "rule", "value (masked)", "fault", "hint", "standard", "how to mend"),
}


@dataclass(frozen=True, slots=True)
class Page:
    """Some faults in file order; ``next`` is the cursor of the following page, None at the end."""

    faults: tuple[dict[str, object], ...]
    total: int
    next: int | None


class RejectionLog:
    """The faults of one push in one file."""

    def __init__(self, path: Path) -> None:
        """Use ``path``; an existing file is read, and appended to."""
        self.path = path

    def append(self, rejections: pl.DataFrame) -> None:
        """Add the faults of one chunk."""
        with self.path.open("ab") as file:
            rejections.select(REJECTION_SCHEMA.names()).write_csv(file, include_header=False)

    def total(self) -> int:
        """Return how many faults there are."""
        if not self.path.exists() or self.path.stat().st_size == 0:
            return 0
        return int(self._scan().select(pl.len()).collect().item())

    def page(self, after: int, limit: int) -> Page:
        """Return up to ``limit`` faults after the cursor ``after`` (0 for the first page)."""
        total = self.total()
        rows = self._slice(after, limit) if after < total else REJECTION_SCHEMA.to_frame()
        end = after + rows.height
        return Page(tuple(described(row) for row in rows.iter_rows(named=True)), total, end if end < total else None)

    def table(self, language: Language = "zh") -> Iterator[bytes]:
        """Yield a CSV for people: BOM for spreadsheets, formulas defused, rule texts beside each fault."""
        titles = _TITLES[language]
        yield ("\ufeff" + ",".join(titles) + "\r\n").encode()
        for start in range(0, self.total(), _PAGE_ROWS):
            frame = _with_texts(self._slice(start, _PAGE_ROWS), language)
            buffer = io.BytesIO()
            frame.write_csv(buffer, include_header=False, line_terminator="\r\n")
            yield buffer.getvalue()

    def _scan(self) -> pl.LazyFrame:
        return pl.scan_csv(self.path, has_header=False, schema=REJECTION_SCHEMA)

    def _slice(self, start: int, length: int) -> pl.DataFrame:
        return self._scan().slice(start, length).collect()


def described(row: dict[str, object]) -> dict[str, object]:
    """Return a fault with the texts of its rule, both languages, as JSON values."""
    rule = RULES[str(row["rule"])]
    detail = row["detail"]
    return {
        **row,
        "message": rule.zh,
        "message_en": rule.en,
        "hint": "" if detail is None else rule.detail_zh.format(detail=detail),
        "hint_en": "" if detail is None else rule.detail_en.format(detail=detail),
        "standard": rule.standard,
        "mend": rule.mend_zh,
        "mend_en": rule.mend_en,
    }


def _with_texts(frame: pl.DataFrame, language: Language) -> pl.DataFrame:
    """Put the rule's texts beside each fault."""
    is_chinese = language == "zh"
    texts = pl.DataFrame(
        [
            {
                "rule": rule.id,
                "name": rule.name_zh if is_chinese else rule.name_en,
                "fault": rule.zh if is_chinese else rule.en,
                "template": rule.detail_zh if is_chinese else rule.detail_en,
                "standard": rule.standard,
                "mend": rule.mend_zh if is_chinese else rule.mend_en,
            }
            for rule in RULES.values()
        ]
    )
    value = pl.col("value")
    is_formula = value.str.contains(_FORMULA) & ~value.str.contains(_NUMBER)
    return frame.join(texts, on="rule", how="left", maintain_order="left").select(
        "line",
        "letter",
        "item",
        pl.format("{} {}", "rule", "name"),
        pl.when(is_formula).then("'" + value).otherwise(value),
        "fault",
        pl.when(pl.col("detail").is_not_null()).then(
            pl.col("template").str.replace("{detail}", pl.col("detail"), literal=True)
        ),
        "standard",
        "mend",
    )
