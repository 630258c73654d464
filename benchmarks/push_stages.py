"""Where the time of a push goes: each of its stages alone, by the hub's own code, on the same file.

In a push the stages of the hub and those of the database overlap, so its time by the clock is less than their sum;
seconds of processor add up. Measured are the first million rows at most.
"""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg import sql

from benchmarks.generate import population_items
from benchmarks.processes import cpu_seconds
from benchmarks.rounds import rounded
from connectors.files.reader import open_table
from connectors.port import Limits, ReadOptions
from hub.database import Database
from hub.directory.privacy.watch import Watch
from hub.push.check import Checker
from hub.push.gate import Gate
from hub.push.header import map_header
from hub.push.rule_sets.profile import Profiler
from hub.rows import staging
from hub.rows.tables import RowTable, ensure, item_indexes, key_indexes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import polars as pl

    from benchmarks.stage import Stage
    from catalogue.item import Item

MOST_ROWS: Final = 1_000_000
BLOCK: Final = 1 << 20
KEY: Final = ("citizen_id",)


@dataclass
class Stages:
    """Seconds by the clock and of processor, by stage."""

    found: dict[str, tuple[float, float]] = field(default_factory=dict)

    @contextmanager
    def timed(self, name: str, clock: Callable[[], float] = time.process_time) -> Iterator[None]:
        """Add what the block takes to a stage."""
        seconds, cpu = self.found.get(name, (0.0, 0.0))
        worked, began = clock(), time.perf_counter()
        yield
        self.found[name] = (seconds + time.perf_counter() - began, cpu + clock() - worked)

    def each(self, name: str, frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """Yield the frames; making them is a stage."""
        while True:
            with self.timed(name):
                frame = next(frames, None)
            if frame is None:
                return
            yield frame

    def body(self) -> dict[str, dict[str, float]]:
        """Return the figures as JSON data."""
        return {
            name: {"seconds": rounded(seconds), "cpu_seconds": rounded(cpu)}
            for name, (seconds, cpu) in self.found.items()
        }


def _receive(stages: Stages, path: Path, target: Path) -> None:
    """Do what the hub does with a body: write it to a file, take its digest."""
    with stages.timed("receive_and_hash"), path.open("rb") as source, target.open("wb") as file:
        digest = hashlib.sha256()
        while block := source.read(BLOCK):
            digest.update(block)
            file.write(block)
    target.unlink()


def _in_the_hub(stages: Stages, path: Path, table: RowTable, target: Path) -> int:
    """Run the stages between the file and the database; writes what COPY would get, returns the rows."""
    items: tuple[Item, ...] = table.items
    today = datetime.now(UTC).date()
    checker = Checker(items, KEY, today=today, demo=True)
    watch, profiler = Watch(items, {}, today=today), Profiler(items)
    rows = 0
    with open_table(path, ReadOptions(name=path.name), Limits()) as source, target.open("wb") as file:
        columns = map_header(source.header, source.letters, items)
        gate = Gate(items, columns, today=today)
        for frame in stages.each("decode", source.chunks()):
            with stages.timed("gate"):
                gate.scan_chunk(frame)
            with stages.timed("checks"):
                accepted = checker.check(frame, columns).accepted
            with stages.timed("privacy_watch"):
                watch.add(accepted)
            with stages.timed("profile"):
                profiler.add(accepted)
            with stages.timed("checksums"):
                summed = staging.lined(accepted, table)
            with stages.timed("csv"):
                numbered = next(staging.numbered((summed,), "_row", rows + 1))
                piece = staging.csv_of(staging.pushed_by(numbered, 1))
            file.write(piece)
            rows += accepted.height
            if rows >= MOST_ROWS:
                break
    return rows


def _in_the_database(stages: Stages, stage: Stage, table: RowTable, path: Path) -> None:
    """Run the stages of the database on a table of its own."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        table.current, sql.SQL(", ").join(map(sql.Identifier, staging.loaded_columns(table)))
    )

    def clock() -> float:
        return cpu_seconds(stage.postgres_pid)

    database = Database.from_settings(stage.settings, stage.database_url)
    with database.begin() as unit:
        ensure(unit, table)
    database.close()
    with psycopg.connect(stage.database_url, autocommit=True) as connection:
        with stages.timed("copy", clock), connection.cursor().copy(statement) as copy, path.open("rb") as file:
            while block := file.read(BLOCK):
                copy.write(block)
        with stages.timed("key_indexes", clock), connection.transaction():
            for one in key_indexes(table):
                connection.execute(one)
        with stages.timed("analyze", clock):
            connection.execute(sql.SQL("ANALYZE {}").format(table.current))
        with stages.timed("item_indexes", clock), connection.transaction():
            for one in item_indexes(table):
                connection.execute(one)
        connection.execute(sql.SQL("DROP TABLE {}, {}").format(table.current, table.history))


def stages_alone(stage: Stage, path: Path) -> dict[str, Any]:
    """Return the figures of every stage, and of how many rows they are."""
    stages = Stages()
    table = RowTable(uuid.uuid4(), population_items(), KEY)
    target = stage.folder / f"stage-{os.getpid()}.csv"
    _receive(stages, path, target)
    rows = _in_the_hub(stages, path, table, target)
    _in_the_database(stages, stage, table, target)
    target.unlink()
    return {"rows": rows, **stages.body()}
