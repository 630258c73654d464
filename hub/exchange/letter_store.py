"""The only SQL of the letters of answers: stored with the answer, never changed."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from hub.exchange.answering import tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from hub.database import Unit

_LETTER = tables.answer_letter


def insert(
    unit: Unit, request_id: uuid.UUID, line_id: uuid.UUID, body: Mapping[str, Any], given_at: datetime
) -> uuid.UUID:
    """Store a letter; returns its id."""
    letter_id = uuid.uuid4()
    unit.connection.execute(
        _LETTER.insert().values(
            id=letter_id, request_id=request_id, line_id=line_id, body=dict(body), given_at=given_at
        )
    )
    return letter_id


def latest(unit: Unit, request_id: uuid.UUID, line_id: uuid.UUID) -> Mapping[str, Any] | None:
    """Return the letter given last on a line; None when it has not been answered by a person."""
    query = (
        sa.select(_LETTER.c.body)
        .where(_LETTER.c.request_id == request_id, _LETTER.c.line_id == line_id)
        .order_by(_LETTER.c.given_at.desc())
        .limit(1)
    )
    found: Mapping[str, Any] | None = unit.connection.execute(query).scalar_one_or_none()
    return found
