"""Administration of people over HTTP: the system administrator adds them, the security administrator gives rights.

Nobody changes his or her own rights; no set of roles is stored that one person must not hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Path, Query

from hub.api.authentication import Identity, require_role
from hub.api.identity_admin import ADMINISTRATORS, Part, SecurityAdmin, SystemAdmin, changing
from hub.api.identity_models import (
    SLUG_PATTERN,
    CredentialsBody,
    ListAnswer,
    NewStaffAnswer,
    RolesBody,
    StaffAnswer,
    StaffBody,
    list_answer,
)
from hub.identity import staff, store
from hub.identity.facts import StaffRequester, Status
from hub.identity.members import find_member
from hub.identity.staff import NewStaff

if TYPE_CHECKING:
    from hub.identity.services import IdentityServices

router = APIRouter(prefix="/api/v1/staff", tags=["operators"])
Administrator = Annotated[StaffRequester, Depends(require_role(*ADMINISTRATORS))]
Login = Annotated[str, Path(pattern=r"^[a-z0-9._-]{1,63}$", description="login of the person")]


@router.get("", summary="人员列表 / List staff")
def list_staff(
    part: Part,
    services: Identity,
    _requester: Administrator,
    member: Annotated[str | None, Query(pattern=SLUG_PATTERN)] = None,
) -> ListAnswer[StaffAnswer]:
    """List staff by login, of one member or of all."""
    with services.database.begin() as unit:
        chosen = None if member is None else find_member(unit, member).id
        return list_answer(store.staff_list(unit, part, member_id=chosen), StaffAnswer.of)


@router.post("", status_code=201, summary="新增人员 / Add a person")
def add_staff(body: StaffBody, services: Identity, requester: SystemAdmin) -> NewStaffAnswer:
    """Add a person without roles; the address for the code generator is shown this once."""
    secret = body.password.get_secret_value()
    with_totp = not services.rules.sessions.password_alone
    new = NewStaff(body.member, body.login, body.name, secret, with_totp=with_totp)
    with changing(services, requester) as unit:
        value, uri = staff.add_staff(unit, services.record, requester.actor, services.passwords, new)
    return NewStaffAnswer(staff=StaffAnswer.of(value), totp_uri=uri)


@router.put("/{login}/roles", summary="设置角色 / Give roles")
def set_roles(login: Login, body: RolesBody, services: Identity, requester: SecurityAdmin) -> StaffAnswer:
    """Replace the roles of another person."""
    with changing(services, requester) as unit:
        return StaffAnswer.of(staff.set_roles(unit, services.record, requester.actor, login, body.roles))


@router.post("/{login}/suspend", summary="停用人员 / Suspend a person")
def suspend_staff(login: Login, services: Identity, requester: SecurityAdmin) -> StaffAnswer:
    """End a person's sessions and refuse new ones."""
    return _set_status(services, requester, login, Status.SUSPENDED)


@router.post("/{login}/resume", summary="恢复人员 / Resume a person")
def resume_staff(login: Login, services: Identity, requester: SecurityAdmin) -> StaffAnswer:
    """Let a suspended person log in again."""
    return _set_status(services, requester, login, Status.ACTIVE)


def _set_status(services: IdentityServices, requester: StaffRequester, login: str, status: Status) -> StaffAnswer:
    with changing(services, requester) as unit:
        return StaffAnswer.of(staff.set_staff_status(unit, services.record, requester.actor, login, status))


@router.post("/{login}/credentials", summary="重置口令与动态码 / Reset password and code generator")
def reset_credentials(
    login: Login, body: CredentialsBody, services: Identity, requester: SystemAdmin
) -> NewStaffAnswer:
    """Give another person a new first password and a new code generator."""
    secret = body.password.get_secret_value()
    with changing(services, requester) as unit:
        value, uri = staff.reset_credentials(unit, services.record, requester.actor, services.passwords, login, secret)
    return NewStaffAnswer(staff=StaffAnswer.of(value), totp_uri=uri)
