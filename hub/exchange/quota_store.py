"""The only SQL of quotas: one statement counts, checks and, where given, stores the receipt with it.

The limits are constraints of the counted row (:mod:`hub.exchange.metering.tables`): however many callers count at
once, and whichever process they are in, no use beyond a limit can be stored, and no half of one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import sqlalchemy as sa

from hub.exchange.metering import tables

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence
    from datetime import date

    from hub.database import Unit
    from hub.exchange.quotas import Account, Charge, Used
    from hub.ledger.drafts import ReceiptDraft
    from hub.ledger.writer import ReceiptWriter

    AsyncDriver = psycopg.AsyncConnection[tuple[Any, ...]]

_FRESH = (
    "fresh AS (INSERT INTO hub.grant_subject (grant_id, day, digest)"
    " SELECT %s, %s, given FROM unnest(%s::bytea[]) AS given"
    " ON CONFLICT (grant_id, day, digest) DO NOTHING RETURNING 1) "
)
_COUNTED = (
    "INSERT INTO hub.grant_quota AS q"
    " (grant_id, day, calls, rows, subjects, calls_limit, rows_limit, subjects_limit)"
    " VALUES (%s, %s, %s, %s, (SELECT count(*) FROM fresh), %s, %s, %s)"
    " ON CONFLICT (grant_id, day) DO UPDATE SET"
    " calls = q.calls + excluded.calls, rows = q.rows + excluded.rows, subjects = q.subjects + excluded.subjects,"
    " calls_limit = excluded.calls_limit, rows_limit = excluded.rows_limit, subjects_limit = excluded.subjects_limit"
    " RETURNING calls, rows, subjects"
)
CHARGE_SQL = _FRESH + _COUNTED
"""To stand after ``WITH``, alone or behind the CTE of a receipt."""
_ALONE = "WITH " + CHARGE_SQL
_NAMES = ("calls", "rows", "subjects")
_PREFIX = "ck_grant_quota_"


class LimitReachedError(Exception):
    """The database did not take a count: ``name`` is the quota it would have broken. Never leaves this package."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _parameters(account: Account, charge: Charge) -> tuple[Any, ...]:
    limits = (account.limits.get(name) for name in _NAMES)
    place = (account.grant_id, account.day)
    return (*place, list(charge.subjects), *place, charge.calls, charge.rows, *limits)


def _reached(error: psycopg.errors.CheckViolation) -> LimitReachedError | None:
    name = error.diag.constraint_name or ""
    return LimitReachedError(name.removeprefix(_PREFIX)) if name.startswith(_PREFIX) else None


def _used(row: tuple[Any, ...] | None) -> Used:
    return dict(zip(_NAMES, (0, 0, 0) if row is None else map(int, row), strict=True))


async def charge_async(driver: AsyncDriver, account: Account, charge: Charge) -> Used:
    """Count a use on an autocommit connection: durable when this returns.

    Raises:
        LimitReachedError: a quota would be exceeded; nothing was counted.
    """
    try:
        row = await (await driver.execute(_ALONE, _parameters(account, charge), prepare=True)).fetchone()
    except psycopg.errors.CheckViolation as error:
        raise _reached(error) or error from error
    return _used(row)


async def charge_with_receipt(
    driver: AsyncDriver, writer: ReceiptWriter, draft: ReceiptDraft, account: Account, charge: Charge
) -> Used:
    """Count a use and store its receipt in one statement: both are durable when this returns, or neither.

    Raises:
        LimitReachedError: a quota would be exceeded; nothing was stored.
        ReceiptWriteError: it could not be stored: do not answer.
    """
    try:
        row = await writer.write_joined_async(driver, draft, CHARGE_SQL, _parameters(account, charge))
    except psycopg.errors.CheckViolation as error:
        raise _reached(error) or error from error
    return _used(row)


async def charge_with_receipts(
    driver: AsyncDriver, writer: ReceiptWriter, drafts: Sequence[ReceiptDraft], account: Account, charge: Charge
) -> Used:
    """Count the uses of one grant together and store their receipts in one statement: durable when this returns.

    Raises:
        LimitReachedError: a quota would be exceeded; nothing was stored.
        ReceiptWriteError: it could not be stored: answer none of them.
    """
    try:
        row = await writer.write_many_async(driver, drafts, CHARGE_SQL, _parameters(account, charge))
    except psycopg.errors.CheckViolation as error:
        raise _reached(error) or error from error
    return _used(row)


def charge(unit: Unit, account: Account, charge: Charge) -> Used:
    """Count a use in the transaction of ``unit``; a caller that catches the error must leave the transaction.

    Raises:
        LimitReachedError: a quota would be exceeded.
    """
    try:
        with unit.driver.transaction():
            row = unit.driver.execute(_ALONE, _parameters(account, charge), prepare=True).fetchone()
    except psycopg.errors.CheckViolation as error:
        raise _reached(error) or error from error
    return _used(row)


_USED = "SELECT calls, rows, subjects FROM hub.grant_quota WHERE grant_id = %s AND day = %s"


async def used_async(driver: AsyncDriver, grant_id: uuid.UUID, day: date) -> Used:
    """Return what is used of a day."""
    return _used(await (await driver.execute(_USED, (grant_id, day), prepare=True)).fetchone())


def used(unit: Unit, grant_id: uuid.UUID, day: date) -> Used:
    """Return what is used of a day."""
    return _used(unit.driver.execute(_USED, (grant_id, day)).fetchone())


def forget_before(unit: Unit, day: date) -> int:
    """Delete the subjects and counts of the days before ``day``; returns how many subjects."""
    gone = unit.connection.execute(sa.delete(tables.grant_subject).where(tables.grant_subject.c.day < day)).rowcount
    unit.connection.execute(sa.delete(tables.grant_quota).where(tables.grant_quota.c.day < day))
    return int(gone)
