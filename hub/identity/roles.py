"""Roles of staff, and which of them one person must never hold together.

Roles: users' guide d5 (数据专员, 审核人, 保密审查 ...). Two rules keep powers apart: no person both
grants data and uses it, and no person is two of the three administrators (三员分立, the practice of
classified and level-3 protected systems). Pure: the database constraint is generated from these facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Role(StrEnum):
    """What a person may do."""

    CLERK = "clerk"
    APPROVER = "approver"
    SECRECY_REVIEWER = "secrecy_reviewer"
    AGENCY_USER = "agency_user"
    AGENCY_APPROVER = "agency_approver"
    CATALOGUE_REVIEWER = "catalogue_reviewer"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"


NAMES_ZH: dict[Role, str] = {
    Role.CLERK: "数据专员",
    Role.APPROVER: "审核人",
    Role.SECRECY_REVIEWER: "保密审查",
    Role.AGENCY_USER: "经办人",
    Role.AGENCY_APPROVER: "需求审批",
    Role.CATALOGUE_REVIEWER: "目录管理员",
    Role.SUPERVISOR: "主管",
    Role.AUDITOR: "审计",
    Role.SYSTEM_ADMIN: "系统管理员",
    Role.SECURITY_ADMIN: "安全管理员",
    Role.AUDIT_ADMIN: "审计管理员",
}

GRANTING = frozenset({Role.APPROVER, Role.SECRECY_REVIEWER, Role.CATALOGUE_REVIEWER, Role.SECURITY_ADMIN})
USING = frozenset({Role.AGENCY_USER, Role.AGENCY_APPROVER})
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})


@dataclass(frozen=True, slots=True)
class RoleConflict:
    """Two roles one person may not hold together, and why."""

    first: Role
    second: Role
    zh: str
    en: str


def forbidden_pairs() -> frozenset[frozenset[Role]]:
    """Return every pair of roles that one person must not hold together."""
    crossing = {frozenset({granting, using}) for granting in GRANTING for using in USING}
    return frozenset(crossing | {frozenset(pair) for pair in combinations(sorted(ADMINISTRATORS), 2)})


def conflicts(roles: Iterable[Role]) -> tuple[RoleConflict, ...]:
    """Return the conflicts inside ``roles``, in a stable order; empty when the set may be held."""
    found: list[RoleConflict] = []
    forbidden = forbidden_pairs()
    for first, second in combinations(sorted(frozenset(roles)), 2):
        if frozenset({first, second}) not in forbidden:
            continue
        pair_zh = f"“{NAMES_ZH[first]}”与“{NAMES_ZH[second]}”"
        if {first, second} <= ADMINISTRATORS:
            zh = f"{pair_zh}不得由一人兼任：系统、安全、审计三员分立"
            en = f"{first} and {second}: the three administrators are three people"
        else:
            zh = f"{pair_zh}不得由一人兼任：批准数据的人不能同时是使用数据的人"
            en = f"{first} and {second}: who grants data must not be who uses it"
        found.append(RoleConflict(first, second, zh, en))
    return tuple(found)
