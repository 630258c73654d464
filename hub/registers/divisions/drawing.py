"""A file of boundaries, read: which division each shape is of, in which system, and whether its rings are sound.

GeoJSON (RFC 7946), degrees, longitude first. The system must be stated by the operator or the file; a name that speaks
of GCJ-02 or BD-09 is believed at once, one that speaks of CGCS2000 or WGS-84 is not (:mod:`outlines` compares).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from catalogue.basic.geography import CHINA_LATITUDE, CHINA_LONGITUDE
from catalogue.coordinates import Offset, offset_named
from catalogue.divisions_model import level_of
from connectors.files.spatial_crs import stated_by_word
from hub.registers.divisions.errors import BoundaryError, OffsetBoundaryError

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST_BYTES: Final = 128 * 1024 * 1024
CODE_NAMES: Final = ("code", "division_code", "adcode", "id", "代码", "行政区划代码")
MAP_SITE_NAMES: Final = frozenset({"acroutes", "subFeatureIndex", "childrenNum"})
"""Properties that the boundary files of a web map (DataV.GeoAtlas, drawn by AMap) have: these are in GCJ-02."""
_MOST_MENDED: Final = 1e-4
_KINDS: Final = ("Polygon", "MultiPolygon")


@dataclass(frozen=True, slots=True)
class Drawn:
    """One boundary of a file; ``mended``: its rings touched themselves and were put right, the area is as it was."""

    code: str
    name: str
    shape: Any
    mended: bool


def offset_error(system: Offset, zh: str, en: str) -> OffsetBoundaryError:
    """Build the refusal of boundaries that are shifted, saying by what it was told."""
    return OffsetBoundaryError(
        f"{zh}，是 {system.value} 偏移坐标，不能作为 CGCS2000 界线载入",
        f"{en}: these are {system.value} coordinates and are not loaded as CGCS2000 boundaries",
        next_zh="请使用自然资源主管部门标准地图的 CGCS2000 界线（测绘法第九条）；公开的反算公式只是近似，不能用于入库",
        next_en="use the CGCS2000 boundaries of the surveying authority's standard map; public formulas are not exact",
        facts={"crs": system.value},
    )


def read_boundaries(name: str, data: bytes, crs: str | None) -> tuple[list[Drawn], str]:
    """Read a file of boundaries; returns them and the system they are stated to be in.

    Raises:
        OffsetBoundaryError: the name, the statement or the properties betray a system of web maps.
        CoordinateSystemError: the system is not stated, or none in degrees that is taken.
        BoundaryError: no GeoJSON, a shape without code, of another kind, broken beyond repair, or outside the country.
    """
    named = offset_named(name)
    if named is not None:
        raise offset_error(named, "文件名所述", "by the name of the file")
    document = _document(data)
    stated = _stated(document, crs)
    features = document.get("features")
    if not isinstance(features, list) or not features:
        raise _fault("没有图形", "it has no features")
    drawn = [_drawn(number, feature) for number, feature in enumerate(features, 1)]
    codes = [one.code for one in drawn]
    twice = next((code for code in codes if codes.count(code) > 1), None)
    if twice is not None:
        raise _fault(f"{twice} 有两个图形", f"{twice} has two features")
    return drawn, stated


def _document(data: bytes) -> Mapping[str, Any]:
    if len(data) > LARGEST_BYTES:
        raise _fault(f"超过 {LARGEST_BYTES >> 20} MiB", f"larger than {LARGEST_BYTES >> 20} MiB")
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise _fault("不是有效的 GeoJSON", "no valid GeoJSON") from None
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise _fault("不是 GeoJSON 要素集合", "no GeoJSON FeatureCollection")
    return document


def _stated(document: Mapping[str, Any], crs: str | None) -> str:
    """Return the system stated; the format's own default is not believed, for most files here ignore it."""
    member = document.get("crs")
    word = member.get("properties", {}).get("name") if isinstance(member, dict) else None
    given = crs or (word if isinstance(word, str) else None)
    if given is None:
        raise _fault(
            "没有写明坐标系，请用 --crs 说明（如 EPSG:4490）", "its system is not stated; give it with --crs EPSG:4490"
        )
    system = stated_by_word(given, "provider" if crs else "file")
    if system.proj:
        raise _fault("界线须为经纬度", "boundaries must be in degrees")
    return f"{system.name}（{'operator' if crs else 'file'}）"


def _drawn(number: int, feature: object) -> Drawn:
    import shapely

    given = feature if isinstance(feature, dict) else {}
    properties = given.get("properties")
    about = properties if isinstance(properties, dict) else {}
    if MAP_SITE_NAMES & about.keys():
        raise offset_error(Offset.GCJ02, "属性表明来自互联网地图的边界数据", "its properties are those of a web map")
    code = _code(about)
    if code is None:
        raise _fault(f"第 {number} 个图形没有区划代码", f"feature {number} has no division code")
    try:
        shape = shapely.from_geojson(json.dumps(given.get("geometry")))
    except (shapely.errors.GEOSException, ValueError, TypeError):
        shape = None
    if shape is None or shape.geom_type not in _KINDS or shape.is_empty:
        raise _fault(f"{code} 的图形不是面", f"the shape of {code} is no polygon")
    west, south, east, north = shape.bounds
    inside = CHINA_LONGITUDE[0] <= west and east <= CHINA_LONGITUDE[1]
    if not (inside and CHINA_LATITUDE[0] <= south and north <= CHINA_LATITUDE[1]):
        raise _fault(
            f"{code} 的坐标不在我国范围内，可能是投影坐标或经纬度写反",
            f"{code} lies outside the country; perhaps projected, or latitude first",
        )
    sound, mended = _sound(code, shapely.force_2d(shape))
    name = about.get("name")
    return Drawn(code, name.strip() if isinstance(name, str) else "", sound, mended)


def _code(about: Mapping[str, Any]) -> str | None:
    for name in CODE_NAMES:
        given = about.get(name)
        if isinstance(given, str | int) and not isinstance(given, bool):
            code = str(given).strip()
            code += {2: "0000", 4: "00"}.get(len(code), "")
            if level_of(code) is not None:
                return code
    return None


def _sound(code: str, shape: Any) -> tuple[Any, bool]:  # noqa: ANN401 - a shapely geometry
    """Return a valid shape; rings that touch themselves are put right where the area stays all but the same."""
    import shapely

    if shape.is_valid:
        return shape, False
    mended = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    if mended.geom_type not in _KINDS or abs(mended.area - shape.area) > _MOST_MENDED * mended.area:
        raise _fault(f"{code} 的边界自相交，无法修复", f"the rings of {code} cross and cannot be put right")
    return mended, True


def _fault(zh: str, en: str) -> BoundaryError:
    return BoundaryError(
        f"界线文件不能载入：{zh}",
        f"the boundaries cannot be loaded: {en}",
        next_zh="改正文件后重新载入；本次没有写入任何图形",
        next_en="correct the file and load it again; nothing was written",
    )
