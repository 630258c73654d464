"""Kinds of fault to plant in rows, with the rule each must be reported under: what ``test_planted_faults`` plants.

A plant changes the cells of one row and names where the fault must be told: a column, or the row as a whole. Values
are made so that they are wrong in one way only.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from catalogue.identifiers import citizen_check_character, organisation_check_character

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

Row = dict[str, str]
WHOLE_ROW: Final = ""
EXTRA_CELL: Final = "_extra"
"""A member of a row that is written behind its last cell."""
UNNAMED: Final = "_unnamed"
"""The cell of the column without a name."""


@dataclass(frozen=True, slots=True)
class Plant:
    """One kind of fault: its name, the rule, the column it is told at, and how a row gets it."""

    name: str
    rule: str
    column: str
    edit: Callable[[Row, Random], None]


def put(column: str, *values: str) -> Callable[[Row, Random], None]:
    """Return the edit that puts one of some values into a column."""

    def edit(row: Row, random: Random) -> None:
        row[column] = random.choice(values)

    return edit


def changed(column: str, change: Callable[[str, Random], str]) -> Callable[[Row, Random], None]:
    """Return the edit that changes the value of a column."""

    def edit(row: Row, random: Random) -> None:
        row[column] = change(row[column], random)

    return edit


def _other(text: str, characters: str, random: Random) -> str:
    return random.choice([one for one in characters if one != text])


def _citizen(first17: str) -> str:
    return first17 + citizen_check_character(first17)


def _with_birth(day: str) -> Callable[[str, Random], str]:
    return lambda number, _: _citizen(number[:6] + day + number[14:17])


def _truncated(number: str, _: Random) -> str:
    """Return what Excel leaves of a number; where zeros happen to pass the check, an earlier digit differs."""
    kept = number[:14] + next(d for d in "123456789" if citizen_check_character(number[:14] + d + "00") != "0")
    return kept + "000"


def _swap_sex(row: Row, _: Random) -> None:
    row["sex"] = {"1": "2", "2": "1"}[row["sex"]]


def _other_birth(row: Row, random: Random) -> None:
    born = dt.date.fromisoformat(row["birth_date"])
    row["birth_date"] = (born - dt.timedelta(days=random.randint(1, 400))).isoformat()


def _registered_before_birth(row: Row, random: Random) -> None:
    born = dt.date.fromisoformat(row["birth_date"])
    row["registered_on"] = (born - dt.timedelta(days=random.randint(1, 400))).isoformat()


def _cell_too_much(row: Row, _: Random) -> None:
    row[EXTRA_CELL] = "多出的值"


def _shifted_left(row: Row, _: Random) -> None:
    """Leave out the cell of the sex: every later value stands one column to the left."""
    names = [name for name in row if not name.startswith("_")]
    start = names.index("sex")
    values = [row[name] for name in names]
    del values[start]
    for name, value in zip(names, [*values, ""], strict=True):
        row[name] = value


PERSONS: Final = (
    Plant("required value missing", "R01", "name", put("name", "", "  ", "NULL")),
    Plant("cell too much", "R02", WHOLE_ROW, _cell_too_much),
    Plant("cut to 15 digits by Excel", "R03", "citizen_id", changed("citizen_id", _truncated)),
    Plant("not a number", "R05", "household", put("household", "不详", "第三户", "1,23")),
    Plant("form of a date", "R06", "registered_on", put("registered_on", "去年春天", "2020年1月", "20.1.11")),
    Plant("code not in the list", "R07", "sex", put("sex", "3", "7")),
    Plant("too long", "R08", "name", put("name", "长" * 101)),
    Plant("decimals in a whole number", "R09", "household", put("household", "1.5", "1234567890123")),
    Plant(
        "no such day", "R10", "registered_on", put("registered_on", "2021-02-29", "二〇二一年二月三十日", "1799-12-31")
    ),
    Plant("citizen number too short", "R11", "citizen_id", changed("citizen_id", lambda n, r: n[: r.randint(5, 14)])),
    Plant(
        "wrong check character",
        "R12",
        "citizen_id",
        changed("citizen_id", lambda n, r: n[:17] + _other(n[17], "123456789", r)),
    ),
    Plant("impossible birth date in the number", "R13", "citizen_id", changed("citizen_id", _with_birth("19900230"))),
    Plant(
        "prefix that was never a division",
        "R14",
        "citizen_id",
        changed("citizen_id", lambda n, _: _citizen("990102" + n[6:17])),
    ),
    Plant("number of 15 digits", "R15", "citizen_id", changed("citizen_id", lambda n, _: n[:6] + n[8:17])),
    Plant("label instead of code", "R20", "sex", put("sex", "男", "女性")),
    Plant("no truth value", "R21", "lives_where_registered", put("lives_where_registered", "也许", "2")),
    Plant("lost encoding", "R22", "address", changed("address", lambda a, r: a.replace(r.choice(a), "\ufffd", 1))),
    Plant("control character", "R23", "address", changed("address", lambda a, _: a[:3] + "\x01" + a[3:])),
    Plant("formula error", "R24", "household", put("household", "#REF!", "#DIV/0!")),
    Plant("value in a column without a name", "R25", WHOLE_ROW, put(UNNAMED, "备注")),
    Plant("Excel serial", "R26", "registered_on", put("registered_on", "43831", "36526")),
    Plant("form of a division code", "R32", "division", put("division", "4101", "郑州市")),
    Plant(
        "letter in the citizen number",
        "R33",
        "citizen_id",
        changed("citizen_id", lambda n, _: n[:10] + "O" + n[11:]),
    ),
    Plant("birth date after today", "R34", "citizen_id", changed("citizen_id", _with_birth("20991231"))),
    Plant("birth date before 1800", "R35", "citizen_id", changed("citizen_id", _with_birth("17990101"))),
    Plant("number in scientific notation", "R41", "citizen_id", put("citizen_id", "4.10199E+17", "4.1E+17")),
    Plant("division that never was", "R42", "division", put("division", "418888", "419999")),
    Plant("unit nobody stated", "R43", "household", put("household", "12户", "3 (个)")),
    Plant("range instead of a number", "R45", "household", put("household", "10~20", "3至5", "１～２")),
    Plant("shifted by a cell left out", "R46", WHOLE_ROW, _shifted_left),
    Plant("sex against digit 17", "R50", "sex", _swap_sex),
    Plant("birth date against the number", "R51", "birth_date", _other_birth),
    Plant("dates out of order", "R53", "registered_on", _registered_before_birth),
    Plant("date after today", "R54", "registered_on", put("registered_on", "2027-01-01", "2099-12-31")),
)
"""Faults of generated persons (columns of ``benchmarks.generate``)."""


def _firm(first17: str) -> str:
    return first17 + organisation_check_character(first17)


def _bad_body(code: str) -> str:
    """Return a credit code that is right but for its first two characters."""
    return _firm("00" + code[2:17])


BODIES: Final = (
    Plant("firm without a name", "R01", "name", put("name", "")),
    Plant("date in words", "R06", "founded", put("founded", "建国初", "1984年")),
    Plant("day out of range", "R10", "founded", put("founded", "1984-13-01", "3000-01-01")),
    Plant("credit code too short", "R17", "code", changed("code", lambda c, r: c[: r.randint(9, 15)])),
    Plant(
        "check of the credit code",
        "R18",
        "code",
        changed("code", lambda c, r: c[:17] + _other(c[17], "2345678", r)),
    ),
    Plant("prefix of the credit code", "R19", "code", changed("code", lambda c, _: _bad_body(c))),
    Plant("lost encoding", "R22", "address", changed("address", lambda a, _: "\ufffd" + a)),
    Plant("military body", "R31", "code", changed("code", lambda c, _: _firm("A1" + c[2:17]))),
    Plant("letter that no credit code has", "R36", "code", changed("code", lambda c, _: c[:9] + "I" + c[10:])),
    Plant("letter in the division of the code", "R37", "code", changed("code", lambda c, _: c[:3] + "A" + c[4:])),
    Plant("after today", "R54", "founded", put("founded", "2031-05-01")),
    Plant("required in this case", "R55", "address", put("address", "")),
    Plant("type against the code", "R58", "kind", changed("kind", lambda k, _: "51" if k != "51" else "53")),
    Plant("form of a name", "R61", "name", changed("name", lambda n, _: "??" + n)),
    Plant("province not in the list", "R63", "province", put("province", "河北", "豫")),
)
"""Faults of the rows of a real business register."""


def _withdrawn(row: Row, random: Random) -> None:
    row["code"] = random.choice(["412126", "419009", "220225"])
    row["province"] = row["code"][:2]


SERIES: Final = (
    Plant("number with a unit", "R43", "value", changed("value", lambda v, _: v + "万元")),
    Plant("range", "R45", "value", changed("value", lambda v, _: f"{v}~{v}")),
    Plant("not a number", "R05", "value", put("value", "缺数据", "约 100")),
    Plant("below the least", "R62", "year", put("year", "1066", "-3")),
    Plant("form of a region", "R61", "region", changed("region", lambda v, _: v + "1")),
    Plant("scientific notation", "R41", "year", put("year", "2.0E+03")),
)
"""Faults of real statistics in long form."""

DIVISIONS: Final = (
    Plant("code that never was", "R42", "code", put("code", "418888", "999999")),
    Plant("form of a code", "R32", "code", changed("code", lambda c, _: c[:5])),
    Plant("code not in use any more", "R64", "code", _withdrawn),
    Plant(
        "province against the code", "R52", "province", changed("province", lambda p, _: "71" if p != "71" else "81")
    ),
    Plant("no name", "R01", "name", put("name", "", "N/A")),
)
"""Faults of a real list of divisions."""
