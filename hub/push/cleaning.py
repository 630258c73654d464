"""Values as people type them, brought to plain form: trimmed, half-width, blank for "missing".

Works on the few values of a column that did not parse at once, so that clean columns cost nothing.
What is changed is marked by coercion; what cannot be repaired (lost encoding, control characters,
formula errors) is a fault. No value is looked at one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from catalogue.normalise import WHITESPACE

if TYPE_CHECKING:
    from collections.abc import Mapping

_BLANKS: Final = WHITESPACE.replace("\n", r"\n").replace("\r", r"\r").replace("\t", r"\t")
_INVISIBLE: Final = r"[\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}\x{FEFF}\x{00AD}]"
_CONTROL: Final = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]"
_LOST: Final = "\ufffd"
_FORMULA: Final = r"^#(REF|DIV/0|VALUE|NAME|NULL|NUM|FORMULA|ERROR|GETTING_DATA|SPILL|CALC)[!?]?$"
_MISSING: Final = (
    *("N/A", "#N/A", "NA", "NULL", "(NULL)", "NONE", "NAN", "NIL", "\\N"),
    *("-", "--", "---", "—", "——", "－", "/", "...", "…", "……"),
    *("无", "(无)", "空", "(空)", "空值", "暂无", "暂缺", "无数据", "未填", "未填写"),
)
"""Stand-ins for nothing in a typed item. 未知 and 不详 say something and are not among them."""
_MISSING_TEXT: Final = ("N/A", "#N/A", "NULL", "(NULL)", "\\N")
"""In free text NONE, 无 or a dash may be meant; these are not. ``#N/A`` is a lookup that found nothing."""
_HALF: Final[Mapping[str, str]] = {chr(0xFF01 + offset): chr(0x21 + offset) for offset in range(94)} | {"\u3000": " "}
_NO_HAN: Final = r"^[\x20-\x7E]*[\x{FF01}-\x{FF5E}][\x20-\x7E\x{FF01}-\x{FF5E}\x{3000}]*$"

SUSPECT: Final = (
    rf"^[{_BLANKS}]|[{_BLANKS}]$|{_CONTROL}|{_INVISIBLE}|\x{{FFFD}}|{_NO_HAN}|^#[A-Z]"
    r"|^(?i:n/a|null|\(null\)|\\n)$|^[0-9]\.[0-9]+[eE]\+[0-9]{2}$"
)
"""A free text that matches is cleaned; any other stays as it is."""
SCIENTIFIC_TEXT: Final = r"^[0-9]\.[0-9]+[eE]\+[0-9]{2}$"
"""How a spreadsheet shows a long number: 4.10102E+17."""

LOST_ENCODING, CONTROL_CHARACTER, FORMULA_ERROR = 22, 23, 24


@dataclass(frozen=True, slots=True)
class Cleaned:
    """``values`` in plain form (null = blank), ``rules`` (UInt8, null = good), and what each coercion changed."""

    values: pl.Series
    rules: pl.Series
    changed: dict[str, pl.Series]


def clean(values: pl.Series, *, free_text: bool, keep: frozenset[str] = frozenset()) -> Cleaned:
    """Bring values to plain form.

    Args:
        values: String, no nulls.
        free_text: keep full-width characters of values that hold Han, and words that may be meant.
        keep: words (capitals) that mean something in this item and never "no value".
    """
    visible = values.str.replace_all(_INVISIBLE, "")
    trimmed = visible.str.strip_chars(WHITESPACE)
    half = trimmed
    if (trimmed.str.len_bytes() != trimmed.str.len_chars()).any():
        converted = trimmed.str.replace_many(dict(_HALF)).str.strip_chars()
        if free_text:
            converted = converted.zip_with(trimmed.str.contains(_NO_HAN), trimmed)
        half = converted
    words = [word for word in (_MISSING_TEXT if free_text else _MISSING) if word not in keep]
    missing = half.str.to_uppercase().is_in(words)
    plain = half.set(missing | (half == ""), None)
    is_value = plain.is_not_null()
    changed = {
        "K10": (values != visible) & is_value,
        "K01": (visible != trimmed) & is_value,
        "K02": (trimmed != half) & is_value,
        "K03": missing,
    }
    return Cleaned(plain, _faults(plain), changed)


def _faults(values: pl.Series) -> pl.Series:
    """Return the rule each value breaks whatever its type, null for none."""
    column = pl.col("v")
    none = pl.lit(None, dtype=pl.UInt8)
    return (
        pl.DataFrame({"v": values})
        .select(
            pl.when(column.str.contains(_LOST, literal=True))
            .then(pl.lit(LOST_ENCODING, dtype=pl.UInt8))
            .when(column.str.contains(_CONTROL))
            .then(pl.lit(CONTROL_CHARACTER, dtype=pl.UInt8))
            .when(column.str.to_uppercase().str.contains(_FORMULA))
            .then(pl.lit(FORMULA_ERROR, dtype=pl.UInt8))
            .otherwise(none)
        )
        .to_series()
        .rename("rule")
    )
