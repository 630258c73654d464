"""What an answer says of records under verification: business goes on, and the reader is told (国发〔2016〕51号).

Only of rows in this very answer, and of items that the reader is given in some form: of everything else not a word.
The flags themselves come with the resource (:attr:`hub.directory.facts.Resource.flags`); where there are none, which
is nearly always, nothing here does any work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.rows.record import locate_async, within
from policies.obligations import Obligation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import psycopg

    from hub.directory.facts import Resource
    from policies.decision import Permit


def shown_duties(permit: Permit, *, is_flagged: bool) -> list[str]:
    """Return the duties of an answer: «under verification» only where a row of this answer is."""
    return [duty.value for duty in permit.obligations if is_flagged or duty is not Obligation.UNDER_VERIFICATION]


async def doubted_items(
    driver: psycopg.AsyncConnection[tuple[Any, ...]],
    resource: Resource,
    key: Mapping[str, object],
    answered: Iterable[str],
) -> list[str]:
    """Return which of the ``answered`` items of the record under ``key`` are under verification."""
    columns = list(answered)
    if not resource.flags or not columns:
        return []
    doubted: set[str] = set()
    for place in await locate_async(driver, resource.table, key):
        doubted |= resource.flags.get(place.row, frozenset())
    return [column for column in columns if column in doubted]


async def download_headers(
    driver: psycopg.AsyncConnection[tuple[Any, ...]], resource: Resource, permit: Permit, given: Iterable[str]
) -> dict[str, str]:
    """Return ``Under-Verification: rows=2; items=xingming`` for a file of all granted rows; nothing where none is.

    A file has no place for a mark on a row. Rows outside the grant's row filter are not counted.
    """
    columns = frozenset(given)
    doubted = {row: items & columns for row, items in resource.flags.items() if items & columns}
    if not doubted:
        return {}
    rows = await within(driver, resource.table, list(doubted), permit)
    if not rows:
        return {}
    items = sorted(frozenset[str]().union(*(doubted[row] for row in rows)))
    return {"Under-Verification": f"rows={len(rows)}; items={' '.join(items)}"}
