"""The SQL of harvests: sources, runs, records, changes, what was sent to a CKAN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from hub.harvest import tables
from hub.harvest.definition import Definition
from hub.harvest.records import Changed, Known, Run, RunState, Source

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from hub.database import Unit

_SOURCE, _RUN, _RECORD, _CHANGE = (
    tables.harvest_source,
    tables.harvest_run,
    tables.harvest_record,
    tables.harvest_change,
)


def _source(row: sa.Row[Any]) -> Source:
    values = dict(row._mapping)
    return Source(**{**values, "definition": Definition.model_validate(values["definition"])})


def insert_source(unit: Unit, new: Source) -> None:
    """Store a new source."""
    values = {column.name: getattr(new, column.name) for column in _SOURCE.c}
    unit.connection.execute(_SOURCE.insert().values({**values, "definition": new.definition.to_json()}))


def change_source(unit: Unit, source_id: uuid.UUID, **values: object) -> None:
    """Change columns of a source."""
    unit.connection.execute(_SOURCE.update().where(_SOURCE.c.id == source_id).values(**values))


def find_source(unit: Unit, key: str | uuid.UUID, *, lock: bool = False) -> Source | None:
    """Return a source by its code or id."""
    condition = _SOURCE.c.code == key if isinstance(key, str) else _SOURCE.c.id == key
    query = sa.select(_SOURCE).where(condition)
    row = unit.connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _source(row)


def sources(unit: Unit, member_id: uuid.UUID, limit: int, offset: int) -> tuple[list[Source], int]:
    """Return a page of the sources of a member by code, and how many there are."""
    own = _SOURCE.c.member_id == member_id
    total: int = unit.connection.execute(sa.select(sa.func.count()).select_from(_SOURCE).where(own)).scalar_one()
    rows = unit.connection.execute(sa.select(_SOURCE).where(own).order_by(_SOURCE.c.code).limit(limit).offset(offset))
    return [_source(row) for row in rows], total


def due(unit: Unit, now: datetime, limit: int) -> list[uuid.UUID]:
    """Return the sources whose next run is due and that have none open."""
    is_open = sa.exists().where(_RUN.c.source_id == _SOURCE.c.id, _RUN.c.state == RunState.RUNNING.value)
    rows: sa.ScalarResult[uuid.UUID] = unit.connection.execute(
        sa.select(_SOURCE.c.id)
        .where(_SOURCE.c.state == "active", _SOURCE.c.next_due_at <= now, ~is_open)
        .order_by(_SOURCE.c.next_due_at, _SOURCE.c.id)
        .limit(limit)
    ).scalars()
    return list(rows)


def open_runs(unit: Unit, limit: int) -> list[uuid.UUID]:
    """Return the runs that are under way, or were when their process died."""
    rows: sa.ScalarResult[uuid.UUID] = unit.connection.execute(
        sa.select(_RUN.c.id).where(_RUN.c.state == RunState.RUNNING.value).order_by(_RUN.c.started_at).limit(limit)
    ).scalars()
    return list(rows)


def insert_run(unit: Unit, new: Run) -> None:
    """Store a new run."""
    unit.connection.execute(_RUN.insert().values({column.name: getattr(new, column.name) for column in _RUN.c}))


def change_run(unit: Unit, run_id: uuid.UUID, **values: object) -> None:
    """Change columns of a run."""
    unit.connection.execute(_RUN.update().where(_RUN.c.id == run_id).values(**values))


def find_run(unit: Unit, run_id: uuid.UUID, *, lock: bool = False) -> Run | None:
    """Return a run."""
    query = sa.select(_RUN).where(_RUN.c.id == run_id)
    row = unit.connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else Run(**row._mapping)


def last_run(unit: Unit, source_id: uuid.UUID) -> Run | None:
    """Return the newest run of a source."""
    row = unit.connection.execute(
        sa.select(_RUN).where(_RUN.c.source_id == source_id).order_by(_RUN.c.number.desc()).limit(1)
    ).one_or_none()
    return None if row is None else Run(**row._mapping)


def runs(unit: Unit, source_id: uuid.UUID, limit: int, offset: int) -> tuple[list[Run], int]:
    """Return a page of the runs of a source, newest first, and how many there are."""
    total: int = unit.connection.execute(
        sa.select(sa.func.count()).select_from(_RUN).where(_RUN.c.source_id == source_id)
    ).scalar_one()
    rows = unit.connection.execute(
        sa.select(_RUN).where(_RUN.c.source_id == source_id).order_by(_RUN.c.number.desc()).limit(limit).offset(offset)
    )
    return [Run(**row._mapping) for row in rows], total


def known(unit: Unit, source_id: uuid.UUID, records: Sequence[str]) -> dict[str, Known]:
    """Return what is stored of these records."""
    rows = unit.connection.execute(
        sa.select(_RECORD).where(_RECORD.c.source_id == source_id, _RECORD.c.record.in_(records))
    )
    return {row.record: Known(**row._mapping) for row in rows}


def seen_in(unit: Unit, source_id: uuid.UUID, run_id: uuid.UUID) -> set[str]:
    """Return the records a run has seen so far."""
    rows: sa.ScalarResult[str] = unit.connection.execute(
        sa.select(_RECORD.c.record).where(_RECORD.c.source_id == source_id, _RECORD.c.last_run == run_id)
    ).scalars()
    return set(rows)


def save_records(unit: Unit, rows: Iterable[Known]) -> None:
    """Insert records or replace what is stored of them, many in one statement."""
    values = [{column.name: getattr(row, column.name) for column in _RECORD.c} for row in rows]
    if not values:
        return
    statement = insert(_RECORD)
    changing = [column.name for column in _RECORD.c if not column.primary_key]
    unit.connection.execute(
        statement.on_conflict_do_update(
            index_elements=[_RECORD.c.source_id, _RECORD.c.record],
            set_={name: statement.excluded[name] for name in changing},
        ),
        values,
    )


def mark_seen(unit: Unit, source_id: uuid.UUID, records: Sequence[str], run_id: uuid.UUID) -> None:
    """Note that a run saw these records as they were."""
    if records:
        unit.connection.execute(
            _RECORD.update()
            .where(_RECORD.c.source_id == source_id, _RECORD.c.record == sa.any_(sa.literal(list(records), _TEXTS)))
            .values(last_run=run_id)
        )


_TEXTS = sa.ARRAY(sa.Text)


def add_changes(unit: Unit, run_id: uuid.UUID, changes: Iterable[Changed]) -> None:
    """Store lines of a run's report."""
    names = Changed.__dataclass_fields__
    values = [{"run_id": run_id, **{name: getattr(one, name) for name in names}} for one in changes]
    if values:
        unit.connection.execute(_CHANGE.insert(), values)


def changes(unit: Unit, run_id: uuid.UUID, kinds: Sequence[str], limit: int, offset: int) -> tuple[list[Changed], int]:
    """Return lines of a run's report in order, of these kinds (all when empty), and how many there are."""
    conditions = [_CHANGE.c.run_id == run_id, *([_CHANGE.c.change.in_(kinds)] if kinds else [])]
    total: int = unit.connection.execute(
        sa.select(sa.func.count()).select_from(_CHANGE).where(*conditions)
    ).scalar_one()
    columns = [_CHANGE.c[name] for name in Changed.__dataclass_fields__]
    rows = unit.connection.execute(
        sa.select(*columns).where(*conditions).order_by(_CHANGE.c.id).limit(limit).offset(offset)
    )
    return [Changed(**row._mapping) for row in rows], total


def mark_gone(unit: Unit, source_id: uuid.UUID, run_id: uuid.UUID) -> list[Known]:
    """Take the records a whole run did not see as gone; returns them as they were."""
    condition = (_RECORD.c.source_id == source_id, _RECORD.c.last_run != run_id, _RECORD.c.standing == "present")
    rows = [Known(**row._mapping) for row in unit.connection.execute(sa.select(_RECORD).where(*condition))]
    if rows:
        unit.connection.execute(
            _RECORD.update()
            .where(*condition)
            .values(
                standing="gone",
                changed_run=run_id,
                review=sa.case((_RECORD.c.published_digest.is_not(None), "waiting"), else_="none"),
            )
        )
    return rows


def decide(
    unit: Unit,
    source_id: uuid.UUID,
    review: str,
    records: Sequence[str] | None,
    *,
    reason: Mapping[str, Any] | None = None,
) -> int:
    """Decide about the records of a source that wait, or about these of them; returns how many there were.

    A decision that was not carried out yet may be taken again for records that are named. ``reason`` is kept with
    accepted records that are rejected; that of a refusal stays.
    """
    if records is None:
        condition = _RECORD.c.review == "waiting"
    else:
        condition = _RECORD.c.review.in_(("waiting", "approved", "rejected")) & _RECORD.c.record.in_(records)
    stated = sa.case((_RECORD.c.state == "accepted", sa.literal(reason, _RECORD.c.reason.type)), else_=_RECORD.c.reason)
    statement = _RECORD.update().where(_RECORD.c.source_id == source_id, condition)
    return int(unit.connection.execute(statement.values(review=review, reason=stated)).rowcount)


def approved(unit: Unit, source_id: uuid.UUID, limit: int) -> list[Known]:
    """Return records that are approved and not yet carried out, locked."""
    rows = unit.connection.execute(
        sa.select(_RECORD)
        .where(_RECORD.c.source_id == source_id, _RECORD.c.review == "approved")
        .order_by(_RECORD.c.record)
        .limit(limit)
        .with_for_update()
    )
    return [Known(**row._mapping) for row in rows]


def counted(unit: Unit, source_id: uuid.UUID) -> dict[str, int]:
    """Return how many records of a source stand where: total, accepted, refused, gone, waiting, approved, listed."""
    c = _RECORD.c
    row = unit.connection.execute(
        sa.select(
            sa.func.count().label("records"),
            *(
                sa.func.count().filter(condition).label(name)
                for name, condition in {
                    "accepted": (c.state == "accepted") & (c.standing == "present"),
                    "refused": (c.state == "refused") & (c.standing == "present"),
                    "gone": c.standing == "gone",
                    "waiting": c.review == "waiting",
                    "approved": c.review == "approved",
                    "rejected": c.review == "rejected",
                    "listed": c.published_digest.is_not(None),
                }.items()
            ),
        ).where(c.source_id == source_id)
    ).one()
    return {name: int(value) for name, value in row._mapping.items()}


def records(unit: Unit, source_id: uuid.UUID, review: str | None, limit: int, offset: int) -> tuple[list[Known], int]:
    """Return a page of the records of a source by identifier, of one review state where asked, and how many."""
    conditions = [_RECORD.c.source_id == source_id, *([_RECORD.c.review == review] if review else [])]
    total: int = unit.connection.execute(
        sa.select(sa.func.count()).select_from(_RECORD).where(*conditions)
    ).scalar_one()
    rows = unit.connection.execute(
        sa.select(_RECORD).where(*conditions).order_by(_RECORD.c.record).limit(limit).offset(offset)
    )
    return [Known(**row._mapping) for row in rows], total


def refusals(unit: Unit, source_id: uuid.UUID) -> dict[str, int]:
    """Return how many present records of a source are refused, by rule."""
    rule = _RECORD.c.reason["rule"].astext
    rows = unit.connection.execute(
        sa.select(rule, sa.func.count())
        .where(_RECORD.c.source_id == source_id, _RECORD.c.state == "refused", _RECORD.c.standing == "present")
        .group_by(rule)
        .order_by(rule)
    )
    return {str(row[0]): int(row[1]) for row in rows}


def note_counts(unit: Unit, source_id: uuid.UUID) -> dict[str, int]:
    """Return the sums of what was masked or not known in the present records of a source, by kind."""
    pair = sa.func.jsonb_each_text(_RECORD.c.notes["counts"]).table_valued("key", "value", name="pair")
    rows = unit.connection.execute(
        sa.select(pair.c.key, sa.func.sum(sa.cast(pair.c.value, sa.BigInteger)))
        .select_from(_RECORD.join(pair, sa.true()))
        .where(_RECORD.c.source_id == source_id, _RECORD.c.standing == "present")
        .group_by(pair.c.key)
        .order_by(pair.c.key)
    )
    return {str(row[0]): int(row[1]) for row in rows}
