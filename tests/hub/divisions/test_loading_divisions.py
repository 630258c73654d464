"""Lists and boundaries are loaded whole or not at all, and what is shifted or not reviewed does not get through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from catalogue.coordinates import bd09_shift, gcj02_shift
from catalogue.divisions_lists import DivisionListError
from hub.identity.facts import CONSOLE
from hub.registers.divisions import loading, shapes_store, store
from hub.registers.divisions.errors import BoundaryError, OffsetBoundaryError
from hub.registers.divisions.loading import GivenFile, Loaded
from hub.registers.divisions.shapes import BoundariesLoaded, BoundaryFile, load_boundaries
from tests.hub.divisions.conftest import DRAWN, LATER, REVISIONS, squares

if TYPE_CHECKING:
    from tests.support.hosted import HostedCity

PLACE = (113.5, 34.8)


def shift_of(system: str) -> tuple[float, float]:
    at = np.array([PLACE[0] + 0.05]), np.array([PLACE[1] + 0.05])
    east, north = (gcj02_shift if system == "GCJ-02" else bd09_shift)(*at)
    return float(east[0]), float(north[0])


def load(city: HostedCity, *files: tuple[str, str]) -> Loaded:
    given = [GivenFile(name, text.encode()) for name, text in files]
    with city.services.database.begin() as unit:
        return loading.load(city.services.context, unit, CONSOLE.id, given)


def draw(city: HostedCity, name: str, data: bytes, crs: str | None = "EPSG:4490") -> BoundariesLoaded:
    with city.services.database.begin() as unit:
        return load_boundaries(city.services.context, unit, CONSOLE.id, BoundaryFile(name, data, DRAWN, crs))


def state(city: HostedCity) -> tuple[object, ...]:
    with city.services.database.begin() as unit:
        return store.version(unit), store.counts(unit), shapes_store.counts(unit)


def test_a_list_loaded_twice_is_loaded_once(city: HostedCity) -> None:
    before = state(city)
    assert load(city, ("again.csv", REVISIONS)).already == ("again.csv",)
    assert state(city) == before


def test_one_wrong_file_of_several_changes_nothing(city: HostedCity) -> None:
    before = state(city)
    with pytest.raises(DivisionListError):
        load(city, ("new.csv", LATER.replace("示例新区", "别的区")), ("wrong.csv", "code,name\n41,\n"))
    assert state(city) == before


def test_a_load_leaves_a_receipt(city: HostedCity) -> None:
    receipts = _receipts(city)
    load(city, ("again.csv", REVISIONS))
    assert _receipts(city) == receipts + 1


def _receipts(city: HostedCity) -> int:
    with city.services.database.begin() as unit:
        return int(unit.connection.exec_driver_sql("SELECT count(*) FROM hub.receipt").scalar_one())


def test_a_list_can_be_taken_out_again(city: HostedCity) -> None:
    before = state(city)[1]
    load(city, ("more.csv", "code,name,valid_from\n410198,示例试验区,2020-01-01\n"))
    with city.services.database.begin() as unit:
        number = store.list_heads(unit)[-1].id
        after = loading.remove(city.services.context, unit, CONSOLE.id, number)
    assert dict(after) == before


def test_a_number_of_no_list_is_refused(city: HostedCity) -> None:
    with pytest.raises(loading.DivisionLoadError), city.services.database.begin() as unit:
        loading.remove(city.services.context, unit, CONSOLE.id, 10_000)


@pytest.mark.parametrize("name", ["界线_gcj02.geojson", "高德边界.geojson", "map_bd09.geojson"])
def test_a_file_named_after_a_system_of_web_maps_is_refused(city: HostedCity, name: str) -> None:
    with pytest.raises(OffsetBoundaryError):
        draw(city, name, squares(c410105=(113.7, 34.8)))


@pytest.mark.parametrize("system", ["GCJ-02", "BD-09"])
def test_a_shifted_boundary_is_told_from_the_known_one_whatever_its_name_says(city: HostedCity, system: str) -> None:
    before = state(city)
    with pytest.raises(OffsetBoundaryError) as caught:
        draw(city, "cgcs2000.geojson", squares(shift_of(system), c410108=PLACE))
    assert caught.value.facts["crs"] == system
    assert state(city) == before


def test_the_same_boundary_drawn_anew_is_taken(city: HostedCity) -> None:
    found = draw(city, "b.geojson", squares((0.0003, -0.0002), c410105=(113.7, 34.8))).comparison
    assert found is not None
    assert (found.pairs, found.system) == (1, None)


def test_properties_of_a_web_maps_boundary_files_betray_it(city: HostedCity) -> None:
    data = squares(c410105=(113.7, 34.8)).replace(b'"code"', b'"acroutes": [100000], "adcode"')
    with pytest.raises(OffsetBoundaryError):
        draw(city, "b.geojson", data)


@pytest.mark.parametrize(
    ("data", "crs"),
    [
        (b"{", "EPSG:4490"),
        (b'{"type": "FeatureCollection", "features": []}', "EPSG:4490"),
        (squares(c410105=(113.7, 34.8)), None),
        (squares(c410105=(113.7, 34.8)), "EPSG:4547"),
        (squares(c410105=(34.8, 113.7)), "EPSG:4490"),
        (squares(c410199=(113.7, 34.8)), "EPSG:4490"),
        (squares(cabc=(113.7, 34.8)), "EPSG:4490"),
        (squares(c410105=(113.7, 34.8)).replace(b"Polygon", b"LineString"), "EPSG:4490"),
        (squares(c410105=(113.7, 34.8)).replace(b'"geometry": {', b'"geometry": null, "x": {'), "EPSG:4490"),
    ],
)
def test_a_file_of_boundaries_with_a_fault_is_refused_whole(city: HostedCity, data: bytes, crs: str | None) -> None:
    before = state(city)
    with pytest.raises(BoundaryError):
        draw(city, "b.geojson", data, crs)
    assert state(city) == before


def test_a_review_number_that_is_none_is_refused(city: HostedCity) -> None:
    given = BoundaryFile("b.geojson", squares(c410105=(113.7, 34.8)), DRAWN, "EPSG:4490", "没有")
    with pytest.raises(BoundaryError), city.services.database.begin() as unit:
        load_boundaries(city.services.context, unit, CONSOLE.id, given)


def test_the_area_of_a_square_is_that_on_the_ellipsoid(city: HostedCity) -> None:
    with city.services.database.begin() as unit:
        found = shapes_store.latest(unit, ["410108"], None)["410108"].area_m2
    # One degree of longitude at 34.85° is 91,450 m, one of latitude 110,950 m.
    assert found == pytest.approx(9_145.0 * 11_095.0, rel=2e-3)
