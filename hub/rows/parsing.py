"""From the HTTP form to a :class:`~hub.rows.query.Query`: parameters of a GET, or a JSON document.

Parameters: ``item=value`` (repeated: one of), ``item__ge=value`` with the words of :class:`Op`, ``item__in=a,b``,
``item__is_null=true``; beside them ``items``, ``order`` (``-item`` descending), ``limit``, ``cursor``, ``as_of``,
``count`` and ``where`` (a condition as JSON). An item that has one of these names is written with an operator,
``limit__eq=5``. JSON: the same names; a condition is ``{"item", "op", "value"}``, ``{"and": […]}``,
``{"or": […]}`` or ``{"not": …}``. Knows no tables: names are resolved, values typed by the compiler.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

import orjson

from hub.rows.errors import MomentError, QuerySyntaxError, QueryTooComplexError
from hub.rows.moments import parse_moment
from hub.rows.query import DEFAULT_LIMIT, MAX_DEPTH, MAX_NODES, And, Comparison, Count, Not, Op, Or, Order, Page, Query

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Sequence

    from hub.rows.query import Where

RESERVED = ("items", "where", "order", "limit", "cursor", "as_of", "count")
BBOX = "bbox"
"""Parameter that asks for the rows whose shape meets a box, whatever the item is called."""
MAX_JSON_BYTES = 65_536
_NAME = re.compile(r"[a-z][a-z0-9_]{0,58}")
_NUMBER = re.compile(r"[0-9]{1,18}")
_WHOLE = "不小于 0 的整数", "a whole number from 0"


def parse_parameters(
    resource: uuid.UUID,
    parameters: Iterable[tuple[str, str]],
    *,
    ignore: Sequence[str] = ("format",),
    shape: str | None = None,
) -> Query:
    """Return the query of a GET; ``ignore`` names parameters that belong to the route, ``shape`` the item of ``bbox``.

    Raises:
        QuerySyntaxError: a parameter is not understood. QueryTooComplexError: beyond the budget.

    """
    known: dict[str, str] = {}
    conditions: dict[tuple[str, Op], list[str]] = {}
    for name, value in parameters:
        if name in RESERVED:
            if name in known:
                raise QuerySyntaxError(f"参数 {name} 只能出现一次", f"{name} may be given once", position=name)
            known[name] = value
        elif name == BBOX and shape is not None:
            conditions.setdefault((shape, Op.BBOX), []).append(value)
        elif name not in ignore:
            item, _, word = name.partition("__")
            conditions.setdefault((_name(item, name), _op(word or "eq", name)), []).append(value)
    parts = [
        _simple(item, op, values, f"/parameters/{number}")
        for number, ((item, op), values) in enumerate(conditions.items(), 1)
    ]
    if "where" in known:
        parts.append(parse_where(_loads(known["where"].encode(), "where")))
    return Query(
        resource,
        items=_names(known["items"].split(","), "items") if "items" in known else None,
        where=_all(parts),
        order=tuple(_order(text, "order") for text in known.get("order", "").split(",") if text),
        page=Page(_whole(known.get("limit", str(DEFAULT_LIMIT)), "limit"), known.get("cursor")),
        count=_count(known.get("count", Count.AUTO)),
        **_version(known.get("as_of")),
    )


def parse_json(resource: uuid.UUID, body: bytes) -> Query:
    """Return the query of a JSON document.

    Raises:
        QuerySyntaxError: no JSON, or not of this shape. QueryTooComplexError: beyond the budget.

    """
    document = _loads(body, "")
    if not isinstance(document, dict):
        raise QuerySyntaxError("查询应为 JSON 对象", "a query is a JSON object", position="/")
    for name in document:
        if name not in RESERVED:
            raise QuerySyntaxError("查询中有未定义的成员", "the query has a member that does not exist", position="/")
    where, cursor = document.get("where"), document.get("cursor")
    if cursor is not None and not isinstance(cursor, str):
        raise QuerySyntaxError("cursor 应为文本", "cursor is a text", position="/cursor")
    return Query(
        resource,
        items=_names(_list(document["items"], "/items"), "/items") if document.get("items") is not None else None,
        where=parse_where(where, "/where") if where is not None else None,
        order=tuple(
            _order_json(each, f"/order/{i}") for i, each in enumerate(_list(document.get("order", []), "/order"))
        ),
        page=Page(_whole(document.get("limit", DEFAULT_LIMIT), "/limit"), cursor),
        count=_count(document.get("count", Count.AUTO)),
        **_version(document.get("as_of")),
    )


class _Version(TypedDict, total=False):
    as_of: int
    moment: datetime


def _version(given: object) -> _Version:
    """Return the version that is asked for, by its number or by a time."""
    if given is None:
        return {}
    if isinstance(given, bool) or not isinstance(given, int | str):
        raise MomentError
    found = parse_moment(str(given))
    return {"moment": found} if isinstance(found, datetime) else {"as_of": found}


def parse_where(document: object, position: str = "where", depth: int = 1) -> Where:
    """Return the condition of a JSON value; also the form in which a grant stores its row filter."""
    if depth > MAX_DEPTH:
        raise QueryTooComplexError("条件嵌套层数", "the nesting of conditions is", MAX_DEPTH, position)
    match document:
        case {"and": list(parts), **rest} if not rest:
            return And(_parts(parts, f"{position}/and", depth))
        case {"or": list(parts), **rest} if not rest:
            return Or(_parts(parts, f"{position}/or", depth))
        case {"not": part, **rest} if not rest:
            return Not(parse_where(part, f"{position}/not", depth + 1))
        case {"item": str(item), "op": str(word), "value": value, **rest} if not rest:
            return Comparison(_name(item, position), _op(word, position), _value(value, position), position)
    raise QuerySyntaxError(
        f"{position} 处的条件写法不正确",
        f"the condition at {position} is not of a known form",
        position=position,
        next_zh='写法为 {"item": 信息项, "op": 比较, "value": 值}，或以 and、or、not 组合',
        next_en='write {"item": …, "op": …, "value": …}, or combine with and, or, not',
    )


def _parts(parts: list[object], position: str, depth: int) -> tuple[Where, ...]:
    if not parts:
        raise QuerySyntaxError(f"{position} 处没有条件", f"no condition at {position}", position=position)
    if len(parts) > MAX_NODES:
        raise QueryTooComplexError("条件个数", "the number of conditions is", MAX_NODES, position)
    return tuple(parse_where(part, f"{position}/{i}", depth + 1) for i, part in enumerate(parts))


def _all(parts: Sequence[Where]) -> Where | None:
    if len(parts) > 1:
        return And(tuple(parts))
    return parts[0] if parts else None


def _simple(item: str, op: Op, values: Sequence[str], position: str) -> Where:
    # The position counts parameters and does not name them: an item the requester may not know is never echoed.
    name = f"{item}__{op.value}"
    if op is Op.IN:
        return Comparison(item, op, tuple(part for value in values for part in value.split(",")), position)
    if op is Op.EQ and len(values) > 1:
        return Comparison(item, Op.IN, tuple(values), position)
    if len(values) > 1:
        raise QuerySyntaxError(f"参数 {name} 只能出现一次", f"{name} may be given once", position=name)
    return Comparison(item, op, values[0], position)


def _loads(body: bytes, position: str) -> object:
    if len(body) > MAX_JSON_BYTES:
        raise QueryTooComplexError("查询文本字节数", "the size of the query in bytes is", MAX_JSON_BYTES, position)
    try:
        loaded: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise QuerySyntaxError(
            f"不是合法的 JSON（第 {error.lineno} 行第 {error.colno} 列）",
            f"not valid JSON (line {error.lineno}, column {error.colno})",
            position=position,
        ) from None
    return loaded


def _name(name: str, position: str) -> str:
    if _NAME.fullmatch(name) is None:
        # The name is not repeated: it may be anything, and what asks in this way reads logs too.
        where = position if _NAME.fullmatch(position) else "parameters"
        raise QuerySyntaxError("有不合规的信息项名称", "a name that no item can have", position=where)
    return name


def _names(names: Sequence[object], position: str) -> tuple[str, ...]:
    found = []
    for name in names:
        if not isinstance(name, str):
            raise QuerySyntaxError("信息项名称应为文本", "names of items are texts", position=position)
        found.append(_name(name, position))
    if not found:
        raise QuerySyntaxError("至少选择一个信息项", "choose at least one item", position=position)
    return tuple(dict.fromkeys(found))


def _op(word: str, position: str) -> Op:
    try:
        return Op(word)
    except ValueError:
        where = position if _NAME.fullmatch(position) or position.startswith("/") else "parameters"
        raise QuerySyntaxError(
            f"没有这种比较方式，可用：{'、'.join(Op)}", f"no such comparison; there are {', '.join(Op)}", position=where
        ) from None


def _value(value: object, position: str) -> object:
    if isinstance(value, list):
        return tuple(_value(each, position) for each in value)
    if value is None or isinstance(value, dict):
        raise QuerySyntaxError(
            f"{position} 处的值应为文本、数字、真假值或其列表",
            f"the value at {position} should be a text, a number, true, false or a list of them",
            position=position,
            next_zh="查缺失值请用 is_null",
            next_en="use is_null for missing values",
        )
    return value


def _list(value: object, position: str) -> list[object]:
    if not isinstance(value, list):
        raise QuerySyntaxError(f"{position} 应为列表", f"{position} is a list", position=position)
    return value


def _order(text: str, position: str) -> Order:
    return Order(_name(text.removeprefix("-"), position), text.startswith("-"), position)


def _order_json(value: object, position: str) -> Order:
    match value:
        case str(text):
            return _order(text, position)
        case {"item": str(item), **rest} if rest.keys() <= {"desc"} and isinstance(rest.get("desc", False), bool):
            return Order(_name(item, position), rest.get("desc", False) is True, position)
    raise QuerySyntaxError(
        f"{position} 处的排序写法不正确", f"the order at {position} is not of a known form", position=position
    )


def _whole(value: object, position: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return int(value)
    raise QuerySyntaxError(f"{position} 应为{_WHOLE[0]}", f"{position} is {_WHOLE[1]}", position=position)


def _count(value: object) -> Count:
    try:
        return Count(str(value))
    except ValueError:
        raise QuerySyntaxError(
            f"count 可取 {'、'.join(Count)}", f"count is one of {', '.join(Count)}", position="count"
        ) from None
