"""How rows about bodies are read: enterprises, organs, public institutions, social bodies, rural collectives alike.

A body is known by its credit code for life; organisation code and registration number lead to it too. A body of an
older register without a credit code is known by its registration number until the registrar converts it: a source of
conversions then makes both one. GB 32100-2015, GB 11714-1997; 市场主体登记管理条例 第八条.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import polars as pl
from typing_extensions import override

from catalogue.basic.legal_persons import LEGAL_PERSONS
from catalogue.columns import check_column
from catalogue.faults import FaultCode
from hub.registers.legal_persons import links
from hub.registers.legal_persons.reading import (
    of_other_versions,
    with_industry,
    with_money,
    without_lost,
    without_nothing,
)
from hub.registers.rules import (
    ALIAS_SCHEMA,
    EVENT,
    FORM,
    KEY,
    RECORD,
    REFUSED_SCHEMA,
    ROW,
    BasicRules,
    KeyKind,
    Taken,
    refusals,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalogue.basic.database import BasicDatabase
    from hub.registers.rules import Asked

CREDIT_CODE, ORGANISATION_CODE, REGISTRATION_NUMBER = "credit_code", "organisation_code", "registration_number"
BRANCH, SHAREHOLDING, CONVERSION = "branch", "shareholding", "conversion"
NUMBER_FORM: Final = r"^[0-9]{13}([0-9]{2})?$"
"""Registration number of market regulation before the credit code: 13, later 15 digits."""

NAME_MISSING: Final = "legal_person.name_missing"
NUMBER_WRONG: Final = "legal_person.registration_number"
OTHER_BODY: Final = "legal_person.conversion_other_body"
_CODE_RULES: Final = {
    int(FaultCode.ORGANISATION_CODE_LENGTH): "legal_person.code_length",
    int(FaultCode.ORGANISATION_CODE_CHARACTERS): "legal_person.code_characters",
    int(FaultCode.ORGANISATION_CODE_DIVISION): "legal_person.code_division",
    int(FaultCode.ORGANISATION_CODE_CHECK): "legal_person.code_check",
    int(FaultCode.ORGANISATION_CODE_PREFIX): "legal_person.code_prefix",
    int(FaultCode.ORGANISATION_CODE_MILITARY): "legal_person.military",
}
"""The rule a credit code broke, told on the refused list, where any other reads ``register.key_wrong``."""

_BODY_FAULT: Final = int(FaultCode.ORGANISATION_CODE_BODY)
"""Registrars did give codes whose organisation code fails its own check (one in two thousand): the body is there and
keeps that code for life, so it is taken and flagged, never refused."""


@dataclass(frozen=True)
class LegalPersonRules(BasicRules):
    """Rules of the register of legal persons; see :class:`hub.registers.rules.RegisterRules`."""

    basic: BasicDatabase = LEGAL_PERSONS
    key_kinds: Mapping[str, KeyKind] = field(
        default_factory=lambda: MappingProxyType(
            {
                CREDIT_CODE: KeyKind(
                    "统一社会信用代码", "unified social credit code", (CREDIT_CODE,), "organisation_code"
                ),
                ORGANISATION_CODE: KeyKind("组织机构代码", "organisation code", (ORGANISATION_CODE,), "org_code"),
                REGISTRATION_NUMBER: KeyKind("工商注册号", "registration number", (REGISTRATION_NUMBER,)),
            }
        )
    )
    kinds: Mapping[str, tuple[str, str]] = field(
        default_factory=lambda: MappingProxyType(
            {
                RECORD: ("登记记录", "records"),
                BRANCH: ("分支机构", "branches of a body"),
                SHAREHOLDING: ("股东（出资人）", "shareholders"),
                CONVERSION: ("代码转换", "conversions of codes"),
            }
        )
    )
    sealed: frozenset[str] = frozenset({"L007", "L023", "L025"})
    """Numbers of persons; a former tax number of an individual business may hold the owner's identity number."""

    @override
    def take(self, frame: pl.DataFrame, asked: Asked) -> Taken:
        """Read the rows of a source; see :meth:`hub.registers.rules.RegisterRules.take`."""
        elements = [name for name in frame.columns if name in self.elements]
        frame = without_nothing(frame, elements)
        frame, lost = without_lost(frame, [name for name in elements if name not in self.sealed])
        frame, unread = with_money(frame)
        frame, unknown = with_industry(frame)
        plain, other_versions = of_other_versions(frame)
        if "L001" in plain.columns and plain["L001"].equals(plain[KEY]):
            plain = plain.drop("L001")  # the key says it: it is read once, by the rules of a key
        taken = super().take(plain, asked)
        rows = _with_versions(taken.rows, frame, other_versions)
        rows, numbers = _with_numbers(rows)
        rows, nameless = _with_names(rows, asked)
        rows, foreign = _of_one_body(rows, asked)
        rows = _with_code(rows, asked)
        found, own = links.links_of(rows, asked)
        if asked.kind == SHAREHOLDING:  # one row a holder: a body has many, so they are links and no values of it
            rows = rows.select(ROW, FORM, EVENT)
        refused = pl.concat([taken.refused, lost, unread, unknown, numbers, nameless, foreign, own])
        return Taken(rows, refused, _aliases(rows, asked), found)

    @override
    def read_key(self, keys: pl.Series, asked: Asked) -> tuple[pl.Series, pl.Series]:
        """Return the forms of keys and the rule of each that is refused; a credit code tells which of its rules."""
        forms, why = super().read_key(keys, asked)
        if asked.key_kind == REGISTRATION_NUMBER:
            wrong = forms.is_not_null() & ~forms.str.contains(NUMBER_FORM).fill_null(value=False)
            frame = pl.DataFrame({"v": forms, "why": why, "wrong": wrong})
            read = frame.select(
                pl.when(~pl.col("wrong")).then(pl.col("v")).alias("v"),
                pl.when(pl.col("wrong")).then(pl.lit(NUMBER_WRONG)).otherwise(pl.col("why")).alias("why"),
            )
            return read["v"], read["why"]
        if asked.key_kind != CREDIT_CODE:
            return forms, why
        checked = check_column("organisation_code", keys, today=asked.today)
        faults = checked.faults
        told = faults.cast(pl.Int64).replace_strict(
            list(_CODE_RULES), list(_CODE_RULES.values()), default=None, return_dtype=pl.String
        )
        frame = pl.DataFrame({"v": forms, "why": why, "told": told, "code": checked.normalised, "fault": faults})
        is_given = (pl.col("fault") == _BODY_FAULT).fill_null(value=False)
        read = frame.select(
            pl.when(is_given).then(pl.col("code")).otherwise(pl.col("v")).alias("v"),
            pl.when(~is_given & pl.col("why").is_not_null()).then(pl.coalesce("told", "why")).alias("why"),
        )
        return read["v"], read["why"]


def _with_versions(rows: pl.DataFrame, frame: pl.DataFrame, kept: Mapping[str, pl.Series]) -> pl.DataFrame:
    """Put codes of other versions of their lists back where they stood."""
    if not kept:
        return rows
    others = pl.DataFrame([frame[ROW], *(values.alias(f"_{code}") for code, values in kept.items())])
    joined = rows.join(others, on=ROW, how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce(code, f"_{code}").alias(code) for code in kept).drop(
        [f"_{code}" for code in kept]
    )


def _with_numbers(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Take a former registration number (L022) only in its form."""
    if "L022" not in rows.columns:
        return rows, pl.DataFrame(schema=REFUSED_SCHEMA)
    is_right = pl.col("L022").str.contains(NUMBER_FORM)
    why = rows.select(pl.when(pl.col("L022").is_not_null() & ~is_right).then(pl.lit(NUMBER_WRONG)).alias("why"))["why"]
    return rows.with_columns(pl.when(is_right).then(pl.col("L022")).alias("L022")), refusals(rows[ROW], why, ("L022",))


def _with_names(rows: pl.DataFrame, asked: Asked) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Keep records that name their body, where the source says names: without one nobody could ask for it."""
    if asked.kind != RECORD or "L002" not in rows.columns:
        return rows, pl.DataFrame(schema=REFUSED_SCHEMA)
    why = rows.select(pl.when(pl.col("L002").is_null()).then(pl.lit(NAME_MISSING)).alias("why"))["why"]
    return rows.filter(pl.col("L002").is_not_null()), refusals(rows[ROW], why, ("L002",))


def _of_one_body(rows: pl.DataFrame, asked: Asked) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Keep conversions whose codes can be one body's: a credit code keeps the organisation code for life."""
    is_code = asked.kind == CONVERSION and asked.key_kind == CREDIT_CODE and "L001" in rows.columns
    if not is_code:
        return rows, pl.DataFrame(schema=REFUSED_SCHEMA)
    is_other = pl.col("L001").str.slice(8, 9) != pl.col(FORM).str.slice(8, 9)
    why = rows.select(pl.when(is_other).then(pl.lit(OTHER_BODY)).alias("why"))["why"]
    return rows.filter(~is_other.fill_null(value=False)), refusals(rows[ROW], why, ("L001",))


def _with_code(rows: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    """Add code and class of a body that is named by its credit code, where the source does not say them itself."""
    if asked.kind != RECORD or asked.key_kind != CREDIT_CODE:
        return rows
    code = pl.col(FORM) if "L001" not in rows.columns else pl.coalesce("L001", FORM)
    pair = pl.col(FORM).str.slice(0, 2)
    kind = pair if "L003" not in rows.columns else pl.coalesce(pl.col("L003"), pair)
    return rows.with_columns(code.alias("L001"), kind.alias("L003"))


def _aliases(rows: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    """Return the other names of bodies: organisation code, former codes, registration number.

    A number the registrar says it converted makes two subjects one. Any other does not, nor does the organisation code
    inside a credit code: two bodies with one organisation code do occur, and a slip must never join them; the second
    is told as ``register.alias_taken`` and keeps its credit code.
    """
    is_conversion = asked.kind == CONVERSION
    found = [pl.DataFrame(schema=ALIAS_SCHEMA)]
    if asked.key_kind == CREDIT_CODE:
        inner = rows.select(ROW, pl.col(FORM).str.slice(8, 9).alias(FORM))
        is_right = check_column("org_code", inner[FORM], today=asked.today).faults.is_null()
        found.append(_named(inner.filter(is_right), ORGANISATION_CODE, is_same=False))
    kinds = {"L021": ORGANISATION_CODE, "L022": REGISTRATION_NUMBER, "L001": CREDIT_CODE}
    for element, kind in kinds.items():
        is_told = element in rows.columns and (is_conversion or kind != asked.key_kind)
        if is_told:
            names = rows.select(ROW, pl.col(element).alias(FORM)).drop_nulls()
            found.append(_named(names, kind, is_same=is_conversion))
    return pl.concat(found).unique(subset=[ROW, FORM, "kind"], maintain_order=True)


def _named(names: pl.DataFrame, kind: str, *, is_same: bool) -> pl.DataFrame:
    return names.select(
        ROW,
        FORM,
        pl.lit(kind).alias("kind"),
        pl.lit(None, pl.Date).alias("since"),
        pl.lit(None, pl.Date).alias("until"),
        pl.lit(is_same).alias("is_same"),
    )


LEGAL_PERSON_RULES: Final = LegalPersonRules()
"""The rules of the register of legal persons; one object serves all threads."""
