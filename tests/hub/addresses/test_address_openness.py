"""What an entry said is public while the public is given the entry; at other times it is found and counted nowhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from catalogue import store as catalogue_store
from catalogue.entry import Opening
from catalogue.item import DataType, Item
from hub.client import Hub, HubProblemError
from hub.demo.directory import demo_entry
from hub.demo.load import describe, review
from hub.identity.roles import Role
from hub.identity.store import bump_epoch
from hub.registers.addresses import feeding_store
from hub.registers.addresses.errors import AddressClosedError
from hub.registers.addresses.following import sweep, take
from hub.registers.addresses.loading import FileKind
from hub.registers.addresses.openness import states
from hub.registers.errors import RegisterOffError
from hub.rounds import run_now
from policies.facts import OpenType, Sensitivity
from tests.hub.addresses.conftest import ADDRESSES, ASKER, DIVISIONS, REGISTER, AddressCity, load, publish_register
from tests.hub.exemptions import records
from tests.support import acts
from tests.support.hosted import HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hub.demo.directory import DemoEntry
    from tests.conftest import Server

DOORS, NAMED, CLOSED = "menpai", "diming", "neibu-dizhi"
ITEMS = {
    DOORS: (
        ("bianma", "标准地址编码", "G001"),
        ("quhua", "县级行政区划", "G005"),
        ("daolu", "街路巷名称", "G008"),
        ("menpai", "门牌号", "G009"),
        ("jingdu", "经度", "G011"),
        ("weidu", "纬度", "G012"),
        ("cengyong", "曾用名", None),
        ("shi", "室号", None),
    ),
    NAMED: (
        ("biaoshi", "地名标识", "G020"),
        ("mingcheng", "标准地名", "G021"),
        ("leibie", "地名类别", "G023"),
        ("quhua", "行政区划代码", None),
        ("cengyong", "曾用地名", None),
    ),
}
ROWS = {
    DOORS: """bianma,quhua,daolu,menpai,jingdu,weidu,cengyong,shi
D1,419901,花园路,20号,113.60020,34.70020,,
D2,419901,青年路,3号,113.60030,34.70030,团结路3号,
D3,419902,解放路,5号,113.50000,34.60000,,
D4,419901,青年路,3号,,,,101室
""",
    NAMED: """biaoshi,mingcheng,leibie,quhua,cengyong
DM901,观海大道,5,419902,滨海路
DM902,临湖桥,7,419901,
""",
}
TEXTS = (
    "东山区花园路20号",
    "东山区青年路3号",
    "东山区青年路",
    "西河区解放路5号",
    "西河区滨海路",
    "解放路5号",
    "青年路3号",
)
IDS = ("D1", "D2", "D3", "D4", "DM901", "419901000000", "DZ0001", "DZ0003")


@dataclass(frozen=True, slots=True)
class OpenCity:
    """A served city whose doors and place names come from departments' entries."""

    address_city: AddressCity
    before: dict[str, Any]
    while_open: dict[str, Any]

    @property
    def city(self) -> HostedCity:
        return self.address_city.city


def seen(city: AddressCity) -> dict[str, Any]:
    """Return what the public is answered by every route."""
    names = [city.public.call("GET", f"/api/v1/place-names{more}") for more in ("", "?name=观海大道", "?name=滨海路")]
    return {
        "match": city.match(*TEXTS),
        "reverse": city.post(
            "/api/v1/addresses/reverse", longitude=113.6002, latitude=34.7002, crs="CGCS2000", limit=20
        ),
        "ids": [_read(city.public, one) for one in IDS],
        "names": names,
    }


def _read(public: Hub, address_id: str) -> object:
    try:
        return public.call("GET", f"/api/v1/addresses/{address_id}")
    except HubProblemError as error:
        return error.problem["title"]


def made_entry(city: HostedCity, name: str, title: str, kind: str) -> DemoEntry:
    """Return an entry of door plates or place names, open to everybody but for the room."""
    sample = demo_entry("biaozhun-dizhi", city.people.today())
    source = {one.element: one.source_department for one in sample.entry.items}
    items = tuple(
        Item(
            text,
            column,
            DataType.TEXT,
            length=100,
            element=element,
            sensitivity=Sensitivity.PUB,
            source_department=source.get(element, source["G001"]),
            open_type=OpenType.CLOSED if column == "shi" else None,
        )
        for column, text, element in ITEMS[kind]
    )
    key = ITEMS[kind][0][0]
    return replace(
        sample, entry=replace(sample.entry, name=name, title=title, title_en=title, items=items, keys=(key,))
    )


def publish_rows(city: HostedCity, made: DemoEntry, rows: str, folder: Path) -> None:
    """Publish an entry and push its rows."""
    describe(city.people, made)
    review(city.people, made)
    push(city, made, rows, folder)


def push(city: HostedCity, made: DemoEntry, rows: str, folder: Path) -> None:
    """Push rows as the whole of an entry."""
    path = folder / f"{made.name}.csv"
    path.write_text(rows, encoding="utf-8")
    people = city.people
    pusher = (
        people.system(made.provider) if made.provider in people.registered else people.person(made.provider, Role.CLERK)
    )
    pusher.push(made.name, path, options={"mode": "full"})


def follow(city: HostedCity, name: str) -> None:
    with city.services.database.begin() as unit:
        assert take(city.services.context, unit, name) is not None


@pytest.fixture(scope="module")
def town(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenCity]:
    folder = tmp_path_factory.mktemp("openness")
    with hosted_city(server, template, folder) as made:
        public = Hub(made.url)
        loaded = {
            kind: load(made, folder, kind, text)
            for kind, text in ((FileKind.DIVISIONS, DIVISIONS), (FileKind.ADDRESSES, ADDRESSES))
        }
        one = AddressCity(made, public, loaded)
        before = seen(one)
        for name in (DOORS, NAMED):
            publish_rows(made, made_entry(made, name, f"示例{name}", name), ROWS[name], folder)
            follow(made, name)
        publish_register(made)
        items = dict.fromkeys(("dizhi_bianma", "dizhi_quancheng", "menpai_yixia"), "full")
        acts.ask_for(made.people, ASKER, REGISTER, items, modes=["query"])
        yield OpenCity(one, before, seen(one))
        public.close()


def step(city: HostedCity, name: str, **changes: Any) -> None:
    """Change an entry's row as supervision does, with the policy epoch."""
    with city.services.database.begin() as unit:
        row = catalogue_store.find_entry(unit, name)
        assert row is not None
        catalogue_store.update_entry(unit, row.id, **changes)
        bump_epoch(unit)


def republish(city: HostedCity, made: DemoEntry) -> None:
    """Bring a new version of an entry's description into force."""
    clerk = city.people.person(made.provider, Role.CLERK)
    clerk.call("PUT", f"/api/v1/entries/{made.name}/draft", json={"entry": made.entry.to_dict()})
    review(city.people, made)


def exempt(city: HostedCity, entry: str, item: str) -> str:
    """File an exemption in force on an item; returns its id."""
    people, provider = city.people, demo_entry("biaozhun-dizhi", city.people.today()).provider
    evidence = records.evidence(people, "R05", item, provider)
    body = records.body_of(people, "R05", evidence, entry=entry, item=item)
    return str(records.head(people, provider).call("POST", records.BASE, json=body)["id"])


def test_while_an_entry_is_open_every_route_tells_what_it_said(town: OpenCity) -> None:
    found = {one.get("id") for one in town.while_open["match"]}
    assert {"D1", "D2", "DM901"} <= found
    assert (town.while_open["names"][0]["total"], town.while_open["reverse"]["total"]) == (
        2,
        town.before["reverse"]["total"] + 2,
    )


@pytest.mark.parametrize("way", ["suspended", "withdrawn"])
def test_an_entry_out_of_force_is_neither_found_nor_counted_and_comes_back(town: OpenCity, way: str) -> None:
    changes: dict[str, Any] = (
        {"suspended": True} if way == "suspended" else {"withdrawn_at": town.city.services.context.now()}
    )
    back: dict[str, Any] = {"suspended": False} if way == "suspended" else {"withdrawn_at": None}
    for name in (DOORS, NAMED):
        step(town.city, name, **changes)
    during = seen(town.address_city)
    for name in (DOORS, NAMED):
        step(town.city, name, **back)
    assert during == town.before
    assert seen(town.address_city) == town.while_open


def test_an_exemption_in_force_on_one_item_hides_the_whole_entry_until_it_is_lifted(town: OpenCity) -> None:
    made = exempt(town.city, DOORS, "menpai")
    during = seen(town.address_city)
    provider = demo_entry("biaozhun-dizhi", town.city.people.today()).provider
    records.head(town.city.people, provider).call("DELETE", f"{records.BASE}/{made}")
    assert (during["match"], during["reverse"], during["ids"][:4]) == _mostly(town)
    assert seen(town.address_city) == town.while_open


def _mostly(town: OpenCity) -> tuple[Any, Any, Any]:
    """Return what is told without the doors, while the place names stay."""
    match = list(town.before["match"])
    match[4] = town.while_open["match"][4]
    return match, town.before["reverse"], town.before["ids"][:4]


def test_a_narrower_version_hides_at_once_and_a_wider_one_gives_back(town: OpenCity) -> None:
    made = made_entry(town.city, DOORS, f"示例{DOORS}", DOORS)
    narrow = tuple(
        replace(one, open_type=OpenType.CLOSED) if one.column == "jingdu" else one for one in made.entry.items
    )
    republish(town.city, replace(made, entry=replace(made.entry, items=narrow)))
    during = seen(town.address_city)
    republish(town.city, made)
    assert (during["match"], during["reverse"], during["ids"][:4]) == _mostly(town)
    assert seen(town.address_city) == town.while_open


def test_a_grant_on_the_register_does_not_reach_what_a_provider_took_back(town: OpenCity) -> None:
    step(town.city, DOORS, suspended=True)
    (during,) = town.address_city.granted(ASKER, "东山区青年路3号101室")["results"]
    step(town.city, DOORS, suspended=False)
    (after,) = town.address_city.granted(ASKER, "东山区青年路3号101室")["results"]
    assert (during["level"], after["level"], after["id"]) == ("county", "room", "D4")


def test_a_closed_entry_is_not_taken_and_each_item_is_told(town: OpenCity, tmp_path: Path) -> None:
    made = made_entry(town.city, CLOSED, "内部地址", DOORS)
    made = replace(made, entry=replace(made.entry, opening=Opening(type=OpenType.CLOSED), licence=""))
    publish_rows(town.city, made, ROWS[DOORS].replace("D", "N"), tmp_path)
    services = town.city.services
    with pytest.raises(AddressClosedError) as told, services.database.begin() as unit:
        take(services.context, unit, CLOSED)
    items: Any = told.value.facts["items"]
    columns = [one["item"] for one in items]
    assert columns == ["bianma", "quhua", "daolu", "menpai", "jingdu", "weidu", "cengyong"]
    assert seen(town.address_city) == town.while_open


def test_an_entry_that_cannot_be_taken_stops_no_other_and_is_noted_once(town: OpenCity, tmp_path: Path) -> None:
    city = town.city
    step(city, DOORS, suspended=True)
    further = {DOORS: "D9,419902,解放路,9号,,,,\n", NAMED: "DM903,临湖渡,7,419901,\n"}
    for name, row in further.items():
        push(city, made_entry(city, name, f"示例{name}", name), ROWS[name] + row, tmp_path)
    context, database = city.services.context, city.services.database
    run_now(city.services, "addresses")
    with database.begin() as unit:
        standing = set(feeding_store.standing_versions(unit).values())
        first, versions = feeding_store.untaken(unit), {one.name: one.version for one in feeding_store.followed(unit)}
    sweep(context, database)
    with database.begin() as unit:
        again = feeding_store.untaken(unit)
    step(city, DOORS, suspended=False)
    run_now(city.services, "addresses")
    with database.begin() as unit:
        after = feeding_store.untaken(unit), {one.name: one.version for one in feeding_store.followed(unit)}
    assert ([one.is_closed for one in first.values()], versions[NAMED]) == ([True], max(standing))
    assert again == first
    assert after == ({}, {DOORS: max(standing), NAMED: max(standing)})


def test_the_operator_sees_each_followed_entry_with_its_state_and_what_stands_in_the_way(town: OpenCity) -> None:
    context, database = town.city.services.context, town.city.services.database
    step(town.city, NAMED, suspended=True)
    with database.begin() as unit:
        told = {one["entry"]: one for one in (state.as_dict() for state in states(context, unit))}
    step(town.city, NAMED, suspended=False)
    assert {name: one["state"] for name, one in told.items()} == {DOORS: "open", NAMED: "closed"}
    assert [one["item"] for one in told[NAMED]["hindrances"]] == ["biaoshi", "mingcheng", "leibie", "quhua", "cengyong"]


def test_with_the_geography_database_off_no_route_answers_and_nothing_is_taken(town: OpenCity, tmp_path: Path) -> None:
    city, public = town.city, town.address_city.public
    bureau = city.people.person(city.people.city.authority.slug, Role.CATALOGUE_REVIEWER)
    bureau.call("PUT", "/api/v1/registers/geography/switch", json={"is_on": False})
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/api/v1/addresses/match", {"json": {"addresses": ["东山区"]}}),
        ("POST", "/api/v1/addresses/reverse", {"json": {"longitude": 113.6, "latitude": 34.7, "crs": "CGCS2000"}}),
        ("GET", "/api/v1/addresses/DZ0001", {}),
        ("GET", "/api/v1/place-names", {}),
    ]
    off = [
        acts.problem_of(partial(public.call, method, path, **given)).problem["type"] for method, path, given in asked
    ]
    granted = acts.problem_of(lambda: town.address_city.granted(ASKER, "东山区")).problem["type"]
    with pytest.raises(RegisterOffError):
        load(city, tmp_path, FileKind.ADDRESSES, ADDRESSES)
    bureau.call("PUT", "/api/v1/registers/geography/switch", json={"is_on": True})
    assert {one.rsplit("/", 1)[-1] for one in [*off, granted]} == {"register-off"}
    assert town.address_city.match("东山区")[0]["outcome"] == "matched"
