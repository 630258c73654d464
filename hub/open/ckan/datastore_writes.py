"""Writing CKAN's datastore: datastore_upsert, datastore_delete, datastore_records_delete.

Each call is one push of the caller's department, all of it or nothing, with its receipt; earlier versions stay citable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from hub.open.ckan.actions import action
from hub.open.ckan.datastore import FAMILY, resource_key
from hub.open.ckan.datastore_asking import filters_of
from hub.open.ckan.datastore_rows import METHODS, as_text, completed, records_of
from hub.open.ckan.datastore_view import ROW, View
from hub.open.ckan.errors import CkanValidationError
from hub.open.ckan.pushing import push_frame, told
from hub.open.ckan.writing import own_resource
from hub.push.merge import MergeMode
from hub.rows.offsets import Slice, stream_slice
from hub.rows.query import Page, Query, columns_used
from policies.decision import Permit, decide
from policies.facts import Action, DecisionRequest, Requester, RequesterKind

if TYPE_CHECKING:
    from hub.open.ckan.asks import CkanAsk
    from hub.open.ckan.writing import Target

_MODES: Final = {"upsert": MergeMode.UPSERT, "update": MergeMode.UPSERT, "insert": MergeMode.UPSERT}


@action(
    "datastore_upsert",
    family=FAMILY,
    own_transactions=True,
    differs="One call is one push: `push` in the answer tells its receipt, version and counts. A resource that must be"
    " released by a second person answers with the state awaiting_release. `force` is not needed.",
)
def upsert(ask: CkanAsk) -> dict[str, Any]:
    """Write records: ``method`` upsert (the default), insert or update; all of them or none; ``dry_run`` only tries."""
    arguments = ask.arguments
    key = resource_key(arguments)
    method = arguments.text("method", "upsert") or "upsert"
    if method not in METHODS:
        raise CkanValidationError({"method": [f"只能是 {'、'.join(METHODS)} / must be one of {', '.join(METHODS)}"]})
    given = arguments.mappings("records")
    target = own_resource(ask, key)
    answer: dict[str, Any] = {"resource_id": key, "method": method}
    if arguments.boolean("dry_run"):
        answer["dry_run"] = True
    if given:
        answer["push"] = write_records(ask, target, given, method, dry_run=arguments.boolean("dry_run"))
    if arguments.boolean("include_records"):
        answer["records"] = given
    return answer


def write_records(
    ask: CkanAsk, target: Target, given: list[dict[str, Any]], method: str, *, dry_run: bool = False
) -> dict[str, Any]:
    """Push records as one push; returns what the answer says of it. Raises as :func:`push_frame`."""
    resource = target.resource
    records = records_of(given, resource.entry.items)
    with ask.hub.database.begin() as unit:
        frame = completed(unit, resource, records, method)
    mode = _MODES[method] if resource.table.key else MergeMode.APPEND
    accepted = push_frame(ask, target, frame, mode, dry_run=dry_run)
    if not dry_run:
        ask.hub.answers.pushed(resource.name)
    return told(accepted)


@action(
    "datastore_delete",
    family=FAMILY,
    own_transactions=True,
    differs="Rows are closed, not destroyed: earlier versions stay citable. Without filters all rows are closed and the"
    " table stays: its items are the entry's. Closing many rows needs force=true, as consent.",
)
def delete(ask: CkanAsk) -> dict[str, Any]:
    """Close the rows that fit ``filters``; without filters, all rows."""
    return _delete(ask)


@action(
    "datastore_records_delete",
    family=FAMILY,
    own_transactions=True,
    differs="As datastore_delete: rows are closed, their earlier versions stay.",
)
def records_delete(ask: CkanAsk) -> dict[str, Any]:
    """Close the rows that fit ``filters``, which must be given."""
    if not ask.arguments.has("filters"):
        raise CkanValidationError({"filters": ["缺少值 / Missing value"]})
    return _delete(ask)


def _delete(ask: CkanAsk) -> dict[str, Any]:
    arguments = ask.arguments
    key = resource_key(arguments)
    target = own_resource(ask, key)
    filters = arguments.json("filters")
    answer: dict[str, Any] = {"resource_id": key, **({} if filters is None else {"filters": filters})}
    keys = _keys(ask, target)
    if keys.height:
        accepted = push_frame(ask, target, keys, MergeMode.DELETE, consents=arguments.boolean("force"))
        ask.hub.answers.pushed(target.resource.name)
        answer["push"] = told(accepted)
    if arguments.boolean("include_deleted_records"):
        answer["deleted_records"] = keys.to_dicts()
    return answer


def _keys(ask: CkanAsk, target: Target) -> pl.DataFrame:
    """Return the keys of the department's own rows that fit the filters."""
    resource = target.resource
    table = resource.table
    if not table.key:
        raise CkanValidationError(
            {"filters": ["该资源没有主键，请整体推送 / the resource has no key: push it as a whole instead"]}
        )
    view = View(target.key, ask.hub.context, resource, _own_permit(ask, target, frozenset()))
    where = filters_of(ask.arguments, view)
    query = Query(resource.id, items=table.key, where=where, page=Page(1))
    queried, matched = columns_used(query)
    permit = _own_permit(ask, target, (queried | matched) - {ROW})
    stream = stream_slice(ask.hub.database, query, permit, table, Slice(None))
    rows = [row[: len(table.key)] for batch in stream.batches() for row in batch]
    columns = {name: [_written(row[number]) for row in rows] for number, name in enumerate(table.key)}
    return pl.DataFrame(columns, schema=dict.fromkeys(table.key, pl.String))


def _written(value: object) -> str:
    return as_text(value) if isinstance(value, str | bool | int | float) or value is None else str(value)


def _own_permit(ask: CkanAsk, target: Target, queried: frozenset[str]) -> Permit:
    """Return the department's permit for its own rows: to name what is to be closed, nothing of it is shown."""
    resource = target.resource
    requester = Requester(RequesterKind.AGENCY, member_id=str(target.caller.member.id))
    request = DecisionRequest(
        requester=requester,
        action=Action.READ,
        items=tuple(item.column for item in resource.entry.items),
        now=ask.hub.context.now(),
        queried=queried,
    )
    decision = decide(request, resource.facts, None, ask.hub.context.pack(resource.facts.pack))
    if isinstance(decision, Permit):
        return decision
    from hub.exchange.deciding import refusal_of_use

    raise refusal_of_use(decision, {})[2]
