"""Whose token a call carries, and CKAN's actions on tokens (design 9).

A token that is nobody's, or no longer good, is the public: the same answer as without one. What a token may do is
looked up anew at every call, so that taking a role away works at once.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from hub.identity.ckan_tokens import issuing, store
from hub.open.ckan.actions import action
from hub.open.ckan.asks import CkanCaller
from hub.open.ckan.errors import CkanNotAuthorizedError, CkanNotFoundError, CkanValidationError

if TYPE_CHECKING:
    from hub.identity.ckan_tokens.store import CkanToken
    from hub.open.ckan.asks import CkanAsk
    from hub.services import Services

FAMILY: Final = "tokens"
_DAY_SECONDS: Final = 86_400


def caller_of(hub: Services, text: str) -> CkanCaller | None:
    """Return who calls with a token; None where the token is nobody's or no longer good."""
    with hub.database.begin() as unit:
        owner = issuing.owner_of(unit, text, hub.context.now())
    if owner is None:
        return None
    return CkanCaller(owner.token.id, owner.staff, owner.member, owner.token.scope)


def written(moment: datetime | None) -> str | None:
    """Return a time as CKAN writes it: naive, UTC, with microseconds."""
    return None if moment is None else moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def _shown(token: CkanToken) -> dict[str, Any]:
    return {
        "id": str(token.id),
        "name": token.name,
        "user_id": str(token.staff_id),
        "created_at": written(token.created),
        "last_access": written(token.last_used),
        "expires_at": written(token.expires),
        "scope": token.scope,
    }


def _must_be_own(ask: CkanAsk, caller: CkanCaller, *names: str) -> None:
    for name in names:
        given = ask.arguments.text(name)
        if given and given not in {caller.staff.login, str(caller.staff.id)}:
            raise CkanNotAuthorizedError(
                "令牌只能由本人申领、查看和撤销",
                "tokens are made, listed and revoked by their owner alone",
                next_zh="请用本人的登录名，或不填",
                next_en="name yourself, or nobody",
            )


@action(
    "api_token_create",
    family=FAMILY,
    differs="The new token is the caller's own, of the same scope, and ends with the token that made it at the latest.",
)
def create(ask: CkanAsk) -> dict[str, Any]:
    """Make a token for the caller (``name``, ``expires_in`` times ``unit`` seconds); it is shown this once."""
    caller = ask.known_caller()
    _must_be_own(ask, caller, "user")
    days = None
    if ask.arguments.has("expires_in"):
        seconds = ask.arguments.integer("expires_in", 0, least=1) * ask.arguments.integer("unit", _DAY_SECONDS, least=1)
        days = max(1, math.ceil(seconds / _DAY_SECONDS))
    used = store.find(ask.unit, caller.token_id)
    if used is None:
        raise CkanNotFoundError("令牌 token")
    new = issuing.NewToken(ask.arguments.needed("name"), days, caller.scope, not_after=used.expires)
    made = issuing.issue(
        ask.unit, ask.hub.identity.record, caller.actor, (caller.staff, caller.member), new, ask.hub.context.now()
    )
    return {"token": made.text, "expires_at": written(made.token.expires)}


@action("api_token_list", reads=True, family=FAMILY, differs="Only the caller's own tokens are listed.")
def listed(ask: CkanAsk) -> list[dict[str, Any]]:
    """List the caller's tokens, without their texts."""
    caller = ask.known_caller()
    _must_be_own(ask, caller, "user_id", "user")
    return [_shown(one) for one in store.of_staff(ask.unit, caller.staff.id)]


@action("api_token_revoke", family=FAMILY, differs="Only the caller's own tokens can be revoked.")
def revoke(ask: CkanAsk) -> None:
    """End a token named by its id (``jti``) or by its text (``token``)."""
    caller = ask.known_caller()
    text, named = ask.arguments.text("token"), ask.arguments.text("jti")
    if not text and not named:
        raise CkanValidationError({"jti": ["缺少值 / Missing value"], "token": ["缺少值 / Missing value"]})
    token_id = _of_text(ask, text) if text else _read_id(named)
    issuing.revoke(ask.unit, ask.hub.identity.record, caller.actor, caller.staff.id, token_id, ask.hub.context.now())


def _of_text(ask: CkanAsk, text: str) -> UUID:
    found = store.by_digest(ask.unit, issuing.digest_of(text))
    if found is None:
        raise CkanNotFoundError("令牌 token")
    return found[0].id


def _read_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise CkanNotFoundError("令牌 token") from None
