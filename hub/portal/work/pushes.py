"""``/w/pushes`` 数据推送: reports of pushes, rejected rows and their way back, pushes that wait, and a form to push.

Values in reports are masked; the marked workbook is given to the clerk alone (the API decides). Zhengzhou Art. 19.
"""

from __future__ import annotations

import tempfile
import uuid
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse, RedirectResponse

from catalogue import store as catalogue_store
from connectors.port import Limits, ReadOptions
from hub.api.push_loop import entry_name, mended_arrival
from hub.api.pushes import own_push
from hub.identity.roles import Role
from hub.portal.rendering import both
from hub.portal.work.files import Sent, received
from hub.portal.work.forms import EMPTY, Fault, Form, Posted, faults_of
from hub.portal.work.frame import Duty, WorkPage, open_to
from hub.portal.work.reading import ENCODINGS, reading
from hub.push import receive, releasing, store
from hub.push.arrival import from_json, to_json
from hub.push.loop import wait_store
from hub.push.loop.wait_store import Draft
from hub.push.merge import MergeMode
from hub.push.rejections import described
from hub.push.standing import standing_of
from hub.push.waiting import keep_file, lent_file, spool_of
from hub.services import incoming_folder
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.database import Unit

router = APIRouter(include_in_schema=False)
Provider = Annotated[WorkPage, Depends(open_to(Role.CLERK, Role.APPROVER))]
Clerk = Annotated[WorkPage, Depends(open_to(Role.CLERK))]
Approver = Annotated[WorkPage, Depends(open_to(Role.APPROVER))]
PAGE_SIZE: Final = 20
FAULTS: Final = 50
MOST_ENTRIES: Final = 500


@both(router, "/w/pushes")
def pushes(page: Provider, entry: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
    """Show the pushes of an entry, or of all entries of the organ, the newest first; and those that wait."""
    with page.hub.database.begin() as unit:
        entries = _entries(page, unit)
        chosen = [row for row in entries if not entry or row.name == entry]
        found = [(row, push) for row in chosen for push in store.pushes(unit, row.id, limit=PAGE_SIZE)]
    found.sort(key=lambda pair: pair[1].given.at, reverse=True)
    rows = [
        {
            "id": push.given.id,
            "title": row.title,
            "at": page.moment(push.given.at),
            "state": page.text(f"push_state_{push.outcome.state.value}"),
            "counts": push.outcome.counts,
            "mode": push.given.mode,
            "version": push.outcome.number,
        }
        for row, push in found[:PAGE_SIZE]
    ]
    names = [(row.name, row.title) for row in entries]
    return page.show("work_pushes.html", rows=rows, entries=names, entry=entry)


def _entries(page: WorkPage, unit: Unit) -> list[catalogue_store.EntryRow]:
    return [
        row
        for row in catalogue_store.list_entries(unit, provider_id=page.person.member.id, limit=MOST_ENTRIES)[0]
        if row.published_version is not None
    ]


@both(router, "/w/pushes/new")
def new(page: Clerk, entry: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
    """Show the form: file, mode, how the file is read; a dry run comes first."""
    return _new(page, Form({"entry": (entry,)}) if entry else EMPTY)


def _new(page: WorkPage, form: Form, tried: Draft | None = None) -> HTMLResponse:
    with page.hub.database.begin() as unit:
        entries = [(row.name, row.title) for row in _entries(page, unit)]
    modes = [(mode.value, page.text(f"push_{mode.value}"), "") for mode in MergeMode]
    report = dict(tried.result) if tried is not None else None
    lines = report["summary_en" if page.lang == "en" else "summary"] if report is not None else []
    return page.show("work_push_new.html", form=form, entries=entries, modes=modes, tried=tried, lines=lines,
                     report=report, encodings=[(one, one.upper()) for one in ENCODINGS])  # fmt: skip


@router.post("/w/pushes/new", response_model=None)
@router.post("/en/w/pushes/new", response_model=None)
def try_file(page: Clerk, form: Posted, file: Sent) -> HTMLResponse | RedirectResponse:
    """Check and compare the file without storing a row; keep it for the confirmation."""
    if file is None:
        return _new(page, form.with_faults(Fault("file", page.text("push_file_missing"))))
    mode = form.value("mode")
    if mode not in {one.value for one in MergeMode}:
        return _new(page, form.with_faults(Fault("mode", page.text("fault_choose"))))
    options, mapping, form = reading(page, form, file.filename)
    if form.faults:
        return _new(page, form)
    with tempfile.TemporaryDirectory(prefix="form-", dir=incoming_folder(page.hub.settings)) as folder:
        path, digest = received(file, Path(folder))
        arrival = replace(_arrival(page, form, (path, digest), options), mapping=mapping)
        try:
            tried = receive.accept(page.context, page.hub.database, arrival, Limits())
        except DomainError as error:
            return _new(page, form.with_faults(*faults_of(error, page.lang, at="file")))
        key = keep_file(page.context, arrival)
        draft = Draft(uuid.uuid4(), tried.push.given.entry_id, page.person.member.id, page.person.staff.id,
                      to_json(arrival), key, dict(tried.push.outcome.report), page.context.now())  # fmt: skip
        with page.hub.database.begin() as unit:
            wait_store.add_draft(unit, draft)
    return _new(page, form, draft)


def _arrival(page: WorkPage, form: Form, file: tuple[Path, bytes], options: ReadOptions) -> receive.Arrival:
    return receive.Arrival(
        entry=form.value("entry"),
        path=file[0],
        digest=file[1],
        mode=MergeMode(form.value("mode")),
        idempotency_key=None,
        filename=options.name or "",
        options=options,
        allow_shrink=False,
        member_id=page.person.member.id,
        by_system=None,
        by_staff=page.person.staff.id,
        dry_run=True,
    )


@router.post("/w/pushes/confirm", response_model=None)
@router.post("/en/w/pushes/confirm", response_model=None)
def confirm(page: Clerk, form: Posted) -> HTMLResponse | RedirectResponse:
    """Push the file that was tried."""
    draft_id = form.uuid("draft")
    with page.hub.database.begin() as unit:
        draft = wait_store.draft(unit, draft_id, page.person.staff.id) if draft_id is not None else None
    if draft is None:
        return _new(page, form.with_faults(Fault("file", page.text("push_file_missing"))))
    try:
        with lent_file(page.context, draft.spool_key) as path:
            kept = dict(draft.arrival) | {"allow_shrink": form.value("consent") == "yes"}
            arrival = from_json(kept, path, draft.member_id, page.person.staff.id)
            accepted = receive.accept(page.context, page.hub.database, arrival, Limits())
    except DomainError as error:
        return _new(page, form.with_faults(*faults_of(error, page.lang, at="file")), draft)
    with page.hub.database.begin() as unit:
        wait_store.drop_draft(unit, draft.id)
        is_needed = draft.spool_key in wait_store.keys_in_use(unit)
    if not is_needed:
        spool_of(page.context).drop(draft.spool_key)
    page.hub.answers.pushed(arrival.entry)
    waits = accepted.push.outcome.state in store.WAITING
    return page.see_other(f"/w/pushes/{accepted.push.given.id}", "push_waits" if waits else "push_sent")


@both(router, "/w/pushes/{push_id}")
def show(page: Provider, push_id: uuid.UUID, after: Annotated[int, Query(ge=0, le=2**53)] = 0) -> HTMLResponse:
    """Show a push: counts, rules, faults, downloads, what to do now."""
    return _shown(page, push_id, EMPTY, after=after)


def _shown(page: WorkPage, push_id: uuid.UUID, form: Form, *, after: int = 0) -> HTMLResponse:
    with page.hub.database.begin() as unit:
        push = own_push(unit, page.person, push_id)
        faults = store.rejections(unit, push_id, after=after, limit=FAULTS)
        standing = standing_of(unit, push)
    report = dict(push.outcome.report)
    waiting = standing["waiting"]
    is_open = waiting is not None and waiting["state"] in wait_store.OPEN
    is_approver, is_clerk = page.person.has_role(Role.APPROVER), page.person.has_role(Role.CLERK)
    return page.show(
        "work_push.html",
        form=form,
        push=push,
        report=report,
        difference=report.get("difference"),
        lines=report.get("summary_en" if page.lang == "en" else "summary", []),
        state=page.text(f"push_state_{push.outcome.state.value}"),
        faults=[_fault(page, one) for one in faults.rejections],
        next_url=f"{page.request.url.path}?after={faults.next}" if faults.next is not None else None,
        previous_url=None,
        resolved=standing["resolved"],
        waiting=waiting,
        may_release=is_open and (is_approver or (is_clerk and waiting["state"] == "held")),
        may_send_back=is_open and is_approver,
        may_withdraw=is_open and is_clerk,
        is_clerk=is_clerk,
    )


def _fault(page: WorkPage, one: store.Rejection) -> dict[str, Any]:
    names = ("line", "letter", "item", "rule", "value", "detail")
    full = described({name: getattr(one, name) for name in names})
    is_english = page.lang == "en"
    return {
        **full,
        "what": full["message_en" if is_english else "message"],
        "hint": full["hint_en" if is_english else "hint"],
        "how": full["mend_en" if is_english else "mend"],
    }


@router.post("/w/pushes/{push_id}/resume", response_model=None)
@router.post("/en/w/pushes/{push_id}/resume", response_model=None)
def resume(page: Clerk, push_id: uuid.UUID, form: Posted, file: Sent) -> HTMLResponse | RedirectResponse:
    """Take back the mended workbook."""
    if file is None:
        return _shown(page, push_id, form.with_faults(Fault("file", page.text("push_file_missing"))))
    name, _ = entry_name(page.hub, page.person, push_id)
    with tempfile.TemporaryDirectory(prefix="form-", dir=incoming_folder(page.hub.settings)) as folder:
        arrival = mended_arrival(
            page.person, name, push_id, received(file, Path(folder)), ReadOptions(name=file.filename)
        )
        try:
            accepted = receive.accept(page.context, page.hub.database, arrival, Limits())
        except DomainError as error:
            return _shown(page, push_id, form.with_faults(*faults_of(error, page.lang, at="file")))
    page.hub.answers.pushed(name)
    return page.see_other(f"/w/pushes/{accepted.push.given.id}", "push_sent")


@router.post("/w/pushes/{push_id}/release", response_model=None)
@router.post("/en/w/pushes/{push_id}/release", response_model=None)
def release(page: Provider, push_id: uuid.UUID, form: Posted) -> HTMLResponse | RedirectResponse:
    """Let a push in that waits."""
    name, _ = entry_name(page.hub, page.person, push_id)
    try:
        releasing.release(page.context, page.hub.database, push_id, releasing.Actor.of(page.person), Limits())
    except DomainError as error:
        return _shown(page, push_id, form.with_faults(*faults_of(error, page.lang, at="release")))
    page.hub.answers.pushed(name)
    return page.see_other(f"/w/pushes/{push_id}", "push_released")


@router.post("/w/pushes/{push_id}/send-back", response_model=None)
@router.post("/en/w/pushes/{push_id}/send-back", response_model=None)
def send_back(page: Approver, push_id: uuid.UUID, form: Posted) -> HTMLResponse | RedirectResponse:
    """Send a push back with words."""
    words = form.bounded("words", 2000)
    if not words:
        return _shown(page, push_id, form.with_faults(Fault("words", page.text("fault_empty"))))
    try:
        releasing.send_back(page.context, page.hub.database, push_id, releasing.Actor.of(page.person), words)
    except DomainError as error:
        return _shown(page, push_id, form.with_faults(*faults_of(error, page.lang, at="words")))
    return page.see_other(f"/w/pushes/{push_id}", "push_sent_back")


@router.post("/w/pushes/{push_id}/withdraw", response_model=None)
@router.post("/en/w/pushes/{push_id}/withdraw", response_model=None)
def withdraw(page: Clerk, push_id: uuid.UUID, form: Posted) -> HTMLResponse | RedirectResponse:
    """Take back a push that waits."""
    person = page.person
    try:
        releasing.withdraw(page.context, page.hub.database, push_id, person.member.id, person.staff.id)
    except DomainError as error:
        return _shown(page, push_id, form.with_faults(*faults_of(error, page.lang, at="release")))
    return page.see_other(f"/w/pushes/{push_id}", "push_withdrawn")


def duties(page: WorkPage, unit: Unit) -> Iterator[Duty]:
    """Yield the pushes that wait for this person: approvers release, clerks decide on those a limit holds."""
    is_approver, is_clerk = page.person.has_role(Role.APPROVER), page.person.has_role(Role.CLERK)
    if not (is_approver or is_clerk):
        return
    for wait in wait_store.open_waits(unit, member_id=page.person.member.id):
        if is_approver or wait.state is wait_store.WaitState.HELD:
            note = page.pick(*((hold := wait.holds[0])["what"], hold["what_en"])) if wait.holds else ""
            yield Duty(f"/w/pushes/{wait.push_id}", "push_waiting", str(wait.arrival["entry"]), note)
