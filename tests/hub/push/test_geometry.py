"""One column of shapes against its item: what is stored, and each fault named by its own rule."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import shapely
from numpy.typing import NDArray

from catalogue.coordinates import Offset, bd09_shift, gcj02_shift, offset_named, shifted_system
from catalogue.item import DataType, Item
from catalogue.shapes import SHAPE_CHECKS
from hub.push import rules_of_shapes as rules
from hub.push.geometry import check_geometry
from hub.push.rules import COERCIONS, RULES
from hub.rows.shapes import centre_of, geojson_of, wkb_of, wkt_of
from policies.facts import Sensitivity

Degrees = NDArray[np.float64]
BOW = "POLYGON ((113 34, 114 35, 114 34, 113 35, 113 34))"


def item(check: str = "geometry", sensitivity: Sensitivity = Sensitivity.PUB) -> Item:
    return Item("位置", "weizhi", DataType.GENERAL, check=check, sensitivity=sensitivity)


def ewkb(wkt: str, srid: int = 4490) -> str:
    return str(shapely.to_wkb(shapely.set_srid(shapely.from_wkt(wkt), srid), hex=True, include_srid=True))


def rule_of(text: str, check: str = "geometry") -> int | None:
    found = check_geometry(pl.Series([text]), item(check)).rules[0]
    return None if found is None else int(found)


def stored(text: str) -> bytes:
    written = check_geometry(pl.Series([text]), item()).typed[0]
    return bytes.fromhex(str(written)[2:])


@pytest.mark.parametrize(
    "wkt",
    [
        "POINT (113.33333333333333 34.865377)",
        "MULTIPOINT ((113 34), (114 35))",
        "LINESTRING (113 34, 114 35)",
        "POLYGON ((113 34, 114 34, 114 35, 113 34))",
        "MULTIPOLYGON (((113 34, 114 34, 114 35, 113 34)))",
    ],
)
def test_a_shape_is_stored_and_read_back_to_the_last_digit(wkt: str) -> None:
    value = stored(ewkb(wkt))
    assert (wkt_of(value), value[:2], int.from_bytes(value[4:8], "little")) == (wkt, b"GP", 4490)
    assert shapely.equals_exact(shapely.from_geojson(geojson_of(value)), shapely.from_wkb(wkb_of(value)))


def test_a_blank_stays_blank() -> None:
    checked = check_geometry(pl.Series(["", "  "]), item())
    assert (checked.typed.null_count(), checked.rules.null_count()) == (2, 2)


def test_the_middle_of_a_stored_shape_is_told_from_its_head() -> None:
    places = [centre_of(stored(ewkb(wkt))) for wkt in ("POINT (113 34)", "LINESTRING (113 34, 115 36)")]
    assert places == [(113.0, 34.0), (114.0, 35.0)]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("郑州", rules.UNREADABLE),
        ("0101", rules.UNREADABLE),
        ("!unreadable", rules.UNREADABLE),
        ("!ring", rules.OPEN_RING),
        (ewkb(BOW), rules.INVALID),
        (ewkb("POINT (38468000 3848000)"), rules.OUT_OF_WORLD),
        (ewkb("POINT (113 91)"), rules.OUT_OF_WORLD),
        (ewkb("POINT (34.76 113.65)"), rules.EXCHANGED),
        (ewkb("LINESTRING (34 113, 35 114)"), rules.EXCHANGED),
        (ewkb("POLYGON EMPTY"), rules.EMPTY),
        (ewkb("GEOMETRYCOLLECTION (POINT (113 34))"), rules.OTHER_KIND),
        ("POINT (113 34)", rules.NO_SYSTEM),
        (ewkb("POINT (113 34)", 0), rules.NO_SYSTEM),
        (ewkb("POINT (113 34)", 4214), rules.NO_SYSTEM),
        ("SRID=4214;POINT(113 34)", rules.NO_SYSTEM),
        ("SRID=4490;POINT(113 34)", None),
        (ewkb("POINT (113 34)", 4326), None),
        (ewkb("POINT Z (113 34 100)"), None),
    ],
)
def test_each_fault_of_a_shape_has_its_rule(text: str, rule: int | None) -> None:
    assert rule_of(text) == rule


@pytest.mark.parametrize("number", range(rules.UNREADABLE, rules.NO_SYSTEM + 1))
def test_every_rule_of_shapes_is_listed(number: int) -> None:
    assert f"R{number}" in RULES


@pytest.mark.parametrize("check", sorted(set(SHAPE_CHECKS) - {"geometry"}))
def test_an_item_takes_its_own_kind_of_shape_only(check: str) -> None:
    kinds = {
        "geometry_point": "POINT (113 34)",
        "geometry_line": "LINESTRING (113 34, 114 35)",
        "geometry_polygon": "POLYGON ((113 34, 114 34, 114 35, 113 34))",
    }
    taken = [name for name, wkt in kinds.items() if rule_of(ewkb(wkt), check) is None]
    assert taken == [check]


def test_the_place_of_a_self_intersection_is_told() -> None:
    assert check_geometry(pl.Series([ewkb(BOW)]), item()).details[0] == "自相交（113.500000, 34.500000）"


def test_the_place_in_a_protected_shape_is_not_told() -> None:
    checked = check_geometry(pl.Series([ewkb(BOW)]), item(sensitivity=Sensitivity.PI))
    assert checked.details[0] == "自相交"


def test_a_shape_outside_the_country_is_kept_and_counted() -> None:
    checked = check_geometry(pl.Series([ewkb("POINT (2.35 48.85)"), ewkb("POINT (113 34)")]), item())
    assert checked.changed[rules.OUTSIDE_CHINA].to_list() == [True, False]
    assert checked.rules.null_count() == 2
    assert rules.OUTSIDE_CHINA in COERCIONS


def places(seed: int = 1, count: int = 200) -> tuple[Degrees, Degrees]:
    random = np.random.default_rng(seed)
    return 112.7 + 1.5 * random.random(count), 34.3 + 0.7 * random.random(count)


@pytest.mark.parametrize(("shift", "system"), [(gcj02_shift, Offset.GCJ02), (bd09_shift, Offset.BD09)])
def test_the_shift_of_a_web_map_is_recognised(shift: object, system: Offset) -> None:
    longitude, latitude = places()
    east, north = shift(longitude, latitude)  # type: ignore[operator]
    assert shifted_system((longitude, latitude), (longitude + east, latitude + north)) is system


def test_a_correction_in_the_other_direction_is_no_shift() -> None:
    longitude, latitude = places()
    east, north = gcj02_shift(longitude, latitude)
    assert shifted_system((longitude + east, latitude + north), (longitude, latitude)) is None


@pytest.mark.parametrize("metres", [0.0, 20.0, 500.0])
def test_moves_that_are_not_alike_are_no_shift(metres: float) -> None:
    longitude, latitude = places()
    random = np.random.default_rng(2)
    moved = random.normal(0, metres / 111_000 + 1e-12, (2, len(longitude)))
    assert shifted_system((longitude, latitude), (longitude + moved[0], latitude + moved[1])) is None


def test_a_few_places_prove_nothing() -> None:
    longitude, latitude = places(count=4)
    east, north = gcj02_shift(longitude, latitude)
    assert shifted_system((longitude, latitude), (longitude + east, latitude + north)) is None


def test_the_shift_in_the_two_cities_is_the_known_one() -> None:
    east, north = gcj02_shift(np.array([113.65, 126.55]), np.array([34.76, 43.84]))
    length = np.hypot(east * 111_320 * np.cos(np.radians([34.76, 43.84])), north * 111_320)
    assert length == pytest.approx([571, 521], abs=3)


@pytest.mark.parametrize(
    ("name", "system"),
    [
        ("poi_gcj02.csv", Offset.GCJ02),
        ("站点（高德）", Offset.GCJ02),
        ("百度经度", Offset.BD09),
        ("bd_lng", Offset.BD09),
        ("stops_gcj02_and_wgs84.csv", None),
        ("站点.geojson", None),
        ("abd_x", None),
    ],
)
def test_names_of_web_maps_are_known(name: str, system: Offset | None) -> None:
    assert offset_named(name) is system
