"""The SQL of pulls and their runs; that of row hashes is in :mod:`hub.pulls.row_store`."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from hub.pulls import tables
from hub.pulls.definition import Definition
from hub.pulls.records import Pull, Run, RunState

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence
    from datetime import datetime

    from hub.database import Unit

_PULL, _VERSION, _RUN = tables.pull, tables.pull_version, tables.pull_run
_JOINED: Final = _PULL.join(_VERSION, (_VERSION.c.pull_id == _PULL.c.id) & (_VERSION.c.version == _PULL.c.version))
_COLUMNS: Final = (*_PULL.c, _VERSION.c.definition, _VERSION.c.secret, _VERSION.c.by_staff)


def _pull(row: sa.Row[Any]) -> Pull:
    values = dict(row._mapping)
    return Pull(**{**values, "definition": Definition.model_validate(values["definition"])})


def _run(row: sa.Row[Any]) -> Run:
    values = dict(row._mapping)
    return Run(**{**values, "pushes": tuple(values["pushes"]), "notes": tuple(values["notes"])})


def insert(unit: Unit, new: Pull) -> None:
    """Store a new pull with its first version."""
    columns = {column.name: getattr(new, column.name) for column in _PULL.c}
    unit.connection.execute(sa.insert(_PULL).values(columns))
    insert_version(unit, new)


def insert_version(unit: Unit, new: Pull) -> None:
    """Store the version of a pull that ``new`` carries."""
    unit.connection.execute(
        sa.insert(_VERSION).values(
            pull_id=new.id,
            version=new.version,
            definition=new.definition.to_json(),
            secret=new.secret,
            by_staff=new.by_staff,
            at=new.changed_at,
        )
    )


def forget_secrets(unit: Unit, pull_id: uuid.UUID, *, before: int | None = None) -> None:
    """Erase the secrets of a pull, of all versions or of those before one: what is out of use is not kept."""
    where = [_VERSION.c.pull_id == pull_id]
    if before is not None:
        where.append(_VERSION.c.version < before)
    unit.connection.execute(sa.update(_VERSION).where(*where).values(secret=None))


def find(unit: Unit, pull_id: uuid.UUID, *, lock: bool = False) -> Pull | None:
    """Return a pull, locked for a change where asked."""
    query = sa.select(*_COLUMNS).select_from(_JOINED).where(_PULL.c.id == pull_id)
    row = unit.connection.execute(query.with_for_update(of=_PULL) if lock else query).one_or_none()
    return None if row is None else _pull(row)


def of_entry(unit: Unit, entry_id: uuid.UUID) -> uuid.UUID | None:
    """Return the id of the pull of an entry that is not removed; others who set one up wait from here on."""
    unit.connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 15))"), {"key": str(entry_id)})
    query = sa.select(_PULL.c.id).where(_PULL.c.entry_id == entry_id, _PULL.c.state != "removed")
    return unit.connection.execute(query).scalar_one_or_none()


def listed(unit: Unit, member_id: uuid.UUID | None, limit: int, offset: int) -> tuple[list[Pull], int]:
    """Return a page of pulls, newest first, of one member or (None) of all; and how many there are."""
    where = sa.true() if member_id is None else _PULL.c.member_id == member_id
    query = sa.select(*_COLUMNS).select_from(_JOINED).where(where)
    ordered = query.order_by(_PULL.c.created_at.desc(), _PULL.c.id).limit(limit).offset(offset)
    total = unit.connection.execute(sa.select(sa.func.count()).select_from(_PULL).where(where)).scalar_one()
    return [_pull(row) for row in unit.connection.execute(ordered)], int(total)


def change(unit: Unit, pull_id: uuid.UUID, **values: object) -> None:
    """Set columns of one pull."""
    unit.connection.execute(sa.update(_PULL).where(_PULL.c.id == pull_id).values(values))


def due(unit: Unit, now: datetime, limit: int) -> list[uuid.UUID]:
    """Return the pulls to look at: active and due, or with a run nobody may be running any more."""
    running = sa.exists().where(_RUN.c.pull_id == _PULL.c.id, _RUN.c.state == RunState.RUNNING.value)
    query = (
        sa.select(_PULL.c.id)
        .where(sa.or_(sa.and_(_PULL.c.state == "active", _PULL.c.next_due_at <= now), running))
        .order_by(_PULL.c.next_due_at)
        .limit(limit)
    )
    return list(unit.connection.execute(query).scalars())


def active(unit: Unit) -> list[Pull]:
    """Return all active pulls."""
    query = sa.select(*_COLUMNS).select_from(_JOINED).where(_PULL.c.state == "active").order_by(_PULL.c.id)
    return [_pull(row) for row in unit.connection.execute(query)]


def insert_run(unit: Unit, new: Run) -> None:
    """Store a run that begins."""
    values = {field.name: getattr(new, field.name) for field in fields(Run)}
    unit.connection.execute(sa.insert(_RUN).values({**values, "pushes": list(new.pushes), "notes": list(new.notes)}))


def change_run(unit: Unit, run_id: uuid.UUID, **values: object) -> None:
    """Set columns of one run."""
    unit.connection.execute(sa.update(_RUN).where(_RUN.c.id == run_id).values(values))


def end_left_runs(unit: Unit, pull_id: uuid.UUID, now: datetime) -> list[uuid.UUID]:
    """End the runs of a pull whose process died; the caller holds the turn of the pull. Returns their ids."""
    ended = (
        sa.update(_RUN)
        .where(_RUN.c.pull_id == pull_id, _RUN.c.state == RunState.RUNNING.value)
        .values(state=RunState.INTERRUPTED.value, finished_at=now)
        .returning(_RUN.c.id)
    )
    return list(unit.connection.execute(ended).scalars())


def runs(unit: Unit, pull_id: uuid.UUID, limit: int, offset: int) -> tuple[list[Run], int]:
    """Return a page of the runs of a pull, newest first, and how many there are."""
    query = sa.select(_RUN).where(_RUN.c.pull_id == pull_id).order_by(_RUN.c.started_at.desc(), _RUN.c.id)
    total = unit.connection.execute(
        sa.select(sa.func.count()).select_from(_RUN).where(_RUN.c.pull_id == pull_id)
    ).scalar_one()
    return [_run(row) for row in unit.connection.execute(query.limit(limit).offset(offset))], int(total)


def last_runs(unit: Unit, pull_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Run]:
    """Return the newest run of each pull that has one."""
    query = sa.select(_RUN).where(_RUN.c.pull_id.in_(pull_ids)).ext(distinct_on(_RUN.c.pull_id))
    rows = unit.connection.execute(query.order_by(_RUN.c.pull_id, _RUN.c.started_at.desc(), _RUN.c.id))
    return {run.pull_id: run for run in map(_run, rows)}
