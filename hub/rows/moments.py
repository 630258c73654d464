"""A version by its time: ``as_of`` a date or a time becomes the number of the version that stood then.

A date means the end of that day in Beijing, a time without a zone is Beijing time. What is asked of a version that
the retention policy removed is answered by saying so. Zhengzhou Art. 19.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hub.rows.errors import MomentError

if TYPE_CHECKING:
    import uuid

    from hub.database import Unit
    from hub.rows.query import Query
    from hub.rows.store import AsyncDriver

BEIJING = ZoneInfo("Asia/Shanghai")
LARGEST = 2**53
_DATE_LENGTH = 10
_NUMBER_AT = b"SELECT max(number) FROM hub.push WHERE entry_id = %s AND merged_at <= %s"


def parse_moment(text: str) -> int | datetime:
    """Return a version number, or an aware time: of a date the last moment of its day.

    Raises:
        MomentError: it is neither.

    """
    if text.isascii() and text.isdigit():
        number = int(text) if len(text) <= len(str(LARGEST)) else 0
        if not 1 <= number <= LARGEST:
            raise MomentError
        return number
    try:
        if len(text) == _DATE_LENGTH:
            day = date.fromisoformat(text)
            return datetime.combine(day + timedelta(days=1), time(), BEIJING) - timedelta(microseconds=1)
        # A plus sign that was not written as %2B arrives as a blank.
        found = datetime.fromisoformat(text.replace(" ", "+") if text.count(" ") == 1 and "T" in text else text)
    except (ValueError, OverflowError):
        raise MomentError from None
    return found if found.tzinfo is not None else found.replace(tzinfo=BEIJING)


def number_at(unit: Unit, entry_id: uuid.UUID, moment: datetime) -> int:
    """Return the version that stood at a time (raises :class:`MomentError` where there was none yet)."""
    return _there(unit.driver.execute(_NUMBER_AT, (entry_id, moment)).fetchone())


def settled(unit: Unit, query: Query) -> Query:
    """Return the query with its version as a number (raises :class:`MomentError`)."""
    if query.moment is None:
        return query
    return replace(query, as_of=number_at(unit, query.resource, query.moment), moment=None)


async def settled_async(connection: AsyncDriver, query: Query) -> Query:
    """Do the same on an async connection in autocommit."""
    if query.moment is None:
        return query
    cursor = await connection.execute(_NUMBER_AT, (query.resource, query.moment), prepare=True)
    return replace(query, as_of=_there(await cursor.fetchone()), moment=None)


def _there(row: tuple[int | None, ...] | None) -> int:
    number = row[0] if row is not None else None
    if number is None:
        raise MomentError(earlier=True)
    return number
