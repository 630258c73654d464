"""The benchmarks run, each on a small resource, and print what their readers rely on."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SMALL = ("--json", "--rows", "1000", "--rounds", "1", "--seconds", "0.3", "--clients", "2")
EXPECTED = {
    "l1": {"per_second", "p50_ms", "p99_ms", "cpu_us_per_request"},
    "l2": {"point_per_second", "copy_seconds", "copy_rows_per_second"},
    "rows": {"per_second", "p50_ms", "p99_ms", "cpu_us_per_request", "ratio_to_l1", "repeat", "deep_to_first"},
    "point": {"per_second", "p99_ms", "receipt_ms", "decision_and_receipt_cpu_ms"},
    "feed": {"rows_per_second", "us_per_row", "conflicts", "insert_alone_seconds", "ratio_to_insert"},
    "push": {"ratio_to_copy", "rows_per_second", "peak_mib", "copy", "copy_is", "repeat", "changed", "stages"},
}


@cache
def figures(name: str) -> dict[str, Any]:
    """Run a benchmark once and return the figures it printed."""
    words = [sys.executable, "-m", "benchmarks", name, *SMALL]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stderr[-3000:]
    lines = done.stdout.splitlines()
    assert len(lines) == 1
    found = json.loads(lines[0])
    assert isinstance(found, dict)
    return found


LONG = [pytest.param(name, marks=pytest.mark.long) for name in ("l1", "l2", "rows", "point", "feed")]


@pytest.mark.parametrize("name", ["push", *LONG])
def test_a_benchmark_prints_one_line_with_its_figures_and_its_limit(name: str) -> None:
    assert EXPECTED[name] - figures(name).keys() == set()


def test_an_identical_push_writes_nothing_and_a_changed_one_only_what_changed() -> None:
    found = figures("push")
    assert [part["tuples_written"] for part in (found, found["repeat"], found["changed"])] == [1000, 0, 10]


def test_a_repeated_file_is_told_to_be_one_however_it_comes() -> None:
    assert figures("push")["repeat"]["is_repeat"] is True
