"""The SQL of row hashes: what a source's rows were when they last travelled, sums of them by bucket, and their change.

A hash is 16 hexadecimal digits (64 bits of an MD5), kept as two numbers of 32 bits, so that the sums of a bucket
are the same numbers the source's database computes. A key may be an identity number, so keys are kept sealed; all of a
pull under one key of the seals wherever they are compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl
import sqlalchemy as sa
from psycopg import sql

from hub.pulls import tables
from hub.rows.sealed import opened
from hub.rows.staging import copy_in

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Sequence

    from hub.database import Unit
    from hub.rows.sealed import Seals

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


def hashes(unit: Unit, pull_id: uuid.UUID, shift: int, buckets: Sequence[int], seals: Seals) -> pl.DataFrame:
    """Return slot, key and hash (16 hexadecimal digits) of the rows of some buckets."""
    wanted = sa.any_(sa.literal(list(buckets), sa.ARRAY(sa.BigInteger)))
    query = sa.select(_ROW.c.slot, _ROW.c.key, _ROW.c.sum_a, _ROW.c.sum_b).where(
        _ROW.c.pull_id == pull_id, _bucket(shift) == wanted
    )
    found = unit.connection.execute(query)
    rows = [(row.slot, opened(seals, row.key), f"{row.sum_a:08x}{row.sum_b:08x}") for row in found]
    return pl.DataFrame(rows, schema={"slot": pl.Int64(), "key": pl.String(), "hash": pl.String()}, orient="row")


def forget(unit: Unit, pull_id: uuid.UUID) -> None:
    """Forget all rows of a pull."""
    unit.connection.execute(sa.delete(_ROW).where(_ROW.c.pull_id == pull_id))


def forget_keys(unit: Unit, pull_id: uuid.UUID, gone: pl.DataFrame, seals: Seals) -> None:
    """Forget rows by slot and key: they are gone from the source."""
    if gone.height:
        version = _under_one_key(unit, pull_id, seals)
        named = gone.select("slot", "key", sum_a=pl.lit(0), sum_b=pl.lit(0), line=pl.lit(0))
        _stage(unit, [_sealed(named, seals, version)])
        unit.driver.execute(
            sql.SQL(
                "DELETE FROM hub.pull_row AS r USING {} AS s WHERE r.pull_id = %s AND r.slot = s.slot AND r.key = s.key"
            ).format(_STAGE),
            (pull_id,),
        )


def remember(
    unit: Unit, pull_id: uuid.UUID, frames: Iterable[pl.DataFrame], push_id: uuid.UUID | None, seals: Seals
) -> int:
    """Remember rows that travelled: slot, key, hash as text, and the line of the pushed file each stood on.

    Rows that the push gave back are left out, so that they travel again until they are mended at the source.
    Returns how many are remembered.
    """
    version = _under_one_key(unit, pull_id, seals)
    _stage(unit, (_sealed(_numbers(frame), seals, version) for frame in frames))
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


def _sealed(frame: pl.DataFrame, seals: Seals, version: int) -> pl.DataFrame:
    return frame.with_columns(pl.Series("key", seals.seal_texts(frame["key"].to_list(), version), dtype=pl.String))


def _under_one_key(unit: Unit, pull_id: uuid.UUID, seals: Seals) -> int:
    """Seal anew what is remembered under an older key, or in the clear; returns the version all of it is under."""
    version = seals.version
    old = unit.driver.execute(
        "SELECT key FROM hub.pull_row WHERE pull_id = %s AND NOT starts_with(key, %s)", (pull_id, f"~{version}.")
    ).fetchall()
    if old:
        was = [str(row[0]) for row in old]
        unit.driver.execute(
            "UPDATE hub.pull_row r SET key = m.new FROM unnest(%s::text[], %s::text[]) AS m(was, new)"
            " WHERE r.pull_id = %s AND r.key = m.was",
            (was, seals.seal_texts([opened(seals, text) for text in was], version), pull_id),
        )
    return version


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
