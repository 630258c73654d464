"""The directory entry that describes the register of parcels: a starting point the data bureau confirms or narrows.

Each item's column is the element's code in small letters, so that elements the national list lacks are found too.
Zhengzhou Art. 18; 政务数据共享条例 Art. 13, 14; owner queries only under the special regime (不动产登记暂行条例).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from catalogue.basic.geography import GEOGRAPHY
from catalogue.entry import Assessment, AssessmentKind, Citation, CitationRank, Entry, Opening, Sharing
from catalogue.item import DataType, Item
from hub.registers.features import elements as codes
from hub.registers.features.elements import ELEMENTS, OWN_ELEMENTS
from policies.facts import OpenType, Sensitivity, ShareType

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from catalogue.elements import Element
    from catalogue.entry import Provider

NAME: Final = "ziran-ziyuan-danyuan"
CRS: Final = "4490"
LISTED: Final = (codes.UNIT_NUMBER, codes.HOLDER, codes.USE, codes.AREA, codes.LAND_USE, codes.COUNTY)
_SCOPE: Final = "依法履行自然资源、税务、执法职责的部门"
_PURPOSE: Final = "核对自然资源单元的权属与用途"
_BASIS: Final = "不动产登记暂行条例 第二十五条"


def register_entry(provider: Provider, system: str, today: date, *, name: str = NAME) -> Entry:
    """Return the description of the register as ``provider`` would publish it; ``system`` is where it is kept."""
    items = tuple(_item(ELEMENTS[code]) for code in LISTED) + tuple(_own(one) for one in OWN_ELEMENTS)
    return Entry(
        title="自然资源单元基础信息",
        title_en="Register of parcels of land, water, forest and minerals",
        provider=provider,
        sharing=Sharing(
            ShareType.CONDITIONAL,
            _SCOPE,
            _PURPOSE,
            (Citation("不动产登记暂行条例", "第二十五条", CitationRank.ADMINISTRATIVE_REGULATION),),
            modes=("01",),
        ),
        opening=Opening(OpenType.CLOSED),
        name=name,
        abstract="土地、水域、林地、矿产单元的类别、用途、面积、权利状态和图形，一个编号一条。",
        abstract_en="Class, use, area, status of the right and shape of parcels, one record a number.",
        class_path=("1", GEOGRAPHY.class_code),
        formats=("0204",),
        items=items,
        keys=(codes.UNIT_NUMBER.lower(),),
        crs=CRS,
        update_cycle="2",
        grade="G3",
        legal_basis=(Citation("不动产登记暂行条例", "第八条", CitationRank.ADMINISTRATIVE_REGULATION),),
        source_system=system,
        assessments=(
            Assessment(
                AssessmentKind.SECRECY_RISK, today, f"{provider.name}保密工作机构", "经测绘主管部门审查，未发现涉密内容"
            ),
            Assessment(
                AssessmentKind.PERSONAL_INFORMATION,
                today,
                f"{provider.name}数据安全科",
                "权利人信息只按不动产登记查询规定提供，风险可控",
            ),
        ),
    )


def columns_of(entry: Entry) -> Mapping[str, str]:
    """Return the entry's column of each element: by the element the item names, or by its column."""
    by_column = {code.lower(): code for code in ELEMENTS}
    found: dict[str, str] = {}
    for item in entry.items:
        code = item.element or by_column.get(item.column)
        if code is not None and code in ELEMENTS:
            found.setdefault(code, item.column)
    return found


def _item(one: Element) -> Item:
    """Return a national element as an item; base items stay shared without conditions (政务数据共享条例 Art. 14)."""
    item = one.to_item(one.code.lower())
    return item if item.base_item else _conditional(item)


def _own(one: Element) -> Item:
    """Return an own element as an item without element: the list of the entry's elements is the national one."""
    item = Item(one.name, one.code.lower(), one.type, one.length, sensitivity=one.sensitivity, check=one.check)
    if one.type is DataType.BOOLEAN:
        item = replace(item, length=None)
    return _conditional(item)


def _conditional(item: Item) -> Item:
    return replace(
        item,
        share_type=ShareType.CONDITIONAL,
        share_scope=_SCOPE,
        share_purpose=_PURPOSE,
        share_citation=_BASIS,
        excluded_from_opening=True,
        sensitivity=item.sensitivity if item.sensitivity is not Sensitivity.PUB else Sensitivity.INT,
    )
