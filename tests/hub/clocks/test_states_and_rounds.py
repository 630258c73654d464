"""State tables and sweeps: every state has an owner and a next step, and nothing that happens by itself is silent."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING

import pytest

from hub.exchange.states import SYSTEM, ActNotAllowedError, Procedure
from hub.metrics import Metrics
from hub.procedures import all_procedures
from hub.rounds import Rounds, Sweep
from hub.rounds_store import take_turn
from hub.sweeps import all_sweeps

if TYPE_CHECKING:
    from hub.context import Context
    from hub.database import Database
    from tests.hub.clocks.conftest import Office

HAN = re.compile("[\u4e00-\u9fff]")
PROCEDURES = all_procedures()
STATES = [(procedure, state) for procedure in PROCEDURES for state in procedure.states]


def named(value: object) -> str:
    return str(getattr(value, "name", value))


@pytest.mark.parametrize(("procedure", "state"), STATES, ids=named)
def test_every_state_names_a_next_step_in_both_languages(procedure: Procedure, state: object) -> None:
    step = procedure.state(named(state)).next_step
    assert (bool(HAN.search(step.zh)), bool(re.search("[a-z]{3}", step.en))) == (True, True)


@pytest.mark.parametrize(("procedure", "state"), STATES, ids=named)
def test_every_state_that_is_not_final_has_an_owner(procedure: Procedure, state: object) -> None:
    here = procedure.state(named(state))
    assert (here.owner is None) == (not here.acts)


@pytest.mark.parametrize("procedure", PROCEDURES, ids=named)
def test_every_state_can_be_reached(procedure: Procedure) -> None:
    begin = [procedure.initial.name, *procedure.starts]
    reached, waiting = {*begin}, begin
    while waiting:
        fresh = {act.to for act in procedure.state(waiting.pop()).acts} - reached
        reached |= fresh
        waiting += fresh
    assert reached == {state.name for state in procedure.states}


@pytest.mark.parametrize("procedure", PROCEDURES, ids=named)
def test_every_procedure_comes_to_rest(procedure: Procedure) -> None:
    assert any(state.owner is None or state.owner.side == SYSTEM for state in procedure.states)


@pytest.mark.parametrize("procedure", PROCEDURES, ids=named)
def test_an_act_the_table_does_not_know_says_what_is_possible(procedure: Procedure) -> None:
    with pytest.raises(ActNotAllowedError) as caught:
        procedure.after(procedure.initial.name, "no such act")
    assert caught.value.facts["possible"] == [act.name for act in procedure.initial.acts]


def test_names_of_procedures_are_unique() -> None:
    names = [procedure.name for procedure in PROCEDURES]
    assert len(names) == len(set(names))


def test_a_table_that_leads_nowhere_is_refused() -> None:
    first = PROCEDURES[0]
    with pytest.raises(ValueError, match="leads nowhere"):
        Procedure("x", first.text, first.article, first.states[:1])


def test_every_procedure_is_a_diagram() -> None:
    assert all(procedure.mermaid().startswith("stateDiagram-v2\n    [*] --> ") for procedure in PROCEDURES)


def rounds_of(office: Office, *sweeps: Sweep) -> Rounds:
    services = office.city.services
    return Rounds(services.database, services.context, Metrics(), sweeps)


def failing(_context: Context, _database: Database) -> int:
    raise RuntimeError("the sweep fails")


def test_a_failing_sweep_does_not_stop_the_others(office: Office) -> None:
    ran = threading.Event()

    def good(_context: Context, _database: Database) -> int:
        ran.set()
        return 3

    rounds = rounds_of(office, Sweep("bad", 1.0, failing), Sweep("good", 1.0, good))
    with pytest.raises(RuntimeError):
        rounds.run_now()
    assert (ran.is_set(), rounds.state()["bad"].last_error, rounds.state()["good"].done) == (True, "RuntimeError", 3)


def test_clocks_do_not_wait_for_a_sweep_that_takes_minutes(office: Office) -> None:
    went_on, ended, ran = threading.Event(), threading.Event(), threading.Event()

    def feeding(_context: Context, _database: Database) -> int:
        went_on.wait(60)
        ended.set()
        return 1

    def clock(_context: Context, _database: Database) -> int:
        ran.set()
        return 1

    rounds = rounds_of(office, Sweep("feeding", 0.1, feeding, is_long=True), Sweep("clock", 0.1, clock))
    rounds.start()
    try:
        assert ran.wait(60)
        assert not ended.is_set()
        assert not rounds.stop(seconds=0.2)  # what takes longer is left, and the hub ends
    finally:
        went_on.set()
    assert ended.wait(60)
    assert rounds.stop(seconds=60)
    assert rounds.state()["feeding"].done == 1


def test_a_sweep_another_process_runs_is_left_to_it(office: Office) -> None:
    database = office.city.services.database
    with take_turn(database, "once", wait=True), take_turn(database, "once", wait=False) as has_turn:
        assert not has_turn


def test_the_operator_sees_how_every_sweep_fares(office: Office) -> None:
    office.sweep()
    shown = office.operator.call("GET", "/api/v1/rounds")["rounds"]
    assert {sweep.name for sweep in all_sweeps()} <= {one["name"] for one in shown}
    assert all(one["is_well"] for one in shown)


def test_readiness_tells_of_the_rounds(office: Office) -> None:
    assert office.asker.call("GET", "/readyz")["checks"]["rounds"] is True


def test_metrics_tell_when_a_sweep_last_ended_well(office: Office) -> None:
    office.sweep()
    text = office.city.services.metrics.render()[0].decode()
    assert 'hub_sweep_last_good_timestamp_seconds{sweep="clocks"}' in text
