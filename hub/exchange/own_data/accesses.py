"""Who looked at my data (谁查过我): organs, purposes, legal bases, times and items, without the names of officers.

From the receipts: those about this very person or body, and beside them the organs that took many records at once. What
lawfully is withheld for a time (:mod:`hub.exchange.own_data.delays`) is left out and never counted; that there may be
such is said to everybody alike. 个人信息保护法 Art. 17-18, 35, 44; 政务数据共享条例 Art. 29 (kept three years).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from hub.exchange import subjects
from hub.exchange.own_data import store
from hub.exchange.own_data.records import BASIS, PURPOSE, key_item, places
from hub.ledger.drafts import ReceiptKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from hub.context import Context
    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.exchange.own_data.persons import Acting
    from hub.exchange.own_data.store import Access, WholeAccess

KEPT: Final = timedelta(days=3 * 366)
"""How far back is told: the least time records of use are kept (政务数据共享条例 Art. 29)."""
WITHHELD_ZH: Final = (
    "依照法律规定，侦查、监察、反洗钱等部分查询可能暂不告知或不予告知"
    "（个人信息保护法第十八条、第三十五条），此处不显示其有无和数量。"
)
WITHHELD_EN: Final = (
    "By law some accesses (criminal, supervisory, anti-money-laundering inquiries) may be told later or not at all"
    " (个人信息保护法 Art. 18, 35); whether there are any, and how many, is not shown here."
)


@dataclass(frozen=True, slots=True)
class Looked:
    """One look: when, which organ (None: oneself), at which resource, what for, on what basis, which items."""

    at: datetime
    organ: str | None
    resource: Resource
    kind: str
    purpose: str
    legal_basis: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LookedWhole:
    """An organ that took many records of a resource at once: what for, how often, from when to when."""

    organ: str
    resource: Resource
    purpose: str
    times: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Accesses:
    """One page of looks, the total that may be told, and the organs that took many records at once."""

    looked: tuple[Looked, ...]
    total: int
    whole: tuple[LookedWhole, ...]


def accesses(
    context: Context, unit: Unit, resources: Iterable[Resource], acting: Acting, *, limit: int = 50, offset: int = 0
) -> Accesses:
    """Return who looked at the person's or body's records; the look itself leaves a receipt."""
    digests: list[str] = []
    mine: dict[str, Resource] = {}
    by_id: dict[str, Resource] = {}
    for resource in resources:
        item = key_item(resource, acting)
        if item is None:
            continue
        by_id[str(resource.id)] = resource
        digests.append(subjects.subject_digest(context.writer, resource, {item.column: acting.number}))
        if places(unit, resource, acting):
            mine[str(resource.id)] = resource
    since, today = context.now() - KEPT, context.today()
    found, total = store.accesses(unit, digests, since, today, limit=limit, offset=offset)
    whole = store.whole_accesses(unit, [one.id for one in mine.values()], since, today)
    names = store.member_names(
        unit, {one.member_id for one in found if one.member_id} | {one.member_id for one in whole}
    )
    context.record(
        unit,
        ReceiptKind.QUERY,
        action="own.accesses",
        door="citizen",
        mode=acting.requester.kind.value,
        purpose=PURPOSE,
        legal_basis=BASIS,
        rows=len(found),
        outcome="delivered",
    )
    return Accesses(
        tuple(_looked(one, by_id[one.entry_id], names) for one in found if one.entry_id in by_id),
        total,
        tuple(_whole(one, mine[one.entry_id], names) for one in whole if one.entry_id in mine),
    )


def _looked(one: Access, resource: Resource, names: dict[str, str]) -> Looked:
    columns: list[str] = []
    for field in ("items_returned", "items_masked", "items_verified"):
        value = one.content.get(field)
        columns += [str(column) for column in value] if isinstance(value, list) else []
    by_column = {item.column: item.name for item in resource.entry.items}
    organ = names.get(one.member_id, "") if one.member_id is not None else None
    return Looked(
        one.at,
        organ,
        resource,
        one.kind,
        str(one.content.get("purpose", "")),
        str(one.content.get("legal_basis", "")),
        tuple(by_column.get(column, column) for column in columns),
    )


def _whole(one: WholeAccess, resource: Resource, names: dict[str, str]) -> LookedWhole:
    return LookedWhole(names.get(one.member_id, ""), resource, one.purpose or "", one.times, one.first, one.last)
