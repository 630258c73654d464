"""Use cases on staff: add a person, give roles, suspend, reset the password and the code generator.

Accounts are made by the system administrator without rights; roles are given by the security administrator,
never to oneself. Which roles exclude each other: :mod:`hub.identity.roles`.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyotp

from hub.identity import store
from hub.identity.errors import InvalidDetailsError, NotRegisteredError, OwnRightsError, RoleConflictError
from hub.identity.facts import Staff, Status
from hub.identity.members import already, checked_name, find_member
from hub.identity.passwords import checked_password
from hub.identity.recording import record_change
from hub.identity.roles import conflicts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.database import Unit
    from hub.identity.facts import Actor
    from hub.identity.passwords import Passwords
    from hub.identity.recording import Recorder
    from hub.identity.roles import Role

LOGIN = re.compile(r"[a-z][a-z0-9._-]{1,62}")
TOTP_ISSUER = "Shutong"


@dataclass(frozen=True, slots=True)
class NewStaff:
    """What is needed to add a person; ``with_totp`` False only where a demo logs in by password alone."""

    member: str
    login: str
    name: str
    password: str
    roles: frozenset[Role] = frozenset()
    with_totp: bool = True


def checked_roles(roles: Iterable[Role]) -> frozenset[Role]:
    """Return ``roles`` as a set one person may hold, or raise RoleConflictError."""
    wanted = frozenset(roles)
    found = conflicts(wanted)
    if found:
        raise RoleConflictError(found)
    return wanted


def _words(roles: Iterable[Role]) -> str:
    """Return roles as a receipt holds them."""
    return " ".join(sorted(roles)) or "none"


def totp_uri(login: str, secret: str) -> str:
    """Return the otpauth address a code generator reads, usually as a QR code. Shown once, never stored."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=TOTP_ISSUER)


def add_staff(
    unit: Unit, record: Recorder, actor: Actor, passwords: Passwords, new: NewStaff
) -> tuple[Staff, str | None]:
    """Add a person to a member; returns the person and the address for the code generator, if any.

    Raises:
        NotRegisteredError: no such member.
        InvalidDetailsError: login, name or password is not acceptable.
        RoleConflictError: the roles exclude each other.
        AlreadyRegisteredError: the login is taken.

    """
    owner = find_member(unit, new.member)
    if not LOGIN.fullmatch(new.login):
        raise InvalidDetailsError(
            "登录名须以小写字母开头，含小写字母、数字、点、下划线或连字符，2 至 63 个字符",
            "a login starts with a lower-case letter; lower-case letters, digits, dot, underscore, hyphen; 2 to 63",
            next_zh="例如 gaj.zhangsan",
            next_en="for example gaj.zhangsan",
            facts={"field": "login"},
        )
    secret = pyotp.random_base32() if new.with_totp else None
    value = Staff(
        id=uuid.uuid4(),
        member_id=owner.id,
        login=new.login,
        name=checked_name(new.name),
        roles=checked_roles(new.roles),
        status=Status.ACTIVE,
        has_totp=secret is not None,
    )
    store.insert_staff(unit, value, passwords.hash(checked_password(new.password, new.login)), secret)
    store.bump_epoch(unit)
    facts = {"member": str(owner.id), "state_after": _words(value.roles)}
    record_change(record, unit, actor, "staff.add", value.id, **facts)
    return value, None if secret is None else totp_uri(new.login, secret)


def find_staff(unit: Unit, login: str) -> Staff:
    """Return a person by login, or raise NotRegisteredError."""
    found = store.staff_by_login(unit, login)
    if found is None:
        raise NotRegisteredError("人员", "person")
    return found


def _another(unit: Unit, actor: Actor, login: str) -> Staff:
    found = find_staff(unit, login)
    if found.id == actor.id:
        raise OwnRightsError
    return found


def set_roles(unit: Unit, record: Recorder, actor: Actor, login: str, roles: Iterable[Role]) -> Staff:
    """Replace the roles of another person; open sessions have the new roles at their next request.

    Raises:
        NotRegisteredError: no such person.
        OwnRightsError: ``actor`` is that person.
        RoleConflictError: the roles exclude each other.

    """
    found = _another(unit, actor, login)
    wanted = checked_roles(roles)
    store.change_staff(unit, found.id, roles=sorted(wanted))
    change = {"state_before": _words(found.roles), "state_after": _words(wanted)}
    store.bump_epoch(unit)
    record_change(record, unit, actor, "staff.roles", found.id, **change)
    return find_staff(unit, login)


def set_staff_status(unit: Unit, record: Recorder, actor: Actor, login: str, status: Status) -> Staff:
    """Suspend another person, ending all sessions, or let the person in again.

    Raises:
        NotRegisteredError, OwnRightsError, WrongStateError.

    """
    found = _another(unit, actor, login)
    if found.status is status:
        raise already(status)
    store.change_staff(unit, found.id, status=status)
    store.delete_sessions(unit, staff_id=found.id)
    store.bump_epoch(unit)
    record_change(record, unit, actor, f"staff.{status}", found.id)
    return find_staff(unit, login)


def reset_credentials(
    unit: Unit, record: Recorder, actor: Actor, passwords: Passwords, login: str, password: str
) -> tuple[Staff, str]:
    """Give another person a new password and a new code generator; ends all sessions.

    Raises:
        NotRegisteredError, OwnRightsError, InvalidDetailsError.

    """
    found = _another(unit, actor, login)
    secret = pyotp.random_base32()
    hashed = passwords.hash(checked_password(password, login))
    store.change_staff(unit, found.id, password_hash=hashed, totp_secret=secret)
    store.delete_sessions(unit, staff_id=found.id)
    store.bump_epoch(unit)
    record_change(record, unit, actor, "staff.credentials", found.id)
    return find_staff(unit, login), totp_uri(login, secret)
