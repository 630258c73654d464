"""The SQL that keeps the city's own data elements and words; the catalogue reads what is in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from catalogue import dictionary_store, state_store, tables
from catalogue.dictionary_own import OwnElement
from catalogue.shape import decode, encode

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from catalogue.dictionary_elements import Word
    from hub.database import Unit

_OWN, _WORDS = tables.own_element, tables.element_word
IN_FORCE = dictionary_store.IN_FORCE
PROPOSED, PAST, RETURNED, RETIRED = "proposed", "past", "returned", "retired"


@dataclass(frozen=True, slots=True)
class OwnVersion:
    """One version of an own element: who proposed it, how it was decided and why."""

    code: str
    version: int
    state: str
    body: OwnElement
    member_id: uuid.UUID
    made_by: uuid.UUID
    made_at: datetime
    decided_by: uuid.UUID | None = None
    decided_at: datetime | None = None
    reason: str = ""


def _read(row: sa.Row[Any]) -> OwnVersion:
    values = dict(row._mapping)
    values["body"] = decode(OwnElement, values["body"])
    return OwnVersion(**values)


def find(unit: Unit, code: str, state: str, *, lock: bool = False) -> OwnVersion | None:
    """Return the newest version of an element in a state."""
    query = sa.select(_OWN).where(_OWN.c.code == code, _OWN.c.state == state).order_by(_OWN.c.version.desc()).limit(1)
    row = unit.connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _read(row)


def versions(
    unit: Unit, *, code: str | None = None, state: str | None = None, limit: int = 50, offset: int = 0
) -> tuple[tuple[OwnVersion, ...], int]:
    """Return a page of versions by code, the newest first, and how many there are."""
    wanted = []
    if code is not None:
        wanted.append(_OWN.c.code == code)
    if state is not None:
        wanted.append(_OWN.c.state == state)
    total: int = unit.connection.execute(sa.select(sa.func.count()).select_from(_OWN).where(*wanted)).scalar_one()
    query = sa.select(_OWN).where(*wanted).order_by(_OWN.c.code, _OWN.c.version.desc()).limit(limit).offset(offset)
    return tuple(_read(row) for row in unit.connection.execute(query)), total


def insert_version(unit: Unit, made: OwnVersion) -> None:
    """Store a proposal."""
    unit.connection.execute(
        _OWN.insert().values(
            code=made.code,
            version=made.version,
            state=made.state,
            body=cast("dict[str, object]", encode(made.body)),
            member_id=made.member_id,
            made_by=made.made_by,
            made_at=made.made_at,
            reason=made.reason,
        )
    )


def next_version(unit: Unit, code: str) -> int:
    """Return the number of the next version of an element."""
    query = sa.select(sa.func.max(_OWN.c.version)).where(_OWN.c.code == code)
    highest: int | None = unit.connection.execute(query).scalar_one()
    return (highest or 0) + 1


def settle(unit: Unit, made: OwnVersion, state: str, **values: object) -> None:
    """Move a version to a state with who decided, when and why; every search sees what is in force from now on."""
    unit.connection.execute(
        _OWN.update().where(_OWN.c.code == made.code, _OWN.c.version == made.version).values(state=state, **values)
    )
    state_store.count(unit, tables.WORDS)


def add_word(unit: Unit, element: str, word: Word, added_by: uuid.UUID, now: datetime) -> bool:
    """Store a word, which every search sees from now on; False when the city added it before."""
    statement = insert(_WORDS).values(
        element=element, word=word.text, kind=word.kind.value, added_by=added_by, added_at=now
    )
    done = statement.on_conflict_do_nothing(index_elements=["element", "word"]).returning(_WORDS.c.word)
    is_new = unit.connection.execute(done).one_or_none() is not None
    if is_new:
        state_store.count(unit, tables.WORDS)
    return is_new


def remove_word(unit: Unit, element: str, word: str) -> bool:
    """Take a word the city added away; False when there is none such."""
    gone = unit.connection.execute(_WORDS.delete().where(_WORDS.c.element == element, _WORDS.c.word == word))
    if gone.rowcount:
        state_store.count(unit, tables.WORDS)
    return gone.rowcount > 0
