"""Taking up a lesser offer: one act makes the line for the lesser form (the ladder of 区分处理, Zhengzhou Art. 20).

A provider that returns a line for narrowing (R16) or refuses it may hold out a lesser form. Accepting it adds a line
in that form to the same request, so that what is granted joins the grant there is. The head's consent to the wider
form covers the lesser one for the same purpose; the line opens at once and its clock begins.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hub.directory.facts import load_resource
from hub.exchange import requests, store
from hub.exchange.cart import store as cart_store
from hub.exchange.cart.drafts import changed, find_version, record
from hub.exchange.cart.editing import lines_of
from hub.exchange.cart.errors import OfferError
from hub.exchange.cart.parts import lesser_line
from hub.exchange.records import LineState, RequestState
from policies.facts import Treatment

if TYPE_CHECKING:
    import uuid

    from hub.context import Context
    from hub.database import Unit
    from hub.exchange.cart.records import Application
    from hub.exchange.records import Line, ShareRequest
    from hub.identity.facts import StaffRequester


def offer_on(request: ShareRequest, line: Line) -> Treatment | None:
    """Return the lesser form held out on a line and not yet asked for, None where there is none."""
    if line.state not in {LineState.NARROWED, LineState.REFUSED}:
        return None
    offered = (line.answer or {}).get("offer")
    if not isinstance(offered, str) or offered not in list(Treatment):
        return None
    form = Treatment(offered)
    is_taken = any(
        other.position > line.position and other.item == line.item and other.description == line.description
        for other in request.lines
    )
    return None if is_taken or form is Treatment.WITHHELD else form


def accept(
    context: Context, unit: Unit, staff: StaffRequester, request_id: uuid.UUID, line_id: uuid.UUID
) -> ShareRequest:
    """Ask for the lesser form held out on a line of a request; returns the request as it now stands.

    Raises:
        RequestNotFoundError: the person's organ is no party.
        OfferError: no lesser form is held out, or it was taken up, or the organ is not the requester.
    """
    request = requests.find(unit, staff, request_id, lock=True)
    line = next((line for line in request.lines if line.id == line_id), None)
    form = offer_on(request, line) if line is not None and request.member_id == staff.member.id else None
    if line is None or form is None:
        raise _no_offer()
    lesser = lesser_line(line, max(one.position for one in request.lines) + 1, form)
    store.insert_lines(unit, request.id, (lesser,))
    store.update_request(unit, request.id, state=RequestState.OPEN.value)
    opened = replace(request, state=RequestState.OPEN, lines=(*request.lines, lesser))
    requests.record_step(context, unit, opened, staff, "offer_accepted", request.state.value)
    requests.open_line(context, unit, opened, lesser, load_resource(context, unit, request.entry_id))
    return requests.close_if_done(unit, requests.find(unit, staff, request.id))


def accept_in_application(
    context: Context,
    unit: Unit,
    staff: StaffRequester,
    application_id: uuid.UUID,
    version: int,
    line_id: uuid.UUID,
) -> Application:
    """Take up what is held out on a line of an application, for every system it was asked for.

    Raises:
        ApplicationNotFoundError, ApplicationChangedError: as :func:`hub.exchange.cart.drafts.find_version`.
        OfferError: no lesser form is held out on the line.
    """
    application = find_version(unit, staff, application_id, version)
    parts = store.parts_of(unit, application.id, lock=True)
    places = lines_of(parts).get(line_id, [])
    open_offers = [(part, line, form) for part, line in places if (form := offer_on(part, line)) is not None]
    if not open_offers:
        raise _no_offer()
    for part, line, _ in open_offers:
        accept(context, unit, staff, part.id, line.id)
    form = open_offers[0][2]
    content = application.content
    lines = tuple(replace(line, form=form) if line.id == line_id else line for line in content.lines)
    accepted = changed(context, staff, application, content=replace(content, lines=lines))
    cart_store.save_application(unit, accepted)
    record(context, unit, staff, accepted, "application.offer_accepted")
    return accepted


def _no_offer() -> OfferError:
    return OfferError(
        "该项没有可接受的较窄方式，或已经接受过",
        "no lesser form is held out on this line, or it has been taken up",
        next_zh="查看该项的答复；对不予提供有异议可以协商或申请协调（政务数据共享条例第二十八条）",
        next_en="read the answer; against a refusal negotiate or go to the authority (政务数据共享条例 Art. 28)",
    )
