"""Pushes are remembered: the same one twice is one, and what was rejected can be read page by page."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from hub.push import store
from hub.push.store import IdempotencyConflictError, Incident, IncidentState, NewPush, Outcome, PushState

if TYPE_CHECKING:
    from hub.database import Database

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
ENTRY = uuid.UUID(int=1)
FAULTS = pl.DataFrame(
    {
        "line": [7, 7, 12],
        "letter": ["C", "D", None],
        "item": ["公民身份号码", "姓名", None],
        "column": ["citizen_id", "name", None],
        "rule": ["R03", "R01", "R04"],
        "value": ["410105***********0", "", None],
        "detail": [None, None, "7"],
    }
)


def _push(**changes: Any) -> NewPush:
    values: dict[str, Any] = {
        "id": uuid.uuid4(),
        "entry_id": ENTRY,
        "entry_version": 1,
        "mode": "full",
        "idempotency_key": "2026-03-02",
        "content_digest": "sha-256=:abc:",
        "at": AT,
        "filename": "人口.csv",
    }
    return NewPush(**(values | changes))


def test_a_push_received_twice_is_one(database: Database) -> None:
    first = _push()
    with database.begin() as unit:
        store.receive(unit, first)
    with database.begin() as unit:
        again, is_new = store.receive(unit, _push())
    assert (again.given, is_new) == (first, False)


@pytest.mark.parametrize("changes", [{"content_digest": "sha-256=:xyz:"}, {"mode": "upsert"}])
def test_the_same_key_with_another_content_is_a_conflict(database: Database, changes: dict[str, str]) -> None:
    with database.begin() as unit:
        store.receive(unit, _push())
    with database.begin() as unit, pytest.raises(IdempotencyConflictError):
        store.receive(unit, _push(**changes))


def test_the_same_key_on_another_resource_is_another_push(database: Database) -> None:
    with database.begin() as unit:
        store.receive(unit, _push())
        assert store.receive(unit, _push(entry_id=uuid.UUID(int=2)))[1]


def test_what_became_of_a_push_is_kept(database: Database) -> None:
    push = _push()
    outcome = Outcome(PushState.MERGED, 1, {"encoding": "GB18030"}, {"inserted": 3}, {"R03": 1}, AT, uuid.UUID(int=9))
    with database.begin() as unit:
        store.receive(unit, push)
        store.settle(unit, push.id, outcome)
    with database.begin() as unit:
        found = store.get(unit, push.id)
        assert found is not None
        assert (found.outcome, store.by_number(unit, ENTRY, 1)) == (outcome, found)


def test_versions_are_numbered_one_by_one(database: Database) -> None:
    numbers = []
    for key in "abc":
        with database.begin() as unit:
            push = _push(idempotency_key=key)
            store.receive(unit, push)
            numbers.append(store.next_number(unit, ENTRY))
            store.settle(unit, push.id, Outcome(PushState.MERGED, numbers[-1], merged_at=AT))
    assert numbers == [1, 2, 3]


def test_the_version_of_a_date_is_the_last_one_merged_before_it(database: Database) -> None:
    with database.begin() as unit:
        for number in (1, 2):
            push = _push(idempotency_key=str(number))
            store.receive(unit, push)
            store.settle(unit, push.id, Outcome(PushState.MERGED, number, merged_at=AT + timedelta(days=number)))
        days = [store.number_at(unit, ENTRY, AT + timedelta(days=day)) for day in (0, 1, 5)]
    assert days == [None, 1, 2]


def test_pushes_are_listed_newest_first_and_page_by_page(database: Database) -> None:
    with database.begin() as unit:
        for hour in range(3):
            store.receive(unit, _push(idempotency_key=str(hour), at=AT + timedelta(hours=hour)))
        first = store.pushes(unit, ENTRY, limit=2)
        rest = store.pushes(unit, ENTRY, before=first[-1].given.at, limit=2)
    assert [push.given.idempotency_key for push in (*first, *rest)] == ["2", "1", "0"]


def test_rejections_are_read_page_by_page(database: Database) -> None:
    push = _push()
    with database.begin() as unit:
        store.receive(unit, push)
        after = store.add_rejections(unit, push.id, FAULTS)
        store.add_rejections(unit, push.id, FAULTS, first=after)
        first = store.rejections(unit, push.id, limit=4)
        second = store.rejections(unit, push.id, after=first.next or 0, limit=4)
    assert [len(first.rejections), len(second.rejections), first.total] == [4, 2, 6]
    assert (first.rejections[1].value, first.rejections[2].item, second.next) == ("", None, None)


def test_an_incident_is_open_until_it_is_closed(database: Database) -> None:
    incident = Incident(
        uuid.uuid4(), "secrecy_mark", uuid.UUID(int=5), ENTRY, {"places": ["Sheet1!A1"]}, AT, "secrecy_officer"
    )
    with database.begin() as unit:
        store.open_incident(unit, incident)
        assert store.incidents(unit, member_id=uuid.UUID(int=5), state=IncidentState.OPEN) == (incident,)
        assert store.close_incident(unit, incident.id, AT)
        assert not store.close_incident(unit, incident.id, AT)
        assert store.incidents(unit, state=IncidentState.OPEN) == ()
