"""People's own rights by API: my data, who looked at it, corrections, complaints (个人信息保护法 Art. 44-50).

Signed in at the city's unified identity (``/me/login``); the session's CSRF token goes in ``X-CSRF-Token``.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any

import orjson
from fastapi import APIRouter, Query, Response
from pydantic import ConfigDict, Field

from hub.api import own_acts
from hub.api.bodies import Body as TextBody
from hub.api.citizen_session import CurrentCitizen
from hub.api.corrections import case_body
from hub.exchange.corrections import figures
from hub.exchange.own_data import complaints
from hub.exchange.own_data.accesses import WITHHELD_EN, WITHHELD_ZH
from hub.rows.render import json_rows, page_facts
from hub.services import Hub

if TYPE_CHECKING:
    from hub.exchange.own_data.records import OwnRecord
    from hub.exchange.own_data.store import Complaint
    from hub.services import Services

router = APIRouter(prefix="/api/v1", tags=["citizens"])
Ward = Annotated[str | None, Query(max_length=64, description="被监护人（已证明）/ key of a proven ward")]
NO_STORE = {"Cache-Control": "no-store"}


class Body(TextBody):
    """Base of the bodies here: values that never change."""

    model_config = ConfigDict(frozen=True)


class OwnCorrectionBody(Body):
    """The own record reported as wrong; ``row`` is its place among the own rows, from 1."""

    entry: str = Field(min_length=1, max_length=200)
    row: int = Field(default=1, ge=1, le=500)
    items: dict[str, Annotated[str, Field(max_length=1000)] | None] = Field(min_length=1, max_length=100)
    reason: str = Field(min_length=1, max_length=2000)
    ward: str | None = Field(default=None, max_length=64)


class OwnComplaintBody(Body):
    """A complaint to the data authority."""

    text: str = Field(min_length=1, max_length=2000)
    entry: str | None = Field(default=None, max_length=200)
    correction: uuid.UUID | None = None


class WardBody(Body):
    """The child whose guardian one is."""

    number: str = Field(min_length=18, max_length=40)


def record_body(own: OwnRecord) -> dict[str, Any]:
    """Return one's own record as JSON: rows, each item with what is given or what stands in the way."""
    facts = page_facts(own.page) if own.page is not None else {}
    rows = orjson.Fragment(json_rows(own.page.columns, own.page.rows)) if own.page is not None else []
    return {
        "resource": own.resource.name,
        "title": own.resource.title,
        "receipt": str(own.receipt),
        **{name: facts.get(name) for name in ("version", "total", "returned", "columns", "under_verification")},
        "items": [
            {
                "column": line.item.column,
                "name": line.item.name,
                "given": line.is_given,
                "needs_second_factor": line.needs_second_factor,
                "ground": line.ground,
                "how": line.form_zh,
                "how_en": line.form_en,
            }
            for line in own.items
        ],
        "rows": rows,
    }


def complaint_body(hub: Services, one: Complaint) -> dict[str, Any]:
    """Return a complaint as JSON for its maker."""
    return {
        "id": one.id,
        "label": one.label,
        "state": one.state,
        "at": one.at,
        "due_on": one.due_on,
        "text": complaints.opened(hub.sealer, one.sealed),
        "answer": complaints.opened(hub.sealer, one.answer) or None,
        "answered_at": one.answered_at,
        "correction": one.correction_id,
    }


@router.get("/corrections/figures", summary="校核按时办结率 / How many corrections were closed in time")
def show_figures(hub: Hub) -> dict[str, Any]:
    """Return counts of corrections and the share closed in time, in percent; null before the first is closed."""
    with hub.database.begin() as unit:
        return figures.figures(unit)


@router.get("/me", summary="我是谁 / Who is signed in")
def who(citizen: CurrentCitizen, hub: Hub) -> dict[str, Any]:
    """Return whom the session speaks for, the CSRF token, and the proven wards."""
    return {
        "kind": citizen.kind.value,
        "second_factor": citizen.has_second_factor,
        "csrf": citizen.csrf,
        "wards": [{"key": one.key, "number": one.shown, "until": one.until} for one in own_acts.wards(hub, citizen)],
    }


@router.get("/me/records", summary="我的数据：哪里有我的记录 / Which resources hold a record on me")
def my_records(citizen: CurrentCitizen, hub: Hub, ward: Ward = None) -> dict[str, Any]:
    """List the resources with a record on oneself, one's body, or a proven ward."""
    found = own_acts.overview(hub, citizen, ward)
    listed = [{"name": one.name, "title": one.title, "rows": rows} for one, rows in found]
    return {"total": len(listed), "returned": len(listed), "next": None, "records": listed}


@router.get("/me/records/{name}", summary="我的一条记录 / My record in a resource")
def my_record(name: str, citizen: CurrentCitizen, hub: Hub, ward: Ward = None) -> Response:
    """Return the own record with each item: in full, masked, after a second factor, or refused with its ground."""
    own = own_acts.record(hub, citizen, name, ward)
    headers = {**NO_STORE, "Receipt": str(own.receipt)}
    return Response(orjson.dumps(record_body(own)), media_type="application/json", headers=headers)


@router.get("/me/accesses", summary="谁查过我 / Who looked at my data")
def my_accesses(
    citizen: CurrentCitizen,
    hub: Hub,
    ward: Ward = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> dict[str, Any]:
    """List organs, purposes, legal bases, times and items, without officers' names."""
    found = own_acts.looked(hub, citizen, ward, limit=limit, offset=offset)
    return {
        "total": found.total,
        "returned": len(found.looked),
        "next": offset + limit if offset + limit < found.total else None,
        "accesses": [
            {
                "at": one.at,
                "organ": one.organ,
                "resource": one.resource.name,
                "title": one.resource.title,
                "kind": one.kind,
                "purpose": one.purpose,
                "legal_basis": one.legal_basis,
                "items": list(one.items),
            }
            for one in found.looked
        ],
        "whole": [
            {
                "organ": one.organ,
                "resource": one.resource.name,
                "title": one.resource.title,
                "purpose": one.purpose,
                "times": one.times,
                "first": one.first,
                "last": one.last,
            }
            for one in found.whole
        ],
        "note": WITHHELD_ZH,
        "note_en": WITHHELD_EN,
    }


@router.get("/me/corrections", summary="我提出的更正 / Corrections I asked for")
def my_corrections(citizen: CurrentCitizen, hub: Hub) -> dict[str, Any]:
    """List the corrections asked for, with where each stands."""
    found = [case_body(hub, one) for one in own_acts.cases(hub, citizen)]
    return {"total": len(found), "returned": len(found), "next": None, "corrections": found}


@router.post("/me/corrections", status_code=201, summary="请求更正我的记录 / Ask to have my record corrected")
def ask_correction(body: OwnCorrectionBody, citizen: CurrentCitizen, hub: Hub) -> dict[str, Any]:
    """Report items of the own record as wrong; the source checks within fifteen working days (product default)."""
    given = own_acts.OwnReport(body.entry, body.row, body.items, body.reason, body.ward)
    return case_body(hub, own_acts.report(hub, citizen, given))


@router.post("/me/corrections/{correction_id}/withdraw", summary="撤回更正请求 / Take a correction back")
def withdraw_correction(correction_id: uuid.UUID, citizen: CurrentCitizen, hub: Hub) -> dict[str, Any]:
    """Take the own report back before it is answered."""
    return case_body(hub, own_acts.withdraw(hub, citizen, correction_id))


@router.get("/me/complaints", summary="我的投诉 / My complaints")
def list_complaints(citizen: CurrentCitizen, hub: Hub) -> dict[str, Any]:
    """List the own complaints with their answers."""
    found = [complaint_body(hub, one) for one in own_acts.my_complaints(hub, citizen)]
    return {"total": len(found), "returned": len(found), "next": None, "complaints": found}


@router.post("/me/complaints", status_code=201, summary="投诉 / Complain")
def complain(body: OwnComplaintBody, citizen: CurrentCitizen, hub: Hub) -> dict[str, Any]:
    """Complain to the data authority about how one's data is treated."""
    return complaint_body(hub, own_acts.complain(hub, citizen, body.text, body.entry, body.correction))


@router.post("/me/wards", status_code=201, summary="证明监护关系 / Prove guardianship")
def prove_ward(body: WardBody, citizen: CurrentCitizen, hub: Hub) -> dict[str, Any]:
    """Prove by a register that one is the guardian of a child."""
    return {"ward": own_acts.prove_ward(hub, citizen, body.number)}
