"""The gaps of a supply duty: owed but no entry, an entry without these items, no push within the cycle. Pure.

Zhengzhou Art. 19: the platform measures each delivery against what is owed. The longest time between two pushes is
the ``default_stale_after`` of the cycle (catalogue_update_cycle); what is due within a day or less is measured by
days here. An interface that a department runs itself is asked at each use and needs no push.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from catalogue.code_lists import load_code_list
from catalogue.subjects import same_item
from hub.directory.duties.states import DutyState
from policies.text import Text
from policies.workdays import add_months, local_day

if TYPE_CHECKING:
    from hub.directory.duties.store import DutyRow, Supply

FIRST_PUSH_DAYS: Final = 30
"""Days until the first push of what has no cycle: irregular, static, other."""
_PERIOD: Final = re.compile(r"P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<days>\d+)D)?(?:T.+)?")


class Gap(StrEnum):
    """What is missing."""

    NO_ENTRY = "no_entry"
    ITEMS_MISSING = "items_missing"
    NO_PUSH = "no_push"


GAP_NAMES: Final = {
    Gap.NO_ENTRY: Text("应供未编目", "owed, no entry"),
    Gap.ITEMS_MISSING: Text("条目缺少应供信息项", "entry without items owed"),
    Gap.NO_PUSH: Text("未按周期推送", "no push within the cycle"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A gap: what is missing, in words, and since when. ``items`` are the names of items that are missing."""

    gap: Gap
    zh: str
    en: str
    since: date
    items: tuple[str, ...] = ()


def cycle_end(cycle: str, start: date) -> date | None:
    """Return the last day of the cycle that begins on a day; None for a cycle without a length."""
    row = load_code_list("catalogue_update_cycle").rows.get(cycle)
    stale = row.extra["default_stale_after"] if row is not None else ""
    match = _PERIOD.fullmatch(stale) if stale else None
    if match is None:
        return None
    months = int(match["years"] or 0) * 12 + int(match["months"] or 0)
    if months:
        return add_months(start, months)
    return start + timedelta(days=int(match["days"] or 1))


def period_start(duty: DutyRow, since: date, today: date) -> date:
    """Return when the present cycle of a gap began, counted from the day it opened: it is told once in each."""
    start = since
    while (end := cycle_end(duty.update_cycle, start) or add_months(start, 1)) < today:
        start = end
    return start


def columns_of(duty: DutyRow, supply: Supply) -> dict[str, str]:
    """Return which column of the entry each item owed is: as the unit answered, else by name, alias or synonym."""
    items = [one for one in supply.body.get("items", ()) if one["column"] not in supply.stopped]
    present = {str(one["column"]) for one in items}
    found: dict[str, str] = {}
    for owed in duty.items:
        if duty.columns.get(owed) in present:
            found[owed] = duty.columns[owed]
            continue
        for one in items:
            if any(same_item(owed, str(name)) for name in (one["name"], *one.get("aliases", ()))):
                found[owed] = str(one["column"])
                break
    return found


def gaps_of(duty: DutyRow, supply: Supply | None, today: date) -> tuple[Finding, ...]:
    """Return the gaps of a duty on a day: none before it is owed, none once it is lifted or while it is objected to."""
    if duty.state in {DutyState.LIFTED, DutyState.OBJECTED} or today < duty.since:
        return ()
    if supply is None or duty.entry_id is None or not supply.body:
        return (_no_entry(duty, supply),)
    found = []
    missing = tuple(owed for owed in duty.items if owed not in columns_of(duty, supply))
    if missing:
        zh = f"条目“{supply.title}”没有应供的信息项：{'、'.join(missing)}"
        en = f"the entry «{supply.title}» lacks items that are owed: {', '.join(missing)}"
        found.append(Finding(Gap.ITEMS_MISSING, zh, en, max(duty.since, _published_on(duty, supply)), missing))
    late = _late(duty, supply, today)
    return (*found, late) if late is not None else tuple(found)


def _no_entry(duty: DutyRow, supply: Supply | None) -> Finding:
    if supply is None:
        zh, en = "尚未指明由哪个目录条目提供", "no entry has been named for it"
    else:
        zh = f"所指条目“{supply.title}”还没有发布，或已撤销、暂停"
        en = f"the entry named, «{supply.title}», is not published, or is withdrawn or suspended"
    return Finding(Gap.NO_ENTRY, zh, en, duty.since)


def _published_on(duty: DutyRow, supply: Supply) -> date:
    return local_day(supply.published_at) if supply.published_at is not None else duty.since


def _late(duty: DutyRow, supply: Supply, today: date) -> Finding | None:
    if supply.is_relayed:
        return None
    last = local_day(supply.pushed_at) if supply.pushed_at is not None else None
    start = last or max(duty.since, _published_on(duty, supply))
    due = cycle_end(duty.update_cycle, start)
    if due is None:
        due = start + timedelta(days=FIRST_PUSH_DAYS) if last is None else None
    if due is None or today <= due:
        return None
    if last is None:
        return Finding(Gap.NO_PUSH, f"从未推送，应于 {due} 前推送", f"never pushed; a push was due by {due}", due)
    zh = f"最近一次推送在 {last}，应于 {due} 前再次推送"
    return Finding(Gap.NO_PUSH, zh, f"last pushed on {last}; the next push was due by {due}", due)
