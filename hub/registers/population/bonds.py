"""Other names of persons and their bonds, read from rows: documents, former numbers; parents, spouse, guardian, home.

A bond closes with the row that said so; a divorce is a bond of its own kind that ends the marriage of the same two from
its day. Kinship is told as yes or no only (:mod:`hub.registers.linking.exposures`).
民法典 Art. 1049, 1080; 个人信息保护法 Art. 31.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from catalogue.basic.population_documents import (
    BY_NUMBER,
    FOREIGN_CARD,
    FORMER_NUMBER,
    NEVER_STORED,
    NOT_PERSONAL,
    NUMBER,
)
from hub.registers.population import elements as e
from hub.registers.population.checks import day, value
from hub.registers.rules import ALIAS_SCHEMA, EVENT, FORM, LINK_SCHEMA, ROW

POPULATION: Final = "population"
GEOGRAPHY: Final = "geography"
BIRTH_CERTIFICATE: Final = "117"
CARD_LENGTH_SEALED: Final = "_card"
"""Whether a foreign card is the one of 2017 (told while the number is in the clear)."""
PARENT, SPOUSE, DIVORCED, GUARDIAN = "parent", "spouse", "divorced", "guardian"
HOUSEHOLD, RESIDENCE = "household", "residence"
NUMBER_CHANGE, DUPLICATE, MARRIAGE, DIVORCE = "number_change", "duplicate_number", "marriage", "divorce"


def aliases(frame: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Return the other names rows give (:data:`hub.registers.rules.ALIAS_SCHEMA`).

    A change of number makes the old and the new number one person; where the old number stays with another person
    (重号), it is kept as a former number alone and nobody is joined.
    """
    found = [_documents(frame), _named(frame, e.BIRTH_CERTIFICATE, BIRTH_CERTIFICATE), _numbers(frame)]
    if e.OLD_NUMBER in frame.columns:
        found.append(_old_numbers(frame, is_shared=kind == DUPLICATE))
    rows = pl.concat(found)
    return rows.filter(pl.col(FORM).is_not_null()).unique([ROW, FORM, "kind"], maintain_order=True)


def links(frame: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Return the bonds rows give (:data:`hub.registers.rules.LINK_SCHEMA`)."""
    event = pl.col(EVENT).dt.date()
    couple = DIVORCED if kind == DIVORCE else SPOUSE
    since = event if kind == DIVORCE else pl.coalesce(day(frame, e.MARRIED_ON), event if kind == MARRIAGE else None)
    found = [
        _bond(frame, e.FATHER, PARENT, day(frame, e.BORN)),
        _bond(frame, e.MOTHER, PARENT, day(frame, e.BORN)),
        _bond(frame, e.SPOUSE, couple, since),
        _bond(frame, e.GUARDIAN, GUARDIAN, None),
        _bond(frame, e.HOUSEHOLD, HOUSEHOLD, None, other_kind=None),
        _bond(frame, e.RESIDENCE, RESIDENCE, None, register=GEOGRAPHY, other_kind=None),
    ]
    rows = pl.concat(found)
    return rows.filter(pl.col("other_form").is_not_null()).unique([ROW, "kind", "other_form"], maintain_order=True)


def _alias(
    frame: pl.DataFrame, form: pl.Expr, kind: pl.Expr, *, until: pl.Expr | None = None, is_same: bool = False
) -> pl.DataFrame:
    never = pl.lit(None, dtype=pl.Date)
    return frame.select(
        pl.col(ROW),
        form.alias(FORM),
        kind.cast(pl.String).alias("kind"),
        never.alias("since"),
        (never if until is None else until).alias("until"),
        pl.lit(is_same).alias("is_same"),
    ).cast(pl.Schema(ALIAS_SCHEMA))


def _documents(frame: pl.DataFrame) -> pl.DataFrame:
    """Return documents by their type; those that carry the identity number are another writing of it."""
    kind = value(frame, e.DOCUMENT_TYPE)
    is_by_number = kind.is_in(sorted(BY_NUMBER)) | ((kind == FOREIGN_CARD) & ~_is_old_card(frame))
    is_named = ~kind.is_in(sorted(NEVER_STORED | NOT_PERSONAL)) & kind.is_not_null()
    named = pl.when(is_by_number).then(pl.lit(NUMBER)).when(is_named).then(kind)
    return _alias(frame, pl.when(named.is_not_null()).then(value(frame, e.DOCUMENT)), named)


def _is_old_card(frame: pl.DataFrame) -> pl.Expr:
    return pl.col(CARD_LENGTH_SEALED) if CARD_LENGTH_SEALED in frame.columns else pl.lit(value=False)


def _named(frame: pl.DataFrame, code: str, kind: str) -> pl.DataFrame:
    return _alias(frame, value(frame, code), pl.lit(kind))


def _numbers(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the identity number a row says beside another key."""
    number = value(frame, e.NUMBER)
    return _alias(frame, pl.when(number != pl.col(FORM)).then(number), pl.lit(NUMBER))


def _old_numbers(frame: pl.DataFrame, *, is_shared: bool) -> pl.DataFrame:
    event, old = pl.col(EVENT).dt.date(), pl.col(e.OLD_NUMBER)
    former = _alias(frame, old, pl.lit(FORMER_NUMBER), until=event)
    if is_shared:
        return former
    return pl.concat([former, _alias(frame, old, pl.lit(NUMBER), until=event, is_same=True)])


def _bond(
    frame: pl.DataFrame,
    code: str,
    kind: str,
    since: pl.Expr | None,
    *,
    register: str = POPULATION,
    other_kind: str | None = NUMBER,
) -> pl.DataFrame:
    never = pl.lit(None, dtype=pl.Date)
    return frame.select(
        pl.col(ROW),
        pl.lit(kind).alias("kind"),
        pl.lit(register).alias("other_register"),
        pl.lit(other_kind, dtype=pl.String).alias("other_kind"),
        value(frame, code).alias("other_form"),
        (never if since is None else since).alias("since"),
        never.alias("until"),
    ).cast(pl.Schema(LINK_SCHEMA))
