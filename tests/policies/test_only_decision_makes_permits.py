"""A permit is written in ``policies/decision.py`` alone, a refusal in ``policies/exemptions.py`` alone."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("hub", "connectors", "catalogue", "policies", "benchmarks")
MAKERS = {"Permit": "policies/decision.py", "Refusal": "policies/exemptions.py"}
# The seal is what the constructor checks; who imports it could forge.
SEAL = "_SEAL"


def _sources() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def _calls(tree: ast.AST, name: str) -> Iterator[int]:
    """Yield the lines that call a class by its name, an alias, or as an attribute of its module."""
    names = {name} | {
        alias.asname
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name == name and alias.asname is not None
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name) and called.id in names:
                yield node.lineno
            is_made = isinstance(called, ast.Attribute) and called.attr == "__new__" and f"'{name}'" in ast.dump(node)
            if is_made or (isinstance(called, ast.Attribute) and called.attr == name):
                yield node.lineno


def _offenders(name: str, maker: str) -> list[str]:
    return [
        f"{path.relative_to(ROOT).as_posix()}:{line}"
        for path in _sources()
        if path.relative_to(ROOT).as_posix() != maker
        for line in _calls(ast.parse(path.read_text(encoding="utf-8")), name)
    ]


@pytest.mark.parametrize(("name", "maker"), MAKERS.items())
def test_the_class_is_built_in_its_one_place(name: str, maker: str) -> None:
    assert _offenders(name, maker) == []


@pytest.mark.parametrize(("name", "maker"), MAKERS.items())
def test_its_one_place_does_build_it(name: str, maker: str) -> None:
    assert list(_calls(ast.parse((ROOT / maker).read_text(encoding="utf-8")), name))


@pytest.mark.parametrize(
    "forgery",
    [
        "Permit(1)",
        "decision.Permit(1)",
        "from policies.decision import Permit as P\nP(1)",
        "object.__new__(Permit)",
        "Permit.__new__(Permit)",
    ],
)
def test_a_forgery_would_be_found(forgery: str) -> None:
    assert list(_calls(ast.parse(forgery), "Permit"))


def test_nobody_but_the_decision_names_its_seal() -> None:
    named = [
        path.relative_to(ROOT).as_posix()
        for path in _sources()
        if any(
            (isinstance(node, ast.Name) and node.id == SEAL)
            or (isinstance(node, ast.Attribute) and node.attr == SEAL)
            or (isinstance(node, ast.alias) and node.name == SEAL)
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        )
    ]
    assert named == ["policies/decision.py"]
