"""Numbers of a pushed column: separators, currency signs, units, ranges; exact where the item is exact.

Type letters N, Y, I, B, F of 政务信息资源目录编制指南（试行）. A unit behind a number is taken off or converted only
where the item says which unit it holds (:mod:`hub.push.units`); else the value is given back with its reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from catalogue.item import DataType
from hub.push.column import repair, set_typed
from hub.push.rules_of_values import RANGE_VALUE, UNIT_OTHER, UNIT_UNSAID
from hub.push.storage import BIGINT_DIGITS, DECIMAL_DIGITS, MONEY_SCALE, storage_type
from hub.push.units import OWN_CURRENCY, SIGNS, WITH_UNIT, shifted, shifts_to

if TYPE_CHECKING:
    from catalogue.item import Item
    from hub.push.cleaning import Cleaned
    from hub.push.column import Checked, Context

NOT_A_NUMBER, OUT_OF_RANGE, SCIENTIFIC = 5, 9, 41
_NUMBER: Final = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)$"
_EXPONENT: Final = r"^[+-]?[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]+$"
_GROUPED: Final = r"^[+-]?[¥￥$]?[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$"
_CURRENCY: Final = r"^[+-]?[¥￥$][+-]?[0-9]"
_WHOLE: Final = r"^([+-]?[0-9]+)\.0+$"
_RANGE: Final = r"^[+-]?[0-9][0-9.,]*[^0-9.,\s]{0,4}\s*(~|～|〜|至|到|—|–|-)\s*[0-9][0-9.,]*[^0-9.,\s]{0,6}$"


def check_numbers(raw: pl.Series, item: Item, context: Context) -> Checked:
    """Check one column of text (no nulls) against its numeric item."""
    kind = storage_type(item)
    is_exact = kind != pl.Float64()

    def parse(cleaned: Cleaned, part: Checked) -> Checked:
        _mark_currency(cleaned.values, part, context.reading.unit)
        values = _without_unit(cleaned.values, part, context.reading.unit)
        grouped = (values.str.contains(_GROUPED) | values.str.contains(_CURRENCY)).fill_null(value=False)
        bare = values.str.replace_all("[,¥￥$]", "").zip_with(grouped, values)
        part.changed["K04"] = part.changed.get("K04", grouped) | grouped
        if not is_exact:
            formed = bare.str.contains(f"{_NUMBER}|{_EXPONENT}").fill_null(value=True)
            set_typed(part, bare.set(~formed, None).cast(kind, strict=False))
        whole = bare.str.replace(_WHOLE, "${1}") if kind == pl.Int64() else bare
        part.changed["K11"] = (whole != bare).fill_null(value=False)
        waiting = set_typed(part, _cast(_formed(whole), kind))
        part.mark(waiting & values.str.contains(_EXPONENT), SCIENTIFIC)
        part.mark(waiting & whole.str.contains(_NUMBER), OUT_OF_RANGE)
        part.mark(waiting & values.str.contains(_RANGE), RANGE_VALUE)
        part.mark(waiting & values.is_not_null(), NOT_A_NUMBER)
        _limit_decimals(part, whole, item, kind)
        return part

    checked = repair(raw, _cast(_formed(raw), kind), parse)
    _limit_decimals(checked, raw, item, kind)
    _limit_digits(checked, item, kind)
    return checked


def _formed(values: pl.Series) -> pl.Series:
    """Return what is written as a plain number, null else."""
    formed = values.str.contains(_NUMBER)
    return values.set(~formed.fill_null(value=True), None)


def _mark_currency(values: pl.Series, part: Checked, unit: str | None) -> None:
    """Mark amounts whose sign names another currency than the item, or a foreign one where the item names none."""
    signs = values.str.extract(r"^[+-]?(人民币|[¥￥$])")
    if signs.null_count() == signs.len():
        return
    for sign, currency in SIGNS.items():
        if unit is None and currency != OWN_CURRENCY:
            part.mark((signs == sign) & part.rules.is_null(), UNIT_UNSAID, signs)
        elif unit is not None and currency not in shifts_to(unit):
            part.mark((signs == sign) & part.rules.is_null(), UNIT_OTHER, signs + f" → {unit}")


def _without_unit(values: pl.Series, part: Checked, unit: str | None) -> pl.Series:
    """Take known units off where the item holds the same kind of unit; mark the others."""
    found = values.str.extract(WITH_UNIT, 2)
    if found.null_count() == found.len():
        return values
    waiting = found.is_not_null() & part.rules.is_null()
    if unit is None:
        part.mark(waiting, UNIT_UNSAID, found)
        return values
    moves = shifts_to(unit)
    places = found.replace_strict(moves, default=None, return_dtype=pl.Int32)
    part.mark(waiting & places.is_null(), UNIT_OTHER, found + f" → {unit}")
    fits = (waiting & places.is_not_null()).fill_null(value=False)
    if not fits.any():
        return values
    bare = values.str.extract(WITH_UNIT, 1)
    plain = bare.str.replace_all("[,¥￥$]", "")
    same = fits & (places == 0).fill_null(value=False)
    moved = fits & ~same
    part.changed |= {"K13": same, "K14": moved, "K04": (fits & (plain != bare)).fill_null(value=False)}
    return shifted(plain, places).zip_with(moved, plain.zip_with(same, values))


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
    checked.mark(checked.typed.is_not_null() & written.str.contains(rf"\.[0-9]{{{scale}}}[0-9]*[1-9]"), OUT_OF_RANGE)


def _limit_digits(checked: Checked, item: Item, kind: pl.DataType) -> None:
    """Mark numbers with more digits before the point than length minus scale."""
    if item.length is None or item.length > DECIMAL_DIGITS or item.type in {DataType.DOUBLE, DataType.FLOAT}:
        return
    whole_digits = max(item.length - (item.scale or 0), 0)
    if kind == pl.String() or whole_digits > BIGINT_DIGITS:
        written = checked.typed.cast(pl.String)
        checked.mark(written.str.extract(r"^-?0*([0-9]*)").str.len_bytes() > whole_digits, OUT_OF_RANGE)
    else:
        bound = 10**whole_digits
        checked.mark((checked.typed >= bound) | (checked.typed <= -bound), OUT_OF_RANGE)
