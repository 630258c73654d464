"""All families of actions together: importing this module registers them; here they are looked up and run.

Every module that registers actions is imported here, and nowhere else for that purpose.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from hub.open.ckan import (
    absences,
    actions,
    datasets,
    datastore,
    datastore_making,
    datastore_sql,
    datastore_writes,
    groups,
    holdings,
    member_writes,
    organizations,
    package_writes,
    people,
    resource_writes,
    searching,
    site,
    tags,
    tokens,
)
from hub.open.ckan.asks import Arguments, Json
from hub.open.ckan.errors import CkanRequestError
from hub.open.ckan.tokens import caller_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.open.ckan.actions import Action
    from hub.open.ckan.asks import CkanAsk

__all__ = ["FAMILIES", "caller_of", "complete", "find", "run"]

FAMILIES: Final = (
    *(absences, datasets, datastore, datastore_making, datastore_sql, datastore_writes, groups, holdings),
    *(member_writes, organizations, package_writes, people, resource_writes, searching, site, tags, tokens),
)
"""The modules whose import registers actions."""


def find(name: str) -> Action:
    """Return a served action.

    Raises:
        CkanRequestError: there is none of this name; where CKAN has one, the reason is told.
    """
    found = actions.find_action(name)
    if found is not None:
        return found
    # A name has no figures but those of a version: what was put in its place by mistake does not come back.
    shown = "".join(one for one in name[:60] if one.isascii() and (one.isalpha() or one in "_-"))
    why = actions.absent_actions().get(name)
    text = f"Action name not known: {shown}"
    if why is None:
        raise CkanRequestError(text, f"没有名为 {shown} 的动作")
    raise CkanRequestError(f"{text}. It is not served here: {why}", f"没有名为 {shown} 的动作")


def run(found: Action, ask: CkanAsk) -> Json:
    """Run an action in a transaction of its own, committed when it returns; return its result."""
    if found.own_transactions:
        return found.handler(ask)
    with ask.hub.database.begin() as unit:
        return found.handler(replace(ask, open_unit=unit))


def _listed(result: list[Any]) -> dict[str, Any]:
    return {"ResultSet": {"Result": result}}


_COMPLETIONS: Final[dict[str, tuple[str, str, Callable[[list[Any]], Any]]]] = {
    "dataset/autocomplete": ("package_autocomplete", "q", _listed),
    "tag/autocomplete": ("tag_autocomplete", "query", lambda found: _listed([{"Name": one} for one in found])),
    "resource/format_autocomplete": (
        "format_autocomplete",
        "q",
        lambda found: _listed([{"Format": one} for one in found]),
    ),
    "organization/autocomplete": ("organization_autocomplete", "q", lambda found: found),
    "group/autocomplete": ("group_autocomplete", "q", lambda found: found),
}
"""The addresses CKAN's own forms ask, below ``/api/2/util/``: the action, its argument, the shape of the answer."""


def complete(ask: CkanAsk, what: str) -> Json:
    """Return what completes a text (argument ``q``), in the old shape; nothing for an empty one.

    Raises:
        CkanRequestError: there is no such completion.
    """
    known = _COMPLETIONS.get(what)
    if known is None:
        raise CkanRequestError("no such completion", "没有这种联想输入")
    name, argument, shape = known
    if not ask.arguments.text("q").strip():
        return shape([])
    given = {argument: ask.arguments.text("q"), "limit": ask.arguments.get("limit")}
    return shape(run(find(name), replace(ask, arguments=Arguments(given))))
