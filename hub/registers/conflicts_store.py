"""The list of conflicts: opened, renewed and settled with each step, read by staff and by the sources asked.

A line holds who says what as digests under a key of the hub, never a value: equal digests are equal values.
政务数据共享条例 Art. 26; Jilin Art. 27.
"""

from __future__ import annotations

import hmac
import uuid
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from psycopg.types.json import Jsonb

from hub.registers.tables import register_conflict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from hub.database import Unit
    from hub.registers.feeding_store import Step
    from hub.registers.golden_store import Voice

DIGEST_CHARACTERS: Final = 16
OPEN, SETTLED, DECIDED = "open", "settled", "decided"


@dataclass(frozen=True, slots=True)
class Conflict:
    """One line: ``claims`` hold source, row, push, event_at, rank, digest and is_served each, the best first."""

    id: uuid.UUID
    register: str
    subject: int
    element: str
    claims: tuple[Mapping[str, Any], ...]
    state: str
    opened_at: datetime
    due_at: datetime | None
    asked_source: int | None
    settled_at: datetime | None
    settled_by: uuid.UUID | None
    note: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What a reader of the list asks for: ``sources`` None: of any; ``after`` the last id of the page before."""

    register: str | None = None
    states: tuple[str, ...] = (OPEN, DECIDED)
    sources: tuple[int, ...] | None = None
    element: str | None = None
    after: uuid.UUID | None = None
    limit: int = 100
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a step did to the list."""

    opened: int
    settled: int


def reconcile(unit: Unit, step: Step, voices: Sequence[Voice], due_at: datetime | None, secret: bytes) -> Reconciled:
    """Bring the list up to date for the subjects of a step (``fed_open``, ``fed_dispute``)."""
    settled = unit.driver.execute(
        "UPDATE hub.register_conflict t SET state = 'settled', settled_at = %s FROM fed_open o"
        " WHERE t.register = %s AND t.subject = o.subject AND t.state <> 'settled' AND NOT EXISTS"
        " (SELECT 1 FROM fed_dispute d WHERE d.subject = t.subject AND d.element = t.element)",
        (step.now, step.register),
    ).rowcount
    if not voices:
        return Reconciled(0, settled)
    standing = {
        (int(row[1]), str(row[2])): (row[0], row[3], row[4])
        for row in unit.driver.execute(
            "SELECT t.id, t.subject, t.element, t.state, t.claims FROM hub.register_conflict t"
            " JOIN fed_dispute d ON d.subject = t.subject AND d.element = t.element"
            " WHERE t.register = %s AND t.state <> 'settled'",
            (step.register,),
        )
    }
    lines, opened = [], 0
    for (subject, element), group in groupby(voices, key=lambda voice: (voice.subject, voice.element)):
        said = list(group)
        claims = [_claim(voice, step.register, secret) for voice in said]
        known = standing.get((subject, element))
        if known is not None and _content(known[2]) == _content(claims):
            continue
        opened += known is None
        line = uuid.uuid4() if known is None else known[0]
        lines.append((line, step.register, subject, element, Jsonb(claims), step.now, due_at, _asked(said)))
    _put(unit, lines)
    return Reconciled(opened, settled)


def _put(unit: Unit, lines: Sequence[tuple[object, ...]]) -> None:
    """Write lines that are new, or that say something else than they did: these are open again."""
    if not lines:
        return
    columns = "id, register, subject, element, claims, opened_at, due_at, asked_source"
    driver = unit.driver
    driver.execute(
        "CREATE TEMPORARY TABLE fed_line (id uuid, register text, subject bigint, element text, claims jsonb,"
        " opened_at timestamptz, due_at timestamptz, asked_source integer) ON COMMIT DROP"
    )
    with driver.cursor().copy(f"COPY fed_line ({columns}) FROM STDIN".encode()) as copy:
        for line in lines:
            copy.write_row(line)
    driver.execute(
        "INSERT INTO hub.register_conflict (id, register, subject, element, claims, opened_at, due_at, asked_source,"
        " state) SELECT id, register, subject, element, claims, opened_at, due_at, asked_source, 'open' FROM fed_line"
        " ON CONFLICT (id) DO UPDATE SET claims = excluded.claims, due_at = excluded.due_at,"
        " asked_source = excluded.asked_source, state = 'open', note = ''"
    )


def _claim(voice: Voice, code: str, secret: bytes) -> dict[str, object]:
    content = f"{code}\0{voice.element}\0{voice.value}".encode()
    return {
        "source": voice.source,
        "row": abs(voice.row),
        "push": voice.push,
        "event_at": voice.event_at.isoformat(timespec="seconds"),
        "rank": voice.rank,
        "digest": hmac.digest(secret, content, "sha256").hex()[:DIGEST_CHARACTERS],
        "is_served": voice.is_served,
    }


def _content(claims: Iterable[Mapping[str, Any]]) -> set[tuple[object, object]]:
    return {(claim["source"], claim["digest"]) for claim in claims}


def _asked(voices: Sequence[Voice]) -> int:
    """Return the source to be asked: of the lowest authority among those whose value is not served."""
    others = [voice for voice in voices if not voice.is_served]
    return max(others or voices, key=lambda voice: (voice.rank, voice.source)).source


def conflicts(unit: Unit, listing: Listing) -> tuple[list[Conflict], int]:
    """Return a page of the list, the newest first, and how many lines there are in all."""
    table = register_conflict
    wanted: list[sa.ColumnElement[bool]] = [table.c.state.in_(listing.states)]
    if listing.register is not None:
        wanted.append(table.c.register == listing.register)
    if listing.element is not None:
        wanted.append(table.c.element == listing.element)
    if listing.sources is not None:
        told = [table.c.claims.contains([{"source": number}]) for number in listing.sources]
        wanted.append(sa.or_(*told) if told else sa.false())
    total = unit.connection.execute(sa.select(sa.func.count()).select_from(table).where(*wanted)).scalar_one()
    query = (
        sa.select(table)
        .where(*wanted)
        .order_by(table.c.opened_at.desc(), table.c.id.desc())
        .limit(listing.limit)
        .offset(listing.offset)
    )
    if listing.after is not None:
        last = sa.select(table.c.opened_at, table.c.id).where(table.c.id == listing.after).subquery()
        query = query.where(sa.tuple_(table.c.opened_at, table.c.id) < sa.select(last).scalar_subquery())
    return [_read(row) for row in unit.connection.execute(query)], int(total)


def conflict(unit: Unit, line: uuid.UUID, *, locked: bool = False) -> Conflict | None:
    """Return one line; ``locked``: nobody else changes it until the transaction ends."""
    query = sa.select(register_conflict).where(register_conflict.c.id == line)
    row = unit.connection.execute(query.with_for_update() if locked else query).one_or_none()
    return None if row is None else _read(row)


def _read(row: sa.Row[Any]) -> Conflict:
    return Conflict(**{**row._mapping, "claims": tuple(row.claims)})


def set_conflict(unit: Unit, line: uuid.UUID, values: Mapping[str, object]) -> None:
    """Change a line."""
    unit.connection.execute(sa.update(register_conflict).where(register_conflict.c.id == line).values(**values))


def counts(unit: Unit, code: str) -> dict[str, int]:
    """Return how many lines of a register are in each state."""
    table = register_conflict.c
    rows = unit.connection.execute(
        sa.select(table.state, sa.func.count()).where(table.register == code).group_by(table.state)
    )
    return {OPEN: 0, DECIDED: 0, SETTLED: 0, **{row[0]: int(row[1]) for row in rows}}
