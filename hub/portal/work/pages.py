"""All pages of the provider's, the reviewers' and the supervisor's side: routes, menu, and what is to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fastapi import APIRouter

from hub.identity.roles import Role
from hub.portal.work import (
    answering,
    asking,
    assessments,
    claims,
    complaints,
    corrections,
    describing,
    disputes,
    entries,
    exemptions,
    figures,
    home,
    inbox,
    inventory,
    inventory_sheets,
    links,
    pointers,
    privacy,
    public_interest,
    pushes,
    registers,
    request,
    sources,
    supervision,
    supply,
    timing,
    tokens,
    usage,
)
from hub.portal.work.frame import MenuEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hub.database import Unit
    from hub.portal.work.frame import Duty, WorkPage

router = APIRouter(include_in_schema=False)
for _part in (
    home,
    inbox,
    timing,
    request,
    answering,
    assessments,  # before the records: their paths would be read as the id of one
    claims,
    pointers,
    exemptions,
    asking,
    public_interest,
    usage,
    corrections,
    supervision,
    disputes,
    privacy,
    complaints,
    pushes,
    entries,
    describing,
    supply,
    inventory,
    inventory_sheets,
    sources,
    registers,
    figures,
    tokens,
    links,
):
    router.include_router(_part.router)

PROVIDING: Final = frozenset({Role.CLERK, Role.APPROVER})
FIRST: Final = (MenuEntry("/w", "home"), MenuEntry("/w/notices", "notices"))
"""What stands first in everybody's menu."""
MENU: Final[tuple[MenuEntry, ...]] = (
    MenuEntry("/w/inbox", "inbox", PROVIDING),
    MenuEntry("/w/pushes", "pushes", PROVIDING),
    MenuEntry("/w/exemptions", "exemptions", PROVIDING | {Role.SECRECY_REVIEWER}),
    MenuEntry("/w/usage", "usage", PROVIDING),
    MenuEntry("/w/corrections", "corrections", PROVIDING),
    MenuEntry("/w/privacy", "privacy", frozenset(privacy.READERS)),
    MenuEntry("/w/duties", "supply", frozenset(supply.READERS)),
    MenuEntry("/w/inventory", "inventory", frozenset(inventory.READERS)),
    MenuEntry("/w/sources", "sources", frozenset(sources.READERS)),
    MenuEntry("/w/registers", "registers", frozenset(registers.READERS)),
    MenuEntry("/w/figures", "figures", frozenset(figures.READERS)),
    MenuEntry("/w/tokens", "tokens", tokens.HOLDERS),
    MenuEntry("/w/sup/overdue", "overdue", frozenset({Role.SUPERVISOR})),
    MenuEntry("/w/sup/disputes", "disputes", frozenset({Role.SUPERVISOR})),
    MenuEntry("/w/complaints", "complaints", frozenset({Role.SUPERVISOR})),
)
DUTIES: Final[tuple[Callable[[WorkPage, Unit], Iterable[Duty]], ...]] = (
    inbox.duties,
    pushes.duties,
    corrections.duties,
    exemptions.duties,
    privacy.duties,
    supervision.duties,
    disputes.duties,
    assessments.duties,
    claims.duties,
    complaints.duties,
    supply.duties,
    inventory.duties,
    figures.duties,
)
