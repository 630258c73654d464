"""The ground: folders, sizes, and words that must stand nowhere in the tree."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

import pytest

from tests.conftest import LONGEST_FIRST

if TYPE_CHECKING:
    from pathlib import Path

PACKAGES: Final = ("hub", "catalogue", "connectors", "policies")
FOLDERS: Final = (
    *(*PACKAGES, "hub/api", "hub/demo", "hub/exchange", "hub/identity", "hub/ledger", "hub/open", "hub/portal"),
    *("hub/push", "hub/rows", "hub/directory", "catalogue/basic", "catalogue/codes", "connectors/files"),
    *("policies/packs", "benchmarks", "deploy", "deploy/migrations", "docs/tutorial", "docs/how-to", "docs/reference"),
    *("docs/explanation", "docs/decisions", "tests/policies", "tests/catalogue", "tests/connectors", "tests/hub"),
    *("tests/way", "tests/facts", "tests/docs", "tests/threats", ".ci"),
)
TOP_FILES: Final = (
    "README.md",
    "README.zh-CN.md",
    "CHANGELOG.md",
    "LICENSE",
    "noxfile.py",
    "pyproject.toml",
    ".ci/run",
)
FILE_LINES: Final = 400
FUNCTION_LINES: Final = 60
MISNAMED: Final = {"utils", "util", "common", "misc", "manager", "helpers"}

# Written so that this file does not contain what it looks for.
FORBIDDEN: Final = {
    "a path of one machine": r"(?<![\w.])/(?:work|farm|root)/" r"|\.lib" r"rary/|bash" r"_jobs|/opt/[a-z]",
    "the host of a package registry": r"pypi\.or" r"g|pythonhoste" r"d|registry\.npm" r"js|deb\.debia" r"n",
    "work left to do": r"(?:#|//|<!--|/\*)\s*(?:TO" r"DO|FIX" r"ME)\b",
}


def text_of(path: Path) -> str | None:
    """Return the text of a file, None where it is no UTF-8 text."""
    content = path.read_bytes()
    if b"\0" in content:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def package_files(top: Path) -> list[Path]:
    """Return the Python files of the four packages."""
    return sorted(path for package in PACKAGES for path in (top / package).rglob("*.py"))


def test_every_file_of_tests_that_is_begun_first_is_there(top: Path) -> None:
    assert [name for name in LONGEST_FIRST if not (top / "tests" / name).is_file()] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_folder_of_the_ground_plan_is_there(top: Path, folder: str) -> None:
    assert (top / folder).is_dir()


@pytest.mark.parametrize("name", TOP_FILES)
def test_what_a_newcomer_looks_for_at_the_top_is_there(top: Path, name: str) -> None:
    assert (top / name).stat().st_size > 0


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_of_the_project_names(top: Path, tracked: list[Path], what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = [
        f"{path}:{text.count(chr(10), 0, hit.start()) + 1}: {hit.group()}"
        for path in tracked
        if (text := text_of(top / path)) is not None
        for hit in pattern.finditer(text)
    ]
    assert found == []


def test_no_file_of_the_packages_is_longer_than_400_lines(top: Path) -> None:
    sizes = {path: len(path.read_text("utf-8").splitlines()) for path in package_files(top)}
    assert sizes
    assert {str(path.relative_to(top)): lines for path, lines in sizes.items() if lines > FILE_LINES} == {}


def test_no_function_of_the_packages_is_longer_than_60_lines(top: Path) -> None:
    long = [
        f"{path.relative_to(top)}:{node.lineno} {node.name}"
        for path in package_files(top)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno + 1 > FUNCTION_LINES
    ]
    assert long == []


def test_no_module_has_a_name_that_says_nothing(top: Path) -> None:
    assert [path for path in package_files(top) if MISNAMED & {path.stem, path.parent.name}] == []


def test_test_files_have_names_of_their_own(top: Path) -> None:
    names = [path.name for path in (top / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))
