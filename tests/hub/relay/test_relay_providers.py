"""A provider that hangs, lies, redirects, floods or breaks off: each case is cut or refused, and has its receipts."""

from __future__ import annotations

import asyncio
import resource
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from hub.exchange.relay.breaker import CALLS, FAILURES
from tests.hub.relay import provider as stub
from tests.hub.relay.conftest import LIMITS, PERSON, ROW
from tests.support import acts
from tests.support.acts import BUS_STOPS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.hub.relay.conftest import Town
    from tests.hub.relay.provider import Behaviour

MEMORY_BYTES = 200 * 1024 * 1024
DEEP = b'{"data": ' + b"[" * 5000 + b"]" * 5000 + b"}"
QUITE_DEEP = b'{"data": ' + b"[" * 100 + b"]" * 100 + b"}"

AWAY: dict[str, tuple[Behaviour, str]] = {
    "hangs before its head": (stub.hangs_before_head, "timeout"),
    "hangs after its head": (stub.hangs_after_head, "timeout"),
    "drips its body": (stub.drips_body, "timeout"),
    "drips its head": (stub.drips_head, "timeout"),
    "closes at once": (stub.closes_at_once, "cut"),
    "closes in the middle of its body": (stub.closes_mid_body, "cut"),
    "says a length longer than its body": (stub.says(b"{}", length=500), "cut"),
    "answers 401": (stub.answers({}, status=401), "status-401"),
    "answers 429": (stub.answers({}, status=429), "status-429"),
    "answers 500": (stub.answers({"trace": "CANARY"}, status=500), "status-500"),
    "answers 503": (stub.answers({}, status=503), "status-503"),
}
WRONG: dict[str, tuple[Behaviour, str]] = {
    "redirects": (stub.says(b"", status=302, more=("Location: https://other.example.cn/",)), "redirect"),
    "redirects inside": (stub.says(b"", status=307, more=("Location: http://169.254.169.254/",)), "redirect"),
    "redirects to a file": (stub.says(b"", status=301, more=("Location: file:///etc/passwd",)), "redirect"),
    "answers 400": (stub.answers({}, status=400), "status"),
    "answers 206": (stub.answers({}, status=206), "status"),
    "says a length shorter than its body": (stub.says(b'{"data": [1]}', length=5), "json"),
    "announces more than the limit": (stub.says(b"{}", length=10**12), "too_large"),
    "sends a gzip bomb": (stub.gzip_bomb(), "compressed"),
    "sends no JSON": (stub.says(b"<html>"), "json"),
    "sends half a JSON": (stub.says(b'{"data": ['), "json"),
    "sends nothing": (stub.says(b""), "json"),
    "sends GB18030": (stub.says('{"data": "姓名"}'.encode("gb18030")), "encoding"),
    "sends JSON nested 5000 deep": (stub.says(DEEP), "depth"),
    "sends JSON nested 100 deep": (stub.says(QUITE_DEEP), "depth"),
    "sends a member twice": (stub.says(b'{"data": [], "data": [1]}'), "duplicate"),
    "sends NaN": (stub.says(b'{"data": NaN}'), "json"),
    "sends a number without end": (stub.says(b'{"data": ' + b"9" * 5000 + b"}"), "json"),
    "answers in another content type": (stub.answers({"data": [ROW]}, media_type="text/html"), "content_type"),
    "answers an error envelope": (stub.answers({"code": 500, "msg": "CANARY"}), "rows"),
    "answers rows that are no objects": (stub.answers({"data": ["CANARY"]}), "rows"),
    "answers 20,000 rows": (stub.answers({"data": [{}] * 20_000}), "rows"),
    "answers a number for a text": (stub.answers({"data": [{**ROW, "status": 21}]}), "type"),
    "answers an object for a text": (stub.answers({"data": [{**ROW, "status": {"a": "CANARY"}}]}), "type"),
    "answers no date for a date": (stub.answers({"data": [{**ROW, "date": "CANARY"}]}), "type"),
    "answers a text longer than agreed": (stub.answers({"data": [{**ROW, "status": "CANARY"}]}), "type"),
    "answers a text with a zero byte": (stub.answers({"data": [{**ROW, "status": "\0"}]}), "type"),
    "leaves out what is required": (stub.answers({"data": [{**ROW, "status": None}]}), "type"),
}


@pytest.mark.parametrize(("behave", "reason"), AWAY.values(), ids=AWAY)
def test_a_provider_that_is_away_gives_503_with_retry_after_and_a_receipt_of_the_failure(
    town: Town, behave: Behaviour, reason: str
) -> None:
    town.provider.behave = behave
    answer = town.ask()
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0, "CANARY" in answer.text) == (503, True, False)
    assert town.outcome() == ("failed", reason, 503)
    assert answer.json()["receipt"] == town.receipts()[-1]["id"]


@pytest.mark.parametrize(("behave", "reason"), WRONG.values(), ids=WRONG)
def test_a_provider_that_answers_otherwise_than_agreed_gives_502_and_a_receipt_of_the_failure(
    town: Town, behave: Behaviour, reason: str
) -> None:
    town.provider.behave = behave
    answer = town.ask()
    assert (answer.status_code, answer.json()["reason"], "CANARY" in answer.text) == (502, reason, False)
    assert town.outcome() == ("failed", reason, 502)


def test_a_wrong_type_is_named_by_its_item_and_not_by_its_value(town: Town) -> None:
    town.provider.behave = stub.answers({"data": [{**ROW, "date": "CANARY"}]})
    answer = town.ask()
    assert (answer.json()["item"], PERSON in answer.text) == ("dengji_riqi", False)


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def test_a_stream_of_ten_gigabytes_is_cut_at_the_limit_with_little_memory(town: Town) -> None:
    town.provider.behave = stub.streams(town.provider)
    before = _peak_bytes()
    answer = town.ask()
    grown = _peak_bytes() - before
    assert (answer.status_code, answer.json()["reason"]) == (502, "too_large")
    assert (town.provider.sent < 100 * stub.MIB, grown < MEMORY_BYTES) == (True, True)
    assert town.outcome() == ("failed", "too_large", 502)


def test_after_failures_in_a_row_the_provider_is_not_asked_again_for_a_while(town: Town) -> None:
    town.provider.behave = stub.answers({}, status=500)
    for _ in range(FAILURES):
        town.ask()
    before = len(town.provider.seen)
    answer = town.ask()
    assert (answer.status_code, answer.json()["reason"], len(town.provider.seen)) == (503, "resting", before)
    assert int(answer.headers["Retry-After"]) in range(1, 31)
    assert town.outcome() == ("failed", "resting", 503)


def test_a_breaker_that_has_rested_lets_one_call_try_and_closes_when_it_is_answered(town: Town) -> None:
    town.provider.behave = stub.answers({}, status=500)
    for _ in range(FAILURES):
        town.ask()
    breaker = next(gate.breaker for key, gate in town.city.services.relay._gates.items() if str(key) == town.endpoint)
    breaker.rests_until = 0.0
    town.provider.behave = stub.answers({"data": [ROW]})
    assert ([town.ask().status_code for _ in range(2)], breaker.failures) == ([200, 200], 0)


def test_fifty_calls_that_hang_do_not_slow_anybody_else(town: Town, tmp_path: Path) -> None:
    people = town.city.people
    acts.publish_and_supply(people, BUS_STOPS, tmp_path)
    open_rows = f"/api/v1/datasets/{BUS_STOPS}/rows?limit=5"
    public = town.doors.public()
    quiet = _times(lambda: public.get(open_rows, headers={"Cache-Control": "no-cache"}), 60)
    town.provider.behave = stub.hangs_before_head
    answers: list[int] = []
    auth = people.system("rensheju").auth
    threads = [threading.Thread(target=_ask_alone, args=(town, auth, answers)) for _ in range(50)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    time.sleep(0.4)  # until they hang: starting fifty clients is this process's own work
    busy = _times(lambda: public.get(open_rows, headers={"Cache-Control": "no-cache"}), 60)
    for thread in threads:
        thread.join()
    assert answers == [503] * 50
    assert time.monotonic() - started < 4 * LIMITS.total_seconds + 6
    assert sorted(busy)[-3] < max(0.5, 4 * sorted(quiet)[-3])


def _times(act: Any, times: int) -> list[float]:
    """Return how long each of some requests took, in seconds; each must be answered."""
    found = []
    for _ in range(times):
        started = time.monotonic()
        assert act().status_code == 200
        found.append(time.monotonic() - started)
        time.sleep(0.01)
    return found


def _ask_alone(town: Town, auth: Any, answers: list[int]) -> None:
    body = {"key": {"shenfen_haoma": PERSON}, "purpose": acts.PURPOSE, "case_number": acts.CASE}
    with httpx2.Client(base_url=town.city.url, timeout=60) as client:
        answers.append(client.post(f"/api/v1/relay/{acts.MARRIAGES}", json=body, auth=auth).status_code)


def test_no_more_calls_than_its_places_are_made_to_one_provider_at_a_time(town: Town) -> None:
    running, most = 0, 0

    async def counted(seen: stub.Seen, writer: Any) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.2)
        await stub.answers({"data": [ROW]})(seen, writer)
        running -= 1

    town.provider.behave = counted
    answers: list[int] = []
    auth = town.city.people.system("rensheju").auth
    threads = [threading.Thread(target=_ask_alone, args=(town, auth, answers)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most <= CALLS, set(answers) <= {200, 503}, 200 in answers) == (True, True, True)
