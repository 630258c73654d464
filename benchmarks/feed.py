"""``feed``: departments' files of a generated city taken into the registers of persons and bodies, seconds a row.

``--persons`` of the city, and a seventh as many bodies. The files are pushed first; then the registers are switched on
and take all of them: found by their number, ranked, weighed against each other, with conflicts, links, lines of change
and receipts. The limit of the same run is the result alone: the same subjects, names, claims and links written by one
``INSERT … SELECT`` each into empty tables with the same indexes.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import psycopg

from benchmarks.rounds import conditions, rounded
from benchmarks.stage import staged
from hub.generator import rows
from hub.generator.city import Wish, generate
from hub.generator.loading import Loading
from hub.generator.parameters import load_parameters

if TYPE_CHECKING:
    from argparse import Namespace

FED: Final = (rows.RESIDENTS, rows.BIRTHS, rows.DEATHS, rows.MARRIAGES, rows.INSURANCE, rows.BODIES)
REGISTERS: Final = ("population", "legal_persons")
PARTS: Final = ("subject", "alias", "claim", "link")
WAIT_SECONDS: Final = 4 * 3600.0


def _limit(url: str) -> float:
    """Write what the registers hold into empty tables like theirs; return the seconds."""
    total = 0.0
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA bench")
        for register in REGISTERS:
            for part in PARTS:
                name = f"{register}_{part}"
                connection.execute(f"CREATE TABLE bench.{name} (LIKE hub.{name} INCLUDING ALL)".encode())
                began = time.perf_counter()
                connection.execute(
                    f"INSERT INTO bench.{name} OVERRIDING SYSTEM VALUE SELECT * FROM hub.{name}".encode()
                )
                total += time.perf_counter() - began
    return total


def _counts(url: str) -> tuple[int, int, int, int]:
    """Return rows taken, subjects, conflicts and steps of both registers."""
    query = (
        "SELECT coalesce(sum((counts ->> 'rows')::bigint), 0), coalesce(sum((counts ->> 'born')::bigint), 0),"
        " coalesce(sum((counts ->> 'conflicts')::bigint), 0), count(*) FROM hub.register_change"
    )
    with psycopg.connect(url) as connection:
        found = connection.execute(query).fetchone()
    assert found is not None
    return int(found[0]), int(found[1]), int(found[2]), int(found[3])


def run(given: Namespace) -> dict[str, Any]:
    """Measure."""
    with staged(is_city=True) as stage:
        folder = stage.folder / "city"
        folder.mkdir()
        generate(folder, Wish(given.rows, given.rows // 7, 1, 0, None, 0.002), load_parameters(None))
        loading = Loading(stage.people, folder, lambda _name, _seconds: None)
        loading.publish()
        for name in FED:
            path = folder / "base" / f"{name}.csv"
            if path.is_file():
                loading.push(path, "full")
        began = time.perf_counter()
        loading.sources()
        loading.wait(WAIT_SECONDS)
        seconds = time.perf_counter() - began
        taken, subjects, conflicts, steps = _counts(stage.database_url)
        limit = _limit(stage.database_url)
    return {
        "rows": taken,
        "rows_per_second": rounded(taken / seconds),
        "us_per_row": rounded(seconds / taken * 1e6),
        "subjects": subjects,
        "conflicts": conflicts,
        "steps": steps,
        "insert_alone_seconds": rounded(limit),
        "ratio_to_insert": rounded(seconds / limit),
        **conditions(1, seconds, 1),
    }
