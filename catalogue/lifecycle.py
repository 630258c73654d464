"""The life of an entry's version: states, who may move it on, by which article, against which clock.

政务数据共享条例 第十二条至第十七条; item-by-item secrecy examination before publication: 保守国家秘密法实施条例
第四十二条. One table (``TRANSITIONS``) feeds the check, the tests and the diagram in the docs. Pure.
INVARIANT: a published version is never changed; a change opens a new version.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalogue.entry import Entry


class State(StrEnum):
    """Where a version stands."""

    DRAFT = "draft"
    ASSESSED = "assessed"
    DEPARTMENT_APPROVED = "department_approved"
    SECRECY_REVIEWED = "secrecy_reviewed"
    SUBMITTED = "submitted"
    AUDITED = "audited"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """What moves a version on."""

    ASSESS = "assess"
    APPROVE = "approve"
    REVIEW_SECRECY = "review_secrecy"
    SUBMIT = "submit"
    AUDIT = "audit"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    RETURN = "return"


class Role(StrEnum):
    """Who may take a step: three in the department, one at the authority."""

    CLERK = "clerk"
    APPROVER = "approver"
    SECRECY_REVIEWER = "secrecy_reviewer"
    CATALOGUE_REVIEWER = "catalogue_reviewer"


ROLE_NAMES: Final[Mapping[Role, tuple[str, str]]] = MappingProxyType(
    {
        Role.CLERK: ("数据专员", "data clerk"),
        Role.APPROVER: ("部门审核人", "department approver"),
        Role.SECRECY_REVIEWER: ("保密审查员", "secrecy reviewer"),
        Role.CATALOGUE_REVIEWER: ("目录管理员", "catalogue reviewer"),
    }
)
STATE_NAMES: Final[Mapping[State, tuple[str, str]]] = MappingProxyType(
    {
        State.DRAFT: ("草稿", "draft"),
        State.ASSESSED: ("已评估", "assessed"),
        State.DEPARTMENT_APPROVED: ("部门已批准", "approved by the department"),
        State.SECRECY_REVIEWED: ("已保密审查", "secrecy reviewed"),
        State.SUBMITTED: ("已报送", "submitted"),
        State.AUDITED: ("已审核", "audited"),
        State.PUBLISHED: ("已发布", "published"),
        State.WITHDRAWN: ("已撤销", "withdrawn"),
    }
)
STEP_NAMES: Final[Mapping[Step, tuple[str, str]]] = MappingProxyType(
    {
        Step.ASSESS: ("完成评估", "assess"),
        Step.APPROVE: ("部门批准", "approve"),
        Step.REVIEW_SECRECY: ("保密审查", "review secrecy"),
        Step.SUBMIT: ("报送", "submit"),
        Step.AUDIT: ("审核", "audit"),
        Step.PUBLISH: ("发布", "publish"),
        Step.WITHDRAW: ("撤销", "withdraw"),
        Step.RETURN: ("退回", "return"),
    }
)


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table: ``clock`` is a key of the deadlines, None where the law sets no time."""

    from_state: State
    step: Step
    to_state: State
    role: Role
    article: str
    clock: str | None = None

    @property
    def needs_reason(self) -> bool:
        """Whether the step is taken against the department's wish, or ends the entry, and must say why."""
        return self.step in {Step.RETURN, Step.WITHDRAW}


_RULES: Final = "政务数据共享条例"
TRANSITIONS: Final = (
    Transition(State.DRAFT, Step.ASSESS, State.ASSESSED, Role.CLERK, f"{_RULES} 第十二条、第十三条"),
    Transition(
        State.ASSESSED, Step.APPROVE, State.DEPARTMENT_APPROVED, Role.APPROVER, f"{_RULES} 第十三条", "cat.update"
    ),
    Transition(
        State.DEPARTMENT_APPROVED,
        Step.REVIEW_SECRECY,
        State.SECRECY_REVIEWED,
        Role.SECRECY_REVIEWER,
        "保守国家秘密法实施条例 第四十二条",
        "cat.update",
    ),
    Transition(State.SECRECY_REVIEWED, Step.SUBMIT, State.SUBMITTED, Role.CLERK, f"{_RULES} 第十六条", "cat.update"),
    Transition(
        State.SUBMITTED, Step.AUDIT, State.AUDITED, Role.CATALOGUE_REVIEWER, f"{_RULES} 第十六条、第十七条", "cat.audit"
    ),
    Transition(
        State.AUDITED,
        Step.PUBLISH,
        State.PUBLISHED,
        Role.CATALOGUE_REVIEWER,
        f"{_RULES} 第十六条、第十七条",
        "cat.audit",
    ),
    Transition(State.PUBLISHED, Step.WITHDRAW, State.WITHDRAWN, Role.CATALOGUE_REVIEWER, f"{_RULES} 第二十七条"),
    Transition(State.ASSESSED, Step.RETURN, State.DRAFT, Role.APPROVER, f"{_RULES} 第十三条"),
    Transition(
        State.DEPARTMENT_APPROVED, Step.RETURN, State.DRAFT, Role.SECRECY_REVIEWER, "保守国家秘密法实施条例 第四十二条"
    ),
    Transition(State.SUBMITTED, Step.RETURN, State.DRAFT, Role.CATALOGUE_REVIEWER, f"{_RULES} 第十六条", "cat.audit"),
)
NEXT: Final[Mapping[State, Mapping[Step, Transition]]] = MappingProxyType(
    {state: MappingProxyType({row.step: row for row in TRANSITIONS if row.from_state is state}) for state in State}
)
"""The table by state and step; a state with an empty row is final."""

EDITABLE: Final = State.DRAFT
"""The only state in which a version's text may be edited."""


class LifecycleError(DomainError):
    """A step cannot be taken; ``zh`` and ``en`` say why, ``next_zh`` and ``next_en`` what to do now."""

    def __init__(self, text: tuple[str, str], following: tuple[str, str]) -> None:
        super().__init__(*text, next_zh=following[0], next_en=following[1])


class StepNotAllowedError(LifecycleError):
    """The table has no such step from this state."""


class RoleNotAllowedError(LifecycleError):
    """The step belongs to another role."""


class FourEyesError(LifecycleError):
    """The person has already lent another hand to this version."""


class ReasonMissingError(LifecycleError):
    """A return or a withdrawal gives no reason."""


class StopError(LifecycleError):
    """The secrecy review names items to stop that cannot be stopped so."""


@dataclass(frozen=True, slots=True)
class Act:
    """What a person did on this version: an edit counts as :attr:`Role.CLERK`, a step as its role."""

    role: Role
    person: str


@dataclass(frozen=True, slots=True)
class ItemStop:
    """The secrecy review keeps one item out of the published version: why, and on which basis."""

    column: str
    reason: str
    basis: str


def check_transition(
    state: State, step: Step, *, role: Role, person: str, acts: tuple[Act, ...] = (), reason: str = ""
) -> Transition:
    """Return the row of the table for a step, or say why it cannot be taken.

    Args:
        state: where the version stands.
        step: what is to be done.
        role: the role in which ``person`` acts now.
        person: who acts; any stable id.
        acts: all edits and steps on this version so far.
        reason: needed for a return and a withdrawal.

    Raises:
        StepNotAllowedError, RoleNotAllowedError, FourEyesError, ReasonMissingError: see there.

    """
    row = NEXT[state].get(step)
    if row is None:
        raise _not_allowed(state, step)
    if role is not row.role:
        needed, needed_en = ROLE_NAMES[row.role]
        step_zh, step_en = STEP_NAMES[step]
        raise RoleNotAllowedError(
            (f"“{step_zh}”由{needed}办理（{row.article}）", f"{step_en} is done by the {needed_en}"),
            (f"请转{needed}办理", f"pass it to the {needed_en}"),
        )
    _check_four_eyes(row, person, acts)
    if row.needs_reason and not reason.strip():
        raise ReasonMissingError(
            (f"“{STEP_NAMES[step][0]}”没有写理由", f"{STEP_NAMES[step][1]} without a reason"),
            ("写明理由和需修改之处", "say why, and what to change"),
        )
    return row


def _not_allowed(state: State, step: Step) -> StepNotAllowedError:
    possible = NEXT[state].values()
    zh = "、".join(f"{STEP_NAMES[row.step][0]}（{ROLE_NAMES[row.role][0]}）" for row in possible)
    en = ", ".join(f"{STEP_NAMES[row.step][1]} ({ROLE_NAMES[row.role][1]})" for row in possible)
    return StepNotAllowedError(
        (
            f"“{STATE_NAMES[state][0]}”的版本不能“{STEP_NAMES[step][0]}”",
            f"no {STEP_NAMES[step][1]} while {STATE_NAMES[state][1]}",
        ),
        (
            f"现在可以：{zh}" if zh else "该版本已结束，请新建版本",
            f"possible now: {en}" if en else "the version is closed: open a new one",
        ),
    )


def _check_four_eyes(row: Transition, person: str, acts: tuple[Act, ...]) -> None:
    """Refuse a person who has acted on this version in another role."""
    if any(act.person == person and act.role is not row.role for act in acts):
        name, name_en = ROLE_NAMES[row.role]
        raise FourEyesError(
            (
                "同一版本的编制、部门批准、保密审查、审核须由不同人员办理，您已办理过其中一项",
                "editing, approval, secrecy review and audit need different people, and you did one of them",
            ),
            (f"请另一位{name}办理", f"ask another {name_en}"),
        )


def stop_items(entry: Entry, stops: tuple[ItemStop, ...]) -> Entry:
    """Return the version to publish: the entry without the items the secrecy review stopped.

    Raises:
        StopError: a stop names no item of the entry or gives no reason, or nothing would be left.

    """
    columns = {item.column for item in entry.items}
    for stop in stops:
        if stop.column not in columns:
            raise StopError(
                ("要停止的信息项不在条目中", "an item to stop is not in the entry"),
                ("从条目的信息项中选择", "choose among the items of the entry"),
            )
        if not stop.reason.strip() or not stop.basis.strip():
            raise StopError(
                ("停止信息项没有写理由和依据", "an item is stopped without reason and basis"),
                ("逐项写明理由和依据（保守国家秘密法实施条例 第四十二条）", "state reason and basis for each item"),
            )
    stopped = frozenset(stop.column for stop in stops)
    if stopped and stopped == columns:
        raise StopError(
            ("全部信息项都被停止", "every item would be stopped"),
            ("请退回条目", "return the entry instead"),
        )
    return entry.without_items(stopped)


def mermaid() -> str:
    """Return the table as a Mermaid state diagram, for the documentation."""
    lines = ["stateDiagram-v2", "    [*] --> draft"]
    lines += [f"    {state.value}: {STATE_NAMES[state][0]} {STATE_NAMES[state][1]}" for state in State]
    lines += [
        f"    {row.from_state.value} --> {row.to_state.value}: {STEP_NAMES[row.step][0]}（{ROLE_NAMES[row.role][0]}）"
        for row in TRANSITIONS
    ]
    lines += [f"    {state.value} --> [*]" for state in State if not NEXT[state]]
    return "\n".join(lines) + "\n"
