"""The only SQL of the protected list, of who keeps it, and of large batches that wait for approval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from catalogue.tables import entry
from hub.registers.population.tables import population_batch, population_keeper, population_protected
from hub.registers.tables import SUBJECTS

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from hub.database import Unit

REGISTER = "population"


@dataclass(frozen=True, slots=True)
class Keeper:
    """The organ that keeps the protected list, and the telephone that answers for persons."""

    member_id: uuid.UUID
    telephone: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the protected list; the number is not among what is told."""

    id: uuid.UUID
    form: str
    member_id: uuid.UUID
    reference: str
    until: date | None
    set_at: datetime
    lifted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch over the set size."""

    id: uuid.UUID
    system_id: uuid.UUID
    member_id: uuid.UUID
    entry_id: uuid.UUID
    digest: str
    persons: int
    purpose: str
    case_number: str | None
    asked_at: datetime
    state: str
    decided_at: datetime | None


def keeper(unit: Unit) -> Keeper | None:
    """Return who keeps the list; None: nobody yet."""
    k = population_keeper.c
    row = unit.connection.execute(sa.select(k.member_id, k.telephone).where(k.register == REGISTER)).one_or_none()
    return None if row is None else Keeper(row.member_id, row.telephone)


def name_keeper(unit: Unit, named: Keeper, staff_id: uuid.UUID, at: datetime) -> None:
    """Name the organ that keeps the list."""
    values = {"member_id": named.member_id, "telephone": named.telephone, "set_by": staff_id, "set_at": at}
    row = insert(population_keeper).values(register=REGISTER, **values)
    unit.connection.execute(row.on_conflict_do_update(index_elements=["register"], set_=values))


def protect(unit: Unit, line: Line, staff_id: uuid.UUID) -> bool:
    """Add a line; False where the number stands on the list."""
    row = insert(population_protected).values(
        id=line.id,
        form=line.form,
        member_id=line.member_id,
        reference=line.reference,
        until=line.until,
        set_by=staff_id,
        set_at=line.set_at,
    )
    row = row.on_conflict_do_nothing(index_elements=["form"], index_where=population_protected.c.lifted_at.is_(None))
    return unit.connection.execute(row.returning(population_protected.c.id)).first() is not None


def listed(unit: Unit, forms: Sequence[str]) -> bool:
    """Whether a number stands on the list under any of its forms."""
    p = population_protected.c
    wanted = sa.literal(list(forms), sa.ARRAY(sa.Text))
    query = sa.select(p.id).where(p.form == sa.any_(wanted), p.lifted_at.is_(None)).limit(1)
    return unit.connection.execute(query).first() is not None


def lines(unit: Unit, *, limit: int, offset: int) -> tuple[list[Line], int]:
    """Return a page of the list as it stands, the newest first, and how long it is."""
    p = population_protected.c
    query = sa.select(p.id, p.form, p.member_id, p.reference, p.until, p.set_at, p.lifted_at).where(
        p.lifted_at.is_(None)
    )
    total = unit.connection.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one()
    rows = unit.connection.execute(query.order_by(p.set_at.desc(), p.id).limit(limit).offset(offset))
    return [Line(*row) for row in rows], int(total)


def lift(unit: Unit, line_id: uuid.UUID, staff_id: uuid.UUID, at: datetime) -> Line | None:
    """Take a line off the list; None where it does not stand there."""
    p = population_protected.c
    row = unit.connection.execute(
        sa.update(population_protected)
        .where(p.id == line_id, p.lifted_at.is_(None))
        .values(lifted_by=staff_id, lifted_at=at)
        .returning(p.id, p.form, p.member_id, p.reference, p.until, p.set_at, p.lifted_at)
    ).one_or_none()
    return None if row is None else Line(*row)


_MARK = """
WITH named AS (
  SELECT a.subject, bool_or(p.lifted_at IS NULL AND (p.until IS NULL OR p.until > %s)) AS is_protected
  FROM hub.population_protected p JOIN hub.population_alias a ON a.form = p.form GROUP BY a.subject)
UPDATE hub.population_subject s SET is_protected = n.is_protected FROM named n
WHERE s.id = n.subject AND s.is_protected <> n.is_protected
"""
"""Only whom the list names is looked at: the register has millions of persons, the list a few."""


def mark(unit: Unit, today: date) -> int:
    """Let the marks of persons follow the list; returns how many changed."""
    return unit.driver.execute(_MARK, (today,)).rowcount


def find_person(unit: Unit, forms: Sequence[str]) -> int | None:
    """Return the subject a number is a name of, for the acts of who may ask for it."""
    alias = SUBJECTS[REGISTER].alias.c
    wanted = sa.literal(list(forms), sa.ARRAY(sa.Text))
    query = sa.select(alias.subject).where(alias.form == sa.any_(wanted), alias.kind == "number").limit(1)
    return unit.connection.execute(query).scalar_one_or_none()


def _batch(row: Mapping[str, Any]) -> Batch:
    return Batch(**{name: row[name] for name in Batch.__slots__})


_BATCH = [population_batch.c[name] for name in Batch.__slots__]


def ask_batch(unit: Unit, batch: Batch) -> Batch:
    """Note a batch that waits; the same content asked for again is the same batch."""
    b = population_batch.c
    values = {name: getattr(batch, name) for name in Batch.__slots__}
    row = insert(population_batch).values(values).on_conflict_do_nothing(index_elements=["system_id", "digest"])
    unit.connection.execute(row)
    found = sa.select(*_BATCH).where(b.system_id == batch.system_id, b.digest == batch.digest)
    return _batch(dict(unit.connection.execute(found).mappings().one()))


def batches(unit: Unit, *, member: uuid.UUID, limit: int, offset: int) -> tuple[list[Batch], int]:
    """Return batches a member asked for, or is to decide on as the provider of the entry; the newest first."""
    b = population_batch.c
    owned = sa.select(entry.c.id).where(entry.c.provider_id == member)
    query = sa.select(*_BATCH).where(sa.or_(b.member_id == member, b.entry_id.in_(owned)))
    total = unit.connection.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one()
    rows = unit.connection.execute(query.order_by(b.asked_at.desc(), b.id).limit(limit).offset(offset)).mappings()
    return [_batch(dict(row)) for row in rows], int(total)


def decide_batch(
    unit: Unit, batch_id: uuid.UUID, provider: uuid.UUID, staff_id: uuid.UUID, at: datetime, *, is_approved: bool
) -> Batch | None:
    """Approve or decline a batch that waits, as the provider of the entry; None where there is none such."""
    b = population_batch.c
    owned = sa.select(entry.c.id).where(entry.c.provider_id == provider)
    row = unit.connection.execute(
        sa.update(population_batch)
        .where(b.id == batch_id, b.state == "waiting", b.entry_id.in_(owned))
        .values(state="approved" if is_approved else "declined", decided_by=staff_id, decided_at=at)
        .returning(*_BATCH)
    ).mappings()
    found = row.one_or_none()
    return None if found is None else _batch(dict(found))


def use_batch(unit: Unit, batch: Batch, since: datetime, at: datetime) -> bool:
    """Use up an approval given since ``since``; False where there is none."""
    b = population_batch.c
    done = unit.connection.execute(
        sa.update(population_batch)
        .where(b.id == batch.id, b.state == "approved", b.decided_at >= since)
        .values(state="used", used_at=at)
    )
    return done.rowcount == 1
