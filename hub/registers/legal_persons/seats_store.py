"""SQL of the seats of bodies: texts that follow the register, matches in pages, bodies at an address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from catalogue.addresses import Level
from hub.registers.legal_persons.names import like
from hub.registers.legal_persons.store import REGISTER, NameHit
from hub.registers.legal_persons.tables import (
    legal_persons_name,
    legal_persons_seat,
    legal_persons_seat_mark,
    legal_persons_seat_state,
)
from hub.registers.tables import SUBJECTS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from hub.database import Unit

_SUBJECT: Final = SUBJECTS[REGISTER].subject
_IDS: Final = ARRAY(sa.BigInteger)
_INDIVIDUAL: Final = "92"
"""Positions 1-2 of the code of an individual business; a test holds it against the kinds."""
_PUT_TEXT: Final = """
INSERT INTO hub.legal_persons_seat AS had (subject, text, is_street_only, state, outcome)
VALUES (%s, %s, %s, 0, 'waiting')
ON CONFLICT (subject) DO UPDATE SET text = excluded.text, is_street_only = excluded.is_street_only, state = 0,
    outcome = 'waiting', reason = NULL, address = NULL, level = NULL, score = NULL, equals = NULL, relation = NULL,
    rests_on = NULL, matched_at = NULL
WHERE (had.text, had.is_street_only) <> (excluded.text, excluded.is_street_only)
"""
_PUT_VERDICT: Final = """
UPDATE hub.legal_persons_seat SET state = %s, matched_at = %s, outcome = %s, reason = %s, address = %s, level = %s,
    score = %s, equals = %s, relation = %s, rests_on = %s
WHERE subject = %s
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of matching one seat, as it is kept; ``reason`` None: an address is named.

    ``rests_on`` are the addresses whose names led to the match, the one that is named among them.
    """

    outcome: str
    reason: str | None = None
    address: str | None = None
    level: int | None = None
    score: float | None = None
    equals: int | None = None
    relation: str | None = None
    rests_on: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ChangedSeat:
    """A body that changed: the number of the change, its registered address (None: none is told any more), its code."""

    subject: int
    changed: int
    text: str | None
    code: str


@dataclass(frozen=True, slots=True)
class Text:
    """The registered address of a body; ``is_street_only``: what stands before the door alone is public."""

    subject: int
    text: str
    is_street_only: bool


@dataclass(frozen=True, slots=True)
class Seat:
    """The seat of a body: its text, what came of it, when, against which load, and what was hidden then."""

    subject: int
    text: str
    is_street_only: bool
    verdict: Verdict
    matched_at: datetime | None
    load: int | None
    hidden: frozenset[int]


@dataclass(frozen=True, slots=True)
class State:
    """A state of the public register of addresses: the last load, the lists of divisions, what was hidden."""

    load: int
    divisions: str
    hidden: tuple[int, ...]
    least_score: float


def mark(unit: Unit) -> tuple[int, int]:
    """Return how far the texts follow the register, and keep others from following at the same time."""
    unit.connection.execute(
        sa.text("INSERT INTO hub.legal_persons_seat_mark VALUES (true, 0, 0) ON CONFLICT (is_the_only) DO NOTHING")
    )
    row = unit.connection.execute(sa.select(legal_persons_seat_mark).with_for_update()).one()
    return row.changed, row.subject


def set_mark(unit: Unit, changed: int, subject: int) -> None:
    """Note how far the texts follow."""
    unit.connection.execute(sa.update(legal_persons_seat_mark).values(changed=changed, subject=subject))


def changed_after(unit: Unit, changed: int, subject: int, limit: int) -> list[ChangedSeat]:
    """Return bodies that changed after a mark, in the order of their changes; of a protected one no text."""
    table = _SUBJECT.c
    text = sa.case((sa.not_(table.is_protected), table["values"]["L011"].astext))
    query = (
        sa.select(table.id, table.changed, text, sa.func.coalesce(table["values"]["L001"].astext, ""))
        .where(sa.tuple_(table.changed, table.id) > sa.tuple_(sa.literal(changed), sa.literal(subject)))
        .order_by(table.changed, table.id)
        .limit(limit)
    )
    return [ChangedSeat(*row) for row in unit.connection.execute(query)]


def put_texts(unit: Unit, texts: Sequence[Text], gone: Collection[int]) -> None:
    """Keep these texts, a new one as waiting, and forget the seats of bodies that have none any more."""
    table = legal_persons_seat.c
    unit.connection.execute(sa.delete(legal_persons_seat).where(table.subject == sa.any_(sa.literal(list(gone), _IDS))))
    if texts:
        rows = [(one.subject, one.text, one.is_street_only) for one in texts]
        unit.driver.cursor().executemany(_PUT_TEXT, rows)


def newest_state(unit: Unit) -> tuple[int, State] | None:
    """Return number and content of the last state of the addresses; None before the first."""
    table = legal_persons_seat_state.c
    row = unit.connection.execute(
        sa.select(table.number, table.load, table.divisions, table.hidden, table.least_score)
        .order_by(table.number.desc())
        .limit(1)
    ).first()
    return None if row is None else (row[0], State(row[1], row[2], tuple(row[3]), row[4]))


def add_state(unit: Unit, number: int, state: State, now: datetime) -> None:
    """Note a new state: every seat is matched anew against it, in pages."""
    unit.connection.execute(
        sa.insert(legal_persons_seat_state).values(
            number=number,
            load=state.load,
            divisions=state.divisions,
            hidden=list(state.hidden),
            least_score=state.least_score,
            since=now,
        )
    )


def has_seats(unit: Unit) -> bool:
    """Whether any body has a seat that may be matched."""
    return unit.connection.execute(sa.select(legal_persons_seat.c.subject).limit(1)).first() is not None


def behind(unit: Unit, number: int, limit: int) -> list[Text]:
    """Return seats that were matched against an earlier state than ``number``: those never matched, then the oldest."""
    table = legal_persons_seat.c
    query = (
        sa.select(table.subject, table.text, table.is_street_only)
        .where(table.state < number)
        .order_by(table.state, table.subject)
        .limit(limit)
    )
    return [Text(*row) for row in unit.connection.execute(query)]


def count_behind(unit: Unit) -> int:
    """Return how many seats are not matched against the last state that is known."""
    newest = sa.select(sa.func.coalesce(sa.func.max(legal_persons_seat_state.c.number), 1)).scalar_subquery()
    query = sa.select(sa.func.count()).select_from(legal_persons_seat).where(legal_persons_seat.c.state < newest)
    return int(unit.connection.execute(query).scalar_one())


def put_verdicts(unit: Unit, number: int, verdicts: Sequence[tuple[int, Verdict]], now: datetime) -> None:
    """Write what came of matching seats against a state."""
    rows = [
        (number, now, one.outcome, one.reason, one.address, one.level, one.score, one.equals, one.relation,
         None if one.rests_on is None else list(one.rests_on), subject)
        for subject, one in verdicts
    ]  # fmt: skip
    if rows:
        unit.driver.cursor().executemany(_PUT_VERDICT, rows)


def seats(unit: Unit, ids: Collection[int]) -> list[Seat]:
    """Return the seats of bodies; one that has none is absent."""
    seat, state = legal_persons_seat.c, legal_persons_seat_state.c
    query = (
        sa.select(legal_persons_seat, state.load, state.hidden)
        .join_from(legal_persons_seat, legal_persons_seat_state, state.number == seat.state, isouter=True)
        .where(seat.subject == sa.any_(sa.literal(list(ids), _IDS)))
    )
    return [
        Seat(
            row.subject,
            row.text,
            row.is_street_only,
            Verdict(
                row.outcome,
                row.reason,
                row.address,
                row.level,
                row.score,
                row.equals,
                row.relation,
                None if row.rests_on is None else tuple(row.rests_on),
            ),
            row.matched_at,
            row.load,
            frozenset(row.hidden or ()),
        )
        for row in unit.connection.execute(query)
    ]


def _at(address: str, hidden: Sequence[int], parts: Sequence[str]) -> sa.Select[Any]:
    """Return the statement of the bodies whose seat is an address, and was matched with no more than is public now."""
    seat, subject, state = legal_persons_seat.c, _SUBJECT.c, legal_persons_seat_state.c
    said = subject["values"]
    states = sa.select(state.number).where(state.hidden.contains(sa.cast(list(hidden), ARRAY(sa.Integer))))
    is_individual = sa.func.coalesce(said["L001"].astext.startswith(_INDIVIDUAL), sa.false())
    query = (
        sa.select(seat.subject, said["L002"].astext.label("name"), said.label("values"), subject.doubted)
        .join_from(legal_persons_seat, _SUBJECT, subject.id == seat.subject)
        .where(
            seat.address == address,
            seat.relation.is_(None),
            seat.state.in_(states),
            seat.text == said["L011"].astext,
            seat.is_street_only == is_individual,
            sa.not_(subject.is_protected),
        )
    )
    for part in parts:
        name = legal_persons_name.c
        held = sa.exists().where(name.subject == seat.subject, name.is_current, name.form.like(like(part)))
        query = query.where(held)
    return query


def count_at(unit: Unit, address: str, hidden: Sequence[int], parts: Sequence[str], most: int) -> int:
    """Return how many bodies have their seat at an address, counting no further than ``most``."""
    inner = _at(address, hidden, parts).limit(most).subquery()
    return int(unit.connection.execute(sa.select(sa.func.count()).select_from(inner)).scalar_one())


def page_at(
    unit: Unit, address: str, hidden: Sequence[int], parts: Sequence[str], page: tuple[int, int]
) -> list[NameHit]:
    """Return a page = (offset, limit) of the bodies at an address, in the order in which they came in."""
    query = _at(address, hidden, parts).order_by(legal_persons_seat.c.subject).offset(page[0]).limit(page[1])
    return [
        NameHit(row.subject, row.name or "", True, row._mapping["values"], frozenset(row.doubted))  # noqa: FBT003
        for row in unit.connection.execute(query)
    ]


def counts(unit: Unit) -> Mapping[str, int]:
    """Return how many seats there are of each outcome: links by level, refusals by reason, what waits or is behind."""
    table = legal_persons_seat.c
    query = sa.select(table.outcome, table.level, table.reason, sa.func.count())
    grouped = query.group_by(table.outcome, table.level, table.reason).order_by(table.outcome, table.level)
    found = {}
    for outcome, level, reason, number in unit.connection.execute(grouped):
        more = Level(level).word if level is not None else reason
        found[f"seat.{outcome}" if more in {None, outcome} else f"seat.{outcome}.{more}"] = int(number)
    if found:
        found["seat.behind"] = count_behind(unit)
    return found
