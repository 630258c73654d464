"""The only SQL of the privacy gate. Functions take a unit and never commit."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from catalogue.privacy.kinds import Kind
from catalogue.privacy.thresholds import Threshold
from hub.directory.privacy import tables
from hub.directory.privacy.records import HOLDING, Act, Finding, State

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from hub.database import Unit
    from hub.directory.privacy.records import Setting

_FINDING, _ACT, _THRESHOLD = tables.privacy_finding, tables.privacy_act, tables.privacy_threshold
_HOLDING = tuple(sorted(state.value for state in HOLDING))


def _finding(row: sa.Row[Any]) -> Finding:
    values = dict(row._mapping)
    proposed = values["proposed"]
    return Finding(
        **{
            **values,
            "kind": Kind(values["kind"]),
            "state": State(values["state"]),
            "proposed": None if proposed is None else State(proposed),
            "lines": tuple(values["lines"]),
            "examples": tuple(values["examples"]),
        }
    )


def insert_finding(unit: Unit, **values: Any) -> Finding:
    """Insert a finding in state open and return it."""
    row = unit.connection.execute(
        _FINDING.insert().values(id=uuid.uuid4(), state=State.OPEN.value, **values).returning(*_FINDING.c)
    ).one()
    return _finding(row)


def update_finding(unit: Unit, finding_id: uuid.UUID, **values: Any) -> Finding:
    """Change columns of a finding and return it."""
    row = unit.connection.execute(
        _FINDING.update().where(_FINDING.c.id == finding_id).values(**values).returning(*_FINDING.c)
    ).one()
    return _finding(row)


def find(unit: Unit, finding_id: uuid.UUID, *, lock: bool = False) -> Finding | None:
    """Return a finding; ``lock`` holds it until the transaction ends."""
    query = sa.select(_FINDING).where(_FINDING.c.id == finding_id)
    row = unit.connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _finding(row)


def of_entry(unit: Unit, entry_id: uuid.UUID, *, lock: bool = False) -> tuple[Finding, ...]:
    """Return every finding of an entry, by place and kind."""
    query = sa.select(_FINDING).where(_FINDING.c.entry_id == entry_id).order_by(_FINDING.c.place, _FINDING.c.kind)
    return tuple(_finding(row) for row in unit.connection.execute(query.with_for_update() if lock else query))


def listed(
    unit: Unit, *, member_id: uuid.UUID | None, states: Collection[State], limit: int, offset: int
) -> tuple[tuple[Finding, ...], int]:
    """Return a page of findings, newest first, with the total; ``member_id`` None lists those of every provider."""
    condition: sa.ColumnElement[bool] = _FINDING.c.state.in_([state.value for state in states])
    if member_id is not None:
        condition &= _FINDING.c.member_id == member_id
    total = unit.connection.execute(sa.select(sa.func.count()).select_from(_FINDING).where(condition)).scalar_one()
    order = (_FINDING.c.last_seen.desc(), _FINDING.c.id)
    rows = unit.connection.execute(sa.select(_FINDING).where(condition).order_by(*order).limit(limit).offset(offset))
    return tuple(_finding(row) for row in rows), int(total)


def held_columns(unit: Unit, entry_id: uuid.UUID) -> frozenset[str]:
    """Return the columns of an entry that are not opened before somebody has decided."""
    query = sa.select(_FINDING.c.place).where(
        _FINDING.c.entry_id == entry_id, _FINDING.c.state.in_(_HOLDING), _FINDING.c.source.in_(("values", "name"))
    )
    return frozenset(unit.connection.execute(query).scalars())


def add_act(unit: Unit, finding_id: uuid.UUID, act: Act) -> None:
    """Write one act on a finding."""
    values = {
        "act": act.act,
        "outcome": act.outcome,
        "reason": act.reason,
        "by_staff": act.by_staff,
        "at": act.at,
        "receipt_id": act.receipt_id,
    }
    unit.connection.execute(_ACT.insert().values(id=uuid.uuid4(), finding_id=finding_id, **values))


def acts(unit: Unit, finding_id: uuid.UUID) -> tuple[Act, ...]:
    """Return the acts on a finding in their order."""
    rows = unit.connection.execute(
        sa.select(_ACT).where(_ACT.c.finding_id == finding_id).order_by(_ACT.c.at, _ACT.c.id)
    )
    return tuple(Act(row.act, row.outcome, row.reason, row.by_staff, row.at, row.receipt_id) for row in rows)


def thresholds(unit: Unit, entry_id: uuid.UUID) -> dict[Kind, Threshold]:
    """Return the thresholds set for an entry; kinds not among them have the product's default."""
    rows = unit.connection.execute(sa.select(_THRESHOLD).where(_THRESHOLD.c.entry_id == entry_id))
    return {Kind(row["kind"]): Threshold(int(row["count"]), float(row["share"])) for row in rows.mappings()}


def set_threshold(unit: Unit, entry_id: uuid.UUID, setting: Setting, *, by: uuid.UUID, at: datetime) -> None:
    """Set the threshold of one kind for an entry."""
    given = setting.threshold
    values = {"count": given.count, "share": given.share, "reason": setting.reason, "set_by": by, "set_at": at}
    statement = insert(_THRESHOLD).values(entry_id=entry_id, kind=setting.kind.value, **values)
    unit.connection.execute(statement.on_conflict_do_update(index_elements=["entry_id", "kind"], set_=values))
