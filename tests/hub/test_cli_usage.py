"""What a clerk sees who mistypes a command, and an operator whom the machine lets down: in Chinese, with what to do."""

from __future__ import annotations

import errno

import pytest
from typer.exceptions import TyperException

from hub.cli import app
from hub.cli_output import Exit, explained, system_error
from hub.cli_usage import usage_lines

MISTYPED = (
    (("push", "没有的.csv", "-d", "x"), "没有文件或目录 '没有的.csv'"),
    (("push",), "缺少 'file'"),
    (("psh",), "没有命令 'psh'；是否要写 'push'"),
    (("push", "--foo", "x"), "没有选项 --foo"),
    (("serve", "--port", "abc"), "应为整数"),
    (("serve", "--port"), "后面要有值"),
    (("find", "x", "--limit", "999999"), "不能大于"),
    (("find", "多余", "空格"), "多余的内容：空格"),
)


def mistyped(*words: str) -> TyperException:
    with pytest.raises(TyperException) as caught:
        app(list(words), standalone_mode=False)
    return caught.value


@pytest.mark.parametrize(("words", "told"), MISTYPED)
def test_a_mistyped_command_is_told_in_chinese(
    words: tuple[str, ...], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    lines = usage_lines(mistyped(*words)) or []
    assert told in lines[0], lines


def test_the_help_of_the_command_is_named_as_it_is_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    lines = usage_lines(mistyped("mapping", "save")) or []
    assert lines[1].endswith("：hub mapping save --help")


def test_english_readers_get_the_words_of_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    assert usage_lines(mistyped("psh")) is None


@pytest.mark.parametrize(
    ("number", "told"), [(errno.EACCES, "没有权限"), (errno.ENOSPC, "磁盘空间不足"), (errno.ENOENT, "没有这个文件")]
)
def test_what_the_machine_says_is_told_with_the_place_and_what_to_do(number: int, told: str) -> None:
    error = system_error(OSError(number, "…", "keys/log.pem"))
    assert (told in error.zh, "keys/log.pem" in error.zh, bool(error.next_zh)) == (True, True, True)


def test_a_full_disk_ends_a_command_with_words_and_a_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, explained():
        raise OSError(errno.ENOSPC, "No space left on device")
    assert (ended.value.code, "清出磁盘空间" in capsys.readouterr().err) == (int(Exit.USAGE), True)
