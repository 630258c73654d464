"""What a division through time is: its periods, the changes between them, and what is to be told of its lists.

GB/T 2260 gives a code to provinces, cities and counties, GB/T 10114 and the statistical list (统计用区划代码) to towns
and villages. A code can name two places one after the other, and one place can have several codes in turn; so the key
is the code *and* the day from which it held. Function zones have statistical codes only. Pure, no I/O.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, ClassVar, Final

from policies.errors import DomainError

if TYPE_CHECKING:
    from decimal import Decimal

FIRST_DAY: Final = date(1980, 1, 1)
"""From here on lists are known; the standard itself is of 1980."""
COUNTRY: Final = "100000"
COLLECTIVE_NAMES: Final = frozenset(
    {
        *("市辖区", "县", "市", "省直辖行政单位", "省直辖县级行政单位", "省直辖县级行政区划", "自治区直辖县级行政单位"),
        *("自治区直辖县级行政区划", "直辖县级行政区划", "直辖县级"),
    }
)
"""Names of positions that hold others together (汇总码) and are no place of their own."""
_ZONE_NUMBERS: Final = range(71, 80)
_COUNTY_DIGITS: Final = 6


class Level(IntEnum):
    """Level of a division; the value is the number of digits that tell it."""

    PROVINCE = 2
    CITY = 4
    COUNTY = 6
    TOWN = 9
    VILLAGE = 12


class Kind(StrEnum):
    """By whose list a division has its code."""

    GB2260 = "gb2260"
    STATISTICAL = "statistical"
    ZONE = "zone"


class Dating(StrEnum):
    """How well the days of a period are known."""

    DAY = "day"
    """The source states the day."""
    LIST = "list"
    """The first dated list that shows it, the first that no longer does."""
    YEAR = "year"
    """A yearly list: the first and the last year."""
    UNDATED = "undated"
    """The source gives no dates: it held at some time within the period."""


class ChangeKind(StrEnum):
    """What became of a division."""

    RENAME = "rename"
    RECODE = "recode"
    MERGE = "merge"
    SPLIT = "split"
    ABOLISH = "abolish"


class Method(StrEnum):
    """How a change is known: a source states it, or it follows from two lists that came one after the other."""

    STATED = "stated"
    SAME_CODE = "same_code"
    SAME_NAME = "same_name"
    SAME_STEM = "same_stem"
    SAME_FIRST = "same_first"
    LAST_LEFT = "last_left"
    NOT_FOUND = "not_found"


class NoteKind(StrEnum):
    """What is told of a list besides its entries."""

    SLIP = "slip"
    DIFFERENCE = "difference"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class Division:
    """One period of a code: ``valid_from`` is the first day, ``valid_to`` the first day no more (None: in force)."""

    code: str
    valid_from: date
    valid_to: date | None
    name: str
    level: Level
    parent: str | None
    kind: Kind
    source: str
    dating: Dating = Dating.DAY

    def holds_on(self, day: date) -> bool:
        """Tell whether the period holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    @property
    def is_collective(self) -> bool:
        """Whether it only holds others together, as 市辖区 does."""
        return self.name in COLLECTIVE_NAMES


@dataclass(frozen=True, slots=True)
class Change:
    """What became of ``old``: ``new`` None says that no successor is known; ``share`` is its part of what was.

    ``on`` is the first day of the new state, as well as the source tells it.
    """

    old: str
    new: str | None
    on: date
    kind: ChangeKind
    share: Decimal | None
    method: Method
    source: str

    @property
    def is_inferred(self) -> bool:
        """Whether no source states it."""
        return self.method is not Method.STATED


@dataclass(frozen=True, slots=True)
class Note:
    """Something to be told of a code in a list: a slip, a difference between sources, a code that came back."""

    code: str
    on: date
    kind: NoteKind
    zh: str
    en: str


class DivisionError(DomainError):
    """Something about divisions that cannot be done.

    ``status`` is that of a question that is not right; the command line ends with its exit code by it.
    """

    status: ClassVar[int] = 422


class DivisionNotFoundError(DivisionError):
    """No division had this code on this day."""

    def __init__(self, code: str, on: date | None, known: tuple[Division, ...] = ()) -> None:
        when = "" if on is None else f"在 {on.isoformat()} "
        when_en = "" if on is None else f" on {on.isoformat()}"
        super().__init__(
            f"代码“{code}”{when}不是有效的行政区划代码" if known else f"没有代码为“{code}”的行政区划",
            f"the code {code!r} named no division{when_en}" if known else f"no division ever had the code {code!r}",
            next_zh="按所附的有效期另选日期，或查询其继任代码" if known else "核对代码，或按名称检索",
            next_en="choose a day within the periods given, or ask for its successors"
            if known
            else "check the code, or search by name",
            facts={"periods": [period_facts(one) for one in known]} if known else {},
        )


def period_facts(one: Division) -> dict[str, object]:
    """Return a period as JSON values."""
    return {
        "code": one.code,
        "name": one.name,
        "valid_from": one.valid_from.isoformat(),
        "valid_to": None if one.valid_to is None else one.valid_to.isoformat(),
    }


def level_of(code: str) -> Level | None:
    """Return the level a code of 6, 9 or 12 digits is of; None where it is no code."""
    if not (code.isascii() and code.isdigit()):
        return None
    if len(code) == _COUNTY_DIGITS:
        if code.endswith("0000"):
            return Level.PROVINCE
        return Level.CITY if code.endswith("00") else Level.COUNTY
    return {int(Level.TOWN): Level.TOWN, int(Level.VILLAGE): Level.VILLAGE}.get(len(code))


def is_zone_code(code: str) -> bool:
    """Tell whether a code of six digits is of a function zone (71 to 79, statistical list)."""
    return len(code) == _COUNTY_DIGITS and int(code[4:]) in _ZONE_NUMBERS


def kind_of(code: str) -> Kind:
    """Return by whose list a code is: zones and what is below the county have statistical codes."""
    if len(code) > _COUNTY_DIGITS:
        return Kind.STATISTICAL
    return Kind.ZONE if is_zone_code(code) else Kind.GB2260


def parents_of(code: str) -> tuple[str, ...]:
    """Return the codes that can be the parent of a code, the nearest first."""
    level = level_of(code)
    if level is None or level is Level.PROVINCE:
        return ()
    above = {
        Level.CITY: (code[:2] + "0000",),
        Level.COUNTY: (code[:4] + "00", code[:2] + "0000"),
        Level.TOWN: (code[:6],),
        Level.VILLAGE: (code[:9],),
    }
    return above[level]
