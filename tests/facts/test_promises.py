"""The promises of the hub, held against every route that exists.

No data without a permit, no answer without a receipt, no silent limit; that there is no refusal without a
ground is held in ``tests/policies`` and on the way (``tests/way``).

Values that nobody outside may see are planted in closed, withheld and masked items. That no route shows them to any
stranger is held in ``tests/canary``; here are downloads, queries and conditions of those who hold a part.
"""

from __future__ import annotations

import csv
import io
import threading
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import psycopg
import pytest

from hub.demo.directory import demo_entry
from hub.demo.generators import demo_frame
from hub.demo.numbers import citizen_id
from hub.identity.roles import Role
from tests.support import acts
from tests.support.acts import BUS_STOPS, COMPANIES, MARRIAGES, RESIDENTS
from tests.support.hosted import Doors, HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import httpx2

    from tests.conftest import Server

    Door = Callable[[Doors], httpx2.Client]

ASKER: Final = "rensheju"
NUMBER, SPOUSE, HEAD = (citizen_id(date(1990, 1, day), 997) for day in (1, 2, 3))
NAME, SPOUSE_NAME, ADDRESS, PHONE = "金丝雀氏", "银丝雀氏", "示例市金丝雀路九号密室", "16499999999"
CANARIES: Final = (NUMBER, SPOUSE, HEAD, NAME, SPOUSE_NAME, ADDRESS, PHONE)
PLANTED: Final[Mapping[str, Mapping[str, str]]] = {
    RESIDENTS: {"shenfen_haoma": NUMBER, "xingming": NAME, "huji_dizhi": ADDRESS, "lianxi_dianhua": PHONE},
    MARRIAGES: {
        "shenfen_haoma": NUMBER,
        "xingming": NAME,
        "peiou_xingming": SPOUSE_NAME,
        "peiou_shenfen_haoma": SPOUSE,
    },
    COMPANIES: {"fading_daibiaoren_zhengjian": HEAD},
}
HEADINGS: Final = "站点编码,站点名称,所在区,所在道路,行驶方向,经停线路,是否有候车亭,经度,纬度"
FORMATS: Final = ("csv", "excel", "gb18030", "json", "ndjson")


@pytest.fixture(scope="module")
def city(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedCity]:
    folder = tmp_path_factory.mktemp("promises")
    with hosted_city(server, template, folder) as city:
        for name in (RESIDENTS, MARRIAGES, COMPANIES, BUS_STOPS):
            acts.publish_and_supply(city.people, name, folder)
        for name, values in PLANTED.items():
            plant(city, name, values)
        acts.ask_for(city.people, ASKER, RESIDENTS, {"shenfen_haoma": "masked", "xingming": "masked"})
        request = acts.ask_for(city.people, ASKER, MARRIAGES, {"xingming": "verify_only"})
        acts.answer(city.people, "minzhengju", request, "xingming", decision="verify_only")
        yield city


@pytest.fixture(scope="module")
def doors(city: HostedCity) -> Iterator[Doors]:
    doors = Doors(city)
    yield doors
    doors.close()


def plant(city: HostedCity, name: str, values: Mapping[str, str]) -> None:
    """Push one row more to an entry: an ordinary one, with the canaries in it."""
    entry = demo_entry(name, date.today())
    row = {column: "" if value is None else str(value) for column, value in demo_frame(name).row(0, named=True).items()}
    row |= values
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([[item.name for item in entry.entry.items], [row[item.column] for item in entry.entry.items]])
    path = city.folder / f"canary-{name}.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    report = city.people.system(entry.provider).push(name, path, options={"mode": "upsert"})
    assert report["counts"]["accepted"] == 1, report


def seen(answer: httpx2.Response) -> list[str]:
    """Return the canaries that an answer shows, in its body or its head, in any encoding we write."""
    whole = answer.content + str(answer.headers).encode()
    return [value for value in CANARIES if value.encode() in whole or value.encode("gb18030") in whole]


def test_a_condition_on_a_withheld_item_is_answered_alike_whether_the_value_exists_or_not(doors: Doors) -> None:
    public = doors.public()
    for path in (f"/api/v1/datasets/{COMPANIES}/rows", f"/d/{COMPANIES}"):
        answers = []
        for number in (HEAD, SPOUSE):  # the one is in the rows, the other is not
            answer = public.get(path, params={"fading_daibiaoren_zhengjian": number})
            answers.append((answer.status_code, answer.text.replace(number, "")))
        assert answers[0] == answers[1]


@pytest.mark.parametrize("form", FORMATS)
def test_no_download_shows_a_protected_value_and_each_shows_what_is_open(doors: Doors, form: str) -> None:
    answers = {
        name: doors.public().get(f"/api/v1/datasets/{name}/download?format={form}") for name in (*PLANTED, BUS_STOPS)
    }
    assert {name: seen(answer) for name, answer in answers.items()} == {name: [] for name in answers}
    company = demo_frame(COMPANIES)["qiye_mingcheng"][0]
    assert company.encode("gb18030" if form == "gb18030" else "utf-8") in answers[COMPANIES].content
    assert [answers[name].status_code for name in (RESIDENTS, MARRIAGES)] == [404, 404]


def test_no_search_finds_an_entry_by_a_value_of_its_rows(doors: Doors) -> None:
    for path in ("/api/v1/datasets", "/api/v1/items"):
        for value in CANARIES:
            answer = doors.public().get(path, params={"q": value}).json()
            assert answer["total"] == 0, value


def agency_questions() -> Iterator[dict[str, Any]]:
    """Return queries of a granted system that reach for what it was not given, and the one it was given."""
    why = {"purpose": acts.PURPOSE, "case_number": acts.CASE, "limit": 1000}
    yield why
    for column, value in PLANTED[RESIDENTS].items():
        yield {**why, "items": [column]}
        yield {**why, "order": [column]}
        for op in ("eq", "ge", "prefix", "contains"):
            yield {**why, "where": {"item": column, "op": op, "value": value[:8]}}


def test_a_masked_grant_shows_no_value_in_full_whatever_is_asked(doors: Doors) -> None:
    system = doors.system(ASKER)
    answers = [system.post(f"/api/v1/exchange/{RESIDENTS}/query", json=body) for body in agency_questions()]
    assert [seen(answer) for answer in answers] == [[]] * len(answers)
    assert answers[0].json()["returned"] == 1000


def test_a_masked_page_after_page_to_the_end_shows_no_value_in_full(doors: Doors) -> None:
    system, cursor, rows = doors.system(ASKER), None, 0
    while True:
        body = {"purpose": acts.PURPOSE, "case_number": acts.CASE, "limit": 1000, "cursor": cursor}
        answer = system.post(f"/api/v1/exchange/{RESIDENTS}/query", json=body)
        assert seen(answer) == []
        rows, cursor = rows + answer.json()["returned"], answer.json()["next"]
        if cursor is None:
            break
    assert rows == answer.json()["total"] == demo_frame(RESIDENTS).height + 1


def test_a_verification_tells_no_stored_value(doors: Doors) -> None:
    body = {"key": {"xingming": NAME}, "claims": {"peiou_xingming": "某某"}}
    why = {"purpose": acts.PURPOSE, "case_number": acts.CASE}
    system = doors.system(ASKER)
    for wanted in (body, {"key": {"shenfen_haoma": "410199199001019990"}, "claims": {"xingming": "某某"}}):
        assert seen(system.post(f"/api/v1/exchange/{MARRIAGES}/verify", json={**wanted, **why})) == []


@contextmanager
def without_receipts(city: HostedCity) -> Iterator[None]:
    """Take the table of receipts away, as a damaged or full disk would."""
    with psycopg.connect(city.services.database.conninfo, autocommit=True) as owner:
        owner.execute("ALTER TABLE hub.receipt RENAME TO receipt_gone")
        try:
            yield
        finally:
            owner.execute("ALTER TABLE hub.receipt_gone RENAME TO receipt")


def answered_acts(city: HostedCity, doors: Doors) -> dict[str, Callable[[], httpx2.Response]]:
    """Return acts that need a receipt, each in a form that would be answered with data or change something."""
    why = {"purpose": acts.PURPOSE, "case_number": acts.CASE}
    system = doors.system(ASKER)
    verify = {**why, "key": {"shenfen_haoma": NUMBER}, "claims": {"xingming": NAME}}
    row = f"{HEADINGS}\nZD1,站,东区,路,东,1路,是,122.4,34.5\n"
    denied = doors.system("jiaoyuju")
    return {
        "query": lambda: system.post(f"/api/v1/exchange/{RESIDENTS}/query", json=why),
        "verify": lambda: system.post(f"/api/v1/exchange/{RESIDENTS}/verify", json=verify),
        "denial": lambda: denied.post(f"/api/v1/exchange/{RESIDENTS}/query", json=why),
        "push": lambda: doors.system("jiaotongju").post(f"/api/v1/entries/{BUS_STOPS}/pushes", content=row.encode()),
    }


@pytest.mark.parametrize("act", ["query", "verify", "denial", "push"])
def test_without_a_receipt_there_is_no_answer_and_nothing_is_kept(city: HostedCity, doors: Doors, act: str) -> None:
    before = city.counts()
    do = answered_acts(city, doors)[act]
    with without_receipts(city):
        answer = do()
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert not {"rows", "result", "version", "receipt"} & answer.json().keys()
    assert city.counts() == before


def test_while_a_receipt_cannot_be_written_no_byte_of_the_answer_leaves(city: HostedCity, doors: Doors) -> None:
    body = {"purpose": acts.PURPOSE, "case_number": acts.CASE, "limit": 5}
    answers: list[httpx2.Response] = []
    system = doors.system(ASKER)
    asking = threading.Thread(
        target=lambda: answers.append(system.post(f"/api/v1/exchange/{RESIDENTS}/query", json=body))
    )
    with psycopg.connect(city.services.database.conninfo) as owner:
        owner.execute("LOCK TABLE hub.receipt IN ACCESS EXCLUSIVE MODE")
        asking.start()
        asking.join(2)
        assert answers == []
        owner.rollback()
    asking.join(30)
    assert answers[0].status_code == 200


def test_each_answer_to_an_agency_is_recorded_with_its_digest_before_it_arrives(city: HostedCity, doors: Doors) -> None:
    for path, body in (
        (f"/api/v1/exchange/{RESIDENTS}/query", {"limit": 3}),
        (f"/api/v1/exchange/{MARRIAGES}/verify", {"key": {"xingming": NAME}, "claims": {"shenfen_haoma": NUMBER}}),
        (f"/api/v1/exchange/{MARRIAGES}/query", {}),
    ):
        answer = doors.system(ASKER).post(path, json={"purpose": acts.PURPOSE, "case_number": acts.CASE, **body})
        receipt = answer.headers.get("Receipt") or answer.json()["receipt"]
        with city.services.database.begin() as unit:
            found = unit.driver.execute("SELECT body FROM hub.receipt WHERE id = %s", (receipt,)).fetchone()
        assert found is not None, path
        assert not [value for value in CANARIES if value.encode() in bytes(found[0])]


LISTS_OF_NOTHING_MORE: Final = {
    "/ledger/keys.json",
    "/ledger/consistency",
    "/.well-known/jwks.json",
    "/api/v1/quality/definitions",
    "/api/v1/sheets/columns",
    "/api/v1/statistics/population/about",
    "/.well-known/api-catalog",
    "/catalog.jsonld",
    "/data.json",
}
"""Answers that hold lists but are whole by nature (keys, proofs, words), or whose standard says how they go on."""


BESIDE_A_LIST: Final = {"columns", "withheld", "under_verification", "obligations", "themes", "near", "suggestions"}
"""What an answer says of the rows it lists, and what a search that finds nothing offers instead."""
LISTS_OF_THEIR_OWN: Final = {
    "/api/v1/me/accesses": "needs the session of a citizen: tests/hub/own_data",
    "/api/v1/pushes/{push_id}/held-rows": "needs rejected rows: tests/hub/push/loop/test_loop_mending",
    "/api/v1/pulls/{pull_id}/runs": "needs a pull: tests/threats/test_threats_pulls",
    "/api/v1/entries/{name}/effects": "lists who is affected beside the items: tests/hub/directory_metadata",
    "/api/v1/directory/classes/versions/{number}/effects": "needs a second version: tests/hub/directory_metadata",
    "/api/v1/directory/code-list-filings/{name}/{version}": "needs a filing: tests/hub/directory_metadata",
    "/api/v1/directory/code-lists/{name}": "names its versions beside its codes: tests/hub/directory_metadata",
    "/api/v1/directory/code-lists/{name}/differences": "needs two versions: tests/hub/directory_metadata",
    "/api/v1/harvest/sources/{code}/runs": "needs a harvest: tests/hub/harvest",
    "/api/v1/harvest/sources/{code}/records": "needs a harvest: tests/hub/harvest",
    "/api/v1/harvest/runs/{run_id}/changes": "needs a harvest: tests/hub/harvest",
    "/api/v1/data/{name}/changes": "a feed says from, to, version, has_more and next: tests/hub/delivery/test_changes",
    "/api/v1/divisions/{code}/children": "needs a division: tests/hub/divisions",
    "/api/v1/indicators/{code}": "needs an indicator: tests/hub/macro",
    "/api/v1/indicators/{code}/observations": "needs an indicator: tests/hub/macro",
    "/api/v1/exchange/indicators/{code}/observations": "needs an indicator and a grant: tests/hub/macro",
    "/api/v1/legal-persons": "needs the register of bodies: tests/hub/legal_persons",
    "/api/v1/population/protected": "for the organ that keeps the list: tests/hub/population",
    "/api/v1/statistics/population": "needs a release: tests/hub/statistics",
    "/api/v1/place-names": "needs the database of geography switched on: tests/hub/addresses",
    "/api/v1/registers/{code}/changes": "a feed says after, to, has_more and next: tests/hub/registers",
    "/api/v1/registers/{code}/steps": "says total, returned and next: tests/hub/registers",
    "/api/v1/registers/sources/{number}/refused": "needs a source: tests/hub/registers",
}
"""Lists whose length is told otherwise, and the tests that hold them to it."""


def listing_operations(doors: Doors) -> list[tuple[str, dict[str, Any]]]:
    """Return every GET operation that takes a limit."""
    document = doors.public().get("/openapi.json").json()
    return [
        (path, operations["get"])
        for path, operations in document["paths"].items()
        if "limit" in {one["name"] for one in operations.get("get", {}).get("parameters", [])}
    ]


def first_page(city: HostedCity, doors: Doors, path: str) -> httpx2.Response | None:
    """Return one row of a list, read by somebody who may; None where nobody asked may."""
    push = city.people.system("jiaotongju").call("GET", f"/api/v1/datasets/{BUS_STOPS}")
    assert push["data"]["version"] >= 1
    with city.services.database.begin() as unit:
        row = unit.driver.execute(
            "SELECT p.id FROM hub.push p JOIN hub.entry e ON e.id = p.entry_id WHERE e.name = %s", (BUS_STOPS,)
        ).fetchone()
    assert row is not None
    place = path.replace("{name}", BUS_STOPS).replace("{push_id}", str(row[0])).replace("{number}", "1")
    needed = {"q": "名称"} if path.endswith("/items") else {}
    callers: tuple[Door, ...] = (
        Doors.public,
        lambda doors: doors.system("jiaotongju"),
        lambda doors: doors.staff("shujuju", Role.SYSTEM_ADMIN),
        lambda doors: doors.staff(ASKER, Role.AGENCY_USER),
        lambda doors: doors.staff("minzhengju", Role.APPROVER),
        lambda doors: doors.staff("shujuju", Role.SUPERVISOR),
        lambda doors: doors.staff("jiaotongju", Role.CLERK),
    )
    answers = [caller(doors).get(place, params={"limit": 1, **needed}) for caller in callers]
    return next((answer for answer in answers if answer.is_success), None)


def test_every_list_says_how_many_there_are_how_many_it_returns_and_where_it_goes_on(
    city: HostedCity, doors: Doors
) -> None:
    listed = listing_operations(doors)
    assert len(listed) >= 10
    silent: dict[str, object] = {}
    for path, _ in listed:
        if path in LISTS_OF_THEIR_OWN:
            continue
        answer = first_page(city, doors, path)
        if answer is None:
            silent[path] = "read by nobody asked"
            continue
        if "json" not in answer.headers["content-type"] or path.endswith("/download"):
            continue  # a download is whole: its limit is the reader's own
        page = answer.json()
        lists = [name for name, value in page.items() if isinstance(value, list) and name not in BESIDE_A_LIST]
        if not {"total", "returned", "next"} <= page.keys() or len(lists) != 1:
            silent[path] = sorted(page)
            continue
        goes_on = page["total"] > page["returned"]
        if page["returned"] != len(page[lists[0]]) or (page["next"] is not None) is not goes_on:
            silent[path] = {name: page[name] for name in ("total", "returned", "next")}
    assert not silent, "\n".join(f"{path}: {keys}" for path, keys in silent.items())


def test_a_download_holds_every_row(doors: Doors) -> None:
    public = doors.public()
    total = public.get(f"/api/v1/datasets/{BUS_STOPS}/rows?limit=1").json()["total"]
    assert len(public.get(f"/api/v1/datasets/{BUS_STOPS}/download?format=json").json()) == total


def test_no_answer_that_holds_a_list_is_silent_about_its_length(city: HostedCity, doors: Doors) -> None:
    """Also the lists that take no limit today: whoever adds one must say how much there is."""
    document = doors.public().get("/openapi.json").json()
    reader = doors.staff("shujuju", Role.SYSTEM_ADMIN)
    silent = []
    for path, operations in document["paths"].items():
        if "get" not in operations or "{" in path or path in LISTS_OF_NOTHING_MORE:
            continue
        answer = reader.get(path, params={"q": "名称"} if path.endswith("/items") else None)
        if not answer.is_success or "json" not in answer.headers["content-type"]:
            continue
        found = answer.json()
        if not isinstance(found, dict):
            silent.append(path)
            continue
        records = [
            value for value in found.values() if isinstance(value, list) and value and isinstance(value[0], dict)
        ]
        if records and not {"total", "returned", "next"} <= found.keys():
            silent.append(path)
    assert not silent, silent
