"""Division codes (GB/T 2260) that were ever valid, with the statistical codes of function zones.

A code on a document keeps its old form for life, so validators accept *ever valid*, never only
*valid today*. Sources and licence: ``codes/README.md``. Reads package data once, no other I/O.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

DEMO_DIVISION: Final = "410199"
"""Six digits no division has ever had; identity numbers of invented persons begin with it."""

DEMO_DIVISIONS: Final = (DEMO_DIVISION, "410198", "410197", "410196")
"""Codes of invented persons, the usual one first: one code has room for 999 numbers a day of birth."""

DEMO_PLACES: Final = (DEMO_DIVISION, "410191", "410192", "410193", "410194", "410179")
"""Codes of the invented city, its districts and its zone: no division ever had them, only a demo knows them."""

PROVINCES: Final = frozenset(
    str(10 * region + number)
    for region, count in {1: 5, 2: 3, 3: 7, 4: 6, 5: 4, 6: 5, 8: 2}.items()
    for number in range(1, count + 1)
) | {"50", "71"}
"""First two digits of the 34 province-level divisions."""


@cache
def ever_valid_divisions() -> frozenset[str]:
    """Return all six-digit codes in use at any time since 1980."""
    text = files("catalogue.codes").joinpath("divisions_ever_valid.csv").read_text(encoding="utf-8")
    return frozenset(text.split()[1:])


def was_ever_valid(code: str) -> bool:
    """Say whether the first six characters of ``code`` were a division at any time."""
    return code[:6] in ever_valid_divisions()
