"""A department's push becomes a checked version of its resource (Zhengzhou Art. 19; Jilin Art. 27).

The file lies in a temporary place; everything else happens in one transaction: rows merged, rejections listed,
the report, the receipt. Either all of it is kept, or nothing. A file the gate stops leaves only an incident.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import polars as pl

from catalogue.privacy.kinds import Kind
from hub import faults
from hub.directory import privacy_gate
from hub.directory.errors import NotYourEntryError
from hub.directory.facts import load_resource
from hub.directory.privacy import report as privacy_report
from hub.directory.privacy import store as privacy_store
from hub.directory.privacy.records import Seen, Where
from hub.directory.privacy.watch import Watch
from hub.ledger.drafts import ReceiptKind
from hub.ledger.receipts import digest_member
from hub.push import report as reporting
from hub.push import store
from hub.push.check import REJECTION_SCHEMA
from hub.push.decode import CheckPlan, read_push
from hub.push.errors import GateStoppedError, PushError
from hub.push.header import HeaderMapping
from hub.push.incidents import open_incident
from hub.push.merge import Merge, MergeCounts, MergeMode, Rejected, merge
from hub.push.rejections import RejectionLog
from hub.rows import outbox
from hub.rows.outbox import Event, EventType
from hub.rows.tables import index_items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.port import Limits, ReadOptions
    from hub.context import Context
    from hub.database import Database, Unit
    from hub.directory.facts import Resource
    from hub.directory.privacy.records import Finding
    from hub.push.decode import PushReading

REJECTION_ROWS = 50_000
GATE_INCIDENT = "push_stopped"


class AllowedModesError(PushError):
    """The entry does not take pushes of this mode."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A push as it arrived. ``path`` is the received file, ``digest`` the SHA-256 of its bytes.

    Without an ``idempotency_key`` a push is a repeat when the newest version of the resource came from the same
    file, read in the same way against the same version of the entry: then a cron line may be run twice, and yet
    a file that restores an earlier state is taken in again.
    """

    entry: str
    path: Path
    digest: bytes
    mode: MergeMode
    idempotency_key: str | None
    filename: str
    options: ReadOptions
    allow_shrink: bool
    member_id: uuid.UUID
    by_system: uuid.UUID | None
    by_staff: uuid.UUID | None
    key_thumbprint: str | None = None
    mapping: HeaderMapping = field(default_factory=HeaderMapping)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The stored push and whether it is this one (False: a repeat of an earlier one, answered again)."""

    push: store.StoredPush
    is_new: bool


def accept(context: Context, database: Database, arrival: Arrival, limits: Limits) -> Accepted:
    """Take in one push.

    Raises:
        EntryNotFoundError, NotYourEntryError: no such published entry, or another organ's.
        IdempotencyConflictError: the key was used with another content.
        FileError, HeaderMismatchError: the file cannot be read, or is another table; nothing is kept.
        GateStoppedError: secrecy marks or undeclared personal numbers; an incident is open, nothing else kept.
        MergeError: the rows cannot be merged as asked; nothing is kept.
    """
    entry_id: uuid.UUID | None = None
    try:
        with (
            TemporaryDirectory(prefix="report-", dir=arrival.path.parent) as folder,
            database.begin(statement_timeout_seconds=0) as unit,
        ):
            resource = load_resource(context, unit, arrival.entry)
            entry_id = resource.id
            _check_standing(resource, arrival)
            given = _new_push(context, resource, arrival)
            if arrival.idempotency_key is None and (repeated := store.repeated(unit, given)) is not None:
                return Accepted(repeated, is_new=False)
            stored, is_new = store.receive(unit, given)
            if not is_new:
                return Accepted(stored, is_new=False)
            faults.point("push.received")
            work = _Work(context, unit, resource, given, arrival)
            outcome, indexes_due = _take_in(work, limits, Path(folder))
            store.settle(unit, given.id, outcome)
            faults.point("push.merged")
    except GateStoppedError as error:
        _stop(context, database, arrival, entry_id, error)
        raise
    faults.point("push.committed")
    if indexes_due:
        # A large first load leaves the indexes of coded items to a transaction of their own: readers go on meanwhile.
        with database.begin(statement_timeout_seconds=0) as unit:
            index_items(unit, resource.table)
    return Accepted(store.StoredPush(given, outcome), is_new=True)


def _check_standing(resource: Resource, arrival: Arrival) -> None:
    if resource.provider_id != arrival.member_id:
        raise NotYourEntryError
    allowed = {mode.value for mode in resource.entry.push.modes}
    if arrival.mode.value not in allowed:
        raise AllowedModesError(
            f"该条目只接受 {'、'.join(sorted(allowed))} 方式的推送",
            f"the entry takes pushes of mode {', '.join(sorted(allowed))} only",
            next_zh="请改用允许的方式，或修改条目的推送策略",
            next_en="use an allowed mode, or change the entry's push policy",
        )


def _new_push(context: Context, resource: Resource, arrival: Arrival) -> store.NewPush:
    push_id = uuid.uuid4()
    return store.NewPush(
        id=push_id,
        entry_id=resource.id,
        entry_version=resource.version,
        mode=arrival.mode.value,
        idempotency_key=arrival.idempotency_key or f"none-{push_id}",
        content_digest=digest_member(_content(arrival)),
        at=context.now(),
        filename=arrival.filename,
        by_system=arrival.by_system,
        by_staff=arrival.by_staff,
    )


def _content(arrival: Arrival) -> bytes:
    """Return a digest of what a push asks for: the file's bytes, the mode, and how the file is to be read."""
    options = asdict(replace(arrival.options, name=None))
    mapping = arrival.mapping
    names = [sorted(mapping.rename.items()), sorted(mapping.ignore), sorted(mapping.absent)]
    asked = json.dumps([arrival.mode.value, options, names], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(arrival.digest + asked.encode()).digest()


class _Intake:
    """Feeds accepted chunks to the merge while the report and the rejected keys are gathered."""

    def __init__(self, reading: PushReading, builder: reporting.ReportBuilder, watch: Watch) -> None:
        self.reading = reading
        self.builder = builder
        self.watch = watch
        self.rejected_keys: list[pl.DataFrame] = []
        self.unidentified = 0

    def accepted(self) -> Iterator[pl.DataFrame]:
        for chunk in self.reading.chunks():
            self.builder.add(chunk)
            self.unidentified += chunk.unidentified
            if chunk.rejected_keys.height:
                self.rejected_keys.append(chunk.rejected_keys)
            if chunk.accepted.height:
                self.watch.add(chunk.accepted)
                yield chunk.accepted
        faults.point("push.staged")

    def rejected(self) -> Rejected:
        keys = pl.concat(self.rejected_keys) if self.rejected_keys else None
        return Rejected(keys, self.unidentified)


@dataclass(frozen=True, slots=True)
class _Work:
    """One push being taken in."""

    context: Context
    unit: Unit
    resource: Resource
    given: store.NewPush
    arrival: Arrival


def _take_in(work: _Work, limits: Limits, folder: Path) -> tuple[store.Outcome, bool]:
    """Check and merge the file, list rejections, write the receipt; returns outcome, and whether indexes are due."""
    context, unit, resource, given, arrival = work.context, work.unit, work.resource, work.given, work.arrival
    items = resource.entry.items
    log = RejectionLog(folder / "rejections.csv")
    builder = reporting.ReportBuilder(items, log)
    plan = CheckPlan(items, resource.entry.keys, context.today(), context.demo, mapping=arrival.mapping)
    plan = replace(plan, allowed=privacy_gate.allowed(unit, resource.id))
    watch = Watch(items, privacy_store.thresholds(unit, resource.id), today=context.today())
    with read_push(arrival.path, arrival.options, plan, limits) as reading:
        intake = _Intake(reading, builder, watch)
        number = store.next_number(unit, resource.id)
        job = Merge(
            resource.table,
            number,
            MergeMode(given.mode),
            allow_shrink=arrival.allow_shrink,
            hold_rows=resource.entry.push.hold_rows,
            rejected=intake.rejected,
        )
        counts = merge(unit, job, intake.accepted())
        facts = reading.facts()
    did = reporting.MergeCounts(counts.inserted, counts.changed, counts.unchanged, counts.closed, counts.held)
    made = builder.build(facts, merge=did, push=str(given.id), title=resource.title)
    _store_rejections(unit, given.id, log)
    receipt = _record(work, made, number)
    _tell(work, counts, number)
    held = _note_personal(work, watch, counts, rejected=made.rejected)
    body = made.to_dict(log) | {"privacy": [privacy_report.body_of(finding, items) for finding in held]}
    body["summary"] = [*made.summary("zh"), *privacy_report.lines(held, items, "zh")]
    body["summary_en"] = [*made.summary("en"), *privacy_report.lines(held, items, "en")]
    outcome = store.Outcome(
        state=store.PushState.MERGED,
        number=number,
        format=body["file"],  # type: ignore[arg-type]  # a JSON object by construction
        counts={
            "received": made.received,
            "accepted": made.accepted,
            "rejected": made.rejected,
            "inserted": counts.inserted,
            "changed": counts.changed,
            "unchanged": counts.unchanged,
            "closed": counts.closed,
            "held": counts.held,
            "rows": counts.rows,
        },
        report=body,
        merged_at=context.now(),
        receipt_id=receipt,
    )
    return outcome, counts.indexes_due


def _note_personal(work: _Work, watch: Watch, counts: MergeCounts, *, rejected: int) -> tuple[Finding, ...]:
    """Store what the push holds that its entry does not declare; until it is decided, the item is not opened."""
    where = Where(work.resource.id, work.resource.provider_id, work.resource.version, work.given.id)
    is_whole = work.arrival.mode is MergeMode.FULL and not counts.held and not rejected
    sources = frozenset({privacy_gate.VALUES, privacy_gate.STOPPED})
    return privacy_gate.note(work.context, work.unit, where, watch.seen(), sources=sources, is_whole=is_whole)


def _tell(work: _Work, counts: MergeCounts, number: int) -> None:
    """Put the change into the outbox: subscribers learn of exactly the versions that are kept."""
    facts = {"version": number, "rows": counts.rows}
    facts |= {"inserted": counts.inserted, "changed": counts.changed, "closed": counts.closed}
    outbox.emit(work.unit, Event(work.resource.id, EventType.DATA_CHANGED, work.context.now(), facts))


def _store_rejections(unit: Unit, push_id: uuid.UUID, log: RejectionLog) -> None:
    position = 1
    total = log.total()
    for start in range(0, total, REJECTION_ROWS):
        scan = pl.scan_csv(log.path, has_header=False, schema=REJECTION_SCHEMA)
        position = store.add_rejections(unit, push_id, scan.slice(start, REJECTION_ROWS).collect(), first=position)


def _record(work: _Work, made: reporting.PushReport, number: int) -> uuid.UUID:
    resource, given, arrival = work.resource, work.given, work.arrival
    merged = made.merge or reporting.MergeCounts()
    receipt = work.context.record(
        work.unit,
        ReceiptKind.PUSH,
        provider=str(resource.provider_id),
        system=str(arrival.by_system) if arrival.by_system is not None else None,
        key_thumbprint=arrival.key_thumbprint,
        end_user=str(arrival.by_staff) if arrival.by_staff is not None else None,
        resource=str(resource.id),
        resource_version=str(number),
        schema_version=str(resource.version),
        push=str(given.id),
        mode=given.mode,
        file_digest=digest_member(arrival.digest),
        rows=made.received,
        rows_accepted=made.accepted,
        rows_rejected=made.rejected,
        rows_inserted=merged.inserted,
        rows_updated=merged.updated,
        rows_unchanged=merged.unchanged,
        rows_closed=merged.closed,
        rejected_by_rule=Counter({count.rule: count.rows for count in made.rules}),
        bytes=arrival.path.stat().st_size,
        outcome="merged",
    )
    return receipt.id


def _note_stopped(context: Context, unit: Unit, resource: Resource, error: GateStoppedError) -> None:
    """Make each column that stopped a push a finding, so that a false alarm can be decided and the push repeated."""
    columns = {item.name: item.column for item in resource.entry.items}
    gate: Any = error.facts.get("gate") or {}
    seen = [
        Seen(columns[one["item"]], Kind(one["kind"]), privacy_gate.STOPPED, one["count"], 0, lines=tuple(one["lines"]))
        for one in gate.get("findings", ())
        if one["item"] in columns and one["kind"] in set(Kind)
    ]
    where = Where(resource.id, resource.provider_id, resource.version)
    privacy_gate.note(context, unit, where, seen, sources=frozenset(), is_whole=False)


def _stop(
    context: Context, database: Database, arrival: Arrival, entry_id: uuid.UUID | None, error: GateStoppedError
) -> None:
    """Open the incident of a stopped file: kinds and places; the transaction with the rows is already undone."""
    facts: dict[str, Any] = {"gate": error.facts.get("gate"), "bytes": arrival.path.stat().st_size}
    with database.begin() as unit:
        incident = open_incident(
            context, unit, kind=GATE_INCIDENT, member_id=arrival.member_id, entry_id=entry_id, facts=facts
        )
        if entry_id is not None:
            _note_stopped(context, unit, load_resource(context, unit, entry_id), error)
    error.facts = {**error.facts, "incident": str(incident)}
