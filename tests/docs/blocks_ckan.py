"""Generated tables about the CKAN dialect: its actions, the fields of its search, its facets, its extras."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.open.ckan import served
from hub.open.ckan.actions import absent_actions
from hub.open.ckan.actions import served as served_actions
from hub.open.ckan.conditions import ALWAYS, FIELDS, SPANS
from hub.open.ckan.facets import FACET_FIELDS
from hub.open.ckan.searching import ORDERS, RANKING
from tests.docs.markdown import code, table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def actions() -> str:
    """Return every action that is served, by family: how it may be called, and where it differs from CKAN's."""
    assert served.FAMILIES
    ordered = sorted(served_actions(), key=lambda one: (one.family, one.name))
    rows = (
        (one.family, code(one.name), "GET, POST" if one.is_read else "POST", one.differs or "as CKAN has it")
        for one in ordered
    )
    return table(("family", "action", "by", "where it differs, and why"), rows)


def absent() -> str:
    """Return the actions of CKAN that are not served, by reason."""
    reasons: dict[str, list[str]] = {}
    for name, why in absent_actions().items():
        reasons.setdefault(why, []).append(name)
    rows = sorted((", ".join(code(name) for name in names), why) for why, names in reasons.items())
    return table(("not served", "why"), rows)


def search_names() -> str:
    """Return what can be written in ``fq``, ``sort`` and ``facet.field``, and what is refused."""
    rows = (
        ("`field:value` in `q`, `fq`, `fq_list`", ", ".join(code(name) for name in sorted((*FIELDS, *ALWAYS)))),
        ("`field:[a TO b]`", ", ".join(code(name) for name in sorted(SPANS))),
        ("`sort`", ", ".join(code(name) for name in sorted(ORDERS))),
        ("`facet.field`", ", ".join(code(name) for name in sorted(FACET_FIELDS))),
        ("refused, as the ranking is the hub's own", ", ".join(code(name) for name in sorted(RANKING))),
    )
    return table(("where", "names"), rows)


BLOCKS: Mapping[str, Callable[[], str]] = {"ckan-actions": actions, "ckan-absent": absent, "ckan-search": search_names}
