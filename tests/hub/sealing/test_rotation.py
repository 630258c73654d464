"""Keys of identity numbers are changed while the hub runs: rows, history and the hub's own texts are sealed anew."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import psycopg
import pytest

from hub.push.merge import MergeMode
from hub.rows.difference import difference
from hub.rows.restoring import restore
from hub.rows.rotation import rows, texts
from hub.rows.rotation.stepping import standing, step, under
from hub.rows.tables import lock
from tests.hub.rows.builders import person
from tests.hub.sealing.kit import equals, number, page, sealed_register, seals_of, streams, with_keys

if TYPE_CHECKING:
    from hub.database import Database
    from tests.hub.rows.builders import Pusher

ROWS = [person(n) for n in range(20)]
BOTH = (1, 2)


@pytest.fixture
def pusher(database: Database) -> Pusher:
    """A register with a history, sealed under the first key."""
    pusher = sealed_register(database, 1)
    pusher.push(ROWS)
    pusher.push([person(0, persons=100)], MergeMode.UPSERT)
    return pusher


def _stored(pusher: Pusher) -> list[str]:
    with pusher.database.begin() as unit:
        return [
            str(row[0])
            for place in (pusher.table.current, pusher.table.history)
            for row in unit.driver.execute(psycopg.sql.SQL("SELECT citizen_id FROM {}").format(place))
        ]


def _sums(pusher: Pusher) -> list[tuple[object, ...]]:
    return sorted(pusher.rows("_row, _push, _sum_a, _sum_b"))


def test_all_rows_and_all_history_are_sealed_under_the_new_key(pusher: Pusher) -> None:
    assert step(pusher.database, seals_of(*BOTH)) == 21
    assert all(text.startswith("~2.") for text in _stored(pusher))


def test_a_second_step_finds_nothing_to_do(pusher: Pusher) -> None:
    step(pusher.database, seals_of(*BOTH))
    assert step(pusher.database, seals_of(*BOTH)) == 0


def test_the_standing_says_how_much_remains(pusher: Pusher) -> None:
    before = standing(pusher.database, seals_of(*BOTH))
    step(pusher.database, seals_of(*BOTH))
    after = standing(pusher.database, seals_of(*BOTH))
    assert (before.version, before.resources, before.rows, before.is_done) == (2, 1, 20, False)
    assert (after.resources, after.rows, after.texts, after.is_done) == (0, 0, 0, True)


def test_numbers_are_found_before_during_and_after(pusher: Pusher) -> None:
    other = with_keys(pusher, *BOTH)
    before = page(other, equals(3))
    step(pusher.database, seals_of(*BOTH))
    assert before == page(other, equals(3)) == [(number(3), 3, "410103")]
    assert sorted(streams(other)[1]) == [number(n) for n in range(20)]
    assert page(other, equals(0), as_of=1) == [(number(0), 0, "410100")]


def test_versions_and_checksums_stay_what_they_were(pusher: Pusher) -> None:
    before = _sums(pusher)
    step(pusher.database, seals_of(*BOTH))
    assert _sums(with_keys(pusher, *BOTH)) == before
    counts = with_keys(pusher, *BOTH).push([person(0, persons=100), *ROWS[1:]])
    assert (counts.unchanged, counts.changed, counts.inserted, counts.closed) == (20, 0, 0, 0)


def test_a_push_seals_as_the_rows_that_stand_are_sealed(pusher: Pusher) -> None:
    late = with_keys(pusher, *BOTH)
    assert late.push([person(3, persons=9), person(40)], MergeMode.UPSERT).changed == 1
    assert all(text.startswith("~1.") for text in _stored(pusher))


def test_the_first_push_of_a_resource_seals_under_the_newest_key(database: Database) -> None:
    pusher = sealed_register(database, *BOTH)
    pusher.push(ROWS)
    assert all(text.startswith("~2.") for text in _stored(pusher))


def test_a_way_back_over_a_change_of_keys_is_exact(pusher: Pusher) -> None:
    step(pusher.database, seals_of(*BOTH))
    late = with_keys(pusher, *BOTH)
    with pusher.database.begin() as unit:
        found = restore(unit, late.table, 1, 3, lambda _closed, _before: None)
    with pusher.database.begin() as unit:
        since = difference(unit, late.table, (1, 3))
    assert (found.changed, found.unchanged) == (1, 19)
    assert (since.added, since.changed, since.removed) == (0, 0, 0)


def test_a_resource_a_push_is_at_work_on_is_left_for_the_next_time(pusher: Pusher) -> None:
    with pusher.database.begin() as unit:
        lock(unit, pusher.table.entry_id)
        with pusher.database.begin() as other:
            assert rows.seal_anew(other, pusher.table.entry_id, seals_of(*BOTH), 2) is None
    assert step(pusher.database, seals_of(*BOTH)) == 21


def test_readers_do_not_wait_and_a_push_goes_in_after(pusher: Pusher) -> None:
    late, pushed = with_keys(pusher, *BOTH), threading.Event()

    def push() -> None:
        late.push([person(3, persons=77)], MergeMode.UPSERT)
        pushed.set()

    with pusher.database.begin() as unit:
        rows.seal_anew(unit, pusher.table.entry_id, seals_of(*BOTH), 2)
        thread = threading.Thread(target=push)
        thread.start()
        seen = page(late, equals(3))
        was_pushed = pushed.wait(0.3)
    thread.join()
    assert (seen, was_pushed) == ([(number(3), 3, "410103")], False)
    assert page(late, equals(3)) == [(number(3), 77, "410103")]


def test_numbers_in_the_hubs_own_texts_are_sealed_anew_wherever_they_stand(database: Database) -> None:
    old, both = seals_of(1), seals_of(*BOTH)
    form = old.seal(number(1))
    with database.begin() as unit:
        unit.driver.execute("INSERT INTO hub.population_alias (form, kind, subject) VALUES (%s, 'number', 1)", (form,))
        unit.driver.execute(
            "INSERT INTO hub.population_subject (values, doubted, changed, changed_at)"
            " VALUES (jsonb_build_object('P001', %s::text, 'P002', '~1.none of ours'), '{}', 1, now())",
            (form,),
        )
    assert under(database, 1) == (0, 2)
    assert step(database, both) == 2
    with database.begin() as unit:
        ((alias,),) = unit.driver.execute("SELECT form FROM hub.population_alias").fetchall()
        ((values,),) = unit.driver.execute("SELECT values FROM hub.population_subject").fetchall()
        assert texts.is_done(unit, 2)
    assert alias == values["P001"] == both.seal(number(1))
    assert values["P002"] == "~1.none of ours"
    assert under(database, 1) == (0, 0)
