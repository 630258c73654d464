"""``/w/inbox/{request}``: one request as its provider sees it, what the rules propose for each item, its letters."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse

from hub.api.clock_bodies import standing_body, urging_body
from hub.directory.claims import store as claim_store
from hub.exchange import answers, letter_store, proposals, requests
from hub.exchange.cart import bases
from hub.exchange.errors import LetterNotFoundError
from hub.exchange.records import LineState
from hub.exchange.state_tables import LINE, REQUEST
from hub.identity.roles import Role
from hub.portal.rendering import both, pager
from hub.portal.work import naming
from hub.portal.work.forms import EMPTY, Form
from hub.portal.work.frame import WorkPage, open_to
from hub.supervision import store as supervision_store

if TYPE_CHECKING:
    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.exchange.records import Line, ShareRequest

router = APIRouter(include_in_schema=False)
Provider = Annotated[WorkPage, Depends(open_to(Role.CLERK, Role.APPROVER))]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
LINES_A_PAGE: Final = 20
MOST_ASSESSMENTS: Final = 200


@both(router, "/w/inbox/{request_id}")
def show_request(
    request_id: uuid.UUID, page: Provider, offset: Offset = 0, adopt: Annotated[bool, Query()] = False
) -> HTMLResponse:
    """Show a request; ``adopt`` chooses for each item what the rules propose, for the person to look over."""
    return shown(page, request_id, EMPTY, offset=offset, adopt=adopt)


def shown(
    page: WorkPage, request_id: uuid.UUID, form: Form, *, offset: int = 0, adopt: bool = False, status: int = 200
) -> HTMLResponse:
    """Return the page of a request with what was typed into its answers."""
    with page.hub.database.begin() as unit:
        request = requests.find(unit, page.person, request_id)
        values = _facts(page, unit, request)
        resource = naming.resource(page, unit, request.entry_id)
        lines = request.lines[offset : offset + LINES_A_PAGE]
        values["lines"] = [_line(page, unit, request, line, resource, adopt=adopt) for line in lines]
        values["assessments"] = _assessments(page, unit, request)
    can_answer = any(line["proposal"] is not None for line in values["lines"])
    return page.show(
        "work_request.html",
        status=status,
        form=form,
        can_answer=can_answer,
        adopt=adopt,
        offset=offset,
        total_lines=len(request.lines),
        **values,
        **pager(page.request, len(request.lines), offset, LINES_A_PAGE),
    )


def _facts(page: WorkPage, unit: Unit, request: ShareRequest) -> dict[str, Any]:
    """Return who asks for what and why, and how the request stands."""
    standing = standing_body(page.context, unit, request)
    urged = supervision_store.urgings(unit, [clock["id"] for clock in standing["clocks"]])
    entry = naming.entries(page, unit, [request.entry_id])[request.entry_id]
    cited = [one for one in bases.all_bases(unit).values() if one.citation in request.legal_basis]
    waiting = [line for line in request.lines if line.state is LineState.WAITING]
    due = min((line.due_on for line in waiting if line.due_on is not None), default=None)
    return {
        "request": request,
        "organ": naming.members(unit, [request.member_id])[request.member_id],
        "entry": entry,
        "state": naming.described(page, REQUEST.describe(request.state.value)),
        "next_step": page.pick(str(standing["next"]), str(standing["next_en"])),
        "due": due,
        "days_left": page.days(due),
        "waiting": len(waiting),
        "bases": [{"citation": one.citation, "duty": page.pick(one.duty_zh, one.duty_en)} for one in cited],
        "modes": sorted(mode.value for mode in request.modes),
        "supplement": standing["supplement"],
        "extensions": standing["extensions"],
        "urged": [{"clock": clock, **urging_body(one)} for clock, found in urged.items() for one in found],
        "is_provider": request.provider_id == page.person.member.id,
        "may_answer": page.person.has_role(Role.APPROVER) and request.provider_id == page.person.member.id,
    }


def _line(
    page: WorkPage, unit: Unit, request: ShareRequest, line: Line, resource: Resource | None, *, adopt: bool
) -> dict[str, Any]:
    """Return one item of a request: what was asked, where it stands, and what could be answered."""
    item = resource.facts.by_column.get(line.item) if resource is not None and line.item is not None else None
    left = page.days(line.due_on) if line.state is LineState.WAITING else None
    found: dict[str, Any] = {
        "id": line.id,
        "position": line.position,
        "name": item.name if item is not None else line.item or line.description,
        "column": line.item or "",
        "share_type": item.share_type.value if item is not None and item.share_type is not None else None,
        "sensitivity": item.sensitivity.value if item is not None else None,
        "asked": naming.form_name(page, line.asked),
        "state": naming.described(page, LINE.describe(line.state.value)),
        "is_waiting": line.state is LineState.WAITING,
        "given": naming.form_name(page, line.treatment),
        "due": line.due_on,
        "left": left,
        "has_letter": letter_store.latest(unit, request.id, line.id) is not None,
        "by_rule": line.answer is not None and line.answer.get("by") == "rule",
        "explanation": _explanation(page, line),
        "proposal": None,
        "chosen": "later",
    }
    may_answer = page.person.has_role(Role.APPROVER) and request.provider_id == page.person.member.id
    if found["is_waiting"] and request.state.value == "open" and may_answer and resource is not None:
        case = answers.case_of(page.context, unit, page.person, request.id, line.id, answers.Answer("", ""))
        found["proposal"] = _proposal(page, proposals.propose(case))
        found["chosen"] = found["proposal"]["proposed"] or "later" if adopt else "later"
    return found


def _explanation(page: WorkPage, line: Line) -> list[str]:
    """Return what the answer says for itself, where it is a refusal or a return for narrowing."""
    said = (line.answer or {}).get(page.pick("explanation", "explanation_en"))
    return [str(one) for one in said] if isinstance(said, list) else []


def _proposal(page: WorkPage, found: dict[str, Any]) -> dict[str, Any]:
    """Return a proposal in the page's language."""
    records = [
        {
            "value": f"{one['ground']}:{one['exemption_id']}",
            "words": page.text(
                "answer_record",
                ground=page.pick(one["ground_name"], one["ground_name_en"]),
                code=one["ground"],
                until=one["review_on"],
            ),
            "path": f"/w/exemptions/{one['exemption_id']}",
            "provision": one["provision"] or "",
            "carries": one["carries_a_refusal"],
            "lacks": [
                {
                    "text": page.pick(lack["message"], lack["message_en"]),
                    "next": page.pick(lack["next"], lack["next_en"]),
                }
                for lack in one["lacks"]
            ],
            "must_consider": one["must_consider"],
        }
        for one in found["refusal"]["records"]
    ]
    return {
        "proposed": found["proposed"],
        "proposed_name": naming.form_name(page, found["proposed"]),
        "forms": [
            {
                "form": one["form"],
                "name": page.pick(one["name"], one["name_en"]),
                "is_allowed": one["is_allowed"],
                "reason": page.pick(one["reason"], one["reason_en"]),
                "article": one["article"],
                "is_proposed": one["form"] == found["proposed"],
            }
            for one in found["forms"]
        ],
        "lesser": [(one["form"], page.pick(one["name"], one["name_en"])) for one in found["lesser_offers"]],
        "can_refuse": found["refusal"]["is_possible"],
        "why": page.pick(found["refusal"]["why"], found["refusal"]["why_en"]),
        "records": records,
        "provision": next((one["provision"] for one in records if one["carries"]), ""),
        "must_consider": list(dict.fromkeys(form for one in records for form in one["must_consider"])),
    }


def _assessments(page: WorkPage, unit: Unit, request: ShareRequest) -> list[tuple[str, str]]:
    """Return the organ's approved assessments of the entry, which the wider forms may rest on."""
    rows, _ = claim_store.assessments_of(unit, page.person.member.id, limit=MOST_ASSESSMENTS, offset=0)
    fit = [one for one in rows if one.entry_id == request.entry_id and one.approved_on and not one.withdrawn_on]
    return [(str(one.id), f"{one.reference} · {one.cited_law}") for one in fit]


@both(router, "/w/inbox/{request_id}/letters/{line_id}")
def show_letter(request_id: uuid.UUID, line_id: uuid.UUID, page: Provider) -> HTMLResponse:
    """Show the letter of an answer as it was given."""
    with page.hub.database.begin() as unit:
        request = requests.find(unit, page.person, request_id)
        found = letter_store.latest(unit, request.id, line_id)
    if found is None:
        raise LetterNotFoundError(
            "该项没有答复书：尚未答复，或由规则自动答复",
            "there is no letter: the line is not answered yet, or was answered by the rule",
            next_zh="请查看申请的状态；自动答复的依据写在该项的答复中",
            next_en="look at the request's state; what the rule answered stands in the line's answer",
        )
    return page.show("work_letter.html", request=request, line_id=line_id, letter=found)
