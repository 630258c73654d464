"""The only SQL of use and its reports: usage added up from receipts, what users report, streams that are open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from hub.exchange.metering import tables

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection, Mapping
    from datetime import date, datetime

    from hub.database import Unit

USES = ("query", "verify", "match", "download", "relay", "delivery", "stream_close")
"""Kinds of receipts that are uses of a grant."""
_MARK = "grants"
_BATCH = 5_000
# Leaves are taken in the order of the log: what is integrated later comes with a larger index, so none is missed.
_ADD_UP = """
WITH part AS (
  SELECT leaf_index, kind, grant_id::uuid AS grant_id, at,
    (at AT TIME ZONE 'Asia/Shanghai')::date AS day, convert_from(body, 'UTF8')::jsonb AS said
  FROM hub.receipt WHERE leaf_index >= %(first)s AND leaf_index < %(end)s
    AND grant_id IS NOT NULL AND kind = ANY(%(kinds)s)
)
INSERT INTO hub.grant_usage AS u (grant_id, day, kind, calls, rows, subjects, last_at)
SELECT grant_id, day, kind, count(*), coalesce(sum((said->>'rows')::bigint), 0),
  coalesce(sum((said->>'subjects')::bigint), 0), max(at)
FROM part GROUP BY grant_id, day, kind
ON CONFLICT (grant_id, day, kind) DO UPDATE SET calls = u.calls + excluded.calls, rows = u.rows + excluded.rows,
  subjects = u.subjects + excluded.subjects, last_at = greatest(u.last_at, excluded.last_at)
"""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a grant was used for since a day: by kind of use calls, rows, subjects asked about; the last use."""

    calls: int
    rows: int
    subjects: int
    last_at: datetime | None
    by_kind: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class UseReport:
    """What the user of a grant reported; ``kind`` is use or deletion, ``facts`` the words reported."""

    id: uuid.UUID
    grant_id: uuid.UUID
    kind: str
    from_day: date
    until_day: date
    facts: Mapping[str, Any]
    made_by: uuid.UUID
    at: datetime


def add_up(unit: Unit) -> int:
    """Add the receipts integrated since last time to the usage of their grants; returns how many leaves were read."""
    mark = tables.usage_mark
    first = unit.connection.execute(
        sa.select(mark.c.leaf_index).where(mark.c.name == _MARK).with_for_update()
    ).scalar_one_or_none()
    newest = unit.driver.execute("SELECT max(leaf_index) FROM hub.receipt").fetchone()
    end = 0 if newest is None or newest[0] is None else int(newest[0]) + 1
    end = min(end, (first or 0) + _BATCH)
    if end <= (first or 0):
        return 0
    unit.driver.execute(_ADD_UP, {"first": first or 0, "end": end, "kinds": list(USES)})
    moved = insert(mark).values(name=_MARK, leaf_index=end)
    unit.connection.execute(moved.on_conflict_do_update(index_elements=["name"], set_={"leaf_index": end}))
    return end - (first or 0)


def usage_of(unit: Unit, grant_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Usage]:
    """Return the usage of grants; one that was never used has zeros."""
    table = tables.grant_usage
    rows = unit.connection.execute(
        sa.select(
            table.c.grant_id,
            table.c.kind,
            sa.func.sum(table.c.calls).label("calls"),
            sa.func.sum(table.c.rows).label("given"),
            sa.func.sum(table.c.subjects).label("subjects"),
            sa.func.max(table.c.last_at).label("last_at"),
        )
        .where(table.c.grant_id.in_(list(grant_ids)))
        .group_by(table.c.grant_id, table.c.kind)
    ).all()
    found: dict[uuid.UUID, Usage] = {}
    for grant_id in grant_ids:
        mine = [row for row in rows if row.grant_id == grant_id]
        found[grant_id] = Usage(
            calls=sum(int(row.calls) for row in mine),
            rows=sum(int(row.given) for row in mine),
            subjects=sum(int(row.subjects) for row in mine),
            last_at=max((row.last_at for row in mine), default=None),
            by_kind={row.kind: int(row.calls) for row in mine},
        )
    return found


def insert_report(unit: Unit, report: UseReport) -> None:
    """Store a report."""
    values = {column.name: getattr(report, column.name) for column in tables.use_report.columns}
    unit.connection.execute(tables.use_report.insert().values(**{**values, "facts": dict(report.facts)}))


def reports_of(unit: Unit, grant_id: uuid.UUID) -> tuple[UseReport, ...]:
    """Return the reports on a grant, the newest first."""
    table = tables.use_report
    rows = unit.connection.execute(
        sa.select(table).where(table.c.grant_id == grant_id).order_by(table.c.at.desc(), table.c.id)
    )
    return tuple(UseReport(**row._mapping) for row in rows)


def disposed(unit: Unit, grant_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Return which grants have a report of deletion."""
    table = tables.use_report
    query = sa.select(table.c.grant_id).where(table.c.grant_id.in_(list(grant_ids)), table.c.kind == "deletion")
    return set(unit.connection.execute(query).scalars())


def deletion_overdue(unit: Unit, today: date) -> tuple[uuid.UUID, ...]:
    """Return the grants whose data should have been destroyed before ``today`` and was not reported so."""
    rows = unit.driver.execute(
        "SELECT g.id FROM hub.grant g WHERE g.deletion_due < %s AND NOT EXISTS"
        " (SELECT 1 FROM hub.use_report r WHERE r.grant_id = g.id AND r.kind = 'deletion') ORDER BY g.deletion_due",
        (today,),
    )
    return tuple(row[0] for row in rows)


def honey_of(unit: Unit, entry_id: uuid.UUID) -> frozenset[bytes]:
    """Return the invented identities of an entry, as keyed digests."""
    query = sa.select(tables.honey.c.digest).where(tables.honey.c.entry_id == entry_id)
    return frozenset(bytes(digest) for digest in unit.connection.execute(query).scalars())


def add_honey(unit: Unit, entry_id: uuid.UUID, digest: bytes, made_by: uuid.UUID, at: datetime) -> None:
    """Store an invented identity; one that is there already stays."""
    new = insert(tables.honey).values(entry_id=entry_id, digest=digest, made_by=made_by, at=at)
    unit.connection.execute(new.on_conflict_do_nothing(index_elements=["entry_id", "digest"]))
