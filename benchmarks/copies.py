"""The limit of ``push``: PostgreSQL taking the same CSV file alone, into tables like that of the resource.

The limit is ``keyed``: one COPY, in one transaction, into an empty table that has the columns of the hub's table and
already its unique indexes (the key and ``_row``), as the hub's table has them when its rows can be read. Beside it,
so that the choice can be judged: ``indexed`` has also the indexes of coded items, which the hub has when it answers;
``plain`` has the twelve items and a primary key alone, less than any such table needs; ``then_keyed`` copies into a
table without index and builds the unique ones after, in the same transaction: the best a database administrator does.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg import sql

from benchmarks.generate import population_items
from benchmarks.limits import copy_file, plain_table, table_like
from benchmarks.processes import cpu_seconds
from benchmarks.rounds import rounded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.stage import Stage

DEFINITION: Final = (
    "keyed: COPY of the same file, one transaction, into an empty table with the columns of the hub's table and its"
    " unique indexes (key, _row) already there; indexed: the same with the indexes of coded items as well; plain: the"
    " items and a primary key alone; then_keyed: COPY into a table without index, then its unique indexes"
)
MOST_ROWS: Final = 2_000_000
"""Up to here COPY into a table with every index is measured too."""
COLUMNS: Final = tuple(item.column for item in population_items())


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds by the clock until the rows were durable, and seconds of processor of the database."""

    seconds: float
    cpu: float


def indexes_of(connection: psycopg.Connection[Any], model: str, *, unique: bool) -> list[bytes]:
    """Return the statements of the indexes of ``data.<model>`` for ``data.bench_like``, unnamed."""
    found = connection.execute(
        "SELECT pg_get_indexdef(indexrelid), indisunique FROM pg_index WHERE indrelid = %s::regclass",
        (f"data.{model}",),
    )
    texts = [(str(text), bool(is_unique)) for text, is_unique in found]
    return [
        f"CREATE {'UNIQUE ' if is_unique else ''}INDEX ON data.bench_like {text[text.index('USING') :]}".encode()
        for text, is_unique in texts
        if is_unique or not unique
    ]


def _copied(
    stage: Stage, table: sql.Identifier, path: Path, before: Sequence[bytes] = (), after: Sequence[bytes] = ()
) -> Cost:
    """COPY the file into a table in one transaction, with statements run before it and, measured too, after it."""
    with psycopg.connect(stage.database_url, autocommit=True) as connection:
        for statement in before:
            connection.execute(statement)
        connection.execute("CHECKPOINT")
        worked, began = cpu_seconds(stage.postgres_pid), time.perf_counter()
        with connection.transaction():
            copy_file(connection, table, COLUMNS, path)
            for statement in after:
                connection.execute(statement)
        return Cost(time.perf_counter() - began, cpu_seconds(stage.postgres_pid) - worked)


def copies(stage: Stage, model: str, path: Path, rows: int) -> dict[str, Cost]:
    """COPY the file in all ways, into tables like ``data.<model>``; ``indexed`` takes hours from some millions on."""
    with psycopg.connect(stage.database_url, autocommit=True) as connection:
        unique = indexes_of(connection, model, unique=True)
        every = indexes_of(connection, model, unique=False)
    ways: dict[str, tuple[Sequence[bytes], Sequence[bytes]]] = {"keyed": (unique, ()), "then_keyed": ((), unique)}
    if rows <= MOST_ROWS:
        ways["indexed"] = (every, ())
    found: dict[str, Cost] = {}
    for name, (before, after) in ways.items():
        with table_like(stage.database_url, model) as table:
            found[name] = _copied(stage, table, path, before, after)
    with plain_table(stage.database_url) as table:
        found["plain"] = _copied(stage, table, path)
    return found


def costs(taken: Sequence[dict[str, Cost]]) -> dict[str, dict[str, float]]:
    """Return the medians of some rounds."""
    return {
        name: {
            "seconds": rounded(median(one[name].seconds for one in taken)),
            "cpu_seconds": rounded(median(one[name].cpu for one in taken)),
        }
        for name in taken[0]
    }
