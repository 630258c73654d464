"""Who sees and steers whose directory: the authority its level, a department what is its own (Zhengzhou Art. 18-19)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hub.directory.errors import DirectoryError
from hub.identity import authority_store
from hub.identity import store as identity_store
from hub.identity.facts import MemberKind
from hub.identity.roles import Role

if TYPE_CHECKING:
    import uuid

    from hub.database import Unit
    from hub.identity.facts import Member, StaffRequester

READERS: Final = (Role.CATALOGUE_REVIEWER, Role.SUPERVISOR, Role.AUDITOR)
"""Who at the authority reads what the departments of its level have."""


class NotOverseenError(DirectoryError):
    """The member named is unknown here, or not under this authority: both read the same."""

    def __init__(self) -> None:
        """One fixed text."""
        super().__init__(
            "没有这个单位，或不归本主管部门",
            "there is no such unit, or it is not under this authority",
            next_zh="请核对单位英文名或名称（hub member list）；不填可查看全部",
            next_en="check the unit's short name or its name; leave it out to see all",
        )


class NotAuthorityError(DirectoryError):
    """The act is the data-sharing authority's; the person's unit is none."""

    def __init__(self) -> None:
        """One fixed text."""
        super().__init__(
            "这一步由共享主管部门的目录管理员办理（郑州市信息化建设管理办法 第十八条、第十九条）",
            "a catalogue reviewer of the data-sharing authority does this (Zhengzhou Art. 18, 19)",
            next_zh="请联系本级共享主管部门",
            next_en="ask the authority of your level",
        )


def require_authority(staff: StaffRequester) -> None:
    """Let nobody but a catalogue reviewer of an authority go on (raises :class:`NotAuthorityError`)."""
    if not oversees(staff, Role.CATALOGUE_REVIEWER):
        raise NotAuthorityError


def oversees(staff: StaffRequester, *roles: Role) -> bool:
    """Whether a person acts for an authority in one of ``roles``."""
    return staff.member.kind is MemberKind.AUTHORITY and staff.has_role(*roles)


def members_seen(unit: Unit, staff: StaffRequester, member: str | None = None) -> tuple[uuid.UUID, ...]:
    """Return the members whose lists a person sees: an authority's reader all of its level, else the own.

    Raises:
        NotOverseenError: a member is named (short name or name) that the person does not see.

    """
    seen = authority_store.members_under(unit, staff.member.id) if oversees(staff, *READERS) else (staff.member.id,)
    if member is None:
        return seen
    named = named_member(unit, member)
    if named is None or named.id not in seen:
        raise NotOverseenError
    return (named.id,)


def named_member(unit: Unit, name: str) -> Member | None:
    """Return a member by its short name, its credit code, or its name in full; None without one."""
    found = identity_store.member(unit, "slug", name) or identity_store.member(unit, "organisation_code", name)
    if found is not None:
        return found
    ids = authority_store.members_named(unit, name)
    return identity_store.member(unit, "id", ids[0]) if len(ids) == 1 else None


def names_of(unit: Unit, ids: set[uuid.UUID]) -> dict[uuid.UUID, Member]:
    """Return members by id."""
    found = (identity_store.member(unit, "id", one) for one in ids)
    return {one.id: one for one in found if one is not None}


def place_of(unit: Unit, member: Member) -> str:
    """Return the jurisdiction of the authority that is over a member: its own level's, or the level's above."""
    over = authority_store.authorities_over(unit, member.id)
    authority = identity_store.member(unit, "id", over[0]) if over else None
    return authority.jurisdiction if authority is not None else member.jurisdiction
