"""Which coordinate system a file states, and how its coordinates become CGCS2000 longitude and latitude (EPSG:4490).

测绘法 第九条、第十一条: one national system, CGCS2000; local systems have parameters of their own, and classified.
Taken: CGCS2000 in degrees and in Gauss-Krüger zones of 3 and 6 degrees (GB/T 22021; easting with or without the zone
number), WGS-84 (less than a metre away) in degrees, UTM and Web Mercator. Refused: Beijing 54 and Xian 80, because
PROJ would shift them silently by nothing or by coarse public parameters; GCJ-02 and BD-09; local and unknown systems.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from catalogue.coordinates import Offset, offset_named
from connectors.files.errors import CoordinateSystemError, OffsetCoordinatesError

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_STATEMENT: Final = 16_384
ZONE: Final = 1_000_000.0
HALF: Final = 500_000.0
_MERIDIANS: Final = range(75, 136, 3)
_EPSG: Final = re.compile(r"(?:epsg(?:::?|/0/|/[0-9.]*/)?)?([0-9]{4,6})", re.IGNORECASE)
_TRUE_BY_WORD: Final = {
    "cgcs2000": 4490,
    "2000国家大地坐标系": 4490,
    "国家2000": 4490,
    "wgs84": 4326,
    "crs84": 4326,
    "wgs1984": 4326,
}
_WKT: Final = re.compile(
    r"\s*(GEOGCS|GEOGCRS|GEODCRS|GEODETICCRS|GEOGRAPHICCRS|PROJCS|PROJCRS|PROJECTEDCRS|COMPD_CS|COMPOUNDCRS)\s*\[",
    re.IGNORECASE,
)
_CGCS2000: Final = frozenset({"china2000", "dchina2000", "chinageodeticcoordinatesystem2000", "cgcs2000", "dcgcs2000"})
_WGS84: Final = frozenset(
    {"wgs1984", "dwgs1984", "worldgeodeticsystem1984", "worldgeodeticsystem1984ensemble", "wgs84"}
)
_ELLIPSOIDS: Final = {
    (6378137.0, 298.257222101): "CGCS2000",
    (6378137.0, 298.257223563): "WGS-84",
    (6378245.0, 298.3): "北京54",
    (6378140.0, 298.257): "西安80",
}
_HISTORIC: Final = {"北京54": "Beijing 54", "西安80": "Xian 80"}
_FLATTENING_DIGITS: Final = 1e-8
_WEB_MERCATOR: Final = "1024"
_TRANSVERSE: Final = "9807"
_NEXT_ZH: Final = (
    "请由自然资源（测绘）主管部门转换为 CGCS2000 后再推送；"
    "文件确是 CGCS2000 或 WGS-84 而没有写明的，用 --crs EPSG:4490 等说明"
)
_NEXT_EN: Final = (
    "have the surveying authority transform it to CGCS2000; where it is in CGCS2000 or WGS-84 and does not say so,"
    " state it with --crs, such as --crs EPSG:4490"
)


@dataclass(frozen=True, slots=True)
class CoordinateSystem:
    """A system that is taken: its ``name``, and its projection (``proj`` empty means degrees, longitude first).

    ``meridian`` and ``prefix`` belong to Gauss-Krüger zones: central meridian in degrees, and the zone number before
    the easting (0 where there is none). ``basis`` says who stated it: file, format or provider.
    """

    name: str
    proj: str = ""
    meridian: int = 0
    prefix: int = 0
    is_wgs84: bool = False
    basis: str = "file"

    @property
    def is_gauss_kruger(self) -> bool:
        """Whether the coordinates are metres in a national zone."""
        return bool(self.meridian)


def gauss_kruger(meridian: int, prefix: int, basis: str = "file") -> CoordinateSystem:
    """Return the CGCS2000 zone with this central meridian and this number before the easting (0: none)."""
    easting = prefix * ZONE + HALF
    proj = f"+proj=tmerc +lat_0=0 +lon_0={meridian} +k=1 +x_0={easting:.0f} +y_0=0 +ellps=GRS80 +units=m +no_defs"
    name = f"CGCS2000 高斯-克吕格 中央经线 {meridian}°E" + (f"（带号 {prefix}）" if prefix else "")
    return CoordinateSystem(name, proj, meridian, prefix, basis=basis)


def stated_by_word(text: str, basis: str) -> CoordinateSystem:
    """Return the system of a short statement: an EPSG code or URN, or a usual name.

    Raises:
        OffsetCoordinatesError: it is GCJ-02 or BD-09.
        CoordinateSystemError: it is refused, or no system we know.
    """
    given = text.strip()
    refuse_offset(given, "所述坐标系", "the system stated")
    word = re.sub(r"[\s_\-]", "", given).casefold()
    last = word.rsplit(":", 1)[-1]
    code = _TRUE_BY_WORD.get(word, _TRUE_BY_WORD.get(last))
    number = _EPSG.fullmatch(re.sub(r"^urn:ogc:def:crs:|^https?://www\.opengis\.net/def/crs/", "", word))
    if code is None and number is not None:
        code = int(number.group(1))
    if code is None:
        raise _unknown(given)
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return _accepted(CRS.from_epsg(code).to_json_dict(), basis)
    except CRSError:
        raise _unknown(f"EPSG:{code}") from None


def stated_by_wkt(text: str, basis: str = "file") -> CoordinateSystem:
    """Return the system of a WKT text (a ``.prj`` file, a GeoPackage definition); raises as above.

    Only WKT is read, never a PROJ string: those can name files and grids.
    """
    if len(text) > MAX_STATEMENT or _WKT.match(text) is None:
        raise _unknown("（无法识别的 WKT）")
    refuse_offset(text[:200], "坐标系说明", "the statement of the system")
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return _accepted(CRS.from_wkt(text).to_json_dict(), basis)
    except CRSError:
        raise _unknown("（无法解析的 WKT）") from None


def refuse_offset(name: str, where_zh: str, where_en: str) -> None:
    """Raise where a name speaks of GCJ-02 or BD-09."""
    found = offset_named(name)
    if found is not None:
        raise offset_error(found, where_zh, where_en)


def offset_error(found: Offset, where_zh: str, where_en: str) -> OffsetCoordinatesError:
    """Build the refusal of a shifted system, saying by what it was told."""
    return OffsetCoordinatesError(
        f"{where_zh}表明坐标是 {found.value}（互联网地图的偏移坐标，与真实位置相差数百米），不能作为 CGCS2000 入库",
        f"{where_en} says that the coordinates are {found.value}, shifted by web maps by some hundred metres;"
        " they are not stored as CGCS2000",
        next_zh="请向测绘主管部门或数据生产单位取得 CGCS2000 坐标（公开的反算公式只是近似，不能用于入库）；仅供参考的，"
        "可把经纬度登记为普通数值信息项，并在名称中写明坐标系",
        next_en="get CGCS2000 coordinates from the surveying authority or the maker (public formulas are not exact);"
        " for reference only, declare them as plain numbers whose names say the system",
        facts={"crs": found.value},
    )


def _accepted(document: Mapping[str, Any], basis: str) -> CoordinateSystem:
    """Judge a system by its datum, ellipsoid and projection, never by its name alone."""
    kind = document.get("type")
    if kind == "BoundCRS":
        return _accepted(document["source_crs"], basis)
    if kind == "CompoundCRS":
        return _accepted(document["components"][0], basis)
    base = document.get("base_crs", document)
    name = str(document.get("name", ""))[:80]
    datum = base.get("datum") or base.get("datum_ensemble") or {}
    family = _family(datum, name)
    if kind == "GeographicCRS" or (kind == "GeodeticCRS" and _subtype(base) == "ellipsoidal"):
        if _unit(document) not in {"degree", None}:
            raise _unknown(name)
        return CoordinateSystem(f"{family}（经纬度）", is_wgs84=family == "WGS-84", basis=basis)
    if kind != "ProjectedCRS" or _unit(document) != "metre":
        raise _unknown(name)
    conversion = document["conversion"]
    values = {str(one.get("id", {}).get("code", one["name"])): float(one["value"]) for one in conversion["parameters"]}
    method = str(conversion["method"].get("id", {}).get("code", ""))
    if family == "WGS-84":
        return _wgs84_projected(method, values, name, basis)
    return _zone(method, values, name, basis)


def _family(datum: Mapping[str, Any], name: str) -> str:
    """Return CGCS2000 or WGS-84; raise for the others by their names."""
    ellipsoid = datum.get("ellipsoid", {})
    axis, flattening = ellipsoid.get("semi_major_axis", 0), ellipsoid.get("inverse_flattening", 0)
    axis = axis.get("value", 0) if isinstance(axis, dict) else axis
    body = next(
        (
            family
            for (a, f), family in _ELLIPSOIDS.items()
            if float(axis) == a and abs(float(flattening) - f) < _FLATTENING_DIGITS
        ),
        None,
    )
    known = re.sub(r"[\W_]", "", str(datum.get("name", ""))).casefold()
    if body in _HISTORIC:
        raise _historic(body)
    if float(datum.get("prime_meridian", {}).get("longitude", 0) or 0) != 0:
        raise _unknown(name)
    if known in _CGCS2000 and body == "CGCS2000":
        return "CGCS2000"
    if known in _WGS84 and body == "WGS-84":
        return "WGS-84"
    raise _unknown(name)


def _subtype(base: Mapping[str, Any]) -> str:
    return str(base.get("coordinate_system", {}).get("subtype", ""))


def _unit(document: Mapping[str, Any]) -> str | None:
    """Return the unit of the axes by its plain name; None where none is said."""
    for axis in document.get("coordinate_system", {}).get("axis", ()):
        unit = axis.get("unit")
        if isinstance(unit, dict):
            factor = float(unit.get("conversion_factor", 0))
            degree = abs(factor - 0.0174532925199433) < 1e-9  # noqa: PLR2004 - radians a degree
            return "degree" if degree else ("metre" if factor == 1.0 else str(unit.get("name")))
        return None if unit is None else str(unit)
    return None


def _zone(method: str, values: Mapping[str, float], name: str, basis: str) -> CoordinateSystem:
    """Return the national zone with these parameters; another one is a local system."""
    meridian, easting = values.get("8802", 0.0), values.get("8806", 0.0)
    flat = values.get("8801", 0.0) == 0.0 and values.get("8805", 1.0) == 1.0 and values.get("8807", 0.0) == 0.0
    prefix, rest = divmod(easting, ZONE)
    fits = meridian.is_integer() and int(meridian) in _MERIDIANS and rest == HALF
    if method != _TRANSVERSE or not flat or not fits or int(prefix) not in {0, *zones(int(meridian))}:
        raise _local(name)
    return gauss_kruger(int(meridian), int(prefix), basis)


def zones(meridian: int) -> tuple[int, ...]:
    """Return the zone numbers with this central meridian: the 3-degree one, and the 6-degree one where there is one."""
    three = meridian // 3
    return (three, (meridian + 3) // 6) if meridian % 6 == 3 else (three,)  # noqa: PLR2004 - GB/T 22021


def _wgs84_projected(method: str, values: Mapping[str, float], name: str, basis: str) -> CoordinateSystem:
    if method == _WEB_MERCATOR:
        proj = (
            "+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +nadgrids=@null +no_defs"
        )
        return CoordinateSystem("WGS-84 网络墨卡托", proj, is_wgs84=True, basis=basis)
    if method == _TRANSVERSE and values.get("8801", 0.0) == 0.0:
        meridian, scale = values.get("8802", 0.0), values.get("8805", 1.0)
        easting, northing = values.get("8806", 0.0), values.get("8807", 0.0)
        proj = f"+proj=tmerc +lat_0=0 +lon_0={meridian} +k={scale} +x_0={easting} +y_0={northing} +ellps=WGS84 +units=m"
        return CoordinateSystem(f"WGS-84 {name}", proj, is_wgs84=True, basis=basis)
    raise _unknown(name)


def _historic(name: str) -> CoordinateSystemError:
    return CoordinateSystemError(
        f"坐标系是{name}，没有本地参数不能转换（公开参数误差以米到百米计），已停止读取",
        f"the coordinates are in {_HISTORIC[name]}, which cannot be"
        " transformed without the local parameters (public ones are off by metres and more)",
        next_zh="请由自然资源（测绘）主管部门用本地参数转换为 CGCS2000 后再推送（测绘法第九条、第十一条）；"
        "参数涉密，不要提供给平台",
        next_en="have the surveying authority transform it to CGCS2000 with the local parameters; these are classified:"
        " do not give them to the hub",
        facts={"crs": name},
    )


def _local(name: str) -> CoordinateSystemError:
    return CoordinateSystemError(
        "坐标系不是国家统一的 3 度或 6 度分带，像是地方独立坐标系，不能入库",
        "the system is no national zone of 3 or 6 degrees; it looks like a local one and is not stored",
        next_zh=_NEXT_ZH,
        next_en=_NEXT_EN,
        facts={"crs": _shown(name)},
    )


def _unknown(name: str) -> CoordinateSystemError:
    return CoordinateSystemError(
        f"不能识别或不接受的坐标系：{_shown(name)}",
        f"the coordinate system is not known or not taken: {_shown(name)}",
        next_zh=_NEXT_ZH,
        next_en=_NEXT_EN,
        facts={"crs": _shown(name)},
    )


def _shown(name: str) -> str:
    """Return a name from a file as a message may show it: short, one line, no control characters."""
    return "".join(char for char in " ".join(name.split()) if char.isprintable())[:60] or "（空）"
