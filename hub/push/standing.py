"""How a push stands by now: which of its rejected rows are in, and, where it waits, who must act and by when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.push.loop import store as held_store
from hub.push.loop import wait_store
from hub.push.states import PUSH_RELEASE

if TYPE_CHECKING:
    from hub.database import Unit
    from hub.push.loop.wait_store import Wait
    from hub.push.store import StoredPush


def standing_of(unit: Unit, push: StoredPush) -> dict[str, Any]:
    """Return the parts of a report that change after the push: ``resolved`` and ``waiting``."""
    held = held_store.held(unit, push.given.id)
    resolved: dict[str, Any] | None = None
    if held is not None:
        resolved = held_store.counts(unit, push.given.id) | {
            "kept": held.rows,
            "left_out": held.left_out,
            "lapses_at": held.lapses_at.isoformat(),
            "erased": held.erased_at is not None,
        }
    wait = wait_store.get(unit, push.given.id)
    return {"resolved": resolved, "waiting": None if wait is None else wait_body(wait)}


def wait_body(wait: Wait) -> dict[str, Any]:
    """Return a wait for people and machines: state, owner, next step, reasons, times."""
    return {
        **PUSH_RELEASE.describe(wait.state.value),
        "push": str(wait.push_id),
        "holds": [dict(hold) for hold in wait.holds],
        "since": wait.at.isoformat(),
        "lapses_at": wait.lapses_at.isoformat(),
        "base_version": wait.base_version,
        "acted_at": wait.acted_at.isoformat() if wait.acted_at is not None else None,
        "acted_by": str(wait.acted_by) if wait.acted_by is not None else None,
        "words": wait.words,
        "replaced_by": str(wait.replaced_by) if wait.replaced_by is not None else None,
    }
