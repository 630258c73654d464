"""The registers computed a second time, from the pushes alone, in plain Python: shares no code with the engine.

A push is a list of rows (dictionaries); a source is the pushes of one department in order, its ranks, its speaker.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime


@dataclass
class Told:
    """What one department pushed; rows by the key of its resource, each with its own time."""

    place: int
    ranks: dict[str, int]
    rows: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    numbered: int = 0
    pushes: dict[str, int] = field(default_factory=dict)
    """Which push said what stands, by the key of the row; a push that repeats a row changes nothing."""

    def push(self, rows: list[dict[str, Any]], mode: str = "upsert", number: int = 0) -> None:
        """Take a push as the rules of its mode say; a row keeps its number as long as its key stands."""
        if mode == "delete":
            for row in rows:
                self.rows.pop(row["p001"], None)
            return
        for row in rows:
            known = self.rows.get(row["p001"])
            if known is None:
                self.numbered += 1
            if known is None or known[1] != row:
                self.pushes[row["p001"]] = number
            self.rows[row["p001"]] = (self.numbered if known is None else known[0], row)


def origins(sources: list[Told], now: datetime) -> dict[tuple[str, str], tuple[int, int, datetime]]:
    """Return for each (number, element) the source its value is from, the push that said so, and when it happened."""
    best: dict[tuple[str, str], tuple[int, int, int, datetime]] = {}
    for source in sources:  # named first wins where rank and time are equal, and sources come in that order
        for number, (_, row) in source.rows.items():
            at = row["changed"]
            if at > now:
                continue
            for column, value in row.items():
                if value is None or column in {"p001", "changed"}:
                    continue
                code = column.upper()
                rank, known = source.ranks[code], best.get((number, code))
                if known is None or rank < known[0] or (rank == known[0] and at > known[3]):
                    best[number, code] = (rank, source.place, source.pushes[number], at)
    return {key: said[1:] for key, said in best.items()}


def registers(sources: list[Told], now: datetime) -> tuple[dict[str, dict[str, Any]], set[tuple[str, str]]]:
    """Return the values of each person by number, and the (number, element) of which sources disagree."""
    said: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
    persons: dict[str, dict[str, Any]] = {}
    for source in sources:
        for number, (row_number, row) in source.rows.items():
            persons.setdefault(number, {})
            if row["changed"] > now:
                continue
            for column, value in row.items():
                if column not in {"p001", "changed"} and value is not None:
                    rank = source.ranks[column.upper()]
                    said[number, column.upper()].append((rank, row["changed"], source.place, row_number, value))
    conflicts = set()
    for (number, code), claims in said.items():
        best = claims[0]
        for one in claims[1:]:
            if one[0] < best[0] or (one[0] == best[0] and one[1] > best[1]):
                best = one  # named first wins where rank and time are equal, and sources come in that order
        persons[number][code] = best[4]
        if len({one[4] for one in claims}) > 1:
            conflicts.add((number, code))
    return persons, conflicts
