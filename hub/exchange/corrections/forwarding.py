"""Send a case on: another organ is the source (转他方). A case of its own starts there, with a clock of its own.

The items are matched by their data element (the same meaning under another column name); the record is found there by
its person or body where the report named it. 政务数据共享条例 Art. 19 (one source), 26.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.directory.facts import load_resource
from hub.exchange import subjects
from hub.exchange.corrections import store
from hub.exchange.corrections.answering import (
    again,
    checked_finding,
    leave_receipt,
    opened,
    own_case,
    require_another,
)
from hub.exchange.corrections.errors import CorrectionError
from hub.exchange.corrections.records import SEAL_REPORT, Report, Reporter, ReporterKind, State
from hub.exchange.corrections.reporting import digest_of_record, start_case
from hub.exchange.corrections.settling import close, tell_reporters
from hub.identity import store as identity_store
from hub.rows import record
from hub.rows.errors import OperandError
from hub.rows.flagging.store import raise_flags
from hub.rows.outbox import Event, EventType, emit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalogue.entry import Entry
    from hub.context import Context
    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.exchange.corrections.records import Correction
    from hub.identity.facts import StaffRequester
    from hub.identity.sealing import Sealer
    from hub.rows.record import Place


@dataclass(frozen=True, slots=True)
class Destination:
    """The entry of the source, and what was found."""

    entry: str
    finding: str


def forward(
    context: Context, unit: Unit, sealer: Sealer, staff: StaffRequester, case_id: uuid.UUID, to: Destination
) -> tuple[Correction, Correction]:
    """Send a case to the source's entry; returns it and the case that begins there.

    Raises:
        CorrectionNotFoundError, CorrectionStateError: as elsewhere.
        CorrectionError: the entry is the organ's own, or holds none of the doubted items by their element.
        EntryNotFoundError: there is no such published entry.

    """
    case = own_case(unit, staff, case_id)
    reports = tuple(one for one in store.reports(unit, case.id) if one.withdrawn_at is None)
    require_another(case, reports, staff)
    said = checked_finding(to.finding)
    here, there = load_resource(context, unit, case.entry_id), load_resource(context, unit, to.entry)
    names = _translated(here.entry, there.entry)
    items = tuple(sorted({names[name] for name in case.items if name in names}))
    if there.provider_id == case.provider_id or not items:
        raise CorrectionError(
            "该条目不是其他单位的数源：同一单位，或没有对应的信息项",
            "the entry is no other organ's source of these items",
            next_zh="请选择其他单位持有同一数据元的条目；本单位就是数源的，请直接更正",
            next_en="choose an entry of another organ that holds the same data element, or correct it yourself",
        )
    told = [opened(sealer, one) for one in reports]
    place = _place_there(unit, there, names, told)
    made = _begin(context, unit, there, case, items, place)
    for one, content in zip(reports, told, strict=True):
        _hand_over(unit, sealer, made, one, _in_columns(content, names))
    _stay_told(context, unit, sealer, made, case.provider_id)
    close(
        context, unit, case, State.FORWARDED, finding=said, answered_by=staff.staff.id, answered_at=context.now(),
        forwarded_to=made.id,
    )  # fmt: skip
    leave_receipt(context, unit, staff, case, "correction.forward", State.FORWARDED)
    tell_reporters(context, unit, case, State.FORWARDED)
    identity_store.bump_epoch(unit)
    emit(unit, Event(there.id, EventType.CORRECTION_REPORTED, context.now(), {"correction": str(made.id)}))
    return again(unit, case), again(unit, made)


def _translated(here: Entry, there: Entry) -> Mapping[str, str]:
    """Return the columns of the other entry that hold the same data element, by the columns of this one."""
    by_element = {item.element: item.column for item in there.items if item.element is not None}
    return {item.column: by_element[item.element] for item in here.items if item.element in by_element}


def _place_there(unit: Unit, there: Resource, names: Mapping[str, str], told: list[dict[str, object]]) -> Place | None:
    """Return where the record stands at the other holder; None where the report's key does not find just one."""
    item = subjects.person_key(there.entry) or subjects.body_key(there.entry)
    for content in told:
        key = content.get("key")
        if item is None or not isinstance(key, dict):
            continue
        value = next((value for column, value in key.items() if names.get(column) == item.column), None)
        if value is None:
            continue
        try:
            found = record.locate(unit, there.table, {item.column: value})
        except OperandError:
            continue
        if len(found) == 1:
            return found[0]
    return None


def _begin(
    context: Context, unit: Unit, there: Resource, case: Correction, items: tuple[str, ...], place: Place | None
) -> Correction:
    version = place.version if place is not None else record.version_of(unit, there.table)
    made = store.insert_case(
        unit,
        entry_id=there.id,
        provider_id=there.provider_id,
        row=place.row if place is not None else None,
        version=version,
        wrong_since=record.standing_since(unit, there.table, place, items) if place is not None else version,
        items=list(items),
        subject_digest=digest_of_record(context, unit, there, place.row) if place is not None else None,
        clock_key=case.clock_key,
        due_on=context.today(),
        reported_at=context.now(),
        forwarded_from=case.id,
    )
    start_case(context, unit, there, made, waits=case.provider_id)
    if place is not None:
        raise_flags(unit, there.id, place.row, items, made.id, context.now())
    return made


def _in_columns(content: Mapping[str, object], names: Mapping[str, str]) -> dict[str, Any]:
    """Return what a report says in the other entry's columns; what has no place there is left out."""
    values: dict[str, Any] = {"reason": content.get("reason", "")}
    for part in ("key", "claims"):
        held = content.get(part)
        pairs = held.items() if isinstance(held, dict) else ()
        values[part] = {names[name]: value for name, value in pairs if name in names}
    return values


def _hand_over(unit: Unit, sealer: Sealer, made: Correction, one: Report, content: dict[str, Any]) -> None:
    """Give the new case a report, so that its reporter is answered there."""
    items = tuple(sorted(content["claims"])) or made.items
    sealed = sealer.seal_values(SEAL_REPORT, content)
    store.insert_report(unit, Report(uuid.uuid4(), made.id, one.reporter, items, sealed, one.received_by, one.at, None))


def _stay_told(context: Context, unit: Unit, sealer: Sealer, made: Correction, sender: uuid.UUID) -> None:
    """Note who sent the case on as one of its reporters: the answer is told there too."""
    sealed = sealer.seal_values(SEAL_REPORT, {"key": {}, "claims": {}, "reason": ""})
    holder = Reporter(ReporterKind.HOLDER, member_id=sender)
    store.insert_report(unit, Report(uuid.uuid4(), made.id, holder, made.items, sealed, None, context.now(), None))
