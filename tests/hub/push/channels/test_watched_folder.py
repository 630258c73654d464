"""A watched folder: what is finished is pushed once, put away with its report, and nothing is lost or blocks others."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest

from hub.watched.box import Box, FolderLockedError
from hub.watched.rules import Rule, RuleError, Rules, load_rules
from hub.watched.watcher import Happening, Watcher
from tests.hub.push.channels import kit
from tests.support.acts import BUS_STOPS
from tests.support.running import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from hub.client import Hub
    from hub.client_uploads import Step
    from tests.support.hosted import HostedCity

NOW = Rules((Rule("*.csv", BUS_STOPS, "upsert"),), settle_seconds=0, every_seconds=0.1)


@pytest.fixture
def box(tmp_path: Path) -> Box:
    (tmp_path / "box").mkdir()
    return Box(tmp_path / "box")


def once(hub: Hub, box: Box, rules: Rules = NOW, told: list[Happening] | None = None) -> dict[str, int]:
    with box.locked():
        return Watcher(hub, box, rules, (told if told is not None else []).append).once()


def lying(box: Box, part: str) -> list[str]:
    """Return the endings of what lies in done or rejected, without stamp and job."""
    files = sorted(path for path in (box.root / part).rglob("*") if path.is_file())
    return [path.name.split("-", 3)[3] for path in files]


def test_a_finished_file_is_pushed_and_lies_in_done_with_its_report(owner: Hub, box: Box) -> None:
    (box.root / "a.csv").write_bytes(kit.stops(5, "看管路"))
    assert once(owner, box) == {"done": 1, "partly": 0, "rejected": 0, "waiting": 0}
    assert lying(box, "done") == ["a.csv", "a.csv.report.json"]


def test_rejected_rows_lie_beside_the_file(owner: Hub, box: Box) -> None:
    (box.root / "a.csv").write_bytes(kit.stops(5, "退行路").replace(b"122.4", "东经".encode(), 1))
    assert once(owner, box)["partly"] == 1
    assert {"a.csv.rejected.csv", "a.csv.report.json"} < set(lying(box, "done"))


def test_a_file_that_cannot_be_taken_says_why_in_both_languages(owner: Hub, box: Box) -> None:
    (box.root / "a.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    assert once(owner, box)["rejected"] == 1
    reason = next((box.root / "rejected").glob("*.reason.txt")).read_text("utf-8")
    assert "信息项" in reason
    assert "header" in reason.lower()


def test_a_poisonous_file_does_not_hold_up_the_others(owner: Hub, box: Box) -> None:
    (box.root / "a.csv").write_bytes(os.urandom(3000))
    (box.root / "b.csv").write_bytes(kit.stops(3, "其他路"))
    ended = once(owner, box)
    assert (ended["done"], ended["rejected"]) == (1, 1)


@pytest.mark.parametrize("name", ["a.csv.part", "a.tmp", ".a.csv", "~$a.csv", "a.txt"])
def test_what_is_still_written_or_not_meant_is_left_alone(owner: Hub, box: Box, name: str) -> None:
    (box.root / name).write_bytes(kit.stops(3))
    once(owner, box)
    assert (box.root / name).exists()


def test_a_file_that_grows_is_left_until_it_stands_still(owner: Hub, box: Box) -> None:
    rules = Rules(NOW.rules, settle_seconds=0.4, every_seconds=0.1)
    watcher = Watcher(owner, box, rules, lambda _: None)
    with box.locked(), (box.root / "a.csv").open("wb") as file:
        for line in kit.stops(8, "增长路").splitlines(keepends=True):
            file.write(line)
            file.flush()
            assert watcher.round()["done"] == 0
            time.sleep(0.06)
    with box.locked():
        assert watcher.once()["done"] == 1


@pytest.mark.parametrize("stage", ["sending", "digesting", "done"])
def test_a_watcher_that_died_in_the_middle_neither_loses_nor_doubles_the_file(owner: Hub, box: Box, stage: str) -> None:
    (box.root / "a.csv").write_bytes(kit.stops(40, f"中断路{stage}"))
    before = version(owner)

    def die(step: Step) -> None:
        if step.stage == stage or (stage == "digesting" and step.stage not in {"reading", "sending"}):
            raise KeyboardInterrupt

    with box.locked(), pytest.raises(KeyboardInterrupt):
        Watcher(owner, box, NOW, lambda _: None, step=die).once()
    ended = once(owner, box)
    assert (ended["done"], version(owner), lying(box, "done")) == (1, before + 1, ["a.csv", "a.csv.report.json"])


def version(hub: Hub) -> int:
    return int((hub.call("GET", f"/api/v1/datasets/{BUS_STOPS}")["data"] or {}).get("version") or 0)


def test_while_the_hub_is_away_the_file_waits(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    from hub.client import Hub

    monkeypatch.setattr("hub.watched.watcher.PATIENCE_SECONDS", 0.2)
    (box.root / "a.csv").write_bytes(kit.stops(3))
    with Hub("http://127.0.0.1:9") as gone:
        told: list[Happening] = []
        assert once(gone, box, told=told)["waiting"] == 1
    assert [one.what for one in told] == ["waiting"]
    assert [path.name for path in (box.root / ".hub" / "working").rglob("a.csv")] == ["a.csv"]


def test_an_entry_that_is_not_there_is_no_fault_of_the_file(owner: Hub, box: Box) -> None:
    (box.root / "a.csv").write_bytes(kit.stops(3))
    assert once(owner, box, Rules((Rule("*", "meiyou"),), settle_seconds=0))["waiting"] == 1


def test_two_watchers_do_not_fight(box: Box) -> None:
    with box.locked(), pytest.raises(FolderLockedError), Box(box.root).locked():
        pass


def test_the_first_rule_that_fits_counts() -> None:
    rules = Rules((Rule("renkou/*.csv", "a"), Rule("*/*.csv", "b")))
    found = [rules.rule_for(PurePosixPath(path)) for path in ("renkou/x.csv", "hunyin/x.csv", "x.csv", "a/b/x.csv")]
    assert [rule.entry if rule is not None else None for rule in found] == ["a", "b", None, None]


def test_rules_are_read_from_a_file(tmp_path: Path) -> None:
    (path := tmp_path / "watch.toml").write_text(
        'settle_seconds = 1\n[[folder]]\nmatch = "r/*.csv"\nentry = "renkou"\nmode = "full"\n'
        "[folder.options]\nheader_row = 3\nallow_shrink = true\n",
        encoding="utf-8",
    )
    (rule,) = load_rules(path).rules
    assert rule.parameters() == {"mode": "full", "header_row": 3, "allow_shrink": "true"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x = 1",
        "[[folder]]\nmatch = '*'",
        "[[folder]]\nentry = 'a'\nmode = 'all'",
        "[[folder]]\nentry = 'a'\nmatch = '../*'",
        "[[folder]]\nentry = 'a'\n[folder.options]\nheader = 1",
        "settle_seconds = -1\n[[folder]]\nentry = 'a'",
        "[[folder",
    ],
)
def test_a_rules_file_that_is_wrong_is_told(tmp_path: Path, text: str) -> None:
    (path := tmp_path / "watch.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RuleError, match="/"):
        load_rules(path)


def command(city: HostedCity, box: Box, *more: str) -> tuple[list[str], dict[str, str]]:
    system = city.people.registered[kit.OWNER]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    given = [sys.executable, "-m", "hub", "watch", str(box.root), "--entry", BUS_STOPS, "--settle", "0.1", "--json"]
    given += ["--url", city.url, "--system", system.system_id, "--key-file", system.key_file, *more]
    return given, {**kept, "PYTHONPATH": str(ROOT)}


def test_a_cron_line_deals_with_what_lies_there_and_ends(city: HostedCity, box: Box) -> None:
    (box.root / "a.csv").write_bytes(kit.stops(4, "定时路"))
    given, environment = command(city, box, "--once")
    done = subprocess.run(given, env=environment, capture_output=True, text=True, check=False, timeout=120)
    told: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode, told["what"], told["file"]) == (0, "done", "a.csv")


def test_a_watcher_stops_cleanly_when_told(city: HostedCity, box: Box) -> None:
    given, environment = command(city, box)
    with subprocess.Popen(given, env=environment, stdout=subprocess.PIPE, text=True) as process:
        (box.root / "a.csv").write_bytes(kit.stops(4, "信号路"))
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGTERM)
        assert (told["what"], process.wait(30)) == ("done", 0)
