"""A department's push becomes a checked version of its resource (Zhengzhou Art. 19; Jilin Art. 27).

The file lies in a temporary place; everything else happens in one transaction: rows merged, rejections listed,
the report, the receipt. Either all of it is kept, or nothing. A file the gate stops leaves only an incident; a push
that must wait for a person leaves its report and its file, and not one row in the table. A dry run leaves nothing.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from hub import faults
from hub.directory.errors import NotYourEntryError
from hub.directory.facts import load_resource
from hub.ledger.receipts import digest_member
from hub.memory import give_back
from hub.push import progress, store, waiting
from hub.push.arrival import Arrival, content_of
from hub.push.errors import GateStoppedError, PushError, RowsRejectedError
from hub.push.intake import take_in
from hub.push.keeping import Taken, Work, note_personal, record, stop, store_faults, tell
from hub.push.loop import returning
from hub.push.mappings.resolving import Asked, Resolved, resolve
from hub.push.mappings.store import in_force as mappings_in_force
from hub.push.mappings.telling import told_if_changed
from hub.push.merge import MergeMode
from hub.push.quality.measuring import measure
from hub.push.rule_sets.checks import in_force, version_of
from hub.push.store import PushState
from hub.push.telling import report_body
from hub.push.versions import store as versions_store
from hub.rows.tables import finish_load

if TYPE_CHECKING:
    from connectors.port import Limits
    from hub.context import Context
    from hub.database import Database, Unit
    from hub.directory.facts import Resource

_LARGE_BYTES: Final = 16 << 20
"""From a file of this size on, memory is given back after its push."""
SHOWN_FAULTS: Final = 20
"""Faults that are told of a push that is taken whole or not at all."""

__all__ = ["Accepted", "AllowedModesError", "Arrival", "accept", "check_standing", "known"]


class AllowedModesError(PushError):
    """The entry does not take pushes of this mode."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The stored push and whether it is this one (False: a repeat of an earlier one, answered again)."""

    push: store.StoredPush
    is_new: bool


def accept(context: Context, database: Database, arrival: Arrival, limits: Limits) -> Accepted:
    """Take in one push: its rows go in, or it waits for a person (held, awaiting_release), or it was a try.

    Raises:
        EntryNotFoundError, NotYourEntryError: no such published entry, or another organ's.
        RowsRejectedError: rows break a rule, and all of them or none should go in; nothing is kept.
        IdempotencyConflictError: the key was used with another content.
        FileError, HeaderMismatchError: the file cannot be read, or is another table; nothing is kept.
        GateStoppedError: secrecy marks or undeclared personal numbers; an incident is open, nothing else kept.
        MergeError: the rows cannot be merged as asked; nothing is kept.
        ResumeFileError, ResumeLineError, ResumeOvertakenError, NothingHeldError: rows cannot come back like this.
        NotWaitingError, CannotWaitError: the push to be released does not wait, or this one cannot.
    """
    entry_id: uuid.UUID | None = None
    # Asked for now: a file that waits for a person is moved away.
    is_large = arrival.path.is_file() and arrival.path.stat().st_size >= _LARGE_BYTES
    try:
        with (
            TemporaryDirectory(prefix="report-", dir=_folder_of(arrival)) as folder,
            database.begin(statement_timeout_seconds=0) as unit,
        ):
            resource = load_resource(context, unit, arrival.entry)
            entry_id = resource.id
            check_standing(resource, arrival)
            accepted, indexes_due = _in_unit(_Door(context, unit, resource, limits, Path(folder)), arrival)
            if arrival.dry_run or not accepted.is_new:
                return accepted
            faults.point("push.merged")
    except GateStoppedError as error:
        stop(context, database, arrival, entry_id, error)
        raise
    finally:
        if is_large:
            give_back()
    faults.point("push.committed")
    if indexes_due:
        progress.listener().at(progress.Stage.INDEXING, int(accepted.push.outcome.counts.get("received", 0)))
        # A large first load leaves indexes and statistics to a transaction of their own: readers have the rows by now.
        with database.begin(statement_timeout_seconds=0) as unit:
            finish_load(unit, resource.table)
    return accepted


def _folder_of(arrival: Arrival) -> Path:
    """Return where temporary files of a push lie: beside its file."""
    return arrival.path.parent


def known(context: Context, database: Database, arrival: Arrival) -> store.StoredPush | None:
    """Return the push that a file would only repeat, by its digest alone: it need not be sent then.

    None also where only the file itself can tell, because a saved mapping may read it. Raises as :func:`accept`.
    """
    with database.begin() as unit:
        resource = load_resource(context, unit, arrival.entry)
        check_standing(resource, arrival)
        if arrival.mapping_version is not None or mappings_in_force(unit, resource.id, limit=1):
            return None
        return _repeated(unit, resource, arrival, _new_push(context, resource, arrival))


def check_standing(resource: Resource, arrival: Arrival) -> None:
    """Check that the arrival's organ may push to the resource in its mode; its file need not be here yet.

    Mended rows and released pushes go the way of the push they belong to.

    Raises:
        NotYourEntryError: another organ's entry.
        AllowedModesError: the entry does not take the mode.
    """
    if resource.provider_id != arrival.member_id:
        raise NotYourEntryError
    allowed = {mode.value for mode in resource.entry.push.modes}
    if arrival.mode.value not in allowed and arrival.resumes is None and arrival.releases is None:
        raise AllowedModesError(
            f"该条目只接受 {'、'.join(sorted(allowed))} 方式的推送",
            f"the entry takes pushes of mode {', '.join(sorted(allowed))} only",
            next_zh="请改用允许的方式，或修改条目的推送策略",
            next_en="use an allowed mode, or change the entry's push policy",
        )


@dataclass(frozen=True, slots=True)
class _Door:
    """What one push is taken in with."""

    context: Context
    unit: Unit
    resource: Resource
    limits: Limits
    folder: Path


def _in_unit(door: _Door, arrival: Arrival) -> tuple[Accepted, bool]:
    """Do all of a push that happens in its transaction; returns it, and whether indexes are due afterwards."""
    unit, resource = door.unit, door.resource
    origin = root = None
    if arrival.releases is not None:
        waiting.lock_open(unit, arrival.releases)
    if arrival.resumes is not None:
        root = returning.root_of(unit, resource.id, arrival.resumes)
        mode = returning.mode_of(root.given.mode, has_key=bool(resource.entry.keys))
        arrival = replace(arrival, mode=mode, resumes=root.given.id)
    read = _resolved(door, arrival)
    arrival = replace(arrival, options=read.options, mapping=read.mapping, mapping_version=read.version)
    given, earlier = _given(door, arrival)
    if earlier is not None:
        return Accepted(earlier, is_new=False), False
    faults.point("push.received")
    if root is not None:
        origin = returning.origin_of(unit, root, arrival.mode, door.context.numbers)
    work = Work(door.context, unit, resource, given, arrival)
    with told_if_changed(read.changed):
        taken = take_in(work, origin, door.limits, door.folder)
    if arrival.is_whole and taken.made.rejected:
        raise RowsRejectedError(taken.made.rejected, taken.log.page(0, SHOWN_FAULTS).faults)
    if arrival.dry_run:
        state = PushState.DRY_RUN
        return Accepted(store.StoredPush(given, _outcome(work, taken, state)), is_new=True), False
    outcome = _hold(work, taken) if taken.holds else _keep(work, taken)
    store.settle(unit, given.id, outcome)
    if not taken.holds:
        measure(door.context, unit, resource, store.StoredPush(given, outcome))
    return Accepted(store.StoredPush(given, outcome), is_new=True), taken.counts.indexes_due and not taken.holds


def _resolved(door: _Door, arrival: Arrival) -> Resolved:
    """Return how the file is read: as the caller says, or by the saved mapping whose header it has."""
    if arrival.releases is not None or arrival.resumes is not None:
        return Resolved(arrival.options, arrival.mapping, arrival.mapping_version)
    if arrival.mode is MergeMode.DELETE and arrival.mapping_version is None:
        return Resolved(arrival.options, arrival.mapping)  # a file of keys has another shape than the rows
    asked = Asked(arrival.path, arrival.options, arrival.mapping, arrival.mapping_version)
    return resolve(door.unit, door.resource.id, door.resource.entry.items, asked, door.limits)


def _given(door: _Door, arrival: Arrival) -> tuple[store.NewPush, store.StoredPush | None]:
    """Return the push, new or the one that waited; and the earlier one that this would only repeat."""
    if arrival.releases is not None:
        waited = store.get(door.unit, arrival.releases)
        if waited is None:
            raise waiting.not_waiting()
        return waited.given, None
    given = _new_push(door.context, door.resource, arrival)
    if arrival.dry_run:
        return given, None
    earlier = _repeated(door.unit, door.resource, arrival, given)
    if earlier is not None:
        return given, earlier
    stored, is_new = store.receive(door.unit, given)
    return given, None if is_new else stored


def _repeated(unit: Unit, resource: Resource, arrival: Arrival, given: store.NewPush) -> store.StoredPush | None:
    """Return the earlier push whose answer is the answer to this one too.

    A file that an older rule set checked is checked again: it may hold what the rules of today give back.
    """
    has_key = arrival.idempotency_key is not None
    earlier = versions_store.answered(unit, given, has_key=has_key)
    if earlier is None or has_key:
        return earlier
    return earlier if version_of(earlier.outcome.report) == in_force(unit, resource).version else None


def _new_push(context: Context, resource: Resource, arrival: Arrival) -> store.NewPush:
    push_id = uuid.uuid4()
    return store.NewPush(
        id=push_id,
        entry_id=resource.id,
        entry_version=resource.version,
        mode=arrival.mode.value,
        idempotency_key=arrival.idempotency_key or f"none-{arrival.instance or push_id}",
        content_digest=digest_member(content_of(arrival)),
        at=context.now(),
        filename=arrival.filename,
        by_system=arrival.by_system,
        by_staff=arrival.by_staff,
        resumes=arrival.resumes,
    )


def _keep(work: Work, taken: Taken) -> store.Outcome:
    """Keep what was merged: faults, rejected rows, findings, receipt, event; end the wait of what it replaces."""
    unit, arrival, now = work.unit, work.arrival, work.context.now()
    if arrival.releases is not None:
        waiting.forget_faults(unit, work.given.id)
    store_faults(work, taken)
    taken.checks.keep(unit, work.given, now)
    if taken.resumed is not None:
        returning.settle(unit, taken.resumed, work.given.id, now)
    receipt = record(work, taken, PushState.MERGED.value)
    tell(work, taken.counts, taken.number)
    personal = note_personal(work, taken)
    if arrival.releases is not None:
        waiting.let_in(work)
    waiting.replace_older(work)
    return replace(
        _outcome(work, taken, PushState.MERGED),
        number=taken.number,
        report=report_body(work, taken, PushState.MERGED, personal),
        merged_at=now,
        receipt_id=receipt,
    )


def _hold(work: Work, taken: Taken) -> store.Outcome:
    """Keep the push without its rows: its faults, its file, who must act; the receipt says that it waits."""
    state = waiting.state_of(taken.holds)
    store_faults(work, taken)
    waiting.keep(work, taken, state)
    receipt = record(work, taken, state.value)
    waiting.replace_older(work)
    return replace(_outcome(work, taken, state), receipt_id=receipt)


def _outcome(work: Work, taken: Taken, state: PushState) -> store.Outcome:
    body = report_body(work, taken, state)
    return store.Outcome(state=state, format=body["file"], counts=taken.counted(), report=body)
