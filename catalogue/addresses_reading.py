"""Rows of address files read: standard addresses, divisions, former names of divisions, standard place names.

A column may have the code of its element (G001), its Chinese name or its English one. A row that cannot be taken is
told with its rule, never skipped silently. Points are taken in CGCS2000 (EPSG:4490) alone: a column or a coordinate
system that names GCJ-02 or BD-09 refuses the row. Pure, no I/O.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from catalogue.addresses_standard import StandardAddress, digits_of
from catalogue.coordinates import offset_named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("G001", "标准地址编码", "地址编码", "address_id"),
    "division": ("行政区划代码", "区划代码", "G007代码", "G007", "G006", "G005", "division_code"),
    "street": ("G008", "街路巷小区自然村名称", "街路巷", "街路巷名称", "道路", "小区", "street_name"),
    "door": ("G009", "门牌号", "门牌", "house_number"),
    "building": ("楼栋", "楼栋号", "幢号", "building_number"),
    "unit": ("单元", "单元号", "unit_number"),
    "floor": ("楼层", "层", "floor_number"),
    "room": ("室", "室号", "房间号", "room_number"),
    "longitude": ("G011", "经度", "lon", "lng"),
    "latitude": ("G012", "纬度", "lat"),
    "crs": ("G013", "坐标参考系", "坐标系"),
    "valid_from": ("起始日期", "启用日期"),
    "valid_to": ("终止日期", "停用日期"),
    "main_id": ("主地址编码",),
    "aliases": ("曾用名", "别名", "former_names", "G026", "曾用地名"),
    "code": ("代码", "division_code", "行政区划代码", "区划代码"),
    "name": ("名称", "区划名称", "G021", "标准地名", "place_name"),
    "successor": ("现代码", "successor_code"),
    "place_id": ("G020", "地名标识"),
    "specific": ("专名",),
    "generic": ("通名",),
    "kind": ("G023", "地名类别"),
    "pinyin": ("G022", "罗马字母拼写"),
    "approved_by": ("G024", "批准机关"),
    "approved_on": ("G025", "批准日期"),
    "filed_on": ("备案日期",),
    "announced_on": ("公告日期",),
}
PLACE_KINDS: Final = (
    "自然地理实体",
    "行政区划",
    "村民委员会、居民委员会所在地",
    "城市公园、自然保护地",
    "街路巷",
    "住宅区、楼宇",
    "交通运输、水利、电力、通信、气象等设施",
    "其他地理实体",
)
"""The eight kinds of 地名管理条例 Art. 3, in its order: kind 1 to 8."""
_TRUE_SYSTEMS: Final = frozenset({"EPSG:4490", "4490", "CGCS2000", "国家大地坐标系", "2000国家大地坐标系"})
ANNOUNCE_DAYS: Final = 15
"""Days from approval to announcement (地名管理条例 Art. 15)."""


class Fault(StrEnum):
    """Why a row cannot be taken."""

    DIVISION = "division-unknown"
    NOTHING = "nothing-below-division"
    PARTS = "parts-unreadable"
    POINT = "point-not-cgcs2000"
    DATE = "date-unreadable"
    NAME = "name-missing"
    CODE = "code-unreadable"
    KIND = "kind-unknown"
    SPECIFIC = "specific-and-generic-differ"
    SUCCESSOR = "successor-unknown"


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A standard place name with its approval."""

    row: int
    id: str
    name: str
    specific: str
    generic: str
    kind: int
    pinyin: str
    division: str
    approved_by: str | None
    approved_on: date | None
    filed_on: date | None
    announced_on: date | None
    former_names: tuple[str, ...]

    @property
    def is_announced_late(self) -> bool:
        """Whether the announcement came later than 15 days after the approval, or has not come."""
        if self.approved_on is None:
            return False
        return self.announced_on is None or (self.announced_on - self.approved_on).days > ANNOUNCE_DAYS


def fields_of(header: Sequence[str]) -> dict[str, str]:
    """Return which column of a table holds what: name of the product to name of the column."""
    found: dict[str, str] = {}
    for column in header:
        plain = column.strip().lstrip("\ufeff")
        for field, names in _NAMES.items():
            if (plain == field or plain in names) and field not in found:
                found[field] = column
    return found


def shifted_column(header: Sequence[str]) -> str | None:
    """Return a column whose name says that its points are shifted (GCJ-02, BD-09); None where none does."""
    return next((column for column in header if offset_named(column) is not None), None)


class Row:
    """One row of a table, read by the names of the product."""

    def __init__(self, number: int, values: Mapping[str, str | None], fields: Mapping[str, str]) -> None:
        """Take the row as it is."""
        self.number = number
        self._values = values
        self._fields = fields

    def text(self, field: str) -> str:
        """Return a value without blanks at its ends; "" where there is none."""
        column = self._fields.get(field)
        return (self._values.get(column) or "").strip() if column is not None else ""

    def day(self, field: str) -> date | None:
        """Return a date written 2026-01-31 or 20260131; None where there is none.

        Raises:
            ValueError: it is no date.
        """
        text = self.text(field).replace("/", "-")
        return date.fromisoformat(text) if text else None

    def names(self, field: str) -> tuple[str, ...]:
        """Return a list of names separated by ``;``, ``,`` or ``、``."""
        text = self.text(field)
        for mark in "；、，;,":
            text = text.replace(mark, "|")
        return tuple(name.strip() for name in text.split("|") if name.strip())


def standard_address(row: Row) -> StandardAddress | Fault:
    """Return a standard address, or why it is none."""
    digits = digits_of(row.text("division"))
    if digits is None:
        return Fault.DIVISION
    parts = (row.text("door"), row.text("building"), row.text("unit"), row.text("floor"), row.text("room"))
    if not row.text("street") and not parts[0]:
        return Fault.NOTHING
    point = point_of(row)
    if isinstance(point, Fault):
        return point
    try:
        valid_from, valid_to = row.day("valid_from"), row.day("valid_to")
    except ValueError:
        return Fault.DATE
    return StandardAddress(
        row.number,
        digits,
        row.text("street"),
        parts,
        row.text("id"),
        longitude=point[0] if point else None,
        latitude=point[1] if point else None,
        valid_from=valid_from,
        valid_to=valid_to,
        main_id=row.text("main_id") or None,
        aliases=row.names("aliases"),
    )


def point_of(row: Row) -> tuple[float, float] | Fault | None:
    """Return longitude and latitude in CGCS2000; None where the row has no point."""
    longitude, latitude = row.text("longitude"), row.text("latitude")
    if not longitude and not latitude:
        return None
    if not is_cgcs2000(row.text("crs")):
        return Fault.POINT
    try:
        point = float(longitude), float(latitude)
    except ValueError:
        return Fault.POINT
    return point if is_in_country(*point) else Fault.POINT


def is_cgcs2000(system: str) -> bool:
    """Tell whether a name means CGCS2000; what is not named is not it."""
    return system.strip().upper() in _TRUE_SYSTEMS


def is_in_country(longitude: float, latitude: float) -> bool:
    """Tell whether a point lies in the extent of the country, in degrees."""
    return 73.0 <= longitude <= 136.0 and 3.0 <= latitude <= 54.0  # noqa: PLR2004 - the extent


def named_place(row: Row) -> NamedPlace | Fault:
    """Return a standard place name (地名管理条例 Art. 3, 15), or why it is none."""
    name, digits, kind = row.text("name"), digits_of(row.text("division")), _kind(row.text("kind"))
    if not name:
        return Fault.NAME
    if digits is None:
        return Fault.DIVISION
    if kind is None:
        return Fault.KIND
    specific, generic = row.text("specific"), row.text("generic")
    if (specific or generic) and specific + generic != name:
        return Fault.SPECIFIC
    try:
        days = row.day("approved_on"), row.day("filed_on"), row.day("announced_on")
    except ValueError:
        return Fault.DATE
    return NamedPlace(
        row.number,
        row.text("place_id") or row.text("id"),
        name,
        specific,
        generic,
        kind,
        row.text("pinyin"),
        digits,
        row.text("approved_by") or None,
        *days,
        former_names=row.names("aliases"),
    )


def _kind(text: str) -> int | None:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= len(PLACE_KINDS):
        return int(text)
    return PLACE_KINDS.index(text) + 1 if text in PLACE_KINDS else None
