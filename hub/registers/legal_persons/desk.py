"""Where the services about bodies stand: the register's switch and entry in memory, as old as the policy epoch at most.

The register is described by one entry of the directory: what is open, shared, exempted or withheld there, item by item,
governs every answer (Zhengzhou Art. 18, 20; 政务数据共享条例 Art. 14, 20).
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Final

from catalogue import store as catalogue_store
from hub.registers.errors import RegisterOffError
from hub.registers.legal_persons.errors import SearchLimitError, UnansweredQuestionError
from hub.registers.legal_persons.store import REGISTER
from hub.registers.store import register_row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.context import Context
    from hub.database import Database
    from hub.directory.facts import Resource
    from hub.exchange.standing import ResourceCache, Standing
    from hub.identity.facts import Requester
    from hub.identity.number_seals import NumberSeals
    from hub.identity.snapshot import SnapshotKeeper

ASKS_A_MINUTE: Final = 120
"""Public questions from one address within a minute: enough for a person, too few to copy a register."""
ADDRESSES: Final = 20_000
MINUTE: Final = 60.0


class Turnstile:
    """Counts the questions of each address within the running minute; in the memory of one process."""

    def __init__(self, most: int = ASKS_A_MINUTE) -> None:
        """Let ``most`` questions a minute pass."""
        self._most = most
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = Lock()

    def enter(self, address: str) -> None:
        """Count a question.

        Raises:
            SearchLimitError: the address asked too often; it says how many seconds to wait.

        """
        now = time.monotonic()
        with self._lock:
            began, count = self._seen.pop(address, (now, 0))
            if now - began >= MINUTE:
                began, count = now, 0
            self._seen[address] = (began, count + 1)
            while len(self._seen) > ADDRESSES:
                self._seen.popitem(last=False)
        if count >= self._most:
            wait = int(MINUTE - (now - began)) + 1
            raise SearchLimitError(
                f"查询过于频繁：每分钟最多 {self._most} 次",
                f"too many questions: at most {self._most} a minute",
                next_zh=f"请 {wait} 秒后再试；批量使用请下载开放数据或申请授权",
                next_en=f"try again in {wait} seconds; for many bodies download the open data or ask for a grant",
                facts={"limit": self._most, "retry_after_seconds": wait},
            )


class LegalPersonDesk:
    """Shared by all services about bodies of one process."""

    def __init__(
        self, database: Database, context: Context, keeper: SnapshotKeeper, cache: ResourceCache, seals: NumberSeals
    ) -> None:
        """Nothing is read before the first question."""
        self.database = database
        self.context = context
        self.seals = seals
        self.turnstile = Turnstile()
        self._keeper = keeper
        self._cache = cache
        self._name: tuple[int, str | None] | None = None

    def _entry_name(self) -> str:
        """Return the entry that describes the register (raises :class:`RegisterOffError`)."""
        epoch = self._keeper.current().epoch
        known = self._name
        if known is None or known[0] != epoch:
            with self.database.begin() as unit:
                row = register_row(unit, REGISTER)
                entry = catalogue_store.find_entry(unit, row.entry_id) if row.entry_id is not None else None
            known = self._name = (epoch, entry.name if entry is not None and row.is_on else None)
        if known[1] is None:
            raise RegisterOffError
        return known[1]

    def resource(self) -> Resource:
        """Return the register's entry for the public; call it off the event loop.

        Raises:
            RegisterOffError: the register is off or has no entry.
            hub.directory.errors.EntryNotFoundError: the public may not know of it.

        """
        name = self._entry_name()
        known = self._cache.known_public(name)
        return (known if known is not None else self._cache.load_public(name)).resource

    async def standing(self, system: Requester) -> Standing:
        """Return what a system may meet at the register (raises :class:`RegisterOffError`)."""
        name = await asyncio.to_thread(self._entry_name)
        known = self._cache.known(name, system.system_id)
        return known if known is not None else await asyncio.to_thread(self._cache.load, name, system.system_id)


def columns_of(resource: Resource) -> Mapping[str, str]:
    """Return the entry's column of each element."""
    return {item.element: item.column for item in resource.entry.items if item.element is not None}


def required(resource: Resource, elements: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of elements in their order.

    Raises:
        UnansweredQuestionError: the entry has no item of one.

    """
    columns = columns_of(resource)
    missing = tuple(code for code in elements if code not in columns)
    if missing:
        raise UnansweredQuestionError(missing)
    return tuple(columns[code] for code in elements)
