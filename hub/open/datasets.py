"""What the public may know of an entry: its description, its open items, what is withheld and why, its versions.

The public's reads run on a permit like everyone's (Zhengzhou Art. 20 §2): ``decide()`` is asked for every open
item; what it leaves out is listed with ground and remedy where naming does no harm. Reads leave no receipt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalogue.finding import PUBLIC_VIEWER
from catalogue.published import known_row
from hub.directory.errors import EntryNotFoundError
from policies.decision import Denial, Permit, decide
from policies.facts import Action, DecisionRequest, OpenType, Requester, RequesterKind, Sensitivity, ShareType
from policies.results import cite

if TYPE_CHECKING:
    from catalogue.item import Item
    from hub.context import Context
    from hub.database import Unit
    from hub.directory.facts import Resource
    from policies.decision import Pending, Refusal
    from policies.facts import ResourceFacts
    from policies.text import Lang

PUBLIC = Requester(RequesterKind.PUBLIC)
_HOW_SHARED = {
    ShareType.UNCONDITIONAL: "how_unconditional",
    ShareType.CONDITIONAL: "how_conditional",
    ShareType.WITHHELD: "how_withheld",
}


@dataclass(frozen=True, slots=True)
class Withheld:
    """One item the public is not given: its name, why (one language), what can be done."""

    column: str
    name: str
    ground: str | None
    reason: str
    remedy: str


def require_known(unit: Unit, name: str) -> None:
    """Raise :class:`EntryNotFoundError` where the public may not know of an entry, at the cost of one not there."""
    if known_row(unit, PUBLIC_VIEWER, name) is None:
        raise EntryNotFoundError(name)


def require_visible(resource: Resource) -> None:
    """Raise :class:`EntryNotFoundError` where the public may not know of the entry (open class 3)."""
    if resource.entry.opening.type is OpenType.CLOSED:
        raise EntryNotFoundError(resource.name)


def public_decision(
    context: Context,
    resource: Resource,
    *,
    items: tuple[str, ...] | None = None,
    queried: frozenset[str] = frozenset(),
    matched: frozenset[str] = frozenset(),
    action: Action = Action.READ,
) -> Permit | Pending | Refusal | Denial:
    """Ask the law for the public; ``items`` None asks for every open item."""
    request = DecisionRequest(
        requester=PUBLIC, action=action, items=items, now=context.now(), queried=queried, matched=matched
    )
    return decide(request, resource.facts, None, context.pack(resource.facts.pack))


def public_columns(context: Context, facts: ResourceFacts) -> tuple[str, ...]:
    """Return the columns the public is given when it downloads; none where nothing is."""
    request = DecisionRequest(requester=PUBLIC, action=Action.DOWNLOAD, items=None, now=context.now())
    decision = decide(request, facts, None, context.pack(facts.pack))
    return tuple(decision.columns) if isinstance(decision, Permit) else ()


def is_open_to_all(context: Context, resource: Resource) -> bool:
    """Whether anything of the rows is given to the public."""
    return resource.entry.opening.type is OpenType.UNCONDITIONAL and isinstance(
        public_decision(context, resource), Permit
    )


def doubted(context: Context, resource: Resource) -> tuple[int, tuple[str, ...]]:
    """Return how many rows have an open item under verification, and which items: of closed items not a word."""
    if not resource.flags:
        return 0, ()
    decision = public_decision(context, resource)
    given = frozenset(decision.columns) if isinstance(decision, Permit) else frozenset()
    rows = [items & given for items in resource.flags.values() if items & given]
    return len(rows), tuple(sorted(frozenset[str]().union(*rows)))


def how_to_get(resource: Resource, item: Item) -> str:
    """Return the key of the text that says how an item is obtained."""
    is_open = resource.entry.open_type(item) is OpenType.UNCONDITIONAL and item.sensitivity is Sensitivity.PUB
    return "how_open" if is_open else _HOW_SHARED[resource.entry.share_type(item)]


def withheld_items(context: Context, resource: Resource, lang: Lang) -> tuple[Withheld, ...]:
    """Return what the public is not given, each with ground, article and remedy."""
    decision = public_decision(context, resource)
    given = decision.columns if isinstance(decision, Permit) else frozenset()
    pack = context.pack(resource.facts.pack)
    found = []
    for item in resource.entry.items:
        if item.column in given:
            continue
        alone = public_decision(context, resource, items=(item.column,))
        ground = getattr(alone, "ground", None)
        article = cite(str(getattr(alone, "article", "")), lang)
        if ground is not None:
            name = pack.grounds[ground].name.of(lang)
            reason = f"{ground} {name} ({article})" if lang == "en" else f"{ground} {name}（{article}）"
        else:
            lines = alone.explain(lang)
            reason = f"{lines[0]} ({article})" if lang == "en" else f"{lines[0]}（{article}）"
        remedy = getattr(alone, "remedy", None)
        found.append(Withheld(item.column, item.name, ground, reason, remedy.of(lang) if remedy is not None else ""))
    return tuple(found)
