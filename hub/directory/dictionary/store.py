"""The only SQL of the city's own data elements and words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from catalogue.dictionary_elements import Word, WordKind
from catalogue.dictionary_own import OwnElement
from catalogue.shape import decode, encode
from hub.directory.dictionary import tables

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping
    from datetime import datetime

    from hub.database import Unit

_OWN, _WORDS = tables.own_element, tables.element_word
PROPOSED, IN_FORCE, PAST, RETURNED, RETIRED = "proposed", "in_force", "past", "returned", "retired"


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


def in_force(unit: Unit) -> tuple[OwnElement, ...]:
    """Return the own elements in force, by code."""
    query = sa.select(_OWN.c.body).where(_OWN.c.state == IN_FORCE).order_by(_OWN.c.code)
    return tuple(decode(OwnElement, body) for body in unit.connection.execute(query).scalars())


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
    """Move a version to a state with who decided, when and why."""
    unit.connection.execute(
        _OWN.update().where(_OWN.c.code == made.code, _OWN.c.version == made.version).values(state=state, **values)
    )


def words(unit: Unit) -> Mapping[str, tuple[Word, ...]]:
    """Return the words the city added, by element."""
    found: dict[str, list[Word]] = defaultdict(list)
    query = sa.select(_WORDS.c.element, _WORDS.c.kind, _WORDS.c.word).order_by(_WORDS.c.element, _WORDS.c.word)
    for element, kind, word in unit.connection.execute(query):
        found[element].append(Word(WordKind(kind), word))
    return {element: tuple(listed) for element, listed in found.items()}


def add_word(unit: Unit, element: str, word: Word, added_by: uuid.UUID, now: datetime) -> bool:
    """Store a word; False when the city added it before."""
    statement = insert(_WORDS).values(
        element=element, word=word.text, kind=word.kind.value, added_by=added_by, added_at=now
    )
    done = statement.on_conflict_do_nothing(index_elements=["element", "word"]).returning(_WORDS.c.word)
    return unit.connection.execute(done).one_or_none() is not None


def remove_word(unit: Unit, element: str, word: str) -> bool:
    """Take a word the city added away; False when there is none such."""
    gone = unit.connection.execute(_WORDS.delete().where(_WORDS.c.element == element, _WORDS.c.word == word))
    return gone.rowcount > 0
