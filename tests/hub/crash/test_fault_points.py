"""Each named fault point is a place in the code, and each place in the code is named: none is tested in vain."""

from __future__ import annotations

import ast
from pathlib import Path

from hub import faults

HUB = Path(faults.__file__).parent


def points_in_the_code() -> set[str]:
    """Return the names given to ``faults.point`` anywhere in the hub."""
    calls = (
        node
        for path in HUB.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "faults.point"
    )
    return {str(argument.value) for call in calls for argument in call.args if isinstance(argument, ast.Constant)}


def test_every_fault_point_is_named_and_every_name_is_passed() -> None:
    assert points_in_the_code() == faults.POINTS
