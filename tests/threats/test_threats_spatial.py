"""Attacks by files of shapes: threats 29 and 30. Databases that run things, counts that lie, nests without end."""

from __future__ import annotations

import struct
import tracemalloc
from typing import TYPE_CHECKING

import polars as pl
import pytest
import shapely

from connectors.files.errors import FileError, LayerError
from connectors.files.reader import open_table
from connectors.port import ReadOptions
from tests.support.spatial import ZHENGZHOU, collection, feature, geopackage, point, shapefile_zip

if TYPE_CHECKING:
    from pathlib import Path

MIB = 1024 * 1024
LAYER = "INSERT INTO gpkg_contents (table_name, data_type) VALUES ('x', 'features');"
LAYER += "INSERT INTO gpkg_geometry_columns VALUES ('x', 'geom', 'POINT', 4490, 0, 0);"
PLACE = [shapely.Point(ZHENGZHOU)]


def read(path: Path, **options: str) -> pl.DataFrame:
    with open_table(path, ReadOptions(**options)) as table:  # type: ignore[arg-type]
        return pl.concat(list(table.chunks()))


def put(folder: Path, body: bytes) -> Path:
    path = folder / "data"
    path.write_bytes(body)
    return path


@pytest.mark.parametrize(
    "made",
    [
        'CREATE VIEW x AS SELECT 1 AS fid, geom FROM "站点";',
        "CREATE VIEW x AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n AS geom FROM r;",
        "CREATE VIEW x AS SELECT load_extension('/tmp/x') AS geom;",
        "CREATE TABLE x (fid INTEGER PRIMARY KEY, geom BLOB AS (zeroblob(1000000000)) VIRTUAL);",
        "CREATE VIRTUAL TABLE x USING fts5(geom);",
    ],
)
def test_a_layer_that_runs_something_is_never_read(tmp_path: Path, made: str) -> None:
    path = geopackage(tmp_path / "a.gpkg", PLACE, more=made + LAYER)
    with pytest.raises(LayerError):
        read(path, sheet="x")


def test_views_in_the_place_of_the_standard_tables_are_not_obeyed(tmp_path: Path) -> None:
    more = """ALTER TABLE gpkg_geometry_columns RENAME TO g;
        CREATE VIEW gpkg_geometry_columns AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r)
        SELECT '站点' AS table_name, 'geom' AS column_name, '' AS geometry_type_name, n AS srs_id, 0 AS z, 0 AS m
        FROM r;"""
    with pytest.raises(FileError):
        read(geopackage(tmp_path / "a.gpkg", PLACE, more=more))


def test_triggers_of_a_file_do_not_fire_and_the_file_is_not_changed(tmp_path: Path) -> None:
    more = 'CREATE TABLE t (n); CREATE TRIGGER x AFTER INSERT ON "站点" BEGIN INSERT INTO t VALUES (1); END;'
    path = geopackage(tmp_path / "a.gpkg", PLACE, more=more)
    before = path.read_bytes()
    assert read(path).height == 1
    assert path.read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.gpkg"]


@pytest.mark.parametrize("name", ['"; DROP TABLE x; --', "a'b", "a\nb", "x" * 500])
def test_names_of_layers_and_columns_are_only_names(tmp_path: Path, name: str) -> None:
    quoted, text = '"' + name.replace('"', '""') + '"', "'" + name.replace("'", "''") + "'"
    more = f"CREATE TABLE {quoted} (geom BLOB, {quoted} TEXT); " + LAYER.replace("'x'", text)
    more += f'INSERT INTO {quoted} SELECT geom, 1 FROM "站点";'
    assert read(geopackage(tmp_path / "a.gpkg", PLACE, more=more), sheet=name).height == 1


@pytest.mark.parametrize("cut", [100, 4096, 9000])
def test_a_cut_database_is_refused(tmp_path: Path, cut: int) -> None:
    path = geopackage(tmp_path / "a.gpkg", PLACE)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(FileError):
        read(path)


def test_counts_in_a_shape_that_lie_cost_nothing(tmp_path: Path) -> None:
    head = struct.pack("<2sBBi", b"GP", 0, 1, 4490)
    lies = [head + b"\x01" + struct.pack("<II", kind, 0xFFFFFFF0) + b"\x00" * 8 for kind in (2, 3, 4, 5, 6, 7)]
    lies += [head + b"\x01" + struct.pack("<II", 7, 1) * 2_000, head + b"\x02", b"GP", b""]
    values = ", ".join(f"(X'{one.hex()}')" for one in lies)
    path = geopackage(tmp_path / "a.gpkg", [], more=f'INSERT INTO "站点" (geom) VALUES {values};')
    tracemalloc.start()
    frame = read(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert set(frame["c2"]) <= {"!unreadable", "!ring"}
    assert peak < 50 * MIB


def shp(kind: int, content: bytes, length: int | None = None) -> bytes:
    """Return a main file with one record."""
    words = len(content) // 2 if length is None else length
    head = struct.pack(">7i", 9994, 0, 0, 0, 0, 0, (100 + 8 + len(content)) // 2) + struct.pack(
        "<2i8d", 1000, kind, *[0] * 8
    )
    return head + struct.pack(">2i", 1, words) + content


@pytest.mark.parametrize(
    "body",
    [
        shp(1, b"\x01\x00\x00\x00" + b"\x00" * 16, length=2**30),
        shp(1, b"\x01\x00\x00\x00" + b"\x00" * 16, length=-5),
        shp(1, b"\x01\x00\x00\x00" + b"\x00" * 16, length=0),
        shp(31, b"\x1f\x00\x00\x00" + b"\x00" * 16),
        shp(1, b"")[:104],
        b"\x00\x00\x27\x0a" + b"\xff" * 40,
    ],
)
def test_a_shapefile_whose_lengths_lie_is_refused(tmp_path: Path, body: bytes) -> None:
    with pytest.raises(FileError):
        read(put(tmp_path, shapefile_zip([ZHENGZHOU], change={"shp": body})))


@pytest.mark.parametrize(
    ("parts", "count", "starts"),
    [
        (1, 2**31 - 1, [0]),
        (2**31 - 1, 4, [0]),
        (-1, 4, []),
        (1, -1, [0]),
        (2, 4, [0, 9]),
        (2, 4, [0, 0]),
        (2, 4, [3, 1]),
        (0, 0, []),
    ],
)
def test_a_record_whose_counts_lie_is_one_faulty_row(tmp_path: Path, parts: int, count: int, starts: list[int]) -> None:
    content = (
        struct.pack("<i4d2i", 5, 0, 0, 0, 0, parts, count) + struct.pack(f"<{len(starts)}i", *starts) + b"\x00" * 64
    )
    frame = read(put(tmp_path, shapefile_zip([ZHENGZHOU], change={"shp": shp(5, content)})))
    assert frame["c3"].to_list() == ["!unreadable"]


@pytest.mark.parametrize(
    ("at", "value"), [(4, b"\xff\xff\xff\x7f"), (8, b"\xff\xff"), (10, b"\x01\x00"), (8, b"\x00\x00")]
)
def test_an_attribute_table_whose_numbers_lie_is_refused(tmp_path: Path, at: int, value: bytes) -> None:
    import io
    import zipfile

    table = bytearray(zipfile.ZipFile(io.BytesIO(shapefile_zip([ZHENGZHOU]))).read("站点.dbf"))
    table[at : at + len(value)] = value
    with pytest.raises(FileError):
        read(put(tmp_path, shapefile_zip([ZHENGZHOU], change={"dbf": bytes(table)})))


@pytest.mark.parametrize("statement", [b"\xff" * 300, b"GEOGCS[" * 2_000, b"PROJCS[" + b"[" * 9_000, b"\x00" * 50_000])
def test_a_projection_that_is_nonsense_is_refused(tmp_path: Path, statement: bytes) -> None:
    with pytest.raises(FileError):
        read(put(tmp_path, shapefile_zip([ZHENGZHOU], change={"prj": statement})))


@pytest.mark.parametrize(
    "inner",
    [
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"[" * 1_000_000 + b"]" * 1_000_000,
        b'{"type":"GeometryCollection","geometries":[' * 20_000 + b"]}" * 20_000,
    ],
)
def test_a_deep_nest_is_refused_at_no_cost(tmp_path: Path, inner: bytes) -> None:
    body = b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":' + inner + b"}]}"
    with pytest.raises(FileError):
        read(put(tmp_path, body))


def test_a_nest_a_parser_bears_is_one_faulty_row_at_most(tmp_path: Path) -> None:
    nest: dict[str, object] = point(*ZHENGZHOU)
    for _ in range(300):
        nest = {"type": "GeometryCollection", "geometries": [nest]}
    try:
        frame = read(put(tmp_path, collection([feature(nest)])))
    except FileError:
        return
    assert frame.height == 1


def test_one_feature_without_end_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "data"
    with path.open("wb") as file:
        file.write(b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":"')
        for _ in range(60):
            file.write(b"x" * MIB)
    tracemalloc.start()
    with pytest.raises(FileError):
        read(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200 * MIB
