"""Actions that read tags: each keyword of an entry is one, of any length and script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from catalogue.finding import Filters
from hub.open.ckan import ids, shapes
from hub.open.ckan.actions import action
from hub.open.ckan.errors import CkanNotFoundError
from hub.open.ckan.organizations import its_packages, part_of
from hub.open.ckan.reading import counts

if TYPE_CHECKING:
    from hub.open.ckan.asks import CkanAsk

FAMILY: Final = "tags"
KEYWORD: Final = "keyword"
TAG: Final = "标签 tag"


def _fitting(ask: CkanAsk, argument: str) -> list[str]:
    """Return the tags of visible datasets that hold any of the texts of an argument, in order; all without one."""
    if ask.arguments.text("vocabulary_id"):
        raise CkanNotFoundError("词表 vocabulary")
    begun = [text.casefold() for text in ask.arguments.texts(argument) if text]
    return sorted(word for word in counts(ask, KEYWORD) if not begun or any(one in word.casefold() for one in begun))


@action("tag_list", reads=True, family=FAMILY, differs="One-character tags are tags like any other.")
def tag_list(ask: CkanAsk) -> list[Any]:
    """Return the names of all tags, those that hold ``query``, or the tags (``all_fields``)."""
    words = _fitting(ask, "query")
    return [shapes.tag(word) for word in words] if ask.arguments.boolean("all_fields") else list(words)


@action("tag_show", reads=True, family=FAMILY)
def tag_show(ask: CkanAsk) -> dict[str, Any]:
    """Return one tag by its id or name; with its datasets on ``include_datasets``."""
    if ask.arguments.text("vocabulary_id"):
        raise CkanNotFoundError("词表 vocabulary")
    key = ask.arguments.needed("id")
    known = counts(ask, KEYWORD)
    identifier = ids.as_uuid(key)
    word = key if identifier is None else next((one for one in known if ids.tag_id(one) == identifier), key)
    if word not in known:
        raise CkanNotFoundError(TAG)
    whole = shapes.tag(word)
    if ask.arguments.boolean("include_datasets"):
        whole["packages"] = its_packages(ask, Filters(keywords=(word,)), known[word])
    return whole


@action("tag_search", reads=True, family=FAMILY)
def tag_search(ask: CkanAsk) -> dict[str, Any]:
    """Return tags that hold a text (``query``), and how many there are."""
    words = _fitting(ask, "query" if ask.arguments.has("query") else "q")
    return {"count": len(words), "results": [shapes.tag(word) for word in part_of(ask.arguments, words)]}


@action("tag_autocomplete", reads=True, family=FAMILY)
def tag_autocomplete(ask: CkanAsk) -> list[str]:
    """Return the names of tags that hold what was begun (``query`` or ``q``)."""
    words = _fitting(ask, "query" if ask.arguments.has("query") else "q")
    return words[: ask.arguments.integer("limit", 10, least=1, most=1000)]


@action(
    "vocabulary_list", reads=True, family=FAMILY, differs="Always empty: keywords are free, code lists are the entry's."
)
def vocabulary_list(ask: CkanAsk) -> list[Any]:
    """Return the vocabularies of tags: there are none."""
    del ask
    return []


@action("vocabulary_show", reads=True, family=FAMILY, differs="Never found: there are no vocabularies.")
def vocabulary_show(ask: CkanAsk) -> dict[str, Any]:
    """Return one vocabulary: there is none."""
    ask.arguments.needed("id")
    raise CkanNotFoundError("词表 vocabulary")
