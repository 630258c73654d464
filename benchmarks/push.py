"""``push``: a department's file to queryable rows, against PostgreSQL taking the same file alone (L2).

L2 is ``keyed`` of :mod:`benchmarks.copies`: plain COPY into the same keyed table. The push goes through HTTP with
every check: types, lengths, code lists, check digits, dates, unique keys, the intake gate, row checksums, history,
profile, report, receipt. Then the same file again (under its key, under others, and with its body sent all the same),
against reading and hashing it; and one in which every 200th row has changed. What was written is counted by
PostgreSQL itself. In one round all take turns, and a ratio is the median of the ratios of the rounds.
"""

from __future__ import annotations

import hashlib
import os
import time
from statistics import median
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import psycopg

from benchmarks.copies import DEFINITION, copies, costs
from benchmarks.generate import HEADER, population, population_items, write_population
from benchmarks.processes import PeakMemory, cpu_seconds
from benchmarks.push_stages import stages_alone
from benchmarks.rounds import conditions, rounded
from benchmarks.stage import publish, push, staged

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.copies import Cost
    from benchmarks.stage import Stage
    from hub.demo.directory import DemoEntry

LIKE: Final = "changzhu-renkou"
KEY: Final = "citizen_id"
CHANGED_EVERY: Final = 200
SLICE: Final = 500_000
REPEATS: Final = 5
BLOCK: Final = 1 << 20


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
        self.queryable = self.seconds = self.cpu_queryable = self.cpu_hub = self.cpu_database = self.peak_mib = 0.0
        self.tuples = 0

    def run(self, version: int, key: str | None = None) -> _Push:
        """Push, and watch from a connection of its own when ``version`` can be read."""
        stage = self._stage
        with psycopg.connect(stage.database_url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
        moment = _moment(stage)
        hub, database = (cpu_seconds(pid) for pid in stage.pids)
        began = time.perf_counter()
        watcher = Thread(target=self._watch, args=(version, began, hub + database), daemon=True)
        watcher.start()
        with PeakMemory(stage.pids) as memory:
            push(stage, self._entry, self._path, key=key)
            self.seconds = time.perf_counter() - began
        watcher.join(timeout=5)
        self.cpu_hub, self.cpu_database = (
            cpu_seconds(pid) - before for pid, before in zip(stage.pids, (hub, database), strict=True)
        )
        self.tuples = _tuples(stage, self._entry, moment)
        self.peak_mib = memory.mib
        return self

    def _watch(self, version: int, began: float, worked: float) -> None:
        with psycopg.connect(self._stage.database_url, autocommit=True) as connection:
            while not connection.execute(_IS_THERE, (self._entry.name, version)).fetchone():
                time.sleep(0.02)
        self.queryable = time.perf_counter() - began
        self.cpu_queryable = sum(map(cpu_seconds, self._stage.pids)) - worked


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


_IS_THERE = """
SELECT 1 FROM hub.row_set s JOIN hub.entry e ON e.id = s.entry_id WHERE e.name = %s AND s.version >= %s
"""


def _table_of(stage: Stage, entry: DemoEntry) -> str:
    with psycopg.connect(stage.database_url) as connection:
        row = connection.execute("SELECT id FROM hub.entry WHERE name = %s", (entry.name,)).fetchone()
    assert row is not None
    return f"r_{row[0].hex}"


def _hash(path: Path) -> None:
    """Read a file and take its SHA-256: the least a repeat can cost."""
    with path.open("rb") as file:
        hashlib.file_digest(file, "sha256")


def _send_anyway(stage: Stage, entry: DemoEntry, path: Path) -> dict[str, Any]:
    """Push in one request without asking first whether the hub knows the file, as a plain program does."""
    with path.open("rb") as file:
        answer = stage.people.system(entry.provider).raw(
            "POST",
            f"/api/v1/entries/{entry.name}/pushes",
            params={"mode": "full", "filename": path.name},
            content=iter(lambda: file.read(BLOCK), b""),
            headers={"Idempotency-Key": os.urandom(16).hex(), "Content-Length": str(path.stat().st_size)},
        )
    body: dict[str, Any] = answer.json()
    return body


def _repeats(stage: Stage, entry: DemoEntry, file: Path) -> dict[str, Any]:
    """Return what repeats of a file cost the client by the clock, in turns with reading and hashing it."""
    other = file.with_name("other-name.csv")
    other.hardlink_to(file)
    ways: dict[str, Callable[[], dict[str, Any]]] = {
        "same_key": lambda: push(stage, entry, file, key="first"),
        "another_key": lambda: push(stage, entry, file),
        "another_name": lambda: push(stage, entry, other),
        "sent_anyway": lambda: _send_anyway(stage, entry, file),
    }
    moment = _moment(stage)
    taken: dict[str, list[float]] = {name: [] for name in ("hash", *ways)}
    known: set[bool] = set()
    for _ in range(REPEATS):
        taken["hash"].append(_timed(lambda: _hash(file)))
        for name, way in ways.items():
            taken[name].append(_timed(lambda way=way: known.add(way()["is_repeat"])))  # type: ignore[misc]
    other.unlink()
    return {
        "hash_seconds": median(taken["hash"]),
        "tuples_written": _tuples(stage, entry, moment),
        "is_repeat": known == {True},
        **{
            name: {
                "seconds": median(taken[name]),
                "ratio_to_hash": median(one / least for one, least in zip(taken[name], taken["hash"], strict=True)),
            }
            for name in ways
        },
    }


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _middle(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the medians of figures that each round has, at any depth; counts are added, statements joined by and."""
    whole: dict[str, Any] = {}
    for name, value in found[0].items():
        values = [one[name] for one in found]
        if isinstance(value, dict):
            whole[name] = _middle(values)
        elif isinstance(value, bool):
            whole[name] = all(values)
        else:
            whole[name] = sum(values) if isinstance(value, int) else rounded(median(values))
    return whole


def _summary(pushes: list[_Push], taken: list[dict[str, Cost]], rows: int) -> dict[str, Any]:
    pairs = list(zip(pushes, taken, strict=True))
    queryable = median(one.queryable for one in pushes)
    found = {
        "seconds_to_queryable": queryable,
        "seconds_to_answer": median(one.seconds for one in pushes),
        "rows_per_second": rows / queryable,
        "ratio_to_copy": median(one.queryable / copy["keyed"].seconds for one, copy in pairs),
        "ratio_to_plain_copy": median(one.queryable / copy["plain"].seconds for one, copy in pairs),
        "ratio_to_copy_then_index": median(one.queryable / copy["then_keyed"].seconds for one, copy in pairs),
        "cpu_seconds_to_queryable": median(one.cpu_queryable for one in pushes),
        "cpu_seconds_of_the_hub": median(one.cpu_hub for one in pushes),
        "cpu_seconds_of_the_database": median(one.cpu_database for one in pushes),
        "peak_mib": max(one.peak_mib for one in pushes),
    }
    if all(copy["keyed"].cpu for copy in taken):  # below some thousand rows it is less than the clock of CPU time tells
        found["cpu_ratio_to_copy"] = median(one.cpu_queryable / copy["keyed"].cpu for one, copy in pairs)
    if "indexed" in taken[0]:
        found["answer_to_indexed_copy"] = median(one.seconds / copy["indexed"].seconds for one, copy in pairs)
    return {name: rounded(value) for name, value in found.items()} | {"tuples_written": pushes[0].tuples}


def run(given: Namespace) -> dict[str, Any]:
    """Measure; figures of the first push on top, repeats, the changed file and the stages below their names."""
    first: list[_Push] = []
    repeats: list[dict[str, Any]] = []
    changed: list[_Push] = []
    taken: list[dict[str, Cost]] = []
    with staged() as stage:
        file, later = stage.folder / "persons.csv", stage.folder / "changed.csv"
        write_population(file, given.rows)
        expected = write_changed(later, given.rows)
        for number in range(given.rounds):
            entry = publish(stage, LIKE, f"renkou-cesu-{number + 1}", population_items(), KEY)
            first.append(_Push(stage, entry, file).run(1, key="first"))
            taken.append(copies(stage, _table_of(stage, entry), file, given.rows))
            repeats.append(_repeats(stage, entry, file))
            changed.append(_Push(stage, entry, later).run(2))
        stages = stages_alone(stage, file)
        megabytes = file.stat().st_size / 1e6
    return {
        **_summary(first, taken, given.rows),
        "copy": costs(taken),
        "copy_is": DEFINITION,
        "repeat": _middle(repeats),
        "changed": _summary(changed, taken, given.rows) | {"rows_changed_in_file": expected},
        "stages": stages,
        "file_mb": rounded(megabytes),
        "table_rows": given.rows,
        "conditions": conditions(1, 0, given.rounds),
    }
