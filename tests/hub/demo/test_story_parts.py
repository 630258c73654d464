"""The parts the story is told with: transcripts in both languages, commands, folders, the altered byte."""

from __future__ import annotations

import json
import shlex
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from hub.cli_output import Exit, pick
from hub.client import HubProblemError
from hub.demo.folder import MARK, DemoFolder, NotADemoFolderError, Stage, default_folder
from hub.demo.run import DemoSettings, has_display, write_env
from hub.demo.story import StoryError, Telling, Transcript, Words, command, run_script, told
from hub.demo.story_proof import alter, alteration
from hub.ports import PortBusyError, free_port, require_ports
from hub.settings import Settings, default_data_dir

if TYPE_CHECKING:
    from pathlib import Path

TELLING = Telling(7, Words("标题", "title"), Words("文", "text"), Words("第二十条", "Art. 20"), "/d/x")


def refused() -> dict[str, str]:
    raise HubProblemError(409, {"detail": "不能", "detail_en": "no", "next": "改", "next_en": "mend"})


def test_a_command_is_read_back_by_a_shell_word_for_word() -> None:
    words = ("hub", "push", "文件 一.xlsx", "--basis", "办法 第七条", "--case", "GZF-[0-9]*", "a'b", "$HOME", "")
    assert shlex.split(command(*words)) == list(words)


def test_chinese_words_need_no_quotes_in_a_command() -> None:
    assert command("hub", "find", "婚姻状况") == "hub find 婚姻状况"


def test_a_result_is_kept_in_both_languages() -> None:
    transcript = Transcript()
    transcript.ran("hub version", lambda: [pick("一", "one"), pick("二", "two")])
    assert transcript.parts[0].result == Words("一\n二", "one\ntwo")


def test_an_expected_refusal_is_kept_with_its_exit_code() -> None:
    transcript = Transcript()
    assert transcript.act("hub x", refused, lambda _: [], Exit.POLICY) is None
    assert (transcript.parts[0].exit_code, transcript.parts[0].result.en) == (5, "✘ no\n  mend")


def test_an_unexpected_refusal_stops_the_story() -> None:
    with pytest.raises(HubProblemError):
        Transcript().act("hub x", refused, lambda _: [])


def test_a_refusal_that_did_not_come_stops_the_story() -> None:
    with pytest.raises(StoryError):
        Transcript().act("hub x", lambda: "let through", lambda _: [], Exit.POLICY)


def test_a_step_is_told_in_the_language_asked_for() -> None:
    transcript = Transcript()
    transcript.ran("hub version", lambda: [pick("一", "one")])
    step = told(TELLING, transcript, "en", ". env.sh")
    assert (step["title"], step["article"], step["result"], step["setup"]) == ("title", "Art. 20", "one", ". env.sh")


def test_the_shown_alteration_does_what_the_story_did(tmp_path: Path) -> None:
    shown, done = tmp_path / "shown", tmp_path / "done"
    for file in (shown, done):
        file.write_bytes(bytes(range(50)))
    words = shlex.split(alteration(shown, 20))
    subprocess.run([sys.executable, *words[1:]], check=True)
    alter(done, 20)
    assert shown.read_bytes() == done.read_bytes() == bytes([*range(20), 21, *range(21, 50)])


def test_the_demo_never_lies_where_a_real_hub_does() -> None:
    assert default_folder() != default_data_dir()
    assert default_folder().name == "shutong-demo"


def test_an_absent_directory_becomes_a_demo_that_must_be_loaded(tmp_path: Path) -> None:
    folder = DemoFolder(tmp_path / "new")
    assert folder.prepare(reset=False)
    assert DemoFolder(tmp_path / "new").stage is Stage.LOADING


def test_a_ready_demo_is_not_loaded_again(tmp_path: Path) -> None:
    DemoFolder(tmp_path).mark(Stage.READY)
    assert not DemoFolder(tmp_path).prepare(reset=False)


def test_a_reset_erases_a_demo_and_nothing_but_its_mark_stays(tmp_path: Path) -> None:
    DemoFolder(tmp_path).mark(Stage.READY)
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "log.pem").write_text("key", encoding="utf-8")
    assert DemoFolder(tmp_path).prepare(reset=True)
    assert [path.name for path in tmp_path.iterdir()] == [MARK]


def test_a_reset_does_not_follow_a_link_out_of_the_directory(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("kept", encoding="utf-8")
    DemoFolder(tmp_path / "demo").prepare(reset=False)
    (tmp_path / "demo" / "link").symlink_to(precious, target_is_directory=True)
    DemoFolder(tmp_path / "demo").prepare(reset=True)
    assert (precious / "file").exists()


@pytest.mark.parametrize(
    "mark", ["", "{}", "[]", '{"format": "other", "stage": "ready"}', json.dumps({"format": MARK})]
)
def test_a_directory_with_a_mark_that_is_not_ours_is_refused(tmp_path: Path, mark: str) -> None:
    (tmp_path / MARK).write_text(mark, encoding="utf-8")
    with pytest.raises(NotADemoFolderError, match="不是演示目录"):
        DemoFolder(tmp_path)


def test_the_settings_of_the_environment_do_not_reach_the_demo(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", "postgresql://real-city/hub")
    monkeypatch.setenv("HUB_RECEIPT_KEY_PATH", "/real/key.pem")
    settings = DemoSettings(data_dir=tmp_path)
    assert (settings.database_url, settings.receipt_key_path) == (None, None)


def test_port_zero_takes_a_free_one() -> None:
    port = free_port(0)
    assert free_port(port) == port


def test_a_port_that_may_not_be_used_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.ports.HOST", "192.0.2.1")  # an address for documentation: never this machine's
    with pytest.raises(PortBusyError, match="不能使用"):
        free_port(0)


@pytest.mark.parametrize(
    ("setting", "name"),
    [("port", "HUB_PORT"), ("exchange_port", "HUB_EXCHANGE_PORT"), ("metrics_port", "HUB_METRICS_PORT")],
)
def test_a_hub_says_which_of_its_ports_is_taken_before_it_starts(tmp_path: Path, setting: str, name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        ports: dict[str, Any] = {"port": 0, setting: other.getsockname()[1]}
        with pytest.raises(PortBusyError, match=name) as caught:
            require_ports(Settings(data_dir=tmp_path, **ports))
    assert "占用" in caught.value.zh


def test_no_browser_is_opened_on_linux_without_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not has_display()
    monkeypatch.setenv("DISPLAY", ":0")
    assert has_display()


def test_the_shell_file_leads_to_the_demo_even_from_a_folder_with_blanks(tmp_path: Path) -> None:
    folder = tmp_path / "my demo's folder"
    folder.mkdir()
    write_env(folder / "env.sh", "http://127.0.0.1:1")
    script = f". {shlex.quote(str(folder / 'env.sh'))}; pwd; echo $HUB_CLIENT_URL"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [str(folder), "http://127.0.0.1:1"]


def test_a_script_started_from_the_shell_finds_the_program_too(tmp_path: Path) -> None:
    write_env(tmp_path / "env.sh", "http://127.0.0.1:1")
    (tmp_path / "first-call.sh").write_text("command -v hub\n", encoding="utf-8")
    script = f". {shlex.quote(str(tmp_path / 'env.sh'))}; sh first-call.sh"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("/hub\n")


def test_a_script_of_the_demo_that_fails_stops_the_story(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("raise SystemExit(1)\n", encoding="utf-8")
    with pytest.raises(StoryError):
        run_script(tmp_path, ["broken.py"])
