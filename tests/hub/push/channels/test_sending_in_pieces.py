"""The client sends a file in pieces, goes on after cuts and kills, and never sends or pushes one twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from hub.cli_progress import amount_of, progress_bar
from hub.client_uploads import Notes, Sending, Step
from hub.client_wire import HubProblemError, HubUnreachableError
from tests.hub.push.channels import kit
from tests.support.acts import BUS_STOPS, problem_of
from tests.support.running import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hub.client import Hub
    from tests.support.hosted import HostedCity

FULL = {"mode": "full", "allow_shrink": "true"}


class _CutError(Exception):
    """The test ends a client at this step."""


def sending(hub: Hub, path: Path, notes: Notes, tell: Callable[[Step], None] = lambda _: None, **more: Any) -> Sending:
    return Sending(hub, BUS_STOPS, path, FULL, tell=tell, notes=notes, piece_bytes=4000, **more)


def cut_at(stage: str, done: int) -> Callable[[Step], None]:
    def tell(step: Step) -> None:
        if step.stage == stage and step.done >= done:
            raise _CutError

    return tell


@pytest.fixture
def notes(tmp_path: Path) -> Notes:
    return Notes(tmp_path / "notes")


def test_what_was_sent_before_a_kill_is_not_sent_again(owner: Hub, notes: Notes, tmp_path: Path) -> None:
    (path := tmp_path / "stops.csv").write_bytes(kit.stops(400, "续传路"))
    with pytest.raises(_CutError):
        sending(owner, path, notes, cut_at("sending", 8000)).push()
    seen: list[int] = []
    report = sending(
        owner, path, notes, lambda step: seen.append(step.done) if step.stage == "sending" else None
    ).push()
    assert (seen[0], report["accepted"]) == (8000, 400)


def test_a_push_cut_while_the_hub_works_is_found_again(owner: Hub, notes: Notes, tmp_path: Path) -> None:
    (path := tmp_path / "stops.csv").write_bytes(kit.stops(400, "办理路"))

    def tell(step: Step) -> None:
        if step.stage not in {"reading", "sending"}:
            raise _CutError

    with pytest.raises(_CutError):
        sending(owner, path, notes, tell).push()
    report = sending(owner, path, notes).push()
    versions = {report["version"], sending(owner, path, notes).push()["version"]}
    assert (report["accepted"], len(versions)) == (400, 1)


def test_the_notes_hold_nothing_of_the_file(owner: Hub, notes: Notes, tmp_path: Path) -> None:
    (path := tmp_path / "stops.csv").write_bytes(kit.stops(50, "记录路"))
    sending(owner, path, notes).push()
    (kept,) = (tmp_path / "notes").iterdir()
    assert "记录路" not in kept.read_text()
    assert "stops" not in kept.name + kept.read_text()


def test_a_file_refused_for_its_header_is_pushed_with_other_options_without_sending(
    owner: Hub, notes: Notes, tmp_path: Path
) -> None:
    (path := tmp_path / "stops.csv").write_bytes("说明\n".encode() + kit.stops(300, "表头路"))
    assert problem_of(sending(owner, path, notes).push).problem["type"] == "/problems/header-mismatch"
    seen: list[int] = []
    tell = lambda step: seen.append(step.done) if step.stage == "sending" else None  # noqa: E731
    report = Sending(owner, BUS_STOPS, path, {**FULL, "skip_rows": 1}, tell=tell, notes=notes).push()
    assert (seen, report["accepted"]) == ([path.stat().st_size], 300)


def test_an_upload_that_expired_is_begun_anew(city: HostedCity, owner: Hub, notes: Notes, tmp_path: Path) -> None:
    (path := tmp_path / "stops.csv").write_bytes(kit.stops(100, "过期路"))
    place = sending(owner, path, notes).place()
    owner.raw("DELETE", place, headers=kit.TUS)
    assert sending(owner, path, notes).push()["accepted"] == 100


def test_a_hub_that_is_gone_is_told_after_the_patience(tmp_path: Path, notes: Notes) -> None:
    from hub.client import Hub

    (path := tmp_path / "stops.csv").write_bytes(b"x")
    with Hub("http://127.0.0.1:9") as hub, pytest.raises(HubUnreachableError):
        Sending(hub, BUS_STOPS, path, FULL, notes=notes, patience_seconds=0.5).push()


def test_a_command_that_was_killed_goes_on_where_it_was(city: HostedCity, owner: Hub, tmp_path: Path) -> None:
    (path := tmp_path / "stops.csv").write_bytes(kit.stops(60_000, "命令路"))
    system = city.people.registered[kit.OWNER]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    environment |= {"PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(tmp_path / "state"), "LANG": "zh_CN.UTF-8"}
    command = [sys.executable, "-m", "hub", "push", str(path), "--dataset", BUS_STOPS, "--mode", "full", "--json"]
    command += ["--allow-shrink", "--chunked-from", "0", "--url", city.url]
    command += ["--system", system.system_id, "--key-file", system.key_file]
    first = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not any((tmp_path / "state").rglob("*.json")) and time.monotonic() < deadline:
        time.sleep(0.01)
    first.send_signal(signal.SIGKILL)
    first.wait()
    before = owner.call("GET", "/api/v1/uploads")["total"]
    again = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert (again.returncode, again.stderr) == (0, ""), again.stderr
    assert owner.call("GET", "/api/v1/uploads")["total"] == before


def test_a_problem_of_the_file_reaches_the_caller_as_if_it_were_pushed_at_once(
    owner: Hub, notes: Notes, tmp_path: Path
) -> None:
    (path := tmp_path / "stops.csv").write_bytes(b"\x00\x01\x02 no table")
    with pytest.raises(HubProblemError) as at_once:
        owner.push(BUS_STOPS, path, options=FULL)
    in_pieces = problem_of(sending(owner, path, notes).push)
    assert (in_pieces.problem["type"], in_pieces.zh) == (at_once.value.problem["type"], at_once.value.zh)


def test_a_bar_is_shown_on_a_terminal_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar(hidden=False) as tell:
        tell(Step("sending", "正在发送", "sending", 1, 2))
    assert capsys.readouterr().err == ""


def test_the_bar_tells_bytes_of_sending_and_rows_of_the_hubs_work() -> None:
    with progress_bar(hidden=False, console=Console(force_terminal=True, width=100)) as tell:
        tell(Step("checking", "正在逐行检查", "checking rows", 1200))
    assert amount_of(Step("sending", "", "", 1 << 20, 3 << 20)) == "1.0 / 3.0 MiB"
