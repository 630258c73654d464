"""Reads and writes of sources: which resource feeds which register, and how far it has come. Zhengzhou Art. 19."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlalchemy as sa

from catalogue.tables import entry
from hub.identity.tables import member
from hub.push.tables import push
from hub.registers.tables import register, register_change, register_refusal, register_source
from hub.rows.tables import row_set

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping
    from datetime import datetime

    from hub.database import Unit


@dataclass(frozen=True, slots=True)
class Source:
    """A source as it stands.

    ``items`` names the column of each element, ``ranks`` its authority (1 owns the fact). ``version`` is that of
    the resource; ``consumed`` the one the register holds, ``taking`` the one it is reading, up to row
    ``taken_row``. ``merged_at`` is when the oldest version not yet taken was merged (None: nothing waits).
    """

    id: int
    register: str
    entry_id: uuid.UUID
    entry_name: str
    title: str
    provider_id: uuid.UUID
    provider: str
    key_column: str
    key_kind: str
    items: Mapping[str, str]
    ranks: Mapping[str, int]
    event_column: str | None
    kind: str
    is_active: bool
    consumed: int
    consumed_at: datetime | None
    taking: int | None
    taken_row: int | None
    is_refeeding: bool
    fault: Mapping[str, str] | None
    set_at: datetime
    version: int
    rows: int
    merged_at: datetime | None = field(default=None)

    @property
    def is_whole(self) -> bool:
        """Whether every row is being read, not only what a version changed."""
        return self.consumed == 0 or self.is_refeeding

    @property
    def lag(self) -> int:
        """Versions of the resource not yet taken."""
        return max(self.version - self.consumed, 0)


def _waiting_since() -> sa.ScalarSelect[object]:
    """Return when the oldest version not yet taken was merged."""
    return (
        sa.select(sa.func.coalesce(push.c.merged_at, push.c.at))
        .where(push.c.entry_id == register_source.c.entry_id, push.c.number == register_source.c.consumed + 1)
        .scalar_subquery()
    )


def _select() -> sa.Select[tuple[object, ...]]:
    source = register_source.c
    return (
        sa.select(
            source.id,
            source.register,
            source.entry_id,
            entry.c.name.label("entry_name"),
            entry.c.title,
            entry.c.provider_id,
            sa.func.coalesce(member.c.name, "").label("provider"),
            source.key_column,
            source.key_kind,
            source["items"],
            source.ranks,
            source.event_column,
            source.kind,
            source.is_active,
            source.consumed,
            source.consumed_at,
            source.taking,
            source.taken_row,
            source.is_refeeding,
            source.fault,
            source.set_at,
            sa.func.coalesce(row_set.c.version, 0).label("version"),
            sa.func.coalesce(row_set.c.row_count, 0).label("rows"),
            _waiting_since().label("merged_at"),
        )
        .join(entry, entry.c.id == source.entry_id)
        .outerjoin(member, member.c.id == entry.c.provider_id)
        .outerjoin(row_set, row_set.c.entry_id == source.entry_id)
    )


def sources(unit: Unit, code: str | None = None) -> list[Source]:
    """Return the sources of a register (None: of all), also the stopped ones, by number."""
    query = _select().order_by(register_source.c.id)
    if code is not None:
        query = query.where(register_source.c.register == code)
    return [Source(**row._mapping) for row in unit.connection.execute(query)]


def source(unit: Unit, number: int, *, locked: bool = False) -> Source | None:
    """Return one source; ``locked``: nobody else changes it until the transaction ends."""
    if locked:
        unit.connection.execute(sa.select(register_source.c.id).where(register_source.c.id == number).with_for_update())
    row = unit.connection.execute(_select().where(register_source.c.id == number)).one_or_none()
    return None if row is None else Source(**row._mapping)


def due(unit: Unit) -> list[tuple[str, int]]:
    """Return (register, source) of the sources with something to take or to withdraw, the longest waiting first."""
    table = register_source.c
    waits = sa.or_(row_set.c.version > table.consumed, table.is_refeeding, table.taking.is_not(None))
    query = (
        sa.select(table.register, table.id)
        .join(register, register.c.code == table.register)
        .join(row_set, row_set.c.entry_id == table.entry_id)
        .where(
            register.c.is_on,
            sa.or_(
                sa.and_(table.is_active, waits, row_set.c.version > 0),
                sa.and_(sa.not_(table.is_active), table.consumed > 0),  # stopped: what it said is still to be withdrawn
            ),
        )
        .order_by(table.consumed_at.asc().nulls_last(), table.id)
    )
    return [(row.register, row.id) for row in unit.connection.execute(query)]


def add_source(unit: Unit, values: Mapping[str, object]) -> int:
    """Insert a source and return its number."""
    statement = sa.insert(register_source).values(**values).returning(register_source.c.id)
    return int(unit.connection.execute(statement).scalar_one())


def set_source(unit: Unit, number: int, values: Mapping[str, object]) -> None:
    """Change a source."""
    unit.connection.execute(sa.update(register_source).where(register_source.c.id == number).values(**values))


def find_source(unit: Unit, code: str, entry_id: uuid.UUID, kind: str) -> int | None:
    """Return the number of the source a resource is for this kind of rows; None where it is none."""
    table = register_source.c
    query = sa.select(table.id).where(table.register == code, table.entry_id == entry_id, table.kind == kind)
    found: int | None = unit.connection.execute(query).scalar_one_or_none()
    return found


def has_register(unit: Unit, code: str) -> bool:
    """Tell whether a register has its line."""
    found = unit.connection.execute(sa.select(register.c.code).where(register.c.code == code)).one_or_none()
    return found is not None


def put_register(unit: Unit, code: str, values: Mapping[str, object]) -> None:
    """Write the line of a register: its switch or its entry, and who changed it when."""
    if not has_register(unit, code):
        unit.connection.execute(sa.insert(register).values(code=code, **{"is_on": False, **values}))
    else:
        unit.connection.execute(sa.update(register).where(register.c.code == code).values(**values))


def figures(unit: Unit, code: str) -> dict[str, int]:
    """Return how many subjects a register holds, by what its steps made and joined: never a population figure."""
    made, joined = (sa.func.sum(register_change.c.counts[key].as_integer()) for key in ("born", "merged"))
    query = sa.select(sa.func.coalesce(made, 0) - sa.func.coalesce(joined, 0))
    return {"subjects": int(unit.connection.execute(query.where(register_change.c.register == code)).scalar_one())}


@dataclass(frozen=True, slots=True)
class Refused:
    """A row a register did not take, or not with all its elements, and the rule."""

    source: int
    row: int
    push: int
    rule: str
    elements: tuple[str, ...]
    at: datetime


def refused(unit: Unit, number: int, *, after: int = 0, limit: int = 100) -> tuple[list[Refused], int]:
    """Return the standing refusals of a source after row ``after``, and how many there are in all."""
    table = register_refusal.c
    standing = sa.and_(table.source == number, table.settled_push.is_(None))
    total = unit.connection.execute(sa.select(sa.func.count()).where(standing)).scalar_one()
    rows = unit.connection.execute(
        sa.select(table.source, table.row, table.push, table.rule, table.elements, table.at)
        .where(standing, table.row > after)
        .order_by(table.row, table.push)
        .limit(limit)
    )
    return [Refused(*row[:4], tuple(row.elements), row.at) for row in rows], int(total)
