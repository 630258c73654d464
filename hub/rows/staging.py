"""How accepted rows reach PostgreSQL: COPY into the empty current table, or into a temporary staging table.

Temporary tables live in one transaction and write no log; nothing of a push that fails stays behind. Identity
numbers are sealed on the way (after the checksums, which stay what they are under any key), as the rows that stand are.
"""

from __future__ import annotations

import io
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
from psycopg import sql

from hub.rows.ahead import ahead
from hub.rows.sealed_state import sealing_of
from hub.rows.sums import KnownRows, summed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import psycopg

    from hub.rows.tables import RowTable

    Driver = psycopg.Connection[tuple[Any, ...]]

STAGE = sql.Identifier("pg_temp", "merge_stage")
PLAN = sql.Identifier("pg_temp", "merge_plan")
GONE = sql.Identifier("pg_temp", "merge_gone")
KEPT = sql.Identifier("pg_temp", "merge_kept")
# Checksums are fetched in slices of this many row numbers: 24 bytes each, so 6 MB a slice.
SLICE = 262_144
LINE = "_line"
"""Column of a chunk, and of the tables: line of the pushed file, null where there is none."""


def _names(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def csv_of(frame: pl.DataFrame) -> memoryview:
    """Return CSV as COPY reads it: null is nothing, the empty text is ``""``."""
    buffer = io.BytesIO()
    frame.write_csv(buffer, include_header=False)
    return buffer.getbuffer()


def copy_in(
    driver: Driver,
    target: sql.Composable,
    columns: Iterable[str],
    frames: Iterable[pl.DataFrame],
    *,
    frozen: bool = False,
) -> int:
    r"""COPY frames into ``target`` and return the number of rows.

    INVARIANT: the first column is a number, so that no line can be the end mark ``\.`` of COPY.
    """
    options = sql.SQL("FORMAT csv, FREEZE" if frozen else "FORMAT csv")
    statement = sql.SQL("COPY {} ({}) FROM STDIN ({})").format(target, _names(columns), options)
    count = 0
    pieces = ((csv_of(frame), frame.height) for frame in frames if frame.height)
    # The next chunk is decoded and checked while PostgreSQL takes this one in.
    with driver.cursor() as cursor, closing(ahead(pieces)) as ready, cursor.copy(statement) as copy:
        for piece, height in ready:
            copy.write(piece)
            count += height
    return count


def numbered(frames: Iterable[pl.DataFrame], name: str, first: int) -> Iterator[pl.DataFrame]:
    """Put a running number before the columns of each frame."""
    for frame in frames:
        yield frame.with_row_index(name, first).with_columns(pl.col(name).cast(pl.Int64))
        first += frame.height


def lined(chunk: pl.DataFrame, table: RowTable) -> pl.DataFrame:
    """Return a chunk with its checksums, and its lines before them (null where the chunk has none)."""
    line = chunk[LINE] if LINE in chunk.columns else pl.repeat(None, chunk.height, dtype=pl.Int64, eager=True)
    frame = summed(chunk, table.items)
    return frame.insert_column(0, line.alias(LINE))


@dataclass(frozen=True, slots=True)
class Mark:
    """What a first load writes beside the items: the push, the first ``_row``.

    ``frozen``: the table was created in this very transaction, so its rows need no visibility check
    and no later vacuum (COPY FREEZE).
    """

    push: int
    first_row: int
    frozen: bool


def load(driver: Driver, table: RowTable, chunks: Iterable[pl.DataFrame], mark: Mark) -> int:
    """COPY accepted chunks straight into the current rows (a first load) and return how many there were."""
    sealing = sealing_of(driver, table)
    frames = numbered((sealing.frame(lined(chunk, table)) for chunk in chunks), "_row", mark.first_row)
    pushed = (pushed_by(frame, mark.push) for frame in frames)
    return copy_in(driver, table.current, loaded_columns(table), pushed, frozen=mark.frozen)


def loaded_columns(table: RowTable) -> tuple[str, ...]:
    """Return the columns a first load writes, in the order of its frames."""
    return ("_row", "_push", LINE, "_sum_a", "_sum_b", *table.columns)


def pushed_by(frame: pl.DataFrame, push: int) -> pl.DataFrame:
    """Put the number of the push behind the numbers of the rows."""
    return frame.select("_row", pl.lit(push, dtype=pl.Int64).alias("_push"), pl.all().exclude("_row"))


def stage(driver: Driver, table: RowTable, chunks: Iterable[pl.DataFrame], known: KnownRows | None) -> int:
    """Stage the rows that are not among the known ones; return how many rows were given in all."""
    driver.execute(
        sql.SQL(
            "CREATE TEMP TABLE merge_stage ON COMMIT DROP AS"
            " SELECT 0::bigint AS _n, _line, _sum_a, _sum_b, {} FROM {} WITH NO DATA"
        ).format(_names(table.columns), table.current)
    )
    given = 0
    sealing = sealing_of(driver, table)

    def fresh() -> Iterator[pl.DataFrame]:
        nonlocal given
        for chunk in chunks:
            given += chunk.height
            frame = lined(chunk, table)
            yield sealing.frame(frame if known is None else known.unmatched(frame))

    copy_in(driver, STAGE, ("_n", LINE, "_sum_a", "_sum_b", *table.columns), numbered(fresh(), "_n", 0))
    driver.execute(sql.SQL("ANALYZE {} ({})").format(STAGE, _names(("_n", *table.match))))
    return given


def stage_keys(driver: Driver, table: RowTable, chunks: Iterable[pl.DataFrame]) -> int:
    """Stage what names rows and nothing else: their keys, or where there is no key their checksums; returns how many.

    Chunks hold at least the key columns, or where there is no key all items.
    """
    driver.execute(
        sql.SQL(
            "CREATE TEMP TABLE merge_stage ON COMMIT DROP AS SELECT 0::bigint AS _n, _line, {} FROM {} WITH NO DATA"
        ).format(_names(table.match), table.current)
    )
    columns = (LINE, *table.match)
    sealing = sealing_of(driver, table)

    def named() -> Iterator[pl.DataFrame]:
        for chunk in chunks:
            if not table.key:
                yield lined(chunk, table).select(columns)
                continue
            empty = pl.repeat(None, chunk.height, dtype=pl.Int64, eager=True).alias(LINE)
            yield sealing.frame((chunk if LINE in chunk.columns else chunk.with_columns(empty)).select(columns))

    count = copy_in(driver, STAGE, ("_n", *columns), numbered(named(), "_n", 0))
    driver.execute(sql.SQL("ANALYZE {} ({})").format(STAGE, _names(("_n", *table.match))))
    return count


def known_rows(driver: Driver, table: RowTable, next_row: int) -> KnownRows:
    """Fetch the checksums of all current rows, slice by slice, so that memory stays flat on both sides."""
    statement = sql.SQL(
        "SELECT string_agg(int8send(_row) || int8send(_sum_a) || int8send(_sum_b), '') FROM {}"
        " WHERE _row >= %s AND _row < %s"
    ).format(table.current)

    def packed() -> Iterator[bytes]:
        with driver.cursor(binary=True) as cursor:
            for start in range(0, next_row, SLICE):
                found = cursor.execute(statement, (start, start + SLICE)).fetchone()
                if found is not None and isinstance(found[0], bytes):
                    yield found[0]

    return KnownRows(packed(), next_row)


def put_gone(driver: Driver, rows: pl.Series) -> None:
    """Store the numbers of the rows no chunk held, the candidates to be closed."""
    driver.execute("CREATE TEMP TABLE merge_gone (_row bigint NOT NULL) ON COMMIT DROP")
    if len(rows):
        copy_in(driver, GONE, ("_row",), rows.to_frame().iter_slices(SLICE))
        driver.execute(sql.SQL("ANALYZE {}").format(GONE))


def put_found(driver: Driver) -> int:
    """Make the rows that staged keys name the candidates to be closed; returns how many there are."""
    driver.execute("CREATE TEMP TABLE merge_gone (_row bigint NOT NULL) ON COMMIT DROP")
    statement = sql.SQL("INSERT INTO {} SELECT DISTINCT _row FROM {} WHERE _row IS NOT NULL").format(GONE, PLAN)
    count = driver.execute(statement).rowcount
    driver.execute(sql.SQL("ANALYZE {}").format(GONE))
    return count


def put_kept(driver: Driver, table: RowTable, keys: pl.DataFrame) -> None:
    """Store the keys of rejected rows, whose earlier good version stays."""
    driver.execute(
        sql.SQL(
            "CREATE TEMP TABLE merge_kept ON COMMIT DROP AS SELECT 0::bigint AS _n, {} FROM {} WITH NO DATA"
        ).format(_names(table.key), table.current)
    )
    frame = sealing_of(driver, table).frame(keys.select(table.key).drop_nulls().unique())
    copy_in(driver, KEPT, ("_n", *table.key), numbered([frame], "_n", 0))


def drop_temporary(driver: Driver) -> None:
    """Drop what is left of one merge, so that another can follow in the same transaction."""
    driver.execute(sql.SQL("DROP TABLE IF EXISTS {}, {}, {}, {}").format(STAGE, PLAN, GONE, KEPT))
