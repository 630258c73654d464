"""Measuring by rounds: alternatives take turns (A B C, A B C, ...), and the median of each is what counts.

The load of a shared machine changes from minute to minute; in one round all alternatives meet the same.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.client import drive
from benchmarks.processes import cpu_seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.client import Plan, Result


@dataclass(slots=True)
class Alternative:
    """One thing to measure: what to send, and whose CPU time it costs (process trees by name)."""

    name: str
    plan: Plan
    roots: dict[str, int]


@dataclass(frozen=True, slots=True)
class Measured:
    """One round of one alternative; ``cpu_us`` is CPU time a request of each process tree, in microseconds."""

    result: Result
    cpu_us: dict[str, float]


def rounds(alternatives: Sequence[Alternative], count: int) -> dict[str, list[Measured]]:
    """Run every alternative once a round; values of a plan go on where its last round ended."""
    found: dict[str, list[Measured]] = {one.name: [] for one in alternatives}
    for one in alternatives:  # unmeasured: connections, caches and prepared statements come to be
        warm = drive(replace(one.plan, seconds=min(1.0, one.plan.seconds)))
        one.plan = replace(one.plan, offset=one.plan.offset + warm.count)
    for _ in range(count):
        for one in alternatives:
            before = {name: cpu_seconds(pid) for name, pid in one.roots.items()}
            result = drive(one.plan)
            used = {name: cpu_seconds(pid) - before[name] for name, pid in one.roots.items()}
            one.plan = replace(one.plan, offset=one.plan.offset + result.count)
            cpu = {name: seconds / result.count * 1e6 for name, seconds in used.items()}
            found[one.name].append(Measured(result, cpu))
    return found


def figures(measured: Sequence[Measured]) -> dict[str, float]:
    """Return the medians of an alternative's rounds."""
    results = [one.result for one in measured]
    parts = {f"{name}_us": median(one.cpu_us[name] for one in measured) for name in measured[0].cpu_us}
    found = {
        "per_second": median(one.per_second for one in results),
        "p50_ms": median(one.p50_ms for one in results),
        "p99_ms": median(one.p99_ms for one in results),
        "cpu_us_per_request": median(sum(one.cpu_us.values()) for one in measured),
        **(parts if len(parts) > 1 else {}),
    }
    return {name: rounded(value) for name, value in found.items()}


def rounded(value: float) -> float:
    """Return a figure with three digits that mean something."""
    return round(value) if abs(value) >= 1000 else float(f"{value:.3g}")


def conditions(clients: int, seconds: float, count: int) -> dict[str, object]:
    """Return what a reader must know to read the figures."""
    return {
        "clients": clients,
        "seconds": seconds,
        "rounds": count,
        "cores": os.cpu_count(),
        "load_1min": round(os.getloadavg()[0], 1),
        "load_generator": "same machine",
    }
