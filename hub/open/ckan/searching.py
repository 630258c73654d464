"""``package_search``: CKAN's search over the directory's own, with its filters, facets and orders.

The text is searched as everywhere in the hub (Chinese words inside titles, synonyms, pinyin); ``q`` and ``fq`` are read
as :mod:`hub.open.ckan.solr` and :mod:`hub.open.ckan.conditions` say. What cannot be honoured is refused by name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from catalogue.classes import shipped_tree
from catalogue.finding import Ask, Filters, find
from hub.directory.tree.store import tree_in_force
from hub.open.ckan import solr
from hub.open.ckan.actions import action
from hub.open.ckan.conditions import Known, wanted
from hub.open.ckan.errors import CkanSearchQueryError, CkanValidationError
from hub.open.ckan.facets import FACET_FIELDS, facet_items, facet_values
from hub.open.ckan.keeping import PACKAGE_MEMBERS
from hub.open.ckan.reading import PAGE, members, of_the_reviewer, packages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalogue.classes import ClassTree
    from catalogue.finding import Found
    from hub.open.ckan.asks import Arguments, CkanAsk

FAMILY: Final = "datasets"
ACCEPTED: Final = frozenset(
    {"q", "fq", "fq_list", "sort", "rows", "start", "facet", "facet.field", "facet.limit", "facet.mincount", "fl"}
    | {"include_private", "include_drafts", "include_deleted", "use_default_schema", "defType", "wt"}
)
RANKING: Final = frozenset({"qf", "mm", "bf", "boost", "tie", "tie_breaker", "q.op", "bq", "pf"})
"""Arguments that would change how Solr ranks; the directory ranks in its own way and says so."""
PARSERS: Final = frozenset({"", "dismax", "edismax", "lucene"})
ORDERS: Final = {
    "score": "relevance",
    "relevance": "relevance",
    "name": "name",
    "title": "title",
    "title_string": "title",
    "metadata_modified": "modified",
    "metadata_created": "issued",
}
OPERATORS: Final = re.compile(r"(?:^|[\s(])(?:AND|OR|NOT|&&|\|\|)(?:[\s(]|$)|[A-Za-z_]\w*:\S|[(\[{\"]|(?:^|\s)[-+!]\S")
"""Signs that a text is written as a query: operators, a field, brackets, quotation marks, + and - before a word."""
DEFAULT_ROWS: Final = 10
DEEPEST: Final = 1_000_000


def _query(ask: CkanAsk) -> tuple[str, Filters]:
    """Return the words and the filters of ``q``, ``fq`` and ``fq_list``."""
    known = Known(members(ask), ask.hub.context.now(), lambda: tree_in_force(ask.unit))
    texts = [("fq", text) for text in ask.arguments.texts("fq")]
    texts += [("fq_list", text) for text in ask.arguments.texts("fq_list")]
    words, parts = [], []
    q = ask.arguments.text("q")
    if OPERATORS.search(q) or q.strip() in {"*:*", "*"} or "{!" in q:
        texts.append(("q", q))
    else:
        words.append(q)
    for where, text in texts:
        found = wanted(solr.parse(text, where), known, where)
        words.append(found.text)
        parts.append(found.filters)
    return " ".join(word for word in words if word.strip()), Filters(all_of=tuple(parts))


def _order(text: str) -> tuple[tuple[str, bool], ...]:
    """Return the order a client asks for; by relevance alone where it says so first.

    Raises:
        CkanSearchQueryError: a field that cannot be sorted by; it is named.
    """
    order = []
    for part in text.split(","):
        name, _, way = part.strip().partition(" ")
        way = way.strip().lower() or "asc"
        if not name:
            continue
        if name not in ORDERS or way not in {"asc", "desc"}:
            raise CkanSearchQueryError(
                f"sort={part.strip()}",
                f"不能按此排序；可用 {'、'.join(sorted(ORDERS))} 加 asc 或 desc",
                f"cannot be sorted by this; there are {', '.join(sorted(ORDERS))}, each asc or desc",
            )
        order.append((ORDERS[name], way == "desc"))
    if order and order[0][0] == "relevance":
        return ()
    return tuple(one for one in order if one[0] != "relevance")


def _check(arguments: Arguments) -> None:
    """Refuse what CKAN does not know and what this search cannot honour, by name."""
    for name in sorted(arguments):
        if name in RANKING and arguments.has(name):
            raise CkanSearchQueryError(
                name, "排序由本平台的检索决定，不能改动", "the ranking is the directory's own and cannot be changed"
            )
        if name not in ACCEPTED and name not in RANKING and not name.startswith("ext_") and name != "extras":
            raise CkanSearchQueryError(name[:60], "没有这个参数", "there is no such argument")
    if arguments.text("defType") not in PARSERS or arguments.text("wt", "json") != "json":
        raise CkanSearchQueryError("defType, wt", "只支持默认写法", "only the usual forms are supported")


def _numbers(arguments: Arguments) -> tuple[int, int]:
    """Return ``start`` and ``rows``; more rows than an answer may hold are refused, not cut."""
    try:
        return arguments.integer("start", 0, most=DEEPEST), arguments.integer("rows", DEFAULT_ROWS, most=PAGE)
    except CkanValidationError as error:
        name = next(iter(error.faults))
        most = DEEPEST if name == "start" else PAGE
        raise CkanSearchQueryError(name, f"应为 0 至 {most} 的整数", f"must be an integer from 0 to {most}") from error


def _facets(arguments: Arguments) -> tuple[str, ...]:
    """Return the facets a client asks for, by CKAN's names."""
    if not arguments.boolean("facet", default=True):
        return ()
    wanted_fields = arguments.texts("facet.field")
    for name in wanted_fields:
        if name not in FACET_FIELDS:
            raise CkanSearchQueryError(
                f"facet.field={name[:60]}",
                f"没有此分面；可用 {'、'.join(sorted(FACET_FIELDS))}",
                f"there is no such facet; there are {', '.join(sorted(FACET_FIELDS))}",
            )
    return tuple(dict.fromkeys(wanted_fields))


@action(
    "package_search",
    reads=True,
    family=FAMILY,
    differs="The search is the directory's own: Chinese words inside titles, synonyms, pinyin; ranking arguments "
    "(`qf`, `mm`, `bf`, `boost`, `tie`), wildcards inside values and free words under OR or NOT are refused by name. "
    "More than 1,000 `rows` are refused, not cut. `include_private` as with `package_list`.",
)
def package_search(ask: CkanAsk) -> dict[str, Any]:
    """Search datasets: ``q``, ``fq``, ``fq_list``, ``sort``, ``rows``, ``start``, ``facet.field``, ``fl``."""
    arguments = ask.arguments
    _check(arguments)
    start, rows = _numbers(arguments)
    fields = _facets(arguments)
    text, filters = _query(ask)
    sort = arguments.text("sort")
    asked = Ask(
        text,
        filters,
        _order(sort),
        rows,
        start,
        tuple(dict.fromkeys(FACET_FIELDS[one] for one in fields)),
        suggest=False,
    )
    reader = of_the_reviewer(ask) if arguments.boolean("include_private") else ask
    found = find(reader.unit, reader.viewer, asked)
    classes = tree_in_force(ask.unit) if found.hits or "groups" in fields else shipped_tree()
    results = packages(reader, [hit.entry_id for hit in found.hits], classes)
    return {
        "count": found.total,
        "results": _chosen(results, arguments.texts("fl", by_comma=True)),
        "sort": sort or ("score desc, metadata_modified desc" if text else "metadata_modified desc"),
        **_counted(ask, found, fields, classes),
    }


def _counting(arguments: Arguments) -> tuple[int, int]:
    """Return how many values of a facet are shown (-1: all), and the least count of one."""
    try:
        return arguments.integer("facet.limit", 50, least=-1), arguments.integer("facet.mincount", 1, least=1)
    except CkanValidationError as error:
        name = next(iter(error.faults))
        least = "-1" if name == "facet.limit" else "1"
        raise CkanSearchQueryError(
            name, f"应为不小于 {least} 的整数", f"must be an integer, {least} at least"
        ) from error


def _counted(ask: CkanAsk, found: Found, fields: Sequence[str], classes: ClassTree) -> dict[str, Any]:
    """Return the counts in both of CKAN's shapes; the values the clients filter by, not the directory's codes."""
    limit, least = _counting(ask.arguments)
    facets: dict[str, dict[str, int]] = {}
    shown: dict[str, Any] = {}
    for name in fields:
        counted = facet_values(ask, name, found.facets.get(FACET_FIELDS[name], ()), classes)
        kept = [one for one in counted if one.count >= least]
        kept = kept if limit < 0 else kept[:limit]
        facets[name] = {one.name: one.count for one in kept}
        shown[name] = {"title": name, "items": facet_items(kept)}
    return {"facets": facets, "search_facets": shown}


def _chosen(results: list[dict[str, Any]], names: Sequence[str]) -> list[dict[str, Any]]:
    """Return datasets with the members ``fl`` names alone; all of them without it, or with ``*``.

    Raises:
        CkanSearchQueryError: a dataset has no such member.
    """
    if not names or "*" in names:
        return results
    for name in names:
        if name not in PACKAGE_MEMBERS and not name.startswith("extras_"):
            raise CkanSearchQueryError(f"fl={name[:60]}", "数据集没有这一项", "a dataset has no such member")
    chosen = []
    for one in results:
        extras = {f"extras_{extra['key']}": extra["value"] for extra in one["extras"]}
        chosen.append({name: one[name] if name in one else extras.get(name) for name in names})
    return chosen
