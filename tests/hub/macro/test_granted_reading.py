"""Agencies read figures through decision and receipt; sources that are open cannot hold figures before release."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from hub.demo.directory import demo_entry
from hub.identity.facts import CONSOLE
from hub.registers import sources
from hub.registers.macro.errors import FeedSourceError, MacroOffError
from hub.registers.macro.feeding import set_feed
from hub.registers.macro.loading import define_indicators
from hub.registers.macro.switching import switch_on
from tests.hub.macro.conftest import ABOUT, AGENCY, MAPPING, STATISTICS, figure, publish
from tests.support.acts import bundle_of

if TYPE_CHECKING:
    from tests.hub.macro.conftest import Bureau
    from tests.support.hosted import Doors, HostedCity

GRANTED = "/api/v1/exchange/indicators/GDP/observations"


def receipt_of(city: HostedCity, number: str) -> dict[str, Any]:
    bundle = json.loads(bundle_of(city.people.system(AGENCY), number))
    body = bundle["receipt"].split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


def test_an_agency_reads_with_a_receipt(bureau: Bureau, doors: Doors, city: HostedCity) -> None:
    bureau.push([figure("2020-Q1", "80")])
    answer = doors.system(AGENCY).get(GRANTED, params={"purpose": "经济分析", "period": "2020-Q1"})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert [one["value"] for one in body["observations"]] == [80]
    assert body["receipt"] == answer.headers["Receipt"]
    told = receipt_of(city, body["receipt"])
    assert "80" not in {str(value) for value in told.values()}
    assert told["rows"] == 1


def test_an_agency_reads_nothing_before_its_release_either(bureau: Bureau, doors: Doors) -> None:
    bureau.push([figure("2020-Q2", "90", "2099-01-01 10:00:00")])
    found = doors.system(AGENCY).get(GRANTED, params={"purpose": "经济分析", "vintage": "all"}).json()
    assert "2020-Q2" not in {one["period"] for one in found["observations"]}
    assert found["total"] == found["returned"]


def test_an_agency_says_its_purpose(doors: Doors) -> None:
    assert doors.system(AGENCY).get(GRANTED).status_code == 422


def test_nobody_reads_as_an_agency_without_a_token(doors: Doors) -> None:
    assert doors.public().get(GRANTED, params={"purpose": "经济分析"}).status_code == 401


def test_an_open_resource_cannot_hold_figures_before_their_release(city: HostedCity) -> None:
    people = city.people
    entry = demo_entry("zhuyao-jingji-zhibiao", people.today()).entry
    items = tuple(replace(item, base_item=False, element=None, source_department=None) for item in entry.items)
    publish(people, STATISTICS, replace(entry, items=items))
    with city.services.database.begin() as unit, pytest.raises(FeedSourceError):
        set_feed(city.services.context, unit, entry.name, MAPPING)


def test_where_the_city_has_no_such_database_nothing_is_answered(city: HostedCity, doors: Doors) -> None:
    context, database = city.services.context, city.services.database
    with database.begin() as unit:
        sources.switch(context, unit, "macro_economy", CONSOLE, is_on=False)
    try:
        answers = [
            doors.public().get("/api/v1/indicators"),
            doors.public().get("/api/v1/indicators/GDP/observations"),
            doors.system(AGENCY).get(GRANTED, params={"purpose": "经济分析"}),
        ]
        assert {one.json()["type"].rpartition("/")[2] for one in answers} == {"macro-economy-off"}
        with database.begin() as unit, pytest.raises(MacroOffError):
            define_indicators(context, unit, {"GDP": ABOUT})
    finally:
        with database.begin() as unit:
            sources.switch(context, unit, "macro_economy", CONSOLE, is_on=True)


def test_a_city_whose_rules_name_no_macro_economy_cannot_switch_it_on(city: HostedCity) -> None:
    with city.services.database.begin() as unit, pytest.raises(MacroOffError):
        switch_on(city.services.context, unit, "jilin", None)
