"""The pages of people's own rights: my data, who looked at it, corrections and complaints; sign in and out.

Server HTML without scripts, Chinese at ``/me``, English at ``/en/me``; all of it is ``no-store``.
个人信息保护法 Art. 44-50; 政务数据共享条例 Art. 26; 政府信息公开条例 Art. 27 (the other route, shown as text).
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Form, Query, Request, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from catalogue.code_lists import CodeListNotFoundError
from hub.api import own_acts
from hub.api.citizen_session import (
    CurrentCitizen,
    OptionalCitizen,
    clear_cookie,
    cookie_name,
    deny,
    login_cookie_name,
    set_cookie,
)
from hub.api.own_data import record_body
from hub.exchange.corrections.evidence import LARGEST_BYTES
from hub.exchange.corrections.records import NAMES
from hub.exchange.corrections.reporting import NewFile
from hub.exchange.own_data import complaints
from hub.exchange.own_data.accesses import WITHHELD_EN, WITHHELD_ZH
from hub.identity.citizens import sessions
from hub.identity.citizens import store as citizen_store
from hub.identity.citizens.errors import CitizenSignInRefusedError, CitizenSignInUnavailableError
from hub.portal.rendering import Page, address, both, lang_of, pager
from hub.portal.shown import named
from hub.rows.store import CHINA
from hub.services import Hub
from policies.results import cite

if TYPE_CHECKING:
    from datetime import datetime

    from catalogue.item import Item
    from hub.directory.facts import Resource
    from hub.exchange.own_data.records import OwnRecord
    from hub.identity.citizens.sessions import Citizen
    from hub.portal.texts import Lang
    from hub.services import Services

router = APIRouter(include_in_schema=False)
Ward = Annotated[str | None, Query(max_length=64)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Short = Annotated[str, Form(max_length=200)]
Long = Annotated[str, Form(max_length=2000)]
PAGE_SIZE = 50


def _show(request: Request, hub: Services, template: str, citizen: Citizen | None, **values: Any) -> HTMLResponse:
    answer = Page(request, hub, None).show(template, citizen=citizen, **values)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _local(moment: datetime) -> str:
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def _title(request: Request, resource: Resource) -> str:
    entry = resource.entry
    return str((entry.title_en or entry.title) if lang_of(request) == "en" else entry.title)


@both(router, "/me")
def me(request: Request, hub: Hub, citizen: OptionalCitizen, ward: Ward = None) -> HTMLResponse:
    """Show which resources hold a record on me, or how to sign in."""
    held: list[dict[str, Any]] = []
    wards: tuple[own_acts.Ward, ...] = ()
    if citizen is not None:
        wards = own_acts.wards(hub, citizen)
        held = [
            {"name": one.name, "title": _title(request, one), "provider": one.entry.provider.name, "rows": rows}
            for one, rows in own_acts.overview(hub, citizen, ward)
        ]
    return _show(
        request, hub, "me_home.html", citizen, held=held, wards=wards, ward=ward or "",
        is_ready=hub.citizens is not None, access_request_url=hub.settings.access_request_url,
    )  # fmt: skip


@both(router, "/me/login")
def log_in(request: Request, hub: Hub) -> RedirectResponse:
    """Send the browser to the city's unified identity."""
    if hub.citizens is None:
        raise CitizenSignInUnavailableError("not-set-up")
    lang = lang_of(request)
    begun = hub.citizens.begin(lang)
    with hub.database.begin() as unit:
        sessions.keep(unit, hub.sealer, begun, lang, hub.context.now())
    answer = RedirectResponse(begun.url, status_code=303)
    answer.headers["Cache-Control"] = "no-store"
    set_cookie(answer, hub, login_cookie_name(hub), begun.state)
    return answer


@router.get("/me/callback")
def come_back(
    request: Request,
    hub: Hub,
    code: Annotated[str, Query(max_length=2000)] = "",
    state: Annotated[str, Query(max_length=200)] = "",
) -> RedirectResponse:
    """Take the browser back from the unified identity, once, and open the session."""
    if hub.citizens is None:
        raise CitizenSignInUnavailableError("not-set-up")
    try:
        with hub.database.begin() as unit:
            cookie = request.cookies.get(login_cookie_name(hub), "")
            nonce, verifier, lang = sessions.take(unit, hub.sealer, state, cookie, hub.context.now())
        proven = hub.citizens.finish(code, nonce, verifier)
    except CitizenSignInRefusedError as error:
        deny(hub, "citizen-login", error.reason)
        raise
    with hub.database.begin() as unit:
        token = sessions.open_session(unit, hub.sealer, hub.context.writer.digest, proven, hub.context.now())
    answer = RedirectResponse("/en/me" if lang == "en" else "/me", status_code=303)
    answer.headers["Cache-Control"] = "no-store"
    set_cookie(answer, hub, cookie_name(hub), token)
    clear_cookie(answer, hub, login_cookie_name(hub))
    return answer


@router.post("/me/logout")
@router.post("/en/me/logout")
def log_out(request: Request, hub: Hub, citizen: CurrentCitizen) -> RedirectResponse:
    """End the session."""
    with hub.database.begin() as unit:
        citizen_store.delete_session(unit, citizen.session_id)
    answer = RedirectResponse(address(lang_of(request), "/me"), status_code=303)
    clear_cookie(answer, hub, cookie_name(hub))
    return answer


def _shown(item: Item, value: object, lang: Lang) -> str:
    """Return a value for people: a code with its meaning."""
    text = "" if value is None else str(value)
    if not text or item.code_list is None:
        return text
    try:
        meaning = named(item.code_list.name, text, lang)
    except CodeListNotFoundError:
        return text
    return text if meaning == text else f"{text} {meaning}"


def _rows(own: OwnRecord, lang: Lang) -> list[dict[str, Any]]:
    """Return the rows for the page: each item's name and value, and the doubted items."""
    if own.page is None:
        return []
    doubted = dict(own.page.flags)
    return [
        {
            "place": number + 1,
            "cells": [
                {
                    "name": column.item.name,
                    "column": column.item.column,
                    "value": _shown(column.item, value, lang),
                    "is_masked": column.is_masked,
                    "is_doubted": column.item.column in doubted.get(number, ()),
                }
                for column, value in zip(own.page.columns, row, strict=True)
            ],
        }
        for number, row in enumerate(own.page.rows)
    ]


@both(router, "/me/records/{name}")
def show_record(name: str, request: Request, hub: Hub, citizen: CurrentCitizen, ward: Ward = None) -> HTMLResponse:
    """Show my record in a resource: values, what needs a second factor, what is refused and why; and a form."""
    own = own_acts.record(hub, citizen, name, ward)
    lang = lang_of(request)
    return _show(
        request,
        hub,
        "me_record.html",
        citizen,
        name=name,
        title=_title(request, own.resource),
        provider=own.resource.entry.provider.name,
        rows=_rows(own, lang),
        total=own.page.total.rows if own.page is not None else 0,
        barred=[
            {
                "name": one.item.name,
                "why": one.form_en if lang == "en" else one.form_zh,
                "factor": one.needs_second_factor,
            }
            for one in own.items
            if not one.is_given
        ],
        receipt=str(own.receipt),
        ward=ward or "",
        most_kilobytes=LARGEST_BYTES // 1024,
    )


@router.get("/me/records/{name}/copy")
def copy(name: str, hub: Hub, citizen: CurrentCitizen, ward: Ward = None) -> Response:
    """Give a copy of my record as a file (个人信息保护法 Art. 45)."""
    own = own_acts.record(hub, citizen, name, ward, is_copy=True)
    headers = {
        "Content-Disposition": f'attachment; filename="{own.resource.name}.json"',
        "Cache-Control": "no-store",
        "Receipt": str(own.receipt),
    }
    return Response(orjson.dumps(record_body(own)), media_type="application/json", headers=headers)


@both(router, "/me/accesses")
def show_accesses(
    request: Request, hub: Hub, citizen: CurrentCitizen, ward: Ward = None, offset: Offset = 0
) -> HTMLResponse:
    """Show who looked at my data."""
    lang = lang_of(request)
    found = own_acts.looked(hub, citizen, ward, limit=PAGE_SIZE, offset=offset)
    looked = [
        {
            "at": _local(one.at),
            "organ": one.organ,
            "title": _title(request, one.resource),
            "kind": one.kind,
            "purpose": one.purpose,
            "basis": cite(one.legal_basis, lang),
            "items": one.items,
        }
        for one in found.looked
    ]
    whole = [
        {
            "organ": one.organ,
            "title": _title(request, one.resource),
            "purpose": one.purpose,
            "times": one.times,
            "first": _local(one.first),
            "last": _local(one.last),
        }
        for one in found.whole
    ]
    note = WITHHELD_EN if lang == "en" else WITHHELD_ZH
    return _show(
        request, hub, "me_accesses.html", citizen, looked=looked, whole=whole, total=found.total, note=note,
        **pager(request, found.total, offset, PAGE_SIZE),
    )  # fmt: skip


@both(router, "/me/corrections")
def show_corrections(request: Request, hub: Hub, citizen: CurrentCitizen) -> HTMLResponse:
    """Show the corrections I asked for and my complaints, with where each stands."""
    lang = lang_of(request)
    titles = {str(one.id): _title(request, one) for one in own_acts.resources(hub)}
    cases = [
        {
            "id": str(one.id),
            "label": one.label,
            "title": titles.get(str(one.entry_id), ""),
            "state": NAMES[one.state][1 if lang == "en" else 0],
            "due_on": one.due_on.isoformat(),
            "finding": one.finding,
            "is_open": one.is_open,
        }
        for one in own_acts.cases(hub, citizen)
    ]
    told = [
        {
            "label": one.label,
            "text": complaints.opened(hub.sealer, one.sealed),
            "due_on": one.due_on.isoformat(),
            "answer": complaints.opened(hub.sealer, one.answer),
        }
        for one in own_acts.my_complaints(hub, citizen)
    ]
    return _show(request, hub, "me_corrections.html", citizen, cases=cases, complaints=told)


async def _file(file: UploadFile | None = None) -> tuple[NewFile, ...]:
    if file is None or not file.filename:
        return ()
    return (NewFile(file.filename, await file.read(LARGEST_BYTES + 1)),)


@router.post("/me/corrections")
@router.post("/en/me/corrections")
def ask_correction(
    request: Request, hub: Hub, citizen: CurrentCitizen, files: Annotated[tuple[NewFile, ...], Depends(_file)],
    entry: Short = "", row: Annotated[int, Form(ge=1, le=500)] = 1, item: Short = "", value: Short = "",
    reason: Long = "", ward: Short = "",
) -> RedirectResponse:  # fmt: skip
    """Ask to have an item of my record corrected."""
    claims = {item: value.strip() or None} if item else {}
    given = own_acts.OwnReport(entry, row, claims, reason, ward or None, files)
    own_acts.report(hub, citizen, given)
    return RedirectResponse(address(lang_of(request), "/me/corrections"), status_code=303)


@router.post("/me/corrections/{correction_id}/withdraw")
@router.post("/en/me/corrections/{correction_id}/withdraw")
def withdraw(correction_id: uuid.UUID, request: Request, hub: Hub, citizen: CurrentCitizen) -> RedirectResponse:
    """Take my correction back."""
    own_acts.withdraw(hub, citizen, correction_id)
    return RedirectResponse(address(lang_of(request), "/me/corrections"), status_code=303)


@router.post("/me/complaints")
@router.post("/en/me/complaints")
def complain(request: Request, hub: Hub, citizen: CurrentCitizen, text: Long = "") -> RedirectResponse:
    """Complain to the data authority."""
    own_acts.complain(hub, citizen, text, None, None)
    return RedirectResponse(address(lang_of(request), "/me/corrections"), status_code=303)


@router.post("/me/wards")
@router.post("/en/me/wards")
def prove_ward(request: Request, hub: Hub, citizen: CurrentCitizen, number: Short = "") -> RedirectResponse:
    """Prove guardianship of a child by a register."""
    ward = own_acts.prove_ward(hub, citizen, number)
    return RedirectResponse(f"{address(lang_of(request), '/me')}?ward={ward}", status_code=303)
