"""Coordinate systems of files: stated, declared, refused; and how metres of a zone become degrees of CGCS2000."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
import shapely
from pyproj import CRS, Transformer

from catalogue.code_lists import load_code_list
from connectors.files.errors import CoordinateSystemError, OffsetCoordinatesError, ReadOptionError
from connectors.files.reader import open_table
from connectors.files.spatial_crs import stated_by_wkt, stated_by_word
from connectors.port import ReadOptions
from tests.support.spatial import ZHENGZHOU, collection, feature, geopackage, point, shapefile_zip

if TYPE_CHECKING:
    from pathlib import Path

METRE = 1e-5
ZONES = [*range(4491, 4555)]


def places(path: Path, options: ReadOptions | None = None) -> list[tuple[float, float]]:
    with open_table(path, options) as table:
        frame = pl.concat(list(table.chunks()))
        texts = frame[f"c{len(table.header) - 1}"]
    return [(one.x, one.y) for one in shapely.from_wkb(texts.to_list())]


def put(folder: Path, body: bytes, name: str = "data") -> Path:
    path = folder / name
    path.write_bytes(body)
    return path


def meridian(epsg: int) -> float:
    conversion = CRS.from_epsg(epsg).to_json_dict()["conversion"]
    return next(float(one["value"]) for one in conversion["parameters"] if "Longitude" in one["name"])


def projected(epsg: int, place: tuple[float, float] = ZHENGZHOU) -> tuple[float, float]:
    x, y = Transformer.from_crs(4490, epsg, always_xy=True).transform(*place)
    return float(x), float(y)


@pytest.mark.parametrize("epsg", [4526, 4547, 4498, 4509])
def test_every_kind_of_national_zone_is_transformed(tmp_path: Path, epsg: int) -> None:
    place = (114.2, 34.76) if epsg in {4526, 4547} else (116.3, 34.76)
    path = put(tmp_path, shapefile_zip([projected(epsg, place)], crs=f"EPSG:{epsg}"))
    assert places(path)[0] == pytest.approx(place, abs=METRE / 1000)


@pytest.mark.parametrize("flavour", ["WKT1_ESRI", "WKT1_GDAL", "WKT2_2019"])
def test_all_zones_of_the_list_are_known_in_every_way_they_are_written(flavour: str) -> None:
    read = [stated_by_wkt(CRS.from_epsg(epsg).to_wkt(flavour)) for epsg in ZONES]
    listed = load_code_list("crs").rows
    assert [one.meridian for one in read] == [meridian(e) for e in ZONES]
    assert {str(epsg) for epsg in ZONES} <= set(listed)


def test_the_zone_number_before_an_easting_is_recognised_where_the_statement_forgot_it(tmp_path: Path) -> None:
    x, y = projected(4526)
    path = put(tmp_path, shapefile_zip([(x, y)], crs="EPSG:4547"))
    assert places(path)[0] == pytest.approx(ZHENGZHOU, abs=METRE / 1000)


def test_another_zone_number_than_the_meridian_has_is_refused(tmp_path: Path) -> None:
    x, y = projected(4526)
    with pytest.raises(CoordinateSystemError):
        places(put(tmp_path, shapefile_zip([(x + 1_000_000, y)], crs="EPSG:4547")))


def test_easting_and_northing_exchanged_are_named(tmp_path: Path) -> None:
    x, y = projected(4547)
    with pytest.raises(CoordinateSystemError, match="写反"):
        places(put(tmp_path, shapefile_zip([(y, x)], crs="EPSG:4547")))


def test_degrees_where_metres_are_stated_and_metres_where_degrees_are_stated_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CoordinateSystemError):
        places(put(tmp_path, shapefile_zip([ZHENGZHOU], crs="EPSG:4547")))
    with pytest.raises(CoordinateSystemError):
        places(put(tmp_path, shapefile_zip([projected(4547)], crs="EPSG:4490")))


@pytest.mark.parametrize("epsg", [4214, 4555, 4610, 2433, 21480, 2363, 2343])
def test_beijing_54_and_xian_80_are_refused_in_every_form(epsg: int) -> None:
    for flavour in ("WKT1_ESRI", "WKT1_GDAL", "WKT2_2019"):
        with pytest.raises(CoordinateSystemError):
            stated_by_wkt(CRS.from_epsg(epsg).to_wkt(flavour))
    with pytest.raises(CoordinateSystemError):
        stated_by_word(f"EPSG:{epsg}", "provider")


def test_parameters_inside_a_statement_do_not_open_the_door() -> None:
    bound = CRS.from_proj4("+proj=longlat +ellps=krass +towgs84=15.8,-154.4,-82.3,0,0,0,0 +no_defs")
    with pytest.raises(CoordinateSystemError):
        stated_by_wkt(bound.to_wkt())


def test_a_local_system_on_the_national_datum_is_refused() -> None:
    local = CRS.from_epsg(4547).to_wkt("WKT1_ESRI").replace("114.0", "113.75")
    with pytest.raises(CoordinateSystemError):
        stated_by_wkt(local)


def test_a_name_alone_does_not_make_a_system() -> None:
    dressed = CRS.from_epsg(4214).to_wkt("WKT1_ESRI").replace("Beijing_1954", "China_2000")
    with pytest.raises(CoordinateSystemError):
        stated_by_wkt(dressed)


@pytest.mark.parametrize("text", ["+proj=longlat +nadgrids=/etc/passwd", "EPSG:4490", "", "GEOGCS[", "x" * 100_000])
def test_only_wkt_is_read_as_wkt(text: str) -> None:
    with pytest.raises(CoordinateSystemError):
        stated_by_wkt(text)


@pytest.mark.parametrize("word", ["CGCS2000", "EPSG:4490", "4490", "urn:ogc:def:crs:EPSG::4490"])
def test_the_national_system_has_many_names(word: str) -> None:
    assert stated_by_word(word, "provider").proj == ""


def test_a_file_without_a_statement_needs_one(tmp_path: Path) -> None:
    path = put(tmp_path, shapefile_zip([ZHENGZHOU], crs=None))
    with pytest.raises(CoordinateSystemError, match="没有写明"):
        places(path)
    assert places(path, ReadOptions(crs="EPSG:4490")) == [ZHENGZHOU]


def test_a_declaration_against_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CoordinateSystemError, match="不一致"):
        places(put(tmp_path, shapefile_zip([ZHENGZHOU])), ReadOptions(crs="EPSG:4547"))


def test_an_undefined_system_of_a_geopackage_needs_a_declaration(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "a.gpkg", [shapely.Point(ZHENGZHOU)], srs=-1)
    with pytest.raises(CoordinateSystemError):
        places(path)
    assert places(path, ReadOptions(crs="CGCS2000")) == [ZHENGZHOU]


def test_geojson_is_wgs_84_by_its_standard_and_the_report_says_so(tmp_path: Path) -> None:
    path = put(tmp_path, collection([feature(point(*ZHENGZHOU), a=1)]))
    with open_table(path) as table:
        facts = table.facts()
    assert facts.crs.startswith("WGS-84")
    assert [note.kind for note in facts.notes] == ["crs", "crs_unproven"]


def test_the_old_crs_member_of_geojson_is_honoured(tmp_path: Path) -> None:
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4547"}}
    path = put(tmp_path, collection([feature(point(*projected(4547)))], crs=named))
    assert places(path)[0] == pytest.approx(ZHENGZHOU, abs=METRE / 1000)


@pytest.mark.parametrize(
    "name", ["站点_gcj02.geojson", "高德站点.geojson", "bd09.zip", "百度导出.json", "火星坐标.shp"]
)
def test_a_name_of_a_web_map_refuses_the_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(OffsetCoordinatesError):
        places(put(tmp_path, collection([feature(point(*ZHENGZHOU))])), ReadOptions(name=name))


def test_a_declared_offset_system_is_refused_wherever_it_is_declared(tmp_path: Path) -> None:
    named = {"type": "name", "properties": {"name": "GCJ-02"}}
    with pytest.raises(OffsetCoordinatesError):
        places(put(tmp_path, collection([feature(point(*ZHENGZHOU))], crs=named)))
    with pytest.raises(OffsetCoordinatesError):
        places(put(tmp_path, collection([feature(point(*ZHENGZHOU))])), ReadOptions(crs="BD-09"))


def test_a_column_named_after_a_web_map_needs_a_declaration(tmp_path: Path) -> None:
    path = put(tmp_path, collection([feature(point(*ZHENGZHOU), 高德编号="B1")]))
    with pytest.raises(OffsetCoordinatesError):
        places(path)
    with open_table(path, ReadOptions(crs="EPSG:4490")) as table:
        assert "crs_named" in {note.kind for note in table.facts().notes}


def test_two_columns_of_a_table_become_points(tmp_path: Path) -> None:
    path = put(tmp_path, "名称,lon,lat\n一,113.65,34.76\n二,,\n三,x,34\n".encode())
    with open_table(path, ReadOptions(point="lon,lat,EPSG:4490")) as table:
        texts = pl.concat(list(table.chunks()))["c3"].to_list()
    assert shapely.from_wkb(texts[0]).equals(shapely.Point(ZHENGZHOU))
    assert texts[1:] == ["", "!unreadable"]


def test_two_columns_of_metres_become_points(tmp_path: Path) -> None:
    x, y = projected(4547)
    path = put(tmp_path, f"名称,东坐标,北坐标\n一,{x!r},{y!r}\n".encode())
    with open_table(path, ReadOptions(point="B,C,EPSG:4547")) as table:
        text = pl.concat(list(table.chunks()))["c3"][0]
    made = shapely.from_wkb(text)
    assert (made.x, made.y) == pytest.approx(ZHENGZHOU, abs=METRE / 1000)


@pytest.mark.parametrize("point_option", ["lon,lat", "lon,nothing,4490", ",,", "lon,lat,4490,1"])
def test_a_point_option_that_is_not_right_is_named(tmp_path: Path, point_option: str) -> None:
    path = put(tmp_path, b"lon,lat\n113,34\n")
    with pytest.raises(ReadOptionError):
        open_table(path, ReadOptions(point=point_option))


def test_columns_named_gcj_02_are_no_points_whatever_is_declared(tmp_path: Path) -> None:
    path = put(tmp_path, b"lng_gcj02,lat_gcj02,lon_wgs84,lat_wgs84\n113.656,34.759,113.65,34.76\n")
    with pytest.raises(OffsetCoordinatesError):
        open_table(path, ReadOptions(point="lng_gcj02,lat_gcj02,EPSG:4490"))
    open_table(path, ReadOptions(name="a_gcj02.csv", point="lon_wgs84,lat_wgs84,WGS-84")).close()
