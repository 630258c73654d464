"""Addresses, divisions and place names fed from departments' resources: a push of theirs updates the register.

An entry that was taken once is followed: a sweep takes each later version. Its items are told by their elements
(G001 address, G020 or G021 place name) or, for divisions, by their names. An address that a later version no longer
names gets an end; its identifier is never given again. Zhengzhou Art. 18, 19; Jilin Art. 26, 27; 地名管理条例 Art. 21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from catalogue.addresses_reading import Row, fields_of
from hub.directory.facts import load_resource
from hub.ledger.receipts import content_digest
from hub.registers.addresses import feeding_store, store
from hub.registers.addresses.errors import AddressFileError
from hub.registers.addresses.loading import FileKind, Loaded, Origin, load_rows
from hub.rounds import Sweep
from hub.rows.record import version_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hub.context import Context
    from hub.database import Database, Unit
    from hub.directory.facts import Resource

_DIVISIONS: Final = ("G007", "G006", "G005", "G004", "G003")
"""Elements that name the division of an address, the deepest first."""


def take(context: Context, unit: Unit, name: str) -> Loaded | None:
    """Take the standing version of a department's entry into the register; None where it is taken already.

    Raises:
        EntryNotFoundError: no such published entry.
        AddressFileError: its items tell neither addresses nor divisions nor place names, or no row can be taken.

    """
    resource = load_resource(context, unit, name)
    columns = _columns(resource)
    kind = _kind(columns)
    if kind is None:
        raise AddressFileError(
            f"“{resource.title}”的信息项没有对应标准地址、标准地名或行政区划的数据元",
            f"the items of {resource.name!r} name no elements of addresses, place names or divisions",
            next_zh="请在目录中为信息项补上数据元编号：地址 G001、G005 至 G013，地名 G020、G021。",
            next_en="Give the items their element codes: G001, G005 to G013 for addresses, G020, G021 for place names.",
        )
    store.lock(unit)
    version = version_of(unit, resource.table)
    if store.loaded_version(unit, resource.id) == version:
        return None
    rows = _rows(resource, columns, feeding_store.rows_of(unit, resource.table, tuple(columns.values())))
    digest = content_digest(f"{resource.id} {version}".encode())
    loaded = load_rows(context, unit, rows, kind, Origin(resource.name, digest, resource.id, version))
    if kind is FileKind.ADDRESSES:
        feeding_store.end_missing(unit, resource.id, loaded.source, context.today())
    return loaded


def _columns(resource: Resource) -> dict[str, str]:
    """Return the columns of an entry by what the register calls them: by element, else by name."""
    found: dict[str, str] = {}
    for item in resource.entry.items:
        if item.element in _DIVISIONS:
            found[item.element] = item.column
        for known in (item.element or "", item.name, item.column):
            for field in fields_of((known,)):
                found.setdefault(field, item.column)
    return found


def _kind(columns: Mapping[str, str]) -> FileKind | None:
    if "door" in columns or "street" in columns:
        return FileKind.ADDRESSES
    if "kind" in columns and "name" in columns:
        return FileKind.NAMES
    return FileKind.DIVISIONS if {"code", "name"} <= columns.keys() else None


def _rows(resource: Resource, columns: Mapping[str, str], values: Iterator[tuple[Any, ...]]) -> Iterator[Row]:
    names = {field: field for field in (*columns, "division", "crs")}
    system = f"EPSG:{resource.entry.crs}" if (resource.entry.crs or "").isdigit() else resource.entry.crs
    for number, *texts in values:
        row = dict(zip(columns, texts, strict=True))
        deepest = next((row[element] for element in _DIVISIONS if row.get(element)), None)
        row["division"] = deepest or row.get("division")
        if not row.get("crs"):
            row["crs"] = system
        yield Row(number, row, names)


def sweep(context: Context, database: Database) -> int:
    """Take each later version of the entries that were taken once; returns how many were."""
    with database.begin() as unit:
        waiting = feeding_store.waiting(unit)
    done = 0
    for name in waiting:
        with database.begin(statement_timeout_seconds=0) as unit:
            done += take(context, unit, name) is not None
    return done


ADDRESSES: Final = Sweep("addresses", 5.0, sweep)
