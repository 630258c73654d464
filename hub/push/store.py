"""The only SQL of pushes, their rejections and incidents. Functions take a unit and never commit.

Zhengzhou Art. 19; Jilin Art. 27. A push is idempotent: the same key with the same content is the same push.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import polars as pl
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.dialects.postgresql import ARRAY, UUID, insert

from catalogue.finding_index import note_data
from hub.push import tables
from hub.push.errors import PushError
from hub.rows import staging
from hub.rows.tables import lock

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from hub.database import Unit


class PushState(StrEnum):
    """What became of a push."""

    RECEIVED = "received"
    MERGED = "merged"
    REJECTED = "rejected"
    STOPPED = "stopped"
    ROLLED_BACK = "rolled_back"
    HELD = "held"
    AWAITING_RELEASE = "awaiting_release"
    SENT_BACK = "sent_back"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    LAPSED = "lapsed"
    DRY_RUN = "dry_run"
    """Of an answer alone: a dry run is never stored."""


WAITING = frozenset({PushState.HELD, PushState.AWAITING_RELEASE})
"""States of a push that a person must let in."""


class IncidentState(StrEnum):
    """Whether somebody still has to act."""

    OPEN = "open"
    CLOSED = "closed"


class IdempotencyConflictError(PushError):
    """The idempotency key was used for this resource before, with another content or mode."""

    def __init__(self, push_id: uuid.UUID) -> None:
        super().__init__(
            "该幂等键已用于本资源的另一次推送，且内容、模式或读取选项不同，本次未处理",
            "this idempotency key was used for another push to this resource, with other content, mode or options;"
            " this one was not processed",
            next_zh="重试同一推送时保持文件、模式、选项和键都不变；推送新文件或改了选项，请换一个新的幂等键",
            next_en="to repeat a push keep file, mode, options and key; for a new file or other options use a new key",
            facts={"push": str(push_id)},
        )


@dataclass(frozen=True, slots=True)
class NewPush:
    """A push as it arrives; ``at`` is aware UTC.

    ``content_digest`` covers the bytes received, the mode and how the file is to be read.
    """

    id: uuid.UUID
    entry_id: uuid.UUID
    entry_version: int
    mode: str
    idempotency_key: str
    content_digest: str
    at: datetime
    filename: str = ""
    by_system: uuid.UUID | None = None
    by_staff: uuid.UUID | None = None
    resumes: uuid.UUID | None = None
    """The push whose rejected rows this one mends."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a push: state, version number where merged, facts of the file, counts, report, receipt."""

    state: PushState
    number: int | None = None
    format: Mapping[str, Any] = field(default_factory=dict)
    counts: Mapping[str, Any] = field(default_factory=dict)
    report: Mapping[str, Any] = field(default_factory=dict)
    merged_at: datetime | None = None
    receipt_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class StoredPush:
    """A push with what became of it."""

    given: NewPush
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Rejection:
    """One fault: where, which rule, the masked value, and what the rule's message is filled with."""

    position: int
    line: int
    letter: str | None
    item: str | None
    column: str | None
    rule: str
    value: str | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class RejectionPage:
    """Some faults in file order; ``next`` is the position to go on after, None at the end."""

    rejections: tuple[Rejection, ...]
    total: int
    next: int | None


@dataclass(frozen=True, slots=True)
class Incident:
    """Something somebody has to look into; ``facts`` name kinds and places, never content."""

    id: uuid.UUID
    kind: str
    member_id: uuid.UUID
    entry_id: uuid.UUID | None
    facts: Mapping[str, Any]
    at: datetime
    owner: str
    state: IncidentState = IncidentState.OPEN
    closed_at: datetime | None = None


_GIVEN = ("id", "entry_id", "entry_version", "mode", "idempotency_key", "content_digest", "at", "filename")
_BY = ("by_system", "by_staff", "resumes")
_FAULT = ("line", "letter", "item", "column", "rule", "value", "detail")


def stored_push(row: sa.RowMapping) -> StoredPush:
    """Return a push from its row."""
    return StoredPush(
        NewPush(**{name: row[name] for name in (*_GIVEN, *_BY)}),
        Outcome(
            PushState(row["state"]),
            row["number"],
            row["format"],
            row["counts"],
            row["report"],
            row["merged_at"],
            row["receipt_id"],
        ),
    )


def receive(unit: Unit, push: NewPush) -> tuple[StoredPush, bool]:
    """Record an arriving push; return it with True, or the one stored under its key before, with False.

    Of two arriving at once with one key, the second waits for the first.

    Raises:
        IdempotencyConflictError: the key belongs to a push with another content.

    """
    t = tables.push
    values = {name: getattr(push, name) for name in (*_GIVEN, *_BY)}
    empty: dict[str, Any] = {"format": {}, "counts": {}, "report": {}, "state": PushState.RECEIVED.value}
    made = unit.connection.execute(
        insert(t)
        .values(**values, **empty)
        .on_conflict_do_nothing(index_elements=[t.c.entry_id, t.c.idempotency_key])
        .returning(t.c.id)
    ).first()
    if made is not None:
        return StoredPush(push, Outcome(PushState.RECEIVED)), True
    where = (t.c.entry_id == push.entry_id) & (t.c.idempotency_key == push.idempotency_key)
    earlier = stored_push(unit.connection.execute(sa.select(t).where(where)).mappings().one())
    if (earlier.given.content_digest, earlier.given.mode) != (push.content_digest, push.mode):
        raise IdempotencyConflictError(earlier.given.id)
    return earlier, False


def repeated(unit: Unit, push: NewPush) -> StoredPush | None:
    """Return the push of the newest version when this one would only do it again; others wait from here on.

    The same again means: same content, mode and way of reading, against the same version of the entry. What waits
    for a person, and what mends the rejected rows of a push, is the same again wherever it stands.
    """
    lock(unit, push.entry_id)
    t = tables.push
    asked = (push.content_digest, push.mode, push.entry_version)
    same_again = sa.tuple_(t.c.content_digest, t.c.mode, t.c.entry_version) == sa.tuple_(*asked)
    is_open: sa.ColumnElement[bool] = t.c.state.in_(sorted(state.value for state in WAITING))
    if push.resumes is not None:
        is_open |= (t.c.resumes == push.resumes) & (t.c.state == PushState.MERGED.value)
    found = unit.connection.execute(
        sa.select(t).where((t.c.entry_id == push.entry_id) & same_again & is_open).order_by(t.c.at.desc()).limit(1)
    )
    earlier = found.mappings().first()
    if earlier is not None:
        return stored_push(earlier)
    if push.resumes is not None:
        return None
    rows = unit.connection.execute(
        sa.select(t)
        .where((t.c.entry_id == push.entry_id) & t.c.number.is_not(None))
        .order_by(t.c.number.desc())
        .limit(1)
    )
    newest = rows.mappings().first()
    if newest is None or newest["state"] != PushState.MERGED.value:
        return None
    same = (newest["content_digest"], newest["mode"], newest["entry_version"]) == asked
    return stored_push(newest) if same else None


def next_number(unit: Unit, entry_id: uuid.UUID) -> int:
    """Return the version number the push now under way will have; others on this resource wait from here on."""
    lock(unit, entry_id)
    t = tables.push
    last = unit.connection.execute(sa.select(sa.func.max(t.c.number)).where(t.c.entry_id == entry_id)).scalar()
    return (last or 0) + 1


def settle(unit: Unit, push_id: uuid.UUID, outcome: Outcome) -> None:
    """Record what became of a push."""
    t = tables.push
    unit.connection.execute(
        sa.update(t)
        .where(t.c.id == push_id)
        .values(
            state=outcome.state.value,
            number=outcome.number,
            format=dict(outcome.format),
            counts=dict(outcome.counts),
            report=dict(outcome.report),
            merged_at=outcome.merged_at,
            receipt_id=outcome.receipt_id,
        )
    )
    if outcome.number is not None and outcome.merged_at is not None:
        entry_id = unit.connection.execute(sa.select(t.c.entry_id).where(t.c.id == push_id)).scalar_one()
        note_data(unit, entry_id, outcome.merged_at, outcome.counts.get("rows"))


def get(unit: Unit, push_id: uuid.UUID) -> StoredPush | None:
    """Return a push by its id."""
    row = unit.connection.execute(sa.select(tables.push).where(tables.push.c.id == push_id)).mappings().first()
    return None if row is None else stored_push(row)


def by_key(unit: Unit, push: NewPush) -> StoredPush | None:
    """Return the push stored under the key of another."""
    t = tables.push
    where = (t.c.entry_id == push.entry_id) & (t.c.idempotency_key == push.idempotency_key)
    row = unit.connection.execute(sa.select(t).where(where)).mappings().first()
    return None if row is None else stored_push(row)


def by_number(unit: Unit, entry_id: uuid.UUID, number: int) -> StoredPush | None:
    """Return the push that made a version of a resource."""
    t = tables.push
    where = (t.c.entry_id == entry_id) & (t.c.number == number)
    row = unit.connection.execute(sa.select(t).where(where)).mappings().first()
    return None if row is None else stored_push(row)


def pushes(
    unit: Unit, entry_id: uuid.UUID, *, before: datetime | None = None, limit: int = 50
) -> tuple[StoredPush, ...]:
    """Return pushes to a resource, newest first, those before a time for the next page."""
    t = tables.push
    chosen = sa.select(t).where(t.c.entry_id == entry_id)
    if before is not None:
        chosen = chosen.where(t.c.at < before)
    rows = unit.connection.execute(chosen.order_by(t.c.at.desc(), t.c.id.desc()).limit(limit)).mappings()
    return tuple(map(stored_push, rows))


def count_pushes(unit: Unit, entry_id: uuid.UUID) -> int:
    """Return how many pushes a resource has."""
    t = tables.push
    found: int = unit.connection.execute(
        sa.select(sa.func.count()).select_from(t).where(t.c.entry_id == entry_id)
    ).scalar_one()
    return found


def number_at(unit: Unit, entry_id: uuid.UUID, at: datetime) -> int | None:
    """Return the version that stood at a time, for ``as_of`` a date; None where there was none yet."""
    t = tables.push
    where = (t.c.entry_id == entry_id) & (t.c.merged_at <= at)
    found: int | None = unit.connection.execute(sa.select(sa.func.max(t.c.number)).where(where)).scalar()
    return found


def add_rejections(unit: Unit, push_id: uuid.UUID, faults: pl.DataFrame, *, first: int = 1) -> int:
    """Store the faults of one chunk (columns of ``hub.push.check.REJECTION_SCHEMA``); return the next position."""
    if faults.is_empty():
        return first
    frame = faults.select(_FAULT).with_row_index("position", first)
    frame = frame.with_columns(pl.lit(str(push_id)).alias("push_id"))
    staging.copy_in(unit.driver, sql.Identifier("hub", "push_rejection"), frame.columns, [frame])
    return first + faults.height


def rejections(unit: Unit, push_id: uuid.UUID, *, after: int = 0, limit: int = 100) -> RejectionPage:
    """Return a page of the faults of a push, in file order, after a position."""
    t = tables.push_rejection
    total = unit.connection.execute(sa.select(sa.func.count()).where(t.c.push_id == push_id)).scalar_one()
    rows = unit.connection.execute(
        sa.select(t.c.position, *(t.c[name] for name in _FAULT))
        .where((t.c.push_id == push_id) & (t.c.position > after))
        .order_by(t.c.position)
        .limit(limit + 1)
    ).all()
    found = tuple(Rejection(*row) for row in rows[:limit])
    return RejectionPage(found, total, found[-1].position if len(rows) > limit else None)


def open_incident(unit: Unit, incident: Incident) -> None:
    """Store an incident."""
    names = ("id", "kind", "member_id", "entry_id", "at", "owner", "closed_at")
    values = {name: getattr(incident, name) for name in names}
    unit.connection.execute(
        insert(tables.incident).values(**values, facts=dict(incident.facts), state=incident.state.value)
    )


def close_incident(unit: Unit, incident_id: uuid.UUID, at: datetime) -> bool:
    """Close an open incident; False where there is none."""
    t = tables.incident
    done = unit.connection.execute(
        sa.update(t)
        .where((t.c.id == incident_id) & (t.c.state == IncidentState.OPEN.value))
        .values(state=IncidentState.CLOSED.value, closed_at=at)
        .returning(t.c.id)
    ).first()
    return done is not None


def incidents(
    unit: Unit, *, member_id: uuid.UUID | None = None, state: IncidentState | None = None, limit: int = 100
) -> tuple[Incident, ...]:
    """Return incidents, newest first, of one member or of all, in one state or in any."""
    t = tables.incident
    chosen = sa.select(t)
    if member_id is not None:
        chosen = chosen.where(t.c.member_id == member_id)
    if state is not None:
        chosen = chosen.where(t.c.state == state.value)
    rows = unit.connection.execute(chosen.order_by(t.c.at.desc(), t.c.id).limit(limit)).mappings()
    return tuple(
        Incident(
            row["id"], row["kind"], row["member_id"], row["entry_id"], row["facts"], row["at"], row["owner"],
            IncidentState(row["state"]), row["closed_at"],
        )
        for row in rows
    )  # fmt: skip


def latest_facts(unit: Unit, entry_id: uuid.UUID) -> dict[str, Any] | None:
    """Return version, rows and time of the data a resource stands at; None before the first push."""
    return latest_facts_of(unit, [entry_id]).get(entry_id)


def latest_facts_of(unit: Unit, entry_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[str, Any]]:
    """Return :func:`latest_facts` of several resources; those before their first push are left out."""
    t = tables.push
    ids = sa.cast(list(entry_ids), ARRAY(UUID(as_uuid=True)))
    wanted = sa.func.unnest(ids).table_valued("id", name="wanted").render_derived()
    latest = (
        sa.select(t.c.number, t.c.merged_at, t.c.counts)
        .where((t.c.entry_id == wanted.c.id) & t.c.number.is_not(None))
        .order_by(t.c.number.desc())
        .limit(1)
        .lateral("latest")
    )
    rows = unit.connection.execute(sa.select(wanted.c.id, latest).select_from(wanted.join(latest, sa.true())))
    return {row.id: {"version": row.number, "rows": row.counts.get("rows"), "updated": row.merged_at} for row in rows}
