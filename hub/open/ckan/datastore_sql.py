"""datastore_search_sql: one SELECT is read by an allow-list and asked as the query every dialect asks.

No text of a client ever becomes SQL: what cannot be read into the query is refused and named.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, cast

from hub.open.ckan.actions import action
from hub.open.ckan.asks import Arguments
from hub.open.ckan.datastore import FAMILY
from hub.open.ckan.datastore_asking import asked_of, wrong
from hub.open.ckan.datastore_found import found_view
from hub.open.ckan.datastore_records import names_of, numbered, records
from hub.open.ckan.datastore_view import ROW, ROW_ID
from hub.open.ckan.sql_reading import read_select
from hub.rows.errors import QueryError
from hub.rows.offsets import Slice, read_slice
from hub.rows.operands import is_text, operand
from hub.rows.query import MAX_LIMIT, And, Comparison, Not, Op, Or, Page, Query

if TYPE_CHECKING:
    from hub.open.ckan.asks import CkanAsk
    from hub.open.ckan.datastore_view import View
    from hub.open.ckan.sql_reading import Condition, Selected
    from hub.rows.query import Where

_OPS: Final = {
    "eq": Op.EQ,
    "ne": Op.NE,
    "lt": Op.LT,
    "lte": Op.LE,
    "gt": Op.GT,
    "gte": Op.GE,
    "contains": Op.CONTAINS,
    "prefix": Op.PREFIX,
}


@action(
    "datastore_search_sql",
    reads=True,
    family=FAMILY,
    differs="One SELECT over one resource: names, DISTINCT, count(*), WHERE with comparisons, IN, BETWEEN, LIKE,"
    " IS NULL, AND, OR, NOT; ORDER BY, LIMIT, OFFSET. Functions, joins, GROUP BY and sub-queries are refused by name"
    " (figures: /api/v1/datasets/NAME/aggregate). There is no column _full_text.",
)
def search_sql(ask: CkanAsk) -> dict[str, Any]:
    """Answer one SELECT (``sql``); at most 32,000 rows, ``records_truncated`` says that there are more."""
    sql = ask.arguments.needed("sql")
    selected = read_select(sql)
    view = found_view(ask.hub, selected.table)
    where = _where(selected.where, view) if selected.where is not None else None
    if selected.is_count:
        return {"sql": sql, **_count(ask, view, selected, where)}
    names = [name for name, _ in selected.columns] if selected.columns is not None else []
    given: dict[str, Any] = {"fields": names} if names else {}
    given |= {"sort": ", ".join(selected.order), "distinct": selected.is_distinct, "offset": selected.offset}
    asked = asked_of(Arguments({**given, "include_total": False}), view, _limit(selected) + 1)
    asked = replace(asked, query=_with(asked.query, where))
    permit = view.decided(asked.used())
    page = read_slice(ask.unit, asked.query, permit, view.resource.table, asked.wanted)
    limit = _limit(selected)
    rows = numbered(page.rows[:limit], page.numbers[:limit], len(asked.items), with_id=asked.with_id)
    shown = names_of(asked.items, with_id=asked.with_id)
    fields = [*([{"id": ROW_ID, "type": "int4"}] if asked.with_id else []), *view.fields(asked.items)]
    renamed = dict(zip(shown, _renamed(shown, selected, view), strict=True))
    answer: dict[str, Any] = {
        "sql": sql,
        "records": records(rows, [renamed[name] for name in shown], "objects"),
        "fields": [{**one, "id": renamed[one["id"]]} for one in fields],
    }
    if len(page.rows) > limit and limit == MAX_LIMIT and (selected.limit is None or selected.limit > MAX_LIMIT):
        answer["records_truncated"] = True
    return answer | view.left_out()


def _limit(selected: Selected) -> int:
    return MAX_LIMIT if selected.limit is None else min(selected.limit, MAX_LIMIT)


def _renamed(shown: list[str], selected: Selected, view: View) -> list[str]:
    """Return the names of an answer, by AS where it was written."""
    wanted = {}
    for name, other in selected.columns or ():
        known = ROW_ID if name == ROW_ID else names_of([view.item(name, "sql")], with_id=False)[0]
        wanted[known] = other
    return [wanted.get(name, name) for name in shown]


def _with(query: Query, where: Where | None) -> Query:
    try:
        return replace(query, where=where)
    except QueryError as error:
        raise wrong("sql", error.zh, error.en) from error


def _count(ask: CkanAsk, view: View, selected: Selected, where: Where | None) -> dict[str, Any]:
    query = _with(Query(view.resource.id, items=(view.items[0].column,), page=Page(1)), where)
    from hub.rows.query import columns_used

    queried, matched = columns_used(query)
    page = read_slice(ask.unit, query, view.decided((queried | matched) - {ROW}), view.resource.table, Slice(0))
    name = selected.count_name
    answer: dict[str, Any] = {"records": [{name: page.total.rows}], "fields": [{"id": name, "type": "int8"}]}
    return answer | ({"total_was_estimated": True} if page.total.is_estimate else {})


def _where(condition: Condition, view: View) -> Where:
    word = condition[0]
    if word in {"and", "or"}:
        parts = tuple(_where(cast("Condition", part), view) for part in condition[1:])
        return And(parts) if word == "and" else Or(parts)
    if word == "not":
        return Not(_where(cast("Condition", condition[1]), view))
    name = str(condition[1])
    item = None if name == ROW_ID else view.item(name, "sql")
    column = ROW if item is None else item.column
    if word == "null":
        return Comparison(column, Op.IS_NULL, True, "sql")  # noqa: FBT003 - the operand
    values = cast("list[object]", condition[2]) if word == "in" else [condition[2]]
    typed = []
    for value in values:
        one = str(value) if item is not None and is_text(item) and isinstance(value, float) else value
        try:
            if item is not None:
                operand(item, one, name)
            elif not isinstance(one, int):
                raise wrong("sql", "_id 应为整数", "_id is a whole number")
        except QueryError as error:
            raise wrong("sql", error.zh, error.en) from error
        typed.append(one)
    if word == "in":
        return Comparison(column, Op.IN, tuple(typed), "sql")
    return Comparison(column, _OPS[str(word)], typed[0], "sql")
