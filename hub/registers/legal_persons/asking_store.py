"""SQL of the services about representatives: one statement each on an async connection, by the indexes of the links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import psycopg

    Driver = psycopg.AsyncConnection[tuple[Any, ...]]

_REPRESENTS: Final = (
    "SELECT EXISTS (SELECT 1 FROM hub.legal_persons_alias a JOIN hub.legal_persons_link l ON l.subject = a.subject"
    " WHERE a.form = %(code)s AND a.kind = ANY(%(kinds)s)"
    " AND l.kind = 'representative' AND l.other_form = %(person)s AND l.closed_push IS NULL"
    " AND (l.since IS NULL OR l.since <= %(day)s) AND (l.until IS NULL OR l.until > %(day)s))"
)
_REPRESENTED: Final = (
    "SELECT count(*) OVER (), s.id, s.values FROM (SELECT DISTINCT l.subject FROM hub.legal_persons_link l"
    " WHERE l.kind = 'representative' AND l.other_form = %(person)s AND l.closed_push IS NULL"
    " AND (l.since IS NULL OR l.since <= %(day)s) AND (l.until IS NULL OR l.until > %(day)s)) b"
    " JOIN hub.legal_persons_subject s ON s.id = b.subject AND NOT s.is_protected"
    " ORDER BY s.id LIMIT %(most)s"
)
_KINDS: Final = ["credit_code", "organisation_code", "registration_number"]


async def represents(driver: Driver, code: str, pseudonym: str, day: date) -> bool:
    """Say whether the person of a pseudonym represents the body of a code on a day."""
    asked = {"code": code, "kinds": _KINDS, "person": pseudonym, "day": day}
    row = await (await driver.execute(_REPRESENTS, asked, prepare=True)).fetchone()
    return row is not None and bool(row[0])


async def represented_by(
    driver: Driver, pseudonym: str, day: date, most: int
) -> tuple[int, dict[int, Mapping[str, str]]]:
    """Return how many bodies a person represents on a day, and the values of the first ``most`` by subject."""
    cursor = await driver.execute(_REPRESENTED, {"person": pseudonym, "day": day, "most": most}, prepare=True)
    rows = await cursor.fetchall()
    return (int(rows[0][0]) if rows else 0), {row[1]: row[2] for row in rows}
