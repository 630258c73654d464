"""The clocks of the directory (政务数据共享条例 Art. 17): a change is made in ten working days, audited in two.

``cat.update`` binds the department from the day its change of a published entry was begun, or was returned by the
authority, until it submits it. The day of the change of law or duty itself is the department's to know: the hub
counts from what it sees. ``cat.audit`` binds the authority from the submission until publication or return. Clocks
follow the state of the version under work, so a step that is missed is made up in the next round.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from catalogue.lifecycle import State, Step
from hub.directory.places import pack_of
from hub.exchange import clocks
from hub.exchange.clock_store import Case
from hub.identity import authority_store
from hub.identity.roles import Role
from hub.rounds import Sweep
from hub.supervision import directory_store
from policies.workdays import CalendarMissingError, local_day

if TYPE_CHECKING:
    from hub.context import Context
    from hub.database import Database, Unit
    from hub.supervision.directory_store import UnderWork


@dataclass(frozen=True, slots=True)
class Phase:
    """The states in which a deadline runs, the steps that begin it, and whose time it is."""

    kind: str
    deadline: str
    states: frozenset[str]
    steps: frozenset[str]
    only_changes: bool
    binds_authority: bool


UPDATE: Final = Phase(
    kind="directory_update",
    deadline="cat.update",
    states=frozenset(
        state.value for state in (State.DRAFT, State.ASSESSED, State.DEPARTMENT_APPROVED, State.SECRECY_REVIEWED)
    ),
    steps=frozenset({Step.RETURN.value}),
    only_changes=True,
    binds_authority=False,
)
AUDIT: Final = Phase(
    kind="directory_audit",
    deadline="cat.audit",
    states=frozenset({State.SUBMITTED.value, State.AUDITED.value}),
    steps=frozenset({Step.SUBMIT.value}),
    only_changes=False,
    binds_authority=True,
)


def sweep(context: Context, database: Database) -> int:
    """Start the clocks that are due to run and stop those whose work is done; returns how many of both."""
    made = 0
    for phase in (UPDATE, AUDIT):
        with database.begin() as unit:
            ended = directory_store.done(unit, phase.kind, phase.states)
            begun = directory_store.without_clock(
                unit, phase.kind, phase.states, phase.steps, only_changes=phase.only_changes
            )
        for entry_id in ended:
            with database.begin() as unit:
                clock = clocks.running(unit, phase.kind, entry_id)
                made += clock is not None and bool(clocks.stop(context, unit, clock, "done"))
        made += sum(_start(context, database, phase, work) for work in begun)
    return made


def _start(context: Context, database: Database, phase: Phase, work: UnderWork) -> bool:
    """Start the clock of a version, counted from the day it came there; a year that is missing is tried again."""
    try:
        with database.begin() as unit:
            case = _case(context, unit, phase, work)
            if case is None:
                return False
            clocks.start(context, unit, case, phase.deadline, received=local_day(work.since))
    except CalendarMissingError:  # the operator is told by the calendar's own sweep
        return False
    return True


def _case(context: Context, unit: Unit, phase: Phase, work: UnderWork) -> Case | None:
    """Return the case of a version; None where no authority is over the department yet."""
    bound, other, role = work.provider_id, None, Role.CLERK
    if phase.binds_authority:
        over = authority_store.authorities_over(unit, work.provider_id)
        if not over:
            return None
        bound, other, role = over[0], work.provider_id, Role.CATALOGUE_REVIEWER
    return Case(
        kind=phase.kind,
        id=work.entry_id,
        pack=pack_of(context, unit, work.jurisdiction).name,
        bound=bound,
        other=other,
        role=role.value,
        label=f"目录条目“{work.title}”",
        link=f"/w/entries/{work.name}",
    )


DIRECTORY: Final = Sweep("directory-clocks", 30.0, sweep)
