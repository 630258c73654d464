"""Answering on the page: every item of a request in one act, the letters shown before they are given.

What was typed becomes :class:`hub.exchange.answers.Answer`; what is not possible comes back beside the field it is
about, from the use case's own reasons. Zhengzhou Art. 20; 政务数据共享条例 Art. 20-22.
"""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends
from starlette.responses import HTMLResponse, RedirectResponse

from hub.exchange import answers, requests
from hub.identity.roles import Role
from hub.portal.work import naming
from hub.portal.work.forms import Fault, Form, Posted, words
from hub.portal.work.frame import WorkPage, open_to
from hub.portal.work.request import Offset, shown
from policies.errors import DomainError
from policies.facts import Treatment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hub.exchange.records import Line, ShareRequest

router = APIRouter(include_in_schema=False)
Approver = Annotated[WorkPage, Depends(open_to(Role.APPROVER))]
LATER: Final = "later"
NARROWER: Final = ("masked", "verify_only", "aggregate_only", "confidentiality", "separate")
LONGEST: Final = 2000
_GROUND: Final = re.compile(r"(R\d\d):([0-9a-f-]{36})")
_FIELD: Final[Mapping[str, str]] = {
    "provision": "provision",
    "no-facts": "facts",
    "narrower-forms": "considered",
    "offer": "lesser",
    "no-offer": "duty",
}
"""Which field a reason of a refused answer is about; all other reasons are about the record."""


@router.post("/w/inbox/{request_id}", response_model=None)
@router.post("/en/w/inbox/{request_id}", response_model=None)
def answer(request_id: uuid.UUID, page: Approver, form: Posted, offset: Offset = 0) -> HTMLResponse | RedirectResponse:
    """Show the letters the answers would become; send them; or go back to the form with all that was typed."""
    with page.hub.database.begin() as unit:
        request = requests.find(unit, page.person, request_id)
    if form.value("act") == "edit":
        return shown(page, request_id, form, offset=offset)
    chosen = _chosen(request, form)
    if not chosen:
        return shown(page, request_id, form.with_faults(Fault("", page.text("answer_none_chosen"))), offset=offset)
    if form.value("act") == "send":
        return _send(page, request, form, chosen, offset)
    return _preview(page, request, form, chosen, offset)


def _preview(
    page: WorkPage, request: ShareRequest, form: Form, chosen: dict[uuid.UUID, Line], offset: int
) -> HTMLResponse:
    letters: list[Mapping[str, Any]] = []
    with page.hub.database.begin() as unit:
        for line in chosen.values():
            given = _given(form, line.position)
            try:
                letters.append(answers.preview(page.context, unit, page.person, request.id, line.id, given))
            except DomainError as error:
                form = form.with_faults(*_faults(page, form, line.position, error, error.facts))
        organ = naming.members(unit, [request.member_id])[request.member_id]
    if form.faults:
        return shown(page, request.id, form, offset=offset)
    kept = [(name, value) for name, found in form.values.items() if name not in {"csrf", "act"} for value in found]
    return page.show("work_preview.html", request=request, organ=organ, letters=letters, kept=kept, offset=offset)


def _send(
    page: WorkPage, request: ShareRequest, form: Form, chosen: dict[uuid.UUID, Line], offset: int
) -> HTMLResponse | RedirectResponse:
    given = {line_id: _given(form, line.position) for line_id, line in chosen.items()}
    try:
        with page.hub.database.begin() as unit:
            answers.answer_many(page.context, unit, page.person, request.id, given)
    except DomainError as error:
        found = error.facts.get("lines")
        if not isinstance(found, list):
            return shown(page, request.id, form.with_faults(Fault("", words(error, page.lang))), offset=offset)
        for one in found:
            line = chosen[uuid.UUID(one["line"])]
            told = DomainError(one["message"], one["message_en"], next_zh=one["next"], next_en=one["next_en"])
            form = form.with_faults(*_faults(page, form, line.position, told, one))
        return shown(page, request.id, form, offset=offset)
    label = f"{request.label} · {len(given)}"
    return page.see_other(f"/w/inbox/{request.id}", "answered", label)


def _chosen(request: ShareRequest, form: Form) -> dict[uuid.UUID, Line]:
    """Return the lines that were given an answer."""
    return {line.id: line for line in request.lines if form.value(f"a{line.position}_do", LATER) not in {"", LATER}}


def _given(form: Form, position: int) -> answers.Answer:
    """Return what was said on one line; what is no answer at all is left to the use case to refuse."""

    def said(name: str) -> str:
        return form.bounded(f"a{position}_{name}", LONGEST)

    decision = said("do")
    record = _GROUND.fullmatch(said("record"))
    offer = said("offer" if decision == "narrow" else "lesser")
    assessment = form.uuid(f"a{position}_assessment")
    return answers.Answer(
        decision=decision,
        decider_role=form.bounded("office", 200),
        ground=record[1] if record is not None else "",
        exemption_id=record[2] if record is not None else "",
        provision=said("provision"),
        facts=said("facts"),
        considered={one: text for one in NARROWER if (text := said(f"why_{one}"))},
        offer=Treatment(offer) if offer in set(Treatment) else None,
        duty=said("duty"),
        cites_law_and_assessment=assessment is not None,
        assessment=assessment,
    )


def _faults(page: WorkPage, form: Form, position: int, error: DomainError, facts: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong with the answer on one line, each at the field it is about."""
    decision, reasons = form.value(f"a{position}_do"), facts.get("reasons")
    number = page.text("answer_item_number", n=position)
    if not isinstance(reasons, list) or not reasons:
        field = "assessment" if decision in set(Treatment) and form.value(f"a{position}_assessment") else "do"
        yield Fault(f"a{position}_{field}", number + words(error, page.lang))
        return
    no_record = not form.value(f"a{position}_record")
    for one in reasons:
        if no_record and one["code"].startswith("ground"):
            continue  # no record chosen is said once: it names the ground too
        if one["code"] == "no-decider":
            yield Fault("office", page.pick(one["zh"], one["en"]))
        else:
            field = _FIELD.get(one["code"], "record")
            yield Fault(f"a{position}_{field}", number + page.pick(one["zh"], one["en"]))
    following = page.pick(error.next_zh, error.next_en)
    if following:
        yield Fault(f"a{position}_do", number + following)
