"""The supervisor's board: late cases by member, the longest, reasons asked and given (政务数据共享条例 Art. 29, 39)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.exchange import clock_store
from hub.identity import authority_store
from hub.identity import store as identity_store
from hub.identity.facts import MemberKind
from hub.identity.roles import Role
from hub.supervision import store
from hub.supervision.errors import SupervisionError

if TYPE_CHECKING:
    import uuid

    from hub.context import Context
    from hub.database import Unit
    from hub.identity.facts import StaffRequester


def members_seen(unit: Unit, staff: StaffRequester, slug: str | None = None) -> list[uuid.UUID]:
    """Return the members whose late cases a person sees: a supervisor of the authority its level, else the own.

    Raises:
        SupervisionError: a member is named that the person does not see.
    """
    seen = [staff.member.id]
    if staff.member.kind is MemberKind.AUTHORITY and staff.has_role(Role.SUPERVISOR):
        seen = list(authority_store.members_under(unit, staff.member.id))
    if slug is None:
        return seen
    named = identity_store.member(unit, "slug", slug)
    if named is None or named.id not in seen:
        raise SupervisionError(
            "没有这个单位，或不归本单位监督",
            "there is no such member, or it is not under your supervision",
            next_zh="不填 member 可查看全部",
            next_en="leave member out to see all",
        )
    return [named.id]


def by_member(context: Context, unit: Unit, staff: StaffRequester) -> list[dict[str, Any]]:
    """Return the late cases of each member of the level, the member with the longest first."""
    today = context.today()
    rows: list[dict[str, Any]] = []
    for summary in clock_store.overdue_by_member(unit, today, members_seen(unit, staff)):
        member = identity_store.member(unit, "id", summary.member_id)
        longest = context.calendar.days_left(today, summary.oldest_due)
        why = longest.why_unknown
        urged = store.urging_counts(unit, summary.clocks)
        rows.append(
            {
                "member": member.slug if member is not None else str(summary.member_id),
                "name": member.name if member is not None else "",
                "overdue": len(summary.clocks),
                "oldest_due": summary.oldest_due,
                "longest_working_days": longest.late,
                "days_unknown": why.zh if why is not None else None,
                "days_unknown_en": why.en if why is not None else None,
                "urged": urged[0],
                "reasons_given": urged[1],
            }
        )
    return sorted(rows, key=lambda row: (row["oldest_due"], row["member"]))
