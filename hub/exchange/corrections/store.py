"""The only SQL of corrections. Functions take a unit and never commit."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from hub.exchange.corrections import tables
from hub.exchange.corrections.records import (
    OPEN,
    Copy,
    Correction,
    Evidence,
    Report,
    Reporter,
    ReporterKind,
    State,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from hub.database import Unit

_CASE, _REPORT, _FILE, _COPY = (
    tables.correction,
    tables.correction_report,
    tables.correction_evidence,
    tables.correction_copy,
)
_OPEN = tuple(sorted(state.value for state in OPEN))


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose cases are listed: of a source, of an organ that reported, or of a person by internal key."""

    provider: uuid.UUID | None = None
    member: uuid.UUID | None = None
    subject: str | None = None


def _case(row: sa.Row[Any]) -> Correction:
    values = dict(row._mapping)
    return Correction(**{**values, "items": tuple(values["items"]), "state": State(values["state"])})


def _report(row: sa.Row[Any]) -> Report:
    reporter = Reporter(ReporterKind(row.reporter), row.member_id, row.system_id, row.staff_id, row.subject)
    return Report(
        row.id, row.correction_id, reporter, tuple(row.items), bytes(row.sealed), row.received_by, row.at,
        row.withdrawn_at,
    )  # fmt: skip


def insert_case(unit: Unit, **values: Any) -> Correction:
    """Insert a case and return it with its number."""
    row = unit.connection.execute(
        _CASE.insert().values(id=uuid.uuid4(), state=State.REPORTED.value, **values).returning(*_CASE.c)
    ).one()
    return _case(row)


def update_case(unit: Unit, case_id: uuid.UUID, **values: Any) -> None:
    """Change columns of a case."""
    unit.connection.execute(_CASE.update().where(_CASE.c.id == case_id).values(**values))


def find_case(unit: Unit, case_id: uuid.UUID, *, lock: bool = False) -> Correction | None:
    """Return a case; ``lock`` holds it until the transaction ends."""
    query = sa.select(_CASE).where(_CASE.c.id == case_id)
    row = unit.connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _case(row)


def open_case_on(unit: Unit, entry_id: uuid.UUID, row: int, items: Iterable[str]) -> Correction | None:
    """Return the oldest open case on a record that shares an item, held until the transaction ends."""
    wanted = sa.cast(list(items), _CASE.c["items"].type)
    found = unit.connection.execute(
        sa.select(_CASE)
        .where(
            _CASE.c.entry_id == entry_id,
            _CASE.c.row == row,
            _CASE.c.state.in_(_OPEN),
            _CASE.c["items"].op("&&")(wanted),
        )
        .order_by(_CASE.c.number)
        .limit(1)
        .with_for_update()
    ).one_or_none()
    return None if found is None else _case(found)


def lock_record(unit: Unit, entry_id: uuid.UUID, row: int) -> None:
    """Let reports of one record come one after the other, so that two at once join instead of opening two cases."""
    key = f"correction:{entry_id}:{row}"
    unit.driver.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (key,))


def awaiting(unit: Unit) -> tuple[tuple[Correction, int], ...]:
    """Return the cases that wait for a push although their resource has a newer version, each with that version."""
    rows = unit.connection.execute(
        sa.text(
            "SELECT c.id, s.version FROM hub.correction c JOIN hub.row_set s USING (entry_id)"
            " WHERE c.state = 'awaiting_push' AND c.row IS NOT NULL AND s.version > c.version ORDER BY c.number"
        )
    ).all()
    found = []
    for case_id, version in rows:
        case = find_case(unit, case_id)
        if case is not None:
            found.append((case, int(version)))
    return tuple(found)


def insert_report(unit: Unit, report: Report) -> None:
    """Insert a report."""
    who = report.reporter
    unit.connection.execute(
        _REPORT.insert().values(
            id=report.id,
            correction_id=report.correction_id,
            reporter=who.kind.value,
            member_id=who.member_id,
            system_id=who.system_id,
            staff_id=who.staff_id,
            subject=who.subject,
            items=list(report.items),
            sealed=report.sealed,
            received_by=report.received_by,
            at=report.at,
        )
    )


def replace_report(unit: Unit, report_id: uuid.UUID, items: Sequence[str], sealed: bytes) -> None:
    """Replace what a reporter said before about the same record."""
    unit.connection.execute(_REPORT.update().where(_REPORT.c.id == report_id).values(items=list(items), sealed=sealed))


def reports(unit: Unit, case_id: uuid.UUID) -> tuple[Report, ...]:
    """Return the reports of a case, the oldest first, those taken back among them."""
    rows = unit.connection.execute(sa.select(_REPORT).where(_REPORT.c.correction_id == case_id).order_by(_REPORT.c.at))
    return tuple(_report(row) for row in rows)


def withdraw_report(unit: Unit, report_id: uuid.UUID, at: datetime) -> None:
    """Mark a report as taken back."""
    unit.connection.execute(_REPORT.update().where(_REPORT.c.id == report_id).values(withdrawn_at=at))


def list_cases(
    unit: Unit,
    whose: Whose,
    *,
    state: State | None = None,
    limit: int = 50,
    offset: int = 0,
) -> tuple[tuple[Correction, ...], int]:
    """Return one page of cases of a source, or of those who reported them, the most urgent first; and how many."""
    conditions: list[sa.ColumnElement[bool]] = []
    if whose.provider is not None:
        conditions.append(_CASE.c.provider_id == whose.provider)
    reported = sa.select(_REPORT.c.correction_id)
    if whose.member is not None:
        conditions.append(_CASE.c.id.in_(reported.where(_REPORT.c.member_id == whose.member)))
    if whose.subject is not None:
        conditions.append(_CASE.c.id.in_(reported.where(_REPORT.c.subject == whose.subject)))
    if state is not None:
        conditions.append(_CASE.c.state == state.value)
    total: int = unit.connection.execute(sa.select(sa.func.count()).select_from(_CASE).where(*conditions)).scalar_one()
    is_closed = _CASE.c.state.not_in(_OPEN)
    rows = unit.connection.execute(
        sa.select(_CASE)
        .where(*conditions)
        .order_by(is_closed, _CASE.c.due_on, _CASE.c.number)
        .limit(limit)
        .offset(offset)
    )
    return tuple(_case(row) for row in rows), total


def insert_evidence(unit: Unit, file: Evidence, sealed: bytes) -> None:
    """Insert a file of a report; ``sealed`` is its content."""
    unit.connection.execute(
        _FILE.insert().values(
            id=file.id,
            report_id=file.report_id,
            media_type=file.media_type,
            bytes=file.size_bytes,
            digest=file.digest,
            sealed_name=file.sealed_name,
            sealed=sealed,
            at=file.at,
        )
    )


def evidence_of(unit: Unit, report_ids: Iterable[uuid.UUID]) -> tuple[Evidence, ...]:
    """Return the files of reports, without their content."""
    rows = unit.connection.execute(
        sa.select(*(column for column in _FILE.c if column.name != "sealed"))
        .where(_FILE.c.report_id.in_(list(report_ids)))
        .order_by(_FILE.c.at, _FILE.c.id)
    )
    return tuple(
        Evidence(row.id, row.report_id, row.media_type, row.bytes, row.digest, bytes(row.sealed_name), row.at)
        for row in rows
    )


def evidence_content(unit: Unit, file_id: uuid.UUID) -> bytes | None:
    """Return the sealed content of a file."""
    found = unit.connection.execute(sa.select(_FILE.c.sealed).where(_FILE.c.id == file_id)).scalar_one_or_none()
    return None if found is None else bytes(found)


def insert_copy(unit: Unit, copy: Copy) -> bool:
    """Note a holder that is told; False when it was told before."""
    done = unit.connection.execute(
        insert(_COPY)
        .values(
            correction_id=copy.correction_id,
            member_id=copy.member_id,
            systems=list(copy.systems),
            told_at=copy.told_at,
        )
        .on_conflict_do_nothing(index_elements=["correction_id", "member_id"])
        .returning(_COPY.c.member_id)
    ).one_or_none()
    return done is not None


def copies(
    unit: Unit, *, case: uuid.UUID | None = None, member: uuid.UUID | None = None, limit: int = 200
) -> tuple[Copy, ...]:
    """Return the holders told in a case, or what one holder was told, the newest first."""
    conditions: list[sa.ColumnElement[bool]] = []
    if case is not None:
        conditions.append(_COPY.c.correction_id == case)
    if member is not None:
        conditions.append(_COPY.c.member_id == member)
    rows = unit.connection.execute(
        sa.select(_COPY).where(*conditions).order_by(_COPY.c.told_at.desc(), _COPY.c.member_id).limit(limit)
    )
    return tuple(
        Copy(
            row.correction_id, row.member_id, tuple(row.systems), row.told_at, row.acknowledged_at, row.acknowledged_by
        )
        for row in rows
    )


def acknowledge(unit: Unit, case_id: uuid.UUID, member_id: uuid.UUID, by: str, at: datetime) -> bool:
    """Note that a holder has brought its copy up to date; False where it was not told or has said so before."""
    done = unit.connection.execute(
        _COPY.update()
        .where(_COPY.c.correction_id == case_id, _COPY.c.member_id == member_id, _COPY.c.acknowledged_at.is_(None))
        .values(acknowledged_at=at, acknowledged_by=by)
        .returning(_COPY.c.member_id)
    ).one_or_none()
    return done is not None


def figures(unit: Unit) -> dict[str, int]:
    """Return the public counters: reported, open, closed, closed in time."""
    row = unit.connection.execute(
        sa.select(
            sa.func.count().label("reported"),
            sa.func.count().filter(_CASE.c.state.in_(_OPEN)).label("open"),
            sa.func.count().filter(_CASE.c.closed_in_time.is_not(None)).label("closed"),
            sa.func.count().filter(_CASE.c.closed_in_time).label("closed_in_time"),
            sa.func.count().filter(_CASE.c.state == State.CORRECTED.value).label("corrected"),
        )
    ).one()
    return {str(name): int(value) for name, value in row._mapping.items()}
