"""The life of a version: one table, four roles, four eyes."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from catalogue.entry import Entry, Opening, Provider, Sharing
from catalogue.item import DataType, Item
from catalogue.lifecycle import (
    NEXT,
    TRANSITIONS,
    Act,
    FourEyesError,
    ItemStop,
    ReasonMissingError,
    Role,
    RoleNotAllowedError,
    State,
    Step,
    StepNotAllowedError,
    StopError,
    Transition,
    check_transition,
    mermaid,
    stop_items,
)
from policies.facts import OpenType, ShareType

WAY = [
    (Step.ASSESS, Role.CLERK, "zhang"),
    (Step.APPROVE, Role.APPROVER, "li"),
    (Step.REVIEW_SECRECY, Role.SECRECY_REVIEWER, "wang"),
    (Step.SUBMIT, Role.CLERK, "zhang"),
    (Step.AUDIT, Role.CATALOGUE_REVIEWER, "zhao"),
    (Step.PUBLISH, Role.CATALOGUE_REVIEWER, "zhao"),
    (Step.WITHDRAW, Role.CATALOGUE_REVIEWER, "zhao"),
]
ENTRY = Entry(
    "公交站点",
    Provider("郑州市交通运输局", ""),
    Sharing(ShareType.UNCONDITIONAL),
    Opening(OpenType.UNCONDITIONAL),
    items=(Item("站名", "name", DataType.TEXT, 50), Item("客流", "flow", DataType.INTEGER)),
    keys=("name",),
)


def test_the_whole_way_is_walked_by_four_people() -> None:
    state = State.DRAFT
    acts: tuple[Act, ...] = (Act(Role.CLERK, "zhang"),)
    for step, role, person in WAY:
        state = check_transition(state, step, role=role, person=person, acts=acts, reason="机构撤并").to_state
        acts = (*acts, Act(role, person))
    assert state is State.WITHDRAWN


def test_each_of_the_three_reviews_may_return_to_the_draft() -> None:
    returns = {(row.role, row.to_state) for row in TRANSITIONS if row.step is Step.RETURN}
    reviewers = (Role.APPROVER, Role.SECRECY_REVIEWER, Role.CATALOGUE_REVIEWER)
    assert returns == {(role, State.DRAFT) for role in reviewers}


def test_a_return_without_a_reason_is_refused() -> None:
    with pytest.raises(ReasonMissingError) as caught:
        check_transition(State.SUBMITTED, Step.RETURN, role=Role.CATALOGUE_REVIEWER, person="zhao", reason=" ")
    assert "写明理由" in caught.value.next_zh


def test_a_step_that_is_not_in_the_table_says_what_is_possible() -> None:
    with pytest.raises(StepNotAllowedError) as caught:
        check_transition(State.ASSESSED, Step.PUBLISH, role=Role.CATALOGUE_REVIEWER, person="zhao")
    assert "部门批准（部门审核人）" in caught.value.next_zh


def test_a_withdrawn_version_is_closed() -> None:
    with pytest.raises(StepNotAllowedError) as caught:
        check_transition(State.WITHDRAWN, Step.PUBLISH, role=Role.CATALOGUE_REVIEWER, person="zhao")
    assert "新建版本" in caught.value.next_zh


def test_a_step_of_another_role_names_that_role() -> None:
    with pytest.raises(RoleNotAllowedError) as caught:
        check_transition(State.DEPARTMENT_APPROVED, Step.REVIEW_SECRECY, role=Role.APPROVER, person="li")
    assert "请转保密审查员办理" in caught.value.next_zh


@pytest.mark.parametrize("before", list(Role))
@pytest.mark.parametrize("row", TRANSITIONS)
def test_nobody_acts_in_two_roles_on_one_version(before: Role, row: Transition) -> None:
    acts = (Act(before, "zhang"),)
    with nullcontext() if before is row.role else pytest.raises(FourEyesError):
        check_transition(row.from_state, row.step, role=row.role, person="zhang", acts=acts, reason="理由")


def test_every_state_can_be_reached_and_only_withdrawal_ends() -> None:
    assert {row.to_state for row in TRANSITIONS} == set(State)
    assert [state for state in State if not NEXT[state]] == [State.WITHDRAWN]


def test_no_state_has_the_same_step_twice() -> None:
    assert len({(row.from_state, row.step) for row in TRANSITIONS}) == len(TRANSITIONS)


def test_a_stopped_item_is_not_in_the_published_version() -> None:
    left = stop_items(ENTRY, (ItemStop("flow", "可推断重点目标", "保密法实施条例 第四十三条"),))
    assert [item.column for item in left.items] == ["name"]


@pytest.mark.parametrize(
    "stops",
    [
        (ItemStop("absent", "理由", "依据"),),
        (ItemStop("flow", "", "依据"),),
        (ItemStop("flow", "理由", "依据"), ItemStop("name", "理由", "依据")),
    ],
)
def test_a_stop_needs_an_item_a_reason_and_something_left(stops: tuple[ItemStop, ...]) -> None:
    with pytest.raises(StopError):
        stop_items(ENTRY, stops)


def test_the_diagram_shows_every_transition() -> None:
    arrows = [line for line in mermaid().splitlines() if "-->" in line and "[*]" not in line]
    assert len(arrows) == len(TRANSITIONS)
