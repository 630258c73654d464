"""Runs the code blocks of a documentation page, in the order in which a reader meets them.

``python`` blocks share one namespace a page. In ``console`` blocks each line that begins with ``$`` is a command,
lines below it that begin with ``>`` belong to it, and the rest is what it prints; ``...`` stands for any text. The
commands of a page share one empty folder, and find the programs of the running environment first. Commands of a page
that says ``<!-- runs in the demo -->`` run in the folder of a served demo instead, as after sourcing its ``env.sh``.
The rules are told to writers in docs/how-to/write-a-page.md, itself a page that runs.
"""

from __future__ import annotations

import doctest
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from sybil import Document, Example
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown import CodeBlockParser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

TOP: Final = Path(__file__).resolve().parents[2]
TIMEOUT_SECONDS: Final = 120
DEMO_SECONDS: Final = 240
CHECKER: Final = doctest.OutputChecker()
IN_THE_DEMO: Final = "<!-- runs in the demo -->"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the commands of a page run."""

    folder: Path
    environment: Mapping[str, str]


def split_console(source: str) -> list[tuple[str, str]]:
    """Return (command, what it should print) for each line that begins with ``$``; ValueError if the first does not."""
    steps: list[tuple[str, str]] = []
    for line in source.splitlines():
        if line.startswith("$ "):
            steps.append((line[2:], ""))
        elif not steps:
            message = f"a console block begins with '$ ', not with {line!r}"
            raise ValueError(message)
        else:
            command, output = steps[-1]
            if not output and (command.endswith("\\") or line == ">" or line.startswith("> ")):
                steps[-1] = (f"{command}\n{line.removeprefix('>').removeprefix(' ')}", "")
            else:
                steps[-1] = (command, f"{output}{line}\n")
    return steps


def reader() -> dict[str, str]:
    """Return the environment of somebody who types what the page says, in English."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "LC_", "LANG"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {"PATH": path, "NO_COLOR": "1", "COLUMNS": "120", "LC_CTYPE": "C.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}
    return {**kept, **own, "PYTHONPATH": str(TOP)}


def run_console(example: Example, place: Place) -> str | None:
    """Run the commands of one block; return what differs, None when all is as the page says."""
    for command, expected in split_console(str(example.parsed)):
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=place.folder,
            env=place.environment,
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


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Give the folder of a demo that is served for the length of the run, and the environment of its ``env.sh``."""
    data, log = tmp_path_factory.mktemp("demo") / "data", tmp_path_factory.mktemp("log") / "demo.log"
    command = [sys.executable, "-m", "hub", "demo", "--port", "0", "--no-browser", "--data-dir", str(data)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=TOP, env=reader(), stdout=output, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + DEMO_SECONDS
        while "serving" not in log.read_text("utf-8"):
            assert process.poll() is None, log.read_text("utf-8")
            assert time.monotonic() < deadline, log.read_text("utf-8")
            time.sleep(0.2)
        yield Place(data / "demo", {**reader(), "BASH_ENV": str(data / "demo" / "env.sh")})
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture
def run_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Callable[[Path], int]:
    """Return a function that runs all blocks of a page and returns how many there were."""

    def run(page: Path) -> int:
        place = Place(tmp_path / "reader", reader())
        place.folder.mkdir()
        if IN_THE_DEMO in page.read_text("utf-8"):
            place = request.getfixturevalue("demo")
        document = Document.parse(
            str(page),
            CodeBlockParser("python", PythonEvaluator()),
            CodeBlockParser("console", lambda example: run_console(example, place)),
        )
        monkeypatch.chdir(tmp_path / "reader")
        examples = list(document)
        for example in examples:
            example.evaluate()
        return len(examples)

    return run
