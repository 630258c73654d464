"""The validators of :mod:`catalogue.identifiers` for whole columns: Polars expressions, never a loop over values.

``check_column`` and the scalar ``check_value`` agree on every input; a property test holds them together.
GB 11643-1999, GB 32100-2015, GB 11714-1997, GB/T 2260. No I/O.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import polars as pl

from catalogue import patterns
from catalogue.column_kernels import DIGITS, check_characters, normal_form_column, value_table, weighted_sums
from catalogue.divisions import DEMO_DIVISIONS, DEMO_PLACES, PROVINCES, ever_valid_divisions
from catalogue.faults import FaultCode
from catalogue.identifiers import (
    BODY_ALPHABET,
    BODY_CHECK,
    BODY_WEIGHTS,
    CENTENARIAN_SEQUENCE,
    CITIZEN_CHECK,
    CITIZEN_WEIGHTS,
    FIRST_BIRTH_YEAR,
    ID_LENGTH,
    USCC_CHECK,
    USCC_PREFIXES,
    USCC_WEIGHTS,
    unknown_check,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

USCC_VALUES: Final = value_table(patterns.USCC_ALPHABET)
BODY_VALUES: Final = value_table(BODY_ALPHABET)
DOUBLED_DIGITS: Final = pl.Series([sum(divmod(2 * value, 10)) for value in DIGITS], dtype=pl.UInt16)
LUHN_WIDTH: Final = 19
"""Card numbers are padded to this odd width, so that every second position from the left is doubled."""


@dataclass(frozen=True, slots=True)
class ColumnResult:
    """A checked column; both series are as long as the input and in its order.

    ``normalised`` holds the values to store (String; a faulty value is only trimmed; null where the
    input is null or blank). ``faults`` holds :class:`FaultCode` numbers (UInt8), null = good.
    """

    normalised: pl.Series
    faults: pl.Series


@dataclass(frozen=True, slots=True)
class _Options:
    today: date
    demo: bool
    history: bool


def check_column(
    name: str, values: pl.Series, *, today: date, demo: bool = False, history: bool = False
) -> ColumnResult:
    """Check and normalise a column of strings.

    Args:
        name: one of :data:`catalogue.identifiers.CHECK_NAMES`.
        values: String series; null and blank values are neither good nor bad and come back null.
        today: no birth date may lie after it.
        demo: accept the sample prefixes (``citizen_id``) and the divisions of the invented city (``division_code``).
        history: accept and convert 15-digit numbers (``citizen_id``).

    Raises:
        UnknownCheckError: no validator is called ``name``.

    """
    if name not in _CHECKS:
        raise unknown_check(name)
    frame = pl.DataFrame({"v": normal_form_column(values)})
    checked = _CHECKS[name](frame, _Options(today, demo, history))
    return ColumnResult(checked["v"].rename(values.name), checked["fault"].rename(values.name))


def _faults(*tests: tuple[pl.Expr, FaultCode]) -> pl.Expr:
    """Return the code of the first test that holds; null when none does or the value is null."""
    branches = [pl.when(test).then(pl.lit(int(fault), dtype=pl.UInt8)) for test, fault in tests]
    return pl.when(pl.col("v").is_not_null()).then(pl.coalesce(*branches)).alias("fault")


def _by_form(
    frame: pl.DataFrame,
    pattern: str,
    formed: Callable[[pl.DataFrame], pl.DataFrame],
    other: Callable[[pl.DataFrame], pl.DataFrame],
) -> pl.DataFrame:
    """Send rows that match ``pattern`` to ``formed`` and the rest to ``other``; keep the order."""
    matches = frame["v"].str.contains(pattern).fill_null(value=False)
    if matches.all():
        return formed(frame).select("v", "fault")
    rows = pl.int_range(len(frame), dtype=pl.UInt32, eager=True).alias("row")
    parts = [
        check(frame.filter(mask)).select("v", "fault", rows.filter(mask))
        for check, mask in ((formed, matches), (other, ~matches))
    ]
    return pl.concat(parts).sort("row").select("v", "fault")


def _citizen_ids(frame: pl.DataFrame, options: _Options) -> pl.DataFrame:
    return _by_form(
        frame,
        patterns.CITIZEN,
        lambda rows: _well_formed_citizen_ids(rows, options),
        lambda rest: _by_form(
            rest,
            patterns.CITIZEN_LEGACY,
            lambda old: _legacy_citizen_ids(old, options),
            _malformed_citizen_ids,
        ),
    )


def _well_formed_citizen_ids(frame: pl.DataFrame, options: _Options) -> pl.DataFrame:
    """Test values of 17 digits and a check character: check, birth date, sample prefix, division."""
    value, born, division = pl.col("v"), pl.col("born"), pl.col("division")
    expected = check_characters(frame["v"], 0, DIGITS, CITIZEN_WEIGHTS, CITIZEN_CHECK)
    wrong = value.str.slice(17, 1) != pl.col("expected")
    is_demo = division.is_in([int(code) for code in DEMO_DIVISIONS])
    return frame.with_columns(
        expected,
        value.str.slice(6, 8).str.to_date("%Y%m%d", strict=False).alias("born"),
        value.str.slice(0, 6).cast(pl.Int32).alias("division"),
    ).with_columns(
        _faults(
            (wrong & value.str.ends_with("000"), FaultCode.EXCEL_TRUNCATED),
            (wrong, FaultCode.CITIZEN_ID_CHECK),
            (born.is_null() | (born.dt.year() < 1), FaultCode.CITIZEN_ID_BIRTH_DATE),
            (born > options.today, FaultCode.CITIZEN_ID_BIRTH_FUTURE),
            (born.dt.year() < FIRST_BIRTH_YEAR, FaultCode.CITIZEN_ID_BIRTH_TOO_EARLY),
            (is_demo & pl.lit(not options.demo), FaultCode.CITIZEN_ID_DEMO),
            (~is_demo & ~division.is_in(_known_prefixes().implode()), FaultCode.CITIZEN_ID_DIVISION_UNKNOWN),
        )
    )


def _legacy_citizen_ids(frame: pl.DataFrame, options: _Options) -> pl.DataFrame:
    """Convert 15-digit numbers (insert the century, compute the check character), then test them."""
    value = pl.col("v")
    is_centenarian = value.str.slice(12, 3).cast(pl.Int32) >= CENTENARIAN_SEQUENCE
    century = pl.when(is_centenarian).then(pl.lit("18")).otherwise(pl.lit("19"))
    first17 = frame.select(value.str.slice(0, 6) + century + value.str.slice(6, 9)).to_series()
    expected = check_characters(first17, 0, DIGITS, CITIZEN_WEIGHTS, CITIZEN_CHECK)
    tested = _well_formed_citizen_ids(frame.with_columns((first17 + expected).alias("v")), options)
    if options.history:
        return tested
    return tested.with_columns(pl.col("fault").fill_null(pl.lit(int(FaultCode.CITIZEN_ID_LEGACY), dtype=pl.UInt8)))


def _malformed_citizen_ids(frame: pl.DataFrame) -> pl.DataFrame:
    value = pl.col("v")
    reason = _faults(
        (value.str.contains(patterns.SCIENTIFIC), FaultCode.EXCEL_SCIENTIFIC),
        (value.str.len_chars() != ID_LENGTH, FaultCode.CITIZEN_ID_LENGTH),
        (pl.lit(value=True), FaultCode.CITIZEN_ID_CHARACTERS),
    )
    # The letters-and-digits form of the 2017 foreign card has no published check: its form is enough.
    return frame.with_columns(pl.when(~value.str.contains(patterns.FOREIGN_2017)).then(reason).alias("fault"))


@cache
def _known_divisions() -> pl.Series:
    """Six-digit codes of all divisions there ever were."""
    return pl.Series(sorted(ever_valid_divisions()), dtype=pl.String)


@cache
def _known_prefixes() -> pl.Series:
    """Six-digit prefixes that raise no warning: ever-valid divisions, and 9 + province + nationality."""
    divisions = [int(code) for code in ever_valid_divisions()]
    foreign = [int(f"9{province}000") + nationality for province in PROVINCES for nationality in range(1000)]
    return pl.Series(divisions + foreign, dtype=pl.Int32)


def _organisation_codes(frame: pl.DataFrame, _: _Options) -> pl.DataFrame:
    return _by_form(frame, patterns.USCC_FORMED, _well_formed_organisation_codes, _malformed_organisation_codes)


def _well_formed_organisation_codes(frame: pl.DataFrame) -> pl.DataFrame:
    """Test codes whose characters are right: check character, prefix pair, body code, military."""
    value = pl.col("v")
    expected = check_characters(frame["v"], 0, USCC_VALUES, USCC_WEIGHTS, USCC_CHECK)
    body = check_characters(frame["v"], 8, BODY_VALUES, BODY_WEIGHTS, BODY_CHECK).rename("body")
    wrong = value.str.slice(17, 1) != pl.col("expected")
    return frame.with_columns(expected, body).with_columns(
        _faults(
            (wrong & value.str.contains(patterns.EXCEL_TRUNCATED), FaultCode.EXCEL_TRUNCATED),
            (wrong, FaultCode.ORGANISATION_CODE_CHECK),
            (~value.str.slice(0, 2).is_in(sorted(USCC_PREFIXES)), FaultCode.ORGANISATION_CODE_PREFIX),
            (value.str.slice(16, 1) != pl.col("body"), FaultCode.ORGANISATION_CODE_BODY),
            (value.str.starts_with("A"), FaultCode.ORGANISATION_CODE_MILITARY),
        )
    )


def _malformed_organisation_codes(frame: pl.DataFrame) -> pl.DataFrame:
    value = pl.col("v")
    return frame.with_columns(
        _faults(
            (value.str.contains(patterns.SCIENTIFIC), FaultCode.EXCEL_SCIENTIFIC),
            (value.str.len_chars() != ID_LENGTH, FaultCode.ORGANISATION_CODE_LENGTH),
            (~value.str.contains(patterns.USCC), FaultCode.ORGANISATION_CODE_CHARACTERS),
            (pl.lit(value=True), FaultCode.ORGANISATION_CODE_DIVISION),
        )
    )


def _org_codes(frame: pl.DataFrame, _: _Options) -> pl.DataFrame:
    def formed(rows: pl.DataFrame) -> pl.DataFrame:
        expected = check_characters(rows["v"], 0, BODY_VALUES, BODY_WEIGHTS, BODY_CHECK)
        wrong = pl.col("v").str.slice(8, 1) != pl.col("expected")
        return rows.with_columns(expected).with_columns(_faults((wrong, FaultCode.ORG_CODE_CHECK)))

    bare = frame.with_columns(pl.col("v").str.replace_all("-", "", literal=True))
    return _by_form(bare, patterns.ORG_CODE, formed, lambda rows: rows.with_columns(_always(FaultCode.ORG_CODE_FORM)))


def _always(fault: FaultCode) -> pl.Expr:
    return _faults((pl.lit(value=True), fault))


def _division_codes(frame: pl.DataFrame, options: _Options) -> pl.DataFrame:
    value = pl.col("v")
    known = value.str.slice(0, 6).is_in(_known_divisions().implode())
    if options.demo:
        known |= value.str.slice(0, 6).is_in(list(DEMO_PLACES))
    return frame.with_columns(
        _faults(
            (~value.str.contains(patterns.DIVISION), FaultCode.DIVISION_CODE_FORM),
            (~known, FaultCode.DIVISION_CODE_UNKNOWN),
        )
    )


def _dates(frame: pl.DataFrame, _: _Options) -> pl.DataFrame:
    def formed(rows: pl.DataFrame) -> pl.DataFrame:
        """Bring the four forms to one, then let the calendar decide; a date that is none stays as written."""
        value, day = pl.col("v"), pl.col("day")
        plain = value.str.replace(patterns.DATE_MIDNIGHT, "").str.replace_all(patterns.DATE_SEPARATOR, "-")
        dashed = plain.str.strip_chars_end("日").str.to_date("%Y-%m-%d", strict=False)
        compact = plain.str.to_date("%Y%m%d", strict=False)
        dated = rows.with_columns(
            pl.when(plain.str.contains("-", literal=True)).then(dashed).otherwise(compact).alias("day")
        )
        missing = day.is_null() | (day.dt.year() < 1)
        return dated.with_columns(
            _faults((missing, FaultCode.DATE_NOT_REAL)),
            pl.when(missing).then(value).otherwise(day.dt.to_string("%Y-%m-%d")).alias("v"),
        )

    def other(rows: pl.DataFrame) -> pl.DataFrame:
        is_serial = pl.col("v").str.contains(patterns.EXCEL_SERIAL)
        return rows.with_columns(
            _faults((is_serial, FaultCode.DATE_EXCEL_SERIAL), (pl.lit(value=True), FaultCode.DATE_FORM))
        )

    return _by_form(frame, patterns.DATE, formed, other)


def _bank_cards(frame: pl.DataFrame, _: _Options) -> pl.DataFrame:
    def formed(rows: pl.DataFrame) -> pl.DataFrame:
        padded = rows["v"].str.zfill(LUHN_WIDTH)
        plain = weighted_sums(padded, 0, DIGITS, [1, 0] * 9 + [1])
        doubled = weighted_sums(padded, 0, DOUBLED_DIGITS, [0, 1] * 9 + [0])
        wrong = pl.col("sum") % 10 != 0
        truncated = wrong & pl.col("v").str.contains(patterns.BANK_CARD_TRUNCATED)
        return rows.with_columns(plain + doubled).with_columns(
            _faults((truncated, FaultCode.EXCEL_TRUNCATED), (wrong, FaultCode.BANK_CARD_CHECK))
        )

    def other(rows: pl.DataFrame) -> pl.DataFrame:
        scientific = pl.col("v").str.contains(patterns.SCIENTIFIC)
        return rows.with_columns(
            _faults((scientific, FaultCode.EXCEL_SCIENTIFIC), (pl.lit(value=True), FaultCode.BANK_CARD_FORM))
        )

    bare = frame.with_columns(pl.col("v").str.replace_all("[ -]", ""))
    return _by_form(bare, patterns.BANK_CARD, formed, other)


def _phones(frame: pl.DataFrame, _: _Options) -> pl.DataFrame:
    value = pl.col("v")
    bare = value.str.replace_all(patterns.PHONE_NOISE, "").str.replace(patterns.PHONE_COUNTRY, "")
    joined = frame.with_columns(bare.str.replace(patterns.PHONE_MOBILE_GROUPS, "${1}${2}${3}"))
    return joined.with_columns(_faults((~value.str.contains(patterns.PHONE), FaultCode.PHONE_FORM)))


_CHECKS: Final[Mapping[str, Callable[[pl.DataFrame, _Options], pl.DataFrame]]] = {
    "citizen_id": _citizen_ids,
    "organisation_code": _organisation_codes,
    "org_code": _org_codes,
    "division_code": _division_codes,
    "date": _dates,
    "bank_card": _bank_cards,
    "phone": _phones,
}
