"""Units list what their systems hold and what of it is not in the directory yet (Zhengzhou Art. 17).

A line becomes the draft of an entry in one act; what the line does not say stays empty in the draft and is named by
the rules of the catalogue, nothing is invented.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from catalogue.code_lists import load_code_list
from catalogue.entry import Entry, Opening, Provider, Sharing
from catalogue.item import DataType, Item
from catalogue.names import slug
from catalogue.subjects import folded
from hub.directory import oversight, publish
from hub.directory.inventory import store
from hub.directory.inventory.errors import InventoryInvalidError, InventoryNotFoundError
from hub.directory.inventory.store import ResourceRow
from hub.directory.sheets.importing_lists import How, Reading, Taken, take
from hub.directory.sheets.reading import SheetFile, read_sheet
from hub.ledger.drafts import ReceiptKind
from policies.errors import DomainError
from policies.facts import OpenType, ShareType

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from hub.directory.checking import Desk
    from hub.directory.publish import Draft

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "system": ("业务系统", "系统名称", "信息系统", "系统", "system"),
    "name": ("资源名称", "信息资源名称", "数据资源名称", "name"),
    "owner_unit": ("责任处室", "内部部门", "owner_unit"),
    "rows": ("数据量（行）", "数据量", "行数", "记录数", "rows"),
    "update_cycle": ("更新周期", "update_cycle"),
    "items": ("信息项", "items"),
    "planned_on": ("计划编目日期", "计划日期", "planned_on"),
    "reason": ("未编目原因", "未接入原因", "原因", "reason"),
}
"""Keys of the list, each with its headings; the first is the form's."""
KNOWN: Final = {folded(word): key for key, words in COLUMNS.items() for word in words}
_COLUMN_LENGTH: Final = 59


@dataclass(frozen=True, slots=True)
class Existing:
    """What a unit says of one resource: system and name are needed, all else as far as it is known."""

    system: str
    name: str
    owner_unit: str = ""
    rows: int | None = None
    update_cycle: str = ""
    items: tuple[str, ...] = ()
    planned_on: date | None = None
    reason: str = ""


def put(desk: Desk, given: Existing) -> tuple[ResourceRow, str]:
    """Add a resource of the person's unit, or change the line of this system and name.

    Returns:
        The line, and ``added``, ``changed`` or ``unchanged``.

    Raises:
        InventoryInvalidError: system, name or cycle is missing or not known.

    """
    faults = []
    if not given.system.strip():
        faults.append(("system", "没有写业务系统", "the system is missing"))
    if not given.name.strip():
        faults.append(("name", "没有写资源名称", "the name is missing"))
    if given.update_cycle and given.update_cycle not in load_code_list("catalogue_update_cycle"):
        faults.append(("update_cycle", "更新周期不在代码表中", "the cycle is no code of the list"))
    if faults:
        raise InventoryInvalidError.of(*faults)
    now = desk.context.now()
    member = desk.staff.member.id
    present = store.named(desk.unit, member, given.system.strip(), given.name.strip())
    row = ResourceRow(
        id=present.id if present is not None else uuid.uuid4(),
        member_id=member,
        system=given.system.strip(),
        name=given.name.strip(),
        owner_unit=given.owner_unit.strip(),
        rows=given.rows,
        update_cycle=given.update_cycle,
        items=tuple(dict.fromkeys(one.strip() for one in given.items if one.strip())),
        planned_on=given.planned_on,
        reason=given.reason.strip(),
        entry_id=present.entry_id if present is not None else None,
        closed="",
        by_staff=desk.staff.staff.id,
        created_at=present.created_at if present is not None else now,
        changed_at=now,
    )
    if present is None:
        store.insert(desk.unit, row)
        _record(desk, row, "add")
        return row, "added"
    if replace(row, changed_at=present.changed_at, by_staff=present.by_staff) == present:
        return present, "unchanged"
    store.change(desk.unit, row)
    _record(desk, row, "change")
    return row, "changed"


def _record(desk: Desk, row: ResourceRow, act: str) -> None:
    desk.context.record(
        desk.unit,
        ReceiptKind.CATALOGUE,
        provider=str(row.member_id),
        end_user=str(desk.staff.staff.id),
        action=f"inventory.{act}",
        subject_kind="inventory_resource",
        subject_id=str(row.id),
        resource=str(row.entry_id) if row.entry_id is not None else None,
    )


def own(desk: Desk, resource_id: uuid.UUID) -> ResourceRow:
    """Return a line of the person's unit, locked (raises :class:`InventoryNotFoundError`)."""
    row = store.find(desk.unit, resource_id, lock=True)
    if row is None or row.member_id != desk.staff.member.id:
        raise InventoryNotFoundError
    return row


def attach(desk: Desk, resource_id: uuid.UUID, entry: str) -> ResourceRow:
    """Say that an entry of the unit holds the resource already.

    Raises:
        InventoryNotFoundError, EntryNotFoundError, NotYourEntryError: the line or the entry is not the unit's.

    """
    row = own(desk, resource_id)
    changed = replace(row, entry_id=publish.own_entry(desk.unit, desk.staff, entry).id, changed_at=desk.context.now())
    store.change(desk.unit, changed)
    _record(desk, changed, "attach")
    return changed


def close(desk: Desk, resource_id: uuid.UUID, reason: str) -> ResourceRow:
    """Take a resource off the list, with the reason (its system was shut down, it holds nothing of its own)."""
    row = own(desk, resource_id)
    if not reason.strip():
        raise InventoryInvalidError.of(("reason", "没有写理由", "the reason is missing"))
    changed = replace(row, closed=reason.strip(), changed_at=desk.context.now())
    store.change(desk.unit, changed)
    _record(desk, changed, "close")
    return changed


def to_draft(desk: Desk, resource_id: uuid.UUID) -> Draft:
    """Make the draft of an entry from a line; the findings of the draft name what has still to be said.

    Raises:
        InventoryInvalidError: the line has an entry already, or is closed.
        EntryInvalidError: the unit has another entry of this title.

    """
    row = own(desk, resource_id)
    if row.entry_id is not None or row.closed:
        zh, en = "这项资源已有条目，或已从清单中移出", "the resource has an entry, or was taken off the list"
        raise InventoryInvalidError.of(("entry", zh, en))
    draft = publish.create(desk, draft_of(desk, row).to_dict())
    changed = replace(row, entry_id=draft.row.id, changed_at=desk.context.now())
    store.change(desk.unit, changed)
    _record(desk, changed, "draft")
    return draft


def draft_of(desk: Desk, row: ResourceRow) -> Entry:
    """Return what a line says as an entry: shared on conditions and not open until the unit says otherwise."""
    member = desk.staff.member
    taken: set[str] = set()
    items = tuple(Item(name=name, column=_free_column(name, taken), type=DataType.TEXT) for name in row.items)
    return Entry(
        title=row.name,
        provider=Provider(member.name, member.organisation_code, unit=row.owner_unit, contact=member.contact),
        sharing=Sharing(ShareType.CONDITIONAL),
        opening=Opening(OpenType.CLOSED),
        items=items,
        update_cycle=row.update_cycle,
        source_system=row.system,
    )


def _free_column(name: str, taken: set[str]) -> str:
    """Return a column for an item by the pinyin of its name; unique in the entry."""
    stem = re.sub(r"[^a-z0-9]+", "_", slug(name)).strip("_")
    stem = (stem if stem[:1].isalpha() else f"x_{stem}")[: _COLUMN_LENGTH - 3].rstrip("_")
    column, number = stem, 1
    while column in taken:
        number += 1
        column = f"{stem}_{number}"
    taken.add(column)
    return column


def import_list(desk: Desk, file: SheetFile, how: How) -> Taken:
    """Take in a unit's list from a file; every fault is told by row and column in one pass.

    Raises:
        FileError, SheetFormError: the file as a whole cannot be read.

    """

    def store_row(reading: Reading) -> str | None:
        given = Existing(
            system=reading.text("system", needed=("业务系统", "the system")),
            name=reading.text("name", needed=("资源名称", "the name")),
            owner_unit=reading.text("owner_unit"),
            rows=reading.number("rows"),
            update_cycle=reading.code("update_cycle", "catalogue_update_cycle"),
            items=reading.several("items"),
            planned_on=reading.day("planned_on"),
            reason=reading.text("reason"),
        )
        if reading.faults:
            return None
        try:
            return put(desk, given)[1]
        except DomainError as error:
            reading.failed(error)
            return None

    return take(desk.unit, read_sheet(file, KNOWN), how, store_row)


def by_unit(desk: Desk, members: tuple[uuid.UUID, ...]) -> list[dict[str, Any]]:
    """Return the counts of units: listed, attached, draft, open, closed, overdue; those with most open first."""
    rows = store.counts(desk.unit, members, desk.context.today())
    known = oversight.names_of(desk.unit, {row["member_id"] for row in rows})
    shown = [
        {"member": known[row["member_id"]].slug, "name": known[row["member_id"]].name}
        | {key: value for key, value in row.items() if key != "member_id"}
        for row in rows
    ]
    return sorted(shown, key=lambda row: (-int(row["open"]), str(row["member"])))
