"""Bodies of the identity routes: what is sent, what is answered. Secrets appear in requests only."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from hub.api.bodies import Body, StrictBody
from hub.identity.facts import (
    JurisdictionKind,
    KeyAlgorithm,
    KeyPurpose,
    KeyStatus,
    MemberKind,
    Status,
)
from hub.identity.roles import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.identity.facts import Jurisdiction, Member, Staff, StaffRequester, System, SystemKey
    from hub.identity.store import Page

T = TypeVar("T")
V = TypeVar("V")
Name = Annotated[str, Field(min_length=1, max_length=120)]
SLUG_PATTERN = r"^[a-z0-9-]{1,63}$"
Password = Annotated[SecretStr, Field(min_length=1, max_length=256)]


class Answer(BaseModel):
    """Base of answers, built from the plain values of identity."""

    model_config = ConfigDict(from_attributes=True)


class ListAnswer(Answer, Generic[T]):
    """Part of a list; ``total`` + ``withheld`` = all that match, ``next`` goes into ``after`` of the next request."""

    total: int
    returned: int
    withheld: int = 0
    next: str | None
    items: list[T]


def list_answer(page: Page[V], show: Callable[[V], T]) -> ListAnswer[T]:
    """Return a page of stored values as an answer."""
    items = [show(row) for row in page.rows]
    return ListAnswer(total=page.total, returned=len(items), next=page.next, items=items)


class JurisdictionBody(Body):
    """A city, district or zone to register."""

    code: str = Field(pattern=r"^\d{6}$", description="GB/T 2260; a zone has its statistical code")
    name_zh: Name
    name_en: Name
    kind: JurisdictionKind
    parent: str | None = Field(default=None, pattern=r"^\d{6}$")
    pack: str = Field(pattern=r"^[a-z]{1,40}$", description="regulation pack in force")


class JurisdictionAnswer(Answer):
    """A registered jurisdiction."""

    code: str
    name_zh: str
    name_en: str
    kind: JurisdictionKind
    parent: str | None
    pack: str

    @classmethod
    def of(cls, value: Jurisdiction) -> JurisdictionAnswer:
        """Return the answer for a value."""
        return cls.model_validate(value)


class MemberBody(Body):
    """A member to register; without ``slug`` one is made from the name's pinyin."""

    name: Name
    organisation_code: str = Field(min_length=1, max_length=40, description="GB 32100, 18 characters")
    kind: MemberKind
    jurisdiction: str = Field(pattern=r"^\d{6}$")
    contact: str = Field(default="", max_length=120, description="office and telephone, never a person's own")
    slug: str = Field(default="", max_length=63)


class MemberAnswer(Answer):
    """A registered member."""

    id: uuid.UUID
    slug: str
    organisation_code: str
    name: str
    kind: MemberKind
    jurisdiction: str
    status: Status
    contact: str
    created: datetime

    @classmethod
    def of(cls, value: Member) -> MemberAnswer:
        """Return the answer for a value."""
        return cls.model_validate(value)


class RejectedRowAnswer(Answer):
    """A row of an imported file that was not stored."""

    line: int
    zh: str
    en: str
    next_zh: str
    next_en: str


class ImportAnswer(Answer):
    """What became of an imported file."""

    rows: int
    added: int
    unchanged: int
    rejected: list[RejectedRowAnswer]


class SystemBody(Body):
    """A system to register for a member."""

    member: str = Field(pattern=SLUG_PATTERN, description="slug of the member")
    name: Name


class DpopBody(Body):
    """Whether a system must use tokens bound to its key for conditional data, and why that is changed."""

    required: bool
    reason: str = Field(min_length=1, max_length=200)


class SystemAnswer(Answer):
    """A registered system; ``id`` is the client id at the token endpoint."""

    id: uuid.UUID
    member_id: uuid.UUID
    name: str
    status: Status
    created: datetime
    dpop_required: bool

    @classmethod
    def of(cls, value: System) -> SystemAnswer:
        """Return the answer for a value."""
        return cls.model_validate(value)


class NonceAnswer(Answer):
    """A nonce to sign with a new key; ``audience`` is the ``aud`` of the proof."""

    nonce: str
    expires: datetime
    audience: str


class KeyBody(Body):
    """A public key and the proof of its possession."""

    jwk: dict[str, object] = Field(description="public JWK: P-256 or Ed25519")
    proof: str = Field(max_length=8192, description="JWT of type key-proof+jwt: sub, aud, iat, nonce")
    purpose: KeyPurpose = KeyPurpose.AUTH
    lifetime_days: int = Field(default=365, ge=1, le=730)


class RotationBody(Body):
    """How long the old key of a rotation stays good beside its successor."""

    overlap_minutes: int = Field(default=0, ge=0, le=14 * 24 * 60)


class KeyAnswer(Answer):
    """A key as registered."""

    thumbprint: str
    system_id: uuid.UUID
    jwk: dict[str, str]
    alg: KeyAlgorithm
    purpose: KeyPurpose
    status: KeyStatus
    valid_from: datetime
    valid_to: datetime
    proposed_by: uuid.UUID
    approved_by: uuid.UUID | None

    @classmethod
    def of(cls, value: SystemKey) -> KeyAnswer:
        """Return the answer for a value."""
        return cls.model_validate(value)


class StaffBody(Body):
    """A person to add; roles are given afterwards by the security administrator."""

    member: str = Field(pattern=SLUG_PATTERN, description="slug of the member")
    login: str = Field(min_length=2, max_length=63)
    name: Name
    password: Password


class RolesBody(Body):
    """The roles a person is to have from now on."""

    roles: list[Role] = Field(max_length=len(Role))


class CredentialsBody(Body):
    """A new first password for a person."""

    password: Password


class StaffAnswer(Answer):
    """A person as registered."""

    id: uuid.UUID
    member_id: uuid.UUID
    login: str
    name: str
    roles: list[Role]
    status: Status
    has_totp: bool

    @classmethod
    def of(cls, value: Staff) -> StaffAnswer:
        """Return the answer for a value, roles in order."""
        return cls(
            id=value.id,
            member_id=value.member_id,
            login=value.login,
            name=value.name,
            roles=sorted(value.roles),
            status=value.status,
            has_totp=value.has_totp,
        )


class NewStaffAnswer(Answer):
    """A person with the address for the code generator, shown this once."""

    staff: StaffAnswer
    totp_uri: str | None


class LoginBody(StrictBody):
    """A login; ``code`` is the six digits of the code generator."""

    login: str = Field(min_length=1, max_length=63)
    password: Password
    code: str | None = Field(default=None, max_length=10)


class PasswordBody(Body):
    """A change of one's own password."""

    old: Password
    new: Password


class SessionAnswer(Answer):
    """Who is logged in; programs send ``csrf`` in the X-CSRF-Token header of every change."""

    login: str
    name: str
    member: str
    member_name: str
    roles: list[Role]
    csrf: str
    expires: datetime

    @classmethod
    def of(cls, value: StaffRequester) -> SessionAnswer:
        """Return the answer for a session."""
        return cls(
            login=value.staff.login,
            name=value.staff.name,
            member=value.member.slug,
            member_name=value.member.name,
            roles=sorted(value.staff.roles),
            csrf=value.csrf,
            expires=value.expires,
        )


class TokenAnswer(Answer):
    """A token (RFC 6749 5.1)."""

    access_token: str
    token_type: str = "Bearer"
    expires_in: int
    scope: str
