"""The filters of the search pages, read from the address: what is no value of a facet is left out, a page is shown."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from catalogue.finding import FRESHNESS, Filters

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_VALUES = 50
LONGEST_VALUE = 60
KINDS = {"1", "2", "3"}


def page_filters(request: Request) -> Filters:
    """Return the filters in force; several values of one facet are alternatives."""
    given = request.query_params

    def values(name: str, holds: Callable[[str], bool] = bool) -> tuple[str, ...]:
        found = (value for value in given.getlist(name) if 0 < len(value) <= LONGEST_VALUE and holds(value))
        return tuple(dict.fromkeys(found))[:MOST_VALUES]

    return Filters(
        provider_ids=tuple(uuid.UUID(value) for value in values("provider", _is_id)),
        class_codes=values("class"),
        themes=values("theme"),
        share_types=tuple(int(value) for value in values("share_type", KINDS.__contains__)),
        open_types=tuple(int(value) for value in values("open_type", KINDS.__contains__)),
        cycles=values("cycle"),
        formats=values("format"),
        sensitivities=values("sensitivity"),
        freshness=values("freshness", FRESHNESS.__contains__),
        origins=values("origin"),
    )


def _is_id(value: str) -> bool:
    try:
        return str(uuid.UUID(value)) == value
    except ValueError:
        return False


PageFilters = Annotated[Filters, Depends(page_filters)]
