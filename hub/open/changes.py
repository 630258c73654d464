"""The public follows an open resource: what changed since a version, page by page (Zhengzhou Art. 20 §2).

As a granted system's feed, on the public's permit: no key, no receipt, closed items named and never given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.exchange.subscriptions.feed import feed_body
from hub.open.rows import public_permit
from hub.rows import feed_index
from hub.rows.changes import compile_changes, fetch_changes
from hub.rows.query import Query
from hub.rows.render import json_document
from hub.rows.store import Reading

if TYPE_CHECKING:
    from hub.context import Context
    from hub.exchange.standing import Standing
    from hub.rows.changes import Since
    from hub.rows.cursors import CursorKey
    from hub.rows.store import AsyncDriver


async def public_changes(
    context: Context, connection: AsyncDriver, standing: Standing, since: Since, cursor_key: CursorKey
) -> bytes:
    """Answer one page of an open resource as JSON.

    Raises:
        EntryNotFoundError: the public may not know of the entry.
        DeniedError, PendingError, RefusedError: what stands in the way.
        QueryError: the question is not right.
    """
    resource = standing.resource
    permit = public_permit(context, resource, Query(resource.id, items=since.items))
    feed = compile_changes(since, permit, resource.table, cursor_key)
    page = await fetch_changes(connection, feed, Reading(cursor_key))
    await feed_index.ask_async(connection, resource.id, context.now())
    return json_document(feed_body(standing, page, permit, {}))
