"""Public counters of corrections: how many, how many open, and which share was closed in time. Formula shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.exchange.corrections import store

if TYPE_CHECKING:
    from hub.database import Unit

FORMULA_ZH = "按时办结率 = 在期限内办结的校核数 ÷ 已办结的校核数（撤回的不计）"
FORMULA_EN = "closed in time = cases closed by their day ÷ cases closed (those taken back do not count)"


def figures(unit: Unit) -> dict[str, object]:
    """Return the counters; ``percent_in_time`` is rounded down, null before the first case is closed."""
    counted = store.figures(unit)
    closed = counted["closed"]
    percent = counted["closed_in_time"] * 100 // closed if closed else None
    return {**counted, "percent_in_time": percent, "formula": FORMULA_ZH, "formula_en": FORMULA_EN}
