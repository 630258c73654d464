"""``match``: an agency compares 10,000 persons with a register, over HTTP, with token, decision and durable receipt.

In the same rounds: one plain SQL join of the same keys with the same table by PostgreSQL alone (L2). The difference is
what parsing, comparing, proving every row and the answer cost. ``--rows`` is the size of the register.
"""

from __future__ import annotations

import json
import time
from statistics import median
from typing import TYPE_CHECKING, Any

import polars as pl
import psycopg

from benchmarks.generate import HEADER, population_items, write_population
from benchmarks.rounds import rounded
from benchmarks.stage import AGENCY, PURPOSE, grant, publish, push, staged
from hub.number_keys import open_number_seals
from policies.facts import ShareType

if TYPE_CHECKING:
    from argparse import Namespace

    from benchmarks.stage import Stage

NAME, LIKE, KEY = "renkou-bidui", "changzhu-renkou", "citizen_id"
PERSONS = 10_000
MODES = ("batch", "verify", "query")


def _once(stage: Stage, body: bytes) -> tuple[float, dict[str, Any]]:
    """Time one batch, by the client any department's program would use."""
    system = stage.people.system(AGENCY)
    started = time.perf_counter()
    answer = system.raw(
        "POST", f"/api/v1/exchange/{NAME}/match", content=body, headers={"Content-Type": "application/json"}
    )
    return time.perf_counter() - started, json.loads(answer.content)


def _join(connection: psycopg.Connection, table: str, columns: tuple[str, ...], keys: list[str]) -> float:
    """Time what PostgreSQL needs for the same keys alone: COPY them, join, read the rows."""
    started = time.perf_counter()
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute('CREATE TEMPORARY TABLE asked (k text COLLATE "C") ON COMMIT DROP')
        with cursor.copy("COPY asked FROM STDIN") as copy:
            for key in keys:
                copy.write_row((key,))
        cursor.execute("ANALYZE asked")
        names = ", ".join(f't."{name}"' for name in columns)
        cursor.execute(f'SELECT k, {names} FROM asked JOIN {table} t ON t."{KEY}" = k'.encode())
        assert len(cursor.fetchall()) == len(keys)
    return time.perf_counter() - started


def run(given: Namespace) -> dict[str, Any]:
    """Measure."""
    with staged() as stage:
        items = population_items()
        entry = publish(stage, LIKE, NAME, items, KEY, ShareType.CONDITIONAL)
        file = stage.folder / "persons.csv"
        write_population(file, given.rows)
        push(stage, entry, file)
        claims = tuple(item.column for item in items if item.column != KEY)[:2]
        grant(stage, entry, (KEY, *claims), modes=MODES)
        names = {item.column: header for item, header in zip(items, HEADER, strict=True)}
        wanted = [names[name] for name in (KEY, *claims)]
        persons = pl.read_csv(file, columns=wanted, infer_schema=False).sample(min(PERSONS, given.rows), seed=1)
        rows = persons.rename({names[name]: name for name in (KEY, *claims)}).to_dicts()
        document = {"key": [KEY], "claims": list(claims), "rows": rows, "purpose": PURPOSE, "case_number": "DB-1"}
        body = json.dumps(document, ensure_ascii=False).encode()
        seals = open_number_seals(stage.settings.data_dir / "keys")
        with psycopg.connect(stage.database_url, autocommit=True) as connection:
            found = connection.execute("SELECT entry_id FROM hub.row_set ORDER BY row_count DESC LIMIT 1").fetchone()
            assert found is not None
            table = f"data.r_{found[0].hex}"
            # Numbers are stored sealed: the join alone is given them as they are stored.
            keys = [seals.seal(row[KEY]) for row in rows]
            hub_seconds, join_seconds = [], []
            for _ in range(max(given.rounds, 3)):
                seconds, answer = _once(stage, body)
                assert answer["counts"]["match"] == len(rows), answer["counts"]
                hub_seconds.append(seconds)
                join_seconds.append(_join(connection, table, claims, keys))
    seconds, plain = median(hub_seconds), median(join_seconds)
    return {
        "seconds": rounded(seconds),
        "persons": len(rows),
        "persons_per_second": rounded(len(rows) / seconds),
        "join_alone_seconds": rounded(plain),
        "ratio_to_join": rounded(seconds / plain),
        "table_rows": given.rows,
    }
