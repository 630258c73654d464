"""All pages of an agency's desk: routes, menu, and what is to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fastapi import APIRouter

from hub.exchange.corrections.standing import REPORTING_ROLES
from hub.identity.roles import USING, Role
from hub.portal.desk import (
    acts,
    applications,
    bases,
    cart,
    cart_form,
    checking,
    corrections,
    disputes,
    grants,
    verify,
)
from hub.portal.work.frame import MenuEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hub.database import Unit
    from hub.portal.work.frame import Duty, WorkPage

router = APIRouter(include_in_schema=False)
for _one in (cart, cart_form, bases, checking, applications, acts, disputes, grants, verify, corrections):
    router.include_router(_one.router)

MENU: Final = (
    MenuEntry("/w/cart", "cart", frozenset({Role.AGENCY_USER})),
    MenuEntry("/w/applications", "applications", USING),
    MenuEntry("/w/grants", "grants", USING),
    MenuEntry("/w/verify", "verify", USING),
    MenuEntry("/w/batch", "batch", USING),
    MenuEntry("/w/disputes", "my_disputes", USING),
    MenuEntry("/w/corrections/mine", "corrections_mine", frozenset(REPORTING_ROLES)),
)
DUTIES: Final[tuple[Callable[[WorkPage, Unit], Iterable[Duty]], ...]] = (applications.duties, grants.duties)
