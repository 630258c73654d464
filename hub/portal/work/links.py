"""Where links of notices lead that name no page of their own."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse

from hub.exchange import requests
from hub.portal.rendering import both
from hub.portal.work.frame import WorkPage, open_to

router = APIRouter(include_in_schema=False)


@both(router, "/w/supervision")
def supervision(page: Annotated[WorkPage, Depends(open_to())]) -> RedirectResponse:
    """Send the supervisor to what is late."""
    return RedirectResponse(page.at("/w/sup/overdue"), status_code=307, headers={"Cache-Control": "no-store"})


@both(router, "/w/requests/{request_id}")
def request(request_id: uuid.UUID, page: Annotated[WorkPage, Depends(open_to())]) -> RedirectResponse:
    """Send each side of a request to its own page of it: who answers to the inbox, who asks to its applications."""
    with page.hub.database.begin() as unit:
        found = requests.find(unit, page.person, request_id)
    side = "applications/requests" if found.member_id == page.person.member.id else "inbox"
    return RedirectResponse(page.at(f"/w/{side}/{found.id}"), status_code=307, headers={"Cache-Control": "no-store"})
