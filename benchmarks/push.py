"""``push``: a department's file to queryable rows, against PostgreSQL taking the same file alone (L2).

L2 is ``COPY`` of the same CSV file into a table of the same columns, types and indexes, in one transaction. The push
goes through HTTP with every check: types, lengths, code lists, check digits, dates, unique keys, the intake gate,
row checksums, history, report, receipt. Then the same file again (under its key, and under others), against reading
and hashing it; and one in which every 200th row has changed. What was written is counted by PostgreSQL itself.
"""

from __future__ import annotations

import hashlib
import time
from statistics import median
from threading import Thread
from typing import TYPE_CHECKING, Any

import polars as pl
import psycopg

from benchmarks.generate import HEADER, population, population_items, write_population
from benchmarks.limits import copy_seconds, plain_table, table_like
from benchmarks.processes import PeakMemory, cpu_seconds
from benchmarks.rounds import conditions, rounded
from benchmarks.stage import publish, push, staged

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

    from benchmarks.stage import Stage
    from hub.demo.directory import DemoEntry

LIKE = "changzhu-renkou"
KEY = "citizen_id"
CHANGED_EVERY = 200
SLICE = 500_000


def write_changed(path: Path, rows: int) -> int:
    """Write the file of :func:`write_population` with another address in every 200th row; return how many."""
    changed = 0
    with path.open("wb") as file:
        for first in range(0, rows, SLICE):
            part = population(min(SLICE, rows - first), first=first).with_row_index("n", first)
            is_changed = pl.col("n") % CHANGED_EVERY == 0
            changed += part.filter(is_changed).height
            address = pl.when(is_changed).then(pl.col(HEADER[6]) + "乙").otherwise(pl.col(HEADER[6]))
            part.with_columns(address.alias(HEADER[6])).drop("n").write_csv(file, include_header=first == 0)
    return changed


class _Push:
    """One push from the outside: seconds until its rows can be read, and until it was answered."""

    def __init__(self, stage: Stage, entry: DemoEntry, path: Path) -> None:
        self._stage, self._entry, self._path = stage, entry, path
        self.report: dict[str, Any] = {}
        self.queryable = self.seconds = self.cpu = self.peak_mib = 0.0
        self.tuples = 0

    def run(self, version: int | None, key: str | None = None) -> _Push:
        """Push, and watch from a connection of its own when ``version`` can be read (None: none is to come)."""
        with psycopg.connect(self._stage.database_url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
        moment = _moment(self._stage)
        before = sum(map(cpu_seconds, self._stage.pids))
        began = time.perf_counter()
        watcher = Thread(target=self._watch, args=(version or 0, began), daemon=True)
        watcher.start()
        with PeakMemory(self._stage.pids) as memory:
            self.report = push(self._stage, self._entry, self._path, key=key)
            self.seconds = time.perf_counter() - began
        watcher.join(timeout=5)
        self.tuples = _tuples(self._stage, self._entry, moment)
        self.cpu = sum(map(cpu_seconds, self._stage.pids)) - before
        self.peak_mib = memory.mib
        return self

    def _watch(self, version: int, began: float) -> None:
        with psycopg.connect(self._stage.database_url, autocommit=True) as connection:
            while not connection.execute(_IS_THERE, (self._entry.name, version)).fetchone():
                time.sleep(0.02)
        self.queryable = time.perf_counter() - began


def _moment(stage: Stage) -> int:
    """Return the number of a transaction of now: what is written later has a higher one."""
    with psycopg.connect(stage.database_url) as connection:
        row = connection.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
    assert row is not None
    return int(row[0])


def _tuples(stage: Stage, entry: DemoEntry, since: int) -> int:
    """Return the row states PostgreSQL has written since a moment, in the tables of an entry."""
    digits = _table_of(stage, entry).removeprefix("r_")
    text = " + ".join(
        f"(SELECT count(*) FROM data.{kind}_{digits} WHERE xmin::text::bigint >= {since})" for kind in ("r", "h")
    )
    with psycopg.connect(stage.database_url) as connection:
        row = connection.execute(f"SELECT {text}".encode()).fetchone()
    return 0 if row is None else int(row[0])


def _hash_seconds(path: Path) -> float:
    """Return the seconds of reading a file and taking its SHA-256: the least a repeat can cost."""
    began = time.perf_counter()
    with path.open("rb") as file:
        hashlib.file_digest(file, "sha256")
    return time.perf_counter() - began


_IS_THERE = """
SELECT 1 FROM hub.row_set s JOIN hub.entry e ON e.id = s.entry_id WHERE e.name = %s AND s.version >= %s
"""


def _table_of(stage: Stage, entry: DemoEntry) -> str:
    with psycopg.connect(stage.database_url) as connection:
        row = connection.execute("SELECT id FROM hub.entry WHERE name = %s", (entry.name,)).fetchone()
    assert row is not None
    return f"r_{row[0].hex}"


def _copies(stage: Stage, entry: DemoEntry, path: Path) -> tuple[float, float]:
    """Return the seconds of COPY into the table of the resource with its indexes, and into a plain keyed table."""
    columns = tuple(item.column for item in population_items())
    with table_like(stage.database_url, _table_of(stage, entry)) as table:
        same = copy_seconds(stage.database_url, table, columns, path)
    with plain_table(stage.database_url) as table:
        return same, copy_seconds(stage.database_url, table, columns, path)


def _summary(pushes: list[_Push], copy: float, plain: float, rows: int) -> dict[str, Any]:
    queryable = median(one.queryable for one in pushes)
    found = {
        "seconds_to_queryable": queryable,
        "seconds_to_answer": median(one.seconds for one in pushes),
        "rows_per_second": rows / queryable,
        "ratio_to_copy": median(one.seconds for one in pushes) / copy,
        "queryable_to_copy": queryable / copy,
        "ratio_to_plain_copy": median(one.seconds for one in pushes) / plain,
        "cpu_seconds": median(one.cpu for one in pushes),
        "peak_mib": max(one.peak_mib for one in pushes),
    }
    return {name: rounded(value) for name, value in found.items()} | {"tuples_written": pushes[0].tuples}


def _repeats(repeats: dict[str, list[_Push]], hashing: float) -> dict[str, Any]:
    """Return what repeats of a file cost beside reading and hashing it; none may write a row."""
    found: dict[str, Any] = {"hash_seconds": rounded(hashing)}
    for name, pushes in repeats.items():
        seconds = median(one.seconds for one in pushes)
        found[name] = {
            "seconds": rounded(seconds),
            "ratio_to_hash": rounded(seconds / hashing),
            "tuples_written": sum(one.tuples for one in pushes),
            "is_repeat": all(one.report["is_repeat"] for one in pushes),
        }
    return found


def run(given: Namespace) -> dict[str, Any]:
    """Measure; figures of the first push on top, the repeat and the changed file below their names."""
    first: list[_Push] = []
    repeats: dict[str, list[_Push]] = {"same_key": [], "another_key": [], "another_name": []}
    hashing: list[float] = []
    changed: list[_Push] = []
    copies: list[tuple[float, float]] = []
    with staged() as stage:
        file, later = stage.folder / "persons.csv", stage.folder / "changed.csv"
        write_population(file, given.rows)
        expected = write_changed(later, given.rows)
        for number in range(given.rounds):
            entry = publish(stage, LIKE, f"renkou-cesu-{number + 1}", population_items(), KEY)
            first.append(_Push(stage, entry, file).run(1, key="first"))
            copies.append(_copies(stage, entry, file))
            other = file.rename(stage.folder / "other-name.csv")
            repeats["another_name"].append(_Push(stage, entry, other).run(None, key="third"))
            other.rename(file)
            repeats["same_key"].append(_Push(stage, entry, file).run(None, key="first"))
            repeats["another_key"].append(_Push(stage, entry, file).run(None, key="second"))
            hashing.append(_hash_seconds(file))
            changed.append(_Push(stage, entry, later).run(2))
        megabytes = file.stat().st_size / 1e6
    copy, plain = (median(each) for each in zip(*copies, strict=True))
    return {
        **_summary(first, copy, plain, given.rows),
        "copy_seconds": rounded(copy),
        "plain_copy_seconds": rounded(plain),
        "repeat": _repeats(repeats, median(hashing)),
        "changed": _summary(changed, copy, plain, given.rows) | {"rows_changed_in_file": expected},
        "file_mb": rounded(megabytes),
        "table_rows": given.rows,
        "conditions": conditions(1, 0, given.rounds),
    }
