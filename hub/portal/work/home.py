"""The workbench's home: what has to be done by days left over all duties of a person's roles, news, and places."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse, RedirectResponse

from hub.notices import store as notice_store
from hub.portal.rendering import both, pager
from hub.portal.work.forms import Form, Posted
from hub.portal.work.frame import WorkPage, open_to, reader_of
from hub.supervision.errors import SupervisionError

if TYPE_CHECKING:
    from hub.notices.store import SentNotice
    from hub.portal.work.frame import Duty

router = APIRouter(include_in_schema=False)
Anybody = Annotated[WorkPage, Depends(open_to())]
PAGE_SIZE = 20
MOST_DUTIES = 50
LATEST_NOTICES = 5
NO_CLOCK = 1_000_000
_PAGE_LINK = re.compile(r"/w(/[A-Za-z0-9._/-]*)?")


def _urgency(duty: Duty) -> tuple[int, str]:
    return (duty.left if duty.left is not None else NO_CLOCK, duty.label)


@both(router, "/w")
def home(page: Anybody) -> HTMLResponse:
    """Show what is to be done, most urgent first, the newest unread notices, and the places of the roles."""
    with page.hub.database.begin() as unit:
        duties = [duty for find in page.request.app.state.work_duties for duty in find(page, unit)]
        notices, _ = notice_store.for_person(unit, reader_of(page.person), unread=True, limit=LATEST_NOTICES, offset=0)
    duties.sort(key=_urgency)
    return page.show(
        "work_home.html",
        duties=duties[:MOST_DUTIES],
        total=len(duties),
        overdue=sum(duty.left is not None and duty.left < 0 for duty in duties),
        notices=[_shown(page, one) for one in notices],
        roles=sorted(role.value for role in page.person.staff.roles),
    )


@both(router, "/w/notices")
def notices(
    page: Anybody, unread: Annotated[bool, Query()] = False, offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0
) -> HTMLResponse:
    """Show what the person should know, the newest first."""
    with page.hub.database.begin() as unit:
        found, total = notice_store.for_person(
            unit, reader_of(page.person), unread=unread, limit=PAGE_SIZE, offset=offset
        )
    shown = [_shown(page, one) for one in found]
    return page.show(
        "work_notices.html",
        notices=shown,
        total=total,
        total_unread=sum(not one["is_read"] for one in shown),
        only_unread=unread,
        **pager(page.request, total, offset, PAGE_SIZE),
    )


@router.post("/w/notices")
@router.post("/en/w/notices")
def read_notices(page: Anybody, form: Posted) -> RedirectResponse:
    """Mark the notices of a page as read."""
    return _read(page, _named(form))


@router.post("/w/notices/{notice_id}")
@router.post("/en/w/notices/{notice_id}")
def read_notice(notice_id: uuid.UUID, page: Anybody) -> RedirectResponse:
    """Mark one notice as read."""
    return _read(page, [notice_id])


def _named(form: Form) -> list[uuid.UUID]:
    found = (Form({"one": (text,)}).uuid("one") for text in form.every("notice")[:PAGE_SIZE])
    return [one for one in found if one is not None]


def _read(page: WorkPage, ids: list[uuid.UUID]) -> RedirectResponse:
    with page.hub.database.begin() as unit:
        done = [notice_store.mark_read(unit, one, reader_of(page.person), page.context.now()) for one in ids]
    if not all(done):
        raise SupervisionError(
            "没有这条通知", "there is no such notice", next_zh="请从通知列表打开", next_en="open it from your list"
        )
    return page.see_other("/w/notices", "notices_read")


def _shown(page: WorkPage, sent: SentNotice) -> dict[str, Any]:
    """Return a notice for the page; only links to pages of the workbench become links."""
    notice = sent.notice
    return {
        "id": sent.id,
        "text": page.pick(notice.zh, notice.en),
        "next": page.pick(notice.next_zh, notice.next_en),
        "path": notice.link if _PAGE_LINK.fullmatch(notice.link) else "",
        "at": page.moment(sent.created_at),
        "is_read": sent.read_at is not None,
    }
