"""What a register tells the engine that feeds it: its elements, the keys it accepts, how a row is read.

The engine (:mod:`hub.registers.feeding`) hands over one source's rows as a Polars frame and gets back values in
normal form, the key in the form under which the subject is known, other names, links, and the rows the register
cannot take, each with the rule. Everything runs over whole columns: a first feed has a million rows and more, so a
Python loop or a model per row has no place in :meth:`RegisterRules.take`. Pure but for the keys of sealed numbers.

:class:`BasicRules` reads every element by its type, code list and check digits; a register inherits from it and adds
what is its own (extra names, links, rules between elements). Zhengzhou Art. 18, 19; Jilin Art. 26, 27.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol

import polars as pl

from catalogue.columns import check_column
from catalogue.faults import FaultCode
from hub.registers.reading import opened, read_element, sealed, trimmed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from catalogue.basic.database import BasicDatabase
    from catalogue.elements import Element
    from hub.identity.number_seals import NumberSeals

ROW: Final = "_row"
"""Int64: the lasting number of the row in its resource."""
KEY: Final = "_key"
"""String: what the source's key item holds, as it is stored (a sealed number begins with ``~``)."""
EVENT: Final = "event_at"
"""Datetime(us), local time without a zone: when it happened, by the source's event item, else when it was pushed."""
FORM: Final = "form"
"""String: the key in normal form, sealed where it is personal; what the alias table knows the subject by."""

RECORD: Final = "record"
"""The kind of a source whose rows say how a subject is; other kinds are life events or links."""
REFUSED_SCHEMA: Final = {ROW: pl.Int64(), "rule": pl.String(), "elements": pl.List(pl.String())}
ALIAS_SCHEMA: Final = {
    ROW: pl.Int64(),
    FORM: pl.String(),
    "kind": pl.String(),
    "since": pl.Date(),
    "until": pl.Date(),
    "is_same": pl.Boolean(),
}
LINK_SCHEMA: Final = {
    ROW: pl.Int64(),
    "kind": pl.String(),
    "other_register": pl.String(),
    "other_kind": pl.String(),
    "other_form": pl.String(),
    "since": pl.Date(),
    "until": pl.Date(),
}
WARNING_FAULTS: Final = frozenset({int(FaultCode.CITIZEN_ID_DIVISION_UNKNOWN), int(FaultCode.CITIZEN_ID_DEMO)})
"""Faults of a number that do not hinder that it names a person: unknown first division, the sample prefix."""


@dataclass(frozen=True, slots=True)
class KeyKind:
    """A kind of key a source may name subjects by.

    ``check`` is a validator of :func:`catalogue.columns.check_column` (None: any text). ``known_as`` are the kinds
    of alias the key is looked for in, in this order; a subject not found is made and known by ``known_as[0]``.
    """

    zh: str
    en: str
    known_as: tuple[str, ...]
    check: str | None = None
    is_sealed: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What the engine tells beside the rows: the source's kind and key kind, the seals, the day.

    ``is_demo``: numbers of the sample prefix are accepted as right.
    """

    kind: str
    key_kind: str
    numbers: NumberSeals
    today: date
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one frame.

    Attributes:
        rows: columns ``_row``, ``form``, ``event_at`` and one String column an element, in normal form (see
            :mod:`hub.registers.reading`); null says nothing. A row that is missing here was refused whole: an
            earlier claim of it stands until the row is mended or gone. ``form`` is never null. A row that says
            something of a second subject too (a marriage of both spouses) stands once more under minus its ``_row``.
        refused: ``_row``, ``rule``, ``elements`` (:data:`REFUSED_SCHEMA`). A row that stands in ``rows`` too was
            taken without these elements; several lines for one row are joined by the engine.
        aliases: other names of the rows' subjects (:data:`ALIAS_SCHEMA`; ``form`` sealed where personal). A name
            another subject has already is a refusal (``register.alias_taken``), but where ``is_same`` says that it
            surely is the same subject (an official change of number): then the two become one.
        links: links of the rows' subjects (:data:`LINK_SCHEMA`): ``other_kind`` is the kind of alias ``other_form``
            is in ``other_register``, null where it is only kept. They close with the row that said so.

    """

    rows: pl.DataFrame
    refused: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REFUSED_SCHEMA))
    aliases: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=ALIAS_SCHEMA))
    links: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=LINK_SCHEMA))


class RegisterRules(Protocol):
    """The rules of one register; one object serves all threads."""

    @property
    def basic(self) -> BasicDatabase:
        """The basic database: ``basic.switch`` names the register (a key of ``hub.registers.tables.SUBJECTS``)."""
        ...

    @property
    def elements(self) -> Mapping[str, Element]:
        """The elements it holds, by code."""
        ...

    @property
    def key_kinds(self) -> Mapping[str, KeyKind]:
        """The kinds of key it accepts, by name."""
        ...

    @property
    def kinds(self) -> Mapping[str, tuple[str, str]]:
        """What rows of a source may be: ``record``, a life event, a link; each with its Chinese and English name."""
        ...

    @property
    def sealed(self) -> frozenset[str]:
        """Codes of the elements whose values are sealed."""
        ...

    def implied(self, kind: str) -> tuple[str, ...]:
        """Return the elements rows of a kind say by themselves, mapped or not: they have a rank as mapped ones have."""
        ...

    def speaks_of_two(self, kind: str) -> bool:
        """Whether rows of a kind may say something of a second subject (see :class:`Taken`)."""
        ...

    def read_key(self, keys: pl.Series, asked: Asked) -> tuple[pl.Series, pl.Series]:
        """Return the forms of keys (null: refused) and for these the rule that refused them (else null)."""
        ...

    def take(self, frame: pl.DataFrame, asked: Asked) -> Taken:
        """Read the rows of a source.

        Args:
            frame: ``_row``, ``_key``, ``event_at``, and a String column for each mapped element: dates as
                ``2026-01-31``, moments as ``2026-01-31T08:00:00``, booleans as ``true``/``false``, numbers without
                trailing zeros; numbers of persons may be sealed (``~``), under any key.
            asked: see :class:`Asked`.

        """
        ...


@dataclass(frozen=True)
class BasicRules:
    """Rules that follow from the elements alone; see :class:`RegisterRules`."""

    basic: BasicDatabase
    key_kinds: Mapping[str, KeyKind]
    kinds: Mapping[str, tuple[str, str]] = field(
        default_factory=lambda: MappingProxyType({RECORD: ("登记记录", "records")})
    )
    sealed: frozenset[str] = frozenset()

    @cached_property
    def elements(self) -> Mapping[str, Element]:
        """The elements of the basic database, by code."""
        return {element.code: element for element in self.basic.elements}

    def implied(self, kind: str) -> tuple[str, ...]:  # noqa: ARG002 - a register with events says it by kind
        """Return nothing: rows say what is mapped."""
        return ()

    def speaks_of_two(self, kind: str) -> bool:  # noqa: ARG002 - as above
        """Return False: a row speaks of the subject of its key."""
        return False

    def take(self, frame: pl.DataFrame, asked: Asked) -> Taken:
        """Read the key, then each element; see :meth:`RegisterRules.take`."""
        forms, why = self.read_key(frame[KEY], asked)
        columns = [frame[ROW], forms.alias(FORM), frame[EVENT]]
        refused = [refusals(frame[ROW], why, ())]
        for code in (name for name in frame.columns if name in self.elements):
            values, faults = read_element(self.elements[code], frame[code], asked, is_sealed=code in self.sealed)
            columns.append(values.alias(code))
            refused.append(refusals(frame[ROW], faults, (code,)))
        rows = pl.DataFrame(columns).filter(pl.col(FORM).is_not_null())
        return Taken(rows, pl.concat(refused))

    def read_key(self, keys: pl.Series, asked: Asked) -> tuple[pl.Series, pl.Series]:
        """Return the forms of keys (null: refused) and for these the rule that refused them (else null)."""
        kind = self.key_kinds[asked.key_kind]
        plain = opened(keys, asked.numbers) if kind.is_sealed else keys
        if kind.check is None:
            read, faults = trimmed(plain), pl.Series([None], dtype=pl.UInt8).new_from_index(0, len(plain))
        else:
            result = check_column(kind.check, plain, today=asked.today, demo=asked.is_demo)
            read, faults = result.normalised, result.faults
        frame = pl.DataFrame({"v": read, "fault": faults})
        is_wrong = pl.col("fault").is_not_null() & ~pl.col("fault").is_in(WARNING_FAULTS)
        why = pl.when(pl.col("v").is_null()).then(pl.lit("register.key_missing"))
        found = frame.select(
            pl.when(~is_wrong).then(pl.col("v")).alias("v"),
            why.when(is_wrong).then(pl.lit("register.key_wrong")).alias("why"),
        )
        return (sealed(found["v"], asked.numbers) if kind.is_sealed else found["v"]), found["why"]


def refusals(rows: pl.Series, rules: pl.Series, elements: tuple[str, ...]) -> pl.DataFrame:
    """Return refusals (:data:`REFUSED_SCHEMA`) of the rows whose rule is not null."""
    found = pl.DataFrame({ROW: rows, "rule": rules.cast(pl.String)}).filter(pl.col("rule").is_not_null())
    return found.with_columns(pl.lit(list(elements), dtype=pl.List(pl.String)).alias("elements"))
