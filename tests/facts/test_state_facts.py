"""Every procedure: each open state has an owner and a next step, each final one says why, and none is left out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from hub.directory.claims.records import OverrideState
from hub.directory.privacy.records import State as FindingState
from hub.exchange.cart.records import ApplicationState
from hub.exchange.consulting.records import Decision, Outcome
from hub.exchange.corrections.records import OPEN
from hub.exchange.corrections.records import State as CorrectionState
from hub.exchange.own_data.store import DelayState
from hub.exchange.records import LineState, RequestState
from hub.exchange.relay.store import IN_USE
from hub.exchange.states import SYSTEM, Procedure
from hub.exchange.subscriptions.records import WebhookStatus
from hub.procedures import all_procedures
from hub.push.loop.wait_store import WaitState
from hub.push.mappings.records import MappingState
from hub.push.store import IncidentState
from policies.claims import ExemptionStatus, Finding

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

    from hub.states import State

HAN: Final = re.compile("[一-鿿]")
LATIN: Final = re.compile("[a-z]{3}")
WITHOUT_ROLE: Final = frozenset({SYSTEM, "third_party", "reporter", "person"})
"""Who has no role with the hub: a rule, and people and bodies outside it."""
PROCEDURES: Final = {procedure.name: procedure for procedure in all_procedures()}
STATES: Final = [
    pytest.param(procedure, state, id=f"{procedure.name}-{state.name}")
    for procedure in PROCEDURES.values()
    for state in procedure.states
]
OPEN_STATES: Final = [one for one in STATES if not one.values[1].is_final]  # type: ignore[union-attr]  # a State
ENUMS: Final[Mapping[str, tuple[type[StrEnum], ...]]] = {
    "access_delay": (DelayState,),
    "application": (ApplicationState,),
    "consultation": (Outcome, Decision),
    "correction": (CorrectionState,),
    "exemption": (ExemptionStatus,),
    "incident": (IncidentState,),
    "line": (LineState,),
    "override": (OverrideState,),
    "privacy_finding": (FindingState,),
    "push_release": (WaitState,),
    "push_mapping": (MappingState,),
    "request": (RequestState,),
    "trade_secret_claim": (Finding,),
    "webhook": (WebhookStatus,),
}
"""The enumerations whose values are states of a procedure, no more and no less."""


@pytest.mark.parametrize(("procedure", "state"), OPEN_STATES)
def test_a_state_that_is_not_final_has_an_owner_with_a_role(procedure: Procedure, state: State) -> None:
    assert state.owner is not None, procedure.name
    assert (state.owner.role is None) == (state.owner.side in WITHOUT_ROLE)


@pytest.mark.parametrize(("procedure", "state"), STATES)
def test_a_state_says_in_both_languages_what_follows_or_why_nothing_does(procedure: Procedure, state: State) -> None:
    texts = (state.text, state.next_step)
    assert all(HAN.search(one.zh) and LATIN.search(one.en) for one in texts), procedure.name


@pytest.mark.parametrize(("procedure", "state"), STATES)
def test_a_state_can_be_reached(procedure: Procedure, state: State) -> None:
    reached = {procedure.initial.name, *procedure.starts}
    for _ in procedure.states:
        reached |= {act.to for name in reached for act in procedure.state(name).acts}
    assert state.name in reached


@pytest.mark.parametrize(("procedure", "state"), OPEN_STATES)
def test_an_act_says_in_both_languages_what_it_is(procedure: Procedure, state: State) -> None:
    assert all(HAN.search(act.text.zh) and LATIN.search(act.text.en) for act in state.acts), procedure.name


@pytest.mark.parametrize("name", ENUMS)
def test_the_states_the_code_knows_are_those_of_the_table(name: str) -> None:
    known = {member.value for kind in ENUMS[name] for member in kind}
    assert {state.name for state in PROCEDURES[name].states} == known


def test_corrections_that_count_as_open_are_those_something_follows_of() -> None:
    assert {state.value for state in OPEN} == PROCEDURES["correction"].open_states


def test_endpoints_in_use_are_those_a_newer_version_replaces() -> None:
    endpoint = PROCEDURES["relay_endpoint"]
    assert {state.name for state in endpoint.states if endpoint.allows(state.name, "replace")} == set(IN_USE)


def test_what_happens_by_itself_is_no_act_of_people() -> None:
    assert "replace" not in PROCEDURES["relay_endpoint"].acts_of_people("active")


def test_a_case_may_begin_where_the_table_says_so_alone() -> None:
    request = PROCEDURES["request"]
    with pytest.raises(ValueError, match="begins nowhere"):
        Procedure("x", request.text, request.article, request.states, ("nowhere",))
