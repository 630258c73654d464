"""``hub demo`` as a newcomer runs it: one process, a served city, a story that happened, a clean end."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from catalogue.identifiers import check_value
from hub.cli_output import Exit
from hub.cli_scan import FOUND
from hub.client import Hub
from hub.demo.citizens import FILE as CITIZENS
from hub.demo.folder import MARK, DemoFolder, Stage
from hub.identity.roles import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]
READY, STEPS = "正在服务", list(range(1, 11))
WHOLE_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
LIMIT_MIB = 512
TODAY = datetime.now(UTC).astimezone().date()
pytestmark = pytest.mark.timeout(900)


def environment() -> dict[str, str]:
    """Return an environment in Chinese without settings of a hub, where ``-m hub`` is found from any folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "LC_", "LANG"))}
    return {**kept, "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


@dataclass
class Run:
    """A running ``hub demo``, its directory and what it has printed so far."""

    process: subprocess.Popen[str]
    folder: Path
    printed: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def text(self) -> str:
        return "".join(self.printed)

    @property
    def url(self) -> str:
        found = re.search(r"http://127\.0\.0\.1:\d+", self.text)
        assert found is not None, self.text
        return found[0]

    def wait_for(self, words: str) -> None:
        """Read on until a line holds ``words``."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed.append(line)
            if words in line:
                return
        raise AssertionError(self.text)

    def end(self, with_signal: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end and return its exit code."""
        assert self.process.stdout is not None
        self.process.send_signal(with_signal)
        self.printed.append(self.process.stdout.read())
        return self.process.wait()

    def story(self, lang: str = "zh") -> list[dict[str, Any]]:
        steps: list[dict[str, Any]] = json.loads((self.folder / "demo" / f"story.{lang}.json").read_text("utf-8"))
        return steps


def demo_words(folder: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "hub", "demo", "--port", "0", "--no-browser", "--data-dir", str(folder), *options]


@contextmanager
def running(folder: Path, until: str = READY) -> Iterator[Run]:
    """Start the demo on a folder and lend it once it has printed ``until``; end it afterwards."""
    started = time.monotonic()
    process = subprocess.Popen(
        demo_words(folder), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment()
    )
    run = Run(process, folder)
    try:
        run.wait_for(until)
        run.seconds = time.monotonic() - started
        yield run
    finally:
        if process.poll() is None:
            run.end()
        if process.stdout is not None:
            process.stdout.close()


def tried(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a demo that is expected to end by itself."""
    words = demo_words(folder, *options)
    return subprocess.run(words, capture_output=True, text=True, env=environment(), timeout=300, check=False)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Give a demo on its first start."""
    with running(tmp_path_factory.mktemp("demo") / "city") as run:
        print(f"\nserved with the story after {run.seconds:.1f} s")
        yield run


@pytest.fixture(scope="module")
def after(demo: Run) -> Iterator[Run]:
    """Give the second start on the same directory, at another port."""
    assert demo.process.poll() is not None or demo.end() == 0
    with running(demo.folder) as run:
        print(f"\nserved again after {run.seconds:.1f} s")
        yield run


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_step_of_the_story_is_told_with_command_page_and_article(demo: Run, lang: str) -> None:
    steps = demo.story(lang)
    assert [step["number"] for step in steps] == STEPS
    assert all(step[name] for step in steps for name in ("title", "text", "article", "page", "command", "result"))


def test_both_languages_tell_the_same_commands(demo: Run) -> None:
    assert [step["command"] for step in demo.story("zh")] == [step["command"] for step in demo.story("en")]


def test_no_whole_personal_number_is_shown(demo: Run) -> None:
    shown = demo.text + json.dumps([demo.story("zh"), demo.story("en")])
    assert WHOLE_NUMBER.findall(shown) == []


def test_the_terminal_shows_every_command_and_where_its_page_is(demo: Run) -> None:
    lines = {line.strip() for line in demo.text.splitlines()}
    shown = [part["command"] in lines and demo.url + step["page"] in demo.text
             for step in demo.story() for part in step["parts"]]  # fmt: skip
    assert shown
    assert all(shown)


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_page_of_the_story_answers_and_has_the_place_it_points_to(demo: Run, prefix: str) -> None:
    missing = []
    with Hub(demo.url) as browser:
        for step in demo.story():
            path, _, place = step["page"].partition("#")
            page = browser.raw("GET", prefix + path, headers={"Accept": "text/html"}).text
            if place and f'id="{place}"' not in page:
                missing.append(step["page"])
    assert missing == []


@pytest.mark.parametrize(("path", "lang"), [("/story", "zh"), ("/en/story", "en")])
def test_the_story_page_shows_every_step(demo: Run, path: str, lang: str) -> None:
    with Hub(demo.url) as browser:
        page = browser.raw("GET", path, headers={"Accept": "text/html"}).text
    assert [step["number"] for step in demo.story(lang) if f'id="step-{step["number"]}"' in page] == STEPS


@pytest.mark.parametrize("role", Role)
def test_a_login_is_printed_for_every_role_and_works(demo: Run, role: Role) -> None:
    login = re.search(rf"^  ([a-z]+\.{role.value}) ", demo.text, re.MULTILINE)
    password = re.search(r"口令都是 ([\w-]+)", demo.text)
    assert login is not None
    assert password is not None
    with Hub(demo.url) as hub:
        assert hub.log_in(login[1], password[1])["roles"] == [role.value]


def test_the_proof_fails_once_a_byte_is_altered(demo: Run) -> None:
    proofs = [part for part in demo.story()[-1]["parts"] if part["command"].startswith("hub prove log")]
    assert [part["exit_code"] for part in proofs] == [0, 1]
    assert "第 200 叶被改动" in proofs[1]["result"]


def test_a_refusal_without_a_ground_was_refused_by_the_software(demo: Run) -> None:
    answers = [part for part in demo.story()[6]["parts"] if " refuse " in part["command"]]
    assert [(part["exit_code"], "R05" in part["command"]) for part in answers] == [(int(Exit.POLICY), False), (0, True)]


def test_the_lesser_form_is_proposed_offered_and_taken_up(demo: Run) -> None:
    asked, answered = demo.story("en")[5], demo.story("en")[6]
    tried = next(part["result"] for part in asked["parts"] if " dry-run " in part["command"])
    last = [part["result"] for part in answered["parts"] if " answer gzf-inbox.json shenfen_haoma" in part["command"]]
    assert "a ground is in force" in tried
    assert " --offer verify_only" in answered["command"]
    assert " accept gzf-cart.json peiou_shenfen_haoma" in answered["command"]
    assert "peiou_shenfen_haoma  granted (verification only)" in last[0]


def test_a_thousand_rows_are_compared_and_small_cells_are_not_shown(demo: Run) -> None:
    told = demo.story("en")[7]["result"]
    assert "1,000 rows: match 960  mismatch 35  not_found 5" in told
    assert "not shown: too few" in told


def test_a_wrong_address_is_flagged_on_a_clock_and_corrected_by_a_push_alone(demo: Run) -> None:
    parts = demo.story("en")[8]["parts"]
    answers = [part["exit_code"] for part in parts if part["command"].startswith("hub correct answer")]
    flags = ["under verification" in part["result"] for part in parts if part["command"].startswith("hub query")]
    assert (answers, flags) == ([int(Exit.POLICY), 0], [False, True, False])


def test_the_person_of_the_story_sees_the_organ_that_looked(demo: Run) -> None:
    told = next(part["result"] for part in demo.story("en")[8]["parts"] if "my-data.py" in part["command"])
    assert "示例市住房和城乡建设局  婚姻登记信息：姓名、婚姻状态、配偶身份号码  公租房申请核对" in told


def test_the_scanner_finds_personal_information_in_the_dirty_file_before_it_is_pushed(demo: Run) -> None:
    part = demo.story("en")[0]["parts"][0]
    assert part["command"].startswith("hub scan qiye-dengji-dirty.xlsx")
    assert part["exit_code"] == FOUND


def test_every_invented_person_on_the_list_can_be_vouched_for(demo: Run) -> None:
    listed = json.loads((demo.folder / "demo" / CITIZENS).read_text("utf-8"))
    numbers = [check_value("citizen_id", one["number"], today=TODAY, demo=True).fault for one in listed]
    bodies = [check_value("organisation_code", one["body"], today=TODAY).fault for one in listed if one["body"]]
    assert (len(listed), set(numbers), bodies) == (3, {None}, [None])


def test_every_command_runs_as_it_stands(demo: Run) -> None:
    """Paste each into a shell as a newcomer does; the story may be done again any number of times."""
    other = []
    for step in demo.story():
        for part in step["parts"]:
            words = ["sh", "-c", f"{step['setup']}\n{part['command']}"]
            done = subprocess.run(words, capture_output=True, text=True, env=environment(), timeout=120, check=False)
            if done.returncode != part["exit_code"]:
                other.append((part["command"], done.returncode, done.stdout + done.stderr))
    assert other == []


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="只有 Linux 给出 PSS / needs Linux")
def test_hub_and_database_together_stay_below_512_mib(demo: Run) -> None:
    with Hub(demo.url) as reader:
        reader.call("GET", "/healthz")
    size = sum(_pss_kib(pid) for pid in _with_children(demo.process.pid)) / 1024
    print(f"\nPSS of hub and database: {size:.0f} MiB")
    assert size <= LIMIT_MIB


def _with_children(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += _with_children(int(child))
    return found


def _pss_kib(pid: int) -> int:
    match = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    return 0 if match is None else int(match[1])


def test_a_second_demo_on_the_same_directory_is_refused_with_what_to_do(demo: Run) -> None:
    other = tried(demo.folder, "--reset")
    assert other.returncode == Exit.UNEXPECTED
    assert "正由另一个数通进程使用" in other.stderr


def test_sigterm_ends_it_cleanly_and_leaves_the_data(demo: Run) -> None:
    assert demo.end() == 0
    assert DemoFolder(demo.folder).stage is Stage.READY


def test_a_second_start_tells_the_same_and_loads_nothing(after: Run) -> None:
    assert "已登记" not in after.text
    assert "第 1 步" not in after.text
    assert "hub push qiye-dengji-dirty.xlsx" in after.text


def test_the_log_keeps_its_name_and_its_proofs_at_another_port(after: Run) -> None:
    setup = after.story()[0]["setup"]
    commands = [part["command"] for part in after.story()[-1]["parts"][:5]]
    words = ["sh", "-e", "-c", "\n".join([setup, *commands])]
    done = subprocess.run(words, capture_output=True, text=True, env=environment(), timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_ctrl_c_ends_it_cleanly_too(after: Run) -> None:
    assert after.end(signal.SIGINT) == 0


def test_a_demo_stopped_while_it_loads_is_known_as_unfinished(tmp_path: Path) -> None:
    folder = tmp_path / "city"
    with running(folder, until="已登记") as run:
        assert run.end() == Exit.UNEXPECTED
    assert "下次启动会从头再来" in run.text
    assert DemoFolder(folder).stage is Stage.LOADING
    assert DemoFolder(folder).prepare(reset=False)
    assert [path.name for path in folder.iterdir()] == [MARK]


def test_a_directory_of_something_else_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "my-data.csv").write_text("precious", encoding="utf-8")
    done = tried(tmp_path, "--reset")
    assert done.returncode == Exit.UNEXPECTED
    assert "不是演示目录" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["my-data.csv"]


def test_a_busy_port_is_told_with_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = tried(tmp_path / "city", "--port", str(taken.getsockname()[1]))
    assert done.returncode == Exit.UNEXPECTED
    assert "已被别的程序占用" in done.stderr
    assert "--port 0" in done.stderr
