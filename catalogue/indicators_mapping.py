"""How a department's table becomes observations: a mapping says where each part of an observation stands.

Long tables have one observation a row; wide ones have a heading for each period, or for each indicator, and a value
below it. What the table does not say is ``fixed`` by the mapping. A cell is taken, left out on purpose (a blank, a
column that is skipped), or refused by a named rule: none is lost. Zhengzhou Art. 19. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping

PARTS: Final = frozenset(
    {"indicator", "area", "frequency", "period", "measure", "price_basis", "value", "unit", "decimals", "status"}
    | {"vintage", "release_time", "reason", "source"}
)
"""Parts a column can hold; ``source`` names the table of ``vintages`` that applies."""
FIXABLE: Final = PARTS - {"period", "value", "source", "decimals"}
OVERRIDES: Final = frozenset({"code", "unit", "measure", "price_basis", "frequency"})
OF_VINTAGE: Final = frozenset({"vintage", "release_time", "reason", "status"})
HEADINGS: Final = frozenset({"", "period", "indicator"})
NEXT: Final = "next"
_MEMBERS: Final = frozenset(
    {"heading", "read", "columns", "fixed", "indicators", "areas", "vintages", "skip", "blank", "zero"}
)
_WITH_UNIT: Final = re.compile(r"(.+?)[(（]([^()（）]+)[)）]")


class MappingError(DomainError, ValueError):
    """A mapping says something that cannot be followed; the text says which part."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(
            f"映射有误：{zh}",
            f"the mapping is not right: {en}",
            next_zh="按 docs/how-to/publish-indicators.md 修改映射后重试",
            next_en="correct the mapping as docs/how-to/publish-indicators.md shows",
        )


def _frozen() -> Mapping[str, str]:
    return MappingProxyType({})


def _no_tables() -> Mapping[str, Mapping[str, str]]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class IndicatorMapping:
    """A checked mapping.

    ``columns`` part to column; ``fixed`` part to value; ``indicators`` a name in the table to its code and what else
    is fixed for it; ``areas`` a name to its code; ``vintages`` a value of the column ``source`` to vintage, release
    time, reason and status; ``skip`` value columns that are left out; ``read`` options of reading the file.
    """

    heading: str = ""
    columns: Mapping[str, str] = field(default_factory=_frozen)
    fixed: Mapping[str, str] = field(default_factory=_frozen)
    indicators: Mapping[str, Mapping[str, str]] = field(default_factory=_no_tables)
    areas: Mapping[str, str] = field(default_factory=_frozen)
    vintages: Mapping[str, Mapping[str, str]] = field(default_factory=_no_tables)
    skip: frozenset[str] = frozenset()
    takes_blank: bool = False
    zero_is_missing: frozenset[str] = frozenset()
    read: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def has_release(self) -> bool:
        """Whether it says when figures are released; otherwise they are when they come in."""
        return "release_time" in self.columns or "release_time" in self.fixed or bool(self.vintages)

    def as_json(self) -> dict[str, object]:
        """Return it as :func:`mapping_of` takes it."""
        return {
            "heading": self.heading,
            "columns": dict(self.columns),
            "fixed": dict(self.fixed),
            "indicators": {name: dict(told) for name, told in self.indicators.items()},
            "areas": dict(self.areas),
            "vintages": {name: dict(told) for name, told in self.vintages.items()},
            "skip": sorted(self.skip),
            "blank": "missing" if self.takes_blank else "skip",
            "zero": sorted(self.zero_is_missing),
            "read": dict(self.read),
        }


def mapping_of(given: Mapping[str, object]) -> IndicatorMapping:
    """Return a mapping from its description (TOML or JSON); raises :class:`MappingError`."""
    strangers = sorted(given.keys() - _MEMBERS)
    if strangers:
        raise MappingError(f"不认识的部分 {strangers[0][:40]}", f"unknown part {strangers[0][:40]!r}")
    heading = str(given.get("heading", ""))
    blank = given.get("blank", "skip")
    if heading not in HEADINGS or blank not in {"skip", "missing"}:
        raise MappingError("heading 或 blank 的值不在清单内", "heading or blank has a value that does not exist")
    made = IndicatorMapping(
        heading=heading,
        columns=_words(given, "columns", PARTS),
        fixed=_words(given, "fixed", FIXABLE),
        indicators=_tables(given, "indicators", OVERRIDES),
        areas=_words(given, "areas", None),
        vintages=_tables(given, "vintages", OF_VINTAGE),
        skip=_texts(given, "skip"),
        takes_blank=blank == "missing",
        zero_is_missing=_texts(given, "zero"),
        read=_table(given, "read"),
    )
    _check(made)
    return made


def _check(made: IndicatorMapping) -> None:
    """Refuse a mapping that leaves a part of the key unsaid, or says it twice."""
    by_heading = {made.heading} - {""}
    twice = (made.columns.keys() & made.fixed.keys()) | (by_heading & (made.columns.keys() | made.fixed.keys()))
    if twice:
        raise MappingError(f"{min(twice)} 说了两次", f"{min(twice)} is said twice")
    said = made.columns.keys() | made.fixed.keys() | by_heading
    for part in ("indicator", "area", "period"):
        if part not in said:
            raise MappingError(f"没有说 {part} 在哪里", f"it does not say where {part} stands")
    if ("value" in made.columns) == bool(made.heading):
        raise MappingError(
            "长表须有 value 列，宽表须有 heading", "a long table has a value column, a wide one a heading"
        )
    if bool(made.vintages) != ("source" in made.columns):
        raise MappingError("vintages 与 source 列须同时给出", "vintages and a source column go together")
    for told in (made.fixed, *made.vintages.values()):
        vintage, release = told.get("vintage", "1"), told.get("release_time")
        if vintage != NEXT and not (vintage.isdecimal() and vintage.isascii() and int(vintage) > 0):
            raise MappingError("vintage 须为正整数或 next", "vintage is a positive integer or next")
        if release is not None:
            release_time_of(release)


def release_time_of(text: str) -> datetime:
    """Return a release time of a mapping, which must have a zone (raises :class:`MappingError`)."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = datetime.min  # noqa: DTZ901  has no zone: refused below
    if found.tzinfo is None:
        raise MappingError(
            "release_time 须带时区，例如 2025-01-17T10:00:00+08:00",
            "release_time needs a zone, such as 2025-01-17T10:00:00+08:00",
        )
    return found


def name_and_unit(text: str) -> tuple[str, str]:
    """Return a name without the unit in brackets at its end, and that unit (empty where there is none)."""
    found = _WITH_UNIT.fullmatch(text.strip())
    return (found[1].strip(), found[2].strip()) if found is not None else (text.strip(), "")


def _table(given: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = given.get(name, {})
    if not isinstance(found, dict):
        raise MappingError(f"{name} 应是一张表", f"{name} is a table")
    return MappingProxyType(found)


def _word(name: str, value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise MappingError(f"{name} 的值应是文字或整数", f"a value of {name} is a text or an integer")
    return str(value)


def _words(given: Mapping[str, object], name: str, known: frozenset[str] | None) -> Mapping[str, str]:
    found = {key: _word(f"{name}.{key}"[:60], value) for key, value in _table(given, name).items()}
    strangers = sorted(found.keys() - known) if known is not None else []
    if strangers:
        raise MappingError(f"{name} 中不认识 {strangers[0][:40]}", f"{name} has no {strangers[0][:40]!r}")
    return MappingProxyType(found)


def _tables(given: Mapping[str, object], name: str, known: frozenset[str]) -> Mapping[str, Mapping[str, str]]:
    return MappingProxyType(
        {
            key: _words({name: {"code": told} if isinstance(told, str) else told}, name, known)
            for key, told in _table(given, name).items()
        }
    )


def _texts(given: Mapping[str, object], name: str) -> frozenset[str]:
    found = given.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise MappingError(f"{name} 应是文字的列表", f"{name} is a list of texts")
    return frozenset(found)
