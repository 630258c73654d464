"""Receipts of concurrent answers are stored together, with what they cost: durable before the first byte of any.

The same promise as :func:`hub.exchange.use.deliver` (no answer without a receipt, no use beyond a quota), with one
commit for all who wait at a moment. Where a quota would be exceeded within a group, each of the group is stored alone,
so that nobody pays for another. 政务数据共享条例 Art. 25, 27, 29.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hub.exchange import quota_store, quotas
from hub.exchange.quotas import Charge
from hub.exchange.use import digests_of, left_of, over
from hub.registers.population.grouping import Failed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.database import Database
    from hub.exchange.quotas import Account, Used
    from hub.exchange.use import Permitted
    from hub.ledger.drafts import ReceiptDraft
    from hub.ledger.writer import ReceiptWriter
    from hub.registers.population.desk import Asker
    from hub.registers.population.lookup_store import Driver


@dataclass(frozen=True, slots=True)
class Delivery:
    """The receipts of one answer, the account they are charged to (None: no quota), and the charge."""

    drafts: tuple[ReceiptDraft, ...]
    account: Account | None
    charge: Charge


async def store(database: Database, writer: ReceiptWriter, wanted: Sequence[Delivery]) -> list[Used | Failed]:
    """Store the receipts of a group; returns what is used of each account afterwards, or why one was not stored."""
    async with database.connection() as driver:
        by_account: dict[tuple[object, ...], list[int]] = {}
        for place, one in enumerate(wanted):
            key = () if one.account is None else (one.account.grant_id, one.account.day)
            by_account.setdefault(key, []).append(place)
        results: list[Used | Failed] = [{}] * len(wanted)
        for places in by_account.values():
            group = [wanted[place] for place in places]
            for place, result in zip(places, await _store_group(driver, writer, group), strict=True):
                results[place] = result
        return results


async def _store_group(driver: Driver, writer: ReceiptWriter, group: Sequence[Delivery]) -> list[Used | Failed]:
    """Store the receipts of one account: together, or one by one where together would be too much."""
    account = group[0].account
    drafts = [draft for one in group for draft in one.drafts]
    if account is None:
        await writer.write_many_async(driver, drafts)
        return [{}] * len(group)
    together = Charge(
        sum(one.charge.calls for one in group),
        sum(one.charge.rows for one in group),
        tuple(sorted({digest for one in group for digest in one.charge.subjects})),
    )
    try:
        used = await quota_store.charge_with_receipts(driver, writer, drafts, account, together)
    except quota_store.LimitReachedError as error:
        if len(group) == 1:
            return [Failed(error)]
        return [(await _store_group(driver, writer, [one]))[0] for one in group]
    return [used] * len(group)


async def delivered(
    asker: Asker, found: Permitted, drafts: Sequence[ReceiptDraft], subjects: Sequence[str], charge: Charge
) -> Permitted:
    """Wait until the receipts of an answer are durable; returns what is left of the quotas.

    Raises:
        QuotaExceededError: it would be too much: nothing may be given; the denial's receipt is written instead.
        ReceiptWriteError: they could not be stored: do not answer.

    """
    account = quotas.account_of(found.grant, asker.context.now())
    if account is None:
        await asker.desk.receipts.done(Delivery(tuple(drafts), None, charge))
        return found
    charge = replace(charge, subjects=digests_of(asker.context, asker.standing, account, subjects))
    try:
        used = await asker.desk.receipts.done(Delivery(tuple(drafts), account, charge))
    except quota_store.LimitReachedError as error:
        async with asker.desk.database.connection() as driver:
            raise await over(asker.use(driver), found.fields, account, error.name) from None
    return replace(found, left=left_of(asker.standing, account, used))
