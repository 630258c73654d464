"""The only SQL of relays: endpoints, calls under way, waiting questions, and the row filter on foreign rows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from hub.exchange.relay import tables
from hub.exchange.relay.definition import Definition
from hub.rows.compiler import row_filter_sql
from hub.rows.conditions import quoted
from hub.rows.errors import RowFilterError
from hub.rows.parsing import parse_where
from hub.rows.query import comparisons
from hub.rows.tables import sql_type

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import psycopg

    from hub.database import Unit
    from hub.ledger.drafts import Given
    from hub.rows.tables import RowTable
    from policies.decision import Permit

    Driver = psycopg.AsyncConnection[tuple[Any, ...]]

IN_USE = ("active", "suspended")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One version of a provider's endpoint; ``secret`` is sealed."""

    id: uuid.UUID
    entry_id: uuid.UUID
    member_id: uuid.UUID
    version: int
    state: str
    definition: Definition
    secret: bytes | None
    proposed_by: uuid.UUID
    proposed_at: datetime
    approved_by: uuid.UUID | None
    changed_at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class Job:
    """One question that waits, or its answer that waits to be fetched; ``question`` and ``answer`` are sealed."""

    id: uuid.UUID
    endpoint_id: uuid.UUID
    entry_id: uuid.UUID
    system_id: uuid.UUID
    question: bytes | None
    state: str
    created_at: datetime
    expires_at: datetime
    next_try_at: datetime
    tries: int
    answer: bytes | None
    signature: str | None
    answered_at: datetime | None
    reason: str | None


def _endpoint(row: sa.Row[Any]) -> Endpoint:
    values = dict(row._mapping)
    return Endpoint(**{**values, "definition": Definition.from_json(values["definition"])})


def insert_endpoint(unit: Unit, endpoint: Endpoint) -> None:
    """Store a new version."""
    values = {name: getattr(endpoint, name) for name in Endpoint.__slots__}
    values["definition"] = endpoint.definition.to_json()
    unit.connection.execute(sa.insert(tables.relay_endpoint).values(values))


def next_version(unit: Unit, entry_id: uuid.UUID) -> int:
    """Return the number of the next version for an entry; others who ask wait until this one is stored."""
    unit.connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 7))"), {"key": str(entry_id)})
    table = tables.relay_endpoint
    latest = unit.connection.execute(
        sa.select(sa.func.max(table.c.version)).where(table.c.entry_id == entry_id)
    ).scalar()
    return 1 if latest is None else int(latest) + 1


def endpoint(unit: Unit, endpoint_id: uuid.UUID, *, lock: bool = False) -> Endpoint | None:
    """Return one endpoint, locked for a change where asked."""
    query = sa.select(tables.relay_endpoint).where(tables.relay_endpoint.c.id == endpoint_id)
    row = unit.connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _endpoint(row)


def endpoint_in_use(unit: Unit, entry_id: uuid.UUID) -> Endpoint | None:
    """Return the endpoint of an entry that is active or suspended."""
    table = tables.relay_endpoint
    query = sa.select(table).where(table.c.entry_id == entry_id, table.c.state.in_(IN_USE))
    row = unit.connection.execute(query).one_or_none()
    return None if row is None else _endpoint(row)


def endpoints(unit: Unit, member_id: uuid.UUID | None, limit: int, offset: int) -> tuple[list[Endpoint], int]:
    """Return a page of endpoints, newest first, of one member or (None) of all; and how many there are."""
    table = tables.relay_endpoint
    where = sa.true() if member_id is None else table.c.member_id == member_id
    query = sa.select(table).where(where).order_by(table.c.proposed_at.desc(), table.c.id).limit(limit).offset(offset)
    total = unit.connection.execute(sa.select(sa.func.count()).select_from(table).where(where)).scalar_one()
    return [_endpoint(row) for row in unit.connection.execute(query)], int(total)


def change_endpoint(unit: Unit, endpoint_id: uuid.UUID, **values: object) -> None:
    """Set columns of one endpoint."""
    table = tables.relay_endpoint
    unit.connection.execute(sa.update(table).where(table.c.id == endpoint_id).values(values))


async def open_call(driver: Driver, receipt_id: uuid.UUID, at: datetime, fields: Mapping[str, Given]) -> None:
    """Note a call under way, in the transaction of its first receipt."""
    await driver.execute(
        b"INSERT INTO hub.relay_call (receipt_id, opened_at, fields) VALUES (%s, %s, %s::jsonb)",
        (receipt_id, at, json.dumps(fields)),
    )


async def close_call(driver: Driver, receipt_id: uuid.UUID) -> None:
    """Forget a call whose last receipt is written."""
    await driver.execute(b"DELETE FROM hub.relay_call WHERE receipt_id = %s", (receipt_id,))


def take_left_calls(unit: Unit, before: datetime, limit: int) -> list[tuple[uuid.UUID, datetime, dict[str, Any]]]:
    """Take out the calls opened before a moment that nobody closed: id, time and fields of the first receipt."""
    table = tables.relay_call
    query = sa.select(table).where(table.c.opened_at < before).order_by(table.c.opened_at).limit(limit)
    rows = unit.connection.execute(query.with_for_update(skip_locked=True)).all()
    unit.connection.execute(sa.delete(table).where(table.c.receipt_id.in_([row.receipt_id for row in rows])))
    return [(row.receipt_id, row.opened_at, row.fields) for row in rows]


def has_closing_receipt(unit: Unit, opened: uuid.UUID, member: str, at: datetime, until: datetime) -> bool:
    """Whether a receipt of a member within a time names the receipt that opened a call."""
    found = unit.connection.execute(
        sa.text(
            "SELECT 1 FROM hub.receipt WHERE member_id = :member AND at BETWEEN :at AND :until"
            " AND convert_from(body, 'UTF8')::jsonb ->> 'opened' = :opened LIMIT 1"
        ),
        {"member": member, "at": at, "until": until, "opened": str(opened)},
    )
    return found.first() is not None


def insert_job(unit: Unit, job: Job) -> None:
    """Store a question that waits."""
    unit.connection.execute(sa.insert(tables.relay_job).values({name: getattr(job, name) for name in Job.__slots__}))


def waiting_count(unit: Unit, system_id: uuid.UUID) -> int:
    """Return how many questions of a system wait."""
    table = tables.relay_job
    query = sa.select(sa.func.count()).where(table.c.system_id == system_id, table.c.state == "waiting")
    return int(unit.connection.execute(query).scalar_one())


def job(unit: Unit, job_id: uuid.UUID, *, lock: bool = False) -> Job | None:
    """Return one waiting question."""
    query = sa.select(tables.relay_job).where(tables.relay_job.c.id == job_id)
    row = unit.connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else Job(**row._mapping)


def lease_jobs(unit: Unit, now: datetime, until: datetime, limit: int) -> list[Job]:
    """Take waiting questions whose next try is due; nobody else takes them before ``until``."""
    table = tables.relay_job
    query = sa.select(table).where(table.c.state == "waiting", table.c.next_try_at <= now, table.c.expires_at > now)
    rows = unit.connection.execute(
        query.order_by(table.c.next_try_at).limit(limit).with_for_update(skip_locked=True)
    ).all()
    unit.connection.execute(sa.update(table).where(table.c.id.in_([row.id for row in rows])).values(next_try_at=until))
    return [Job(**row._mapping) for row in rows]


def expired_jobs(unit: Unit, now: datetime, limit: int) -> list[Job]:
    """Return questions and unfetched answers whose time is over, locked."""
    table = tables.relay_job
    query = sa.select(table).where(table.c.state.in_(("waiting", "ready")), table.c.expires_at <= now)
    rows = unit.connection.execute(query.limit(limit).with_for_update(skip_locked=True))
    return [Job(**row._mapping) for row in rows]


def change_job(unit: Unit, job_id: uuid.UUID, **values: object) -> None:
    """Set columns of one waiting question."""
    table = tables.relay_job
    unit.connection.execute(sa.update(table).where(table.c.id == job_id).values(values))


async def pushed_at(driver: Driver, entry_id: uuid.UUID, version: int) -> datetime | None:
    """Return when a stored version was merged."""
    statement = b"SELECT merged_at FROM hub.push WHERE entry_id = %s AND number = %s"
    row = await (await driver.execute(statement, (entry_id, version))).fetchone()
    return None if row is None else row[0]


async def kept_rows(
    driver: Driver, table: RowTable, permit: Permit, rows: Sequence[Mapping[str, object]], declared: frozenset[str]
) -> list[int]:
    """Return which of a provider's rows (0-based) pass the permit's row filter: the same SQL as on stored rows.

    Raises:
        RowFilterError: the filter cannot be read, or is on an item the provider does not give.
    """
    if not permit.row_filter or not rows:
        return list(range(len(rows)))
    narrowed = row_filter_sql(table, permit)
    used = {node.item for entry in permit.row_filter for node, _ in comparisons(parse_where(entry))}
    if not used <= declared:
        raise RowFilterError
    columns = ", ".join(f"{quoted(name)} {sql_type(table.by_column[name])}" for name in sorted(used))
    statement = f"SELECT _n FROM jsonb_to_recordset(%s::jsonb) AS foreign_rows(_n bigint, {columns}) WHERE"  # noqa: S608 - column names are validated
    given = [{"_n": n, **{name: row.get(name) for name in used}} for n, row in enumerate(rows)]
    found = await driver.execute(
        f"{statement} {' '.join(narrowed.text)} ORDER BY _n".encode(),
        (json.dumps(given, default=str), *narrowed.bound()),
    )
    return [int(row[0]) for row in await found.fetchall()]
