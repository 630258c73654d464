"""How clocks, supplements, extensions, notices and disputes look in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.exchange import clock_store, clocks, extensions, line_clocks, supplement_store, supplements
from hub.exchange.state_tables import CLOCK, REQUEST
from hub.supervision.dispute_states import DISPUTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.context import Context
    from hub.database import Unit
    from hub.exchange.clock_store import StoredClock
    from hub.exchange.records import ShareRequest
    from hub.notices.store import SentNotice
    from hub.supervision.store import Dispute, DisputeRecord, Urging


def clock_body(context: Context, clock: StoredClock) -> dict[str, Any]:
    """Return a clock: the period, the last day, days left, since when it stands still, how late it is or was."""
    deadline, today = clock.running.deadline, context.today()
    since = clocks.standing_since(clock)
    is_overdue = clock.is_overdue(today)
    state = (
        "stopped" if not clock.is_open else "paused" if since is not None else "overdue" if is_overdue else "running"
    )
    left = clocks.days_left(context, clock)
    late = left if is_overdue else line_clocks.late(context, clock)
    unknown = late.why_unknown or left.why_unknown
    percent = None
    if clock.is_open and clock.due_on is not None:
        percent = 100 if is_overdue else clock.running.percent(today, context.calendar)
    extension = clock.running.extension
    return {
        "id": clock.id,
        "case_kind": clock.case.kind,
        "case": clock.case.id,
        "label": clock.case.label,
        "deadline": deadline.code,
        "name": deadline.name.zh,
        "name_en": deadline.name.en,
        "article": deadline.source,
        "state": state,
        "owner": CLOCK.describe(state)["owner"],
        "next": CLOCK.describe(state)["next"],
        "next_en": CLOCK.describe(state)["next_en"],
        "started_on": clock.running.started_on,
        "due_on": clock.due_on,
        "working_days": clock.running.total,
        "working_days_left": left.days,
        "days_unknown": unknown.zh if unknown is not None else None,
        "days_unknown_en": unknown.en if unknown is not None else None,
        "percent": percent,
        "standing_still_since": since,
        "extended_by": extension.units if extension is not None else 0,
        "stopped_on": clock.running.stopped_on,
        "outcome": clock.stopped_as,
        "late_days": late.late,
        "bound": clock.case.bound,
        "waits": clock.case.other,
        "reported_at": clock.escalated_at,
    }


def request_clocks(context: Context, unit: Unit, request: ShareRequest) -> list[dict[str, Any]]:
    """Return every clock of the lines of a request, answers and deliveries, in the order of the lines."""
    found: list[dict[str, Any]] = []
    lines = [line.id for line in request.lines]
    replies = clock_store.of_cases(unit, line_clocks.LINE, lines)
    deliveries = clock_store.of_cases(unit, line_clocks.DELIVERY, lines)
    for line in request.lines:
        found += [
            {"line": line.id, "item": line.item, **clock_body(context, clock)}
            for clock in (replies.get(line.id), deliveries.get(line.id))
            if clock is not None
        ]
    return found


def standing_body(context: Context, unit: Unit, request: ShareRequest) -> dict[str, Any]:
    """Return how a request stands: owner and next step, clocks, supplement, extensions asked for."""
    awaited = supplement_store.supplement(unit, request.id)
    asked, _ = supplement_store.asks(unit, request_id=request.id)
    described = REQUEST.describe(request.state.value)
    return {
        "owner": described["owner"],
        "next": described["next"],
        "next_en": described["next_en"],
        "clocks": request_clocks(context, unit, request),
        "supplement": supplements.shown(awaited) if awaited is not None else None,
        "extensions": [extensions.shown(one) for one in asked],
    }


def notice_body(sent: SentNotice) -> dict[str, Any]:
    """Return a notice as one person sees it."""
    notice = sent.notice
    return {
        "id": sent.id,
        "kind": notice.kind,
        "text": notice.zh,
        "text_en": notice.en,
        "next": notice.next_zh,
        "next_en": notice.next_en,
        "link": notice.link,
        "subject_kind": notice.subject_kind,
        "subject": notice.subject_id,
        "sent_at": sent.created_at,
        "read_at": sent.read_at,
    }


def urging_body(urging: Urging) -> dict[str, Any]:
    """Return an act of urging with the reason given."""
    return {
        "id": urging.id,
        "urged_at": urging.urged_at,
        "text": urging.text,
        "reason": urging.reason,
        "reason_at": urging.reason_at,
    }


def dispute_body(dispute: Dispute, records: Sequence[DisputeRecord] = ()) -> dict[str, Any]:
    """Return a dispute with its owner and next step, and its file where given."""
    return {
        "id": dispute.id,
        "label": dispute.label,
        "request": dispute.request_id,
        "line": dispute.line_id,
        "grant": dispute.grant_id,
        "about": dispute.about,
        "requester": dispute.requester_id,
        "provider": dispute.provider_id,
        "authority": dispute.authority_id,
        **DISPUTE.describe(dispute.state),
        "outcome": dispute.outcome,
        "decision": dispute.decision,
        "opened_at": dispute.opened_at,
        "closed_at": dispute.closed_at,
        "records": [
            {
                "position": one.position,
                "act": one.act,
                "stage": one.stage,
                "member": one.member_id,
                "text": one.text,
                "at": one.at,
                "receipt": one.receipt_id,
            }
            for one in records
        ],
    }
