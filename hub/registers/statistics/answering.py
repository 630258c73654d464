"""A question for statistics by division, and its answer: a page of one of the released tables (Zhengzhou Art. 20).

Nothing is computed here from persons: every answer is a part of a release whose tables were decided together, so
that it makes no difference how many answers somebody puts side by side (统计法 Art. 28).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hub.registers.statistics import counting_store
from hub.registers.statistics.errors import StatisticsNotReleasedError, StatisticsQuestionError
from hub.registers.statistics.measures import BY_CODE, CAVEAT, DIVISION_ELEMENT, MEASURE, MEASURE_NAME, TRAITS
from hub.registers.statistics.releasing import last_day, traits_text
from policies.disclosure_cube import LEVELS, MOST_TRAITS, TOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    import psycopg

    from hub.registers.statistics.counting_store import Release, StoredCell

    AsyncDriver = psycopg.AsyncConnection[tuple[Any, ...]]

MOST_CELLS: Final = 10_000
_WITHIN: Final = re.compile(r"([0-9]{2}){1,3}|[0-9]{9}")
_DISTRICT: Final = 6


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: level of division, traits, where, which month (None: the newest), which part of the table."""

    level: str
    by: tuple[int, ...]
    within: str
    period: str | None
    limit: int
    offset: int

    @property
    def elements(self) -> tuple[str, ...]:
        """The data elements the table is made of."""
        return (DIVISION_ELEMENT, *(TRAITS[trait].element for trait in self.by))


@dataclass(frozen=True, slots=True)
class Found:
    """The part of a table that answers a question."""

    release: Release
    body: Mapping[str, object]
    cells: int
    hidden: int


def asked_of(
    measure: str, level: str, by: tuple[str, ...], within: str, period: str | None, page: tuple[int, int]
) -> Asked:
    """Return a question from its words; ``page`` is how many cells are wanted and how many are skipped.

    Raises:
        StatisticsQuestionError: there is no such measure, level, trait or division, or too many traits.
        StatisticsPeriodError: the period is no month.

    """
    if measure != MEASURE:
        raise _wrong("measure", "没有这个指标", "there is no such measure", (MEASURE,))
    if level not in LEVELS:
        raise _wrong("level", "没有这一级区划", "there is no such level of division", LEVELS)
    unknown = [name for name in by if name not in BY_CODE]
    if unknown or len(set(by)) != len(by):
        raise _wrong("by", "分组项不存在或重复", "a trait is unknown or named twice", tuple(BY_CODE))
    if len(by) > MOST_TRAITS:
        raise _wrong(
            "by", f"一张表最多按 {MOST_TRAITS} 项分组", f"a table has at most {MOST_TRAITS} traits", tuple(BY_CODE)
        )
    if within and _WITHIN.fullmatch(within) is None:
        raise _wrong("within", "区划代码应为 2、4、6 或 9 位", "a division has 2, 4, 6 or 9 digits", ("410191",))
    if len(within) > _DISTRICT and level != TOWN:
        raise _wrong("within", "九位代码只用于乡镇街道", "nine digits are for towns", (TOWN,))
    if period is not None:
        last_day(period)
    return Asked(level, tuple(sorted(BY_CODE[name] for name in by)), within, period, *page)


def _wrong(position: str, zh: str, en: str, known: tuple[str, ...]) -> StatisticsQuestionError:
    return StatisticsQuestionError(
        f"{zh}（{position}）",
        f"{en} ({position})",
        next_zh=f"可用：{'、'.join(known)}",
        next_en=f"use {', '.join(known)}",
        facts={"position": position},
    )


async def find(driver: AsyncDriver, asked: Asked) -> Found:
    """Return the answer to a question.

    Raises:
        StatisticsNotReleasedError: there is no release of the month, or none at all.

    """
    release = await counting_store.release_of(driver, asked.period)
    if release is None:
        known = await counting_store.periods(driver)
        raise StatisticsNotReleasedError(
            "该时段的分区统计尚未发布",
            "statistics of this period are not released",
            next_zh=f"已发布：{'、'.join(known) or '无'}；发布由数据局办理",
            next_en=f"released: {', '.join(known) or 'none'}; the data bureau releases them",
        )
    page = (asked.limit, asked.offset)
    # A city is written with the zeros of its level: the digits before them are what its districts share.
    within = asked.within[:4] if asked.within.endswith("00") and len(asked.within) == _DISTRICT else asked.within
    cells, total, hidden = await counting_store.cells(
        driver, release.id, (asked.level, traits_text(asked.by)), within, page
    )
    end = asked.offset + len(cells)
    body: dict[str, object] = {
        "measure": MEASURE,
        "measure_name": MEASURE_NAME,
        "caveat": CAVEAT,
        "period": release.period,
        "counted_on": release.counted_on.isoformat(),
        "released_at": release.at.isoformat(),
        "register_change": release.change,
        "level": asked.level,
        "by": [TRAITS[trait].code for trait in asked.by],
        "within": asked.within or None,
        "total": total,
        "returned": len(cells),
        "next": end if end < total else None,
        "suppressed": hidden,
        "not_listed": "zero",
        "control": {
            "minimum_persons": release.minimum,
            "rounding": release.rounding,
            "basis": "统计法 Art.28; 统计法实施条例 Art.29",
            "note": "隐去与取整按整套表一次确定，合计与分项可不相等"
            " / decided once for all tables, and rounded: figures need not add up",
        },
        "cells": [_cell(cell, asked.by) for cell in cells],
    }
    return Found(release, body, len(cells), sum(cell.figure is None for cell in cells))


def _cell(cell: StoredCell, by: tuple[int, ...]) -> dict[str, object]:
    return {
        "division": cell.division,
        **{TRAITS[trait].code: code for trait, code in zip(by, cell.categories, strict=True)},
        "figure": cell.figure,
        "status": "suppressed" if cell.figure is None else "rounded",
    }
