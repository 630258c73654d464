"""From departments' pushes to an agency's answers over HTTP: fed by the sweep, verified with receipts, erased for good.

The demo city's own departments and sources; the real rules of persons.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from hub.client import HubProblemError
from hub.demo.directory import demo_entry
from hub.demo.people import residents
from hub.demo.population import FRAMES
from hub.demo.registers import PERSONS, REGISTER_OF_PERSONS, SOURCES, name_sources, release_figures
from hub.identity.roles import Role
from hub.rounds import run_now
from tests.support import acts
from tests.support.acts import MARRIAGES, RESIDENTS
from tests.support.hosted import Doors, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import httpx2

    from tests.conftest import Server

OFFICE, CIVIL, ASKER = "shujuju", "minzhengju", "rensheju"
FORMS = {"shenfen_haoma": "full", "xingming": "full", "siwang_biaoshi": "full", "hunyin": "full"}
WHY = {"purpose": acts.PURPOSE, "case_number": acts.CASE}
COUPLE = next(one for one in residents() if one.spouse is not None and not one.is_dead)
SINGLE = next(one for one in residents() if one.marital == "10" and not one.is_dead)


@pytest.fixture(scope="module")
def doors(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """Give the demo city with its registers fed, and an agency with a grant on the register of persons."""
    with hosted_city(server, template, tmp_path_factory.mktemp("answers")) as city:
        for entry in dict.fromkeys(entry for _, entry, _ in SOURCES):
            acts.publish_and_supply(city.people, entry, city.folder / "files")
        name_sources(city.people)
        made = Doors(city)
        feed(made)
        release_figures(city.people)
        keeper = {"member": "gonganju", "telephone": "0399-12345678"}
        made.staff(OFFICE, Role.SECURITY_ADMIN).put("/api/v1/population/keeper", json=keeper).raise_for_status()
        _grant(made)
        try:
            yield made
        finally:
            made.close()


def _grant(doors: Doors) -> None:
    people = doors.city.people
    made = acts.ask_for(people, ASKER, REGISTER_OF_PERSONS, FORMS, modes=["query", "verify"])
    open_lines = [line["item"] for line in made["lines"] if line.get("answer") is None]
    assessment = acts.assess(people, OFFICE, REGISTER_OF_PERSONS, open_lines)
    for item in open_lines:
        given = {"cites_law_and_assessment": True, "assessment": assessment}
        with suppress(HubProblemError):  # the rule has answered the line already
            acts.answer(people, OFFICE, made, item, decision="full", **given)


def feed(doors: Doors) -> None:
    """Let the sweep take everything that waits."""
    while run_now(doors.city.services, "registers")["registers"]:
        pass


def ask(doors: Doors, what: str, body: Mapping[str, Any]) -> httpx2.Response:
    """Ask a service about a person as the agency's system."""
    return doors.system(ASKER).post(f"/api/v1/population/{what}", json={**WHY, **body})


def conflicts(doors: Doors, state: str) -> list[dict[str, Any]]:
    """Return the lines of conflict in a state, as the keeper sees them."""
    keeper = doors.staff(OFFICE, Role.CATALOGUE_REVIEWER)
    answer = keeper.get("/api/v1/register-conflicts", params={"register": PERSONS, "state": state})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["conflicts"])


def push_other_name(doors: Doors) -> None:
    """Let civil affairs push another name for the single person, who has no marriage there: a slip."""
    entry = demo_entry(MARRIAGES, doors.city.people.today())
    row = FRAMES[MARRIAGES]().drop(sorted(entry.stopped), strict=False).head(1)
    slip = row.with_columns(pl.lit(SINGLE.number).alias("shenfen_haoma"), pl.lit("示例误").alias("xingming"))
    path = doors.city.folder / "slip.csv"
    slip.write_csv(path)
    doors.city.people.system(CIVIL).push(MARRIAGES, path, options={"mode": "upsert"})


def test_what_two_departments_pushed_is_verified_asked_and_read_with_receipts(doors: Doors) -> None:
    number = COUPLE.number
    verified = ask(doors, "verify", {"number": number, "name": COUPLE.name})
    alive = ask(doors, "alive", {"number": number})
    read = ask(doors, "fields", {"number": number, "items": ["xingming", "hunyin"]})
    answers = [verified, alive, read]
    assert [one.status_code for one in answers] == [200] * 3, [one.text for one in answers]
    assert (verified.json()["result"], alive.json()["result"]) == ("match", "alive")
    shown = read.json()
    assert shown["items"] == {"xingming": COUPLE.name, "hunyin": COUPLE.marital}
    assert shown["sources"]["xingming"]["department"] == "示例市公安局"
    assert shown["sources"]["hunyin"]["department"] == "示例市民政局"
    with doors.city.services.database.begin() as unit:
        found = unit.driver.execute(
            "SELECT count(*) FROM hub.receipt WHERE id = ANY(%s)", ([one.headers["Receipt"] for one in answers],)
        ).fetchone()
    assert found == (3,)


def test_statistics_by_division_stand_for_everybody_to_read(doors: Doors) -> None:
    found = doors.public().get("/api/v1/statistics/population", params={"level": "district", "by": "sex"})
    assert (found.status_code, len(found.json()["cells"]) > 0) == (200, True)


def test_a_slip_is_a_line_of_conflict_and_its_erasure_leaves_nothing_of_it(doors: Doors) -> None:
    push_other_name(doors)
    feed(doors)
    [line] = [one for one in conflicts(doors, "open") if one["element"] == "P002"]
    doubted = ask(doors, "fields", {"number": SINGLE.number, "items": ["xingming"]}).json()
    assert (len(line["claims"]), doubted["items"]["xingming"]) == (2, SINGLE.name)
    erase = {"keys": [{"shenfen_haoma": SINGLE.number}], "ground": "consent_withdrawn", "decision": "示删〔2026〕2号"}
    done = doors.staff(CIVIL, Role.APPROVER).post(f"/api/v1/entries/{MARRIAGES}/rows/erase", json=erase)
    feed(doors)
    with doors.city.services.database.begin() as unit:
        left = unit.driver.execute(
            "SELECT count(*) FROM hub.population_claim WHERE values ->> 'P002' = '示例误'"
        ).fetchone()
    assert (done.status_code, left) == (201, (0,)), done.text
    assert [one for one in conflicts(doors, "open") if one["element"] == "P002"] == []
    assert ask(doors, "verify", {"number": SINGLE.number, "name": SINGLE.name}).json()["result"] == "match"


def test_no_row_of_the_demo_is_refused_by_its_registers(doors: Doors) -> None:
    keeper = doors.staff(OFFICE, Role.CATALOGUE_REVIEWER)
    found = [keeper.get(f"/api/v1/registers/sources/{number}/refused").json() for number in range(1, len(SOURCES) + 1)]
    assert RESIDENTS in {entry for _, entry, _ in SOURCES}
    assert [one["total"] for one in found] == [0] * len(SOURCES), found
