"""A backup taken while departments push is one moment of the hub: restored elsewhere it serves and proves the same.

The verbs are the operator's own, each a process beside the running hub. What was acknowledged before the backup
began is in it, what came after it ended is not, and the log continues every checkpoint handed out before.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from hub.client import Hub
from hub.database import Database
from hub.postgres import running_url
from tests.support.running import ROOT, RunningHub, founded_hub
from tests.support.work import Work, prepare, served_stops

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PUSHES_BEFORE = 3


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    with founded_hub(tmp_path / "city") as (hub, people):
        prepare(people, tmp_path)
        yield Work(hub, people, tmp_path)


def operator(hub: RunningHub, *arguments: str) -> dict[str, Any]:
    """Run a verb of the operator beside the hub and return what it prints."""
    command = [sys.executable, "-m", "hub", *arguments, "--json"]
    done = subprocess.run(
        command, cwd=ROOT, env=hub.environment(), capture_output=True, text=True, check=False, timeout=200
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads(done.stdout))


def wait_for_pushes(work: Work, number: int) -> None:
    deadline = time.monotonic() + 120
    while len(work.states) <= number:
        assert time.monotonic() < deadline, "the pushes do not get on"
        time.sleep(0.05)


def test_a_backup_taken_while_pushes_run_is_served_elsewhere_with_the_same_versions_and_a_log_that_proves(
    work: Work, tmp_path: Path
) -> None:
    with Hub(work.hub.url) as citizen:
        work.begin()
        wait_for_pushes(work, PUSHES_BEFORE)
        work.keep_checkpoint(citizen)
        before = len(work.states) - 1
        operator(work.hub, "backup", str(tmp_path / "backup"))
        after = len(work.states)
        wait_for_pushes(work, after)
        work.end()
        assert work.problems == []
        work.hub.stop()
        elsewhere = RunningHub(tmp_path / "elsewhere" / "data", work.hub.port)
        report = operator(elsewhere, "restore", str(tmp_path / "backup"), "--verify")
        assert report["verified"] is True
        try:
            elsewhere.start()
            it_serves_what_stood(work, citizen, before, after)
            it_goes_on(work, citizen, elsewhere)
        finally:
            elsewhere.close()


def it_serves_what_stood(work: Work, citizen: Hub, before: int, after: int) -> None:
    """The version of the backup's moment, whole, and every one before it."""
    version, rows = served_stops(citizen)
    assert before <= version <= after
    del work.states[version + 1 :]
    assert rows == work.states[version]
    work.check_versions(citizen)


def it_goes_on(work: Work, citizen: Hub, elsewhere: RunningHub) -> None:
    """The next push gives the next version, and the log that grows proves against the checkpoints from before."""
    assert work.push_once() is False
    assert served_stops(citizen) == (len(work.states) - 1, work.states[-1])
    time.sleep(1)
    url = running_url(elsewhere.data_dir)
    assert url is not None
    database = Database(url)
    size = work.check_log(citizen, database, work.folder / "log")
    database.close()
    assert size > max(int(note.decode().splitlines()[1]) for note in work.checkpoints)
