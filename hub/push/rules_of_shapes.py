"""Rules R90-R97 and coercions from K90 on: what a shape (an item of type G with a geometry check) must keep.

OGC 06-103r4 (simple features), RFC 7946 (GeoJSON), 测绘法 第九条 (one national coordinate system). Numbers from 90 on,
so that the rules of texts and numbers can go on growing below.
"""

from __future__ import annotations

from typing import Final

from hub.push.rule import Coercion, made

UNREADABLE, OPEN_RING, INVALID, OUT_OF_WORLD, EXCHANGED, OTHER_KIND, EMPTY, NO_SYSTEM = range(90, 98)
OUTSIDE_CHINA: Final = "K90"

SHAPE_RULES: Final = (
    made(
        UNREADABLE,
        "OGC 06-103r4; RFC 7946",
        ("图形无法识别", "shape cannot be read"),
        ("空间信息项的值不是可识别的图形", "the value is no shape that can be read"),
        (
            "用 GeoJSON、Shapefile 或 GeoPackage 推送；表格中的经纬度用 --point 经度列,纬度列,坐标系 说明",
            "push GeoJSON, Shapefile or GeoPackage; name two columns of a table with --point longitude,latitude,crs",
        ),
    ),
    made(
        OPEN_RING,
        "RFC 7946 3.1.6; OGC 06-103r4 6.1.11",
        ("面的边界没有闭合", "ring not closed"),
        (
            "面的边界环首尾不是同一点，或不足 4 个点",
            "a ring of the polygon does not end where it begins, or has fewer than 4 positions",
        ),
        ("在制图软件中闭合边界后重新导出", "close the ring in the mapping software and export again"),
    ),
    made(
        INVALID,
        "OGC 06-103r4 6.1.11",
        ("图形不合法", "invalid shape"),
        ("图形自相交或结构有误", "the shape crosses itself or is built wrongly"),
        (
            "在制图软件中按所示位置检查并修复（如 QGIS 的“修正几何图形”）",
            "repair it at the place shown (QGIS: Fix geometries)",
        ),
        ("{detail}", "{detail}"),
    ),
    made(
        OUT_OF_WORLD,
        "GB/T 16831-2013",
        ("坐标超出经纬度范围", "coordinates out of range"),
        (
            "经度不在 ±180 或纬度不在 ±90 之内，可能是平面坐标",
            "longitude beyond ±180 or latitude beyond ±90; perhaps these are metres of a projection",
        ),
        (
            "确认坐标系；平面坐标用 --crs 说明投影带（如 EPSG:4547）后重新推送",
            "find out the system; state a projection with --crs, such as EPSG:4547, and push again",
        ),
    ),
    made(
        EXCHANGED,
        "RFC 7946 3.1.1; GB/T 16831-2013",
        ("经度与纬度写反", "longitude and latitude exchanged"),
        (
            "两个坐标交换后正好落在我国范围内：纬度写在了经度的位置",
            "exchanged, the coordinates lie in the country: the latitude stands in the longitude's place",
        ),
        ("经度在前、纬度在后，改正后重新推送", "put the longitude first and push again"),
    ),
    made(
        OTHER_KIND,
        "目录条目",
        ("图形类型不符", "other kind of shape"),
        ("图形类型（点、线、面）与目录中该信息项的要求不同", "point, line or area: not what the item takes"),
        ("推送正确的图层，或修改目录条目中该信息项的校验", "push the right layer, or change the item's check"),
        ("该图形是 {detail}", "the shape is a {detail}"),
    ),
    made(
        EMPTY,
        "OGC 06-103r4",
        ("空图形", "empty shape"),
        ("图形没有任何坐标", "the shape has no position"),
        ("补上坐标；确无位置时该项留空", "give it its position, or leave the value out"),
    ),
    made(
        NO_SYSTEM,
        "测绘法 第九条",
        ("没有写明坐标系", "no coordinate system stated"),
        (
            "表格中的图形文本没有写明坐标系，不能当作 CGCS2000",
            "the text of the shape does not say its coordinate system; it is not taken for CGCS2000",
        ),
        (
            "确为 CGCS2000 的写作 SRID=4490;POINT(经度 纬度)，或改用空间数据文件推送",
            "write SRID=4490;POINT(longitude latitude) where it is CGCS2000, or push a file of shapes",
        ),
    ),
)

SHAPE_COERCIONS: Final = (
    Coercion(
        OUTSIDE_CHINA, "位置在我国范围之外，原样保留，请核对", "lies outside the country; kept as it is, please check"
    ),
)
