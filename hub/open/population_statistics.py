"""The public asks for statistics by division, where the city opens the register's items in aggregate.

Zhengzhou Art. 20 §2; 统计法 Art. 28. What it is told was decided for everybody when the month was released.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.exchange.deciding import refusal_of_use
from hub.open.datasets import public_decision, require_visible
from hub.registers.statistics.answering import find
from hub.registers.statistics.use import items_of
from policies.decision import Permit
from policies.facts import Action

if TYPE_CHECKING:
    from hub.context import Context
    from hub.directory.facts import Resource
    from hub.registers.statistics.answering import Asked, AsyncDriver, Found


async def openly(context: Context, driver: AsyncDriver, resource: Resource, asked: Asked) -> Found:
    """Answer the public; its reads leave no receipt.

    Raises:
        EntryNotFoundError: the public may not know of the register's entry.
        DeniedError, PendingError, RefusedError: what stands in the way, with its ground where there is one.
        StatisticsNotReleasedError: nothing is released for the period.

    """
    require_visible(resource)
    items = items_of(resource, asked)
    decision = public_decision(context, resource, items=items, action=Action.AGGREGATE)
    if not isinstance(decision, Permit):
        _, _, error = refusal_of_use(decision, {})
        raise error
    return await find(driver, asked)
