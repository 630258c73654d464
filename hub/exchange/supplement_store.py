"""The only SQL of supplements and of extensions asked for."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from hub.exchange.answering import tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from hub.database import Unit

_SUPPLEMENT, _ASK = tables.supplement, tables.extension_ask


@dataclass(frozen=True, slots=True)
class Supplement:
    """What a request lacks, told once; ``missing`` names lines and fields. ``reply`` None: still awaited."""

    id: uuid.UUID
    request_id: uuid.UUID
    asked_by: uuid.UUID
    asked_at: datetime
    text: str
    missing: Mapping[str, Any]
    answered_by: uuid.UUID | None
    answered_at: datetime | None
    reply: Mapping[str, Any] | None

    @property
    def state(self) -> str:
        """The state of the supplement's table."""
        return "asked" if self.answered_at is None else "supplied"


@dataclass(frozen=True, slots=True)
class ExtensionAsk:
    """An extension a provider asked for: of which clocks, how many units, why, and what the authority said.

    ``request_id`` None: it is asked for a clock of the directory, which belongs to no request.
    """

    id: uuid.UUID
    request_id: uuid.UUID | None
    provider_id: uuid.UUID
    clocks: tuple[uuid.UUID, ...]
    units: int
    reason: str
    asked_by: uuid.UUID
    asked_at: datetime
    state: str
    decided_by: uuid.UUID | None
    decided_at: datetime | None
    text: str


def supplement(unit: Unit, request_id: uuid.UUID) -> Supplement | None:
    """Return the supplement of a request, if one was asked for."""
    query = sa.select(_SUPPLEMENT).where(_SUPPLEMENT.c.request_id == request_id)
    row = unit.connection.execute(query).one_or_none()
    return Supplement(**row._mapping) if row is not None else None


def ask(unit: Unit, value: Supplement) -> bool:
    """Store what is missing; False when a supplement of the request was asked for before."""
    statement = insert(_SUPPLEMENT).values(
        id=value.id,
        request_id=value.request_id,
        asked_by=value.asked_by,
        asked_at=value.asked_at,
        text=value.text,
        missing=dict(value.missing),
    )
    once = statement.on_conflict_do_nothing(index_elements=["request_id"]).returning(_SUPPLEMENT.c.id)
    return unit.connection.execute(once).scalar_one_or_none() is not None


def supply(unit: Unit, supplement_id: uuid.UUID, by: uuid.UUID, at: datetime, reply: Mapping[str, Any]) -> None:
    """Store what the requester answered."""
    unit.connection.execute(
        _SUPPLEMENT.update()
        .where(_SUPPLEMENT.c.id == supplement_id)
        .values(answered_by=by, answered_at=at, reply=dict(reply))
    )


def insert_ask(unit: Unit, value: ExtensionAsk) -> None:
    """Store an extension asked for."""
    unit.connection.execute(
        _ASK.insert().values(
            id=value.id,
            request_id=value.request_id,
            provider_id=value.provider_id,
            clocks=[str(one) for one in value.clocks],
            units=value.units,
            reason=value.reason,
            asked_by=value.asked_by,
            asked_at=value.asked_at,
            state=value.state,
        )
    )


def decide_ask(unit: Unit, ask_id: uuid.UUID, state: str, by: uuid.UUID | None, at: datetime, text: str = "") -> None:
    """Store what became of an extension asked for."""
    unit.connection.execute(
        _ASK.update().where(_ASK.c.id == ask_id).values(state=state, decided_by=by, decided_at=at, text=text)
    )


def find_ask(unit: Unit, ask_id: uuid.UUID, *, lock: bool = False) -> ExtensionAsk | None:
    """Return an extension asked for, held until the transaction ends with ``lock``."""
    query = sa.select(_ASK).where(_ASK.c.id == ask_id)
    row = unit.connection.execute(query.with_for_update() if lock else query).one_or_none()
    return _ask(row) if row is not None else None


def asks(
    unit: Unit,
    *,
    request_id: uuid.UUID | None = None,
    providers: Sequence[uuid.UUID] | None = None,
    state: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> tuple[tuple[ExtensionAsk, ...], int]:
    """Return a page of extensions asked for, the oldest first, and how many there are."""
    wanted: list[sa.ColumnElement[bool]] = []
    if request_id is not None:
        wanted.append(_ASK.c.request_id == request_id)
    if providers is not None:
        wanted.append(_ASK.c.provider_id.in_(providers))
    if state is not None:
        wanted.append(_ASK.c.state == state)
    total: int = unit.connection.execute(sa.select(sa.func.count()).select_from(_ASK).where(*wanted)).scalar_one()
    query = sa.select(_ASK).where(*wanted).order_by(_ASK.c.asked_at, _ASK.c.id).limit(limit).offset(offset)
    return tuple(_ask(row) for row in unit.connection.execute(query)), total


def _ask(row: sa.Row[Any]) -> ExtensionAsk:
    return ExtensionAsk(**{**row._mapping, "clocks": tuple(uuid.UUID(one) for one in row.clocks)})
