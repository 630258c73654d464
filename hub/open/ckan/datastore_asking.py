"""From the arguments of datastore_search to the one query every dialect asks: filters, words, order, fields.

``filters``: a value, a list (one of), ``{gt, gte, lt, lte, eq, ne, in}``, ``$and``, ``$or``, or a list of such objects
(any of them). ``q``: words that must all be found in some item as they are written, Chinese or not, in whole or in
part; or words by item. A name that is no item, or a value that is not of its item's type, is a fault of the argument.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hub.open.ckan.datastore_view import ROW, ROW_ID
from hub.open.ckan.errors import CkanValidationError
from hub.rows.errors import OperandError, QueryError
from hub.rows.offsets import Slice
from hub.rows.operands import is_text, operand
from hub.rows.query import MAX_LIMIT, And, Comparison, Not, Op, Or, Order, Page, Query, columns_used

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from catalogue.item import Item
    from hub.open.ckan.asks import Arguments
    from hub.open.ckan.datastore_view import View
    from hub.rows.query import Where

DEFAULT_LIMIT: Final = 100
_OPS: Final = {"gt": Op.GT, "gte": Op.GE, "lt": Op.LT, "lte": Op.LE, "eq": Op.EQ, "ne": Op.NE, "in": Op.IN}
_SORT: Final = re.compile(
    r'\s*(?:"(?P<quoted>(?:[^"]|"")+)"|(?P<plain>\S+))(?:\s+(?P<way>asc|desc))?(?:\s+nulls\s+(?P<nulls>first|last))?\s*',
    re.IGNORECASE,
)
_SORT_PART: Final = re.compile(r'(?:"(?:[^"]|"")*"|[^",])+')
_RANK: Final = "rank"
_DEEPEST: Final = 6
_FAR: Final = 2**53


@dataclass(frozen=True, slots=True)
class Asked:
    """A search that can be run: the query, which rows of its answer, which items in which order, whether by words."""

    query: Query
    wanted: Slice
    items: tuple[Item, ...]
    with_id: bool
    ranks: tuple[str, ...] = ()
    """Names of the rank fields that a search by words adds."""
    is_by_id: bool = True
    """The answer comes in the order of the row numbers, so that it can be followed by them."""

    def used(self) -> frozenset[str]:
        """Return the columns the query filters or sorts by."""
        queried, matched = columns_used(self.query)
        return (queried | matched) - {ROW}


def wrong(argument: str, zh: str, en: str) -> CkanValidationError:
    """Return the fault of an argument."""
    return CkanValidationError({argument: [f"{zh} / {en}"]})


def limit_of(arguments: Arguments, default: int = DEFAULT_LIMIT) -> int:
    """Return how many rows are asked for; CKAN gives at most 32,000 at once, and so it is said in the answer."""
    return min(arguments.integer("limit", default), MAX_LIMIT)


def asked_of(arguments: Arguments, view: View, limit: int | None) -> Asked:
    """Return the search of the arguments.

    Raises:
        CkanValidationError: an argument cannot be read or honoured; it is named.

    """
    is_distinct = arguments.boolean("distinct")
    items, with_id = _fields(arguments, view)
    q_where, ranks = _words(arguments, view)
    conditions = [part for part in (filters_of(arguments, view), q_where) if part is not None]
    orders, nulls, tail = _sort(arguments, view, ranks)
    try:
        query = Query(
            view.resource.id,
            items=tuple(item.column for item in items) or (view.items[0].column,),
            where=None if not conditions else conditions[0] if len(conditions) == 1 else And(tuple(conditions)),
            order=orders,
            page=Page(1),
        )
    except QueryError as error:
        raise wrong("q" if ranks else "filters", error.zh, error.en) from error
    wanted = Slice(
        limit,
        arguments.integer("offset", 0, most=_FAR),
        is_distinct=is_distinct,
        is_counted=arguments.boolean("include_total", default=True),
        nulls=nulls,
        tail=tail,
    )
    has_id = with_id and not is_distinct
    return Asked(query, wanted, items, has_id, ranks, not orders and tail != "DESC" and not is_distinct)


def _fields(arguments: Arguments, view: View) -> tuple[tuple[Item, ...], bool]:
    """Return the items asked for, and whether the row number is among them."""
    names = arguments.texts("fields", by_comma=True)
    if not names:
        return view.items, True
    found = tuple(dict.fromkeys(view.item(name, "fields") for name in names if name not in {ROW_ID, _RANK}))
    return found, ROW_ID in names


def filters_of(arguments: Arguments, view: View, argument: str = "filters") -> Where | None:
    """Return the condition of ``filters``; None where there is none."""
    given = arguments.json(argument)
    if given is None or given in ("", {}, []):
        return None
    return _condition(given, view, argument, 1)


def _condition(given: object, view: View, argument: str, depth: int) -> Where:
    if depth > _DEEPEST:
        raise wrong(argument, f"条件嵌套不超过 {_DEEPEST} 层", f"conditions are nested {_DEEPEST} deep at most")
    if isinstance(given, list):
        return _joined(Or, [_condition(part, view, argument, depth + 1) for part in given], argument)
    if not isinstance(given, dict):
        raise wrong(argument, "应为 JSON 对象", "must be a JSON object")
    parts: list[Where] = []
    for name, value in given.items():
        if name in {"$and", "$or"}:
            if not isinstance(value, list):
                raise wrong(argument, f"{name} 应为列表", f"{name} takes a list")
            inner = [_condition(part, view, argument, depth + 1) for part in value]
            parts.append(_joined(And if name == "$and" else Or, inner, argument))
        else:
            parts.extend(_comparisons(str(name), value, view, argument))
    return _joined(And, parts, argument)


def _joined(kind: type[And | Or], parts: Sequence[Where], argument: str) -> Where:
    if not parts:
        raise wrong(argument, "条件为空", "an empty condition")
    return parts[0] if len(parts) == 1 else kind(tuple(parts))


def _comparisons(name: str, value: object, view: View, argument: str) -> list[Where]:
    item = None if name == ROW_ID else view.item(name, argument)
    if isinstance(value, dict):
        if not value:
            raise wrong(argument, f"{name} 的条件为空", f"the condition on {name} is empty")
        unknown = sorted(str(word) for word in value if word not in _OPS)
        if unknown:
            words = ", ".join(_OPS)
            raise wrong(argument, f"{name} 的比较方式只有 {words}", f"{name} can be compared by {words}")
        return [_compared(item, name, _OPS[word], operand_, argument) for word, operand_ in value.items()]
    return [_compared(item, name, Op.IN if isinstance(value, list) else Op.EQ, value, argument)]


def _compared(item: Item | None, name: str, op: Op, value: object, argument: str) -> Where:
    column = ROW if item is None else item.column
    if value is None and item is not None and op in {Op.EQ, Op.NE}:
        return Comparison(column, Op.IS_NULL, op is Op.EQ, argument)
    if op is Op.IN:
        values = value if isinstance(value, list) else [value]
        typed = tuple(_typed(item, one, name, argument) for one in values if one is not None)
        parts: list[Where] = [Comparison(column, Op.IN, typed, argument)] if typed else []
        if len(typed) < len(values) and item is not None:
            parts.append(Comparison(column, Op.IS_NULL, True, argument))  # noqa: FBT003 - the operand
        return _joined(Or, parts, argument) if parts else Not(Comparison(ROW, Op.GE, 0, argument))
    return Comparison(column, op, _typed(item, value, name, argument), argument)


def _typed(item: Item | None, value: object, name: str, argument: str) -> object:
    """Return a value as its item takes it: numbers may be written as texts and, for texts, texts as numbers."""
    if item is None:
        try:
            return int(str(value))
        except ValueError:
            raise wrong(argument, f"{name} 的值应为整数", f"the value of {name} should be a whole number") from None
    if is_text(item) and isinstance(value, bool | float):
        value = str(value).lower() if isinstance(value, bool) else repr(value)
    if isinstance(value, list | dict) or value is None:
        raise wrong(argument, f"{name} 的值应为单个值", f"the value of {name} should be one value")
    try:
        operand(item, value, name)
    except OperandError as error:
        raise wrong(argument, error.zh, error.en) from error
    except QueryError as error:
        raise wrong(argument, error.zh, error.en) from error
    return value


def _words(arguments: Arguments, view: View) -> tuple[Where | None, tuple[str, ...]]:
    """Return the condition of a search by words, and the names of the rank fields it adds."""
    given = arguments.json("q")
    whole = arguments.text("full_text")
    is_plain = arguments.boolean("plain", default=True)
    parts: list[Where] = []
    ranks: list[str] = []
    if isinstance(given, dict):
        for name, text in given.items():
            item = view.item(str(name), "q")
            parts += [_found((item,), word) for word in _split(text, is_plain=is_plain)]
            ranks.append(f"{_RANK} {name}")
    elif given is not None and given != "":
        parts += [_found(view.items, word) for word in _split(given, is_plain=is_plain)]
        ranks.append(_RANK)
    if whole:
        parts += [_found(view.items, word) for word in _split(whole, is_plain=is_plain)]
        ranks = ranks or [_RANK]
    if not parts:
        return None, ()
    return _joined(And, parts, "q"), tuple(ranks)


def _split(text: object, *, is_plain: bool) -> list[str]:
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise wrong("q", "应为文本", "must be a text")
    words = str(text).split()
    if not is_plain:
        if any(mark in str(text) for mark in "|!()<'"):
            raise wrong(
                "q",
                "plain=false 时只支持以 & 相连的词和词尾的 :*",
                "with plain=false, words joined by & and :* at their end are served; not |, !, parentheses, phrases",
            )
        words = [word.removesuffix(":*") for part in words for word in part.split("&") if word]
    if len(words) > 8:  # noqa: PLR2004 - said in the message
        raise wrong("q", "检索词不超过 8 个", "at most 8 words")
    return words


def _found(items: Sequence[Item], word: str) -> Where:
    """Return the condition that one of the items holds a word: text in any part, other values as a whole."""
    parts: list[Where] = []
    for item in items:
        if is_text(item):
            parts.extend(Comparison(item.column, Op.CONTAINS, form, "q") for form in _forms(word))
        else:
            try:
                operand(item, word, "q")
            except QueryError:
                continue
            parts.append(Comparison(item.column, Op.EQ, word, "q"))
    if not parts:
        return Not(Comparison(ROW, Op.GE, 0, "q"))
    return parts[0] if len(parts) == 1 else Or(tuple(parts))


def _forms(word: str) -> list[str]:
    """Return a word in the cases a table is likely to hold it in; Chinese has none."""
    return list(dict.fromkeys((word, word.lower(), word.upper()))) if word.isascii() and len(word) > 1 else [word]


Sorted = tuple[tuple[Order, ...], tuple[str, ...], str | None]


def _sort(arguments: Arguments, view: View, ranks: Sequence[str]) -> Sorted:
    """Return the items to sort by, where missing values stand in each, and the direction of the row number."""
    orders: list[Order] = []
    nulls: list[str] = []
    given = arguments.json("sort")
    texts = [str(one) for one in given] if isinstance(given, list) else _SORT_PART.findall(str(given or ""))
    for text in texts:
        read = _SORT.fullmatch(text)
        if read is None:
            raise wrong("sort", "写作 信息项 asc|desc，以逗号分隔", "write: field asc|desc, parted by commas")
        name = read["plain"] if read["quoted"] is None else read["quoted"].replace('""', '"')
        is_descending = (read["way"] or "").lower() == "desc"
        if name in ranks or name == _RANK:
            continue  # every row found has the same rank
        if name == ROW_ID:
            return tuple(orders), tuple(nulls), "DESC" if is_descending else "ASC"
        orders.append(Order(view.item(name, "sort").column, is_descending, "sort"))
        nulls.append((read["nulls"] or "").upper())
    return tuple(orders), tuple(nulls), None


def echoed(arguments: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return arguments as CKAN repeats them in its answer."""
    return {name: arguments[name] for name in names if arguments.get(name) is not None}
