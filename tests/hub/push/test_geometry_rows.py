"""Shapes pushed over HTTP, stored, asked for by box, given as GeoJSON and CSV, and kept from who may not have them."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from catalogue.coordinates import gcj02_shift
from catalogue.entry import PushMode
from catalogue.item import DataType, Item
from hub.client import HubProblemError
from hub.context import utc_now
from hub.settings import Settings
from policies.facts import Sensitivity
from policies.workdays import local_day
from tests.conftest import lent_database
from tests.real.describing import real_entries
from tests.real.office import Office, open_office
from tests.support.acts import problem_of
from tests.support.spatial import collection, feature, point, shapefile_zip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from catalogue.entry import Entry
    from tests.conftest import Server

NAME = "zhandian-weizhi"
HIDDEN = "zhandian-neibu"
STATIONS = {f"S{number:02}": (113.0 + number / 10, 34.5 + number / 20) for number in range(20)}


def entry(name: str, **shape: Any) -> Entry:
    """Return an entry of stations: code, name, place."""
    model = next(one.entry for one in real_entries(local_day(utc_now())) if one.name == "diming")
    items = (
        Item("编码", "bianma", DataType.TEXT, 10, required=True, sensitivity=Sensitivity.PUB),
        Item("名称", "mingcheng", DataType.TEXT, 40, sensitivity=Sensitivity.PUB),
        Item("位置", "weizhi", DataType.GENERAL, check="geometry_point", **{"sensitivity": Sensitivity.PUB, **shape}),
    )
    return replace(model, name=name, title=f"示例站点（{name}）", items=items, keys=("bianma",), grade="G2")


def stations(places: dict[str, tuple[float, float]]) -> bytes:
    return collection(feature(point(*place), 编码=code, 名称=f"站{code}") for code, place in places.items())


def push(office: Office, folder: Path, body: bytes, entry_name: str = NAME, **options: Any) -> dict[str, Any]:
    path = folder / "stations.geojson"
    path.write_bytes(body)
    return dict(office.push(entry_name, path, {"mode": PushMode.UPSERT.value, **options}))


def rows(office: Office, **parameters: Any) -> dict[str, Any]:
    return dict(office.clerk.call("GET", f"/api/v1/datasets/{NAME}/rows", params=parameters))


@pytest.fixture(scope="module")
def office(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Lend a city with two entries of stations pushed, one of which keeps its places back."""
    with lent_database(server, template) as database:
        folder = tmp_path_factory.mktemp("spatial")
        with open_office(database, Settings(data_dir=folder / "data", demo=True)) as found:
            found.publish(entry(NAME))
            found.publish(entry(HIDDEN, excluded_from_opening=True))
            push(found, folder, stations(STATIONS))
            push(found, folder, stations(STATIONS), HIDDEN)
            yield found


def test_the_report_says_which_system_the_file_was_in_and_what_cannot_be_told(office: Office, tmp_path: Path) -> None:
    report = push(office, tmp_path, stations(STATIONS))
    kinds = {note["kind"] for note in report["file"]["notes"]}
    assert report["file"]["crs"].startswith("WGS-84")
    assert kinds >= {"crs", "crs_unproven"}
    assert any("无法判断" in line for line in report["summary"])


def test_the_same_file_again_changes_nothing(office: Office, tmp_path: Path) -> None:
    counts = push(office, tmp_path, stations(STATIONS) + b"\n")["counts"]
    assert (counts["unchanged"], counts["changed"]) == (len(STATIONS), 0)


def test_a_row_shows_its_place_as_geojson(office: Office) -> None:
    found = rows(office, bianma="S03")["rows"]
    assert found[0]["weizhi"] == point(*STATIONS["S03"])


def test_rows_are_found_by_box(office: Office) -> None:
    found = rows(office, bbox="113.25,34.5,113.65,34.9", items="bianma")
    inside = [code for code, (x, y) in STATIONS.items() if 113.25 <= x <= 113.65 and 34.5 <= y <= 34.9]
    assert [row["bianma"] for row in found["rows"]] == inside


def test_a_box_and_another_condition_hold_together(office: Office) -> None:
    found = rows(office, bbox="113,34,115,36", bianma__ge="S18")
    assert (found["total"], {row["bianma"] for row in found["rows"]}) == (2, {"S18", "S19"})


@pytest.mark.parametrize("box", ["1,2,3", "a,b,c,d", "115,34,113,36", "nan,1,2,3", "", "1,2,3,4,5"])
def test_a_box_that_is_none_is_named(office: Office, box: str) -> None:
    assert problem_of(lambda: rows(office, bbox=box)).problem["type"] == "/problems/operand"


@pytest.mark.parametrize(
    "asked", [{"order": "weizhi"}, {"weizhi": "1"}, {"weizhi__contains": "1"}, {"mingcheng__bbox": "1,2,3,4"}]
)
def test_shapes_are_compared_by_box_alone(office: Office, asked: dict[str, str]) -> None:
    assert problem_of(lambda: rows(office, **asked)).problem["type"] == "/problems/query"


def test_a_page_as_geojson_says_all_that_a_page_says(office: Office) -> None:
    answer = office.clerk.raw(
        "GET", f"/api/v1/datasets/{NAME}/rows", params={"format": "geojson", "limit": 2, "items": "bianma,weizhi"}
    )
    found = answer.json()
    assert answer.headers["content-type"].startswith("application/geo+json")
    assert (found["type"], found["numberMatched"], found["numberReturned"], found["version"] > 0) == (
        "FeatureCollection",
        len(STATIONS),
        2,
        True,
    )
    assert found["features"][0] == {
        "type": "Feature",
        "geometry": point(*STATIONS["S00"]),
        "properties": {"bianma": "S00"},
    }
    assert found["next"] is not None


def test_the_whole_comes_as_geojson_and_as_csv_with_wkt(office: Office) -> None:
    path = f"/api/v1/datasets/{NAME}/download"
    features = office.clerk.raw("GET", path, params={"format": "geojson"}).json()["features"]
    text = office.clerk.raw("GET", path, params={"format": "csv"}).content.decode("utf-8-sig")
    table = {row["bianma"]: row["weizhi"] for row in csv.DictReader(io.StringIO(text))}
    assert {one["properties"]["bianma"]: tuple(one["geometry"]["coordinates"]) for one in features} == STATIONS
    assert table["S01"] == f"POINT ({STATIONS['S01'][0]} {STATIONS['S01'][1]})"


def test_what_was_given_as_geojson_can_be_pushed_back_as_it_is(office: Office, tmp_path: Path) -> None:
    body = office.clerk.raw("GET", f"/api/v1/datasets/{NAME}/download", params={"format": "geojson"}).content
    counts = push(office, tmp_path, body)["counts"]
    assert (counts["unchanged"], counts["rejected"]) == (len(STATIONS), 0)


def test_geojson_without_a_shape_is_refused_with_the_reason(office: Office) -> None:
    problem = problem_of(lambda: rows(office, format="geojson", items="bianma")).problem
    assert problem["position"] == "format"


def test_a_place_that_is_kept_back_is_in_no_answer_and_no_condition(office: Office) -> None:
    path = f"/api/v1/datasets/{HIDDEN}/rows"
    shown = office.clerk.call("GET", path, params={"limit": 1})
    boxed = problem_of(lambda: office.clerk.call("GET", path, params={"bbox": "113,34,114,35"})).problem
    named = problem_of(lambda: office.clerk.call("GET", path, params={"weizhi__bbox": "113,34,114,35"})).problem
    absent = problem_of(lambda: office.clerk.call("GET", path, params={"nothing__bbox": "113,34,114,35"})).problem
    assert "weizhi" not in shown["rows"][0]
    assert {boxed["type"], named["type"]} == {absent["type"]}


def test_faulty_shapes_are_given_back_with_their_rules(office: Office, tmp_path: Path) -> None:
    places = {"T1": (34.76, 113.65), "T2": (200.0, 34.0), "T3": (113.1, 34.1)}
    report = push(office, tmp_path, stations(places))
    assert {one["rule"]: one["rows"] for one in report["rules"]} == {"R94": 1, "R93": 1}
    assert "113.65" not in str(report["faults"])


def test_a_push_that_moves_the_places_as_gcj_02_does_is_refused_whole(office: Office, tmp_path: Path) -> None:
    before = rows(office, items="bianma,weizhi", limit=100)
    codes, known = list(STATIONS), np.array(list(STATIONS.values()))
    east, north = gcj02_shift(known[:, 0], known[:, 1])
    moved = {
        code: (float(x), float(y)) for code, x, y in zip(codes, known[:, 0] + east, known[:, 1] + north, strict=True)
    }
    with pytest.raises(HubProblemError) as refused:
        push(office, tmp_path, stations(moved))
    assert refused.value.problem["type"] == "/problems/coordinate-shift"
    assert rows(office, items="bianma,weizhi", limit=100)["rows"] == before["rows"]


def test_a_shapefile_of_metres_and_a_table_with_two_columns_give_the_same_place(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(shapefile_zip([(500_000.0, 3_848_000.0)], crs="EPSG:4547"))
    office.push(NAME, path, {"mode": "upsert", "rename": ["riqi=编码"], "ignore": ["jiage"]})
    table = tmp_path / "a.csv"
    table.write_text("编码,名称,东,北\nC1,甲,500000,3848000\n", "utf-8")
    options = {"mode": "upsert", "point": "东,北,EPSG:4547", "ignore": ["东", "北"]}
    office.push(NAME, table, options)
    found = rows(office, bianma=["2026-08-21", "C1"])["rows"]
    assert found[0]["weizhi"] == found[1]["weizhi"]


def test_an_earlier_version_is_asked_for_by_box_too(office: Office) -> None:
    found = rows(office, as_of=1, bbox="113.05,34.5,113.15,34.6", items="bianma")
    assert [row["bianma"] for row in found["rows"]] == ["S01"]
