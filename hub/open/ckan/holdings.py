"""Actions that read resources: each way of having the data of an entry is a resource of its dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from catalogue.finding import Filters
from catalogue.published import published
from catalogue.store import names_between
from hub.open.ckan import ids, shapes
from hub.open.ckan.actions import action
from hub.open.ckan.errors import CkanNotFoundError, CkanSearchQueryError, CkanValidationError
from hub.open.ckan.formats import format_name
from hub.open.ckan.reading import PAGE, counts, every_hit
from hub.open.ckan.store import entries_of_resource

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Iterator

    from catalogue.finding import Hit
    from catalogue.published import Published
    from hub.open.ckan.asks import CkanAsk

FAMILY: Final = "resources"
RESOURCE: Final = "资源 resource"
SEARCHED: Final = ("name", "description", "format", "url")
ORDERS: Final = frozenset({"id", *SEARCHED})


def dataset_of(ask: CkanAsk, identifier: uuid.UUID) -> tuple[Published, dict[str, Any]]:
    """Return the dataset a resource belongs to, and the resource.

    Raises:
        CkanNotFoundError: there is none, or the caller may not know of it.
    """
    own = [found for found, _ in names_between(ask.unit, *ids.entry_range(identifier))]
    candidates = [*own, *entries_of_resource(ask.unit, identifier)]
    for one in published(ask.unit, ask.viewer, candidates).values():
        for resource in shapes.resources(ask.site, one):
            if resource["id"] == str(identifier):
                return one, resource
    raise CkanNotFoundError(RESOURCE)


def named_resource(ask: CkanAsk, argument: str = "id") -> tuple[Published, dict[str, Any]]:
    """Return the dataset and the resource an argument names by the resource's id (raises as :func:`dataset_of`)."""
    identifier = ids.as_uuid(ask.arguments.needed(argument))
    if identifier is None:
        raise CkanNotFoundError(RESOURCE)
    return dataset_of(ask, identifier)


@action("resource_show", reads=True, family=FAMILY)
def resource_show(ask: CkanAsk) -> dict[str, Any]:
    """Return one resource by its id."""
    return named_resource(ask)[1]


@action(
    "resource_view_list",
    reads=True,
    family=FAMILY,
    differs="Always empty: the page of a dataset shows its preview, views are not stored.",
)
def resource_view_list(ask: CkanAsk) -> list[Any]:
    """Return the stored views of a resource: there are none."""
    named_resource(ask)
    return []


@action("resource_view_show", reads=True, family=FAMILY, differs="Never found: no views are stored.")
def resource_view_show(ask: CkanAsk) -> dict[str, Any]:
    """Return a stored view: there is none."""
    ask.arguments.needed("id")
    raise CkanNotFoundError("视图 view")


@action(
    "resource_search",
    reads=True,
    family=FAMILY,
    differs=f"For a directory of at most {PAGE:,} datasets; in a larger one it says so and names `package_search`.",
)
def resource_search(ask: CkanAsk) -> dict[str, Any]:
    """Return resources whose name, description, format or url holds a text (``query``: ``field:text``, or a list)."""
    terms = _terms(ask.arguments.texts("query"))
    order = ask.arguments.text("order_by")
    if order and order not in ORDERS:
        raise CkanValidationError({"order_by": [f"只能是 {'、'.join(sorted(ORDERS))} / must be one of these"]})
    offset = ask.arguments.integer("offset", 0)
    limit = ask.arguments.integer("limit", PAGE, least=0, most=PAGE)
    wanted = [hit.entry_id for hit in _at_most(every_hit(ask, Filters()))]
    found = [
        resource
        for one in published(ask.unit, ask.viewer, wanted).values()
        for resource in shapes.resources(ask.site, one)
        if all(term.casefold() in str(resource[field] or "").casefold() for field, term in terms)
    ]
    found.sort(key=lambda one: (str(one[order]) if order else "", one["id"]))
    return {"count": len(found), "results": found[offset : offset + limit]}


def _terms(queries: Iterable[str]) -> list[tuple[str, str]]:
    terms = []
    for query in queries:
        field, colon, text = query.partition(":")
        if not colon or field not in SEARCHED or not text.strip():
            raise CkanSearchQueryError(
                query[:60],
                f"应写作 检索项:词，检索项为 {'、'.join(SEARCHED)}",
                f"write field:text with one of {', '.join(SEARCHED)}",
            )
        terms.append((field, text.strip()))
    if not terms:
        raise CkanValidationError({"query": ["缺少值 / Missing value"]})
    return terms


def _at_most(hits: Iterable[Hit]) -> Iterator[Hit]:
    for number, hit in enumerate(hits):
        if number >= PAGE:
            raise CkanSearchQueryError(
                "query",
                f"目录超过 {PAGE} 个数据集，不能逐个查看资源；请用 package_search 加条件检索",
                f"the directory has more than {PAGE} datasets, too many to look through: use package_search",
            )
        yield hit


@action("format_autocomplete", reads=True, family=FAMILY)
def format_autocomplete(ask: CkanAsk) -> list[str]:
    """Return formats of datasets that fit what was begun (``q``), in small letters, the most used first."""
    begun = ask.arguments.needed("q").casefold()
    limit = ask.arguments.integer("limit", 5, least=1, most=100)
    names: dict[str, int] = {}
    for code, count in counts(ask, "format").items():
        name = format_name(code).lower()
        names[name] = names.get(name, 0) + count
    fitting = sorted((name for name in names if begun in name), key=lambda name: (-names[name], name))
    return fitting[:limit]
