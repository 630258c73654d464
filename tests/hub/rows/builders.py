"""A small population register for the tests of rows: its items, its table, pushes and permits for it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from catalogue.item import CodeListRef, DataType, Item
from hub.push.merge import Merge, MergeMode, Rejected, merge
from hub.rows.cursors import CursorKey
from hub.rows.query import Query, columns_used
from hub.rows.store import Reading
from hub.rows.tables import RowTable, state
from policies.decision import Permit, decide
from policies.facts import Sensitivity, Treatment
from policies.packs import load_pack
from tests.policies.builders import grant, item, open_item, public_request, request, resource

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hub.database import Database
    from hub.push.merge import MergeCounts

PACK = load_pack("zhengzhou")
KEY = CursorKey(b"k" * 32)
READING = Reading(KEY, b"p" * 32)

ITEMS = (
    Item(
        "公民身份号码", "citizen_id", DataType.TEXT, 18, required=True, sensitivity=Sensitivity.PI, masking="citizen_id"
    ),
    Item("姓名", "name", DataType.TEXT, 50, sensitivity=Sensitivity.PI, masking="name"),
    Item("行政区", "district", DataType.TEXT, 6, code_list=CodeListRef("division", "2024")),
    Item("出生日期", "born", DataType.DATE),
    Item("金额", "amount", DataType.CURRENCY, scale=2),
    Item("人数", "persons", DataType.INTEGER),
    Item("更新时间", "updated", DataType.DATETIME),
    Item("有效", "is_valid", DataType.BOOLEAN),
)
OPEN = tuple(each.column for each in ITEMS[2:])
SCHEMA: Mapping[str, Any] = {
    "citizen_id": pl.String,
    "name": pl.String,
    "district": pl.String,
    "born": pl.Date,
    "amount": pl.Decimal(38, 2),
    "persons": pl.Int64,
    "updated": pl.Datetime("us"),
    "is_valid": pl.Boolean,
}


def register() -> RowTable:
    """Return the table of a new register, keyed by identity number."""
    return RowTable(uuid.uuid4(), ITEMS, ("citizen_id",))


def person(number: int, **changes: Any) -> dict[str, Any]:
    """Return one row; its values follow from the number unless changed."""
    row: dict[str, Any] = {
        "citizen_id": f"41010219900101{number:04d}",
        "name": "王芳",
        "district": f"4101{number % 5:02d}",
        "born": date(1990, 1, 1 + number % 28),
        "amount": Decimal(number) / 4,
        "persons": number,
        "updated": datetime(2026, 1, 2, 3, number % 60),  # noqa: DTZ001 - local time, as files state it
        "is_valid": number % 2 == 0,
    }
    return row | changes


def frame(rows: Iterable[Mapping[str, Any]], schema: Mapping[str, Any] = SCHEMA) -> pl.DataFrame:
    """Return accepted rows as the checks hand them over."""
    return pl.DataFrame(list(rows), schema=schema)


@dataclass
class Pusher:
    """Pushes to one register, numbering as it goes."""

    database: Database
    table: RowTable
    schema: Mapping[str, Any] = field(default_factory=lambda: SCHEMA)

    def push(self, rows: Iterable[Mapping[str, Any]], mode: MergeMode = MergeMode.FULL, **options: Any) -> MergeCounts:
        """Merge rows, in chunks of three, as the next version."""
        chunks = frame(rows, self.schema).iter_slices(3)
        with self.database.begin() as unit:
            number = state(unit, self.table.entry_id).version + 1
            return merge(unit, Merge(self.table, number, mode, **options), chunks)

    def rows(self, columns: str = "*", where: str = "true") -> list[tuple[Any, ...]]:
        """Return current rows in order of key, straight from the table."""
        with self.database.begin() as unit:
            text = f"SELECT {columns} FROM data.r_{self.table.entry_id.hex} WHERE {where} ORDER BY citizen_id"
            return unit.driver.execute(text.encode()).fetchall()


def rejected(keys: Sequence[str], unidentified: int = 0) -> Rejected:
    """Return what the checks say they rejected."""
    return Rejected(pl.DataFrame({"citizen_id": list(keys)}, schema={"citizen_id": pl.String}), unidentified)


def open_permit(table: RowTable, query: Query) -> Permit:
    """Return the public's permit for the open items of the register, with what the query filters and sorts by."""
    queried, matched = columns_used(query)
    facts = resource(*(open_item(column) for column in OPEN), id=str(table.entry_id))
    answer = decide(public_request(queried=queried, matched=matched), facts, None, PACK)
    assert isinstance(answer, Permit)
    return answer


def agency_permit(table: RowTable, query: Query, treatments: Mapping[str, Treatment], **changes: Any) -> Permit:
    """Return an agency's permit under a grant of these treatments."""
    queried, matched = columns_used(query)
    items = [
        item("citizen_id", masking="citizen_id"),
        item("name", masking="name"),
        *(item(column, Sensitivity.INT) for column in OPEN),
    ]
    facts = resource(*items, id=str(table.entry_id))
    given = grant(treatments, resource_id=str(table.entry_id), **changes)
    answer = decide(request(*treatments, queried=queried, matched=matched), facts, given, PACK)
    assert isinstance(answer, Permit), answer
    return answer
