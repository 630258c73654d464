"""A push looked through for personal information its entry does not declare, chunk by chunk, beside the merge.

Only text items are read, only those neither declared personal nor coded; one pass of linear expressions a column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from catalogue.item import DataType
from catalogue.privacy.columns import ColumnScanner
from catalogue.privacy.thresholds import CODES, DECLARED, DEFAULTS, exceeds, is_exempt
from catalogue.shapes import is_shape
from hub.directory.privacy.records import Seen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import polars as pl

    from catalogue.item import Item
    from catalogue.privacy.kinds import Kind
    from catalogue.privacy.thresholds import Threshold

_TEXTS: Final = frozenset({DataType.TEXT, DataType.MEMO})
_BUDGET: Final = 400
"""Values of a column that are read closely; the rest is judged by them and searched for the sure forms."""
_LINE: Final = "_line"


class Watch:
    """Looks through the accepted rows of one push."""

    def __init__(self, items: Sequence[Item], thresholds: Mapping[Kind, Threshold], *, today: date) -> None:
        """``thresholds`` are those set for the resource; the others have the product's defaults."""
        self._thresholds = {**DEFAULTS, **thresholds}
        kinds = frozenset(self._thresholds)
        self._items = {item.column: item for item in items if is_watched(item)}
        self._scanners = {
            column: ColumnScanner((item.name, column, *item.aliases), today=today, kinds=kinds, budget=_BUDGET)
            for column, item in self._items.items()
        }

    def add(self, frame: pl.DataFrame) -> None:
        """Look through a chunk of accepted rows."""
        for column, scanner in self._scanners.items():
            scanner.add(frame[column], frame[_LINE] if _LINE in frame.columns else None)

    def seen(self) -> tuple[Seen, ...]:
        """Return what exceeds the thresholds and nothing exempts."""
        found = []
        for column, scanner in self._scanners.items():
            report = scanner.report()
            for kind, count in report.kinds.items():
                if is_exempt(self._items[column], kind) or not exceeds(report, kind, self._thresholds[kind]):
                    continue
                found.append(
                    Seen(
                        column,
                        kind,
                        "values",
                        count.count,
                        report.filled,
                        count.is_estimate,
                        tuple(count.lines),
                        tuple(count.examples),
                    )
                )
        return tuple(found)


def is_watched(item: Item) -> bool:
    """Whether the values of an item are searched: text that is neither declared personal nor a code."""
    is_code = item.code_list is not None or item.check in CODES or item.check == "citizen_id"
    return item.type in _TEXTS and item.sensitivity not in DECLARED and not is_code and not is_shape(item)
