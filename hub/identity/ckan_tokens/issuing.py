"""Use cases on tokens for CKAN clients: issue, list, revoke, and tell whose a token is (design 9).

A token stands for one person and never does what the person could not: roles and standing are read at every use, so
taking a role away, or suspending the person or the member, ends what the token can do at once. Scope ``write`` is for
data clerks; ``import`` fills a new directory from a dump and is for catalogue reviewers of the authority, for a few
days. The text of a token is shown once; the hub keeps its SHA-256.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from hub.identity.ckan_tokens import store
from hub.identity.ckan_tokens.store import CkanToken
from hub.identity.errors import InvalidDetailsError, NotRegisteredError, RoleRequiredError, WrongStateError
from hub.identity.facts import MemberKind, Status
from hub.identity.members import checked_name
from hub.identity.recording import record_change
from hub.identity.roles import NAMES_ZH, Role

if TYPE_CHECKING:
    from datetime import datetime

    from hub.database import Unit
    from hub.identity.facts import Actor, Member, Staff
    from hub.identity.recording import Recorder

WRITE: Final = "write"
IMPORT: Final = "import"
ROLE_OF: Final = {WRITE: Role.CLERK, IMPORT: Role.CATALOGUE_REVIEWER}
LONGEST_DAYS: Final = {WRITE: 365, IMPORT: 7}
DEFAULT_DAYS: Final = {WRITE: 90, IMPORT: 1}
MOST_LIVE: Final = 20
"""Good tokens a person may have at once."""
PREFIX: Final = "shutong-ckan-"
TOUCH_EVERY: Final = timedelta(minutes=1)
LONGEST_TEXT: Final = 200


@dataclass(frozen=True, slots=True)
class NewToken:
    """What is asked for: its name, how many days it is good for (None: the usual), its scope."""

    name: str
    days: int | None = None
    scope: str = WRITE
    not_after: datetime | None = None
    """A token made with a token never outlives it."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token; ``text`` is shown now and never again."""

    text: str
    token: CkanToken


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose token it is, as the person and the member stand now."""

    token: CkanToken
    staff: Staff
    member: Member


def digest_of(text: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def require_role(staff: Staff, member: Member, scope: str) -> None:
    """Check that a person may hold a token of a scope.

    Raises:
        InvalidDetailsError: there is no such scope.
        RoleRequiredError: the person lacks its role, or is not of the authority where it takes one.

    """
    role = ROLE_OF.get(scope)
    if role is None:
        raise InvalidDetailsError(
            "令牌的用途只有 write（本部门读写）和 import（建库导入）两种",
            "the scope of a token is write or import",
            next_zh="请选择其中一种",
            next_en="choose one of them",
            facts={"field": "scope"},
        )
    if role not in staff.roles or (scope == IMPORT and member.kind is not MemberKind.AUTHORITY):
        raise RoleRequiredError(NAMES_ZH[role], (role.value,))


def issue(
    unit: Unit, record: Recorder, actor: Actor, owner: tuple[Staff, Member], new: NewToken, now: datetime
) -> Issued:
    """Make a token for a person; ``actor`` is that person, or the console.

    Raises:
        InvalidDetailsError: the name, the days or the scope are not right, or there are too many tokens.
        RoleRequiredError: the person lacks the role the scope takes.

    """
    staff, member = owner
    require_role(staff, member, new.scope)
    name = checked_name(new.name)
    most = LONGEST_DAYS[new.scope]
    days = DEFAULT_DAYS[new.scope] if new.days is None else new.days
    if not 1 <= days <= most:
        raise InvalidDetailsError(
            f"令牌的有效期为 1 至 {most} 天",
            f"a token of this scope is good for 1 to {most} days",
            next_zh="请缩短有效期，到期前再申领新的",
            next_en="ask for fewer days, and for a new one before it ends",
            facts={"field": "days", "limit": most},
        )
    if store.live_count(unit, staff.id, now) >= MOST_LIVE:
        raise InvalidDetailsError(
            f"每人同时有效的令牌不超过 {MOST_LIVE} 个",
            f"a person has at most {MOST_LIVE} good tokens",
            next_zh="请先撤销不用的令牌",
            next_en="revoke the ones that are no longer used",
            facts={"limit": MOST_LIVE},
        )
    expires = now + timedelta(days=days)
    if new.not_after is not None:
        expires = min(expires, new.not_after)
    text = PREFIX + secrets.token_urlsafe(32)
    token = CkanToken(uuid.uuid4(), staff.id, name, new.scope, now, expires, None, None)
    store.insert(unit, token, digest_of(text))
    record_change(record, unit, actor, "ckan_token.issue", token.id, member=str(member.id), end_user=str(staff.id))
    return Issued(text, token)


def owner_of(unit: Unit, text: str, now: datetime) -> Owner | None:
    """Return whose token a text is; None where it is nobody's, or no longer good."""
    if not text.startswith(PREFIX) or len(text) > LONGEST_TEXT:
        return None
    found = store.by_digest(unit, digest_of(text))
    if found is None:
        return None
    token, staff, member = found
    if not token.is_live(now) or staff.status is not Status.ACTIVE or member.status is not Status.ACTIVE:
        return None
    if ROLE_OF[token.scope] not in staff.roles:
        return None
    if token.last_used is None or now - token.last_used >= TOUCH_EVERY:
        store.touch(unit, token.id, now)
    return Owner(token, staff, member)


def revoke(unit: Unit, record: Recorder, actor: Actor, staff_id: uuid.UUID, token_id: uuid.UUID, now: datetime) -> None:
    """End a token of a person at once.

    Raises:
        NotRegisteredError: the person has no such token.
        WrongStateError: it was revoked already.

    """
    found = store.find(unit, token_id)
    if found is None or found.staff_id != staff_id:
        raise NotRegisteredError("令牌", "token")
    if found.revoked is not None:
        raise WrongStateError(
            "该令牌已经撤销",
            "the token is revoked already",
            next_zh="无需重复办理",
            next_en="nothing needs to be done again",
        )
    store.revoke(unit, token_id, now)
    record_change(record, unit, actor, "ckan_token.revoke", token_id, end_user=str(staff_id))
