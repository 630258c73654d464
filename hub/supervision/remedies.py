"""What an overturned answer leads to (政务数据共享条例 Art. 28): the line is reopened or granted, the grant goes on.

Reopened, a line carries the decision's text: the provider must grant it in time, and can no longer refuse or narrow
it. With a form named, the decision itself grants the line, never wider than asked or than the law lets its class go.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from hub.directory.facts import load_resource
from hub.exchange import grants, line_clocks
from hub.exchange import store as exchange_store
from hub.exchange.records import LineState, RequestState
from hub.exchange.requests import close_if_done, due_key
from hub.exchange.state_tables import LINE
from hub.identity.store import bump_epoch
from hub.ledger.drafts import ReceiptKind
from hub.supervision.errors import DisputeError
from policies.answers import narrower, widest_form
from policies.facts import GrantStatus, Treatment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.context import Context
    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.exchange.records import Line, ShareRequest
    from hub.identity.facts import StaffRequester
    from hub.supervision.store import Dispute
    from policies.facts import ItemFacts

ARTICLE: Final = "政务数据共享条例 Art.28"


def overturn(
    context: Context, unit: Unit, staff: StaffRequester, dispute: Dispute, form: Treatment | None, text: str
) -> Mapping[str, Any]:
    """Carry out an overturning decision and return what is kept of it.

    Raises:
        DisputeError: the form is wider than asked or than the law lets the class go, or there is nothing to grant.
        CalendarMissingError: a clock would run into a year whose holidays are not loaded.
    """
    decision: dict[str, Any] = {
        "text": text,
        "decided_by": str(staff.staff.id),
        "article": ARTICLE,
        "form": form.value if form is not None else None,
    }
    request = exchange_store.find_request(unit, dispute.request_id, lock=True)
    if request is None:
        raise LookupError("a dispute without its request")
    if dispute.line_id is None:
        _lift(context, unit, staff, dispute)
        return {**decision, "remedy": "resumed"}
    line = next(one for one in request.lines if one.id == dispute.line_id)
    resource = load_resource(context, unit, request.entry_id)
    item = resource.facts.by_column.get(line.item) if line.item is not None else None
    if form is None:
        _reopen(context, unit, dispute, (request, line, item, resource), decision)
        return {**decision, "remedy": "reopened"}
    if item is None:
        raise _error(
            "目录外的信息没有可授予的数据，请责令提供单位编目后重新办理",
            "information outside the directory has nothing to grant: reopen the line instead",
        )
    _order(context, unit, staff, (request, line, item, resource), decision)
    return {**decision, "remedy": "granted"}


_About = tuple["ShareRequest", "Line", "ItemFacts | None", "Resource"]


def _reopen(context: Context, unit: Unit, dispute: Dispute, about: _About, decision: Mapping[str, Any]) -> None:
    """Put the line back before the provider, who must grant it; a late line keeps its clock and its lateness."""
    request, line, item, resource = about
    mark = {
        "reopened_by": str(dispute.id),
        "decision_text": decision["text"],
        "article": ARTICLE,
        "former": line.answer,
    }
    if line.state is LineState.WAITING:
        exchange_store.update_line(unit, line.id, answer=mark)
        return
    state = LINE.after(line.state.value, "reopen")
    exchange_store.update_line(
        unit, line.id, state=state, treatment=None, answer=mark, decided_by=None, decided_at=None
    )
    exchange_store.update_request(unit, request.id, state=RequestState.OPEN.value)
    case = line_clocks.case_of(request, line, item, resource.facts.pack)
    line_clocks.start_reply(context, unit, case, due_key(item.share_type if item is not None else None))


def _order(context: Context, unit: Unit, staff: StaffRequester, about: _About, decision: dict[str, Any]) -> None:
    """Grant the line by the decision itself."""
    request, line, item, resource = about
    if item is None:
        raise LookupError("an order needs an item")
    form = Treatment(decision["form"])
    widest = widest_form(item, cites_law_and_assessment=False)
    if widest is None or narrower(form, widest) is not form or narrower(form, line.asked) is not form:
        raise _error(
            "决定提供的形式不得宽于申请和法律允许的形式",
            "the form granted must be no wider than asked, and than the law lets its class go",
        )
    state = LINE.after(line.state.value, "order")
    receipt = grants.give(context, unit, request, grants.Given({item.column: form}, staff.staff.id, ARTICLE))
    line_clocks.stop_reply(context, unit, line.id, state)
    line_clocks.start_delivery(context, unit, request, line, item, resource.facts.pack)
    exchange_store.update_line(
        unit,
        line.id,
        state=state,
        treatment=form.value,
        answer={"decision": form.value, "by": "authority", **decision, "former": line.answer},
        decided_by=staff.staff.id,
        decided_at=context.now(),
        receipt_id=receipt,
    )
    found = exchange_store.find_request(unit, request.id)
    if found is not None:
        close_if_done(unit, found)


def _lift(context: Context, unit: Unit, staff: StaffRequester, dispute: Dispute) -> None:
    """Let a suspended grant go on by the decision."""
    grant = exchange_store.find_grant(unit, dispute.grant_id, lock=True) if dispute.grant_id is not None else None
    if grant is None or grant.status is not GrantStatus.SUSPENDED:
        raise _error("该授权已不在暂停状态", "the grant is not suspended any more")
    changed = replace(grant, status=GrantStatus.ACTIVE, version=grant.version + 1, stop_ground=None, stop_reason=None)
    exchange_store.save_grant(unit, changed)
    bump_epoch(unit)
    context.record(
        unit,
        ReceiptKind.GRANT,
        **grants.parties_of(changed),
        action="dispute.resume",
        decision="active",
        decided_by=staff.staff.id,
        article=ARTICLE,
        state_before=GrantStatus.SUSPENDED.value,
        state_after=GrantStatus.ACTIVE.value,
    )


def _error(zh: str, en: str) -> DisputeError:
    return DisputeError(zh, en, next_zh="请改选决定内容", next_en="decide otherwise", facts={"article": ARTICLE})
