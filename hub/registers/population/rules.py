"""How the register takes persons: keys, elements, life events, other names, bonds (Zhengzhou Art. 18; Jilin Art. 26).

A person is known by an internal key; numbers and documents are names of the person, with their history. The address
code of a number is where it was first given and is compared with nothing. GB 11643-1999; 户口登记条例 Art. 6-10.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import polars as pl
from typing_extensions import override

from catalogue.basic.population import POPULATION
from catalogue.basic.population_documents import (
    BY_NUMBER,
    FORMER_NUMBER,
    MOST,
    NEVER_STORED,
    NOT_PERSONAL,
    NUMBER,
    document_types,
)
from catalogue.code_lists import load_code_list
from catalogue.column_kernels import normal_form_column
from catalogue.columns import check_column
from catalogue.faults import FaultCode
from hub.registers.population import bonds, checks
from hub.registers.population import elements as e
from hub.registers.reading import opened, sealed, trimmed
from hub.registers.rules import (
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

    from catalogue.elements import Element
    from hub.registers.rules import Asked

NUMBER_HISTORY: Final = "number_history"
"""Key of a history load: numbers of 15 digits are converted (they lost validity on 1 January 2013)."""
_NUMBER_KEYS: Final = frozenset({NUMBER, NUMBER_HISTORY})
_NUMBER_LENGTH: Final = 18
_NUMBERED: Final = (e.DOCUMENT, e.PERMIT, e.BIRTH_CERTIFICATE)
"""Numbers that are no identity numbers by their element: brought to capitals and half width before they are sealed."""
WRONG_KEYS: Final[Mapping[int, str]] = MappingProxyType(
    {
        int(FaultCode.CITIZEN_ID_DIVISION_UNKNOWN): "population.number_division_unknown",
        int(FaultCode.CITIZEN_ID_LEGACY): "population.number_of_fifteen_digits",
        int(FaultCode.CITIZEN_ID_BIRTH_FUTURE): "population.number_birth_in_future",
        int(FaultCode.CITIZEN_ID_BIRTH_TOO_EARLY): "population.number_birth_before_1800",
        int(FaultCode.CITIZEN_ID_DEMO): "population.number_of_the_samples",
    }
)
"""Rules for faults of a key that need a word of their own; any other is ``register.key_wrong``."""
_ANY: Final = re.compile(r"^[0-9A-Z][0-9A-Z()/-]*$")
"""Numbers of documents whose list gives no form."""
MARRIED, DIVORCED, WIDOWED, UNMARRIED = "20", "40", "30", "10"
"""Marital status (GB/T 2261.2) that events give."""


def _key_kinds() -> dict[str, KeyKind]:
    kinds = {
        NUMBER: KeyKind("公民身份号码", "citizen identity number", (NUMBER, FORMER_NUMBER), is_sealed=True),
        NUMBER_HISTORY: KeyKind(
            "公民身份号码（历史数据，含 15 位）",
            "citizen identity number of a history load (15 digits too)",
            (NUMBER, FORMER_NUMBER),
            is_sealed=True,
        ),
    }
    left_out = BY_NUMBER | NEVER_STORED | NOT_PERSONAL
    for code, row in load_code_list("id_document_types").rows.items():
        if code not in left_out:
            kinds[code] = KeyKind(row.name_zh, row.name_en, (code,), is_sealed=True)
    return kinds


KINDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        RECORD: ("登记记录", "records"),
        "birth": ("出生", "births"),
        "registration": ("户口登记", "registrations of residence"),
        "move": ("迁移", "moves"),
        "name_change": ("姓名变更", "changes of name"),
        bonds.NUMBER_CHANGE: ("公民身份号码更正（原号码作废）", "changes of number: the old one names nobody else"),
        bonds.DUPLICATE: ("重号更正（原号码仍属他人）", "changes of number: the old one stays with another person"),
        bonds.MARRIAGE: ("结婚", "marriages"),
        bonds.DIVORCE: ("离婚", "divorces"),
        "guardianship": ("监护关系", "guardianships"),
        "death": ("死亡", "deaths"),
        "cancellation": ("死亡注销户口", "cancellations of residence for death"),
    }
)
"""What rows of a source may be."""
EVENTS: Final = tuple(kind for kind in KINDS if kind not in {RECORD, "guardianship"})
_IMPLIED: Final[Mapping[str, tuple[dict[str, str], str | None]]] = MappingProxyType(
    {
        "death": ({e.IS_DEAD: "true"}, e.DIED_ON),
        "cancellation": ({e.IS_DEAD: "true"}, None),
        bonds.MARRIAGE: ({e.MARITAL: MARRIED}, e.MARRIED_ON),
        bonds.DIVORCE: ({e.MARITAL: DIVORCED}, None),
    }
)
"""What an event says by itself: values, and the element its own time stands for; a mapped item goes before."""
_OF_COUPLES: Final = frozenset({bonds.MARRIAGE, bonds.DIVORCE})
"""Events that say of the spouse what they say of the person (民法典 Art. 1049, 1080)."""


@dataclass(frozen=True)
class PersonRules(BasicRules):
    """See :class:`hub.registers.rules.RegisterRules`."""

    @property
    @override
    def elements(self) -> Mapping[str, Element]:
        """The elements of the basic database and the register's own, by code."""
        return e.ELEMENTS

    @override
    def take(self, frame: pl.DataFrame, asked: Asked) -> Taken:
        """Read keys and elements, add what events say by themselves, find contradictions, names and bonds."""
        plain = normal_form_column(opened(frame[KEY], asked.numbers))
        cleared = [
            normal_form_column(opened(frame[code], asked.numbers)).alias(code)
            for code in _NUMBERED
            if code in frame.columns
        ]
        frame = frame.with_columns(plain.alias(KEY), *cleared)
        taken = super().take(frame, asked)
        told = pl.DataFrame({ROW: frame[ROW], checks.PLAIN: _identity(plain, asked.key_kind)})
        if e.DOCUMENT in frame.columns:
            is_short = frame[e.DOCUMENT].str.len_chars() < _NUMBER_LENGTH
            told = told.with_columns(is_short.alias(bonds.CARD_LENGTH_SEALED))
        rows = _with_event(taken.rows, asked.kind).join(told, on=ROW, how="left", maintain_order="left")
        found = checks.contradictions(rows, asked.today)
        rows = checks.without_impossible(rows, asked.today)
        spouses, unknown = self._spouses(rows, asked)
        return Taken(
            pl.concat([rows.drop(told.columns[1:]), spouses], how="diagonal"),
            pl.concat([taken.refused, found, unknown]),
            bonds.aliases(rows, asked.kind),
            bonds.links(rows, asked.kind),
        )

    @override
    def implied(self, kind: str) -> tuple[str, ...]:
        """Return the elements an event sets by itself."""
        values, dated = _IMPLIED.get(kind, ({}, None))
        return (*values, *((dated,) if dated is not None else ()))

    @override
    def speaks_of_two(self, kind: str) -> bool:
        """Whether rows are marriages or divorces: they set the state of both."""
        return kind in _OF_COUPLES

    def _spouses(self, rows: pl.DataFrame, asked: Asked) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return what events of couples say of the spouse, and whose number names nobody as a key."""
        if asked.kind not in _OF_COUPLES or e.SPOUSE not in rows.columns:
            return rows.clear().select(ROW, FORM, EVENT), pl.DataFrame(schema=REFUSED_SCHEMA)
        forms, why = self.read_key(rows[e.SPOUSE], replace(asked, key_kind=NUMBER))
        unknown = pl.DataFrame({"w": why, "s": rows[e.SPOUSE]}).select(
            pl.when(pl.col("s").is_not_null()).then(pl.col("w"))
        )
        key = pl.col(FORM) if asked.key_kind in _NUMBER_KEYS else pl.lit(None, dtype=pl.String)
        is_other = pl.col("_other").is_not_null() & (pl.col("_other") != pl.col(FORM))
        said = [code for code in (e.MARITAL, e.MARRIED_ON) if code in rows.columns]
        spouses = rows.with_columns(forms.alias("_other")).filter(is_other)
        spouses = spouses.select(-pl.col(ROW), pl.col("_other").alias(FORM), EVENT, *said, key.alias(e.SPOUSE))
        return spouses, refusals(rows[ROW], unknown.to_series(), (e.SPOUSE,))

    @override
    def read_key(self, keys: pl.Series, asked: Asked) -> tuple[pl.Series, pl.Series]:
        """Return sealed forms, null where refused, and the rule that refused them.

        Unlike a resource's check, an unknown first division and the sample prefix (outside a demo) refuse the key:
        such a number is no citizen's.
        """
        plain = opened(keys, asked.numbers)
        if asked.key_kind in _NUMBER_KEYS:
            is_history = asked.key_kind == NUMBER_HISTORY
            read = check_column("citizen_id", plain, today=asked.today, demo=asked.is_demo, history=is_history)
            frame = pl.DataFrame({"v": read.normalised, "fault": read.faults.cast(pl.Int64)})
            rules = dict(WRONG_KEYS)
            named = pl.col("fault").replace_strict(rules, default="register.key_wrong", return_dtype=pl.String)
        else:
            form = (document_types()[asked.key_kind] or _ANY).pattern
            frame = pl.DataFrame({"v": trimmed(plain)}).with_columns(
                pl.when(~pl.col("v").str.contains(form) | (pl.col("v").str.len_chars() > MOST)).then(1).alias("fault")
            )
            named = pl.lit("register.key_wrong")
        is_wrong = pl.col("fault").is_not_null()
        found = frame.select(
            pl.when(~is_wrong).then(pl.col("v")).alias("v"),
            pl.when(pl.col("v").is_null()).then(pl.lit("register.key_missing")).when(is_wrong).then(named).alias("why"),
        )
        return sealed(found["v"], asked.numbers), found["why"]


def _identity(plain: pl.Series, key_kind: str) -> pl.Series:
    """Return identity numbers of 18 characters, null for keys of any other kind."""
    if key_kind not in _NUMBER_KEYS:
        return pl.Series([None], dtype=pl.String).new_from_index(0, len(plain))
    frame = pl.DataFrame({"v": plain})
    return frame.select(pl.when(pl.col("v").str.len_chars() == _NUMBER_LENGTH).then(pl.col("v"))).to_series()


def _with_event(frame: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Add what an event says by itself; what the source maps goes before."""
    values, dated = _IMPLIED.get(kind, ({}, None))
    changes = [pl.coalesce(checks.value(frame, code), pl.lit(given)).alias(code) for code, given in values.items()]
    if dated is not None:
        day = pl.col(EVENT).dt.strftime("%Y-%m-%d")
        changes.append(pl.coalesce(checks.value(frame, dated), day).alias(dated))
    return frame.with_columns(changes) if changes else frame


PERSON_RULES: Final = PersonRules(POPULATION, MappingProxyType(_key_kinds()), KINDS, e.SEALED)
"""The rules of the register of persons."""
