"""Parcels in the register of geography: drawn by departments, measured, asked for by granted systems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from psycopg.rows import dict_row

from hub.registers.features.entry import NAME
from tests.hub.features.conftest import (
    AUTHORITY,
    EAST,
    FIELD,
    LAKE,
    LAND,
    NOWHERE,
    OLD_PEAK,
    PARCELS,
    PEAK,
    WATER,
    WATERS,
    WEST,
    WRONG_AREA,
    WRONG_COUNTY,
    Parcel,
    feed,
    push,
)
from tests.support import acts
from tests.support.acts import CASE, PURPOSE

if TYPE_CHECKING:
    import httpx2

    from tests.support.hosted import Doors, HostedCity

USER = "minzhengju"
GRANTED = ("g005", "g040", "g043", "g101", "g102", "g103")


def shapes(city: HostedCity) -> dict[str, dict[str, Any]]:
    """Return the measured shapes by the parcel's number."""
    query = (
        "SELECT a.form, f.* FROM hub.feature_shape f JOIN hub.geography_alias a ON a.subject = f.subject"
        " AND a.kind IN ('parcel', 'water_body')"
    )
    with city.services.database.begin() as unit, unit.driver.cursor(row_factory=dict_row) as cursor:
        return {row["form"]: row for row in cursor.execute(query)}


@pytest.fixture(scope="module")
def granted(city: HostedCity, doors: Doors) -> httpx2.Client:
    """Give a system with a grant on number, area, class, status, shape; the right holder is not in it."""
    people = city.people
    request = acts.ask_for(people, USER, NAME, dict.fromkeys(GRANTED, "full"))
    for item in GRANTED:
        if acts.line_of(request, item)["state"] != "granted":
            acts.answer(people, AUTHORITY, request, item, decision="full")
    city.services.identity.keeper.refresh_or_log()
    return doors.system(USER)


def ask(system: httpx2.Client, **asked: Any) -> httpx2.Response:
    return system.post("/api/v1/features/query", json={"purpose": PURPOSE, "case_number": CASE, **asked})


def numbers(got: httpx2.Response) -> list[str]:
    assert got.status_code == 200, got.text
    return [one["number"] for one in got.json()["features"]]


def test_every_parcel_is_measured_on_the_ellipsoid_and_put_into_its_county(city: HostedCity) -> None:
    found = shapes(city)
    assert set(found) == {one.number for one in (*PARCELS, *WATERS)}
    assert {number: row["division"] for number, row in found.items() if number in {FIELD, LAKE, NOWHERE}} == {
        FIELD: WEST,
        LAKE: EAST,
        NOWHERE: None,
    }
    # A thousandth of a degree at 34.8° north is 91.5 m by 110.9 m.
    assert found[FIELD]["measured_m2"] == pytest.approx(91.5 * 110.9, rel=2e-3)


def test_what_does_not_fit_is_flagged_and_nothing_is_corrected(city: HostedCity) -> None:
    flags = {number: row["flags"] for number, row in shapes(city).items()}
    assert flags == {
        FIELD: [],
        WRONG_AREA: ["area_differs"],
        WRONG_COUNTY: ["division_differs"],
        NOWHERE: ["no_division"],
        LAKE: [],
        PEAK: ["not_announced"],
        OLD_PEAK: [],
    }


def test_a_parcel_is_found_by_its_number_with_a_receipt(granted: httpx2.Client) -> None:
    got = ask(granted, number=FIELD, elements=["G101", "G102", "G103"])
    (found,) = got.json()["features"]
    assert found["items"]["g101"] == "land"
    assert found["items"]["g103"]["type"] == "Polygon"
    assert got.headers["receipt"] == got.json()["receipt"]


def test_parcels_are_found_in_a_box_and_in_a_division(granted: httpx2.Client) -> None:
    box = [113.505, 34.805, 113.525, 34.815]
    assert numbers(ask(granted, box=box)) == [FIELD, WRONG_AREA]
    assert numbers(ask(granted, division=EAST, **{"class": "water"})) == [LAKE, PEAK, OLD_PEAK]
    assert len(numbers(ask(granted, division="410100"))) == 6


def test_a_page_says_what_is_left(granted: httpx2.Client) -> None:
    got = ask(granted, division="410100", limit=4).json()
    assert (got["total"], got["returned"], got["next"]) == (6, 4, 4)


def test_shapes_are_given_in_a_zone_with_the_number_before_the_easting(granted: httpx2.Client) -> None:
    (found,) = ask(granted, number=FIELD, elements=["G103"], zone=4526).json()["features"]
    shape = found["items"]["g103"]
    assert (shape["crs"], shape["axes"]) == ("EPSG:4526", ["Y (east)", "X (north)"])
    east, north = (float(text) for text in shape["wkt"].partition("((")[2].split(",")[0].split())
    assert (int(east) // 1_000_000, 3_850_000 < north < 3_860_000) == (38, True)


def test_a_zone_in_which_the_shape_does_not_lie_is_refused(granted: httpx2.Client) -> None:
    got = ask(granted, number=FIELD, elements=["G103"], zone=4533)
    assert (got.status_code, got.json()["type"].rpartition("/")[2]) == (422, "coordinate-zone")


def test_an_important_figure_is_told_only_with_its_announcement(granted: httpx2.Client) -> None:
    found = {one["number"]: one for one in ask(granted, division=EAST).json()["features"]}
    assert found[PEAK]["items"]["g043"] is None
    assert found[PEAK]["withheld"] == [{"item": "g043", "basis": "测绘法 第三十七条"}]
    assert float(found[OLD_PEAK]["items"]["g043"]) > 10_000
    assert "measured" not in ask(granted, division=EAST).text


def test_what_is_not_granted_is_denied(granted: httpx2.Client) -> None:
    got = ask(granted, number=FIELD, elements=["G041"])
    assert got.status_code == 403
    assert got.json()["receipt"]


def test_a_system_without_a_grant_is_denied(doors: Doors, granted: httpx2.Client) -> None:
    assert granted is not None
    assert ask(doors.system(WATER), number=FIELD).status_code == 403


def test_the_whole_register_is_not_given(granted: httpx2.Client) -> None:
    assert ask(granted).json()["type"].rpartition("/")[2] == "feature-query"


def test_bad_questions_are_problems(granted: httpx2.Client) -> None:
    bad = [
        ask(granted, box=[1, 2, 3, 4]),
        ask(granted, box=[113, 34, "nan", 35]),
        ask(granted, division="4101051"),
        ask(granted, number="\x00"),
        ask(granted, number=FIELD, elements=["P001"]),
        ask(granted, number=FIELD, elements=["G999"]),
        ask(granted, number=FIELD, zone=4490),
    ]
    assert [one.status_code for one in bad] == [422] * len(bad)


def test_nobody_without_a_token_reaches_parcels(doors: Doors) -> None:
    assert ask(doors.public(), number=FIELD).status_code == 401


def test_a_parcel_drawn_anew_is_measured_anew_and_one_no_longer_said_is_gone(city: HostedCity) -> None:
    moved = Parcel(LAKE, (113.51, 34.82), "water", stated=1.0)
    push(city.people, WATER, "shuiyu", city.folder, [moved, *WATERS[1:2]], mode="full")
    feed(city)
    found = shapes(city)
    assert (found[LAKE]["division"], found[LAKE]["flags"]) == (WEST, ["area_differs"])
    assert OLD_PEAK not in found


def test_a_unit_number_of_another_form_is_no_key(city: HostedCity) -> None:
    push(city.people, LAND, "zongdi", city.folder, [Parcel("123", (113.53, 34.81), "land")])
    feed(city)
    assert "123" not in shapes(city)
    with city.services.database.begin() as unit:
        rules = [row[0] for row in unit.driver.execute("SELECT rule FROM hub.register_refusal")]
    assert "feature.unit_number" in rules


def test_coordinates_of_a_zone_and_degrees_lead_to_each_other(doors: Doors) -> None:
    there = doors.public().post("/api/v1/coordinates/zone", json={"longitude": 113.65, "latitude": 34.76}).json()
    assert (there["crs"], int(there["y"]) // 1_000_000) == ("EPSG:4526", 38)
    back = doors.public().post("/api/v1/coordinates/degrees", json={"x": there["x"], "y": there["y"]}).json()
    assert (back["longitude"], back["latitude"]) == (pytest.approx(113.65, abs=1e-9), pytest.approx(34.76, abs=1e-9))


@pytest.mark.parametrize(
    "body", [{"x": 3_850_000, "y": 468_000}, {"x": 3_850_000, "y": 39_468_000, "zone": 4526}, {"x": 1, "y": 12_500_000}]
)
def test_coordinates_that_fit_no_zone_are_refused(doors: Doors, body: dict[str, float]) -> None:
    assert doors.public().post("/api/v1/coordinates/degrees", json=body).status_code == 422
