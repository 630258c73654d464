"""What must hold after every step, read from the database beside the hub and compared with the model.

Each check yields sentences; an empty list is what is wanted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from hub.procedures import all_procedures
from policies.workdays import local_day
from tests.stateful.world import PROVIDERS, Breach

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.stateful.model import Model
    from tests.stateful.world import World

REFUSED: Final = """
SELECT l.id::text, l.item, l.answer ->> 'exemption' AS record, l.decided_at, l.answer, e.name AS entry,
       m.slug AS provider, s.member_id = r.provider_id AS by_provider
FROM hub.request_line l JOIN hub.request r ON r.id = l.request_id JOIN hub.entry e ON e.id = r.entry_id
JOIN hub.member m ON m.id = r.provider_id LEFT JOIN hub.staff s ON s.id = l.decided_by
WHERE l.state = 'refused'"""
GRANTED: Final = """
SELECT g.id::text, r.id::text AS request, g.items, r.consented_by, r.made_by,
       (SELECT jsonb_object_agg(l.item, l.state) FROM hub.request_line l WHERE l.request_id = r.id) AS lines
FROM hub.grant g JOIN hub.request r ON r.id = g.request_id"""
TWICE: Final = {
    "a request consented to by its maker": "SELECT 1 FROM hub.request WHERE made_by = consented_by",
    "an application consented to by who made or changed it": (
        "SELECT 1 FROM hub.request WHERE application_id IS NOT NULL AND made_by = consented_by"
    ),
    "a key approved by its proposer": "SELECT 1 FROM hub.system_key WHERE proposed_by = approved_by",
    "an open request without consent": (
        "SELECT 1 FROM hub.request WHERE state IN ('open', 'answered') AND consented_by IS NULL"
    ),
    "an answered conditional line nobody decided": (
        "SELECT 1 FROM hub.request_line l JOIN hub.request r ON r.id = l.request_id"
        " JOIN hub.entry e ON e.id = r.entry_id"
        " WHERE l.state IN ('granted', 'refused', 'narrowed') AND l.decided_by IS NULL AND e.name <> 'changzhu-renkou'"
    ),
    "a record of another organ's item": (
        "SELECT 1 FROM hub.exemption x JOIN hub.entry e ON e.id = x.entry_id WHERE x.member_id <> e.provider_id"
    ),
}
STATES: Final = {
    "request": "SELECT DISTINCT state FROM hub.request",
    "line": "SELECT DISTINCT state FROM hub.request_line",
    "grant": "SELECT DISTINCT CASE status WHEN 'revoked' THEN 'ended' ELSE status END AS state FROM hub.grant",
    "extension": "SELECT DISTINCT state FROM hub.extension_ask",
    "dispute": "SELECT DISTINCT state FROM hub.dispute",
}
TABLES: Final = {one.name: one for one in all_procedures()}


def no_refusal_without_a_ground(world: World, model: Model) -> Iterator[str]:
    """Each refusal rests on a record in force on that item on that day, made by the provider."""
    for row in world.rows(REFUSED):
        record = model.records.get(row["record"] or "")
        day = local_day(row["decided_at"]) if row["decided_at"] is not None else None
        if record is None or day is None:
            yield f"line {row['item']} of {row['entry']} is refused on no record"
        elif (record.entry, record.item) != (row["entry"], row["item"]) or not row["by_provider"]:
            yield f"line {row['item']} of {row['entry']} is refused on the record of {record.entry} {record.item}"
        elif record.organ != PROVIDERS[row["entry"]] or not record.holds(day):
            yield f"line {row['item']} is refused on a record not in force on {day}"


def no_grant_that_nobody_gave(world: World, model: Model) -> Iterator[str]:
    """Each item of a grant was answered with consent, in the form the model saw given, or a lesser one."""
    for row in world.rows(GRANTED):
        grant = model.grants.get(row["request"])
        for item, form in row["items"].items():
            if form == "withheld":
                continue
            known = grant.items.get(item) if grant is not None else None
            if known != form or (row["lines"] or {}).get(item) != "granted":
                yield f"grant of request {row['request']}: {item} stands as {form}, and was given as {known}"


def four_eyes(world: World, model: Model) -> Iterator[str]:
    """What takes two persons was done by two."""
    for what, text in TWICE.items():
        if world.rows(text):
            yield what


def no_silent_overdue(world: World, model: Model) -> Iterator[str]:
    """After a sweep every late line has been reported to the supervisor; lateness alone answers nothing."""
    if model.swept_on != world.clock.today:
        return
    told = world.rows("SELECT subject_id FROM hub.notice WHERE kind = 'clock.overdue' AND role = 'supervisor'")
    known = {row["subject_id"] for row in told}
    for request, line in model.waiting():
        if request.is_late(line, world.clock.today) and line.id not in known:
            yield f"{line.item} is late since it was asked on {line.started}, and no supervisor knows"


def lines_stand_as_they_were_left(world: World, model: Model) -> Iterator[str]:
    """A line changes by an act of a person alone: no clock answers it."""
    stored = {row["id"]: row["state"] for row in world.rows("SELECT id::text, state FROM hub.request_line")}
    for request in model.requests.values():
        for line in request.lines.values():
            if stored[line.id] != line.state:
                yield f"{line.item} of {request.entry} is {stored[line.id]}, and was left {line.state}"


def every_state_has_an_owner(world: World, model: Model) -> Iterator[str]:
    """Every state that is stored stands in its table; what is not final names an owner and a next step."""
    for name, text in STATES.items():
        for row in world.rows(text):
            here = TABLES[name].describe(row["state"])
            if not here["next"] or not here["next_en"] or (bool(here["acts"]) and not here["owner"]):
                yield f"{name} {row['state']} has no owner or no next step"


def every_answer_has_its_receipt(world: World, model: Model) -> Iterator[str]:
    """What was ever given has a receipt that is still there."""
    wanted = [UUID(one) for one in world.receipts]
    found = world.rows("SELECT count(*) AS n FROM hub.receipt WHERE id = ANY(%s)", wanted)
    if found[0]["n"] != len(set(wanted)):
        yield f"{len(set(wanted))} answers were given, {found[0]['n']} receipts are kept"


CHECKS: Final[tuple[Callable[[World, Model], Iterator[str]], ...]] = (
    no_refusal_without_a_ground,
    no_grant_that_nobody_gave,
    four_eyes,
    no_silent_overdue,
    lines_stand_as_they_were_left,
    every_state_has_an_owner,
    every_answer_has_its_receipt,
)


def check_all(world: World, model: Model) -> None:
    """Raise :class:`Breach` with all that does not hold."""
    found: list[Any] = [f"{check.__name__}: {what}" for check in CHECKS for what in check(world, model)]
    if found:
        raise Breach("; ".join(found))
