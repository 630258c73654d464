"""The register of actions: what is served, by which function, how it differs from CKAN, and what is absent and why.

An action is a function ``(ask: CkanAsk) -> JSON value`` registered with :func:`action`; whoever owns a family of
actions imports this module and registers them, and :mod:`hub.open.ckan.served` imports all families. The table of
``docs/reference/ckan.md`` is written from this register.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.open.ckan.asks import CkanAsk

    Handler = Callable[[CkanAsk], Any]


@dataclass(frozen=True, slots=True)
class Action:
    """One action that is served.

    ``is_read``: it changes nothing, so GET may call it. ``own_transactions``: it begins its transactions by itself.
    ``differs`` says in English where it differs from CKAN's and why; empty where it does not.
    """

    name: str
    handler: Handler
    is_read: bool
    own_transactions: bool
    family: str
    differs: str

    @property
    def help(self) -> str:
        """What the action does: the docstring of its function."""
        return (self.handler.__doc__ or "").strip()


_SERVED: dict[str, Action] = {}
_ABSENT: dict[str, str] = {}


def action(
    name: str, *, reads: bool = False, family: str = "", differs: str = "", own_transactions: bool = False
) -> Callable[[Handler], Handler]:
    """Register the decorated function as the action ``name``."""

    def register(handler: Handler) -> Handler:
        if name in _SERVED or name in _ABSENT:
            raise ValueError(f"the action {name} is registered twice")
        _SERVED[name] = Action(name, handler, reads, own_transactions, family, differs)
        return handler

    return register


def absent(why: str, *names: str) -> None:
    """Note actions of CKAN that are not served, and why: they are answered like names nobody knows, with the reason."""
    for name in names:
        if name in _SERVED or name in _ABSENT:
            raise ValueError(f"the action {name} is registered twice")
        _ABSENT[name] = why


def find_action(name: str) -> Action | None:
    """Return a served action, None where there is none of this name."""
    return _SERVED.get(name)


def served() -> tuple[Action, ...]:
    """Return every action that is served, by name."""
    return tuple(_SERVED[name] for name in sorted(_SERVED))


def absent_actions() -> dict[str, str]:
    """Return the names of CKAN's actions that are not served, each with the reason."""
    return dict(sorted(_ABSENT.items()))
