"""People decide which of two figures of one vintage is right: nothing is settled by itself but by agreement.

Where the standing figure is right the conflict is closed. Where the other one is, it becomes the next vintage with
the decision as its reason: what was published stays readable as of its day (统计法实施条例 第二十六条).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from catalogue.indicators_periods import Period
from catalogue.indicators_units import plain
from hub.identity.facts import CONSOLE
from hub.ledger.drafts import ReceiptKind
from hub.registers.macro import conflict_store, indicator_store, loading_store
from hub.registers.macro.errors import FigureConflictNotFoundError, IndicatorQuestionError
from hub.registers.macro.loading_store import Stored

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from catalogue.indicators import SeriesKey
    from hub.context import Context
    from hub.database import Unit
    from hub.identity.facts import Actor
    from hub.registers.macro.conflict_store import Told

Kept = Literal["standing", "claimed"]
LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of two figures is right, and why."""

    kept: Kept
    note: str


def listing(
    unit: Unit, state: str, limit: int, offset: int = 0, now: datetime | None = None
) -> tuple[int, list[dict[str, object]]]:
    """Return how many conflicts are in a state, and a page of them, each with both figures and where they are from.

    With ``now`` figures before their release are left blank: nobody reads them yet (统计法实施条例 第二十八条).
    """
    total, found = conflict_store.listed(unit, state, limit, offset)
    keys = indicator_store.series_keys(unit, [one.conflict.series for one in found])
    return total, [_told(one, keys[one.conflict.series], now) for one in found]


def shown(unit: Unit, number: uuid.UUID, now: datetime) -> dict[str, object]:
    """Return one conflict as :func:`listing` does, with its state, and how it was decided.

    Raises:
        FigureConflictNotFoundError: there is none of this id.

    """
    found = conflict_store.told(unit, number)
    if found is None:
        raise FigureConflictNotFoundError
    key = indicator_store.series_keys(unit, [found.conflict.series])[found.conflict.series]
    return {**_told(found, key, now), "state": found.conflict.state, "kept": found.conflict.kept}


def _is_released(one: Told, now: datetime | None) -> bool:
    """Whether both figures may be seen at this time; always, where no time is given (the operator's console)."""
    return now is None or max(one.standing_release, one.conflict.release_at) <= now


def _told(one: Told, key: SeriesKey, now: datetime | None = None) -> dict[str, object]:
    conflict, is_released = one.conflict, _is_released(one, now)
    claimed = "" if conflict.value is None or not is_released else f"{plain(conflict.value)} {conflict.unit}"
    standing = "" if one.standing is None or not is_released else f"{plain(one.standing)} {one.standing_unit}"
    return {
        "id": str(conflict.id),
        "indicator": key.indicator,
        "area": key.area,
        "period": Period(conflict.starts, key.frequency).text,
        "measure": key.measure.value,
        "price_basis": key.price_basis.value,
        "vintage": conflict.vintage,
        "kind": conflict.kind,
        "is_released": is_released,
        "standing": standing,
        "standing_status": one.standing_status,
        "standing_from": one.standing_from,
        "claimed": claimed,
        "claimed_status": conflict.status,
        "claimed_from": one.claimed_from,
        "row": conflict.row,
        "opened_at": conflict.opened_at.isoformat(),
        "due_on": conflict.due_on.isoformat(),
        "note": conflict.note,
    }


def settle(context: Context, unit: Unit, number: uuid.UUID, choice: Choice, by: Actor = CONSOLE) -> int | None:
    """Decide a conflict; returns the vintage that was made, None where the standing figure is kept.

    Args:
        context: receipts and time.
        unit: the transaction.
        number: the conflict.
        choice: which figure is right, and why; the reason is published with the new vintage.
        by: who decides; a person at a page decides on released figures alone.

    Raises:
        FigureConflictNotFoundError: no open conflict has this number.
        IndicatorQuestionError: there is no reason.

    """
    kept, reason = choice.kept, choice.note.strip()
    if not 0 < len(reason) <= LONGEST_NOTE:
        raise IndicatorQuestionError(
            "note", f"须写明理由，最多 {LONGEST_NOTE} 字", "say why, in at most 500 characters"
        )
    loading_store.lock(unit)
    conflict = conflict_store.find(unit, number)
    if conflict is None or conflict.state != "open":
        raise FigureConflictNotFoundError
    now = context.now()
    told = conflict_store.told(unit, number)
    if by != CONSOLE and (told is None or not _is_released(told, now)):
        raise IndicatorQuestionError(
            "keep", "其中有数未到发布时间，到时再办理", "one of the figures is before its release: settle it then"
        )
    made = None
    if kept == "claimed":
        known = loading_store.standing(unit, [(conflict.series, conflict.starts)])
        made = max(one.vintage for one in known) + 1
        release = max(now, *(one.release_at for one in known))
        text = loading_store.reason_ids(unit, [reason])[reason]
        loading_store.write(
            unit,
            [
                Stored(
                    conflict.series, conflict.starts, made, conflict.value, conflict.unit, conflict.decimals,
                    conflict.status, release, text, conflict.load, conflict.row,
                )
            ],
        )  # fmt: skip
    conflict_store.close(unit, number, "decided", now, kept=kept, note=reason)
    conflict_store.mark(unit, [conflict.key])
    context.record(
        unit, ReceiptKind.CORRECTION, action="indicator.settle", subject_kind="indicator_conflict",
        subject_id=str(number), outcome=kept, decided_by=str(by.id),
    )  # fmt: skip
    return made
