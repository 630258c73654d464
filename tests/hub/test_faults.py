"""Fault points do nothing unless armed, and then kill as a power cut would."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from timeit import timeit

import pytest

from hub import faults

TWICE = "from hub import faults; faults.point('push.merged'); print('once', flush=True); faults.point('push.merged')"


def _run(setting: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HUB_FAULT_POINT": setting}
    return subprocess.run([sys.executable, "-c", TWICE], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("setting", "ending", "printed"),
    [
        ("", 0, "once\n"),
        ("push.merged", -signal.SIGKILL, ""),
        ("push.merged:2", -signal.SIGKILL, "once\n"),
        ("push.merged:3", 0, "once\n"),
        ("push.committed", 0, "once\n"),
    ],
)
def test_a_process_dies_at_its_armed_point_and_hit_only(setting: str, ending: int, printed: str) -> None:
    done = _run(setting)
    assert (done.returncode, done.stdout) == (ending, printed)


@pytest.mark.parametrize("setting", ["no.such.point", "push.merged:x", "push.merged:0"])
def test_a_misspelt_point_is_told_with_the_known_ones(setting: str) -> None:
    assert "receipt.inserted" in _run(setting).stderr.splitlines()[-1]


def test_an_unarmed_point_costs_less_than_a_microsecond() -> None:
    assert timeit(lambda: faults.point("receipt.inserted"), number=20_000) / 20_000 < 1e-6
