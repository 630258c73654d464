"""Links a row of a body tells: its representative, its superior, its shareholders; persons by keyed pseudonym only.

Kinds are those of :mod:`hub.registers.linking`. 市场主体登记管理条例 第八条、第二十三条 (branches).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from catalogue.identifiers import organisation_code
from hub.registers.legal_persons.persons import pseudonym_of
from hub.registers.rules import FORM, LINK_SCHEMA, REFUSED_SCHEMA, ROW, refusals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.registers.rules import Asked

REPRESENTATIVE, SHAREHOLDER_PERSON = "representative", "shareholder_person"
BRANCH_OF, SUPERIOR, SHAREHOLDER = "branch_of", "superior", "shareholder"
WRITTEN: Final = frozenset({REPRESENTATIVE, SHAREHOLDER_PERSON, BRANCH_OF, SUPERIOR, SHAREHOLDER})
"""The kinds of link this register writes."""

OWN_PARENT: Final = "legal_person.own_parent"
PERSON_UNREAD: Final = "legal_person.person_unread"
_BRANCH_NAME: Final = "(分公司|分店|分行|支行|分厂|分院|分校|分会|营业部|经营部|门市部|办事处|分社|服务站)$"


def links_of(rows: pl.DataFrame, asked: Asked) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the links of rows in normal form (:data:`hub.registers.rules.LINK_SCHEMA`), and the refusals of some."""
    found, refused = [pl.DataFrame(schema=LINK_SCHEMA)], [pl.DataFrame(schema=REFUSED_SCHEMA)]
    if "L040" in rows.columns:
        above, wrong = _superiors(rows, is_branch=asked.kind == "branch")
        found.append(above)
        refused.append(wrong)
    if asked.kind == "shareholding":
        if "L025" in rows.columns:
            held, wrong = _holders(rows, asked)
            found.append(held)
            refused.append(wrong)
    elif "L007" in rows.columns:
        spoken, wrong = _persons(rows, "L007", REPRESENTATIVE, asked)
        found.append(spoken)
        refused.append(wrong)
    return pl.concat(found), pl.concat(refused)


def _superiors(rows: pl.DataFrame, *, is_branch: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    own = pl.col("L040") == pl.col(FORM)
    why = rows.select(pl.when(own).then(pl.lit(OWN_PARENT)).alias("why"))["why"]
    kind = pl.lit(SUPERIOR)
    if is_branch:
        kind = pl.lit(BRANCH_OF)
    elif "L002" in rows.columns:
        is_named_so = pl.col("L002").str.contains(_BRANCH_NAME).fill_null(value=False)
        kind = pl.when(is_named_so).then(pl.lit(BRANCH_OF)).otherwise(pl.lit(SUPERIOR))
    kept = rows.filter(pl.col("L040").is_not_null() & ~own.fill_null(value=False)).select(
        ROW, kind.alias("kind"), pl.lit("legal_persons"), pl.lit("credit_code").alias("c"), "L040"
    )
    return _links(kept), refusals(rows[ROW], why, ("L040",))


def _persons(rows: pl.DataFrame, element: str, kind: str, asked: Asked) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return links to persons by pseudonym; a document that names nobody is told, its number stays in the record."""
    documents = (
        rows["L006"] if "L006" in rows.columns else pl.Series([None], dtype=pl.String).new_from_index(0, len(rows))
    )
    forms = [
        None if number is None else pseudonym_of(asked.numbers, number, document, asked.today)
        for number, document in zip(rows[element], documents, strict=True)
    ]
    frame = rows.select(ROW, element).with_columns(pl.Series("p", forms, dtype=pl.String))
    unread = pl.col("p").is_null() & pl.col(element).is_not_null()
    why = frame.select(pl.when(unread).then(pl.lit(PERSON_UNREAD)).alias("why"))["why"]
    kept = frame.filter(pl.col("p").is_not_null()).select(
        ROW, pl.lit(kind).alias("kind"), pl.lit("population"), pl.lit(None, pl.String).alias("c"), "p"
    )
    return _links(kept), refusals(rows[ROW], why, (element,))


def _holders(rows: pl.DataFrame, asked: Asked) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return shareholders: bodies by their public code, persons by pseudonym."""
    codes: Mapping[str, str] = {
        text: checked.normalised
        for text in rows["L025"].unique().drop_nulls()
        if (checked := organisation_code(asked.numbers.open(text))).fault is None
    }
    is_body = rows["L025"].is_in(list(codes))
    bodies = rows.filter(is_body.fill_null(value=False)).select(
        ROW,
        pl.lit(SHAREHOLDER).alias("kind"),
        pl.lit("legal_persons"),
        pl.lit("credit_code").alias("c"),
        pl.col("L025")
        .replace_strict(list(codes), list(codes.values()), default=None, return_dtype=pl.String)
        .alias("p"),
    )
    persons, refused = _persons(rows.filter(~is_body.fill_null(value=False)), "L025", SHAREHOLDER_PERSON, asked)
    return pl.concat([_links(bodies), persons]), refused


def _links(found: pl.DataFrame) -> pl.DataFrame:
    """Return rows of (row, kind, register, kind of alias, form) as links without dates."""
    return found.with_columns(pl.lit(None, pl.Date).alias("since"), pl.lit(None, pl.Date).alias("until")).rename(
        dict(zip((*found.columns, "since", "until"), LINK_SCHEMA, strict=True))
    )
