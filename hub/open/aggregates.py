"""The public asks for figures (Zhengzhou Art. 20 §2): open items exactly, protected ones under disclosure control."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.exchange.aggregates.answering import PUBLIC, Asker, Told, tell
from hub.exchange.deciding import refusal_of_use
from hub.open.datasets import public_decision, require_visible
from hub.rows.query import columns_used
from policies.decision import Permit
from policies.facts import Action

if TYPE_CHECKING:
    from hub.context import Context
    from hub.directory.facts import Resource
    from hub.rows.aggregate import Aggregation
    from hub.rows.store import AsyncDriver


async def public_table(
    context: Context, driver: AsyncDriver, resource: Resource, asked: Aggregation, where: object
) -> Told:
    """Return the table of a question; the public's reads leave no receipt.

    Raises:
        EntryNotFoundError: the public may not know of the entry.
        DeniedError, PendingError, RefusedError: what stands in the way, with its ground where there is one.
        GroupingError, DifferencingError, QueryError: as :func:`hub.exchange.aggregates.answering.tell`.

    """
    require_visible(resource)
    queried, matched = columns_used(asked.query())
    decision = public_decision(
        context, resource, items=asked.items or None, queried=queried | matched, action=Action.AGGREGATE
    )
    if not isinstance(decision, Permit):
        _, _, error = refusal_of_use(decision, {})
        raise error
    return await tell(context, driver, resource, Asker(PUBLIC, decision, None), asked, where)
