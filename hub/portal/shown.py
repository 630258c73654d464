"""Values of rows as people read them: codes with their meaning, yes and no, numbers in groups, dates as 2026-08-21."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from catalogue.code_lists import CodeListNotFoundError, load_code_list

if TYPE_CHECKING:
    from hub.portal.texts import Lang
    from hub.rows.compiler import Column

GROUPED_FROM = 10_000
"""Smaller numbers stand without commas: they may be years."""
SHORT_TEXT, LONG_TEXT = 18, 40
"""Texts up to the first stand in one line, beyond the second in a wide column, so that no text becomes a tower."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of the preview; ``code`` stands beside the meaning of a coded value, ``css`` says how it is set."""

    text: str
    code: str = ""
    css: str = ""


def code_name(code_list: str, code: str, lang: Lang) -> str:
    """Return what a code means: in English where the list says it, else in Chinese, else nothing."""
    try:
        row = load_code_list(code_list).rows.get(code)
    except CodeListNotFoundError:
        return ""
    if row is None:
        return ""
    return row.name_en if lang == "en" and row.name_en else row.name_zh


def named(code_list: str, code: str, lang: Lang) -> str:
    """Return what a code means, or the code itself where the list does not know it."""
    return code_name(code_list, code, lang) or code


def number(value: float | Decimal) -> str:
    """Return a number with every digit that counts, its whole part in groups of three from ten thousand on."""
    whole, _, part = (f"{value:f}" if isinstance(value, Decimal) else str(value)).partition(".")
    digits = whole.lstrip("-")
    if digits.isdigit() and len(digits) >= len(str(GROUPED_FROM)):
        whole = f"{int(whole):,}"
    part = part.rstrip("0")
    return f"{whole}.{part}" if part else whole


def cell(value: object, column: Column, lang: Lang) -> Cell:
    """Return a value as the preview shows it."""
    if value is None:
        return Cell("")
    if isinstance(value, bool):
        return Cell({"zh": ("否", "是"), "en": ("no", "yes")}[lang][value])
    if isinstance(value, int | float | Decimal):
        return Cell(number(value), css="n")
    if isinstance(value, date):
        is_time = isinstance(value, datetime)
        return Cell(str(value).removesuffix(":00") if is_time else value.isoformat(), css="d")
    return _text(str(value), column, lang)


def _text(text: str, column: Column, lang: Lang) -> Cell:
    item = column.item
    if item.code_list is not None and not column.is_masked and (meaning := code_name(item.code_list.name, text, lang)):
        return Cell(meaning, text, _width(meaning))
    return Cell(text, css=_width(text))


def _width(text: str) -> str:
    return "s" if len(text) <= SHORT_TEXT else "half" if len(text) <= LONG_TEXT else "long"
