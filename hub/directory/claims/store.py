"""The only SQL of what stands behind exemption records, and of their changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from catalogue.store import ExemptionRow
from catalogue.tables import entry, exemption
from hub.directory.claims import tables
from hub.directory.claims.records import (
    Assessment,
    AssessmentOutcome,
    ClaimRow,
    EventRow,
    HolderKind,
    Override,
    OverrideState,
    ReferralRow,
    Return,
)

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Collection, Iterable
    from datetime import date

    from _typeshed import DataclassInstance

    from hub.database import Unit

T = TypeVar("T")
_EXEMPTION = [exemption.c[name] for name in ExemptionRow.__dataclass_fields__]


def _values(row: DataclassInstance) -> dict[str, Any]:
    """Return the columns of a frozen row; tuples become lists, words their text."""
    values = {name: getattr(row, name) for name in row.__dataclass_fields__}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _read(kind: Callable[..., T], row: sa.Row[Any], **words: Callable[[Any], object]) -> T:
    """Return a row as its dataclass: lists become tuples, ``words`` their enumeration."""
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in row._mapping.items()}
    return kind(**{name: words[name](value) if name in words else value for name, value in values.items()})


def _all(unit: Unit, query: sa.Select[Any]) -> Iterable[sa.Row[Any]]:
    return unit.connection.execute(query)


def find_exemption(unit: Unit, exemption_id: uuid.UUID, *, lock: bool = False) -> ExemptionRow | None:
    """Return one record of any organ."""
    query = sa.select(*_EXEMPTION).where(exemption.c.id == exemption_id)
    row = unit.connection.execute(query.with_for_update() if lock else query).one_or_none()
    return _read(ExemptionRow, row) if row is not None else None


def change_exemption(unit: Unit, exemption_id: uuid.UUID, **values: object) -> None:
    """Change columns of a record; its former state is in its events and receipts."""
    unit.connection.execute(exemption.update().where(exemption.c.id == exemption_id).values(**values))


def exemptions_of_claim(unit: Unit, claim_id: uuid.UUID) -> tuple[ExemptionRow, ...]:
    """Return the records a claim made, one an item, held until the transaction ends."""
    query = sa.select(*_EXEMPTION).where(exemption.c.body["claim"].astext == str(claim_id))
    return tuple(_read(ExemptionRow, row) for row in _all(unit, query.order_by(exemption.c.item).with_for_update()))


def page_exemptions(
    unit: Unit, *, member_id: uuid.UUID | None, statuses: Collection[str], limit: int, offset: int
) -> tuple[tuple[ExemptionRow, ...], int]:
    """Return one page of records, the oldest review first, and how many there are; no statuses: all."""
    conditions = [] if member_id is None else [exemption.c.member_id == member_id]
    if statuses:
        conditions.append(exemption.c.status.in_(sorted(statuses)))
    total: int = unit.connection.execute(
        sa.select(sa.func.count()).select_from(exemption).where(*conditions)
    ).scalar_one()
    query = sa.select(*_EXEMPTION).where(*conditions).order_by(exemption.c.review_on, exemption.c.id)
    return tuple(_read(ExemptionRow, row) for row in _all(unit, query.limit(limit).offset(offset))), total


def live_exemptions(unit: Unit) -> tuple[ExemptionRow, ...]:
    """Return all records that are claimed or decided and not yet returned to review."""
    returned = sa.select(tables.exemption_return.c.exemption_id).where(tables.exemption_return.c.settled_on.is_(None))
    query = sa.select(*_EXEMPTION).where(
        exemption.c.status.in_(("claimed", "decided")), exemption.c.id.not_in(returned)
    )
    return tuple(_read(ExemptionRow, row) for row in _all(unit, query.order_by(exemption.c.id)))


def entry_names(unit: Unit, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the names of entries by id."""
    query = sa.select(entry.c.id, entry.c.name).where(entry.c.id.in_(list(ids)))
    return {row.id: row.name for row in _all(unit, query)}


def add_event(unit: Unit, event: EventRow) -> None:
    """Add a step to the history of a record."""
    unit.connection.execute(tables.exemption_event.insert().values(**_values(event)))


def events(unit: Unit, exemption_id: uuid.UUID) -> tuple[EventRow, ...]:
    """Return the history of a record in order."""
    columns = [tables.exemption_event.c[name] for name in EventRow.__dataclass_fields__]
    query = sa.select(*columns).where(tables.exemption_event.c.exemption_id == exemption_id)
    return tuple(_read(EventRow, row) for row in _all(unit, query.order_by(tables.exemption_event.c.id)))


def save_referral(unit: Unit, row: ReferralRow) -> None:
    """Store a referral, or its answer; a new question replaces one that was answered."""
    statement = insert(tables.secrecy_referral).values(**_values(row))
    changed = {name: statement.excluded[name] for name in ReferralRow.__dataclass_fields__ if name != "exemption_id"}
    unit.connection.execute(
        statement.on_conflict_do_update(index_elements=[tables.secrecy_referral.c.exemption_id], set_=changed)
    )


def referral(unit: Unit, exemption_id: uuid.UUID) -> ReferralRow | None:
    """Return the referral of a record."""
    query = sa.select(tables.secrecy_referral).where(tables.secrecy_referral.c.exemption_id == exemption_id)
    row = unit.connection.execute(query).one_or_none()
    return _read(ReferralRow, row) if row is not None else None


def insert_claim(unit: Unit, row: ClaimRow) -> None:
    """Store a claim."""
    unit.connection.execute(tables.trade_secret_claim.insert().values(**_values(row)))


def claim(unit: Unit, claim_id: uuid.UUID, *, lock: bool = False) -> ClaimRow | None:
    """Return one claim."""
    query = sa.select(tables.trade_secret_claim).where(tables.trade_secret_claim.c.id == claim_id)
    row = unit.connection.execute(query.with_for_update() if lock else query).one_or_none()
    return _read(ClaimRow, row, holder_kind=HolderKind) if row is not None else None


def claims_of(unit: Unit, member_id: uuid.UUID, *, limit: int, offset: int) -> tuple[tuple[ClaimRow, ...], int]:
    """Return one page of the claims an organ has received, the newest first, and how many there are."""
    table = tables.trade_secret_claim
    total: int = unit.connection.execute(
        sa.select(sa.func.count()).select_from(table).where(table.c.member_id == member_id)
    ).scalar_one()
    query = sa.select(table).where(table.c.member_id == member_id).order_by(table.c.claimed_on.desc(), table.c.id)
    rows = _all(unit, query.limit(limit).offset(offset))
    return tuple(_read(ClaimRow, row, holder_kind=HolderKind) for row in rows), total


def save_finding(unit: Unit, row: ClaimRow) -> None:
    """Store what was found on a claim."""
    found = {
        name: value
        for name, value in _values(row).items()
        if name in {"finding", "finding_reason", "found_items", "found_by", "found_on"}
    }
    table = tables.trade_secret_claim
    unit.connection.execute(table.update().where(table.c.id == row.id).values(**found))


def insert_assessment(unit: Unit, row: Assessment) -> None:
    """Store an assessment."""
    unit.connection.execute(tables.privacy_assessment.insert().values(**_values(row)))


def change_assessment(unit: Unit, assessment_id: uuid.UUID, **values: object) -> None:
    """Approve or withdraw an assessment; what it says is never changed."""
    table = tables.privacy_assessment
    unit.connection.execute(table.update().where(table.c.id == assessment_id).values(**values))


def assessment(unit: Unit, assessment_id: uuid.UUID, *, lock: bool = False) -> Assessment | None:
    """Return one assessment."""
    query = sa.select(tables.privacy_assessment).where(tables.privacy_assessment.c.id == assessment_id)
    row = unit.connection.execute(query.with_for_update() if lock else query).one_or_none()
    return _read(Assessment, row, outcome=AssessmentOutcome) if row is not None else None


def assessments_of(unit: Unit, member_id: uuid.UUID, *, limit: int, offset: int) -> tuple[tuple[Assessment, ...], int]:
    """Return one page of an organ's assessments, the newest first, and how many there are."""
    table = tables.privacy_assessment
    total: int = unit.connection.execute(
        sa.select(sa.func.count()).select_from(table).where(table.c.member_id == member_id)
    ).scalar_one()
    query = sa.select(table).where(table.c.member_id == member_id).order_by(table.c.assessed_on.desc(), table.c.id)
    rows = _all(unit, query.limit(limit).offset(offset))
    return tuple(_read(Assessment, row, outcome=AssessmentOutcome) for row in rows), total


def insert_override(unit: Unit, row: Override) -> bool:
    """Store a proposed override; False when one is under way for the record."""
    statement = insert(tables.public_interest_override).values(**_values(row))
    once = statement.on_conflict_do_nothing(
        index_elements=["exemption_id"], index_where=sa.text("state IN ('proposed', 'notified')")
    ).returning(tables.public_interest_override.c.id)
    return unit.connection.execute(once).scalar_one_or_none() is not None


def save_override(unit: Unit, row: Override) -> None:
    """Store the next state of an override."""
    table = tables.public_interest_override
    unit.connection.execute(table.update().where(table.c.id == row.id).values(**_values(row)))


def override(unit: Unit, override_id: uuid.UUID, *, lock: bool = False) -> Override | None:
    """Return one override."""
    table = tables.public_interest_override
    query = sa.select(table).where(table.c.id == override_id)
    row = unit.connection.execute(query.with_for_update() if lock else query).one_or_none()
    return _read(Override, row, state=OverrideState) if row is not None else None


def overrides_of(unit: Unit, exemption_id: uuid.UUID) -> tuple[Override, ...]:
    """Return the overrides of a record, the newest first."""
    table = tables.public_interest_override
    query = (
        sa.select(table).where(table.c.exemption_id == exemption_id).order_by(table.c.proposed_on.desc(), table.c.id)
    )
    return tuple(_read(Override, row, state=OverrideState) for row in _all(unit, query))


def insert_return(unit: Unit, row: Return) -> bool:
    """Return an item to review; False when it is there already."""
    statement = insert(tables.exemption_return).values(**{**_values(row), "affected": dict(row.affected)})
    once = statement.on_conflict_do_nothing(
        index_elements=["exemption_id"], index_where=sa.text("settled_on IS NULL")
    ).returning(tables.exemption_return.c.id)
    return unit.connection.execute(once).scalar_one_or_none() is not None


def settle_return(unit: Unit, exemption_id: uuid.UUID, on: date, outcome: str) -> None:
    """Close the review of a record, if one is open."""
    table = tables.exemption_return
    unit.connection.execute(
        table.update()
        .where(table.c.exemption_id == exemption_id, table.c.settled_on.is_(None))
        .values(settled_on=on, settled_as=outcome)
    )


def open_returns(unit: Unit, *, member_id: uuid.UUID | None, limit: int, offset: int) -> tuple[tuple[Return, ...], int]:
    """Return one page of the records in review, the longest there first, and how many there are."""
    table = tables.exemption_return
    conditions: list[sa.ColumnElement[bool]] = [table.c.settled_on.is_(None)]
    if member_id is not None:
        conditions.append(table.c.member_id == member_id)
    total: int = unit.connection.execute(sa.select(sa.func.count()).select_from(table).where(*conditions)).scalar_one()
    query = sa.select(table).where(*conditions).order_by(table.c.returned_on, table.c.id)
    return tuple(_read(Return, row) for row in _all(unit, query.limit(limit).offset(offset))), total


def count_returns(unit: Unit) -> dict[uuid.UUID, int]:
    """Return how many records each organ has in review."""
    table = tables.exemption_return
    query = (
        sa.select(table.c.member_id, sa.func.count()).where(table.c.settled_on.is_(None)).group_by(table.c.member_id)
    )
    return {row[0]: row[1] for row in unit.connection.execute(query)}
