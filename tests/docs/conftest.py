"""Runs the code blocks of a documentation page, in the order in which a reader meets them.

``python`` blocks share one namespace a page. In ``console`` blocks each line that begins with ``$`` is a command
and the lines below it are what it prints; ``...`` stands for any text. The commands of a page share one
empty folder, and find the programs of the running environment first. The rules are told to writers in
docs/how-to/write-a-page.md, itself a page that runs.
"""

from __future__ import annotations

import doctest
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from sybil import Document, Example
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown import CodeBlockParser

if TYPE_CHECKING:
    from collections.abc import Callable

TIMEOUT_SECONDS: Final = 120
CHECKER: Final = doctest.OutputChecker()


def split_console(source: str) -> list[tuple[str, str]]:
    """Return (command, what it should print) for each line that begins with ``$``; ValueError if the first does not."""
    steps: list[tuple[str, str]] = []
    for line in source.splitlines():
        if line.startswith("$ "):
            steps.append((line[2:], ""))
        elif steps and steps[-1][0].endswith("\\"):
            command, _ = steps[-1]
            steps[-1] = (f"{command}\n{line}", "")
        elif steps:
            command, output = steps[-1]
            steps[-1] = (command, f"{output}{line}\n")
        else:
            message = f"a console block begins with '$ ', not with {line!r}"
            raise ValueError(message)
    return steps


def run_console(example: Example, folder: Path) -> str | None:
    """Run the commands of one block in ``folder``; return what differs, None when all is as the page says."""
    programs = str(Path(sys.executable).parent)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HUB_")},
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "NO_COLOR": "1",
        "COLUMNS": "120",
    }
    for command, expected in split_console(str(example.parsed)):
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        if not CHECKER.check_output(expected, done.stdout, doctest.ELLIPSIS):
            return f"$ {command}\nthe page says:\n{expected}\nit printed (code {done.returncode}):\n{done.stdout}"
    return None


@pytest.fixture
def run_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], int]:
    """Return a function that runs all blocks of a page and returns how many there were."""

    def run(page: Path) -> int:
        folder = tmp_path / "reader"
        folder.mkdir()
        document = Document.parse(
            str(page),
            CodeBlockParser("python", PythonEvaluator()),
            CodeBlockParser("console", lambda example: run_console(example, folder)),
        )
        monkeypatch.chdir(folder)
        examples = list(document)
        for example in examples:
            example.evaluate()
        return len(examples)

    return run
