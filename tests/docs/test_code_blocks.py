"""What the documentation shows is true: blocks run, shell lines parse, links lead somewhere."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from sybil.example import SybilFailure

from tests.docs.blocks_hub import anchors_of

if TYPE_CHECKING:
    from collections.abc import Callable

TOP: Final = Path(__file__).resolve().parents[2]
PAGES: Final = sorted([*TOP.glob("*.md"), *(TOP / "docs").rglob("*.md"), *(TOP / "deploy").rglob("*.md")])
FENCE: Final = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK: Final = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def blocks(page: Path, languages: set[str]) -> list[str]:
    """Return the sources of the fenced blocks of ``page`` in one of ``languages``."""
    return [source for language, source in FENCE.findall(page.read_text("utf-8")) if language in languages]


def name_of(page: Path) -> str:
    """Return the path of a page as seen from the top folder."""
    return page.relative_to(TOP).as_posix()


RUNNABLE: Final = [page for page in PAGES if blocks(page, {"python", "console"})]


@pytest.mark.parametrize("page", RUNNABLE, ids=name_of)
def test_every_code_block_of_a_page_does_what_the_page_says(page: Path, run_page: Callable[[Path], int]) -> None:
    assert run_page(page) > 0


def test_there_is_a_page_with_code_blocks_that_run() -> None:
    assert RUNNABLE


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, {"sh", "bash"})], ids=name_of)
def test_every_shell_block_of_a_page_is_a_shell_script(page: Path) -> None:
    for source in blocks(page, {"sh", "bash"}):
        check = subprocess.run(["bash", "-n"], input=source, capture_output=True, text=True, check=False)
        assert (check.returncode, check.stderr) == (0, "")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_of_a_page_to_a_file_of_the_project_leads_to_one(page: Path) -> None:
    text = FENCE.sub("", page.read_text("utf-8"))
    targets = [link.partition("#")[0] for link in LINK.findall(text) if "://" not in link and not link.startswith("/")]
    missing = [target for target in targets if target and not (page.parent / target).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_of_a_page_to_a_heading_leads_to_one(page: Path) -> None:
    missing = []
    for link in LINK.findall(FENCE.sub("", page.read_text("utf-8"))):
        target, _, anchor = link.partition("#")
        if anchor and "://" not in link and not link.startswith("/"):
            there = (page.parent / target) if target else page
            if anchor not in anchors_of(there.read_text("utf-8")):
                missing.append(link)
    assert missing == []


def test_a_page_whose_command_prints_something_else_is_found(tmp_path: Path, run_page: Callable[[Path], int]) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console\n$ echo one\ntwo\n```\n", "utf-8")
    with pytest.raises(SybilFailure, match="it printed"):
        run_page(page)


def test_a_page_whose_python_fails_is_found(tmp_path: Path, run_page: Callable[[Path], int]) -> None:
    page = tmp_path / "page.md"
    page.write_text("```python\nassert 1 == 2\n```\n", "utf-8")
    with pytest.raises(AssertionError):
        run_page(page)
