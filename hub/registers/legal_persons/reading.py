"""Values of bodies as departments write them, brought to one form before the elements are read; whole columns.

Capital with its unit and currency in one text, words that stand for nothing, text whose encoding was lost, codes of a
list in another version. A value that cannot be read is not taken and its rule is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from catalogue.basic.legal_persons_capital import read_capital, read_currency
from catalogue.basic.legal_persons_industry import read_industry
from hub.registers.rules import REFUSED_SCHEMA, ROW, refusals

if TYPE_CHECKING:
    from collections.abc import Callable

NOTHING: Final = ("N/A", "n/a", "NULL", "null", "-", "--", "—", "——", "无", "暂无", "/")
"""Words registers write where there is nothing; they are read as no value."""

LOST: Final = "\ufffd"
"""What a character becomes whose encoding was lost."""

OTHER_VERSION: Final = r"^[0-9A-Z]{1,5}@[^@\s]{2,40}$"
"""A code of another version of its list than the element's: ``110@2011``. It is kept with its version, never read as
a code of today's: the digits of the statistical classes of 2011 and 2023 are the same and mean something else."""

VERSIONED: Final = ("L004", "L019", "L039")
"""Coded elements that may come in another version of their list."""

CAPITAL_UNREAD: Final = "legal_person.capital_unread"
CURRENCY_UNREAD: Final = "legal_person.currency_unread"
INDUSTRY_UNKNOWN: Final = "legal_person.industry"
LOST_ENCODING: Final = "legal_person.lost_encoding"


def without_nothing(frame: pl.DataFrame, elements: list[str]) -> pl.DataFrame:
    """Return the frame with words for nothing read as null."""
    return frame.with_columns(
        pl.when(~pl.col(code).str.strip_chars().is_in(NOTHING)).then(pl.col(code)).alias(code) for code in elements
    )


def without_lost(frame: pl.DataFrame, elements: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the frame without texts that hold replacement characters, and the refusals of these elements."""
    refused = [pl.DataFrame(schema=REFUSED_SCHEMA)]
    for code in elements:
        is_lost = frame[code].str.contains(LOST, literal=True).fill_null(value=False)
        if is_lost.any():
            refused.append(_refused(frame, is_lost, LOST_ENCODING, code))
            frame = frame.with_columns(pl.when(~is_lost).then(pl.col(code)).alias(code))
    return frame, pl.concat(refused)


def with_money(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the frame with capital (L008) as a plain number and its currency (L009) as a code, and what is unread."""
    refused = [pl.DataFrame(schema=REFUSED_SCHEMA)]
    if "L009" in frame.columns:
        read = _each(frame["L009"], read_currency)
        refused.append(_refused(frame, read.is_null() & frame["L009"].is_not_null(), CURRENCY_UNREAD, "L009"))
        frame = frame.with_columns(read.alias("L009"))
    if "L008" in frame.columns:
        amounts = _each(frame["L008"], _amount)
        refused.append(_refused(frame, amounts.is_null() & frame["L008"].is_not_null(), CAPITAL_UNREAD, "L008"))
        told = _each(frame["L008"], _currency)
        known = frame["L009"].fill_null(told) if "L009" in frame.columns else told
        frame = frame.with_columns(amounts.alias("L008"), known.alias("L009"))
    return frame, pl.concat(refused)


def _amount(text: str) -> str | None:
    found = read_capital(text)
    return None if found is None else f"{found[0]:f}"


def _currency(text: str) -> str | None:
    found = read_capital(text)
    return None if found is None else found[1]


def with_industry(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the frame with industry codes (L019) in one form, and those that are in no list."""
    if "L019" not in frame.columns:
        return frame, pl.DataFrame(schema=REFUSED_SCHEMA)
    of_today = pl.when(~pl.col("L019").str.contains(OTHER_VERSION)).then(pl.col("L019"))
    today = frame.select(of_today.alias("v"))["v"]
    read = _each(today, read_industry)
    refused = _refused(frame, read.is_null() & today.is_not_null(), INDUSTRY_UNKNOWN, "L019")
    other = frame.select(pl.when(pl.col("L019").str.contains(OTHER_VERSION)).then(pl.col("L019")).alias("v"))["v"]
    return frame.with_columns(read.fill_null(other).alias("L019")), refused


def of_other_versions(frame: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, pl.Series]]:
    """Return the frame without codes of other versions, and these, by element, to be put back unread.

    Industry codes are read already (:func:`with_industry`): the shipped list ends at divisions, the codes may not.
    """
    kept: dict[str, pl.Series] = {}
    for code in (each for each in VERSIONED if each in frame.columns):
        is_other = frame[code].str.contains(OTHER_VERSION if code != "L019" else ".").fill_null(value=False)
        if is_other.any():
            kept[code] = frame.select(pl.when(is_other).then(pl.col(code)).alias(code))[code]
            frame = frame.with_columns(pl.when(~is_other).then(pl.col(code)).alias(code))
    return frame, kept


def _each(values: pl.Series, read: Callable[[str], str | None]) -> pl.Series:
    """Return what ``read`` makes of each value; every different text is read once."""
    known = {text: read(text) for text in values.unique().drop_nulls()}
    if not known:
        return values.cast(pl.String)
    return values.replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.String)


def _refused(frame: pl.DataFrame, is_refused: pl.Series, rule: str, element: str) -> pl.DataFrame:
    rules = pl.DataFrame({"is": is_refused}).select(pl.when(pl.col("is")).then(pl.lit(rule)).alias("rule"))["rule"]
    return refusals(frame[ROW], rules, (element,))
