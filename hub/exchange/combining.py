"""What a requester holds together: traits of several resources that single out persons (V17; 政务数据共享条例 Art. 25).

A trait is a quasi-identifying item given in full or masked (GB/T 37964-2019). When a grant completes what another
grant of the same member begins, both sides are told; nothing is refused, since only people can judge the purpose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalogue import store as catalogue_store
from catalogue.entry import Entry
from catalogue.entry_rules.finding import Holding
from catalogue.entry_rules.protection import TRAITS_THAT_SINGLE_OUT, trait_of
from catalogue.item import IdentifierRole
from hub.exchange import combining_store
from hub.identity import store as identity_store
from hub.identity.roles import Role
from hub.notices.store import Notice, send
from policies.facts import Treatment

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping

    from hub.context import Context
    from hub.database import Unit
    from hub.exchange.records import Grant

_SHOWN = frozenset({Treatment.FULL.value, Treatment.MASKED.value})
_TITLE_LENGTH = 40


def holdings_on(unit: Unit, entry_id: uuid.UUID) -> tuple[Holding, ...]:
    """Return what the holders of grants on an entry hold of other entries, for the check of its description."""
    members = combining_store.holders_of(unit, entry_id)
    return tuple(holding for member in members for holding in _of_member(unit, member, besides=entry_id))


def _of_member(unit: Unit, member_id: uuid.UUID, *, besides: uuid.UUID) -> tuple[Holding, ...]:
    member = identity_store.member(unit, "id", member_id)
    name = member.name if member is not None else ""
    found = []
    for entry_id, forms in combining_store.granted_forms(unit, member_id, besides=besides):
        title, traits = _traits(unit, entry_id, forms)
        if traits:
            found.append(Holding(name, title, traits))
    return tuple(found)


def _traits(unit: Unit, entry_id: uuid.UUID, forms: Mapping[str, str]) -> tuple[str, frozenset[str]]:
    """Return the title of an entry and the quasi-identifying traits among the items shown."""
    row = catalogue_store.find_entry(unit, entry_id)
    if row is None or row.published_version is None:
        return "", frozenset()
    version = catalogue_store.find_version(unit, entry_id, row.published_version)
    if version is None:
        return row.title, frozenset()
    items = Entry.from_dict(version.body).items
    shown = (item for item in items if forms.get(item.column) in _SHOWN)
    return row.title, frozenset(trait_of(item) for item in shown if item.identifier_role is IdentifierRole.QUASI)


def warn(context: Context, unit: Unit, grant: Grant) -> int:
    """Tell both sides when a grant and another of the same member together single out persons; returns how many."""
    forms = {column: form.value for column, form in grant.items.items()}
    title, own = _traits(unit, grant.entry_id, forms)
    told = 0
    for holding in _of_member(unit, grant.member_id, besides=grant.entry_id) if own else ():
        together = own | holding.traits
        if len(together) >= TRAITS_THAT_SINGLE_OUT > max(len(own), len(holding.traits)):
            for member, role in ((grant.member_id, Role.AGENCY_APPROVER), (grant.provider_id, Role.APPROVER)):
                told += _send(context, unit, grant, (member, role), (title, holding))
    return told


def _send(context: Context, unit: Unit, grant: Grant, to: tuple[uuid.UUID, Role], both: tuple[str, Holding]) -> bool:
    title, holding = both[0][:_TITLE_LENGTH], both[1]
    return send(
        unit,
        Notice(
            member=to[0],
            kind="grant.combination",
            zh=f"{holding.requester}的授权“{title}”与已有授权“{holding.resource[:_TITLE_LENGTH]}”合并后可能识别到个人"
            "（V17，政务数据共享条例第二十五条）",
            en=f"the grants of {holding.requester} on «{title}» and «{holding.resource[:_TITLE_LENGTH]}» together may "
            "single out persons (V17)",
            next_zh="核对用途：不得超出授权用途合并使用；可改为脱敏、仅核验或仅汇总",
            next_en="look at the purposes: data are not joined beyond them; a lesser form may serve",
            role=to[1].value,
            link=f"/w/grants/{grant.id}",
            subject_kind="grant",
            subject_id=str(grant.id),
            once=f"combination:{grant.id}:{holding.resource[:_TITLE_LENGTH]}:{to[0]}",
        ),
        context.now(),
    )
