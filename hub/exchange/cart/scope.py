"""What an application is looked at with: the transaction, the member, the law of the day, resources read once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from hub.directory.errors import EntryNotFoundError
from hub.directory.facts import Resource, load_resource
from hub.exchange.cart.bases import Basis, all_bases
from hub.identity import store as identity_store

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping

    from hub.context import Context
    from hub.database import Unit
    from hub.exchange.cart.records import CartLine, Content
    from hub.identity.facts import Member


@dataclass(frozen=True, slots=True)
class Scope:
    """One look at one application; nothing outlives the transaction."""

    context: Context
    unit: Unit
    member_id: uuid.UUID
    now: datetime
    known_bases: Mapping[str, Basis]
    _resources: dict[str, Resource | None] = field(default_factory=dict)
    _providers: dict[str, Member | None] = field(default_factory=dict)

    def resource(self, entry: str) -> Resource | None:
        """Return a published entry by its name, None where the directory lists none."""
        if entry not in self._resources:
            try:
                self._resources[entry] = load_resource(self.context, self.unit, entry)
            except EntryNotFoundError:
                self._resources[entry] = None
        return self._resources[entry]

    def provider(self, slug: str) -> Member | None:
        """Return a member by its slug."""
        if slug not in self._providers:
            self._providers[slug] = identity_store.member(self.unit, "slug", slug)
        return self._providers[slug]

    def holder(self, line: CartLine) -> Resource | None:
        """Return the resource a line is about: its entry, or what the named provider holds outside the directory."""
        if line.entry is not None:
            return self.resource(line.entry)
        member = self.provider(line.provider) if line.provider is not None else None
        return load_resource(self.context, self.unit, member.id) if member is not None else None

    def until(self, content: Content, since: datetime) -> datetime | None:
        """Return when the period ends: as stated, or so many days after it begins."""
        if content.valid_until is not None:
            return content.valid_until
        return since + timedelta(days=content.period_days) if content.period_days is not None else None


def scope_of(context: Context, unit: Unit, member_id: uuid.UUID) -> Scope:
    """Return a fresh look for a member."""
    return Scope(context, unit, member_id, context.now(), all_bases(unit))


def named(scope: Scope, content: Content) -> Content:
    """Return the content with entries and items under the names the directory gives them.

    People may write a resource code for an entry and the Chinese name (or another name) of an item.
    """
    return replace(content, lines=tuple(_named(scope, line) for line in content.lines))


def _named(scope: Scope, line: CartLine) -> CartLine:
    resource = scope.resource(line.entry) if line.entry is not None else None
    if resource is None:
        return line
    by_name = {name: item.column for item in reversed(resource.entry.items) for name in (*item.aliases, item.name)}
    known = line.item is None or line.item in resource.facts.by_column
    item = line.item if known else by_name.get(line.item or "", line.item)
    return replace(line, entry=resource.name, item=item)


def legal_basis_text(known: Mapping[str, Basis], content: Content) -> str:
    """Return what the requests cite: the articles picked from the library, then what is written beside them."""
    picked = [known[key].citation for key in content.bases if key in known]
    written = content.basis_text.strip()
    return "；".join([*picked, written] if written else picked)
