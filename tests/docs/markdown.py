"""Small pieces of Markdown for the generated parts of the documentation."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def cell(text: object) -> str:
    """Return text for one cell of a table: one line, no bar that would end the cell."""
    return " ".join(str(text).split()).replace("|", "\\|")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table; the rows keep their order."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(cell(one) for one in row) + " |" for row in rows]
    return "\n".join(lines)


def code(text: object) -> str:
    """Return text as code, nothing for nothing."""
    return f"`{text}`" if str(text) else ""


@cache
def meanings(name: str) -> Mapping[str, tuple[str, str]]:
    """Return (Chinese name, meaning) by member of a class, from ``meanings.toml``."""
    content = tomllib.loads(Path(__file__).with_name("meanings.toml").read_text("utf-8"))
    return {member: (pair[0], pair[1]) for member, pair in content[name].items()}
