"""Observations come in: new ones are written, revisions become vintages, contradictions go on the list.

What stands for the same series, period and vintage decides. The same figure (also rounded less) is counted; another
figure is a conflict, whoever says so, and what stands stays until people decide. Only figures that are not released
yet may be replaced, by the source they came from. 统计法实施条例 第二十六条; 政务数据共享条例 Art. 26.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final

from catalogue.indicators import LARGEST_VINTAGE, Observation, Status
from catalogue.indicators_reading import CellFault
from catalogue.indicators_units import Figure, agree
from hub.ledger.drafts import uuid7
from hub.registers.macro import conflict_store, indicator_store, loading_store
from hub.registers.macro.conflict_store import Conflict
from hub.registers.macro.loading_store import Stored

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from catalogue.indicators import SeriesKey
    from hub.context import Context
    from hub.database import Unit

BATCH: Final = 20_000
COUNTED: Final = ("cells", "new", "revised", "same", "rounded", "replaced", "blank", "refused", "conflicts", "settled")
CORRECTION: Final = "share.correct"
"""The deadline of the national pack for answering a report that data are wrong."""


@dataclass(frozen=True, slots=True)
class Load:
    """One load under way: its number, what tells its source from others, its time, when a conflict is due."""

    number: int
    origin: str
    now: datetime
    due_on: date


@dataclass(slots=True)
class _Batch:
    """What is known of the keys of a batch, and what it comes to."""

    vintages: dict[tuple[int, date], dict[int, Stored]]
    origins: dict[int, str]
    conflicts: dict[tuple[int, date, int], list[Conflict]]
    written: dict[tuple[int, date, int], Stored] = field(default_factory=dict)
    replaced: set[tuple[int, date, int]] = field(default_factory=set)
    opened: list[Conflict] = field(default_factory=list)
    agreed: set[tuple[int, date, int]] = field(default_factory=set)
    faults: list[CellFault] = field(default_factory=list)


def due_on(context: Context) -> date:
    """Return the last day for departments to correct or confirm a figure that is doubted today."""
    days = context.pack("national").deadlines[CORRECTION].value or 0
    return context.calendar.add_working_days(context.today(), days)


def take(unit: Unit, load: Load, cells: Iterable[Observation | CellFault | None]) -> Counter[str]:
    """Take the cells of a load; returns how many there were of each kind of :data:`COUNTED`."""
    loading_store.lock(unit)
    counts = Counter(dict.fromkeys(COUNTED, 0))
    waiting = iter(cells)
    while batch := tuple(islice(waiting, BATCH)):
        _take_batch(unit, load, batch, counts)
    return counts


def _take_batch(
    unit: Unit, load: Load, cells: tuple[Observation | CellFault | None, ...], counts: Counter[str]
) -> None:
    found = [cell for cell in cells if isinstance(cell, Observation)]
    faults = [cell for cell in cells if isinstance(cell, CellFault)]
    counts["cells"] += len(cells)
    counts["blank"] += len(cells) - len(found) - len(faults)
    numbers = indicator_store.series_ids(unit, [one.series for one in found])
    reasons = loading_store.reason_ids(unit, [one.reason for one in found if one.reason])
    batch = _known(unit, load, numbers, found)
    for one in found:
        counts[_taken(batch, load, one, (numbers[one.series], reasons.get(one.reason)))] += 1
    faults += batch.faults
    counts["refused"] += len(faults) - len(batch.faults)
    loading_store.refuse(unit, load.number, [(one.row, one.place, one.rule) for one in faults])
    loading_store.remove_unreleased(unit, sorted(batch.replaced), load.now)
    loading_store.write(unit, batch.written.values())
    conflict_store.open_conflicts(unit, batch.opened)
    conflict_store.mark(unit, batch.replaced)
    counts["settled"] += _settle(unit, load, batch)


def _known(unit: Unit, load: Load, numbers: Mapping[SeriesKey, int], found: list[Observation]) -> _Batch:
    """Read what stands for the keys of a batch, also its conflicts where something is doubted."""
    periods = list(dict.fromkeys((numbers[one.series], one.period.starts) for one in found))
    vintages: dict[tuple[int, date], dict[int, Stored]] = {period: {} for period in periods}
    stored = loading_store.standing(unit, periods)
    for one in stored:
        vintages[one.series, one.starts][one.vintage] = one
    conflicts: dict[tuple[int, date, int], list[Conflict]] = {}
    doubted = [one.key for one in stored if one.is_doubted]
    for conflict in conflict_store.of_keys(unit, doubted):
        conflicts.setdefault(conflict.key, []).append(conflict)
    loads = {one.load for one in stored} | {one.load for kept in conflicts.values() for one in kept}
    return _Batch(vintages, loading_store.origins(unit, loads) | {load.number: load.origin}, conflicts)


def _taken(batch: _Batch, load: Load, one: Observation, keys: tuple[int, int | None]) -> str:
    """Say what one observation comes to, and note it in the batch."""
    series, reason = keys
    known = batch.vintages[series, one.period.starts]
    vintage = one.vintage
    if vintage is None:
        last = known[max(known)] if known else None
        vintage = _next_vintage(batch, load, one, last, has_reason=reason is not None)
        if vintage is None:
            batch.faults.append(CellFault(one.row, one.place, "vintage.reason"))
            return "refused"
    stands = known.get(vintage)
    made = Stored(
        series, one.period.starts, vintage, one.value, one.unit, one.decimals, one.status.value, one.release_at,
        reason if vintage > 1 else None, load.number, one.row,
    )  # fmt: skip
    if stands is not None:
        if _compared(stands, one) is not None and (
            stands.release_at == one.release_at or not _may_replace(batch, load, stands)
        ):
            return _same(batch, stands, one)
        if not _may_replace(batch, load, stands):
            return _contradicted(batch, load, one, stands)
        batch.replaced.add(made.key)
        known[vintage] = batch.written[made.key] = made
        return "replaced"
    if vintage > LARGEST_VINTAGE or _is_out_of_order(known, made):
        batch.faults.append(CellFault(one.row, one.place, "vintage.order"))
        return "refused"
    known[vintage] = batch.written[made.key] = made
    return "new" if vintage == 1 else "revised"


def _next_vintage(batch: _Batch, load: Load, one: Observation, last: Stored | None, *, has_reason: bool) -> int | None:
    """Return the vintage of a figure that names none: that of what stands, or the next; None: it needs a reason."""
    if last is None:
        return 1
    if last.load == load.number or _may_replace(batch, load, last) or _compared(last, one) is not None:
        return last.vintage
    return last.vintage + 1 if has_reason else None


def _may_replace(batch: _Batch, load: Load, stands: Stored) -> bool:
    """Whether nobody could read a figure yet, and it is from this source, by an earlier load."""
    return stands.release_at > load.now and stands.load != load.number and batch.origins[stands.load] == load.origin


def _is_out_of_order(known: Mapping[int, Stored], made: Stored) -> bool:
    """Whether a later vintage would have been released before an earlier one."""
    return any((one.vintage < made.vintage) == (one.release_at > made.release_at) and one.release_at != made.release_at
               for one in known.values())  # fmt: skip


def _compared(stands: Stored, one: Observation) -> str | None:
    """Say whether a figure is the one that stands (same), or the same but for rounding (rounded); None: another."""
    if stands.status != one.status.value:
        return None
    if stands.value is None or one.value is None:
        return "same" if stands.value is None and one.value is None else None
    here, there = Figure(stands.value, stands.unit, stands.decimals), Figure(one.value, one.unit, one.decimals)
    if not agree(here, there):
        return None
    return "same" if here.unit == there.unit and here.value == there.value else "rounded"


def _same(batch: _Batch, stands: Stored, one: Observation) -> str:
    batch.agreed.add(stands.key)
    return _compared(stands, one) or "same"


def _contradicted(batch: _Batch, load: Load, one: Observation, stands: Stored) -> str:
    """Put a contradiction on the list, once: the same claim is not listed again, nor when it was decided."""
    known = batch.conflicts.setdefault(stands.key, [])
    claim = (one.value, one.unit, one.status.value)
    if not any((kept.value, kept.unit, kept.status) == claim and kept.state != "settled" for kept in known):
        made = _claim(load, stands, one, "value")
        known.append(made)
        batch.opened.append(made)
    return "conflicts"


def withdraw(unit: Unit, load: Load, cells: Iterable[Observation | CellFault | None]) -> int:
    """Let a source take figures back: what nobody could read goes, what is released goes on the list.

    Returns how many figures it took back. A released figure stays as it was published until people decide.
    """
    found = [cell for cell in cells if isinstance(cell, Observation)]
    numbers = indicator_store.series_ids(unit, [one.series for one in found])
    batch = _known(unit, load, numbers, found)
    removed, listed = [], []
    for one in found:
        known = batch.vintages[numbers[one.series], one.period.starts]
        stands = known.get(one.vintage if one.vintage is not None else max(known, default=0))
        if stands is None or batch.origins[stands.load] != load.origin:
            continue
        if stands.release_at > load.now:
            removed.append(stands.key)
        else:
            listed.append(_claim(load, stands, one, "withdrawn"))
    loading_store.remove_unreleased(unit, removed, load.now)
    conflict_store.open_conflicts(unit, listed)
    return len(removed) + len(listed)


def _claim(load: Load, stands: Stored, one: Observation, kind: str) -> Conflict:
    """Return a conflict: what a source now says of a figure that stands."""
    is_value = kind == "value"
    return Conflict(
        id=uuid7(),
        series=stands.series,
        starts=stands.starts,
        vintage=stands.vintage,
        kind=kind,
        value=one.value if is_value else None,
        unit=one.unit,
        decimals=one.decimals,
        status=one.status.value if is_value else Status.MISSING.value,
        release_at=one.release_at,
        load=load.number,
        row=one.row,
        state="open",
        opened_at=load.now,
        due_on=load.due_on,
    )


def _settle(unit: Unit, load: Load, batch: _Batch) -> int:
    """Close the open conflicts in which this source now says what stands."""
    settled = [
        conflict
        for key in batch.agreed
        for conflict in batch.conflicts.get(key, ())
        if conflict.state == "open" and conflict.load != load.number and batch.origins.get(conflict.load) == load.origin
    ]
    for conflict in settled:
        conflict_store.close(unit, conflict.id, "settled", load.now)
    conflict_store.mark(unit, {conflict.key for conflict in settled})
    return len(settled)
