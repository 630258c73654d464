"""The shipped facts of the divisions of Zhengzhou and Jilin City: periods, and who followed whom.

Yearly lists of the Ministry of Civil Affairs 1980-2019, zones from the statistical list of 2023; sources and licence in
``codes/README.md``. Reads package data once, no other I/O.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Final

from catalogue.code_lists import load_code_list
from catalogue.divisions_model import (
    FIRST_DAY,
    Change,
    ChangeKind,
    Dating,
    Division,
    Kind,
    Level,
    Method,
    Note,
    NoteKind,
)

SHIPPED: Final = "mca-yearly-lists"
"""Source of the shipped facts: the yearly lists of the Ministry of Civil Affairs."""
ZONES_KNOWN: Final = date(2023, 1, 1)
"""The shipped zones are those of the statistical list of 2023; the list says nothing of the years before."""
_LEVELS: Final = {"city": Level.CITY, "county": Level.COUNTY, "function zone": Level.COUNTY}


@cache
def shipped_periods() -> tuple[Division, ...]:
    """Return the periods: the first and last year of a code become the first days of that and of the year after."""
    return tuple(
        Division(
            code=row.code,
            valid_from=_first_day(row.extra["level"], row.extra["first_year"]),
            valid_to=date(int(row.extra["last_year"]) + 1, 1, 1) if row.extra["last_year"] else None,
            name=row.name_zh,
            level=_LEVELS[row.extra["level"]],
            parent=row.extra["parent"],
            kind=Kind.ZONE if row.extra["level"] == "function zone" else Kind.GB2260,
            source=SHIPPED,
            dating=Dating.YEAR,
        )
        for row in load_code_list("divisions_zhengzhou_jilin").history
    )


def _first_day(level: str, year: str) -> date:
    if level == "function zone":
        return ZONES_KNOWN
    return date(int(year), 1, 1) if year else FIRST_DAY


@cache
def shipped_changes() -> tuple[Change, ...]:
    """Return what became of each code that ended: a successor, another name in place, or no single successor."""
    began = {(one.code, one.valid_from) for one in shipped_periods()}
    found = []
    for row, one in zip(load_code_list("divisions_zhengzhou_jilin").history, shipped_periods(), strict=True):
        if one.valid_to is None:
            continue
        kind, new = ChangeKind.ABOLISH, None
        if (one.code, one.valid_to) in began:
            kind, new = ChangeKind.RENAME, one.code
        elif row.extra["successor"]:
            kind, new = ChangeKind.RECODE, row.extra["successor"]
        found.append(Change(one.code, new, one.valid_to, kind, None, Method.STATED, SHIPPED))
    return tuple(found)


@cache
def shipped_notes() -> tuple[Note, ...]:
    """Return slips known of the ministry's lists, which are not shipped themselves."""
    texts = (
        "民政部 2003年12月清单把 220281（蛟河市）与 220282（桦甸市）互换，后续清单已恢复",
        "the ministry's list of December 2003 exchanges 220281 (Jiaohe) and 220282 (Huadian); later lists restore them",
    )
    return tuple(Note(code, date(2003, 12, 31), NoteKind.SLIP, *texts) for code in ("220281", "220282"))
