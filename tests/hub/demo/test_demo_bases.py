"""Geography and macro-economy of the demo city: registered and loaded from its departments' own files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from catalogue.code_lists import load_code_list
from hub.demo.bases import FIGURES, FOLLOWED, load_indicators, register_geography
from hub.demo.facilities import divisions
from hub.demo.places import SUBDISTRICTS
from hub.registers.macro import loading_store
from hub.registers.macro.taking import COUNTED
from tests.support import acts
from tests.support.hosted import Doors, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server


@pytest.fixture(scope="module")
def doors(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """Give the demo city with divisions, addresses and indicators as ``hub demo --registers`` makes them."""
    with hosted_city(server, template, tmp_path_factory.mktemp("bases")) as city:
        files = city.folder / "files"
        for entry in (*FOLLOWED, FIGURES):
            acts.publish_and_supply(city.people, entry, files)
        register_geography(city.services)
        load_indicators(city.services, city.people, files)
        made = Doors(city)
        try:
            yield made
        finally:
            made.close()


def asked(doors: Doors, path: str, **params: Any) -> Any:
    answer = doors.public().get(f"/api/v1/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_every_division_of_the_city_is_found_under_its_own(doors: Doors) -> None:
    told = divisions()
    for code, name in told.select("quhua_daima", "mingcheng").iter_rows():
        found = asked(doors, f"divisions/{code}")
        assert (found["name"], code == "410199" or "410199" in [one["code"] for one in found["above"]]) == (name, True)
    assert asked(doors, "divisions/410199/children")["total"] == len(told.filter(shangji_daima="410199"))


def test_a_zone_is_told_as_one(doors: Doors) -> None:
    assert asked(doors, "divisions/410179")["kind"] == "zone"


def test_an_address_of_the_city_is_matched_to_its_door(doors: Doors) -> None:
    one = asked(doors, "addresses/DZ000001")
    assert sum(one["full_text"].count(name) for name in SUBDISTRICTS) == 1
    assert one["full_text"].count("示例市") == 1
    answer = doors.public().post("/api/v1/addresses/match", json={"addresses": [one["full_text"]]})
    (found,) = answer.json()["results"]
    assert (found["outcome"], found["level"], found["id"], found["unread"]) == ("matched", "door", "DZ000001", "")


def test_every_indicator_of_the_sample_list_has_a_definition_and_figures(doors: Doors) -> None:
    listed = asked(doors, "indicators")["indicators"]
    assert {one["code"] for one in listed} == set(load_code_list("indicators_sample").rows)
    assert all(one["has_figures"] and one["definition"] and one["coverage"] and one["method"] for one in listed)


def test_no_figure_of_the_file_was_refused_or_differed(doors: Doors) -> None:
    with doors.city.services.database.begin() as unit:
        (load,) = loading_store.loads(unit)
    counts: Any = load["counts"]
    told = {name: counts[name] for name in COUNTED}
    assert (told["refused"], told["conflicts"], sum(told.values()) > 0) == (0, 0, True)


def test_a_revised_figure_is_read_as_it_was_before_its_revision(doors: Doors) -> None:
    path = "indicators/GDP/observations"
    then = asked(doors, path, area="410199", period="2023-Q1", as_of="2023-05-01")
    now = asked(doors, path, area="410199", period="2023-Q1")
    assert [one["observations"][0]["vintage"] for one in (then, now)] == [1, 2]


@pytest.mark.parametrize("path", ["/indicators/GDP", "/en/indicators/GDP", "/divisions/410191", "/indicators"])
def test_a_page_names_the_city_and_leads_back(doors: Doors, path: str) -> None:
    text = doors.public().get(path).text
    assert ("/registers" in text, path.endswith("/indicators") or "示例市" in text) == (True, True)


def test_the_line_of_cumulative_figures_begins_anew_each_year(doors: Doors) -> None:
    pages = {code: doors.public().get(f"/indicators/{code}").text for code in ("GDP", "CPI")}
    assert {code: text.count("<polyline") for code, text in pages.items()} == {"GDP": 2, "CPI": 1}


def test_every_vintage_is_a_table_without_a_line(doors: Doors) -> None:
    text = doors.public().get("/indicators/GDP", params={"vintage": "all"}).text
    assert ("<polyline" in text, text.count("2023-Q1") >= len("12")) == (False, True)
