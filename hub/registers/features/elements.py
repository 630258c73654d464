"""Elements of parcels: those of the national list, and the few the register needs besides.

The list of the basic database (``elements_geography``) has unit number, right holder, use, area and land-use class; it
says neither what kind of resource a parcel is (land, water, forest, mineral) nor how its right stands, nor whether its
area is an important geographic figure (测绘法 Art. 37). Departments map their items to the codes below.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from catalogue.basic.geography import GEOGRAPHY
from catalogue.elements import Element, SharingDefault
from catalogue.item import DataType
from policies.facts import Sensitivity

if TYPE_CHECKING:
    from collections.abc import Mapping

COUNTY, UNIT_NUMBER, HOLDER, USE, AREA, LAND_USE = "G005", "G040", "G041", "G042", "G043", "G060"
CLASS, RIGHT_STATUS, SHAPE, ANNOUNCEMENT, IMPORTANT, NAME = "G101", "G102", "G103", "G104", "G105", "G106"
CLASSES: Final = ("land", "water", "forest", "mineral")
RIGHT_STATUSES: Final = ("current", "historic", "ended", "unregistered")


def _own(
    code: str, names: tuple[str, str], type_: DataType, length: int | None, values: tuple[str, ...] = ()
) -> Element:
    return Element(
        code=code,
        name=names[0],
        name_en=names[1],
        database=None,
        type=type_,
        length=length,
        scale=None,
        code_list=None,
        standard="",
        values=values,
        check="geometry" if code == SHAPE else None,
        keys="",
        sensitivity=Sensitivity.INT if code in {RIGHT_STATUS, SHAPE} else Sensitivity.PUB,
        sharing=SharingDefault.CONDITIONAL,
        opening="closed",
        masking=None,
        owners=("自然资源",),
    )


OWN_ELEMENTS: Final = (
    _own(CLASS, ("资源类别", "class of resource"), DataType.TEXT, 10, CLASSES),
    _own(RIGHT_STATUS, ("权利状态", "status of the right"), DataType.TEXT, 20, RIGHT_STATUSES),
    _own(SHAPE, ("图形", "shape"), DataType.GENERAL, None),
    _own(ANNOUNCEMENT, ("重要地理信息数据公布文号", "announcement of the figure"), DataType.TEXT, 60),
    _own(IMPORTANT, ("是否重要地理信息数据", "whether it is an important geographic figure"), DataType.BOOLEAN, None),
    _own(NAME, ("资源单元名称", "name of the parcel"), DataType.TEXT, 100),
)
ELEMENTS: Final[Mapping[str, Element]] = MappingProxyType(
    {one.code: one for one in (*GEOGRAPHY.elements, *OWN_ELEMENTS)}
)
