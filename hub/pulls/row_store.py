"""The SQL of row hashes: what a source's rows were when they last travelled, sums of them by bucket, and their change.

A hash is 16 hexadecimal digits (64 bits of an MD5), kept as two numbers of 32 bits, so that the sums of a bucket
are the same numbers the source's database computes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl
import sqlalchemy as sa
from psycopg import sql

from hub.pulls import tables
from hub.rows.staging import copy_in

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Sequence

    from hub.database import Unit

_ROW = tables.pull_row
_STAGE: Final = sql.Identifier("pg_temp", "pull_stage")
SUMS: Final = ("bucket", "rows", "sum_a", "sum_b")


def _bucket(shift: int) -> sa.ColumnElement[int]:
    # The operator wants an integer behind a bigint; a bound number would come as a bigint.
    return _ROW.c.slot.op(">>", return_type=sa.BigInteger())(sa.literal_column(str(int(shift)), sa.Integer))


def count(unit: Unit, pull_id: uuid.UUID) -> int:
    """Return how many rows are remembered."""
    query = sa.select(sa.func.count()).select_from(_ROW).where(_ROW.c.pull_id == pull_id)
    return int(unit.connection.execute(query).scalar_one())


def sums(unit: Unit, pull_id: uuid.UUID, shift: int) -> pl.DataFrame:
    """Return :data:`SUMS` of every bucket that has rows, Int64."""
    bucket = _bucket(shift)
    big = sa.BigInteger
    query = (
        sa.select(bucket, sa.func.count(), sa.func.sum(_ROW.c.sum_a).cast(big), sa.func.sum(_ROW.c.sum_b).cast(big))
        .where(_ROW.c.pull_id == pull_id)
        .group_by(bucket)
    )
    rows = [tuple(row) for row in unit.connection.execute(query)]
    return pl.DataFrame(rows, schema=dict.fromkeys(SUMS, pl.Int64()), orient="row")


def hashes(unit: Unit, pull_id: uuid.UUID, shift: int, buckets: Sequence[int]) -> pl.DataFrame:
    """Return slot, key and hash (16 hexadecimal digits) of the rows of some buckets."""
    wanted = sa.any_(sa.literal(list(buckets), sa.ARRAY(sa.BigInteger)))
    query = sa.select(_ROW.c.slot, _ROW.c.key, _ROW.c.sum_a, _ROW.c.sum_b).where(
        _ROW.c.pull_id == pull_id, _bucket(shift) == wanted
    )
    rows = [(row.slot, row.key, f"{row.sum_a:08x}{row.sum_b:08x}") for row in unit.connection.execute(query)]
    return pl.DataFrame(rows, schema={"slot": pl.Int64(), "key": pl.String(), "hash": pl.String()}, orient="row")


def forget(unit: Unit, pull_id: uuid.UUID) -> None:
    """Forget all rows of a pull."""
    unit.connection.execute(sa.delete(_ROW).where(_ROW.c.pull_id == pull_id))


def forget_keys(unit: Unit, pull_id: uuid.UUID, gone: pl.DataFrame) -> None:
    """Forget rows by slot and key: they are gone from the source."""
    if gone.height:
        _stage(unit, [gone.select("slot", "key", sum_a=pl.lit(0), sum_b=pl.lit(0), line=pl.lit(0))])
        unit.driver.execute(
            sql.SQL(
                "DELETE FROM hub.pull_row AS r USING {} AS s WHERE r.pull_id = %s AND r.slot = s.slot AND r.key = s.key"
            ).format(_STAGE),
            (pull_id,),
        )


def remember(unit: Unit, pull_id: uuid.UUID, frames: Iterable[pl.DataFrame], push_id: uuid.UUID | None) -> int:
    """Remember rows that travelled: slot, key, hash as text, and the line of the pushed file each stood on.

    Rows that the push gave back are left out, so that they travel again until they are mended at the source.
    Returns how many are remembered.
    """
    _stage(unit, (_numbers(frame) for frame in frames))
    done = unit.driver.execute(
        sql.SQL(
            "INSERT INTO hub.pull_row (pull_id, slot, key, sum_a, sum_b)"
            " SELECT %s, s.slot, s.key, min(s.sum_a), min(s.sum_b) FROM {} AS s"
            " WHERE NOT EXISTS (SELECT FROM hub.push_rejection AS j WHERE j.push_id = %s AND j.line = s.line)"
            " GROUP BY s.slot, s.key ORDER BY s.slot, s.key"
            " ON CONFLICT (pull_id, slot, key) DO UPDATE SET sum_a = EXCLUDED.sum_a, sum_b = EXCLUDED.sum_b"
        ).format(_STAGE),
        (pull_id, push_id),
    )
    return done.rowcount


def _numbers(frame: pl.DataFrame) -> pl.DataFrame:
    digest = pl.col("hash")
    return frame.select(
        pl.col("slot").cast(pl.Int64),
        "key",
        sum_a=digest.str.slice(0, 8).str.to_integer(base=16),
        sum_b=digest.str.slice(8, 8).str.to_integer(base=16),
        line=pl.col("line").cast(pl.Int64),
    )


def _stage(unit: Unit, frames: Iterable[pl.DataFrame]) -> None:
    unit.driver.execute(
        sql.SQL(
            "DROP TABLE IF EXISTS {stage};"
            "CREATE TEMP TABLE pull_stage (slot bigint, key text, sum_a bigint, sum_b bigint, line bigint)"
            " ON COMMIT DROP"
        ).format(stage=_STAGE)
    )
    copy_in(unit.driver, _STAGE, ("slot", "key", "sum_a", "sum_b", "line"), frames)
    unit.driver.execute(sql.SQL("ANALYZE {}").format(_STAGE))
