"""The query: the only way to read rows. Plain frozen values, written by every dialect, compiled by one compiler.

``Query(resource, items, where, order, page, as_of, count)``; ``where`` is a tree of comparisons under
and, or, not. Building a query checks its complexity budget, so that what exists is affordable to compile
(threat 27). Pure: no I/O, no SQL, no HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from hub.rows.errors import QueryTooComplexError

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator
    from datetime import datetime

MAX_NODES = 64
MAX_DEPTH = 8
MAX_IN = 1_000
MAX_PATTERN = 64
MAX_ORDER = 4
MAX_LIMIT = 32_000
DEFAULT_LIMIT = 100


class Op(StrEnum):
    """Comparison of one item with a value. ``like`` comes as prefix and contains: no pattern language to abuse."""

    EQ = "eq"
    NE = "ne"
    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"
    IN = "in"
    PREFIX = "prefix"
    CONTAINS = "contains"
    IS_NULL = "is_null"
    BBOX = "bbox"


@dataclass(frozen=True, slots=True)
class Comparison:
    """``item op value``; ``value`` as written (text, number, bool, tuple for IN), typed by the compiler.

    ``position`` says where it stood in what was asked, for messages.
    """

    item: str
    op: Op
    value: object
    position: str = ""


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold."""

    parts: tuple[Where, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One part holds."""

    parts: tuple[Where, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold; unknown (a missing value) counts as not holding, so it does not match either."""

    part: Where


Where = Comparison | And | Or | Not


@dataclass(frozen=True, slots=True)
class Order:
    """One item to sort by. Missing values stand last ascending, first descending."""

    item: str
    descending: bool = False
    position: str = "order"


@dataclass(frozen=True, slots=True)
class Page:
    """How many rows, and after which one (the ``next`` of the page before)."""

    limit: int = DEFAULT_LIMIT
    cursor: str | None = None


class Count(StrEnum):
    """Whether the total is wanted: not at all, exact where cheap and else estimated, exact at any price."""

    NONE = "none"
    AUTO = "auto"
    EXACT = "exact"


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of one resource; ``items`` None means every item the permit gives.

    ``as_of`` is a version number (the number of a push); None the current rows. ``moment`` (aware) stands for the
    version of that time; :mod:`hub.rows.moments` looks it up before the query is compiled.

    Raises:
        QueryTooComplexError: the condition, the order or the page exceed the budget.

    """

    resource: uuid.UUID
    items: tuple[str, ...] | None = None
    where: Where | None = None
    order: tuple[Order, ...] = ()
    page: Page = field(default_factory=Page)
    as_of: int | None = None
    count: Count = Count.AUTO
    moment: datetime | None = None

    def __post_init__(self) -> None:
        """Check the budget."""
        if self.where is not None:
            check_budget(self.where)
        if len(self.order) > MAX_ORDER:
            raise QueryTooComplexError("排序项数", "the number of items to sort by is", MAX_ORDER, "order")
        if not 1 <= self.page.limit <= MAX_LIMIT:
            raise QueryTooComplexError("每页行数（至少 1）", "rows a page (at least 1) is", MAX_LIMIT, "limit")


def check_budget(where: Where) -> None:
    """Raise :class:`QueryTooComplexError` for a tree with too many nodes, too deep, or too heavy a comparison."""
    nodes = 0
    pending: list[tuple[Where, int]] = [(where, 1)]
    while pending:
        node, depth = pending.pop()
        nodes += 1
        if nodes > MAX_NODES:
            raise QueryTooComplexError("条件个数", "the number of conditions is", MAX_NODES, "where")
        if depth > MAX_DEPTH:
            raise QueryTooComplexError("条件嵌套层数", "the nesting of conditions is", MAX_DEPTH, "where")
        match node:
            case Comparison():
                _check_comparison(node)
            case And(parts) | Or(parts):
                pending.extend((part, depth + 1) for part in parts)
            case Not(part):
                pending.append((part, depth + 1))


def _check_comparison(node: Comparison) -> None:
    if node.op is Op.IN and isinstance(node.value, tuple) and len(node.value) > MAX_IN:
        raise QueryTooComplexError("in 的取值个数", "the number of values of in is", MAX_IN, node.position)
    is_pattern = node.op in {Op.PREFIX, Op.CONTAINS}
    if is_pattern and isinstance(node.value, str) and not 1 <= len(node.value) <= MAX_PATTERN:
        raise QueryTooComplexError("匹配文本长度（至少 1）", "the text to match is", MAX_PATTERN, node.position)


def comparisons(where: Where | None) -> Iterator[tuple[Comparison, bool]]:
    """Yield each comparison, and whether it is an equality that must hold for every row of the answer.

    Only such an equality can be a match with one value; under or and not it would be a probe.
    """
    pending: list[tuple[Where, bool]] = [] if where is None else [(where, True)]
    while pending:
        node, required = pending.pop()
        match node:
            case Comparison():
                yield node, required and node.op is Op.EQ
            case And(parts):
                pending.extend((part, required) for part in reversed(parts))
            case Or(parts):
                pending.extend((part, False) for part in reversed(parts))
            case Not(part):
                pending.append((part, False))


def columns_used(query: Query) -> tuple[frozenset[str], frozenset[str]]:
    """Return (queried, matched): columns filtered or sorted by, and columns only compared by equality with one value.

    They go into the question to ``policies.decision.decide`` (``DecisionRequest.queried``, ``matched``).
    """
    queried = {order.item for order in query.order}
    matched: dict[str, int] = {}
    for node, is_match in comparisons(query.where):
        if is_match:
            matched[node.item] = matched.get(node.item, 0) + 1
        else:
            queried.add(node.item)
    # Two different equalities on one item at once tell something about the value too: no single match.
    queried |= {item for item, times in matched.items() if times > 1}
    return frozenset(queried), frozenset(matched) - queried
