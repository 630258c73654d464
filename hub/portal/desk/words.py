"""How the desk says where things stand: the fixed words of states, the clock in words, forms, modes, days.

One word for an application and for each of its parts:
草稿, 已提交, 待补正, 办理中, 部分同意, 同意, 不予提供, 超期, 争议 (users' guide d5).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from hub.exchange import supplement_store
from hub.exchange.cart.records import ApplicationState
from hub.exchange.records import LineState, RequestState
from hub.rows.store import CHINA
from hub.supervision import store as dispute_store
from policies.facts import Mode, Treatment
from policies.results import TREATMENT_NAMES

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from hub.database import Unit
    from hub.exchange.cart.records import Application
    from hub.exchange.records import ShareRequest
    from hub.portal.work.frame import WorkPage

FORMS: Final = (Treatment.FULL, Treatment.MASKED, Treatment.AGGREGATE_ONLY, Treatment.VERIFY_ONLY)
"""What may be asked for, the widest first."""
MODES: Final = tuple(Mode)
MOST_DISPUTES: Final = 500
_CSS: Final[Mapping[str, str]] = {
    "granted": "good",
    "refused": "bad",
    "overdue": "bad",
    "partly": "warn",
    "narrowed": "warn",
    "supplement": "warn",
    "disputed": "warn",
}
_URGENT: Final = ("disputed", "overdue", "supplement", "open")


@dataclass(frozen=True, slots=True)
class Word:
    """Where something stands: the key of its word, the word, the mark that goes with it."""

    key: str
    text: str
    css: str


def word(page: WorkPage, key: str) -> Word:
    """Return one of the fixed words."""
    return Word(key, page.text(f"desk_state_{key}"), _CSS.get(key, ""))


def disputed(page: WorkPage, unit: Unit) -> frozenset[uuid.UUID]:
    """Return the requests of the organ over which a dispute runs."""
    found, _ = dispute_store.disputes(unit, page.person.member.id, limit=MOST_DISPUTES)
    return frozenset(one.request_id for one in found if one.closed_at is None)


def of_part(page: WorkPage, unit: Unit, part: ShareRequest, over: Collection[uuid.UUID]) -> Word:
    """Return the word of one part; ``over`` are the requests in dispute."""
    return word(page, _part(page, unit, part, over))


def _part(page: WorkPage, unit: Unit, part: ShareRequest, over: Collection[uuid.UUID]) -> str:
    if part.state in {RequestState.WITHDRAWN, RequestState.SUBMITTED}:
        return part.state.value
    if part.id in over:
        return "disputed"
    waiting = [line for line in part.lines if line.state is LineState.WAITING]
    if waiting:
        awaited = supplement_store.supplement(unit, part.id)
        if awaited is not None and awaited.answered_at is None:
            return "supplement"
        today = page.context.today()
        return "overdue" if any(one.due_on is not None and one.due_on < today for one in waiting) else "open"
    return _answered({line.state for line in _latest(part)})


def _latest(part: ShareRequest) -> list[Any]:
    """Return the line that counts for each thing asked: a lesser form taken up stands for what came before it."""
    latest = {
        (line.item, line.description): line
        for line in sorted(part.lines, key=lambda one: one.position)
        if line.state is not LineState.WITHDRAWN
    }
    return list(latest.values())


def _answered(states: Collection[LineState]) -> str:
    if not states:
        return "withdrawn"
    if states == {LineState.GRANTED}:
        return "granted"
    if LineState.GRANTED in states:
        return "partly"
    return "refused" if LineState.REFUSED in states else "narrowed"


def of_application(page: WorkPage, application: Application, parts: Sequence[Word]) -> Word:
    """Return the word of an application from those of its parts."""
    if application.state is not ApplicationState.OPEN:
        return word(page, application.state.value)
    keys = {one.key for one in parts} - {"withdrawn"}
    for key in _URGENT:
        if key in keys:
            return word(page, key)
    if len(keys) == 1:
        return word(page, keys.pop())
    return word(page, "partly" if keys & {"granted", "partly"} else "refused" if keys else "withdrawn")


def clock(page: WorkPage, body: Mapping[str, Any], organ: str) -> str:
    """Return a clock (:func:`hub.api.clock_bodies.clock_body`) in words: which day, of how many, with whom."""
    total, left, due = body["working_days"], body["working_days_left"], body["due_on"]
    if body["state"] == "paused":
        return page.text("desk_clock_paused", since=body["standing_still_since"])
    if body["state"] == "stopped":
        late = body["late_days"] or 0
        return page.text("desk_clock_late", n=late) if late > 0 else page.text("desk_clock_done")
    if body["state"] == "overdue":
        if body["late_days"] is None:
            return page.pick(f"应于 {due} 前答复，{body['days_unknown']}", f"due {due}; {body['days_unknown_en']}")
        told = page.text("desk_clock_told") if body["reported_at"] is not None else page.text("desk_clock_tells")
        return page.text("desk_clock_overdue", n=body["late_days"] or 0, due=due, organ=organ, told=told)
    if left is None or total is None:
        return page.text("desk_clock_with", organ=organ)
    is_first = total - left < 1
    words = {"total": total, "organ": organ, "due": due}
    return (
        page.text("desk_clock_first", **words) if is_first else page.text("desk_clock_day", day=total - left, **words)
    )


def forms(page: WorkPage) -> list[tuple[str, str]]:
    """Return the forms that may be asked for, with their names."""
    return [(one.value, TREATMENT_NAMES[one].of(page.lang)) for one in FORMS]


def modes(page: WorkPage) -> list[tuple[str, str, str]]:
    """Return the ways of delivery with their names and what each is for."""
    return [(one.value, mode(page, one), page.text(f"desk_mode_{one.value}_note")) for one in MODES]


def mode(page: WorkPage, one: Mode) -> str:
    """Return the name of a way of delivery."""
    return page.text(f"desk_mode_{one.value}")


def listed(page: WorkPage, several: Collection[str]) -> str:
    """Return several names in one text."""
    return page.text("comma").join(several)


def first_day(at: datetime | None) -> str:
    """Return the day in the city on which a period begins, empty without one."""
    return "" if at is None else at.astimezone(CHINA).date().isoformat()


def last_day(until: datetime | None) -> str:
    """Return the last day in the city that lies in a period ending at ``until``, empty without one."""
    return "" if until is None else (until - timedelta(microseconds=1)).astimezone(CHINA).date().isoformat()
