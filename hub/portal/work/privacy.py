"""``/w/privacy``: findings of undeclared personal information; the clerk proposes, the secrecy reviewer decides.

Examples are masked; no whole value is shown. 个人信息保护法 Art. 55-56; four eyes.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse, RedirectResponse

from hub.directory import privacy_gate
from hub.directory.privacy import report, store
from hub.directory.privacy.errors import PrivacyFindingNotFoundError
from hub.directory.privacy.records import HOLDING, NAMES, OUTCOMES, State
from hub.identity.roles import Role
from hub.portal.rendering import both, pager
from hub.portal.work import naming
from hub.portal.work.forms import EMPTY, Fault, Form, Posted, faults_of
from hub.portal.work.frame import Duty, WorkPage, open_to
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.database import Unit
    from hub.directory.privacy.records import Finding

router = APIRouter(include_in_schema=False)
READERS: Final = (Role.CLERK, Role.APPROVER, Role.SECRECY_REVIEWER, Role.SUPERVISOR, Role.AUDITOR)
Reader = Annotated[WorkPage, Depends(open_to(*READERS))]
Worker = Annotated[WorkPage, Depends(open_to(Role.CLERK, Role.SECRECY_REVIEWER))]
PAGE_SIZE: Final = 20
MOST_DUTIES: Final = 50
SEND_BACK: Final = "send_back"
_NEEDED: Final = {Role.CLERK: State.OPEN, Role.SECRECY_REVIEWER: State.PROPOSED}


@both(router, "/w/privacy")
def findings(
    page: Reader,
    state: Annotated[Literal["holding", "all"], Query()] = "holding",
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> HTMLResponse:
    """Show what was found and holds an item closed, the newest first."""
    states = HOLDING if state == "holding" else frozenset(State)
    with page.hub.database.begin() as unit:
        found, total = store.listed(unit, member_id=_whose(page), states=states, limit=PAGE_SIZE, offset=offset)
        rows = [_row(page, unit, one) for one in found]
    return page.show(
        "work_privacy.html", findings=rows, total=total, state=state, **pager(page.request, total, offset, PAGE_SIZE)
    )


def _whose(page: WorkPage) -> uuid.UUID | None:
    """Return whose findings the person sees; None: of all organs."""
    return None if page.person.has_role(Role.SUPERVISOR, Role.AUDITOR) else page.person.member.id


def _row(page: WorkPage, unit: Unit, finding: Finding) -> dict[str, Any]:
    entry = naming.entries(page, unit, [finding.entry_id])[finding.entry_id]
    body = report.body_of(finding)
    return {
        **body,
        "title": entry.title,
        "item": naming.item_name(naming.resource(page, unit, finding.entry_id), finding.place),
        "kind": page.pick(body["kind_zh"], body["kind_en"]),
        "state": page.pick(body["state_zh"], body["state_en"]),
        "next": page.pick(body["next"], body["next_en"]),
        "seen": page.moment(finding.last_seen),
    }


@both(router, "/w/privacy/{finding_id}")
def show_finding(finding_id: uuid.UUID, page: Reader) -> HTMLResponse:
    """Show a finding with its masked examples and every act on it."""
    return _shown(page, finding_id, EMPTY)


def _shown(page: WorkPage, finding_id: uuid.UUID, form: Form) -> HTMLResponse:
    with page.hub.database.begin() as unit:
        finding = store.find(unit, finding_id)
        if finding is None or _whose(page) not in {None, finding.member_id}:
            raise PrivacyFindingNotFoundError
        row = _row(page, unit, finding)
        acts = store.acts(unit, finding_id)
    own = finding.member_id == page.person.member.id
    outcomes = [(one.value, page.pick(*NAMES[one]), "") for one in sorted(OUTCOMES)]
    return page.show(
        "work_finding.html",
        form=form,
        row=row,
        finding=finding,
        proposed=page.pick(*NAMES[finding.proposed]) if finding.proposed is not None else "",
        acts=[
            {
                "act": page.text(f"privacy_act_{one.act}"),
                "outcome": page.pick(*NAMES[State(one.outcome)]) if one.outcome in set(State) else "",
                "reason": one.reason,
                "at": page.moment(one.at),
                "receipt": one.receipt_id,
            }
            for one in acts
        ],
        outcomes=outcomes,
        may_propose=own and finding.state is State.OPEN and page.person.has_role(Role.CLERK),
        may_decide=own and finding.state is State.PROPOSED and page.person.has_role(Role.SECRECY_REVIEWER),
        send_back=(SEND_BACK, page.text("privacy_send_back"), ""),
    )


@router.post("/w/privacy/{finding_id}", response_model=None)
@router.post("/en/w/privacy/{finding_id}", response_model=None)
def act_on(finding_id: uuid.UUID, page: Worker, form: Posted) -> HTMLResponse | RedirectResponse:
    """Propose as clerk, decide as reviewer (another person), or send it back."""
    said, reason = form.value("outcome"), form.bounded("reason", 1000)
    if said not in {*(one.value for one in OUTCOMES), SEND_BACK}:
        return _shown(page, finding_id, form.with_faults(Fault("outcome", page.text("fault_choose"))))
    if not reason:
        return _shown(page, finding_id, form.with_faults(Fault("reason", page.text("fault_empty"))))
    decides = page.person.has_role(Role.SECRECY_REVIEWER)
    try:
        with page.hub.database.begin() as unit:
            if decides:
                outcome = None if said == SEND_BACK else State(said)
                privacy_gate.decide(page.context, unit, page.person, finding_id, outcome, reason)
            elif said != SEND_BACK:
                privacy_gate.propose(page.context, unit, page.person, finding_id, State(said), reason)
    except DomainError as error:
        return _shown(page, finding_id, form.with_faults(*faults_of(error, page.lang, at="reason")))
    return page.see_other(f"/w/privacy/{finding_id}", "privacy_decided" if decides else "privacy_proposed")


def duties(page: WorkPage, unit: Unit) -> Iterator[Duty]:
    """Yield findings that wait for this person's act."""
    wanted = frozenset(state for role, state in _NEEDED.items() if page.person.has_role(role))
    if not wanted:
        return
    found, _ = store.listed(unit, member_id=page.person.member.id, states=wanted, limit=MOST_DUTIES, offset=0)
    for one in found:
        row = _row(page, unit, one)
        yield Duty(f"/w/privacy/{one.id}", "privacy", f"{row['item']}", f"{row['title']} · {row['state']}")
