"""The libraries an application draws on: legal bases (依据库) and use cases (应用场景模板)."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Query

from hub.api.applications_models import BasisBody, TemplateBody
from hub.api.authentication import current_staff, require_role
from hub.exchange.cart import bases, templates
from hub.identity.facts import StaffRequester
from hub.identity.roles import Role
from hub.services import Hub

if TYPE_CHECKING:
    from hub.exchange.cart.bases import Basis

router = APIRouter(prefix="/api/v1", tags=["agencies"])
Librarian = Annotated[StaffRequester, Depends(require_role(Role.CATALOGUE_REVIEWER, Role.SYSTEM_ADMIN))]
Text = Annotated[str, Query(max_length=200)]


def _basis_body(one: Basis) -> dict[str, Any]:
    return {**asdict(one), "citation": one.citation}


@router.get("/legal-bases", dependencies=[Depends(current_staff)], summary="依据库 / The library of legal bases")
def list_bases(
    hub: Hub,
    q: Text = "",
    theme: Text = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> dict[str, Any]:
    """List the articles that hold every word of ``q`` and carry the theme, with how sure we are of them."""
    with hub.database.begin() as unit:
        found = bases.search(unit, q, theme)
    page = found[offset : offset + limit]
    return {
        "total": len(found),
        "returned": len(page),
        "next": offset + limit if offset + limit < len(found) else None,
        "themes": sorted({name for one in found for name in one.themes}),
        "bases": [_basis_body(one) for one in page],
    }


@router.post("/legal-bases", status_code=201, summary="加入一条依据 / Add a legal basis")
def add_basis(body: BasisBody, staff: Librarian, hub: Hub) -> dict[str, Any]:
    """Add an article of the city; cite only what was read, and say how sure you are."""
    new = bases.Basis(**body.model_dump(), by_city=True)
    with hub.database.begin() as unit:
        return _basis_body(bases.add_basis(hub.context, unit, staff, new))


@router.get("/templates", dependencies=[Depends(current_staff)], summary="应用场景模板 / Use cases to begin from")
def list_templates(
    hub: Hub,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> dict[str, Any]:
    """List the use cases an application can begin from."""
    with hub.database.begin() as unit:
        found = tuple(templates.templates(unit).values())
    page = found[offset : offset + limit]
    return {
        "total": len(found),
        "returned": len(page),
        "next": offset + limit if offset + limit < len(found) else None,
        "templates": [one.as_json() for one in page],
    }


@router.post("/templates", status_code=201, summary="加入一个应用场景 / Add a use case")
def add_template(body: TemplateBody, staff: Librarian, hub: Hub) -> dict[str, Any]:
    """Add a use case of the city."""
    given = body.model_dump(exclude={"items"})
    items = tuple(templates.TemplateItem(one.name, one.form, one.element, one.hints) for one in body.items)
    new = templates.Template(**given, items=items, by_city=True)
    with hub.database.begin() as unit:
        return templates.add_template(hub.context, unit, staff, new).as_json()
