"""Facts of resources and grants in memory, valid for one policy epoch (at most as old as the snapshot).

Every change of an entry, an exemption, a grant or a member bumps the policy epoch in its transaction; the
snapshot confirms the epoch at least every 5 s and no decision is made on an older one (design: fail closed).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from catalogue.finding import PUBLIC_VIEWER
from catalogue.published import known_row
from hub.directory.errors import EntryNotFoundError
from hub.directory.facts import load_resource
from hub.exchange import store, usage_store

if TYPE_CHECKING:
    import uuid
    from datetime import date

    from hub.context import Context
    from hub.database import Database
    from hub.directory.facts import Resource
    from hub.exchange.records import Grant
    from hub.identity.snapshot import SnapshotKeeper

ENTRIES = 10_000


@dataclass(frozen=True, slots=True)
class Standing:
    """What a system may meet at one resource, as of one epoch. ``system_id`` None: the public.

    ``spent`` are the quotas known to be used up, by grant, day and name, so that who goes on asking costs little.
    """

    epoch: int
    resource: Resource
    grants: tuple[Grant, ...]
    honey: frozenset[bytes] = frozenset()
    """Invented identities of the resource, as keyed digests: whoever asks for one collects (threat 17)."""
    spent: set[tuple[uuid.UUID, date, str]] = field(default_factory=set, compare=False)


class ResourceCache:
    """Resources and grants by name and system; an entry of another epoch is loaded anew."""

    def __init__(self, database: Database, context: Context, keeper: SnapshotKeeper) -> None:
        """Nothing is read before the first question."""
        self._database = database
        self._context = context
        self._keeper = keeper
        self._known: dict[tuple[str, uuid.UUID | None], Standing] = {}
        self._lock = Lock()

    def known(self, name: str, system_id: uuid.UUID | None) -> Standing | None:
        """Return what is known for the current epoch, None when it must be loaded. No I/O.

        Raises:
            NotFreshError: the epoch could not be confirmed within the age limit.
        """
        epoch = self._keeper.current().epoch
        standing = self._known.get((name, system_id))
        return standing if standing is not None and standing.epoch == epoch else None

    def load(self, name: str, system_id: uuid.UUID | None) -> Standing:
        """Read resource and grants from the database; call it off the event loop.

        Raises:
            EntryNotFoundError: no such published entry.
            NotFreshError: as in :meth:`known`.
        """
        # The epoch is taken before reading: what is read may be newer, then the next look loads again.
        epoch = self._keeper.current().epoch
        with self._database.begin() as unit:
            resource = load_resource(self._context, unit, name)
            grants = store.grants_for(unit, system_id, resource.id) if system_id is not None else ()
            honey = usage_store.honey_of(unit, resource.id) if grants else frozenset()
        standing = Standing(epoch, resource, grants, honey)
        with self._lock:
            if len(self._known) >= ENTRIES:
                self._known.clear()
            self._known[name, system_id] = standing
        return standing

    def known_public(self, name: str) -> Standing | None:
        """Return what is known of an entry the public may know of; None, as for any other, where it must be loaded."""
        standing = self.known(name, None)
        return standing if standing is not None and standing.resource.entry.opening.is_open else None

    def load_public(self, name: str) -> Standing:
        """Read a resource for the public: what it may not know of costs what does not exist costs.

        Raises:
            EntryNotFoundError: no such published entry, or the public may not know of it.
            NotFreshError: as in :meth:`known`.
        """
        with self._database.begin() as unit:
            if known_row(unit, PUBLIC_VIEWER, name) is None:
                raise EntryNotFoundError(name)
        return self.load(name, None)

    def remember(self, key: str, standing: Standing) -> None:
        """Keep what is known of the public's standing under another key too: an id that a dialect gave the resource."""
        with self._lock:
            if len(self._known) >= ENTRIES:
                self._known.clear()
            self._known[key, None] = standing
