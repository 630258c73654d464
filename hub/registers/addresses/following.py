"""Addresses, divisions and place names fed from departments' resources: a push of theirs updates the register.

An entry that was taken once is followed: a sweep takes each later version. Only an entry of which the public is given
all that is open in the register enters it (:mod:`hub.registers.addresses.openness`). An address that a later version
no longer names gets an end; its identifier is never given again. An entry that cannot be taken is noted and stops no
other. Zhengzhou Art. 18, 19; Jilin Art. 26, 27; 地名管理条例 Art. 21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import structlog

from catalogue.addresses_reading import Row
from hub.directory.errors import EntryNotFoundError
from hub.directory.facts import load_resource
from hub.ledger.receipts import content_digest
from hub.registers.addresses import feeding_store, store
from hub.registers.addresses.described import DIVISIONS, described
from hub.registers.addresses.errors import AddressClosedError, AddressFileError
from hub.registers.addresses.feeding_store import Untaken
from hub.registers.addresses.loading import FileKind, Loaded, Origin, load_rows
from hub.registers.addresses.openness import require_open
from hub.registers.addresses.switching import is_on
from hub.rounds import Sweep
from hub.rows.record import version_of
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hub.context import Context
    from hub.database import Database, Unit
    from hub.directory.facts import Resource
    from hub.registers.addresses.described import Described
    from hub.registers.addresses.feeding_store import Followed

log = structlog.get_logger()


def take(context: Context, unit: Unit, name: str) -> Loaded | None:
    """Take the standing version of a department's entry into the register; None where it is taken already.

    Raises:
        EntryNotFoundError: no such published entry.
        AddressClosedError: the public is not given in full what would be open in the register.
        AddressFileError: its items tell neither addresses nor divisions nor place names, or no row can be taken.

    """
    resource = load_resource(context, unit, name)
    found = _described(resource)
    require_open(context, resource, found.open_columns)
    store.lock(unit)
    version, last = version_of(unit, resource.table), feeding_store.last_taken(unit, resource.id)
    feeding_store.forget_untaken(unit, resource.id)
    if last is not None and last[0] == version and last[1] in {None, found.open_columns}:
        return None
    if last is not None and not set(last[1] or ()) <= set(found.open_columns):
        feeding_store.forget_carried(unit, resource.id)
    rows = _rows(resource, found.columns, feeding_store.rows_of(unit, resource.table, tuple(found.columns.values())))
    digest = content_digest(f"{resource.id} {version}".encode())
    origin = Origin(resource.name, digest, resource.id, version, found.open_columns)
    loaded = load_rows(context, unit, rows, found.kind, origin)
    if found.kind is FileKind.ADDRESSES:
        feeding_store.end_missing(unit, resource.id, loaded.source, context.today())
    return loaded


def _described(resource: Resource) -> Described:
    found = described(resource)
    if found is None:
        raise AddressFileError(
            f"“{resource.title}”的信息项没有对应标准地址、标准地名或行政区划的数据元",
            f"the items of {resource.name!r} name no elements of addresses, place names or divisions",
            next_zh="请在目录中为信息项补上数据元编号：地址 G001、G005 至 G013，地名 G020、G021。",
            next_en="Give the items their element codes: G001, G005 to G013 for addresses, G020, G021 for place names.",
        )
    return found


def _rows(resource: Resource, columns: Mapping[str, str], values: Iterator[tuple[Any, ...]]) -> Iterator[Row]:
    names = {field: field for field in (*columns, "division", "crs")}
    system = f"EPSG:{resource.entry.crs}" if (resource.entry.crs or "").isdigit() else resource.entry.crs
    for number, *texts in values:
        row = dict(zip(columns, texts, strict=True))
        deepest = next((row[element] for element in DIVISIONS if row.get(element)), None)
        row["division"] = deepest or row.get("division")
        if not row.get("crs"):
            row["crs"] = system
        yield Row(number, row, names)


def sweep(context: Context, database: Database) -> int:
    """Take each later version of the entries that were taken once; returns how many were.

    Raises:
        Exception: a fault of the hub itself that one of them met, after the others have been taken.

    """
    with database.begin() as unit:
        if not is_on(unit):
            return 0
        versions, noted = feeding_store.standing_versions(unit), feeding_store.untaken(unit)
        waiting = [
            (one, versions[one.entry_id])
            for one in feeding_store.followed(unit)
            if _is_due(context, unit, one, versions.get(one.entry_id), noted.get(one.entry_id))
        ]
    done, fault = 0, None
    for one, version in waiting:
        try:
            done += _taken(context, database, one, version)
        except Exception as error:  # noqa: BLE001 - one entry must not stop the others; raised when they are done
            fault = error
    if fault is not None:
        raise fault
    return done


def _is_due(context: Context, unit: Unit, one: Followed, version: int | None, noted: Untaken | None) -> bool:
    """Whether an entry stands at a later version, or is described by other items, and has not been tried in vain."""
    if version is None or (noted is not None and not noted.is_closed and noted.version == version):
        return False
    if noted is not None or version > one.version:
        return True
    try:
        found = described(load_resource(context, unit, one.entry_id))
    except EntryNotFoundError:
        return False
    return found is not None and one.columns is not None and one.columns != found.open_columns


def _taken(context: Context, database: Database, one: Followed, version: int) -> bool:
    try:
        with database.begin(statement_timeout_seconds=0) as unit:
            return take(context, unit, one.name) is not None
    except DomainError as error:
        is_closed = isinstance(error, AddressClosedError | EntryNotFoundError)
        why = Untaken(version, is_closed, error.zh, error.en, context.now())
        with database.begin() as unit:
            is_new = feeding_store.note_untaken(unit, one.entry_id, why)
        if is_new:
            log.warning("address-entry-not-taken", entry=one.name, version=version, fault=type(error).__name__)
        return False


ADDRESSES: Final = Sweep("addresses", 5.0, sweep, is_long=True)
