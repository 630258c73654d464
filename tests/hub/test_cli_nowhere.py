"""A mistyped data directory: verbs that look or operate say that no hub is there, and make nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
import typer
from typer.testing import CliRunner

from hub import cli_admin
from hub.cli import app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAKE_ONE: Final = frozenset({"demo", "init", "restore"})
"""Verbs that set a hub up where there is none."""
FILE: Final = "FILE"
VERBS: Final = (
    "serve",
    "migrate",
    "backup NEW",
    "indicators on",
    "indicators off",
    "indicators define FILE",
    "indicators load FILE --mapping FILE",
    "indicators feed gdp --mapping FILE",
    "indicators feeds",
    "indicators loads",
    "indicators refusals 1",
    "indicators conflicts",
    "indicators trace a b 2026",
    "indicators settle 1 --keep standing --note a",
    "registers list",
    "registers on population",
    "registers off population",
    "registers describe population entry",
    "registers sources population",
    "registers source population entry",
    "registers stop 1",
    "registers conflicts population",
    "registers feed",
    "legal-persons source entry --item a=b",
    "legal-persons counts",
    "legal-persons follow",
    "legal-persons flags",
    "calendar load FILE --year 2027 --notice a",
    "calendar show",
    "addresses load FILE",
    "addresses follow entry",
    "addresses show",
    "ckan import-token zhangsan",
    "member list",
    "member import FILE",
    "key numbers",
    "key rotate-numbers",
    "key drop-numbers 1",
    "audit dump NEW",
    "divisions load",
    "divisions lists",
    "divisions remove 1",
    "divisions boundaries FILE --date 2026-01-01",
    "divisions show 110000",
)


@pytest.fixture(scope="module")
def root() -> Any:
    """Give the whole command line, with the verbs of the operator."""
    cli_admin.install(app)
    return typer.main.get_command(app)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a file to name where a verb wants one that exists."""
    path = tmp_path / "some.toml"
    path.write_text('name = "示例"\n', encoding="utf-8")
    return path


def with_data_dir(group: Any, *above: str) -> Iterator[str]:
    """Yield every verb that is told where the data lie."""
    for name, one in group.commands.items():
        if hasattr(one, "commands"):
            yield from with_data_dir(one, *above, name)
        elif any("--data-dir" in getattr(parameter, "opts", ()) for parameter in one.params):
            yield " ".join((*above, name))


def called(words: str, file: Path, folder: Path) -> Any:
    """Run a verb on a data directory that is not there."""
    given = [{"FILE": str(file), "NEW": str(folder.parent / "new")}.get(word, word) for word in words.split()]
    return CliRunner().invoke(app, [*given, "--data-dir", str(folder)])


def test_every_verb_that_is_told_where_the_data_lie_is_asked_here(root: Any) -> None:
    known = {" ".join(word for word in words.split()[:2]) for words in VERBS} | {words.split()[0] for words in VERBS}
    assert [verb for verb in with_data_dir(root) if verb not in known | MAKE_ONE] == []


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("words", VERBS)
def test_a_folder_without_a_hub_is_told_and_nothing_is_made(words: str, file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mistyped"
    done = called(words, file, folder)
    assert (done.exit_code, f"目录 {folder} 里没有平台" in done.output, folder.exists()) == (2, True, False), (
        done.output
    )


@pytest.mark.usefixtures("root")
def test_what_is_told_names_the_ways_to_a_hub(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    told = called("registers list", file, tmp_path / "mistyped").output
    ways = ("--data-dir", "HUB_DATA_DIR", "hub init", "hub restore", "hub demo", "there is no hub in the directory")
    assert [way for way in ways if way not in told] == []


@pytest.mark.usefixtures("root")
def test_a_folder_with_other_files_is_left_as_it_was(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "letter.txt").write_text("示例", encoding="utf-8")
    done = called("member list", file, folder)
    assert (done.exit_code, [path.name for path in folder.iterdir()]) == (2, ["letter.txt"])


@pytest.mark.usefixtures("root")
def test_the_variable_is_read_as_the_option_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DATA_DIR", str(tmp_path / "mistyped"))
    done = CliRunner().invoke(app, ["registers", "list"])
    assert (done.exit_code, str(tmp_path / "mistyped") in done.output) == (2, True)
