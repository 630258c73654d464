"""The evidence of a record in words people read: each field by its name, codes and items by theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hub.portal.work import naming

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.directory.facts import Resource
    from hub.portal.work.frame import WorkPage

HIDDEN: Final = frozenset({"holder", "referral", "assessment"})
"""Who holds a secret is for the letter, not for a page many read; the others are shown in parts of their own."""


def shown(page: WorkPage, resource: Resource | None, evidence: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the fields of evidence that are filled in as (name, value), in the order the record keeps them."""
    found = []
    for name, value in evidence.items():
        if name in HIDDEN or value in (None, "", [], False):
            continue
        found.append((page.text(f"evidence_{name}"), _value(page, resource, name, value)))
    return found


def _value(page: WorkPage, resource: Resource | None, name: str, value: object) -> str:
    match name:
        case "level":
            return page.text(f"secrecy_level_{value}")
        case "organ_level":
            return page.text(f"organ_level_{value}")
        case "consultation":
            return page.text(f"consult_{value}")
        case "finding":
            return page.text(f"finding_is_{value}")
        case _ if isinstance(value, list):
            return page.text("comma").join(naming.item_name(resource, str(one)) for one in sorted(value))
        case _:
            return page.text("yes") if value is True else str(value)
