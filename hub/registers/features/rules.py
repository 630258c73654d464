"""How rows about places and parcels are read: the register of geography, with parcels of land, water, forest, minerals.

A parcel of land is known by its real estate unit number (28 positions), a water body, a forest plot and a mining right
by the number of its own register. 不动产登记暂行条例 第八条; 矿产资源法; 森林法 第十五条.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import polars as pl
from typing_extensions import override

from catalogue.basic.geography import GEOGRAPHY
from hub.registers.features import elements as codes
from hub.registers.features.elements import ELEMENTS
from hub.registers.rules import FORM, ROW, BasicRules, KeyKind, Taken, refusals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalogue.basic.database import BasicDatabase
    from catalogue.elements import Element
    from hub.registers.rules import Asked

PARCEL: Final = "parcel"
PARCEL_KINDS: Final = (PARCEL, "water_body", "forest_plot", "mining_right")
"""Kinds of key by which parcels are known."""
UNIT_NUMBER: Final = r"^[0-9A-Z]{28}$"
UNIT_NUMBER_WRONG: Final = "feature.unit_number"
AREA_WRONG: Final = "feature.area"


@dataclass(frozen=True)
class GeographyRules(BasicRules):
    """Rules of the register of geography; see :class:`hub.registers.rules.RegisterRules`."""

    basic: BasicDatabase = GEOGRAPHY
    key_kinds: Mapping[str, KeyKind] = field(
        default_factory=lambda: MappingProxyType(
            {
                "address": KeyKind("标准地址编码", "standard address identifier", ("address",)),
                "place": KeyKind("地名标识", "identifier of a place name", ("place",)),
                PARCEL: KeyKind("不动产单元号", "real estate unit number", (PARCEL,)),
                "building": KeyKind("建筑物标识", "building identifier", ("building",)),
                "water_body": KeyKind("水域编号", "number of a water body", ("water_body",)),
                "forest_plot": KeyKind("林地小班编号", "number of a forest plot", ("forest_plot",)),
                "mining_right": KeyKind("矿业权编号", "number of a mining right", ("mining_right",)),
            }
        )
    )

    @cached_property
    @override
    def elements(self) -> Mapping[str, Element]:
        """The elements of the basic database and those of parcels, by code."""
        return ELEMENTS

    @override
    def take(self, frame: pl.DataFrame, asked: Asked) -> Taken:
        """Read the rows; a unit number of another form is no key, an area of nothing or less is no area."""
        taken = super().take(frame, asked)
        refused = [taken.refused]
        rows = taken.rows
        if asked.key_kind == PARCEL:
            is_wrong = ~pl.col(FORM).str.contains(UNIT_NUMBER)
            refused.append(_refused(rows, is_wrong, UNIT_NUMBER_WRONG, (codes.UNIT_NUMBER,)))
            rows = rows.filter(~is_wrong)
        if codes.AREA in rows.columns:
            is_wrong = pl.col(codes.AREA).cast(pl.Float64, strict=False) <= 0
            refused.append(_refused(rows, is_wrong, AREA_WRONG, (codes.AREA,)))
            rows = rows.with_columns(pl.when(~is_wrong).then(pl.col(codes.AREA)).alias(codes.AREA))
        return Taken(rows, pl.concat(refused), taken.aliases, taken.links)


def _refused(rows: pl.DataFrame, is_wrong: pl.Expr, rule: str, elements: tuple[str, ...]) -> pl.DataFrame:
    found = rows.select(pl.when(is_wrong).then(pl.lit(rule)).alias("rule"))["rule"]
    return refusals(rows[ROW], found, elements)


GEOGRAPHY_RULES: Final = GeographyRules()
