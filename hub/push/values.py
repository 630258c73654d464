"""One column of one chunk, from text to its type: parsed at once where clean, repaired and judged where not.

Type letters: 政务信息资源目录编制指南（试行）发改高技〔2017〕1272号. Column-wise throughout. The result's types
are those of :func:`storage_type`; numbers of type N without a scale stay exact as decimal text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from catalogue.columns import check_column
from catalogue.faults import FaultCode
from catalogue.identifiers import PUBLIC_PHONE
from catalogue.item import DataType
from catalogue.shapes import is_shape
from hub.push.cleaning import SCIENTIFIC_TEXT, SUSPECT, clean
from hub.push.column import Checked, Context, fresh, repair, set_typed, spread
from hub.push.geometry import check_geometry
from hub.push.hints import expected_characters, near_codes
from hub.push.moments import check_dates, check_times
from hub.push.numbers import check_numbers
from hub.push.rules import RULE_OF_FAULT
from hub.push.storage import storage_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalogue.item import Item
    from hub.push.cleaning import Cleaned

__all__ = ["Checked", "Context", "check_values", "storage_type"]

_BASE64: Final = r"^[A-Za-z0-9+/\s]*={0,2}\s*$"
_TRUE: Final = ("TRUE", "T", "Y", "YES", "1", "1.0", "是", "有", "真", "√")
_FALSE: Final = ("FALSE", "F", "N", "NO", "0", "0.0", "否", "无", "假", "×")
R: Final = {"code": 7, "long": 8, "label": 20, "logical": 21, "base64": 30}


def check_values(raw: pl.Series, item: Item, context: Context) -> Checked:
    """Check one column of text (no nulls) against its item."""
    missing = raw.is_in(context.reading.missing) if context.reading.missing else None
    if missing is not None and missing.any():
        checked = _checked(raw.set(missing, ""), item, context)
        checked.changed["K20"] = missing
        return checked
    return _checked(raw, item, context)


def _checked(raw: pl.Series, item: Item, context: Context) -> Checked:
    """Check by what the item has: a code list, a validator, or a type."""
    if is_shape(item):
        checked = check_geometry(raw, item)
    elif context.codes is not None:
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
                checked = check_dates(raw, context)
            case DataType.DATETIME:
                checked = check_times(raw)
            case DataType.BOOLEAN:
                checked = _logical(raw)
            case _:
                checked = check_numbers(raw, item, context)
    if item.type is DataType.TEXT and item.length is not None and checked.typed.dtype == pl.String():
        _limit_length(checked, item.length)
    return checked


def _limit_length(checked: Checked, length: int) -> None:
    """Mark texts of more than ``length`` characters; bytes are looked at first because they are known."""
    longest = checked.typed.str.len_bytes().max()
    if isinstance(longest, int) and longest > length:
        characters = checked.typed.str.len_chars()
        checked.mark(characters > length, R["long"], characters.cast(pl.String))


def _free_text(raw: pl.Series) -> Checked:
    suspect = raw.str.contains(SUSPECT)
    if not suspect.any():
        return fresh(_blank_to_null(raw))

    def parse(cleaned: Cleaned, part: Checked) -> Checked:
        set_typed(part, cleaned.values)
        part.changed["K18"] = cleaned.values.str.contains(SCIENTIFIC_TEXT).fill_null(value=False)
        return part

    return repair(raw, _blank_to_null(raw).set(suspect, None), parse, free_text=True)


def _blank_to_null(raw: pl.Series) -> pl.Series:
    blank = raw == ""
    return raw.set(blank, None) if blank.any() else raw


def _identified(raw: pl.Series, check: str, context: Context) -> Checked:
    """Check identifiers and numbers that have a validator in :mod:`catalogue.columns`."""
    name = "phone" if check == PUBLIC_PHONE else check
    found = check_column(name, raw, today=context.today, demo=context.demo)
    checked = fresh(found.normalised)
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
    checked.changed["K03"] = spread(cleaned.changed["K03"], rows, raw.len())
    checked.rules = checked.rules.scatter(rows, rules)
    checked.details = checked.details.scatter(rows, expected_characters(name, found.normalised.gather(rows), faults))
    checked.typed = checked.typed.scatter(rows, None)
    return checked


def _coded(raw: pl.Series, codes: Mapping[str, str]) -> Checked:
    known = pl.Series(list(codes), dtype=pl.String)
    typed = raw.set(~raw.is_in(known.implode()), None)

    def parse(cleaned: Cleaned, part: Checked) -> Checked:
        values = cleaned.values
        set_typed(part, values.set(~values.is_in(known.implode()).fill_null(value=True), None))
        labels = near_codes(values, codes)
        part.mark(labels.is_label & values.is_not_null(), R["label"], labels.code)
        part.mark(part.typed.is_null() & values.is_not_null(), R["code"], labels.code)
        return part

    # A label such as 无 is a name of a code here, never "no value".
    return repair(raw, typed, parse, keep=frozenset(label.upper() for label in codes.values()))


def _logical(raw: pl.Series) -> Checked:
    words = dict.fromkeys(_TRUE, True) | dict.fromkeys(_FALSE, False)
    typed = raw.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean)

    def parse(cleaned: Cleaned, part: Checked) -> Checked:
        known = cleaned.values.str.to_uppercase().replace_strict(words, default=None, return_dtype=pl.Boolean)
        waiting = set_typed(part, known)
        part.changed["K07"] = part.typed.is_not_null()
        part.mark(waiting & cleaned.values.is_not_null(), R["logical"])
        return part

    return repair(raw, typed, parse, keep=frozenset(words))
