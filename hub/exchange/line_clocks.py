"""The clocks of a request line: the answer (政务数据共享条例 Art. 21), then making the data available (Art. 22).

The answer's clock starts when the provider receives the request, stands still while a supplement is awaited, and
stops with the answer. A consenting answer starts ``share.deliver``. It stops when the granted data can be used:
Art. 22 asks the provider to *share* within twenty working days, by interface, exchange or file. In the hub that is
done once the entry holds data (or a relay to the provider is in use), for the grant opens it at once: whether and
when the requester calls is its own affair. Until then it runs, and :func:`sweep` sees the data come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hub.exchange import clock_store, clocks, store
from hub.exchange.clock_store import Case
from hub.exchange.relay import store as relay_store
from hub.identity.roles import Role
from hub.rounds import Sweep
from hub.rows import tables as row_tables
from policies.workdays import DaysLeft

if TYPE_CHECKING:
    import uuid

    from hub.context import Context
    from hub.database import Database, Unit
    from hub.exchange.clock_store import StoredClock
    from hub.exchange.records import Line, ShareRequest
    from policies.facts import ItemFacts

LINE: Final = "request_line"
DELIVERY: Final = "delivery"
DELIVER: Final = "share.deliver"
AT_ONCE: Final = 200


def case_of(request: ShareRequest, line: Line, item: ItemFacts | None, pack: str, kind: str = LINE) -> Case:
    """Return the case of a line's clock: the provider is bound, the requester waits."""
    return Case(
        kind=kind,
        id=line.id,
        pack=pack,
        bound=request.provider_id,
        other=request.member_id,
        role=Role.APPROVER.value,
        label=f"{request.label} {item.name if item is not None else f'第{line.position}项（目录外）'}",
        link=f"/w/requests/{request.id}",
    )


def start_reply(context: Context, unit: Unit, case: Case, deadline: str) -> StoredClock:
    """Start the clock of the provider's answer on a line received today (:func:`hub.exchange.requests.due_key`).

    Raises:
        CalendarMissingError: the period runs into a year whose holidays are not loaded: nothing is opened.

    """
    clock = clocks.start(context, unit, case, deadline)
    store.update_line(unit, case.id, due_on=clock.due_on)
    return clock


def stop_reply(context: Context, unit: Unit, line_id: uuid.UUID, outcome: str) -> StoredClock | None:
    """Stop the answer's clock of a line, if one runs; returns it as it then stands."""
    clock = clocks.running(unit, LINE, line_id)
    return clocks.stop(context, unit, clock, outcome) if clock is not None else None


def start_delivery(
    context: Context, unit: Unit, request: ShareRequest, line: Line, item: ItemFacts, pack: str
) -> StoredClock:
    """Start the clock of delivery with a consenting answer; it stops at once where the data can already be used.

    Where it runs into a year whose holidays are not loaded its last day is counted later: the answer stands.
    """
    case = case_of(request, line, item, pack, DELIVERY)
    clock = clocks.start(context, unit, case, DELIVER, waits_for_calendar=True)
    return clocks.stop(context, unit, clock, "usable") if is_usable(unit, request.entry_id) else clock


def is_usable(unit: Unit, entry_id: uuid.UUID) -> bool:
    """Return whether an active grant on an entry gives anything: it holds data, or a relay of it is in use."""
    if row_tables.state(unit, entry_id).version > 0:
        return True
    endpoint = relay_store.endpoint_in_use(unit, entry_id)
    return endpoint is not None and endpoint.state == "active"


def late(context: Context, clock: StoredClock) -> DaysLeft:
    """Return by how many working days a stopped clock was in time (negative: late); no days where none can be counted.

    A clock that has not stopped is not late by this count: its days left say how it stands.
    """
    stopped, due = clock.running.stopped_on, clock.due_on
    if stopped is None or due is None or stopped <= due:
        return DaysLeft(0)
    return context.calendar.days_left(stopped, due)


def sweep(context: Context, database: Database) -> int:
    """Stop the delivery clocks of lines whose data can be used by now; returns how many."""
    done, after = 0, None
    while True:
        with database.begin() as unit:
            waiting = clock_store.open_of_kind(unit, DELIVERY, after, AT_ONCE)
        for clock in waiting:
            after = clock.id
            with database.begin() as unit:
                request_id = store.request_of_line(unit, clock.case.id)
                request = store.find_request(unit, request_id) if request_id is not None else None
                if request is not None and is_usable(unit, request.entry_id):
                    running = clocks.running(unit, DELIVERY, clock.case.id)
                    done += running is not None and bool(clocks.stop(context, unit, running, "usable"))
        if len(waiting) < AT_ONCE:
            return done


DELIVERIES = Sweep("deliveries", 10.0, sweep)
