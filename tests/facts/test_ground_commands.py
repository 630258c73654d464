"""The two commands of the README: one line each, the same in both languages, and what .ci/run runs."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

TOP: Final = Path(__file__).resolve().parents[2]
DEMO: Final = (
    "python3 -m venv .venv && .venv/bin/pip install -q --require-hashes -r requirements.txt"
    " && .venv/bin/pip install -q --no-deps --no-build-isolation . && .venv/bin/hub demo"
)
CHECK: Final = (
    "python3 -m venv .venv && .venv/bin/pip install -q --require-hashes -r requirements-dev.txt"
    " && .venv/bin/pip install -q --no-deps --no-build-isolation -e . && .venv/bin/nox"
)


def commands(page: str) -> list[str]:
    """Return the lines of a page that make an environment."""
    return [line for line in (TOP / page).read_text("utf-8").splitlines() if line.startswith("python3 -m venv")]


def test_the_english_readme_has_the_two_commands_word_for_word() -> None:
    assert commands("README.md") == [DEMO, CHECK]


def test_the_chinese_readme_has_the_same_two_commands() -> None:
    assert commands("README.zh-CN.md") == commands("README.md")


def test_the_build_machine_takes_its_command_from_the_readme() -> None:
    script = (TOP / ".ci/run").read_text("utf-8")
    searched = re.search(r"command_line=\$\(grep -E '([^']+)' README\.md", script)
    assert searched is not None
    assert [line for line in (TOP / "README.md").read_text("utf-8").splitlines() if re.search(searched[1], line)] == [
        CHECK
    ]


def test_the_build_machine_installs_nothing_on_its_own_beside_that() -> None:
    assert "pip install" not in (TOP / ".ci/run").read_text("utf-8")


def test_the_script_of_the_build_machine_can_be_run() -> None:
    assert os.access(TOP / ".ci/run", os.X_OK)
