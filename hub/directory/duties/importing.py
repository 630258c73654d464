"""The supply duty list from a workbook or CSV file, and the empty form of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from catalogue.subjects import folded
from hub.directory.duties.use_cases import Owed, enter
from hub.directory.sheets.importing_lists import How, Reading, Taken, take
from hub.directory.sheets.reading import SheetFile, read_sheet
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.directory.checking import Desk

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "member": ("责任单位", "单位", "供数单位", "单位名称", "member"),
    "title": ("资源名称", "信息资源名称", "应供资源", "title"),
    "items": ("应供信息项", "信息项", "items"),
    "update_cycle": ("更新周期", "供数周期", "update_cycle"),
    "rule": ("依据", "依据名称", "法规名称", "rule"),
    "article": ("条款", "依据条款", "article"),
    "since": ("起始日期", "开始日期", "since"),
    "note": ("说明", "note"),
}
"""Keys of the list, each with its headings; the first is the form's."""
KNOWN: Final = {folded(word): key for key, words in COLUMNS.items() for word in words}


def import_list(desk: Desk, file: SheetFile, how: How) -> Taken:
    """Enter the duties of a file; every fault is told by row and column in one pass.

    Raises:
        FileError, SheetFormError: the file as a whole cannot be read.

    """

    def store_row(reading: Reading) -> str | None:
        owed = Owed(
            member=reading.text("member", needed=("责任单位", "the unit")),
            title=reading.text("title", needed=("资源名称", "the resource")),
            items=reading.several("items"),
            update_cycle=reading.code("update_cycle", "catalogue_update_cycle"),
            rule=reading.text("rule", needed=("依据", "the rule")),
            article=reading.text("article", needed=("条款", "the article")),
            since=reading.day("since"),
            note=reading.text("note"),
        )
        if not owed.update_cycle and not reading.row["update_cycle"].strip():
            reading.fault("update_cycle", ("没有填更新周期", "the cycle is missing"), ("请填写", "fill it in"))
        if reading.faults:
            return None
        try:
            return enter(desk, owed)[1]
        except DomainError as error:
            reading.failed(error)
            return None

    return take(desk.unit, read_sheet(file, KNOWN), how, store_row)
