"""The plain values of identity: jurisdictions, members, systems, keys, staff, sessions.

A member (成员单位) is a department, public-service unit, authority or other organ of one jurisdiction
(Zhengzhou Art. 2 and 5; 政务数据共享条例 Art. 11); systems and staff belong to a member; grants attach
to systems. Times are aware UTC. Pure: no I/O.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from hub.identity.roles import Role

Jwk = Mapping[str, str]


class JurisdictionKind(StrEnum):
    """Level of a jurisdiction; a zone (功能区) has a statistical code, none in GB/T 2260."""

    CITY = "city"
    DISTRICT = "district"
    ZONE = "zone"


class MemberKind(StrEnum):
    """What a member is to the hub."""

    DEPARTMENT = "department"
    PUBLIC_SERVICE = "public_service"
    AUTHORITY = "authority"
    OTHER_ORGAN = "other_organ"


class Status(StrEnum):
    """Standing of a member, a system or a person."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class KeyPurpose(StrEnum):
    """What a key may do: obtain tokens, or sign requests."""

    AUTH = "auth"
    SIGN = "sign"


class KeyAlgorithm(StrEnum):
    """Signature algorithms a key can be registered for (RFC 7518 3.1, RFC 8037 3.1)."""

    ES256 = "ES256"
    EDDSA = "EdDSA"


class KeyStatus(StrEnum):
    """Life of a key; ``rotated`` means a successor is in force and ``valid_to`` was brought forward."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    ROTATED = "rotated"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something: a member of staff, or the operator at the machine's console."""

    id: uuid.UUID
    name: str


CONSOLE = Actor(uuid.UUID(int=0), "console")


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """A city, district or county, or zone; ``pack`` names its regulation pack."""

    code: str
    name_zh: str
    name_en: str
    kind: JurisdictionKind
    parent: str | None
    pack: str


@dataclass(frozen=True, slots=True)
class Member:
    """A member; ``slug`` is its ASCII name in URLs and the CLI, ``contact`` an office, never a person."""

    id: uuid.UUID
    slug: str
    organisation_code: str
    name: str
    kind: MemberKind
    jurisdiction: str
    status: Status
    contact: str
    created: datetime


@dataclass(frozen=True, slots=True)
class System:
    """An information system of a member: what holds keys and receives grants.

    ``dpop_required``: conditional data only for tokens bound to the system's key (RFC 9449).
    """

    id: uuid.UUID
    member_id: uuid.UUID
    name: str
    status: Status
    created: datetime
    dpop_required: bool = False


@dataclass(frozen=True, slots=True)
class SystemKey:
    """A public key of a system; ``thumbprint`` is RFC 7638 SHA-256, base64url without padding."""

    thumbprint: str
    system_id: uuid.UUID
    jwk: Jwk
    alg: KeyAlgorithm
    purpose: KeyPurpose
    status: KeyStatus
    valid_from: datetime
    valid_to: datetime
    proposed_by: uuid.UUID
    approved_by: uuid.UUID | None

    def is_live(self, now: datetime) -> bool:
        """Whether the key may be used at ``now``; ``valid_to`` itself is no longer inside."""
        return self.status in {KeyStatus.ACTIVE, KeyStatus.ROTATED} and self.valid_from <= now < self.valid_to


@dataclass(frozen=True, slots=True)
class Staff:
    """A person who works for a member; the password is never part of this value."""

    id: uuid.UUID
    member_id: uuid.UUID
    login: str
    name: str
    roles: frozenset[Role]
    status: Status
    has_totp: bool


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a login is checked against; never leaves this package."""

    staff: Staff
    member_status: Status
    password_hash: str
    totp_secret: str | None
    totp_step: int


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as stored; ``expires`` is its absolute end."""

    id: str
    staff_id: uuid.UUID
    created: datetime
    last_seen: datetime
    expires: datetime
    csrf: str


@dataclass(frozen=True, slots=True)
class StaffRequester:
    """A person with a valid session: who, for which member, with which roles."""

    staff: Staff
    member: Member
    session_id: str
    csrf: str
    expires: datetime

    @property
    def actor(self) -> Actor:
        """The person as the author of a change."""
        return Actor(self.staff.id, self.staff.login)

    def has_role(self, *roles: Role) -> bool:
        """Whether the person holds at least one of ``roles``."""
        return not self.staff.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class Requester:
    """A system that proved who it is, as the snapshot of that moment knows it.

    ``jkt`` is the key its token is bound to, whose possession was proven for this very request; None: a bearer
    token, which is no good for conditional data where the system ``must_be_bound``.
    """

    system_id: uuid.UUID
    system_name: str
    member_id: uuid.UUID
    member_slug: str
    member_name: str
    member_kind: MemberKind
    organisation_code: str
    jurisdiction: str
    key_thumbprint: str
    scope: frozenset[str]
    epoch: int
    jkt: str | None = None
    must_be_bound: bool = False
