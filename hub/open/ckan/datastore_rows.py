"""Records of a CKAN client as a table the push can read: one column an item, values as they are written.

A record that leaves items out keeps what stands in them; ``_id`` names a row by its number. Nothing is checked here but
names and shape: values are checked by the push, with its report.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from hub.open.ckan.datastore_view import ROW_ID, field_id
from hub.open.ckan.errors import CkanValidationError
from hub.rows.completing import PLACE, numbered_rows, standing_rows
from hub.rows.errors import OperandError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from catalogue.item import Item
    from hub.database import Unit
    from hub.directory.facts import Resource

METHODS: Final = ("upsert", "insert", "update")
MOST_RECORDS: Final = 250_000
NOT_GIVEN: Final = object()
LISTED: Final = 10


def columns_by_name(items: Sequence[Item]) -> dict[str, str]:
    """Return the column of every name an item goes by here."""
    found = {item.name: item.column for item in items}
    found |= {item.column: item.column for item in items}
    return found | {field_id(item): item.column for item in items}


def records_of(given: Sequence[Mapping[str, Any]], items: Sequence[Item]) -> list[dict[str, Any]]:
    """Return records by column; ``_id`` stays as it is.

    Raises:
        CkanValidationError: a record names what is no item; row and name are told.

    """
    if len(given) > MOST_RECORDS:
        raise CkanValidationError(
            {"records": [f"一次不超过 {MOST_RECORDS} 行，请分批提交 / at most {MOST_RECORDS} rows at a time"]}
        )
    known = columns_by_name(items)
    names = {name for record in given for name in record if name != ROW_ID}
    strangers = sorted(name for name in names if name not in known)
    if strangers:
        row = next(number for number, record in enumerate(given) if any(name in record for name in strangers))
        listed = "、".join(name[:60] for name in strangers[:LISTED])
        raise CkanValidationError(
            {"records": [f"第 {row} 行有条目中没有的信息项：{listed} / row {row}: no such item"], "records_row": row}
        )
    return [{known.get(name, name): value for name, value in record.items()} for record in given]


def as_text(value: object) -> str:
    """Return a JSON value as the text a push reads."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)


def completed(unit: Unit, resource: Resource, records: list[dict[str, Any]], method: str) -> pl.DataFrame:
    """Return the rows to push: every item of the entry, what a record leaves out taken from the row that stands.

    Raises:
        CkanValidationError: no key, a row that is there for ``insert`` or is not for ``update``.

    """
    table = resource.table
    columns = list(table.columns)
    if not table.key:
        if method != "insert" or any(ROW_ID in record for record in records):
            raise CkanValidationError(
                {"method": ["该资源没有主键，只能 insert / the resource has no key: only insert is possible"]}
            )
        return _frame(records, columns)
    standing = pl.DataFrame()
    if any(ROW_ID in record for record in records):
        standing = _by_number(unit, resource, records)
    missing_keys = [number for number, one in enumerate(records) if any(name not in one for name in table.key)]
    if missing_keys:
        names = "、".join(table.key)
        row = missing_keys[0]
        raise CkanValidationError(
            {"key": [f"第 {row} 行缺少主键 {names} / row {row} lacks the key {names}"], "records_row": row}
        )
    is_partial = any(name not in record for record in records for name in columns)
    if method != "upsert" or is_partial:
        if standing.is_empty():
            keys = [{name: as_text(one[name]) for name in table.key} for one in records]
            try:
                standing = standing_rows(unit, table, keys)
            except OperandError as error:
                raise CkanValidationError({"key": [f"{error.zh} / {error.en}"]}) from error
        _check_method(standing, len(records), method)
        _fill(records, standing, columns)
    return _frame(records, columns)


def _by_number(unit: Unit, resource: Resource, records: list[dict[str, Any]]) -> pl.DataFrame:
    """Put the keys of the rows that ``_id`` names into their records; returns those rows."""
    numbers: list[int] = []
    for place, record in enumerate(records):
        value = record.get(ROW_ID)
        if isinstance(value, bool) or not str(value).isdecimal():
            raise CkanValidationError(
                {"_id": [f"第 {place} 行的 _id 应为整数 / every row needs a whole number"], "records_row": place}
            )
        numbers.append(int(str(value)))
    standing = numbered_rows(unit, resource.table, numbers)
    found = {int(row[PLACE]): row for row in standing.iter_rows(named=True)}
    for place, record in enumerate(records):
        row = found.get(place)
        if row is None:
            raise CkanValidationError({"_id": [f"第 {place} 行的 _id 不存在 / no such _id"], "records_row": place})
        del record[ROW_ID]
        for name in resource.table.key:
            if name in record and as_text(record[name]) != row[name]:
                raise CkanValidationError(
                    {"_id": [f"第 {place} 行要改动主键，主键不能改 / a key cannot be changed"], "records_row": place}
                )
            record[name] = row[name]
    return standing


def _check_method(standing: pl.DataFrame, rows: int, method: str) -> None:
    there = set(standing[PLACE].to_list())
    if method == "insert" and there:
        row = min(there)
        raise CkanValidationError(
            {"records": [f"第 {row} 行的主键已有 / row {row}: the key is there already"], "records_row": row}
        )
    if method == "update" and len(there) < rows:
        row = next(number for number in range(rows) if number not in there)
        raise CkanValidationError(
            {"key": [f"第 {row} 行的主键没有对应的行 / row {row}: key not found"], "records_row": row}
        )


def _fill(records: list[dict[str, Any]], standing: pl.DataFrame, columns: Sequence[str]) -> None:
    """Give each record the values it leaves out, from the row that stands under its key."""
    found = {int(row[PLACE]): row for row in standing.iter_rows(named=True)}
    for place, record in enumerate(records):
        row = found.get(place)
        if row is not None:
            for name in columns:
                if name not in record:
                    record[name] = row[name]


def _frame(records: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame(
        {name: [as_text(record.get(name)) for record in records] for name in columns},
        schema=dict.fromkeys(columns, pl.String),
    )
