"""What stays of a push in its transaction: receipt, faults, rejected rows, the event for subscribers, the incident.

Zhengzhou Art. 19; Jilin Art. 27. Receipts hold ids, counts and digests; the text of a rejected row goes to the one
table made for it (:mod:`hub.push.loop.tables`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from catalogue.privacy.kinds import Kind
from hub.directory import privacy_gate
from hub.directory.facts import load_resource
from hub.directory.privacy.records import Seen, Where
from hub.ledger.drafts import ReceiptKind
from hub.ledger.receipts import digest_member
from hub.push import report as reporting
from hub.push import store
from hub.push.check import REJECTION_SCHEMA
from hub.push.incidents import open_incident
from hub.push.loop import store as held_store
from hub.push.loop.held import HeldPush
from hub.push.merge import MergeMode
from hub.rows import outbox
from hub.rows.outbox import Event, EventType

if TYPE_CHECKING:
    import uuid

    from hub.context import Context
    from hub.database import Database, Unit
    from hub.directory.facts import Resource
    from hub.directory.privacy.records import Finding
    from hub.directory.privacy.watch import Watch
    from hub.push.arrival import Arrival
    from hub.push.errors import GateStoppedError
    from hub.push.holds import Hold
    from hub.push.loop.held import HeldHead, HeldLog
    from hub.push.loop.returning import Resumed
    from hub.push.merge import MergeCounts
    from hub.push.rejections import RejectionLog
    from hub.push.rule_sets.checks import PushChecks

REJECTION_ROWS = 50_000
GATE_INCIDENT = "push_stopped"


@dataclass(frozen=True, slots=True)
class Work:
    """One push being taken in."""

    context: Context
    unit: Unit
    resource: Resource
    given: store.NewPush
    arrival: Arrival


@dataclass(frozen=True, slots=True)
class Taken:
    """A file checked and merged, before it is decided whether that is kept.

    ``holds`` are the reasons to let it wait for a person; ``guard`` is set where so many rows are closed that
    somebody had to consent; ``changed`` are examples of changed rows, where somebody will look at them.
    """

    number: int
    made: reporting.PushReport
    counts: MergeCounts
    log: RejectionLog
    rows: HeldLog
    head: HeldHead
    watch: Watch
    checks: PushChecks
    holds: tuple[Hold, ...] = ()
    guard: Hold | None = None
    changed: list[dict[str, Any]] = field(default_factory=list)
    resumed: Resumed | None = None

    def counted(self) -> dict[str, int]:
        """Return the counts that are kept with the push."""
        counts = self.counts
        return {
            "received": self.made.received,
            "accepted": self.made.accepted,
            "rejected": self.made.rejected,
            "inserted": counts.inserted,
            "changed": counts.changed,
            "unchanged": counts.unchanged,
            "closed": counts.closed,
            "held": counts.held,
            "rows": counts.rows,
        }


def note_personal(work: Work, taken: Taken) -> tuple[Finding, ...]:
    """Store what the push holds that its entry does not declare; until it is decided, the item is not opened."""
    where = Where(work.resource.id, work.resource.provider_id, work.resource.version, work.given.id)
    is_whole = work.given.mode == MergeMode.FULL.value and not taken.counts.held and not taken.made.rejected
    sources = frozenset({privacy_gate.VALUES, privacy_gate.STOPPED})
    return privacy_gate.note(work.context, work.unit, where, taken.watch.seen(), sources=sources, is_whole=is_whole)


def tell(work: Work, counts: MergeCounts, number: int) -> None:
    """Put the change into the outbox: subscribers learn of exactly the versions that are kept."""
    facts = {"version": number, "rows": counts.rows}
    facts |= {"inserted": counts.inserted, "changed": counts.changed, "closed": counts.closed}
    outbox.emit(work.unit, Event(work.resource.id, EventType.DATA_CHANGED, work.context.now(), facts))


def store_faults(work: Work, taken: Taken) -> None:
    """Store the faults of a push and, unless it mends another's, its rejected rows as they were read."""
    unit, push_id = work.unit, work.given.id
    position = 1
    for start in range(0, taken.log.total(), REJECTION_ROWS):
        scan = pl.scan_csv(taken.log.path, has_header=False, schema=REJECTION_SCHEMA)
        chunk = scan.slice(start, REJECTION_ROWS).collect()
        position = store.add_rejections(unit, push_id, chunk, first=position)
    if taken.resumed is None and (taken.rows.rows or taken.rows.left_out):
        lapses = work.context.now() + timedelta(days=work.context.keeping.held_days)
        held = HeldPush(push_id, taken.head, taken.rows.rows, taken.rows.left_out, lapses, seals=work.context.numbers)
        held_store.add_held(unit, held, taken.rows.frames())


def record(work: Work, taken: Taken, outcome: str) -> uuid.UUID:
    """Sign the receipt of a push: ``outcome`` is merged, or the state in which it waits."""
    resource, given, arrival, made = work.resource, work.given, work.arrival, taken.made
    merged = made.merge or reporting.MergeCounts()
    is_kept = outcome == store.PushState.MERGED.value
    releaser = arrival.by_staff if arrival.releases is not None else None
    consents = arrival.by_staff if taken.guard is not None and arrival.allow_shrink else None
    approved = releaser or consents
    receipt = work.context.record(
        work.unit,
        ReceiptKind.PUSH,
        provider=str(resource.provider_id),
        system=_text(given.by_system),
        key_thumbprint=arrival.key_thumbprint,
        end_user=_text(given.by_staff),
        approved_by=_text(approved),
        action=action_of(arrival, taken),
        resource=str(resource.id),
        resource_version=str(taken.number) if is_kept else None,
        schema_version=str(resource.version),
        push=str(given.id),
        mode=given.mode,
        file_digest=digest_member(arrival.digest),
        rows=made.received,
        rows_accepted=made.accepted,
        rows_rejected=made.rejected,
        rows_inserted=merged.inserted if is_kept else None,
        rows_updated=merged.updated if is_kept else None,
        rows_unchanged=merged.unchanged if is_kept else None,
        rows_closed=merged.closed if is_kept else None,
        rejected_by_rule=Counter({count.rule: count.rows for count in made.rules}),
        bytes=arrival.path.stat().st_size,
        outcome=outcome,
    )
    return receipt.id


def action_of(arrival: Arrival, taken: Taken) -> str | None:
    """Return what a push is beside a plain one: the release of another's, mended rows, consent to close many."""
    if arrival.releases is not None:
        return "release"
    if arrival.resumes is not None:
        return "resume"
    return "allow_shrink" if taken.guard is not None and arrival.allow_shrink else None


def _text(value: uuid.UUID | None) -> str | None:
    return str(value) if value is not None else None


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


def stop(
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
