"""Conditions joined by AND, OR and NOT, for dialects whose queries are written so (CKAN's ``fq``, OGC filters)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Callable

    from catalogue.finding_asking import Filters

    Condition = sa.ColumnElement[bool]
    Simple = Callable[[Filters], list[Condition]]


def joined(given: Filters, simple: Simple) -> list[Condition]:
    """Return the nested conditions of filters; ``simple`` makes those that are not nested."""
    made: list[Condition] = [_whole(one, simple) for one in given.all_of]
    if given.any_of is not None:
        made.append(sa.or_(sa.false(), *(_whole(one, simple) for one in given.any_of)))
    # An entry without a date has none before any day: what is not known to hold does not hold.
    made.extend(sa.not_(sa.func.coalesce(_whole(one, simple), sa.false())) for one in given.none_of)
    return made


def _whole(given: Filters, simple: Simple) -> Condition:
    return sa.and_(sa.true(), *simple(given), *joined(given, simple))
