"""What the authority names is called so everywhere: classes of the edited tree, and words of the dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import httpx2
import pytest

from catalogue.entry import Entry, Opening, Provider, Sharing
from catalogue.item import DataType, Item
from hub.database import Database
from hub.directory.differences import differences
from hub.directory.sheets.rows import class_cells
from hub.directory.tree.store import tree_in_force
from hub.identity.roles import Role
from policies.facts import OpenType, Sensitivity, ShareType
from tests.conftest import SMALL
from tests.hub.dcat.directory import plant

if TYPE_CHECKING:
    from hub.client import Hub
    from tests.support.hosted import HostedCity

CODE, NAME, NAME_EN = "298", "低空经济", "low-altitude economy"
FLIGHTS: Final = Entry(
    "飞行服务站名录",
    Provider("示例市交通运输局", ""),
    Sharing(ShareType.UNCONDITIONAL),
    Opening(OpenType.UNCONDITIONAL),
    name="feixing-fuwuzhan",
    abstract="本市飞行服务站的名称和位置。",
    class_path=("2", CODE),
    items=(
        Item("站名", "zhanming", DataType.TEXT, length=40, sensitivity=Sensitivity.PUB),
        Item("经营范围", "jingying_fanwei", DataType.TEXT, length=200, sensitivity=Sensitivity.PUB),
    ),
    keys=("zhanming",),
)


def city_reviewer(city: HostedCity) -> Hub:
    """Return the authority's catalogue reviewer."""
    return city.people.person("shujuju", Role.CATALOGUE_REVIEWER)


def edit(city: HostedCity, change: dict[str, str]) -> None:
    """Put a version of the tree with one change in force."""
    reviewer, path = city_reviewer(city), "/api/v1/directory/classes/versions"
    made = reviewer.call("POST", path, json={"changes": [change], "reason": "本市扩展"})
    reviewer.call("POST", f"{path}/{made['version']}/enforce")


@pytest.fixture(scope="module")
def grown(city: HostedCity) -> HostedCity:
    """Give the city with one class more, and an entry in it."""
    edit(city, {"op": "add", "code": CODE, "name_zh": NAME, "name_en": NAME_EN})
    plant(city.services, [(FLIGHTS, "jiaotongju")])
    return city


def read(city: HostedCity, path: str) -> str:
    answer = httpx2.get(f"{city.url}{path}")
    assert answer.status_code == httpx2.codes.OK, answer.text
    return answer.text


def ckan(city: HostedCity, name: str, **arguments: Any) -> Any:
    return httpx2.post(f"{city.url}/api/3/action/{name}", json=arguments).json()["result"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (f"/d/{FLIGHTS.name}", NAME),
        (f"/en/d/{FLIGHTS.name}", NAME_EN),
        ("/catalog.ttl", f'skos:prefLabel "{NAME}"@zh'),
        (f"/dataset/{FLIGHTS.name}.ttl", f'"{NAME_EN}"@en'),
        ("/data.json", NAME),
        ("/feeds/dataset.atom", f'term="{NAME}"'),
    ],
)
def test_it_is_named_on_the_page_of_an_entry_and_in_every_description(grown: HostedCity, path: str, name: str) -> None:
    assert name in read(grown, path)


@pytest.mark.parametrize("facet", ["class", "theme"])
def test_it_is_named_beside_the_hits_and_where_it_is_filtered_by(grown: HostedCity, facet: str) -> None:
    counted = httpx2.get(f"{grown.url}/api/v1/datasets", params={"facet": facet}).json()["facets"][facet]
    names = {one["value"]: (one["name"], one["name_en"]) for one in counted}
    assert (names[CODE], read(grown, f"/catalog?{facet}={CODE}").count(NAME) >= 2) == ((NAME, NAME_EN), True)


def test_it_is_a_group_of_that_name_for_clients_of_ckan(grown: HostedCity) -> None:
    shown = ckan(grown, "group_show", id=f"class-{CODE}")
    dataset = ckan(grown, "package_show", id=FLIGHTS.name)
    assert (shown["title"], shown["groups"][0]["name"], shown["package_count"]) == (NAME, "class-2", 1)
    assert [one["title"] for one in dataset["groups"] if one["name"] == shown["name"]] == [NAME]
    assert NAME in [one["title"] for one in ckan(grown, "group_list", all_fields=True)]


def test_clients_of_ckan_search_and_count_by_its_name(grown: HostedCity) -> None:
    found = ckan(grown, "package_search", fq=f"groups:{NAME}", **{"facet.field": ["groups"]})
    facets = {one["name"]: one["display_name"] for one in found["search_facets"]["groups"]["items"]}
    assert (found["count"], facets[f"class-{CODE}"]) == (1, NAME)


def test_sheets_and_differences_name_it(grown: HostedCity) -> None:
    with grown.services.database.begin() as unit:
        tree = tree_in_force(unit)
    found = differences(Entry.from_dict({**FLIGHTS.to_dict(), "class_path": ["2"]}), FLIGHTS, tree).metadata
    assert (class_cells(FLIGHTS.class_path, tree)[1], found[0].new_text.zh.endswith(f"{CODE} {NAME}")) == (
        f"{CODE} {NAME}",
        True,
    )


def test_the_tree_is_read_once_by_each_process_and_what_was_undone_is_forgotten(grown: HostedCity) -> None:
    other = Database(grown.services.database.url, SMALL)
    try:
        with other.begin() as unit:
            first = tree_in_force(unit)
        with other.begin() as unit:
            again = tree_in_force(unit)
            point = unit.connection.begin_nested()
            unit.driver.execute("UPDATE hub.class_tree_version SET number = 90 WHERE state = 'in_force'")
            undone = tree_in_force(unit).version
            point.rollback()
        with other.begin() as unit:
            last = tree_in_force(unit)
    finally:
        other.close()
    assert (again is first, undone, last is first) == (True, 90, True)


def test_a_word_the_authority_adds_is_a_synonym_of_the_search_until_it_is_taken_away(grown: HostedCity) -> None:
    reviewer, path = city_reviewer(grown), "/api/v1/directory/elements/L013/words"

    def found() -> list[int]:
        asked = (httpx2.get(f"{grown.url}/api/v1/{what}", params={"q": "营业内容项"}) for what in ("items", "datasets"))
        return [answer.json()["total"] for answer in asked]

    before = found()
    reviewer.call("POST", path, json={"word": "营业内容项"})
    during = found()
    reviewer.call("DELETE", f"{path}/营业内容项")
    assert (before, during, found()) == ([0, 0], [1, 1], [0, 0])


def test_a_new_name_is_in_descriptions_that_were_written_before(grown: HostedCity) -> None:
    before = read(grown, "/catalog.ttl")
    edit(grown, {"op": "rename", "code": CODE, "name_zh": "低空产业", "name_en": "low-altitude industry"})
    try:
        assert (NAME in before, "低空产业" in read(grown, "/catalog.ttl")) == (True, True)
    finally:
        edit(grown, {"op": "rename", "code": CODE, "name_zh": NAME, "name_en": NAME_EN})
