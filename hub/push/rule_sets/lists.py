"""Codes against the time they were in force: a withdrawn code is named with its successor (GB/T 2260 through time).

A list that says from when until when each code held comes in rows of code, first and last year, successor; one code
may have several rows, because one code has named two places.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import polars as pl

from catalogue.code_lists import load_code_list

if TYPE_CHECKING:
    from datetime import date

_EVER: Final = 9999


@cache
def _terms(name: str) -> pl.DataFrame:
    """Return code, first, last, successor of a dated list."""
    rows = load_code_list(name).history
    return pl.DataFrame(
        {
            "code": [row.code for row in rows],
            "first": [int(row.extra["first_year"] or 0) for row in rows],
            "last": [int(row.extra["last_year"] or _EVER) for row in rows],
            "successor": [row.extra["successor"] for row in rows],
        },
        schema={"code": pl.String, "first": pl.Int32, "last": pl.Int32, "successor": pl.String},
    )


def out_of_force(name: str, codes: pl.Series, years: pl.Series | date) -> tuple[pl.Series, pl.Series]:
    """Return where a code of the list was not in force, and what is known of it (``停用 1990 → 410181``).

    Codes that the list does not hold are no matter of this rule. Null codes and years are neither good nor bad.
    """
    asked = pl.DataFrame({"code": codes}).with_columns(
        years.rename("year") if isinstance(years, pl.Series) else pl.lit(years.year, dtype=pl.Int32).alias("year")
    )
    wanted = asked.unique().drop_nulls()
    known = wanted.join(_terms(name), on="code", how="inner")
    holds = pl.col("year").is_between("first", "last")
    judged = known.group_by("code", "year").agg(
        holds.any().alias("holds"),
        pl.col("last").filter(pl.col("last") < pl.col("year")).max().alias("ended"),
        pl.col("first").min().alias("first"),
        pl.col("successor").sort_by("last").last().alias("successor"),
    )
    bad = judged.filter(~pl.col("holds")).with_columns(
        pl.when(pl.col("ended").is_null())
        .then(pl.format("{} 起启用", "first"))
        .when(pl.col("successor") == "")
        .then(pl.format("用至 {}", "ended"))
        .otherwise(pl.format("用至 {} → {}", "ended", "successor"))
        .alias("words")
    )
    found = asked.join(bad.select("code", "year", "words"), on=["code", "year"], how="left", maintain_order="left")
    return found["words"].is_not_null(), found["words"]
