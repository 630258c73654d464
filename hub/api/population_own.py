"""One's own record in the register of persons, beside the other own records (个人信息保护法 Art. 44-45)."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter, Response

from hub.api.citizen_session import CurrentCitizen
from hub.api.own_data import NO_STORE, Ward
from hub.exchange.own_data import persons
from hub.registers.population import own
from hub.registers.population.errors import PopulationOffError
from hub.services import Hub

router = APIRouter(prefix="/api/v1/me", tags=["citizens"])


@router.get("/register", summary="人口基础库中我的信息 / My record in the register of persons")
def my_register(citizen: CurrentCitizen, hub: Hub, ward: Ward = None) -> Response:
    """Return the own values with the department, push and times of each, and what is withheld; with its receipt."""
    with hub.database.begin() as unit:
        persons.count_look(hub.context, unit, citizen)
    state = hub.population.known_state() or hub.population.load_state()
    if not state.is_on or state.entry is None:
        raise PopulationOffError
    resource = (hub.cache.known(state.entry, None) or hub.cache.load(state.entry, None)).resource
    with hub.database.begin() as unit:
        acting = persons.acting_for(hub.context, unit, hub.sealer, citizen, ward)
        found = own.own_person(hub.context, unit, resource, acting, hub.numbers)
    body: dict[str, Any] = {
        "resource": resource.name,
        "items": found.items,
        "sources": found.sources,
        "under_verification": list(found.doubted),
        "withheld": list(found.withheld),
        "events": list(found.events),
        "contact": state.telephone,
        "receipt": str(found.receipt),
    }
    headers = {**NO_STORE, "Receipt": str(found.receipt)}
    return Response(orjson.dumps(body), media_type="application/json", headers=headers)
