"""What contradicts itself in rows about persons, over whole columns; the same rules as ``catalogue.basic.population``.

A contradiction is told to the source (校核) and edited by nobody: the values stay as they came, but for a date of death
that cannot be, and a document that must not be stored. GB 11643-1999; 户口登记条例 Art. 6-8; 个人信息保护法 Art. 31.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from catalogue.basic.population import ADULT_IN_DATA_LAW, MARRIAGE_AGE
from catalogue.basic.population_documents import NEVER_STORED
from hub.registers.population import elements as e
from hub.registers.rules import REFUSED_SCHEMA, ROW, refusals

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

PLAIN: Final = "_plain"
"""The number a row is keyed by, in the clear, only while the row is read; null where it is no identity number."""
_DAY: Final = "%Y-%m-%d"


def value(frame: pl.DataFrame, code: str) -> pl.Expr:
    """Return an element's column, nulls where the source does not say it."""
    return pl.col(code) if code in frame.columns else pl.lit(None, dtype=pl.String)


def day(frame: pl.DataFrame, code: str) -> pl.Expr:
    """Return an element's column of dates as dates."""
    return value(frame, code).str.to_date(_DAY, strict=False)


def contradictions(frame: pl.DataFrame, today: date) -> pl.DataFrame:
    """Return the contradictions of rows (:data:`hub.registers.rules.REFUSED_SCHEMA`); ``frame`` has :data:`PLAIN`."""
    number = pl.col(PLAIN)
    sex, born, died = value(frame, e.SEX), day(frame, e.BORN), day(frame, e.DIED_ON)
    is_odd = number.str.slice(16, 1).cast(pl.Int8, strict=False) % 2 == 1
    minor = born > pl.lit(_years_before(today, ADULT_IN_DATA_LAW))
    lives = died.is_null() & ~(value(frame, e.IS_DEAD) == "true").fill_null(value=False)
    own_guardian = value(frame, e.GUARDIAN) == value(frame, e.NUMBER)
    tests: list[tuple[str, tuple[str, ...], pl.Expr]] = [
        ("population.sex", (e.SEX, e.NUMBER), sex.is_in(["1", "2"]) & (is_odd != (sex == "1"))),
        (
            "population.birth_date",
            (e.BORN, e.NUMBER),
            number.str.slice(6, 8) != value(frame, e.BORN).str.replace_all("-", "", literal=True),
        ),
        ("population.death_date", (e.DIED_ON, e.BORN), (died > pl.lit(today)) | (died < born)),
        ("population.death_flag", (e.IS_DEAD, e.DIED_ON), (value(frame, e.IS_DEAD) == "false") & died.is_not_null()),
        ("population.guardian_self", (e.GUARDIAN, e.NUMBER), own_guardian),
        ("population.document_never_stored", (e.DOCUMENT,), _is_never_stored(frame)),
        ("population.marriage_age", (e.MARRIED_ON, e.BORN), _is_young(frame, born)),
    ]
    if e.GUARDIAN in frame.columns:  # a source that does not know guardians is not asked for them
        tests.append(("population.guardian", (e.GUARDIAN, e.BORN), minor & lives & value(frame, e.GUARDIAN).is_null()))
    found = [_told(frame, rule, codes, test) for rule, codes, test in tests]
    return pl.concat(found) if found else pl.DataFrame(schema=REFUSED_SCHEMA)


def without_impossible(frame: pl.DataFrame, today: date) -> pl.DataFrame:
    """Return the rows without dates of death that cannot be, and without documents that are never stored."""
    died = day(frame, e.DIED_ON)
    is_impossible = ((died > pl.lit(today)) | (died < day(frame, e.BORN))).fill_null(value=False)
    changes = []
    if e.DIED_ON in frame.columns:
        changes.append(pl.when(~is_impossible).then(pl.col(e.DIED_ON)).alias(e.DIED_ON))
    if e.DOCUMENT in frame.columns:
        is_kept = ~_is_never_stored(frame).fill_null(value=False)
        changes.append(pl.when(is_kept).then(pl.col(e.DOCUMENT)).alias(e.DOCUMENT))
    return frame.with_columns(changes) if changes else frame


def _is_never_stored(frame: pl.DataFrame) -> pl.Expr:
    return value(frame, e.DOCUMENT_TYPE).is_in(sorted(NEVER_STORED)) & value(frame, e.DOCUMENT).is_not_null()


def _is_young(frame: pl.DataFrame, born: pl.Expr) -> pl.Expr:
    """Married below the legal age: a flag (民法典 第一千零四十七条)."""
    married = day(frame, e.MARRIED_ON)
    age = married.dt.year() - born.dt.year() - (married.dt.strftime("%m%d") < born.dt.strftime("%m%d")).cast(pl.Int32)
    sex = value(frame, e.SEX)
    return pl.when(sex == "1").then(age < MARRIAGE_AGE["1"]).otherwise(age < MARRIAGE_AGE["2"])


def _told(frame: pl.DataFrame, rule: str, codes: Sequence[str], test: pl.Expr) -> pl.DataFrame:
    told = frame.with_columns(pl.when(test.fill_null(value=False)).then(pl.lit(rule)).alias("rule"))
    return refusals(told[ROW], told["rule"], tuple(codes))


def _years_before(day_: date, years: int) -> date:
    """Return the day on which one who is ``years`` old today was born (29 February: 28)."""
    try:
        return day_.replace(year=day_.year - years)
    except ValueError:
        return day_.replace(year=day_.year - years, day=28)
