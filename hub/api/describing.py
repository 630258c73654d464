"""What the hub knows that helps a clerk describe a table: the organ, the day, sources that are settled, own elements.

The table itself is read where the clerk sits; no column, comment or sample of it comes here (个人信息保护法 Art. 6).
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from catalogue import dictionary_store, store
from catalogue.shape import encode
from hub.api.authentication import require_role
from hub.directory.tree.store import tree_in_force
from hub.identity.facts import StaffRequester
from hub.identity.roles import Role
from hub.services import Hub

router = APIRouter(prefix="/api/v1", tags=["departments"])
Clerk = Annotated[StaffRequester, Depends(require_role(Role.CLERK))]


@router.get("/describing", summary="编目所需：本单位、数源、数据元 / What describing a table needs to know")
def known(staff: Clerk, hub: Hub) -> dict[str, Any]:
    """Return the organ as a provider, the day, the source of each element, and the city's own elements and words."""
    with hub.database.begin() as unit:
        sources = store.element_sources(unit, None)
        own = dictionary_store.own_elements(unit)
        words = dictionary_store.added_words(unit)
        classes = tree_in_force(unit)
    member = staff.member
    return {
        "organ": {
            "name": member.name,
            "code": member.organisation_code,
            "jurisdiction": member.jurisdiction,
            "contact": member.contact,
        },
        "today": hub.context.today(),
        "demo": hub.context.demo,
        "sources": sources,
        "classes": {"version": classes.version, "nodes": [asdict(node) for node in classes.nodes.values()]},
        "own_elements": [encode(one) for one in own],
        "own_words": {code: [[word.kind.value, word.text] for word in found] for code, found in words.items()},
    }
