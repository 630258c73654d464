"""What readers are told of seats, over HTTP: the public and granted systems, and nobody what is not public now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from catalogue import store as catalogue_store
from hub.identity.store import bump_epoch
from hub.registers.addresses.following import take
from hub.registers.addresses.loading import FileKind
from hub.registers.legal_persons import asking
from hub.rounds import run_now
from tests.hub.addresses.conftest import load
from tests.hub.addresses.test_address_openness import DOORS, made_entry, publish_rows
from tests.hub.exemptions import records
from tests.hub.legal_persons.conftest import (
    AUTHORITY,
    BRANCH,
    CIVIL,
    COLUMNS,
    FIRM,
    FIRMS,
    GONE,
    HOLDER,
    REGISTRAR,
    SHOP,
    TWIN,
    feed,
    found_register,
    push,
)
from tests.support import acts
from tests.support.hosted import Doors, HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.conftest import Server

PATH = "/api/v1/legal-persons"
ENTRY = "faren-danwei"
WHY = {"purpose": acts.PURPOSE, "case_number": acts.CASE}
DIVISIONS = "code,name\n41,河南省\n4199,示例市\n419901,东城区\n419902,西城区\n"
ADDRESSES = "标准地址编码,行政区划代码,街路巷,门牌号\nJS12,419901,建设路,12号\n"
ROWS = """bianma,quhua,daolu,menpai,jingdu,weidu,cengyong,shi
HY20,419901,花园路,20号,113.60020,34.70020,,
JF3,419901,解放路,3号,113.60030,34.70030,,
"""
SEATS = {
    FIRM: "示例市东城区建设路12号3号楼",
    BRANCH: "示例市东城区花园路20号",
    TWIN: "示例市东城区建设路12号",
    GONE: "无名巷1号",
}


@pytest.fixture(scope="module")
def city(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedCity]:
    folder = tmp_path_factory.mktemp("seats")
    with hosted_city(server, template, folder) as made:
        load(made, folder, FileKind.DIVISIONS, DIVISIONS)
        load(made, folder, FileKind.ADDRESSES, ADDRESSES)
        publish_rows(made, made_entry(made, DOORS, f"示例{DOORS}", DOORS), ROWS, folder)
        with made.services.database.begin() as unit:
            assert take(made.services.context, unit, DOORS) is not None
        found_register(made)
        rows = [row | ({"L011": SEATS[row["L001"]]} if row["L001"] in SEATS else {}) for row in FIRMS]
        push(made, REGISTRAR, "gongshang-danwei", [*COLUMNS], rows)
        feed(made)
        follow(made)
        yield made


@pytest.fixture(scope="module")
def doors(city: HostedCity) -> Iterator[Doors]:
    doors = Doors(city)
    yield doors
    doors.close()


def follow(city: HostedCity) -> None:
    """Let seats be matched as far as they go."""
    run_now(city.services, "legal-person-seats")


def body_of(doors: Doors, code: str) -> dict[str, Any]:
    """Return the public part of a body."""
    answer = doors.public().get(f"{PATH}/{code}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def at(doors: Doors, address: str, **more: Any) -> Any:
    """Return the answer to who is seated at an address."""
    return doors.public().get(PATH, params={"address": address, **more})


def change(city: HostedCity, name: str, **changes: Any) -> None:
    """Change an entry's row as supervision does, with the policy epoch."""
    with city.services.database.begin() as unit:
        row = catalogue_store.find_entry(unit, name)
        assert row is not None
        catalogue_store.update_entry(unit, row.id, **changes)
        bump_epoch(unit)
    city.services.identity.keeper.refresh_or_log()


def test_the_public_answer_has_the_seat_beside_the_original_text(doors: Doors) -> None:
    seat = body_of(doors, FIRM)["seat"]
    address = seat["address"]
    assert (seat["text"], seat["outcome"]) == (SEATS[FIRM], "matched")
    assert (address["id"], address["level"], address["text"]) == ("JS12", "door", "河南省示例市东城区建设路12号")
    assert 0 < address["score"] <= 1


def test_a_seat_that_names_nothing_known_is_told_as_refused_with_its_reason(doors: Doors) -> None:
    seat = body_of(doors, GONE)["seat"]
    assert (seat["outcome"], seat["address"], bool(seat["reason"])) == ("no_match", None, True)


def test_an_individual_business_is_told_by_its_street(doors: Doors) -> None:
    assert body_of(doors, SHOP)["seat"]["address"]["level"] == "street"


@pytest.mark.parametrize(("lang", "words"), [("", "住所的标准地址"), ("/en", "Seat as a standard address")])
def test_the_page_shows_the_seat_with_a_way_to_the_address(doors: Doors, lang: str, words: str) -> None:
    text = doors.public().get(f"{lang}/legal-persons/{FIRM}").text
    assert words in text
    assert f"{lang}/addresses/JS12" in text
    assert f"{lang}/legal-persons?address=JS12" in text


@pytest.mark.parametrize("changes", [{"suspended": True}, {"withdrawn_at": True}])
def test_an_address_that_is_withdrawn_is_hidden_at_once_and_comes_back(
    city: HostedCity, doors: Doors, changes: Mapping[str, Any]
) -> None:
    assert body_of(doors, BRANCH)["seat"]["address"]["id"] == "HY20"
    (column,) = changes
    change(city, DOORS, **{column: city.services.context.now() if column == "withdrawn_at" else True})
    during, listed = doors.public().get(f"{PATH}/{BRANCH}").text, at(doors, "HY20").status_code
    follow(city)
    later = body_of(doors, BRANCH)["seat"]
    change(city, DOORS, **{column: None if column == "withdrawn_at" else False})
    follow(city)
    assert ("HY20" in during, listed) == (False, 404)
    assert (later["address"] or {}).get("id") != "HY20"
    assert body_of(doors, BRANCH)["seat"]["address"]["id"] == "HY20"


def test_bodies_at_an_address_are_listed_and_paged(doors: Doors) -> None:
    first = at(doors, "JS12", limit=1).json()
    second = at(doors, "JS12", limit=1, offset=first["next"]).json()
    assert (first["total"], first["returned"], second["next"]) == (2, 1, None)
    assert {one["code"] for page in (first, second) for one in page["bodies"]} == {FIRM, TWIN}


def test_bodies_at_an_address_may_be_narrowed_by_name(doors: Doors) -> None:
    assert at(doors, "JS12", q="青禾科技").json()["total"] == 2
    assert at(doors, "JS12", q="无此名称").json()["total"] == 0
    assert at(doors, "JS12", q="禾").status_code == 422


@pytest.mark.parametrize("address", ["没有", "%00"])
def test_an_address_that_is_not_public_lists_nobody(doors: Doors, address: str) -> None:
    answer = at(doors, address)
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (404, "address-not-found")


def test_a_page_beyond_what_is_shown_is_refused(doors: Doors) -> None:
    assert at(doors, "JS12", offset=95, limit=10).status_code == 429


@pytest.mark.parametrize(("lang", "words"), [("", "住所的标准地址"), ("/en", "Seated at the standard address")])
def test_the_page_lists_bodies_at_an_address(doors: Doors, lang: str, words: str) -> None:
    text = doors.public().get(f"{lang}/legal-persons", params={"address": "JS12"}).text
    assert words in text
    assert FIRM in text


def granted(city: HostedCity, forms: Mapping[str, str]) -> None:
    """Give an organ's system a grant on these items."""
    request = acts.ask_for(city.people, CIVIL, ENTRY, dict(forms), modes=["query", "verify"])
    for column, form in forms.items():
        if acts.line_of(request, column)["state"] not in {"answered", "granted"}:
            acts.answer(city.people, AUTHORITY, request, column, decision=form)
    city.services.identity.keeper.refresh_or_log()


def listed(city: HostedCity, *elements: str) -> dict[str, Any]:
    """Return what a granted system is told of the bodies of a person."""
    body = {**WHY, "number": HOLDER, "elements": list(elements)}
    found: dict[str, Any] = city.people.system(CIVIL).call("POST", f"{PATH}/of-person", json=body)
    return found


def test_a_granted_system_is_told_the_seat_where_it_is_granted_the_address_and_nothing_of_it_elsewhere(
    city: HostedCity,
) -> None:
    granted(city, {"l007": "verify_only", "l001": "full", "l002": "full", "l011": "full"})
    found = listed(city, "L001", "L011")
    told = {one["l001"]: one["seat"]["address"]["id"] for one in found["bodies"]}
    assert (told, found["grade"]) == ({FIRM: "JS12", BRANCH: "HY20"}, "G4")
    without = listed(city, "L001", "L002")
    assert (without["grade"], [sorted(one) for one in without["bodies"]]) == ("G3", [["l001", "l002"]] * 2)


def test_an_entry_graded_below_the_join_answers_without_seats_and_says_so(
    city: HostedCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_is_graded_for_seats", lambda _: False)
    found = listed(city, "L001", "L011")
    assert (found["seats_withheld"], found["grade"]) == ("join-grade", "G3")
    assert all("seat" not in one for one in found["bodies"])


def test_a_reader_who_is_not_given_the_registered_address_gets_nothing_of_the_seat(
    city: HostedCity, doors: Doors
) -> None:
    evidence = records.evidence(city.people, "R05", "l011", AUTHORITY)
    body = records.body_of(city.people, "R05", evidence, entry=ENTRY, item="l011")
    made = records.head(city.people, AUTHORITY).call("POST", records.BASE, json=body)["id"]
    city.services.identity.keeper.refresh_or_log()
    answer = doors.public().get(f"{PATH}/{FIRM}")
    refused = at(doors, "JS12")
    records.head(city.people, AUTHORITY).call("DELETE", f"{records.BASE}/{made}")
    city.services.identity.keeper.refresh_or_log()
    assert (answer.json()["seat"], "JS12" in answer.text) == (None, False)
    assert refused.status_code in {403, 404}
    assert FIRM not in refused.text
    assert body_of(doors, FIRM)["seat"]["address"]["id"] == "JS12"
