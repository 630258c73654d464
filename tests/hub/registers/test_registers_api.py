"""The registers over HTTP: the keeper names sources, everybody sees the lag, conflicts are asked of their source."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from hub.client import HubProblemError
from hub.identity.facts import CONSOLE
from hub.identity.roles import Role
from hub.registers import switching
from hub.registers.macro.errors import MacroOffError
from hub.rounds import run_now
from tests.support import acts
from tests.support.hosted import Doors, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2

    from tests.conftest import Server

BASE = "/api/v1/registers"
OFFICE, POLICE, STRANGER = "shujuju", "gonganju", "jiaoyuju"
RESIDENTS, PERMITS = "changzhu-renkou", "juzhuzheng"


@pytest.fixture(scope="module")
def doors(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """Give a hosted city whose register of persons is on and fed by its residents."""
    with hosted_city(server, template, tmp_path_factory.mktemp("registers")) as city:
        acts.publish_and_supply(city.people, RESIDENTS, city.folder / "files")
        made = Doors(city)
        keeper = made.staff(OFFICE, Role.CATALOGUE_REVIEWER)
        keeper.put(f"{BASE}/population/switch", json={"is_on": True}).raise_for_status()
        answer = keeper.put(f"{BASE}/population/sources", json={"entry": RESIDENTS})
        assert answer.status_code == 200, answer.text
        while run_now(city.services, "registers")["registers"]:
            pass
        try:
            yield made
        finally:
            made.close()


def keeper_of(doors: Doors) -> httpx2.Client:
    """Return the keeper of the directory at the data bureau."""
    return doors.staff(OFFICE, Role.CATALOGUE_REVIEWER)


def person_of(doors: Doors) -> str:
    """Return the identity number of a resident."""
    services = doors.city.services
    with services.database.begin() as unit:
        row = unit.driver.execute("SELECT form FROM hub.population_alias WHERE kind = 'number' LIMIT 1").fetchone()
    assert row is not None
    return services.numbers.open(str(row[0]))


def test_the_keeper_sees_switch_sources_and_lag(doors: Doors) -> None:
    body = keeper_of(doors).get(f"{BASE}/population").json()
    assert (body["is_on"], body["sources"], body["lag_seconds"], body["faults"]) == (True, 1, 0, 0)
    assert body["subjects"] > 0


def test_all_four_databases_are_listed_with_their_switch(doors: Doors) -> None:
    body = keeper_of(doors).get(BASE).json()
    switches = {one["code"]: one["is_on"] for one in body["registers"]}
    assert (body["total"], body["returned"]) == (4, 4)
    assert switches == {"population": True, "legal_persons": False, "geography": False, "macro_economy": False}


def test_the_macro_economy_is_switched_where_the_citys_rules_name_it_and_not_in_jilin(doors: Doors) -> None:
    path, services = f"{BASE}/macro_economy", doors.city.services
    switched = [
        keeper_of(doors).put(f"{path}/switch", json={"is_on": is_on}).json()["is_on"] for is_on in (True, False)
    ]
    with services.database.begin() as unit, pytest.raises(MacroOffError):
        switching.switch(services.context, unit, "macro_economy", CONSOLE, is_on=True, pack="jilin")
    assert (switched, len(keeper_of(doors).get(path).json()["elements"]) > 0) == ([True, False], True)


def test_a_department_that_keeps_no_register_is_turned_away(doors: Doors) -> None:
    assert doors.staff(STRANGER, Role.CLERK).get(BASE).status_code == 403
    switched = doors.staff(STRANGER, Role.CLERK).put(f"{BASE}/population/switch", json={"is_on": False})
    assert switched.status_code == 403


def test_a_source_shows_its_mapping_and_the_version_it_has_taken(doors: Doors) -> None:
    body = keeper_of(doors).get(f"{BASE}/population/sources").json()
    source = body["sources"][0]
    assert (body["total"], source["consumed"], source["lag"]) == (1, 1, {"versions": 0, "seconds": 0})
    assert source["ranks"]["P001"] == 1


def test_a_mapping_that_does_not_fit_is_told_line_by_line(doors: Doors) -> None:
    asked = {"entry": RESIDENTS, "items": {"P003": "no_such_item", "P777": "xingming"}}
    answer = keeper_of(doors).put(f"{BASE}/population/sources", json=asked)
    assert answer.status_code == 422
    assert answer.json()["total"] >= 2


def test_where_values_come_from_is_told_masked_and_leaves_a_receipt(doors: Doors) -> None:
    number = person_of(doors)
    asked: dict[str, Any] = {"key": number, "key_kind": "number", "reason": "核对登记来源"}
    answer = keeper_of(doors).post(f"{BASE}/population/origins", json=asked)
    body = answer.json()
    assert answer.status_code == 200
    assert number not in answer.text
    assert {line["entry"] for line in body["values"]} == {RESIDENTS}
    assert str(uuid.UUID(body["receipt"])) == body["receipt"]


def test_somebody_the_register_does_not_hold_is_not_found(doors: Doors) -> None:
    asked = {"key": "not a number", "key_kind": "number", "reason": "核对登记来源"}
    assert keeper_of(doors).post(f"{BASE}/population/origins", json=asked).status_code == 404


def test_the_draft_of_the_registers_entry_has_an_item_for_each_shared_element(doors: Doors) -> None:
    clerk = doors.staff(OFFICE, Role.CLERK)
    made = clerk.post(f"{BASE}/population/entry-draft", json={"city": "zhengzhou"})
    assert made.status_code == 201, made.text
    entry = clerk.get(f"/api/v1/entries/{made.json()['name']}").json()["entry"]
    elements = {item["element"] for item in entry["items"]}
    assert {"P001", "P002", "P022"} <= elements
    assert "P034" not in elements


def test_a_system_without_a_grant_gets_no_change(doors: Doors) -> None:
    keeper_of(doors).put(f"{BASE}/population/entry", json={"entry": RESIDENTS}).raise_for_status()
    answer = doors.system("minzhengju").get(f"{BASE}/population/changes", params={"purpose": acts.PURPOSE})
    assert answer.status_code == 403
    assert "receipt" in answer.json()


def test_an_unknown_register_is_named_so(doors: Doors) -> None:
    answer = keeper_of(doors).get(f"{BASE}/weather")
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (404, "register-not-found")


def test_the_workbench_shows_registers_sources_and_conflicts(doors: Doors) -> None:
    page = keeper_of(doors).get("/w/registers")
    english = keeper_of(doors).get("/en/w/registers")
    assert (page.status_code, english.status_code) == (200, 200)
    assert "人口基础信息库" in page.text
    assert "Basic databases" in english.text


def test_a_granted_system_follows_the_changes_with_its_granted_items_alone(doors: Doors) -> None:
    keeper_of(doors).put(f"{BASE}/population/entry", json={"entry": RESIDENTS}).raise_for_status()
    wanted = {"xingming": "full", "siwang_biaoshi": "full"}
    made = acts.ask_for(doors.city.people, "minzhengju", RESIDENTS, wanted, modes=["subscribe"])
    for line in made["lines"]:
        if line.get("answer") is None:
            with suppress(HubProblemError):  # the rule has answered the line already
                acts.answer(doors.city.people, POLICE, made, line["item"], decision="full")
    asked: dict[str, Any] = {"purpose": acts.PURPOSE, "case_number": acts.CASE, "limit": 500}
    system, subjects, cursor = doors.system("minzhengju"), set[str](), None
    while True:
        page = system.get(f"{BASE}/population/changes", params={**asked, **({"cursor": cursor} if cursor else {})})
        assert page.status_code == 200, page.text
        assert all(set(one["values"]) <= set(wanted) for one in page.json()["changes"])
        subjects |= {one["subject"] for one in page.json()["changes"]}
        cursor = page.json()["next"]
        if not page.json()["has_more"]:
            break
    assert len(subjects) == keeper_of(doors).get(f"{BASE}/population").json()["subjects"]


def test_the_steps_and_the_refused_rows_say_how_many_there_are(doors: Doors) -> None:
    steps = keeper_of(doors).get(f"{BASE}/population/steps").json()
    refused = keeper_of(doors).get(f"{BASE}/sources/1/refused").json()
    assert steps["total"] == steps["returned"] == len(steps["steps"])
    assert refused["total"] >= refused["returned"] == len(refused["refused"])
