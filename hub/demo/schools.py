"""Schools and kindergartens of the invented city."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import polars as pl

from hub.demo.numbers import dice
from hub.demo.places import spot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hub.demo.places import Spot

_STAGES: Final = {"小学": 44, "初中": 24, "高中": 12}
_NAMES: Final = {"小学": "小学", "初中": "初级中学", "高中": "高级中学"}


@dataclass(frozen=True, slots=True)
class School:
    """One school; ``stage`` is 小学, 初中 or 高中."""

    code: str
    name: str
    stage: str
    where: Spot
    pupils: int


@cache
def schools() -> tuple[School, ...]:
    """Return eighty schools."""
    throw = dice("zhongxiao-xuexiao")
    found: list[School] = []
    for stage, count in _STAGES.items():
        for number in range(1, count + 1):
            where = spot(throw)
            name = f"示例市第{number}{_NAMES[stage]}"
            found.append(School(f"XX{len(found) + 1:05d}", name, stage, where, throw.randrange(360, 2600, 5)))
    return tuple(found)


def _schools() -> pl.DataFrame:
    throw = dice("zhongxiao-xuexiao kinds")
    return pl.DataFrame(
        [
            {
                "xuexiao_bianma": school.code,
                "mingcheng": school.name,
                "xueduan": school.stage,
                "xingzhi": throw.choices(("公办", "民办"), (88, 12))[0],
                "quhua": school.where.district.short,
                "dizhi": school.where.address,
                "xuesheng_shu": school.pupils,
                "jingdu": school.where.longitude,
                "weidu": school.where.latitude,
            }
            for school in schools()
        ]
    )


def _kindergartens() -> pl.DataFrame:
    throw = dice("youeryuan")
    kinds = throw.choices((("公办", 480), ("普惠性民办", 680), ("民办", 1650)), (50, 35, 15), k=60)
    places = [spot(throw) for _ in kinds]
    return pl.DataFrame(
        [
            {
                "yuansuo_bianma": f"YE{number:05d}",
                "mingcheng": f"示例市第{number}幼儿园",
                "xingzhi": kind,
                "quhua": place.district.short,
                "dizhi": place.address,
                "banshu": throw.randint(6, 18),
                "yue_shoufei": float(fee + throw.randrange(0, 200, 10)),
                "jingdu": place.longitude,
                "weidu": place.latitude,
            }
            for number, ((kind, fee), place) in enumerate(zip(kinds, places, strict=True), start=1)
        ]
    )


FRAMES: Final[Mapping[str, Callable[[], pl.DataFrame]]] = {
    "zhongxiao-xuexiao": _schools,
    "youeryuan": _kindergartens,
}
"""Maker of the rows of each entry on schools."""
