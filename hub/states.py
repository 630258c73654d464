"""State tables: for each procedure, who owns a state, what may be done in it, and what comes next.

One table a procedure, as data: the code asks it whether an act is allowed, the diagram in the docs and the tests
come of it. Every state names an owner and a next step in both languages; a final state names none, and says why it
is final. A part with a procedure of its own writes a :class:`Procedure` in its own module and adds it to
:mod:`hub.procedures`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hub.identity.roles import NAMES_ZH, Role
from policies.errors import DomainError
from policies.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

SYSTEM: Final = "system"
"""Owner of what happens by itself: a rule, a clock, a date."""
_SIDES: Final[Mapping[str, Text]] = {
    "requester": Text("使用单位", "requester"),
    "provider": Text("提供单位", "provider"),
    "authority": Text("共享主管部门", "data-sharing authority"),
    "government": Text("本级人民政府", "people's government"),
    "third_party": Text("第三方", "third party"),
    "reporter": Text("报告方", "who reported it"),
    "person": Text("本人", "the person"),
    SYSTEM: Text("系统", "the hub"),
}


class ActNotAllowedError(DomainError):
    """The table of the procedure has no such act in this state; the message names what can be done, and by whom."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who has the next move: a side (``requester``, ``provider``, ``authority`` ...) and its role."""

    side: str
    role: Role | None = None

    def __post_init__(self) -> None:
        """Refuse a side nobody knows."""
        if self.side not in _SIDES:
            raise ValueError(f"unknown side {self.side!r}")

    @property
    def name(self) -> Text:
        """How people are told who it is."""
        side = _SIDES[self.side]
        if self.role is None:
            return side
        return Text(f"{side.zh}{NAMES_ZH[self.role]}", f"{side.en}: {self.role.value.replace('_', ' ')}")


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that may be done in a state: its word, how people call it, by whom, and the state that follows."""

    name: str
    text: Text
    by: Owner
    to: str


@dataclass(frozen=True, slots=True)
class State:
    """One state. ``owner`` None: final, and ``next_step`` says why nothing follows."""

    name: str
    text: Text
    owner: Owner | None
    next_step: Text
    acts: tuple[Act, ...] = ()

    @property
    def is_final(self) -> bool:
        """Whether nothing follows."""
        return self.owner is None


@dataclass(frozen=True, slots=True)
class Procedure:
    """One procedure: its states, the first of them first; ``starts`` are others in which a case may begin."""

    name: str
    text: Text
    article: str
    states: tuple[State, ...]
    starts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a table that contradicts itself: a state twice, an act into nowhere, a final state with acts."""
        names = [state.name for state in self.states]
        if len(names) != len(set(names)) or not {*self.starts} <= {*names}:
            raise ValueError(f"{self.name}: a state is there twice, or a case begins nowhere")
        for state in self.states:
            acts = [act.name for act in state.acts]
            if len(acts) != len(set(acts)) or any(act.to not in names for act in state.acts):
                raise ValueError(f"{self.name}.{state.name}: an act is there twice, or leads nowhere")
            if state.is_final == bool(state.acts):
                raise ValueError(f"{self.name}.{state.name}: final states have no acts, all others have some")

    @property
    def initial(self) -> State:
        """The state a case begins in."""
        return self.states[0]

    def state(self, name: str) -> State:
        """Return a state by its name (raises KeyError)."""
        for state in self.states:
            if state.name == name:
                return state
        raise KeyError(name)

    def allows(self, state: str, act: str) -> bool:
        """Return whether an act may be done in a state."""
        return any(one.name == act for one in self.state(state).acts)

    def leads(self, state: str, to: str) -> bool:
        """Return whether some act leads from a state to another."""
        return any(one.to == to for one in self.state(state).acts)

    def acts_of_people(self, state: str) -> tuple[str, ...]:
        """Return what people may do in a state; what happens by itself is left out."""
        return tuple(one.name for one in self.state(state).acts if one.by.side != SYSTEM)

    @property
    def open_states(self) -> frozenset[str]:
        """The states in which something still follows."""
        return frozenset(state.name for state in self.states if not state.is_final)

    def after(self, state: str, act: str) -> str:
        """Return the state that follows an act.

        Raises:
            ActNotAllowedError: the table has no such act there; the message names what can be done, and by whom.

        """
        here = self.state(state)
        for one in here.acts:
            if one.name == act:
                return one.to
        zh = "；".join(f"{one.text.zh}（{one.by.name.zh}）" for one in here.acts)
        en = "; ".join(f"{one.text.en} ({one.by.name.en})" for one in here.acts)
        raise ActNotAllowedError(
            f"{self.text.zh}现为“{here.text.zh}”，不能这样办理（{self.article}）",
            f"{self.text.en} is «{here.text.en}»: this cannot be done now ({self.article})",
            next_zh=f"现在可以：{zh}" if zh else here.next_step.zh,
            next_en=f"possible now: {en}" if en else here.next_step.en,
            facts={"procedure": self.name, "state": state, "act": act, "possible": [one.name for one in here.acts]},
        )

    def describe(self, state: str) -> dict[str, object]:
        """Return a state for people and machines: names, owner, next step, acts (JSON values)."""
        here = self.state(state)
        return {
            "state": here.name,
            "name": here.text.zh,
            "name_en": here.text.en,
            "owner": here.owner and here.owner.name.zh,
            "owner_en": here.owner and here.owner.name.en,
            "next": here.next_step.zh,
            "next_en": here.next_step.en,
            "acts": [act.name for act in here.acts],
        }

    def mermaid(self) -> str:
        """Return the table as a Mermaid state diagram."""
        lines = ["stateDiagram-v2", *(f"    [*] --> {name}" for name in (self.initial.name, *self.starts))]
        lines += [f"    {state.name}: {state.text.zh} {state.text.en}" for state in self.states]
        lines += [
            f"    {state.name} --> {act.to}: {act.text.zh}（{act.by.name.zh}）"
            for state in self.states
            for act in state.acts
        ]
        lines += [f"    {state.name} --> [*]" for state in self.states if state.is_final]
        return "\n".join(lines) + "\n"

    def table(self) -> str:
        """Return the table as Markdown: state, owner, next step."""
        lines = ["| state | 状态 | owner | next step |", "| --- | --- | --- | --- |"]
        lines += [
            f"| `{state.name}` {state.text.en} | {state.text.zh} "
            f"| {state.owner.name.en if state.owner is not None else '(final)'} | {state.next_step.en} |"
            for state in self.states
        ]
        return "\n".join(lines) + "\n"
