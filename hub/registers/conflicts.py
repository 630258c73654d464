"""What a person does about a conflict: decides whom to ask, in the list's own words; the value stays the source's.

A decision edits no value. It asks one of the sources to check (校核) and to correct or confirm within the days the
pack gives (政务数据共享条例 Art. 26), in the list of corrections of its resource where the record stands. The line
settles by itself once the sources agree. Zhengzhou Art. 19; Jilin Art. 27.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from hub.directory.facts import load_resource
from hub.exchange.corrections import reporting
from hub.exchange.corrections.records import Reporter, ReporterKind
from hub.exchange.corrections.reporting import NewReport
from hub.ledger.drafts import ReceiptKind
from hub.registers import conflicts_store, feeding_store, sources_store
from hub.registers.conflicts_store import DECIDED, SETTLED
from hub.registers.errors import ConflictNotFoundError, ConflictStateError
from hub.registers.feeding import correction_due
from hub.rows.record import Place

if TYPE_CHECKING:
    import uuid

    from hub.context import Context
    from hub.database import Unit
    from hub.identity.facts import StaffRequester
    from hub.identity.sealing import Sealer
    from hub.registers.conflicts_store import Conflict
    from hub.registers.sources_store import Source

LONGEST_NOTE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decides of a line: which source to ask, and why."""

    line: uuid.UUID
    ask: int
    note: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Desk:
    """Who decides, in which transaction, with what seals the report for the source."""

    context: Context
    unit: Unit
    staff: StaffRequester
    sealer: Sealer


def decide(desk: Desk, decision: Decision) -> Conflict:
    """Ask a source of a conflict to check what it says, with a note; returns the line.

    Raises:
        ConflictNotFoundError: no such line.
        ConflictStateError: it is settled, the note is missing or too long, or the source is none of it.
        hub.exchange.corrections.errors.CorrectionError: the source's record cannot be reported (see there).

    """
    context, unit = desk.context, desk.unit
    line, ask, note = decision.line, decision.ask, decision.note
    found = conflicts_store.conflict(unit, line, locked=True)
    if found is None:
        raise ConflictNotFoundError
    claim = next((claim for claim in found.claims if claim["source"] == ask), None)
    if found.state == SETTLED or claim is None or not note.strip() or len(note) > LONGEST_NOTE:
        raise _not_now(found, is_source=claim is not None)
    source = sources_store.source(unit, ask)
    if source is not None and found.element in source.items:
        place = Place(int(claim["row"]), int(claim["push"]))
        _report(desk, found, source, place, note)
    values = {
        "state": DECIDED,
        "asked_source": ask,
        "due_at": correction_due(context),
        "settled_by": desk.staff.staff.id,
        "note": note.strip(),
    }
    conflicts_store.set_conflict(unit, line, values)
    context.record(
        unit,
        ReceiptKind.CORRECTION,
        action="register.conflict_decided",
        subject_kind="register_conflict",
        subject_id=str(line),
        decided_by=desk.staff.staff.id,
        items_asked=[found.element],
        outcome=f"source {ask}",
    )
    decided = conflicts_store.conflict(unit, line)
    if decided is None:
        raise ConflictNotFoundError
    return decided


def _report(desk: Desk, conflict: Conflict, source: Source, place: Place, note: str) -> None:
    """Open the case in the source's list of corrections; the key of the record is sealed for the source's clerk."""
    context, unit, staff = desk.context, desk.unit, desk.staff
    resource = load_resource(context, unit, source.entry_id)
    column = source.items[conflict.element]
    reporter = Reporter(ReporterKind.HOLDER, member_id=staff.member.id, staff_id=staff.staff.id)
    key = feeding_store.key_of_row(unit, resource.table, source.key_column, place.row)
    if key is None:
        return  # the row went meanwhile: the next step of feeding settles or renews the line
    plain = context.numbers.open(key) if context.numbers is not None else key
    new = NewReport(reporter, {source.key_column: plain}, {column: None}, note)
    reporting.report(context, unit, desk.sealer, resource, new, place=place)


def _not_now(found: Conflict, *, is_source: bool) -> ConflictStateError:
    if found.state == SETTLED:
        what = ("来源已经一致，此条已了结", "the sources agree again; the line is settled")
    elif not is_source:
        what = ("所选来源不在这条记录中", "the source chosen is not part of this line")
    else:
        what = (f"请写明意见（不超过 {LONGEST_NOTE} 字）", f"write a note of at most {LONGEST_NOTE} characters")
    return ConflictStateError(
        *what,
        next_zh="刷新清单；写明意见，并从记录的来源中选一个请其校核",
        next_en="reload the list, write a note and ask one of the sources named in the line",
        facts={"state": found.state, "sources": [claim["source"] for claim in found.claims]},
    )
