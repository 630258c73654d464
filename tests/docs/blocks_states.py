"""Generated parts: the state tables of every procedure, as diagrams and tables (hub/procedures.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hub.procedures import all_procedures

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def states() -> str:
    """Return every procedure with its diagram, and its states with owner and next step."""
    parts: list[str] = []
    for procedure in all_procedures():
        diagram = procedure.mermaid().rstrip()
        parts.append(
            f"## {procedure.text.zh} {procedure.text.en}\n\n`{procedure.name}`, {procedure.article}\n\n"
            f"```mermaid\n{diagram}\n```\n\n{procedure.table().rstrip()}"
        )
    return "\n\n".join(parts)


BLOCKS: Final[Mapping[str, Callable[[], str]]] = {"states": states}
