"""Staff make, list and revoke their own tokens for CKAN clients (design 9); a token is shown once."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from hub.api.authentication import CurrentStaff
from hub.identity.ckan_tokens import issuing, store
from hub.services import Hub

if TYPE_CHECKING:
    from hub.identity.ckan_tokens.store import CkanToken

router = APIRouter(prefix="/api/v1/ckan-tokens", tags=["departments"])


class NewTokenBody(BaseModel):
    """What is asked for; ``days`` None: 90, for an import 1."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=120, description="名称 / name")]
    days: Annotated[int | None, Field(ge=1, le=365, description="有效天数 / days it is good for")] = None
    scope: Annotated[
        Literal["write", "import"],
        Field(description="write：写入本部门；import：建库导入 / own department, or filling a directory"),
    ] = "write"


def _shown(token: CkanToken) -> dict[str, Any]:
    return {
        "id": str(token.id),
        "name": token.name,
        "scope": token.scope,
        "created": token.created,
        "expires": token.expires,
        "last_used": token.last_used,
        "revoked": token.revoked,
    }


@router.post("", status_code=201, summary="申领 CKAN 令牌 / Make a token for CKAN clients")
def make_token(body: NewTokenBody, staff: CurrentStaff, hub: Hub) -> dict[str, Any]:
    """Make a token for oneself. Its text is in this answer and nowhere else: keep it like a password."""
    new = issuing.NewToken(body.name, body.days, body.scope)
    with hub.database.begin() as unit:
        made = issuing.issue(
            unit, hub.identity.record, staff.actor, (staff.staff, staff.member), new, hub.context.now()
        )
    return {"token": made.text, **_shown(made.token)}


@router.get("", summary="本人的 CKAN 令牌 / One's tokens for CKAN clients")
def list_tokens(staff: CurrentStaff, hub: Hub) -> dict[str, Any]:
    """List one's tokens, the newest first, ended ones among them; never their texts."""
    with hub.database.begin() as unit:
        found = store.of_staff(unit, staff.staff.id)
    return {"total": len(found), "returned": len(found), "next": None, "tokens": [_shown(one) for one in found]}


@router.delete("/{token_id}", summary="撤销 CKAN 令牌 / Revoke a token for CKAN clients")
def revoke_token(token_id: uuid.UUID, staff: CurrentStaff, hub: Hub) -> dict[str, Any]:
    """End one of one's tokens at once."""
    with hub.database.begin() as unit:
        issuing.revoke(unit, hub.identity.record, staff.actor, staff.staff.id, token_id, hub.context.now())
        found = store.find(unit, token_id)
    return {} if found is None else _shown(found)
