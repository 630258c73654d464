"""When the provider is away: a stored copy of an allowed age, a question that waits, a call left open by a crash."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from hub.exchange.relay import jobs
from hub.ledger.drafts import ReceiptKind
from hub.rounds import run_now
from tests.hub.relay import provider as stub
from tests.hub.relay.conftest import ASKER, PERSON, ROW, set_grants
from tests.support import acts
from tests.support.acts import MARRIAGES

if TYPE_CHECKING:
    from pathlib import Path

    import httpx2

    from tests.hub.relay.conftest import Town

ASYNC = {"Prefer": "respond-async"}


def until(town: Town, place: str) -> httpx2.Response:
    """Let what is due happen until a waiting question is answered."""
    for _ in range(100):
        run_now(town.city.services, "relay_jobs")
        answer = town.doors.system(ASKER).get(place)
        if answer.status_code != 202:
            return answer
        time.sleep(0.05)
    raise AssertionError("the question still waits")


def waiting(town: Town) -> str:
    """Ask while the provider is away; returns where the answer will be."""
    town.attach(may_wait=True)
    town.provider.behave = stub.answers({}, status=500)
    answer = town.ask(headers=ASYNC)
    assert (answer.status_code, answer.json()["state"]) == (202, "waiting"), answer.text
    return answer.headers["Location"]


def test_a_stored_copy_stands_in_where_the_endpoint_allows_its_age_and_says_of_when_it_is(
    town: Town, tmp_path: Path
) -> None:
    acts.push_demo_file(town.city.people, MARRIAGES, tmp_path)
    town.attach(max_stale_seconds=3600)
    town.provider.behave = stub.answers({}, status=500)
    answer = town.ask().json()
    receipt = town.receipts()[-1]
    assert (answer["source"], len(answer["rows"]), answer["rows"][0]["xingming"]) == ("stored", 1, "姜**")
    assert (receipt["outcome"], receipt["as_of"]) == ("delivered_stored", answer["as_of"])


def test_a_copy_older_than_allowed_stands_in_for_nothing(town: Town) -> None:
    town.attach(max_stale_seconds=60)
    town.clock.forward(hours=1)
    town.provider.behave = stub.answers({}, status=500)
    assert (town.ask().status_code, town.outcome()) == (503, ("failed", "status-500", 503))


def test_a_question_does_not_wait_where_the_provider_does_not_allow_it(town: Town) -> None:
    town.provider.behave = stub.answers({}, status=500)
    assert town.ask(headers=ASYNC).status_code == 503


def test_a_question_does_not_wait_unless_asked_to(town: Town) -> None:
    town.attach(may_wait=True)
    town.provider.behave = stub.answers({}, status=500)
    assert town.ask().status_code == 503


def test_a_question_that_waits_is_answered_when_the_provider_is_back_and_fetched_once(town: Town) -> None:
    place = waiting(town)
    town.provider.behave = stub.answers({"data": [ROW]})
    town.clock.forward(hours=0.1)
    answer = until(town, place)
    assert (answer.json()["source"], answer.json()["rows"][0]["shenfen_haoma"]) == ("provider", PERSON)
    assert town.receipts()[-1]["outcome"] == "delivered"
    assert town.doors.system(ASKER).get(place).status_code == 410


def until_ready(town: Town) -> None:
    """Let what is due happen until the provider's answer lies ready; it is not fetched."""
    for _ in range(100):
        run_now(town.city.services, "relay_jobs")
        with town.city.services.database.read_only() as unit:
            row = unit.driver.execute("SELECT state FROM hub.relay_job ORDER BY expires_at DESC LIMIT 1").fetchone()
        if row is not None and row[0] == "ready":
            return
        time.sleep(0.05)
    raise AssertionError("the answer does not come")


def test_an_answer_that_lies_ready_is_not_given_once_the_grant_is_suspended(town: Town) -> None:
    place = waiting(town)
    town.provider.behave = stub.answers({"data": [ROW]})
    town.clock.forward(hours=0.1)
    until_ready(town)
    set_grants(town, "suspended")
    try:
        refused = town.doors.system(ASKER).get(place)
    finally:
        set_grants(town, "active")
    assert (refused.status_code, PERSON in refused.text) == (403, False)


def test_a_question_still_waits_while_the_provider_is_away(town: Town) -> None:
    place = waiting(town)
    town.clock.forward(hours=0.1)
    run_now(town.city.services, "relay_jobs")
    time.sleep(0.3)
    answer = town.doors.system(ASKER).get(place)
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (202, True)


def test_a_question_whose_provider_answers_wrongly_ends(town: Town) -> None:
    place = waiting(town)
    town.provider.behave = stub.answers({"data": [{**ROW, "idNo": "x"}]})
    town.clock.forward(hours=0.1)
    answer = until(town, place)
    assert (answer.status_code, answer.json()["state"], answer.json()["reason"]) == (410, "failed", "other_subject")


def test_a_question_expires_and_nothing_of_it_is_kept(town: Town) -> None:
    place = waiting(town)
    town.clock.forward(days=8)
    run_now(town.city.services, "relay_jobs")
    job = place.rpartition("/")[2]
    with town.city.services.database.begin() as unit:
        row = unit.driver.execute("SELECT state, question, answer FROM hub.relay_job WHERE id = %s", (job,)).fetchone()
    assert (town.doors.system(ASKER).get(place).status_code, row) == (410, ("expired", None, None))


def test_what_waits_is_stored_without_a_readable_identity_number(town: Town) -> None:
    job = waiting(town).rpartition("/")[2]
    with town.city.services.database.begin() as unit:
        row = unit.driver.execute("SELECT question FROM hub.relay_job WHERE id = %s", (job,)).fetchone()
    assert row is not None
    assert PERSON.encode() not in bytes(row[0])


def test_another_system_does_not_find_a_question_that_waits(town: Town) -> None:
    place = waiting(town)
    assert town.doors.system("jiaoyuju").get(place).status_code == 404


def test_a_call_whose_process_died_gets_its_last_receipt_from_the_sweep(town: Town) -> None:
    town.ask()
    services, opened = town.city.services, town.receipts()[-2]
    fields = {name: opened[name] for name in ("member", "system", "resource", "endpoint", "grant")}
    with services.database.begin() as unit:
        left = services.context.record(unit, ReceiptKind.RELAY, **fields, outcome="opened")
        unit.driver.execute(
            "INSERT INTO hub.relay_call (receipt_id, opened_at, fields) VALUES (%s, %s, %s::jsonb)",
            (left.id, services.context.now(), json.dumps(fields)),
        )
    town.clock.forward(hours=jobs.LEFT / timedelta(hours=1) + 0.1)
    assert run_now(services, "relay_calls") == {"relay_calls": 1}
    closed = town.receipts()[-1]
    assert (closed["opened"], closed["outcome"], closed["grant"]) == (str(left.id), "interrupted", opened["grant"])


def test_a_call_that_was_closed_is_not_closed_again(town: Town) -> None:
    town.ask()
    opened = town.receipts()[-2]
    with town.city.services.database.begin() as unit:
        unit.driver.execute(
            "INSERT INTO hub.relay_call (receipt_id, opened_at, fields) VALUES (%s, %s, %s::jsonb)",
            (opened["id"], town.clock() - timedelta(seconds=30), json.dumps({"member": opened["member"]})),
        )
    town.clock.forward(hours=jobs.LEFT / timedelta(hours=1) + 0.1)
    assert run_now(town.city.services, "relay_calls") == {"relay_calls": 0}
