"""What is erased at its source is erased in the registers: claims open and closed, values, history, names, voices."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from hub.registers import history
from hub.registers.erasing import unsaid
from hub.registers.erasing_store import Named, Saying
from hub.registers.history import Moment
from tests.hub.registers.kit import POPULATION, number_of

if TYPE_CHECKING:
    from tests.hub.registers.kit import City

WOMAN, OTHER = number_of(18_000 * 2 + 5), number_of(18_000 * 4 + 9)
NEW_YEAR = datetime(2026, 1, 1, 8)  # noqa: DTZ001 - local time, as events are dated
MARCH = datetime(2026, 3, 1, 8)  # noqa: DTZ001
PASSPORT = "E12345678"
SECRET = "示例路77号"


def police(number: str = WOMAN, at: datetime = NEW_YEAR, **said: Any) -> dict[str, Any]:
    """Return a row of public security."""
    return {"p001": number, "p002": "王芳", "p016": SECRET, "p009": "414", "p010": PASSPORT, "changed": at} | said


def health(number: str = WOMAN, **said: Any) -> dict[str, Any]:
    """Return a row of the health commission."""
    return {"p001": number, "p016": "示例路9号", "p031": "13900000001", "changed": NEW_YEAR} | said


@pytest.fixture
def told(city: City) -> City:
    """Give a city in which one department said two things of a woman, and another disagrees."""
    city.found("gongan", "示例市公安局", ("P001", "P002", "P016", "P009", "P010"))
    city.found("weijian", "示例市卫生健康委员会", ("P001", "P016", "P031"))
    city.name("gongan")
    city.name("weijian")
    city.push("gongan", [police(), police(OTHER, p010="E00000002")])
    city.push("weijian", [health()])
    city.feed()
    city.push("gongan", [police(at=MARCH, p002="王芳芳")])
    city.feed()
    return city


def names(city: City) -> list[str]:
    """Return the kinds of name the woman is known by."""
    subject = city.subject(WOMAN)
    assert subject is not None
    return sorted(row[0] for row in city.all("SELECT kind FROM hub.population_alias WHERE subject = %s", subject.id))


def test_what_others_say_is_all_that_is_left_of_values_history_names_and_voices(told: City) -> None:
    before = names(told), told.all("SELECT element FROM hub.register_conflict WHERE state = 'open'")
    assert before == (["414", "number"], [("P016",)])
    told.erase("gongan", WOMAN)
    told.erasures()
    subject = told.subject(WOMAN)
    assert subject is not None
    with told.database.begin() as unit:
        versions = history.history(unit, POPULATION, subject.id, "P016", Moment(told.local_now()))
    lines = told.all("SELECT state, jsonb_array_length(claims), claims -> 0 ->> 'source' FROM hub.register_conflict")
    assert told.values(WOMAN) == {"P016": "示例路9号", "P031": "13900000001"}
    assert [version.value for version in versions] == ["示例路9号"]
    assert (names(told), lines) == (["number"], [("settled", 1, "2")])


def test_of_a_person_nobody_else_knows_no_table_holds_a_trace(told: City) -> None:
    assert told.context.numbers is not None
    subject = told.subject(WOMAN)
    assert subject is not None
    traces = [told.context.numbers.seal(WOMAN), told.context.numbers.seal(PASSPORT), SECRET, "王芳芳"]
    told.push("gongan", [police(OTHER, at=MARCH, p016="示例路1号", p010="E00000002")])
    told.feed()
    told.erase("weijian", WOMAN)
    told.erase("gongan", WOMAN, OTHER)
    told.erasures()
    tables = told.all("SELECT tablename FROM pg_tables WHERE schemaname = 'hub'")
    found = [
        (table, trace)
        for (table,) in tables
        for trace in traces
        if told.all(f'SELECT 1 FROM hub."{table}" t WHERE strpos(t::text, %s) > 0 LIMIT 1', trace)
    ]
    after = told.all(
        "SELECT values, changed > %s FROM hub.population_subject WHERE id = %s", subject.changed, subject.id
    )
    assert (told.subject(WOMAN), found, after) == (None, [], [({}, True)])  # who follows is told that it is gone


@pytest.mark.parametrize("state", ["off", "stopped"])
def test_an_erasure_waits_for_no_feeding(told: City, state: str) -> None:
    if state == "off":
        told.switch(is_on=False)
    else:
        told.all("UPDATE hub.register_source SET is_active = false RETURNING 1")
    told.push("gongan", [police(OTHER, at=MARCH, p010="E00000002")])
    told.erase("gongan", WOMAN)
    told.erasures()
    left = told.all("SELECT count(*) FROM hub.population_claim WHERE source = 1 AND values ->> 'P016' = %s", SECRET)
    assert left == [(1,)]


def test_an_erasure_is_carried_out_once_with_a_receipt_of_counts_and_feeding_goes_on(told: City) -> None:
    told.erase("gongan", WOMAN)
    done = [told.erasures(), told.erasures()]
    receipts = [text for (text,) in told.all("SELECT convert_from(body, 'UTF8') FROM hub.receipt")]
    [receipt] = [text for text in receipts if "register.erased" in text]
    assert (WOMAN in receipt, SECRET in receipt, '"rows":2' in receipt) == (False, False, True)
    told.feed()
    told.push("gongan", [police(at=MARCH)])
    told.feed()
    assert (done, told.erasures(), told.values(WOMAN)["P016"]) == ([1, 0], 0, SECRET)


def test_a_name_stays_where_a_row_keyed_by_its_kind_may_rest_on_it(city: City) -> None:
    numbers = city.context.numbers
    assert numbers is not None
    number, card = numbers.seal(WOMAN), numbers.seal(PASSPORT)
    subject = Named([(number, "number"), (card, "414"), ("91410102MA", "credit_code")])
    known = {"number": ("number", "former_number"), "414": ("414",)}
    subject.claims = [Saying((card,), "414", holds_key=True)]
    keyed_apart = Named(subject.aliases, [Saying((), "number", holds_key=False)])
    assert (list(unsaid({1: subject}, known, numbers)), list(unsaid({1: keyed_apart}, known, numbers))) == (
        [(number, "number")],
        [(card, "414")],
    )
