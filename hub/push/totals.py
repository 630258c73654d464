"""Rows that look like totals (合计, 总计, 小计, Total) and yet came as data: counted and told, never dropped.

Whether such a row is one of the things the table counts, only the provider knows; a statistical table may hold a row
合计 of right. A row looks like a total where its only text is such a word and all else is numbers or blank. Looked at
are the first rows of a file and the end of every piece of it, so that a large file costs no more than a small one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from connectors.port import FIELDS, LINE, ReadNote

if TYPE_CHECKING:
    from collections.abc import Sequence

KIND: Final = "total_rows"
WHOLLY: Final = 20_000
"""So many rows of a file are all looked at; of what follows, the last rows of each piece."""
LAST: Final = 20
NAMED: Final = 10
"""Lines that are named; the others are counted."""
WORD: Final = (
    r"(?i)^(?:本页|本表|全部|以上)?(?:合计|总计|小计|共计)(?:[（(].*[)）])?[:：]?$|^(?:grand|sub)?-?totals?:?$"
)
_BLANKS: Final = r"[\s\u3000\u200b\ufeff]+"
_NUMBER: Final = r"^[-+−—–]?[¥￥$]?[0-9,，]*\.?[0-9]*[%％]?$|^[-−—–/]+$"
"""A number as sheets write it, nothing at all, or the dash that stands for none."""


class TotalRows:
    """What was found in one file, chunk by chunk."""

    def __init__(self) -> None:
        """Nothing is found yet."""
        self._seen = 0
        self._count = 0
        self._lines: list[int] = []

    def look(self, frame: pl.DataFrame, taken: pl.Series) -> None:
        """Look at a chunk as it was read; ``taken`` are the lines of its rows that go in."""
        part = frame if self._seen < WHOLLY else frame.tail(LAST)
        self._seen += frame.height
        found = part.filter(_looks(part)).get_column(LINE)
        found = found.filter(found.is_in(taken.implode())).unique().sort()
        self._count += found.len()
        self._lines += found.head(NAMED - len(self._lines)).to_list()

    def notes(self) -> Sequence[ReadNote]:
        """Return the one note, or none."""
        if not self._count:
            return ()
        return (
            ReadNote(
                KIND,
                f"⚠ {self._count:,} 行像合计行（文字只有“合计”“总计”“小计”或 Total，其余是数字或空白），"
                "已按数据处理。不是数据的，请从文件中删去（在表尾的可用 --skip-footer 略去）后重新推送；"
                "以更新方式入库的，还要以 delete 方式删去这一行。行号",
                f"⚠ {self._count:,} row(s) look like totals (their only text is 合计, 总计, 小计 or Total, all else is "
                "numbers or blank) and were taken as data. If they are none, take them out of the file (at its end "
                "also by --skip-footer) and push again; after an upsert, close the row by a push of mode delete too. "
                "Lines",
                self._count,
                tuple(str(line) for line in self._lines),
            ),
        )


def _looks(frame: pl.DataFrame) -> pl.Expr:
    """Tell the rows whose only text is the word of a total."""
    cells = [
        pl.col(name).fill_null("").str.replace_all(_BLANKS, "") for name in frame.columns if name not in {LINE, FIELDS}
    ]
    words = pl.sum_horizontal(cell.str.contains(WORD) for cell in cells)
    numbers = pl.sum_horizontal(cell.str.contains(_NUMBER) for cell in cells)
    return (words == 1) & (numbers == len(cells) - 1)
