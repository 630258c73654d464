"""A running stream meets a change of its grant within five seconds and breaks off (Done-when 4; threats 8, 16)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx2
import pytest

from hub.client import HubProblemError
from hub.identity import store
from hub.identity.facts import Status
from tests.hub.grants.conftest import MANY, USER
from tests.hub.grants.test_grant_streams import CUT_SECONDS, READER_BYTES, closed, download
from tests.support import acts
from tests.support.acts import RESIDENTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.hub.grants.conftest import Grants


def test_the_open_receipt_is_durable_before_the_first_byte(streamed: Grants) -> None:
    streamed.grant()
    with download(streamed, RESIDENTS) as answer:
        pieces = answer.iter_bytes(READER_BYTES)
        next(pieces)
        assert streamed.receipts(kind="stream_open", id=answer.headers["Receipt"])


STOPPING: dict[str, tuple[Callable[[Grants, dict[str, Any]], object], str]] = {
    "suspended grant": (lambda g, given: g.set_status(given, "suspended"), "grant-suspended"),
    "withdrawn grant": (lambda g, given: g.set_status(given, "revoked"), "grant-suspended"),
    "mode taken away": (lambda g, given: g.narrow(given, without_modes=["download"]), "grant-narrowed"),
    "item taken away": (lambda g, given: g.narrow(given, items={"xingming": "withheld"}), "grant-narrowed"),
}


@pytest.mark.parametrize("way", STOPPING)
def test_a_running_stream_is_cut_within_five_seconds(streamed: Grants, way: str) -> None:
    act, outcome = STOPPING[way]
    given = streamed.grant()
    with download(streamed, RESIDENTS) as answer:
        pieces = answer.iter_bytes(READER_BYTES)
        next(pieces)
        act(streamed, given)
        began = time.monotonic()
        found = closed(streamed, answer.headers["Receipt"])
        assert time.monotonic() - began < CUT_SECONDS
        with pytest.raises(httpx2.RemoteProtocolError):  # what is cut never looks whole
            sum(len(piece) for piece in pieces)
    assert found["outcome"] == outcome
    assert found["rows"] < MANY


def test_a_stream_is_cut_when_the_systems_key_ends(streamed: Grants) -> None:
    streamed.grant()
    system_id = UUID(streamed.city.people.registered[USER].system_id)
    database = streamed.city.services.database
    with download(streamed, RESIDENTS) as answer:
        pieces = answer.iter_bytes(READER_BYTES)
        next(pieces)
        with database.begin() as unit:
            store.set_system_status(unit, system_id, Status.SUSPENDED)
            store.bump_epoch(unit)
        found = closed(streamed, answer.headers["Receipt"])
    with database.begin() as unit:
        store.set_system_status(unit, system_id, Status.ACTIVE)
        store.bump_epoch(unit)
    streamed.city.services.identity.keeper.refresh()
    assert found["outcome"] == "suspended"


def test_a_reader_who_leaves_closes_the_stream_as_interrupted(streamed: Grants) -> None:
    streamed.grant()
    with download(streamed, RESIDENTS) as answer:
        next(answer.iter_bytes(READER_BYTES))
    assert closed(streamed, answer.headers["Receipt"])["outcome"] == "interrupted"


def test_a_quota_of_rows_cuts_a_stream(streamed: Grants) -> None:
    given = streamed.grant()
    streamed.narrow(given, quotas={"rows": 40_000})
    streamed.city.services.identity.keeper.refresh()
    with download(streamed, RESIDENTS) as answer, pytest.raises(httpx2.RemoteProtocolError):
        answer.read()
    found = closed(streamed, answer.headers["Receipt"])
    assert found["outcome"] == "quota-rows"
    assert found["rows"] <= 40_000


@pytest.mark.long
def test_twenty_suspensions_take_effect_in_under_five_seconds_each(streamed: Grants) -> None:
    seconds = {"stream": [], "page": []}  # type: dict[str, list[float]]
    for _ in range(20):
        given = streamed.grant()
        streamed.city.services.identity.keeper.refresh()
        with download(streamed, RESIDENTS) as answer:
            pieces = answer.iter_bytes(READER_BYTES)
            next(pieces)
            streamed.set_status(given, "suspended")
            began = time.monotonic()
            seconds["page"].append(until_denied(streamed, began))
            closed(streamed, answer.headers["Receipt"])
            seconds["stream"].append(time.monotonic() - began)
    print({way: (round(sorted(found)[10], 2), round(max(found), 2)) for way, found in seconds.items()})
    assert max(max(found) for found in seconds.values()) < CUT_SECONDS


def until_denied(grants: Grants, began: float) -> float:
    """Query again and again until the grant is denied; returns the seconds since ``began``."""
    while time.monotonic() - began < CUT_SECONDS:
        try:
            acts.query(grants.system(), RESIDENTS, limit=1)
        except HubProblemError:
            break
    return time.monotonic() - began
