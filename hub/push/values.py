"""One column of one chunk, from text to its type: parsed at once where clean, repaired and judged where not.

Type letters: 政务信息资源目录编制指南（试行）发改高技〔2017〕1272号. Column-wise throughout. The result's types
are those of :func:`storage_type`; numbers of type N without a scale stay exact as decimal text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from catalogue.columns import check_column
from catalogue.faults import FaultCode
from catalogue.identifiers import PUBLIC_PHONE
from catalogue.item import DataType
from hub.push.cleaning import SUSPECT, Cleaned, clean
from hub.push.hints import expected_characters, near_codes, serial_dates
from hub.push.rules import RULE_OF_FAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from catalogue.item import Item

BIGINT_DIGITS: Final = 18
MONEY_SCALE: Final = 4
DECIMAL_DIGITS: Final = 38
FIRST_DAY, LAST_DAY = date(1800, 1, 1), date(2999, 12, 31)
_NUMBER: Final = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)$"
_EXPONENT: Final = r"^[+-]?[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]+$"
_GROUPED: Final = r"^[+-]?[¥￥$]?[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$"
_CURRENCY: Final = r"^[+-]?[¥￥$][+-]?[0-9]"
_WHOLE: Final = r"^([+-]?[0-9]+)\.0+$"
_BASE64: Final = r"^[A-Za-z0-9+/\s]*={0,2}\s*$"
_TRUE: Final = ("TRUE", "T", "Y", "YES", "1", "1.0", "是", "有", "真", "√")
_FALSE: Final = ("FALSE", "F", "N", "NO", "0", "0.0", "否", "无", "假", "×")
_TIME_FORMS: Final = (
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y%m%d%H%M%S",
    "%Y%m%d %H:%M:%S",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日%H时%M分%S秒",
    "%Y年%m月%d日%H时%M分",
)
_ZONED_FORMS: Final = ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S%z")
_ZONE: Final = r"(Z|[+-][0-9]{2}:?[0-9]{2})$"
_BEIJING: Final = "Asia/Shanghai"
_STORED: Final[Mapping[DataType, pl.DataType]] = {
    DataType.TEXT: pl.String(),
    DataType.MEMO: pl.String(),
    DataType.GENERAL: pl.String(),
    DataType.INTEGER: pl.Int64(),
    DataType.DOUBLE: pl.Float64(),
    DataType.FLOAT: pl.Float64(),
    DataType.DATE: pl.Date(),
    DataType.DATETIME: pl.Datetime("us"),
    DataType.BOOLEAN: pl.Boolean(),
}
R = {"required": 1, "truncated": 3, "number": 5, "form": 6, "code": 7, "long": 8, "range": 9, "day": 10}
R |= {"label": 20, "logical": 21, "base64": 30, "scientific": 41}


@dataclass(slots=True)
class Checked:
    """A column after the checks: typed values (null where blank or faulty), rule numbers, details.

    ``changed`` says for each coercion which values it changed.
    """

    typed: pl.Series
    rules: pl.Series
    details: pl.Series
    changed: dict[str, pl.Series] = field(default_factory=dict)

    def mark(self, bad: pl.Series, rule: int, details: pl.Series | None = None) -> None:
        """Set ``rule`` where ``bad`` holds and no rule stands yet; the value there becomes null."""
        fresh = bad.fill_null(value=False) & self.rules.is_null()
        if not fresh.any():
            return
        self.rules = self.rules.set(fresh, rule)
        if details is not None:
            self.details = details.zip_with(fresh, self.details)
        self.typed = self.typed.set(fresh, None)

    def explain(self, rule: int, details: pl.Series) -> None:
        """Add details to the values that break ``rule``."""
        self.details = details.zip_with((self.rules == rule).fill_null(value=False), self.details)


@dataclass(frozen=True, slots=True)
class Context:
    """What a check needs besides the values; ``codes`` maps each code of the item's list to its label."""

    today: date
    demo: bool
    codes: Mapping[str, str] | None


def storage_type(item: Item) -> pl.DataType:
    """Return the Polars type accepted values of an item have."""
    if item.type is DataType.NUMBER and item.scale is None:
        return pl.String()
    if item.type is DataType.NUMBER and item.scale == 0 and item.length is not None and item.length <= BIGINT_DIGITS:
        return pl.Int64()
    if item.type in {DataType.NUMBER, DataType.CURRENCY}:
        return pl.Decimal(DECIMAL_DIGITS, MONEY_SCALE if item.scale is None else item.scale)
    return _STORED[item.type]


def check_values(raw: pl.Series, item: Item, context: Context) -> Checked:
    """Check one column of text (no nulls) against its item."""
    if context.codes is not None:
        checked = _coded(raw, context.codes)
    elif item.check is not None and storage_type(item) == pl.String():
        checked = _identified(raw, item.check, context)
    else:
        match item.type:
            case DataType.TEXT | DataType.MEMO:
                checked = _free_text(raw)
            case DataType.GENERAL:
                checked = _free_text(raw)
                checked.mark(~checked.typed.str.contains(_BASE64), R["base64"])
            case DataType.DATE:
                checked = _dates(raw, context)
            case DataType.DATETIME:
                checked = _times(raw)
            case DataType.BOOLEAN:
                checked = _logical(raw)
            case _:
                checked = _numbers(raw, item)
    if item.type is DataType.TEXT and item.length is not None and checked.typed.dtype == pl.String():
        _limit_length(checked, item.length)
    return checked


def _fresh(typed: pl.Series) -> Checked:
    size = typed.len()
    return Checked(
        typed,
        pl.repeat(None, size, dtype=pl.UInt8, eager=True),
        pl.repeat(None, size, dtype=pl.String, eager=True),
    )


def _limit_length(checked: Checked, length: int) -> None:
    """Mark texts of more than ``length`` characters; bytes are looked at first because they are known."""
    longest = checked.typed.str.len_bytes().max()
    if isinstance(longest, int) and longest > length:
        characters = checked.typed.str.len_chars()
        checked.mark(characters > length, R["long"], characters.cast(pl.String))


def _repair(
    raw: pl.Series, typed: pl.Series, parse: Callable[[Cleaned, Checked], Checked], *, free_text: bool = False
) -> Checked:
    """Take the values that did not parse at once, clean them, and let ``parse`` type or judge them.

    ``parse`` gets the cleaned values and a blank result of their size, and fills it.
    """
    whole = _fresh(typed)
    rest = typed.is_null() & (raw != "")
    if not rest.any():
        return whole
    rows = rest.arg_true()
    cleaned = clean(raw.gather(rows), free_text=free_text)
    part = Checked(
        pl.repeat(None, rows.len(), dtype=typed.dtype, eager=True),
        cleaned.rules,
        pl.repeat(None, rows.len(), dtype=pl.String, eager=True),
        dict(cleaned.changed),
    )
    part = parse(cleaned, part)
    whole.typed = whole.typed.scatter(rows, part.typed)
    whole.rules = whole.rules.scatter(rows, part.rules)
    whole.details = whole.details.scatter(rows, part.details)
    for kind, changed in part.changed.items():
        if changed.any():
            whole.changed[kind] = _spread(changed, rows, raw.len())
    return whole


def _spread(flags: pl.Series, rows: pl.Series, size: int) -> pl.Series:
    """Return flags of some rows as flags of all ``size`` rows."""
    return pl.repeat(value=False, n=size, dtype=pl.Boolean, eager=True).scatter(rows, flags)


def _set_typed(part: Checked, values: pl.Series) -> pl.Series:
    """Store what parsed where no rule stands; return which values still wait."""
    part.typed = values.zip_with(part.rules.is_null() & values.is_not_null(), part.typed)
    return part.typed.is_null() & part.rules.is_null()


def _free_text(raw: pl.Series) -> Checked:
    suspect = raw.str.contains(SUSPECT)
    if not suspect.any():
        return _fresh(_blank_to_null(raw))

    def parse(cleaned: Cleaned, part: Checked) -> Checked:
        _set_typed(part, cleaned.values)
        return part

    return _repair(raw, _blank_to_null(raw).set(suspect, None), parse, free_text=True)


def _blank_to_null(raw: pl.Series) -> pl.Series:
    blank = raw == ""
    return raw.set(blank, None) if blank.any() else raw


def _identified(raw: pl.Series, check: str, context: Context) -> Checked:
    """Check identifiers and numbers that have a validator in :mod:`catalogue.columns`."""
    name = "phone" if check == PUBLIC_PHONE else check
    found = check_column(name, raw, today=context.today, demo=context.demo)
    checked = _fresh(found.normalised)
    all_faults = found.faults
    # The check character over all 17 is the registration authority's own: where it holds, nobody mistyped the body
    # code, the authority issued it so, and a code is for life (GB 32100). Real registers hold some of these.
    as_issued = (all_faults == int(FaultCode.ORGANISATION_CODE_BODY)).fill_null(value=False)
    if as_issued.any():
        checked.changed["K12"] = as_issued
        all_faults = all_faults.set(as_issued, None)
    changed = ((found.normalised != raw) & all_faults.is_null()).fill_null(value=False)
    if changed.any():
        checked.changed["K08"] = changed
    if all_faults.null_count() == all_faults.len():
        return checked
    rows = all_faults.is_not_null().arg_true()
    cleaned = clean(raw.gather(rows), free_text=False)
    faults = all_faults.gather(rows)
    numbers = {int(code): rule for code, rule in RULE_OF_FAULT.items()}
    rules = faults.replace_strict(numbers, return_dtype=pl.UInt8)
    rules = cleaned.rules.zip_with(cleaned.rules.is_not_null(), rules).set(cleaned.values.is_null(), None)
    checked.changed["K03"] = _spread(cleaned.changed["K03"], rows, raw.len())
    checked.rules = checked.rules.scatter(rows, rules)
    checked.details = checked.details.scatter(rows, expected_characters(name, found.normalised.gather(rows), faults))
    checked.typed = checked.typed.scatter(rows, None)
    return checked


def _coded(raw: pl.Series, codes: Mapping[str, str]) -> Checked:
    known = pl.Series(list(codes), dtype=pl.String)
    typed = raw.set(~raw.is_in(known.implode()), None)

    def parse(cleaned: Cleaned, part: Checked) -> Checked:
        values = cleaned.values
        _set_typed(part, values.set(~values.is_in(known.implode()).fill_null(value=True), None))
        labels = near_codes(values, codes)
        part.mark(labels.is_label & values.is_not_null(), R["label"], labels.code)
        part.mark(part.typed.is_null() & values.is_not_null(), R["code"], labels.code)
        return part

    return _repair(raw, typed, parse)


def _logical(raw: pl.Series) -> Checked:
    words = dict.fromkeys(_TRUE, True) | dict.fromkeys(_FALSE, False)
    typed = raw.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean)

    def parse(cleaned: Cleaned, part: Checked) -> Checked:
        known = cleaned.values.str.to_uppercase().replace_strict(words, default=None, return_dtype=pl.Boolean)
        waiting = _set_typed(part, known)
        part.changed["K07"] = part.typed.is_not_null()
        part.mark(waiting & cleaned.values.is_not_null(), R["logical"])
        return part

    return _repair(raw, typed, parse)


def _dates(raw: pl.Series, context: Context) -> Checked:
    def parse(cleaned: Cleaned, part: Checked) -> Checked:
        found = check_column("date", cleaned.values, today=context.today)
        days = found.normalised.str.to_date("%Y-%m-%d", strict=False)
        waiting = _set_typed(part, days.set(found.faults.is_not_null(), None))
        changed = part.typed.is_not_null() & (cleaned.values != found.normalised).fill_null(value=False)
        midnight = cleaned.values.str.contains(":", literal=True).fill_null(value=False)
        part.changed |= {"K06": changed & midnight, "K05": changed & ~midnight}
        serial = found.faults == int(FaultCode.DATE_EXCEL_SERIAL)
        part.mark(waiting & serial, 26, serial_dates(cleaned.values))
        part.mark(waiting & (found.faults == int(FaultCode.DATE_NOT_REAL)), R["day"])
        part.mark(waiting & cleaned.values.is_not_null(), R["form"])
        return part

    exact = raw.str.to_date("%Y-%m-%d", strict=False)
    if (raw.str.len_bytes() != 10).any():  # noqa: PLR2004 - the parser forgives 2020-1-2 and blanks; we count them
        exact = exact.set(raw.str.len_bytes() != 10, None)  # noqa: PLR2004
    checked = _repair(raw, exact, parse)
    earliest, latest = checked.typed.min(), checked.typed.max()
    if (isinstance(earliest, date) and earliest < FIRST_DAY) or (isinstance(latest, date) and latest > LAST_DAY):
        checked.mark(~checked.typed.is_between(FIRST_DAY, LAST_DAY), R["day"])
    return checked


def _times(raw: pl.Series) -> Checked:
    def parse(cleaned: Cleaned, part: Checked) -> Checked:
        values = cleaned.values
        waiting = part.rules.is_null() & values.is_not_null()
        if values.str.contains(_ZONE).any():
            zoned = values.str.replace("Z$", "+0000")
            for form in _ZONED_FORMS:
                moments = zoned.str.to_datetime(form, strict=False, time_unit="us", time_zone="UTC")
                waiting = _set_typed(part, moments.dt.convert_time_zone(_BEIJING).dt.replace_time_zone(None))
        for form in _TIME_FORMS:
            if not (waiting & values.is_not_null()).any():
                break
            waiting = _set_typed(part, values.str.to_datetime(form, strict=False, time_unit="us"))
        days = check_column("date", values, today=LAST_DAY)
        plain = days.normalised.set(days.faults.is_not_null(), None)
        waiting = _set_typed(part, plain.str.to_datetime("%Y-%m-%d", strict=False, time_unit="us"))
        part.changed["K09"] = part.typed.is_not_null()
        part.mark(waiting & values.is_not_null(), R["form"])
        return part

    checked = _repair(raw, raw.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us"), parse)
    years = checked.typed.dt.year()
    checked.mark(~years.is_between(FIRST_DAY.year, LAST_DAY.year), R["day"])
    return checked


def _numbers(raw: pl.Series, item: Item) -> Checked:
    kind = storage_type(item)
    is_exact = kind != pl.Float64()

    def read(values: pl.Series) -> pl.Series:
        formed = values.str.contains(_NUMBER)
        return values.set(~formed.fill_null(value=True), None)

    def parse(cleaned: Cleaned, part: Checked) -> Checked:
        values = cleaned.values
        grouped = (values.str.contains(_GROUPED) | values.str.contains(_CURRENCY)).fill_null(value=False)
        bare = values.str.replace_all("[,¥￥$]", "").zip_with(grouped, values)
        part.changed["K04"] = grouped
        if not is_exact:
            formed = bare.str.contains(f"{_NUMBER}|{_EXPONENT}").fill_null(value=True)
            _set_typed(part, bare.set(~formed, None).cast(kind, strict=False))
        whole = bare.str.replace(_WHOLE, "${1}") if kind == pl.Int64() else bare
        part.changed["K11"] = (whole != bare).fill_null(value=False)
        waiting = _set_typed(part, _cast(read(whole), kind))
        part.mark(waiting & values.str.contains(_EXPONENT), R["scientific"])
        part.mark(waiting & whole.str.contains(_NUMBER), R["range"])
        part.mark(waiting & values.is_not_null(), R["number"])
        _limit_decimals(part, whole, item, kind)
        return part

    exact = read(raw)
    checked = _repair(raw, _cast(exact, kind), parse)
    _limit_decimals(checked, raw, item, kind)
    _limit_digits(checked, item, kind)
    return checked


def _cast(values: pl.Series, kind: pl.DataType) -> pl.Series:
    """Cast decimal text; for exact text, bring equal numbers to one writing (no plus, no idle zeros)."""
    if kind != pl.String():
        return values.cast(kind, strict=False)
    if not values.str.contains(r"^\+|^-?0[0-9]|\.[0-9]*0$|\.$|^-?\.|^-0*$").any():
        return values
    plain = values.str.replace(r"^\+", "").str.replace(r"^(-?)0+([0-9])", "${1}${2}").str.replace(r"^(-?)\.", "${1}0.")
    return plain.str.replace(r"(\.[0-9]*?)0+$", "${1}").str.replace(r"\.$", "").str.replace(r"^-0$", "0")


def _limit_decimals(checked: Checked, written: pl.Series, item: Item, kind: pl.DataType) -> None:
    """Mark numbers with more decimals than the item keeps: a cast would round them silently."""
    if not isinstance(kind, pl.Decimal) or checked.typed.null_count() == checked.typed.len():
        return
    scale = MONEY_SCALE if item.scale is None else item.scale
    checked.mark(written.str.contains(rf"\.[0-9]{{{scale}}}[0-9]*[1-9]"), R["range"])


def _limit_digits(checked: Checked, item: Item, kind: pl.DataType) -> None:
    """Mark numbers with more digits before the point than length minus scale."""
    if item.length is None or item.length > DECIMAL_DIGITS or item.type in {DataType.DOUBLE, DataType.FLOAT}:
        return
    whole_digits = max(item.length - (item.scale or 0), 0)
    if kind == pl.String() or whole_digits > BIGINT_DIGITS:
        written = checked.typed.cast(pl.String)
        checked.mark(written.str.extract(r"^-?0*([0-9]*)").str.len_bytes() > whole_digits, R["range"])
    else:
        bound = 10**whole_digits
        checked.mark((checked.typed >= bound) | (checked.typed <= -bound), R["range"])
