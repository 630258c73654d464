"""Industry codes in one version of GB/T 4754: ``C``, ``15``, ``C15``, ``C1511``, ``1511`` -> one form with its section.

The shipped list (``industry_gbt4754_2017``) holds the 20 sections and 97 divisions: a code of three or four digits is
right when its division exists in its section; that its class exists is left to the city's full list. Pure.
"""

from __future__ import annotations

import re
from typing import Final

from catalogue.code_lists import load_code_list

INDUSTRY_LIST: Final = "industry_gbt4754_2017"
_WRITTEN: Final = re.compile(r"([A-T])?([0-9]{2,4})?")


def read_industry(text: str) -> str | None:
    """Return an industry code as a letter with 0, 2, 3 or 4 digits; None where this version has no such code."""
    found = _WRITTEN.fullmatch(text.strip().upper())
    if found is None or not found[0]:
        return None
    rows = load_code_list(INDUSTRY_LIST).rows
    section, digits = found[1], found[2]
    if digits is None:
        return section if section in rows else None
    division = rows.get(digits[:2])
    if division is None or (section is not None and division.extra["parent"] != section):
        return None
    return division.extra["parent"] + digits


def industry_name(code: str) -> tuple[str, str]:
    """Return the Chinese and English name of a code's division, or of its section where it names no division."""
    rows = load_code_list(INDUSTRY_LIST).rows
    row = rows.get(code[1:3]) or rows.get(code[:1])
    return (row.name_zh, row.name_en) if row is not None else (code, code)
