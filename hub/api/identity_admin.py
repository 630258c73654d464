"""Administration over HTTP: jurisdictions, members, systems, keys; every change leaves a receipt.

Who may do what (三员分立): the system administrator registers, the security administrator approves keys, suspends
and resumes; staff of a member may propose keys for their own systems. No one approves what he or she proposed.
People are administered in :mod:`hub.api.identity_staff`.
"""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Body, Depends, Path, Query

from hub.api.authentication import CurrentStaff, Identity, require_role
from hub.api.identity_models import (
    SLUG_PATTERN,
    DpopBody,
    ImportAnswer,
    JurisdictionAnswer,
    JurisdictionBody,
    KeyAnswer,
    KeyBody,
    ListAnswer,
    MemberAnswer,
    MemberBody,
    NonceAnswer,
    RotationBody,
    SystemAnswer,
    SystemBody,
    list_answer,
)
from hub.identity import members, store, systems
from hub.identity.errors import FourEyesError, OtherMemberError, OwnRightsError
from hub.identity.facts import Jurisdiction, StaffRequester, Status
from hub.identity.member_import import import_members
from hub.identity.members import NewMember
from hub.identity.recording import record_denial
from hub.identity.roles import Role
from hub.identity.store import Page, Paging
from hub.identity.systems import KeyProposal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.database import Unit
    from hub.identity.services import IdentityServices

IMPORT_LIMIT_BYTES = 1024 * 1024
ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.AUDITOR)
router = APIRouter(prefix="/api/v1", tags=["operators"])

SystemAdmin = Annotated[StaffRequester, Depends(require_role(Role.SYSTEM_ADMIN))]
SecurityAdmin = Annotated[StaffRequester, Depends(require_role(Role.SECURITY_ADMIN))]
KeyHolder = Annotated[StaffRequester, Depends(require_role(Role.SYSTEM_ADMIN, Role.CLERK, Role.AGENCY_USER))]
Slug = Annotated[str, Path(pattern=SLUG_PATTERN, description="slug of the member")]
Thumbprint = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="RFC 7638 thumbprint")]


def paging(
    after: Annotated[str | None, Query(pattern=r"^[!-~]{1,100}$", description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Paging:
    """Return which part of a list is asked for."""
    return Paging(after, limit)


Part = Annotated[Paging, Depends(paging)]


@contextmanager
def refusing(services: IdentityServices, requester: StaffRequester) -> Iterator[Unit]:
    """Open a transaction; a refused act is undone and leaves a committed receipt of denial."""
    try:
        with services.database.begin() as unit:
            yield unit
    except (FourEyesError, OwnRightsError, OtherMemberError) as error:
        with services.database.begin() as unit:
            record_denial(services.record, unit, "act", error.reason, end_user=str(requester.staff.id))
        raise


@contextmanager
def changing(services: IdentityServices, requester: StaffRequester) -> Iterator[Unit]:
    """Open the transaction of a change, as :func:`refusing`; this process knows of it at once."""
    with refusing(services, requester) as unit:
        yield unit
    services.keeper.refresh_or_log()


def _check_own(unit: Unit, requester: StaffRequester, system_id: uuid.UUID) -> None:
    """Let staff handle systems of their own member only; another's and none at all get the same answer."""
    if requester.has_role(*ADMINISTRATORS):
        return
    found = store.system(unit, system_id)
    if found is None or found.member_id != requester.member.id:
        raise OtherMemberError


@router.get("/jurisdictions", summary="辖区列表 / List jurisdictions")
def list_jurisdictions(part: Part, services: Identity, _requester: CurrentStaff) -> ListAnswer[JurisdictionAnswer]:
    """List cities, districts and zones."""
    with services.database.begin() as unit:
        return list_answer(store.jurisdictions(unit, part), JurisdictionAnswer.of)


@router.post("/jurisdictions", status_code=201, summary="登记辖区 / Register a jurisdiction")
def add_jurisdiction(body: JurisdictionBody, services: Identity, requester: SystemAdmin) -> JurisdictionAnswer:
    """Register a city, district or zone."""
    value = Jurisdiction(body.code, body.name_zh, body.name_en, body.kind, body.parent, body.pack)
    with changing(services, requester) as unit:
        return JurisdictionAnswer.of(members.add_jurisdiction(unit, services.record, requester.actor, value))


@router.get("/members", summary="成员单位列表 / List members")
def list_members(
    part: Part,
    services: Identity,
    _requester: CurrentStaff,
    jurisdiction: Annotated[str | None, Query(pattern=r"^\d{6}$")] = None,
) -> ListAnswer[MemberAnswer]:
    """List members by slug."""
    with services.database.begin() as unit:
        return list_answer(store.members(unit, part, jurisdiction=jurisdiction), MemberAnswer.of)


@router.post("/members", status_code=201, summary="登记成员单位 / Register a member")
def add_member(body: MemberBody, services: Identity, requester: SystemAdmin) -> MemberAnswer:
    """Register a member by its credit code."""
    new = NewMember(body.name, body.organisation_code, body.kind, body.jurisdiction, body.contact, body.slug)
    with changing(services, requester) as unit:
        value = members.add_member(unit, services.record, requester.actor, new, services.clock())
        return MemberAnswer.of(value)


@router.post("/members/import", summary="批量导入成员单位 / Register members from a CSV file")
def add_members(
    content: Annotated[bytes, Body(media_type="text/csv", max_length=IMPORT_LIMIT_BYTES)],
    services: Identity,
    requester: SystemAdmin,
) -> ImportAnswer:
    """Register what is right in the file and report every other row."""
    with changing(services, requester) as unit:
        report = import_members(unit, services.record, requester.actor, content, services.clock())
        return ImportAnswer.model_validate(report)


@router.get("/members/{slug}", summary="成员单位 / One member")
def read_member(slug: Slug, services: Identity, _requester: CurrentStaff) -> MemberAnswer:
    """Show a member."""
    with services.database.begin() as unit:
        return MemberAnswer.of(members.find_member(unit, slug))


@router.post("/members/{slug}/suspend", summary="停用成员单位 / Suspend a member")
def suspend_member(slug: Slug, services: Identity, requester: SecurityAdmin) -> MemberAnswer:
    """Stop all systems and staff of a member."""
    return _set_member_status(services, requester, slug, Status.SUSPENDED)


@router.post("/members/{slug}/resume", summary="恢复成员单位 / Resume a member")
def resume_member(slug: Slug, services: Identity, requester: SecurityAdmin) -> MemberAnswer:
    """Let a suspended member work again."""
    return _set_member_status(services, requester, slug, Status.ACTIVE)


def _set_member_status(
    services: IdentityServices, requester: StaffRequester, slug: str, status: Status
) -> MemberAnswer:
    with changing(services, requester) as unit:
        return MemberAnswer.of(members.set_member_status(unit, services.record, requester.actor, slug, status))


@router.get("/systems", summary="系统列表 / List systems")
def list_systems(
    part: Part,
    services: Identity,
    requester: CurrentStaff,
    member: Annotated[str | None, Query(pattern=SLUG_PATTERN)] = None,
) -> ListAnswer[SystemAnswer]:
    """List systems: administrators see all or one member's, others those of their own member."""
    with services.database.begin() as unit:
        chosen: uuid.UUID | None = requester.member.id
        if requester.has_role(*ADMINISTRATORS):
            chosen = None if member is None else members.find_member(unit, member).id
        return list_answer(store.systems(unit, part, member_id=chosen), SystemAnswer.of)


@router.post("/systems", status_code=201, summary="登记系统 / Register a system")
def add_system(body: SystemBody, services: Identity, requester: SystemAdmin) -> SystemAnswer:
    """Register a system of a member; it needs a key before it can obtain tokens."""
    with changing(services, requester) as unit:
        value = systems.add_system(unit, services.record, requester.actor, body.member, body.name, services.clock())
        return SystemAnswer.of(value)


@router.post("/systems/{system_id}/suspend", summary="停用系统 / Suspend a system")
def suspend_system(system_id: uuid.UUID, services: Identity, requester: SecurityAdmin) -> SystemAnswer:
    """Stop a system; its tokens are refused within five seconds everywhere."""
    return _set_system_status(services, requester, system_id, Status.SUSPENDED)


@router.post("/systems/{system_id}/resume", summary="恢复系统 / Resume a system")
def resume_system(system_id: uuid.UUID, services: Identity, requester: SecurityAdmin) -> SystemAnswer:
    """Let a suspended system work again."""
    return _set_system_status(services, requester, system_id, Status.ACTIVE)


@router.post("/systems/{system_id}/dpop", summary="是否须用绑定密钥的令牌 / Require key-bound tokens")
def set_dpop(system_id: uuid.UUID, body: DpopBody, services: Identity, requester: SecurityAdmin) -> SystemAnswer:
    """Exempt a system that cannot prove its key yet (RFC 9449), or end the exemption; it holds within five seconds."""
    with changing(services, requester) as unit:
        change = systems.DpopRule(body.required, body.reason)
        return SystemAnswer.of(systems.set_dpop_required(unit, services.record, requester.actor, system_id, change))


def _set_system_status(
    services: IdentityServices, requester: StaffRequester, system_id: uuid.UUID, status: Status
) -> SystemAnswer:
    with changing(services, requester) as unit:
        return SystemAnswer.of(systems.set_system_status(unit, services.record, requester.actor, system_id, status))


@router.post("/systems/{system_id}/nonces", status_code=201, summary="领取随机数 / Fetch a nonce for a new key")
def add_nonce(system_id: uuid.UUID, services: Identity, requester: KeyHolder) -> NonceAnswer:
    """Hand out what the new key has to sign."""
    with refusing(services, requester) as unit:
        _check_own(unit, requester, system_id)
        nonce, expires = systems.new_nonce(unit, system_id, services.clock())
    return NonceAnswer(nonce=nonce, expires=expires, audience=services.rules.issuer)


@router.get("/systems/{system_id}/keys", summary="系统密钥 / Keys of a system")
def list_keys(system_id: uuid.UUID, services: Identity, requester: CurrentStaff) -> ListAnswer[KeyAnswer]:
    """List all keys of a system, ended ones too."""
    with refusing(services, requester) as unit:
        _check_own(unit, requester, system_id)
        systems.find_system(unit, system_id)
        keys = store.keys_of(unit, system_id)
    return list_answer(Page(keys, len(keys), None), KeyAnswer.of)


@router.post("/systems/{system_id}/keys", status_code=201, summary="提交新公钥 / Propose a key")
def propose_key(system_id: uuid.UUID, body: KeyBody, services: Identity, requester: KeyHolder) -> KeyAnswer:
    """Enrol a public key with proof of possession; a second person must approve it."""
    lifetime = timedelta(days=body.lifetime_days)
    offer = KeyProposal(system_id, body.jwk, body.purpose, body.proof, services.rules.issuer, lifetime)
    with changing(services, requester) as unit:
        _check_own(unit, requester, system_id)
        return KeyAnswer.of(systems.propose_key(unit, services.record, requester.actor, offer, services.clock()))


@router.post("/keys/{thumbprint}/approve", summary="批准密钥 / Approve a key")
def approve_key(thumbprint: Thumbprint, services: Identity, requester: SecurityAdmin) -> KeyAnswer:
    """Put a key in force that another person proposed."""
    with changing(services, requester) as unit:
        return KeyAnswer.of(systems.approve_key(unit, services.record, requester.actor, thumbprint, services.clock()))


@router.post("/keys/{thumbprint}/rotate", summary="轮换密钥 / Rotate a key out")
def rotate_key(thumbprint: Thumbprint, body: RotationBody, services: Identity, requester: KeyHolder) -> KeyAnswer:
    """End an old key after an overlap with its successor."""
    until = services.clock() + timedelta(minutes=body.overlap_minutes)
    with changing(services, requester) as unit:
        if not requester.has_role(*ADMINISTRATORS):
            found = store.key(unit, thumbprint)
            _check_own(unit, requester, uuid.UUID(int=0) if found is None else found.system_id)
        return KeyAnswer.of(systems.rotate_key(unit, services.record, requester.actor, thumbprint, until))


@router.post("/keys/{thumbprint}/revoke", summary="吊销密钥 / Revoke a key")
def revoke_key(thumbprint: Thumbprint, services: Identity, requester: SecurityAdmin) -> KeyAnswer:
    """End a key at once, and every token obtained with it."""
    with changing(services, requester) as unit:
        return KeyAnswer.of(systems.revoke_key(unit, services.record, requester.actor, thumbprint))
