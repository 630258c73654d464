"""The only SQL of consultations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from hub.exchange.consulting.records import ConsultationRow, Decision, Kind, Outcome, PartyKind
from hub.exchange.consulting.tables import consultation

if TYPE_CHECKING:
    import uuid
    from datetime import date

    from hub.database import Unit


def _row(found: sa.Row[Any]) -> ConsultationRow:
    values = dict(found._mapping)
    values["items"] = tuple(values["items"])
    values |= {"kind": Kind(values["kind"]), "party_kind": PartyKind(values["party_kind"])}
    values |= {"outcome": Outcome(values["outcome"])}
    values["decision"] = Decision(values["decision"]) if values["decision"] is not None else None
    return ConsultationRow(**values)


def insert(unit: Unit, row: ConsultationRow) -> None:
    """Store a consultation."""
    values = {name: getattr(row, name) for name in ConsultationRow.__dataclass_fields__}
    unit.connection.execute(consultation.insert().values(**values | {"items": list(row.items)}))


def change(unit: Unit, consultation_id: uuid.UUID, **values: object) -> None:
    """Change columns of a consultation: the reply, the silence, the decision."""
    unit.connection.execute(consultation.update().where(consultation.c.id == consultation_id).values(**values))


def find(unit: Unit, consultation_id: uuid.UUID) -> ConsultationRow | None:
    """Return one consultation, held until the transaction ends."""
    query = sa.select(consultation).where(consultation.c.id == consultation_id).with_for_update()
    found = unit.connection.execute(query).one_or_none()
    return _row(found) if found is not None else None


def of_exemption(unit: Unit, exemption_id: uuid.UUID, claim_id: uuid.UUID | None) -> tuple[ConsultationRow, ...]:
    """Return the consultations on a record, or on the claim it came of, the newest first."""
    about = consultation.c.exemption_id == exemption_id
    if claim_id is not None:
        about = sa.or_(about, consultation.c.claim_id == claim_id)
    query = sa.select(consultation).where(about).order_by(consultation.c.received_on.desc(), consultation.c.id)
    return tuple(_row(found) for found in unit.connection.execute(query.with_for_update()))


def past_due(unit: Unit, today: date) -> tuple[uuid.UUID, ...]:
    """Return the consultations whose party has let its time pass without a word."""
    query = sa.select(consultation.c.id).where(consultation.c.outcome == Outcome.WAITING, consultation.c.due_on < today)
    return tuple(unit.connection.execute(query.order_by(consultation.c.due_on)).scalars())
