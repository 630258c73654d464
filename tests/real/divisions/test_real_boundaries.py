"""Real boundaries of both cities: those in CGCS2000 are loaded, those in GCJ-02 are not, whatever they are called."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from catalogue.coordinates import Offset, metres, shifted_system
from hub.identity.facts import CONSOLE
from hub.registers.divisions.drawing import read_boundaries
from hub.registers.divisions.errors import OffsetBoundaryError
from hub.registers.divisions.loading import GivenFile, load
from hub.registers.divisions.outlines import compare
from hub.registers.divisions.shapes import BoundaryFile, divisions_at, load_boundaries
from tests.conftest import lent_database
from tests.real.divisions.conftest import REVISIONS, given

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.context import Context
    from hub.database import Database
    from tests.conftest import Server

DAY = date(2015, 12, 31)
CITIES = {"zhengzhou_districts": 12, "jilin_city_districts": 9}


def boundary(name: str, data: bytes, crs: str = "EPSG:4490") -> BoundaryFile:
    return BoundaryFile(name, data, DAY, crs)


def disguised(data: bytes) -> bytes:
    """Return boundaries with nothing but codes and shapes, so that only their place can betray them."""
    document: dict[str, Any] = json.loads(data.decode("utf-8-sig"))
    for feature in document["features"]:
        about = feature["properties"]
        feature["properties"] = {"code": str(about.get("adcode", about.get("id"))).ljust(6, "0")}
    return json.dumps({"type": "FeatureCollection", "features": document["features"]}).encode()


@pytest.fixture(scope="module")
def loaded(server: Server, template: str, receipts: Context) -> Iterator[Database]:
    """Give a database with the revisions and the boundaries of both cities."""
    with lent_database(server, template) as database:
        with database.begin() as unit:
            load(receipts, unit, CONSOLE.id, [GivenFile(REVISIONS, given(REVISIONS))])
        for name, count in CITIES.items():
            file = f"boundary_{name}_wgs84_2015.geojson"
            with database.begin() as unit:
                found = load_boundaries(receipts, unit, CONSOLE.id, boundary(file, given(file)))
            assert (len(found.codes), found.renamed) == (count, ())
        yield database


def refused(database: Database, receipts: Context, name: str, data: bytes) -> OffsetBoundaryError:
    with pytest.raises(OffsetBoundaryError) as caught, database.begin() as unit:
        load_boundaries(receipts, unit, CONSOLE.id, boundary(name, data))
    return caught.value


@pytest.mark.parametrize("city", CITIES)
def test_a_gcj02_file_is_refused_by_its_name(loaded: Database, receipts: Context, city: str) -> None:
    name = f"boundary_{city}_gcj02.geojson"
    assert refused(loaded, receipts, name, given(name)).facts["crs"] == "GCJ-02"


@pytest.mark.parametrize("city", CITIES)
def test_a_gcj02_file_is_refused_by_the_properties_of_a_web_maps_files(
    loaded: Database, receipts: Context, city: str
) -> None:
    data = given(f"boundary_{city}_gcj02.geojson")
    assert "属性" in refused(loaded, receipts, "boundary.geojson", data).zh


@pytest.mark.parametrize("city", CITIES)
def test_a_gcj02_file_is_refused_by_its_place_alone(loaded: Database, receipts: Context, city: str) -> None:
    data = disguised(given(f"boundary_{city}_gcj02.geojson"))
    assert "整体偏移" in refused(loaded, receipts, "cgcs2000.geojson", data).zh


def test_the_shift_found_is_the_one_gcj02_predicts_there() -> None:
    """About 571 m in Zhengzhou (557 east, 125 south) and 521 m in Jilin City (457 east, 250 north)."""
    expected = {"zhengzhou_districts": (557, -125), "jilin_city_districts": (457, 250)}
    for city, (east, north) in expected.items():
        known, _ = read_boundaries("a", disguised(given(f"boundary_{city}_wgs84_2015.geojson")), "EPSG:4490")
        shifted, _ = read_boundaries("b", disguised(given(f"boundary_{city}_gcj02.geojson")), "EPSG:4490")
        shapes = {one.code: one.shape for one in known}
        found = compare([(shapes[one.code], one.shape) for one in shifted])
        assert found is not None
        assert np.hypot(found.east_m - east, found.north_m - north) < 100
        assert found.cover > found.cover_before


@pytest.mark.parametrize("province", ["henan", "jilin"])
def test_a_file_whose_name_says_wgs84_and_whose_place_says_gcj02_is_refused(
    loaded: Database, receipts: Context, province: str
) -> None:
    """The prefecture files of 2015 are called WGS-84; laid on the outline of the two cities' districts they are not."""
    name = f"boundary_{province}_prefectures_wgs84_2015.geojson"
    document = json.loads(given(name).decode("utf-8-sig"))
    ours = [one for one in document["features"] if one["properties"]["id"] in {"4101", "2202"}]
    data = json.dumps({"type": "FeatureCollection", "features": ours}).encode()
    assert refused(loaded, receipts, name, data).facts["crs"] == "GCJ-02"


def test_a_ring_that_touches_itself_is_put_right_and_told() -> None:
    drawn, _ = read_boundaries("a", given("boundary_jilin_city_districts_wgs84_2015.geojson"), "EPSG:4490")
    assert [one.code for one in drawn if one.mended] == ["220283"]
    assert all(one.shape.is_valid for one in drawn)


def test_known_places_lie_in_their_division(loaded: Database) -> None:
    """The seats of two counties, in degrees of CGCS2000 (to some hundred metres)."""
    places = {"410181": (112.98, 34.75), "220282": (126.74, 42.97)}
    with loaded.begin() as unit:
        found = {code: [one.code for one in divisions_at(unit, *place, DAY)] for code, place in places.items()}
    assert found == {code: [code] for code in places}


def bus_stops() -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return each stop of Kunming once: longitude and latitude as given, and as converted by the file's maker."""
    text = given("transit_kunming_bus_stops_gcj02_and_wgs84.csv").decode("utf-8-sig")
    names = ("busstop_Longitude", "busstop_Latitude", "busstop_Longitude84", "busstop_Latitude84")
    rows = {tuple(float(row[name]) for name in names) for row in csv.DictReader(io.StringIO(text))}
    return np.array(sorted(rows))


def test_the_stops_of_kunming_are_told_to_be_gcj02_against_the_same_stops_in_wgs84() -> None:
    stops = bus_stops()
    given_places, true = (stops[:, 0], stops[:, 1]), (stops[:, 2], stops[:, 3])
    assert shifted_system(true, given_places) is Offset.GCJ02
    assert shifted_system(true, true) is None


def test_the_published_approximation_explains_the_stops_to_some_metres() -> None:
    from catalogue.coordinates import gcj02_shift

    stops = bus_stops()
    east, north = gcj02_shift(stops[:, 2], stops[:, 3])
    rest = metres(stops[:, 0] - stops[:, 2] - east, stops[:, 1] - stops[:, 3] - north, stops[:, 3])
    assert float(np.median(rest)) < 5
