"""Lock files: every package exact and hashed, equal to what pyproject.toml asks for, from no named place."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

TOP: Final = Path(__file__).resolve().parents[2]
LOCK_FILES: Final = ("requirements.txt", "requirements-dev.txt")
PIN: Final = re.compile(r"^([\w.-]+)==(\S+)(.*)$", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    """Return normalised package name -> exact version of one lock file."""
    text = (TOP / name).read_text("utf-8")
    return {canonicalize_name(package): version for package, version, _ in PIN.findall(text)}


def asked_for(section: str) -> list[Requirement]:
    """Return the direct requirements: ``runtime``, ``dev`` or ``build``."""
    project: dict[str, Any] = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))
    lists = {
        "runtime": project["project"]["dependencies"],
        "dev": project["project"]["optional-dependencies"]["dev"],
        "build": project["build-system"]["requires"],
    }
    return [Requirement(line) for line in lists[section]]


def unmet(lock_file: str, *sections: str) -> list[str]:
    """Return the requirements of ``sections`` for which the lock file has no version or one out of bounds."""
    locked = pins(lock_file)
    requirements = [requirement for section in sections for requirement in asked_for(section)]
    assert requirements
    return [
        str(requirement)
        for requirement in requirements
        if (version := locked.get(canonicalize_name(requirement.name))) is None
        or not requirement.specifier.contains(Version(version), prereleases=True)
    ]


def test_the_lock_to_run_the_hub_has_what_pyproject_asks_for_and_what_builds_it() -> None:
    assert unmet("requirements.txt", "runtime", "build") == []


def test_the_lock_of_the_checks_has_all_that_pyproject_asks_for() -> None:
    assert unmet("requirements-dev.txt", "runtime", "dev", "build") == []


def test_both_locks_have_the_same_versions() -> None:
    run, check = pins("requirements.txt"), pins("requirements-dev.txt")
    assert {name: version for name, version in run.items() if check.get(name) != version} == {}


@pytest.mark.parametrize("lock_file", LOCK_FILES)
def test_every_locked_package_has_hashes(lock_file: str) -> None:
    blocks = re.split(r"^(?=[\w.-]+==)", (TOP / lock_file).read_text("utf-8"), flags=re.MULTILINE)[1:]
    assert blocks
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("lock_file", LOCK_FILES)
def test_a_lock_file_names_no_place_to_fetch_from(lock_file: str) -> None:
    text = (TOP / lock_file).read_text("utf-8")
    assert re.findall(r"://|--index-url|--extra-index-url|--find-links|^\s*-e |@ file", text, re.MULTILINE) == []


def test_the_lock_is_made_with_what_the_build_asks_for() -> None:
    lines = [line for line in (TOP / "requirements.in").read_text("utf-8").splitlines() if not line.startswith("#")]
    names = {canonicalize_name(Requirement(line).name) for line in lines}
    assert names == {canonicalize_name(requirement.name) for requirement in asked_for("build")}


@pytest.mark.parametrize("section", ["runtime", "dev"])
def test_every_direct_dependency_has_its_reason_and_licence_in_the_docs(section: str) -> None:
    page = (TOP / "docs/reference/dependencies.md").read_text("utf-8")
    part = page.split("\n## ")[1 if section == "runtime" else 2]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("|")]
    told = sorted(row[0] for row in rows[2:] if len(row) == 3 and all(row))
    assert told == sorted(canonicalize_name(requirement.name) for requirement in asked_for(section))
