"""Actions that read datasets: an entry that is published is a dataset (Zhengzhou Art. 18, 20 §2)."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from catalogue.finding import Ask, Filters, find
from catalogue.store import names_like
from hub.open.ckan.actions import action
from hub.open.ckan.errors import CkanNotAuthorizedError, CkanValidationError
from hub.open.ckan.reading import PAGE, every_hit, of_the_reviewer, package, packages, visible

if TYPE_CHECKING:
    from hub.open.ckan.asks import CkanAsk

FAMILY: Final = "datasets"
COMPLETIONS: Final = 10
BEGUN: Final = 200
"""How many names that begin so are looked at."""


@action(
    "package_list",
    reads=True,
    family=FAMILY,
    differs="All names, however many. `include_private` adds what is closed to society for an import token on the "
    "exchange entry point; for others it, `include_drafts` and `include_deleted` are accepted and add nothing.",
)
def package_list(ask: CkanAsk) -> list[str]:
    """Return the names of all datasets, in order; ``limit`` and ``offset`` give a part of them."""
    limit = ask.arguments.integer("limit", 0)
    offset = ask.arguments.integer("offset", 0)
    has_limit = ask.arguments.has("limit")
    reader = of_the_reviewer(ask) if ask.arguments.boolean("include_private") else ask
    names = (hit.name for hit in every_hit(reader, Filters()))
    return list(islice(names, offset, offset + limit if has_limit else None))


@action(
    "package_show",
    reads=True,
    family=FAMILY,
    differs="`id` may also be a resource code. A dataset the caller may not know of answers like one that is absent; "
    "an import token is shown what is closed to society, with `private` true, on the exchange entry point.",
)
def package_show(ask: CkanAsk) -> dict[str, Any]:
    """Return one dataset by its id or name (``id``), with its resources, tags, groups and organization."""
    key = ask.arguments.text("name_or_id") if not ask.arguments.has("id") else ask.arguments.needed("id")
    if not key:
        key = ask.arguments.needed("id")
    reader = of_the_reviewer(ask)
    return package(reader, visible(reader, key))


@action(
    "current_package_list_with_resources",
    reads=True,
    family=FAMILY,
    differs=f"Newest first. Without `limit` it answers only up to {PAGE:,} datasets; more are asked for in parts.",
)
def current_package_list(ask: CkanAsk) -> list[dict[str, Any]]:
    """Return whole datasets, the newest first; ``limit`` and ``offset`` give a part of them."""
    limit = ask.arguments.integer("limit", PAGE, least=1, most=PAGE)
    offset = ask.arguments.integer("offset", 0, most=1_000_000)
    found = find(ask.unit, ask.viewer, Ask("", Filters(), (("modified", True),), limit, offset))
    if found.total > PAGE and not ask.arguments.has("limit"):
        zh = f"共 {found.total} 个数据集，请用 limit（不超过 {PAGE}）和 offset 分次读取"
        raise CkanValidationError(
            {"limit": [f"{zh} / there are {found.total} datasets: ask for parts of at most {PAGE}"]}
        )
    return packages(ask, [hit.entry_id for hit in found.hits])


@action(
    "package_autocomplete",
    reads=True,
    family=FAMILY,
    differs="Chinese words inside titles, pinyin and initials are completed too.",
)
def package_autocomplete(ask: CkanAsk) -> list[dict[str, str]]:
    """Return names and titles of datasets that fit what was begun (``q``)."""
    text = ask.arguments.needed("q")
    limit = ask.arguments.integer("limit", COMPLETIONS, least=1, most=100)
    hits = find(ask.unit, ask.viewer, Ask(text, Filters(), (), limit, 0)).hits
    begun = sorted(names_like(ask.unit, text.lower()))[:BEGUN] if len(hits) < limit else []
    if begun:
        by_name = find(ask.unit, ask.viewer, Ask("", Filters(names=tuple(begun)), (("name", False),), limit, 0)).hits
        hits = tuple({hit.entry_id: hit for hit in (*hits, *by_name)}.values())[:limit]
    completed = []
    for hit in hits:
        is_name = text.lower() in hit.name
        shown = hit.name if is_name else hit.title
        completed.append(
            {
                "name": hit.name,
                "title": hit.title,
                "match_field": "name" if is_name else "title",
                "match_displayed": shown if is_name else f"{hit.title} ({hit.name})",
            }
        )
    return completed


@action(
    "package_collaborator_list",
    reads=True,
    family=FAMILY,
    differs="Always empty: a dataset is its department's alone, nobody works on it for another.",
)
def collaborators(ask: CkanAsk) -> list[Any]:
    """Return the people who work on a dataset from outside its organization: there are none."""
    if ask.caller is None:
        raise CkanNotAuthorizedError(
            "此项需要令牌",
            "this needs a token",
            next_zh="请带上 CKAN 令牌",
            next_en="send a CKAN token",
        )
    visible(ask, ask.arguments.needed("id"))
    return []
