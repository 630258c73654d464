"""Values of elements in the one normal form a register keeps, compares and serves: always text.

Dates are ``2026-01-31``, moments ``2026-01-31T08:00:00``, booleans ``true`` or ``false``, numbers plain decimals,
codes as in their list, numbers of persons sealed. Whole columns at a time; a value that cannot be read is not taken
and its rule is told. GB 11643-1999, GB 32100-2015, GB/T 2260 through :mod:`catalogue.columns`.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol

import polars as pl

from catalogue.code_lists import load_code_list
from catalogue.columns import check_column
from catalogue.faults import FaultCode
from catalogue.item import DataType
from catalogue.normalise import WHITESPACE
from hub.identity.number_seals import MARK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from catalogue.elements import Element
    from hub.identity.number_seals import NumberSeals

CODE_UNKNOWN: Final = "register.code_unknown"
VALUE_WRONG: Final = "register.value_wrong"
TOO_LONG: Final = "register.too_long"
_TRUE: Final = ("true", "t", "1", "是", "Y", "y", "有")
_FALSE: Final = ("false", "f", "0", "否", "N", "n", "无")
_HARMLESS: Final = (int(FaultCode.CITIZEN_ID_DIVISION_UNKNOWN), int(FaultCode.CITIZEN_ID_DEMO))


class Reading(Protocol):
    """What reading needs to know: the seals, the day, whether sample numbers are right."""

    @property
    def numbers(self) -> NumberSeals:
        """The seals of numbers."""
        ...

    @property
    def today(self) -> date:
        """The day, on which no date of birth may lie in the future."""
        ...

    @property
    def is_demo(self) -> bool:
        """Whether numbers of the sample prefix are accepted."""
        ...


def trimmed(values: pl.Series) -> pl.Series:
    """Return text without blanks at its ends; blank becomes null."""
    frame = pl.DataFrame({"v": values.cast(pl.String).str.strip_chars(WHITESPACE)})
    return frame.select(pl.when(pl.col("v") != "").then(pl.col("v"))).to_series()


@dataclass(frozen=True, slots=True)
class _Page:
    """Numbers of one page as they were opened and sealed, so that each is opened and sealed once."""

    plain: dict[str, str] = field(default_factory=dict)
    sealed: dict[str, str] = field(default_factory=dict)


_page: ContextVar[_Page | None] = ContextVar("page of numbers", default=None)


@contextmanager
def one_page() -> Iterator[None]:
    """Within the block every number is opened and sealed once, however often rules ask; nothing outlives it."""
    token = _page.set(_Page())
    try:
        yield
    finally:
        _page.reset(token)


def opened(values: pl.Series, numbers: NumberSeals) -> pl.Series:
    """Return numbers in the clear: sealed ones opened, plain ones as they are."""
    texts = values.cast(pl.String)
    if not texts.str.starts_with(MARK).any():
        return texts
    page = _page.get()
    if page is None:
        return pl.Series(values.name, numbers.open_all(texts), dtype=pl.String)
    newest, plain = f"{MARK}{numbers.version}.", page.plain
    for text in texts:
        if text is not None and text not in plain:
            number = plain[text] = numbers.open(text)
            if text.startswith(newest):  # sealing gives the same text for the same number
                page.sealed[number] = text
    return pl.Series(values.name, [None if text is None else plain[text] for text in texts], dtype=pl.String)


def sealed(values: pl.Series, numbers: NumberSeals) -> pl.Series:
    """Return numbers sealed under the newest key; null stays null."""
    texts = values.cast(pl.String)
    page = _page.get()
    if page is None:
        return pl.Series(values.name, numbers.seal_all(texts), dtype=pl.String)
    known = page.sealed
    for text in texts:
        if text is not None and text not in known:
            known[text] = numbers.seal(text)
    return pl.Series(values.name, [None if text is None else known[text] for text in texts], dtype=pl.String)


def read_element(
    element: Element, values: pl.Series, reading: Reading, *, is_sealed: bool
) -> tuple[pl.Series, pl.Series]:
    """Return values of one element in normal form, and the rule for each value that could not be taken (else null)."""
    if is_sealed:
        plain, faults = _read(element, opened(values, reading.numbers), reading)
        return sealed(plain, reading.numbers), faults
    return _read(element, values, reading)


def _read(element: Element, values: pl.Series, reading: Reading) -> tuple[pl.Series, pl.Series]:
    if element.check in {"citizen_id", "organisation_code", "org_code", "division_code", "date"}:
        return _checked(element.check, values, reading)
    frame = pl.DataFrame({"v": trimmed(values)})
    by_type = _AS_TYPE.get(element.type)
    if by_type is not None:
        return _by(frame, by_type(), VALUE_WRONG)
    codes = _codes(element)
    if codes is not None:
        known = pl.Series(codes, dtype=pl.String).implode()
        return _by(frame, pl.when(pl.col("v").is_in(known)).then(pl.col("v")), CODE_UNKNOWN)
    if element.length is not None:
        fits = pl.col("v").str.len_chars() <= element.length
        return _by(frame, pl.when(fits).then(pl.col("v")), TOO_LONG)
    return frame["v"], pl.Series([None], dtype=pl.String).new_from_index(0, len(frame))


def _codes(element: Element) -> list[str] | None:
    if element.code_list is not None:
        return list(load_code_list(element.code_list.name).rows)
    return list(element.values) or None


def _checked(check: str, values: pl.Series, reading: Reading) -> tuple[pl.Series, pl.Series]:
    result = check_column(check, values, today=reading.today, demo=reading.is_demo)
    frame = pl.DataFrame({"v": result.normalised, "fault": result.faults})
    is_wrong = pl.col("fault").is_not_null() & ~pl.col("fault").is_in(_HARMLESS)
    kept = frame.select(
        pl.when(~is_wrong).then(pl.col("v")).alias("v"),
        pl.when(is_wrong).then(pl.lit(VALUE_WRONG)).alias("why"),
    )
    return kept["v"], kept["why"]


def _by(frame: pl.DataFrame, read: pl.Expr, rule: str) -> tuple[pl.Series, pl.Series]:
    """Return what ``read`` makes of the values, and ``rule`` where it makes nothing of something."""
    found = frame.select(read.alias("read"), pl.col("v"))
    is_lost = pl.col("read").is_null() & pl.col("v").is_not_null()
    why = found.select(pl.when(is_lost).then(pl.lit(rule)).alias("why"))["why"]
    return found["read"], why


def _as_boolean() -> pl.Expr:
    value = pl.col("v")
    chosen = pl.when(value.is_in(_TRUE)).then(pl.lit("true"))
    return chosen.when(value.is_in(_FALSE)).then(pl.lit("false")).otherwise(None)


def _as_number() -> pl.Expr:
    """Plain decimals without leading or trailing zeros; no digit is lost, so nothing becomes a float."""
    value = pl.col("v").str.replace(r"^\+", "")
    form = value.str.contains(r"^-?\d+(\.\d+)?$")
    without = value.str.replace(r"^(-?)0+(\d)", "$1$2").str.replace(r"(\.\d*?)0+$", "$1").str.replace(r"\.$", "")
    return pl.when(form).then(without.str.replace(r"^-0$", "0"))


def read_moments(values: pl.Series) -> pl.Series:
    """Return local times of texts (a day begins at midnight); null where there is none to read."""
    return pl.DataFrame({"v": trimmed(values)}).select(_moments()).to_series()


def _as_moment() -> pl.Expr:
    return _moments().dt.strftime("%Y-%m-%dT%H:%M:%S")


def _moments() -> pl.Expr:
    value = pl.col("v").str.replace(" ", "T", literal=True)
    digits, short = value.str.contains(r"^\d{14}$"), value.str.contains(r"^\d{8}$")
    return pl.coalesce(
        pl.when(digits).then(value.str.to_datetime("%Y%m%d%H%M%S", strict=False)),
        value.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", strict=False),
        value.str.to_datetime("%Y-%m-%dT%H:%M", strict=False),
        value.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us")),
        pl.when(short).then(value.str.to_date("%Y%m%d", strict=False)).cast(pl.Datetime("us")),
    )


_AS_TYPE: Final[Mapping[DataType, Callable[[], pl.Expr]]] = MappingProxyType(
    {
        DataType.BOOLEAN: _as_boolean,
        DataType.DATETIME: _as_moment,
        **dict.fromkeys(
            (DataType.NUMBER, DataType.CURRENCY, DataType.DOUBLE, DataType.FLOAT, DataType.INTEGER), _as_number
        ),
    }
)
