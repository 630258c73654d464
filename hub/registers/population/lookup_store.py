"""The only SQL of the services about persons: one statement finds the persons of many questions at once.

A number that nobody has costs what a number of somebody costs: where no name is found, the row of another subject (the
decoy, chosen by a keyed digest of the number) is read in its place and thrown away. Every function takes the permits
the questions rest on: without one nothing is read (promise 1).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence
    from datetime import date

    import psycopg

    from hub.database import Unit
    from policies.decision import Permit

    Driver = psycopg.AsyncConnection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One person wanted: every form the name can be stored as, its kind, the decoy, the permit it rests on."""

    permit: Permit
    forms: tuple[str, ...] = field(repr=False)
    kind: str
    decoy: int


@dataclass(frozen=True, slots=True)
class Person:
    """What the register holds under a name; for nobody, ``is_found`` is false and the values are another's.

    ``is_current``: the name is right today (a former number is not). ``is_protected`` holds for names the register
    does not know, too.
    """

    id: int
    is_found: bool
    is_current: bool
    is_protected: bool
    values: Mapping[str, str] = field(repr=False)
    doubted: frozenset[str]


FORMER: Final = "former_number"
NUMBER: Final = "number"
_FIND: Final = """
WITH q AS (SELECT * FROM unnest(%s::int[], %s::text[], %s::text[], %s::bigint[]) AS q(n, form, kind, decoy)),
 a AS (SELECT q.n, q.form, q.decoy, f.subject, coalesce(f.kind <> 'former_number' AND (f.until IS NULL OR f.until > %s),
   false) AS is_current
   FROM q LEFT JOIN LATERAL (SELECT x.subject, x.kind, x.until FROM hub.population_alias x
     WHERE x.form = q.form AND (x.kind = q.kind OR (x.kind = 'former_number' AND q.kind = 'number'))
     ORDER BY x.kind = 'former_number' LIMIT 1) f ON true)
SELECT a.n, a.subject, a.is_current, s.is_protected,
  EXISTS (SELECT FROM hub.population_protected p WHERE p.form = a.form AND p.lifted_at IS NULL
    AND (p.until IS NULL OR p.until > %s)), {values}, s.doubted
FROM a LEFT JOIN hub.population_subject s ON s.id = coalesce(a.subject, a.decoy)
"""
_FIND_WHOLE: Final = _FIND.replace("{values}", "s.values")
_FIND_ONE: Final = _FIND.replace(
    "{values}", "CASE WHEN s.values = '{}' THEN s.values ELSE jsonb_build_object(%s::text, s.values ->> %s) END"
)
NOBODY: Final = Person(0, is_found=False, is_current=False, is_protected=False, values={}, doubted=frozenset())


async def find(driver: Driver, wanted: Sequence[Wanted], today: date, *, only: str | None = None) -> list[Person]:
    """Return the person of each question, in order, in one statement; with the value of one element, or all."""
    places = [place for place, one in enumerate(wanted) for _ in one.forms]
    forms = [form for one in wanted for form in one.forms]
    kinds = [one.kind for one in wanted for _ in one.forms]
    decoys = [one.decoy for one in wanted for _ in one.forms]
    asked = (places, forms, kinds, decoys, today, today)
    cursor = await driver.execute(
        _FIND_WHOLE if only is None else _FIND_ONE, asked if only is None else (*asked, only, only), prepare=True
    )
    found: list[Person] = [NOBODY] * len(wanted)
    for row in await cursor.fetchall():
        known = found[row[0]]
        if not known.is_found:
            found[row[0]] = _person(row, known)
    return found


def _person(row: Sequence[Any], known: Person) -> Person:
    """Return the person of a row; where a number has several forms, protection under one holds for all."""
    _, subject, is_current, is_marked, is_listed, values, doubted = row
    is_found = subject is not None and bool(values)
    is_protected = known.is_protected or is_listed or (subject is not None and bool(is_marked))
    said = {code: value for code, value in (values or {}).items() if value is not None}
    return Person(subject or 0, is_found, bool(is_current), is_protected, said, frozenset(doubted or ()))


_KIN: Final = """
SELECT l.kind, l.subject, l.other, l.other_form, l.since FROM hub.population_link l
WHERE l.subject = ANY(%s) AND l.kind = ANY(%s) AND l.closed_push IS NULL
  AND (l.since IS NULL OR l.since <= %s) AND (l.until IS NULL OR l.until > %s)
"""


@dataclass(frozen=True, slots=True)
class Bond:
    """One bond that stands: of whom, to whom (None: not in the register), under which form, since when."""

    kind: str
    subject: int
    other: int | None
    form: str | None = field(repr=False)
    since: date | None


async def bonds(
    driver: Driver, permit: Permit, persons: Sequence[int], kinds: Sequence[str], today: date
) -> list[Bond]:
    """Return the bonds of persons that stand today; ``permit`` is what the question rests on."""
    del permit  # held by the caller; the parameter makes a call without one impossible
    cursor = await driver.execute(_KIN, (list(persons), list(kinds), today, today), prepare=True)
    return [Bond(*row) for row in await cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class State:
    """The register as services need it: its switch, its entry's name, the telephone for persons, the largest id."""

    is_on: bool
    entry: str | None
    telephone: str
    largest: int
    keeper: uuid.UUID | None


def state(unit: Unit) -> State:
    """Return the state of the register."""
    row = unit.driver.execute(
        "SELECT r.is_on, e.name, k.telephone, k.member_id FROM (SELECT 1) AS one"
        " LEFT JOIN hub.register r ON r.code = 'population' LEFT JOIN hub.entry e ON e.id = r.entry_id"
        " LEFT JOIN hub.population_keeper k ON k.register = 'population'"
    ).fetchone()
    top = unit.driver.execute("SELECT max(id) FROM hub.population_subject").fetchone()
    is_on, entry, telephone, keeper = row if row is not None else (False, None, None, None)
    return State(bool(is_on), entry, telephone or "", int((top or (0,))[0] or 0), keeper)


_CLAIMS: Final = """
SELECT s.kind, m.name, c.push, c.event_at, c.loaded_at, c.values, s.ranks
FROM hub.population_claim c JOIN hub.register_source s ON s.id = c.source
JOIN hub.entry e ON e.id = s.entry_id JOIN hub.member m ON m.id = e.provider_id
WHERE c.subject = %s AND c.closed_push IS NULL ORDER BY c.event_at, c.id
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one source says of a person, with its push, both times, and the authority rank of each element."""

    kind: str
    source: str
    push: int
    event_at: Any
    loaded_at: Any
    values: Mapping[str, str] = field(repr=False)
    ranks: Mapping[str, int]


async def claims(driver: Driver, permit: Permit, person: int) -> list[Claim]:
    """Return the claims about a person that stand, in the order in which they happened."""
    del permit  # as in :func:`bonds`
    cursor = await driver.execute(_CLAIMS, (person,), prepare=True)
    return [Claim(*row) for row in await cursor.fetchall()]


def claims_of(unit: Unit, permit: Permit, person: int) -> list[Claim]:
    """Return the claims about a person that stand, in the transaction of ``unit``."""
    del permit  # as in :func:`bonds`
    return [Claim(*row) for row in unit.driver.execute(_CLAIMS, (person,)).fetchall()]
