"""Files of shapes read as tables: GeoJSON, Shapefile, GeoPackage. Other programs write them here."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
import shapely

from connectors.files.errors import (
    DamagedFileError,
    EmptyFileError,
    FileError,
    FileLimitError,
    LayerError,
)
from connectors.files.reader import open_table
from connectors.port import GEOMETRY, Limits, ReadOptions, TableFacts
from tests.support.spatial import ZHENGZHOU, collection, feature, geopackage, point, shapefile_zip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

GEO = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "geo"
WHERE = point(*ZHENGZHOU)


def read(
    path: Path, options: ReadOptions | None = None, limits: Limits | None = None
) -> tuple[tuple[str, ...], pl.DataFrame, TableFacts]:
    with open_table(path, options, limits) as table:
        frame = pl.concat(list(table.chunks()))
        return table.header, frame, table.facts()


def put(folder: Path, body: bytes, name: str = "data") -> Path:
    path = folder / name
    path.write_bytes(body)
    return path


def shapes(frame: pl.DataFrame, column: int) -> Sequence[BaseGeometry]:
    return [shapely.from_wkb(text) for text in frame[f"c{column}"]]


def test_a_feature_is_a_row_with_its_properties_and_its_shape(tmp_path: Path) -> None:
    body = collection([feature(WHERE, 名称="一站", 数量=3, 价格=1.5, 开放=True, 备注=None, 标签=["a"])])
    header, frame, _ = read(put(tmp_path, body))
    assert header == ("名称", "数量", "价格", "开放", "备注", "标签", GEOMETRY)
    assert frame.row(0)[:6] == ("一站", "3", "1.5", "true", "", '["a"]')
    assert shapes(frame, 6)[0].equals(shapely.Point(ZHENGZHOU))


def test_properties_that_appear_late_are_columns_too(tmp_path: Path) -> None:
    body = collection([feature(WHERE, a=1), feature(WHERE, b=2), feature(None, a=3)])
    header, frame, _ = read(put(tmp_path, body))
    assert header == ("a", "b", GEOMETRY)
    assert frame.select("c0", "c1").rows() == [("1", ""), ("", "2"), ("3", "")]
    assert frame["c2"][2] == ""


def test_every_digit_of_a_position_is_kept(tmp_path: Path) -> None:
    places = [(113.62963100000001, 34.865377), (113 + 1 / 3, 34.1), (1e-9, -0.1)]
    _, frame, _ = read(put(tmp_path, collection(feature(point(*one)) for one in places)))
    assert [(one.x, one.y) for one in shapes(frame, 0)] == places  # type: ignore[attr-defined]


def test_members_before_and_after_the_features_do_not_disturb(tmp_path: Path) -> None:
    inner = {"features": [1, 2], "文": '"features": [ \\" }]'}
    text = json.dumps(inner, ensure_ascii=False)
    one = json.dumps(feature(WHERE, 名="“]}”\\", 二='a"b'), ensure_ascii=False)
    body = f'\ufeff{{"x": {text}, "type": "FeatureCollection", "features" :\n [ {one} ,\n{one}\n], "y": {text} }}\n'
    _, frame, _ = read(put(tmp_path, body.encode()))
    assert frame.select("c0", "c1").rows() == [("“]}”\\", 'a"b')] * 2


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_a_document_cut_into_pieces_anywhere_gives_the_same_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    path = put(tmp_path, collection([feature(WHERE, 名='引"号\\'), feature(None, 名="]}"), feature(WHERE, 名="三")]))
    whole = read(path)[1]
    monkeypatch.setattr("connectors.files.spatial_geojson.PIECE_BYTES", size)
    assert read(path)[1].equals(whole)


def test_a_gzip_file_of_features_is_read(tmp_path: Path) -> None:
    _, frame, facts = read(put(tmp_path, gzip.compress(collection([feature(WHERE, a=1)]))))
    assert (frame.height, facts.format, facts.compression) == (1, "geojson", "gzip")


def test_memory_does_not_grow_with_the_features(tmp_path: Path) -> None:
    one = json.dumps(feature({"type": "LineString", "coordinates": [list(ZHENGZHOU)] * 200}, a=1)).encode()
    path = tmp_path / "large.geojson"
    with path.open("wb") as file:
        file.write(b'{"type":"FeatureCollection","features":[' + one)
        for _ in range(5_000):
            file.write(b"," + one)
        file.write(b"]}")
    with open_table(path) as table:
        heights = [chunk.height for chunk in table.chunks()]
    assert (sum(heights), max(heights) < 3_000) == (5_001, True)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b'{"type":"FeatureCollection","features":[]}', EmptyFileError),
        (
            b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":null}',
            DamagedFileError,
        ),
        (b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},}]}', DamagedFileError),
        (b'{"type":"FeatureCollection","features":[1, 2]}', FileError),
        (b'{"type":"FeatureCollection","features":{"type":"Feature"}}', DamagedFileError),
        (b'{"type":"Feature","properties":{},"geometry":null}', DamagedFileError),
        (b'{"type":"FeatureCollection"', DamagedFileError),
    ],
)
def test_what_is_no_whole_collection_is_refused(tmp_path: Path, body: bytes, error: type[FileError]) -> None:
    with pytest.raises(error):
        read(put(tmp_path, body))


def test_a_shape_that_cannot_be_built_is_handed_on_as_broken(tmp_path: Path) -> None:
    ring = {"type": "Polygon", "coordinates": [[[113, 34], [114, 34], [114, 35]]]}
    odd = {"type": "Point", "coordinates": ["a", None]}
    _, frame, _ = read(put(tmp_path, collection([feature(WHERE), feature(ring), feature(odd), feature({"type": "?"})])))
    assert frame["c0"].to_list()[1:] == ["!ring", "!unreadable", "!unreadable"]


def test_a_shapefile_in_a_zip_is_a_table(tmp_path: Path) -> None:
    header, frame, facts = read(put(tmp_path, shapefile_zip([ZHENGZHOU, (113.5, 34.5)])))
    assert header == ("名称", "jiage", "riqi", GEOMETRY)
    assert frame.row(1)[:3] == ("示例站点1", "2.500", "2026-08-21")
    assert [(one.x, one.y) for one in shapes(frame, 3)] == [ZHENGZHOU, (113.5, 34.5)]  # type: ignore[attr-defined]
    assert (facts.format, facts.encoding, facts.rows) == ("shapefile", "UTF-8", 2)


@pytest.mark.parametrize(("codec", "page"), [("gbk", "936"), ("gbk", "GBK"), ("big5", "950"), ("utf-8", "65001")])
def test_the_code_page_file_says_how_texts_are_written(tmp_path: Path, codec: str, page: str) -> None:
    body = shapefile_zip(
        [ZHENGZHOU], encoding=codec, page=page, names=("名稱" if codec == "big5" else "名称", "高雄市")
    )
    header, frame, _ = read(put(tmp_path, body))
    assert (header[0][0], frame["c0"][0]) == ("名", "高雄市0")


def test_what_the_provider_says_of_the_encoding_goes_before_the_code_page(tmp_path: Path) -> None:
    path = put(tmp_path, shapefile_zip([ZHENGZHOU], encoding="gbk", page="950"))
    assert read(path, ReadOptions(encoding="gb18030"))[1]["c0"][0] == "示例站点0"


def test_without_a_code_page_the_bytes_decide(tmp_path: Path) -> None:
    places = [ZHENGZHOU] * 50
    _, frame, facts = read(put(tmp_path, shapefile_zip(places, encoding="gbk", page=None)))
    assert (frame["c0"][49], facts.encoding) == ("示例站点49", "GB18030")


def test_a_shapefile_without_its_attribute_table_is_refused_by_name(tmp_path: Path) -> None:
    path = put(tmp_path, _only_shp())
    with pytest.raises(DamagedFileError, match=r"\.dbf"):
        read(path)


def _only_shp() -> bytes:
    import io
    import zipfile

    whole = zipfile.ZipFile(io.BytesIO(shapefile_zip([ZHENGZHOU])))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.shp", whole.read("站点.shp"))
    return packed.getvalue()


def test_rings_of_a_shapefile_become_areas_with_their_holes(tmp_path: Path) -> None:
    import io

    import shapefile

    parts = {ending: io.BytesIO() for ending in ("shp", "shx", "dbf")}
    island = [[(0, 0), (0, 9), (9, 9), (9, 0), (0, 0)], [(3, 3), (6, 3), (6, 6), (3, 6), (3, 3)]]
    second = [[(20, 0), (20, 4), (24, 4), (24, 0), (20, 0)], [(21, 1), (22, 1), (22, 2), (21, 2), (21, 1)]]
    with shapefile.Writer(**parts, shapeType=shapefile.POLYGON) as writer:
        writer.field("n", "N", 4)
        for number, rings in enumerate((island, [*island, *second])):
            writer.poly(rings)
            writer.record(number)
    folder = tmp_path
    for ending, part in parts.items():
        put(folder, part.getvalue(), f"a.{ending}")
    _, frame, _ = read(folder / "a.shp", ReadOptions(crs="EPSG:4490"))
    one, two = shapes(frame, 1)
    assert (one.geom_type, one.area, two.geom_type, two.area) == ("Polygon", 72.0, "MultiPolygon", 72.0 + 15.0)


def test_a_layer_of_a_geopackage_is_a_table(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "a.gpkg", [shapely.Point(ZHENGZHOU), shapely.box(113, 34, 114, 35)])
    header, frame, facts = read(path)
    assert (header, facts.sheet, facts.format) == (("名称", "数量", GEOMETRY), "站点", "geopackage")
    assert frame.select("c0", "c1").rows() == [("示例0", "0"), ("示例1", "1")]
    assert shapes(frame, 2)[1].equals(shapely.box(113, 34, 114, 35))


def test_one_of_several_layers_must_be_named(tmp_path: Path) -> None:
    more = """CREATE TABLE "路" (fid INTEGER PRIMARY KEY, geom BLOB);
        INSERT INTO "路" (geom) SELECT geom FROM "站点";
        INSERT INTO gpkg_contents (table_name, data_type) VALUES ('路', 'features');
        INSERT INTO gpkg_geometry_columns VALUES ('路', 'geom', 'POINT', 4490, 0, 0);"""
    path = geopackage(tmp_path / "a.gpkg", [shapely.Point(ZHENGZHOU)], more=more)
    with pytest.raises(LayerError) as refused:
        read(path)
    assert set(refused.value.facts["layers"]) == {"站点", "路"}  # type: ignore[call-overload]
    assert read(path, ReadOptions(sheet="路"))[0] == (GEOMETRY,)


def test_heights_are_left_out_and_said_so(tmp_path: Path) -> None:
    high = {"type": "Point", "coordinates": [*ZHENGZHOU, 110.5]}
    _, frame, facts = read(put(tmp_path, collection([feature(high, a=1), feature(WHERE, a=2)])))
    assert not shapely.has_z(shapes(frame, 1)).any()
    assert [note.count for note in facts.notes if note.kind == "heights_dropped"] == [1]


def test_a_collection_of_too_many_names_is_refused(tmp_path: Path) -> None:
    body = collection([feature(WHERE, **{f"k{number}": 1}) for number in range(50)])
    with pytest.raises(FileLimitError):
        read(put(tmp_path, body), limits=Limits(columns=20))


@pytest.mark.skipif(not GEO.is_dir(), reason="the folder with real files is not beside the project")
@pytest.mark.parametrize("name", ["natural_lakes_east_asia_wgs84.geojson", "places_china_wgs84.geojson"])
def test_a_real_file_gives_the_shapes_another_reader_finds(name: str) -> None:
    header, frame, _ = read(GEO / name, ReadOptions(name=name))
    theirs = [one["geometry"] for one in json.loads((GEO / name).read_text("utf-8-sig"))["features"]]
    expected = shapely.from_geojson(np.array([json.dumps(one) for one in theirs]))
    ours = np.array(shapes(frame, len(header) - 1))
    assert shapely.equals_exact(ours, expected).all()
