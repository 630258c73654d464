"""What a push says of its resource by the four words of the law (Jilin Art. 27), counted when it goes in.

Counts come from the report of the push, from the corrections upheld since the last one, and from the promised
cycle. A way back and an erasure measure nothing of the department's file: they have counts and no shares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.push.quality import store
from hub.push.quality.store import Measured
from hub.push.quality.words import cycles, word_of
from policies.workdays import local_day

if TYPE_CHECKING:
    from datetime import datetime

    from hub.context import Context
    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.push.store import StoredPush

FILES = frozenset({"full", "upsert", "append", "delete"})
"""Modes of pushes that are a department's file."""


def measure(context: Context, unit: Unit, resource: Resource, push: StoredPush) -> Measured:
    """Measure a push that has become a version, and store it."""
    number, now = push.outcome.number or 0, context.now()
    before = store.last_merged(unit, resource.id, number)
    counts: dict[str, Any] = {"received": int(push.outcome.counts.get("received", 0))}
    counts |= {f"{word}_faults": 0 for word in ("true", "accurate", "complete")}
    for rule in push.outcome.report.get("rules", ()):
        counts[f"{word_of(rule['rule'])}_faults"] += int(rule["rows"])
    counts |= {name: int(push.outcome.report.get(name, 0)) for name in ("cells", "blanks")}
    identity, other = store.upheld(unit, resource.id, resource.table.key, before, now)
    counts |= {"upheld_identity": identity, "upheld_other": other}
    counts |= _pace(context, resource, before, now)
    is_file = push.given.mode in FILES
    measured = Measured(push.given.id, resource.id, number, now, counts, shares(counts if is_file else {"received": 0}))
    store.add(unit, measured)
    if is_file:
        store.met(unit, resource.id, now)
    return measured


def _pace(context: Context, resource: Resource, before: datetime | None, now: datetime) -> dict[str, int]:
    """Return the days the cycle allows and the days it took; nothing where no cycle is promised, or at first."""
    cycle = cycles().get(resource.entry.update_cycle)
    if cycle is None or before is None:
        return {}
    last = local_day(before)
    due = cycle.due(last, context.calendar)
    return {"cycle_days": (due - last).days, "days_since_last": (local_day(now) - last).days}


def shares(counts: dict[str, Any]) -> dict[str, float | None]:
    """Return the share of each word by the formulas of ``words.toml``; None where there is nothing to share."""
    found: dict[str, float | None] = dict.fromkeys(("true", "accurate", "timely", "complete"))
    received = counts["received"]
    if received:
        against = {
            "true": counts["true_faults"] + counts["upheld_identity"],
            "accurate": counts["accurate_faults"] + counts["upheld_other"],
            "complete": counts["complete_faults"],
        }
        found |= {word: max(0.0, 1 - faults / received) for word, faults in against.items()}
    if "cycle_days" in counts:
        found["timely"] = min(1.0, counts["cycle_days"] / max(1, counts["days_since_last"]))
    return found
