"""The way back as a clerk types it: ``hub push`` with --report, --resume and --dry-run, and what it exits with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from catalogue.entry import PushMode, PushPolicy
from hub.cli_output import Exit
from tests.hub.push.loop.conftest import NUMBERS
from tests.hub.push.loop.kit import OWNER, Clerk, mended, publish, stop
from tests.support.hosted import Doors, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server
    from tests.support.hosted import HostedCity

ROOT = Path(__file__).resolve().parents[4]
DIRTY = [stop(1), stop(2, G="也许"), stop(3, H="东经"), stop(4)]
MEND = {3: {"是否有候车亭": "否"}, 4: {"经度": "113.7"}}


@pytest.fixture(scope="module")
def city(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedCity]:
    """Host a city that lives now, as the command does."""
    with hosted_city(server, template, tmp_path_factory.mktemp("loop-cli")) as city:
        yield city


@pytest.fixture(scope="module")
def doors(city: HostedCity) -> Iterator[Doors]:
    doors = Doors(city)
    yield doors
    doors.close()


def hub_push(clerk: Clerk, path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    system = clerk.city.people.registered[OWNER]
    command = [sys.executable, "-m", "hub", "push", str(path), *words, "--url", clerk.city.url]
    command += ["--system", system.system_id, "--key-file", system.key_file]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    environment |= {"PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(clerk.folder), "LANG": "zh_CN.UTF-8"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_a_report_named_xlsx_is_the_marked_workbook(clerk: Clerk) -> None:
    report = clerk.folder / "rejected.xlsx"
    done = hub_push(clerk, clerk.file(DIRTY), "-d", clerk.name, "--report", str(report))
    assert done.returncode == Exit.PARTLY_REJECTED
    assert "--resume" in done.stdout + done.stderr
    book = openpyxl.load_workbook(report)
    assert (book.sheetnames, book.worksheets[0].max_row) == (["退回行", "说明"], 3)


def test_a_report_of_another_name_is_the_list_of_faults(clerk: Clerk) -> None:
    report = clerk.folder / "rejected.csv"
    hub_push(clerk, clerk.file(DIRTY), "-d", clerk.name, "--report", str(report))
    assert report.read_text("utf-8-sig").startswith("行号,列,信息项,规则")


def test_mended_rows_go_back_with_resume_and_what_is_left_is_marked_again(clerk: Clerk) -> None:
    report, again = clerk.folder / "rejected.xlsx", clerk.folder / "again.xlsx"
    first = json.loads(hub_push(clerk, clerk.file(DIRTY), "-d", clerk.name, "--report", str(report), "--json").stdout)[
        "push"
    ]
    half = mended(report, {3: MEND[3]})
    done = hub_push(clerk, half, "--resume", first, "--report", str(again))
    assert (done.returncode, again.is_file()) == (Exit.PARTLY_REJECTED, True)
    assert "超出保存上限" not in done.stdout + done.stderr
    done = hub_push(clerk, mended(again, {4: MEND[4]}), "--resume", first)
    assert (done.returncode, sorted(clerk.rows())) == (Exit.OK, ["ZD00001", "ZD00002", "ZD00003", "ZD00004"])


def test_a_dry_run_of_mended_rows_ends_as_the_push_would_and_keeps_nothing(clerk: Clerk) -> None:
    first = clerk.push(DIRTY)["push"]
    book = mended(clerk.marked(first), {3: MEND[3]})
    done = hub_push(clerk, book, "--resume", first, "--dry-run")
    assert (done.returncode, clerk.get(first)["resolved"]["pending"]) == (Exit.PARTLY_REJECTED, 2)


def test_a_dry_run_with_a_report_says_that_nothing_is_kept_for_it(clerk: Clerk) -> None:
    report = clerk.folder / "rejected.xlsx"
    done = hub_push(clerk, clerk.file(DIRTY), "-d", clerk.name, "--dry-run", "--report", str(report))
    assert (done.returncode, report.exists()) == (Exit.PARTLY_REJECTED, False)
    assert "试算不留存退回行" in done.stdout + done.stderr


@pytest.mark.parametrize("push", ["not-a-number", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_push_is_told_without_a_traceback(clerk: Clerk, push: str) -> None:
    done = hub_push(clerk, clerk.file(DIRTY), "--resume", push)
    assert done.returncode not in {Exit.OK, 1}
    assert "Traceback" not in done.stdout + done.stderr


def test_without_a_data_set_the_command_says_what_is_missing(clerk: Clerk) -> None:
    done = hub_push(clerk, clerk.file(DIRTY))
    assert (done.returncode, "--dataset" in done.stdout + done.stderr) == (2, True)


@pytest.fixture
def any_mode(city: HostedCity, doors: Doors, tmp_path: Path) -> Clerk:
    name = f"fangshi-{next(NUMBERS)}"
    publish(city, name, PushPolicy(modes=tuple(PushMode)))
    return Clerk(city, doors, tmp_path, name)


def test_mended_rows_of_an_append_are_appended(any_mode: Clerk) -> None:
    clerk = any_mode
    first = clerk.push(DIRTY, mode="append")
    assert (first["accepted"], first["rejected"]) == (2, 2)
    back = clerk.resume(first["push"], mended(clerk.marked(first["push"]), MEND))
    assert (back["mode"], back["accepted"], len(clerk.rows())) == ("append", 2, 4)


def test_a_row_that_was_there_is_given_back_by_an_append_with_its_text(any_mode: Clerk) -> None:
    clerk = any_mode
    clerk.push([stop(1)])
    first = clerk.push([stop(1, B="另一站"), stop(2)], mode="append")
    assert (first["accepted"], first["rejected"]) == (1, 1)
    back = clerk.resume(first["push"], mended(clerk.marked(first["push"]), {2: {"站点编码": "ZD00009"}}))
    assert (back["accepted"], clerk.rows()["ZD00009"]["站点名称"]) == (1, "另一站")


def test_a_key_nobody_has_is_mended_in_a_push_that_deletes(any_mode: Clerk) -> None:
    clerk = any_mode
    clerk.push([stop(number) for number in range(1, 31)])
    path = clerk.folder / "gone.csv"
    path.write_text("站点编码\nZD00001\nZD99999\n", encoding="utf-8")
    first = clerk.system.push(clerk.name, path, options={"mode": "delete"})
    assert (first["accepted"], first["rejected"]) == (1, 1)
    back = clerk.resume(first["push"], mended(clerk.marked(first["push"]), {3: {"站点编码": "ZD00002"}}))
    assert (back["mode"], back["accepted"], back["rejected"], len(clerk.rows())) == ("delete", 1, 0, 28)
