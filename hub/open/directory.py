"""What a search of the directory tells people: facets in words, and how an item is shared and asked for.

Zhengzhou Art. 18; 政务数据共享条例 Art. 13 (sharing is stated item by item). The days to answer come from
the regulation pack of its jurisdiction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from catalogue.classes import shipped_tree
from catalogue.code_lists import load_code_list
from catalogue.published import published
from hub.directory.tree.store import tree_in_force
from hub.exchange.requests import due_key
from hub.identity import store as identity_store
from hub.identity.names_store import names_by_text
from policies.facts import ShareType
from policies.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from catalogue.classes import ClassTree
    from catalogue.entry import Entry
    from catalogue.finding import Facet, ItemHit, Viewer
    from catalogue.item import Item
    from hub.context import Context
    from hub.database import Unit

CLASSED: Final = frozenset({"class", "theme"})
"""Facets whose values are classes of the tree in force."""
LISTS: Final = {
    "cycle": "catalogue_update_cycle",
    "format": "catalogue_resource_format",
    "sensitivity": "sensitivity_class",
    "share_type": "catalogue_sharing_type",
    "open_type": "catalogue_open_type",
}
"""Code list of the values of each other facet that has one."""
FRESHNESS_WORDS: Final = {
    "fresh": Text("按周期更新", "up to date"),
    "due": Text("已到更新期", "due"),
    "overdue": Text("超期未更新", "overdue"),
    "no_data": Text("尚无数据", "no data"),
}
SHARING_WORDS: Final = {
    1: Text("无条件共享", "unconditional"),
    2: Text("有条件共享", "conditional"),
    3: Text("不予共享", "withheld"),
}


@dataclass(frozen=True, slots=True)
class Terms:
    """How one item is shared: the words of its condition, working days to the answer, ways to get it.

    ``days`` is None where nobody is asked: open items, items that are not shared. A way is a word and an address.
    """

    condition: str
    days: int | None
    ways: tuple[tuple[str, str], ...]


def value_words(unit: Unit, given: Mapping[str, Sequence[str]]) -> dict[str, dict[str, Text]]:
    """Return what values of facets are called in both languages; a value itself where nothing is known of it.

    Members are read once, the tree of classes once, and only where they are asked for.
    """
    classes = tree_in_force(unit) if any(given.get(facet) for facet in CLASSED) else shipped_tree()
    return {
        facet: _provider_words(unit, values)
        if facet == "provider"
        else {value: _value_word(classes, facet, value) for value in values}
        for facet, values in given.items()
    }


def _value_word(classes: ClassTree, facet: str, value: str) -> Text:
    if facet == "freshness":
        return FRESHNESS_WORDS[value]
    if facet in CLASSED:
        return Text(classes.name_of(value), classes.name_of(value, english=True))
    row = load_code_list(LISTS[facet]).rows.get(value) if facet in LISTS else None
    return Text(row.name_zh, row.name_en or row.name_zh) if row is not None else Text(value, value)


def _provider_words(unit: Unit, values: Sequence[str]) -> dict[str, Text]:
    """Return the names of members by id as text."""
    names = names_by_text(unit, values) if values else {}
    return {value: Text(names.get(value, ""), names.get(value, "")) for value in values}


def facet_words(unit: Unit, facets: Mapping[str, Sequence[Facet]]) -> dict[str, list[tuple[Facet, Text]]]:
    """Return every value that was counted with what it is called."""
    words = value_words(unit, {name: [one.value for one in values] for name, values in facets.items()})
    return {name: [(one, words[name][one.value]) for one in values] for name, values in facets.items()}


def terms_of(context: Context, unit: Unit, viewer: Viewer, hits: Sequence[ItemHit]) -> list[Terms]:
    """Return how each item is shared and asked for, in the order of the hits."""
    entries = published(unit, viewer, list(dict.fromkeys(hit.entry_id for hit in hits)))
    return [_terms(context, unit, hit, entries[hit.entry_id].entry) for hit in hits]


def _terms(context: Context, unit: Unit, hit: ItemHit, entry: Entry) -> Terms:
    if hit.is_open:
        return Terms(entry.opening.condition, None, (("download", f"/d/{hit.name}#download"),))
    if hit.share_type == ShareType.WITHHELD:
        return Terms(_condition(entry, hit.column), None, (("dispute", "/w/disputes"),))
    jurisdiction = identity_store.jurisdiction(unit, hit.jurisdiction)
    pack = context.pack(jurisdiction.pack if jurisdiction is not None else "national")
    days = pack.deadlines[due_key(ShareType(hit.share_type))].value
    ways = (("request", f"/w/precheck?entry={hit.name}&item={hit.column}"), ("read", f"/d/{hit.name}"))
    return Terms(_condition(entry, hit.column), days, ways)


def _condition(entry: Entry, column: str) -> str:
    """Return scope, purpose and article of an item's sharing, its own before the entry's."""
    item: Item | None = entry.item(column)
    sharing = entry.sharing
    scope = (item.share_scope if item is not None else None) or sharing.scope
    purpose = (item.share_purpose if item is not None else None) or sharing.purpose
    cited = (item.share_citation if item is not None else None) or "；".join(
        f"{one.rule} {one.article}" for one in sharing.citations
    )
    return "；".join(text for text in (scope, purpose, cited) if text)
