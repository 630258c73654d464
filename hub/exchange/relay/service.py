"""What relays need at run time: keys, the egress policy, endpoints in memory, clients, breakers, a few threads.

One object a process, made with the hub's services and closed with the server. Endpoints are known for one policy
epoch, as grants are, so a suspended one is not called five seconds later. Large answers are read in threads of
their own: neither the event loop nor the threads of other requests wait for a provider.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING, Final, TypeVar

import orjson

from connectors.egress_client import EgressLimits, guarded_async_client
from connectors.relay import ProviderRequest, RelayOutageError, call
from connectors.relay_answers import RelayAnswerError
from hub.exchange.relay import store
from hub.exchange.relay.assertion import HEADER, assert_use, load_assertion_key
from hub.exchange.relay.breaker import Gate
from hub.exchange.relay.definition import filled
from hub.identity.facts import KeyStatus, Status
from hub.identity.sealing import KEY_FILE, Sealer
from hub.ledger.keys import open_secret

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    import httpx2

    from connectors.egress import EgressPolicy
    from connectors.relay import ProviderReply
    from hub.database import Database
    from hub.exchange.relay.store import Endpoint
    from hub.identity.facts import Requester
    from hub.identity.snapshot import SnapshotKeeper
    from hub.ledger.drafts import Given
    from hub.settings import Settings

READERS: Final = 2
SMALL_BYTES: Final = 64 * 1024
CALLS: Final = 32
ASSERTION_FILE: Final = "assertion.pem"
T = TypeVar("T")


def assertion_jwk(settings: Settings) -> dict[str, str]:
    """Return the public key of the hub's assertions as the JWKS shows it (RFC 7517); made at the first start."""
    key = load_assertion_key(settings.data_dir / "keys" / ASSERTION_FILE)
    return {**key.jwk, "kid": key.kid, "alg": key.alg.value, "use": "sig"}


class Relay:
    """The parts of relays; safe for the server's event loop and for threads, clients and gates for the loop alone."""

    def __init__(
        self, database: Database, keeper: SnapshotKeeper, policy: EgressPolicy, issuer: str, keys: Path
    ) -> None:
        """``keys`` is the folder of the hub's keys; ``issuer`` its public address."""
        self.policy = policy
        self.issuer = issuer
        self.key = load_assertion_key(keys / ASSERTION_FILE)
        self._sealer = Sealer(open_secret(keys / KEY_FILE))
        self.limits = EgressLimits()
        self._database = database
        self._keeper = keeper
        self._known: dict[uuid.UUID, tuple[int, Endpoint | None]] = {}
        self._gates: dict[uuid.UUID, Gate] = {}
        self._clients: dict[uuid.UUID, httpx2.AsyncClient] = {}
        self._readers = ThreadPoolExecutor(READERS, "relay-reader")
        self._everywhere = asyncio.Semaphore(CALLS)
        self._lock = Lock()
        self.loop: asyncio.AbstractEventLoop | None = None
        """The server's event loop while it serves: what happens by itself runs there."""
        self._users = 0

    def load(self, entry_id: uuid.UUID) -> Endpoint | None:
        """Return the endpoint in use of an entry, from memory where the epoch has not changed; may read.

        Raises:
            NotFreshError: the epoch cannot be confirmed.
        """
        epoch = self._keeper.current().epoch
        known = self._known.get(entry_id)
        if known is None or known[0] != epoch:
            with self._database.begin() as unit:
                known = epoch, store.endpoint_in_use(unit, entry_id)
            self._known[entry_id] = known
        return known[1]

    async def endpoint(self, entry_id: uuid.UUID) -> Endpoint | None:
        """Return the same without holding up the event loop."""
        known = self._known.get(entry_id)
        if known is not None and known[0] == self._keeper.current().epoch:
            return known[1]
        return await asyncio.to_thread(self.load, entry_id)

    def may_ask(self, system: Requester) -> bool:
        """Whether a system that asked earlier may still ask: it, its member and the key it used are in force."""
        standing = self._keeper.current()
        one, key = standing.systems.get(system.system_id), standing.keys.get(system.key_thumbprint)
        owner = standing.members.get(system.member_id)
        return (
            one is not None
            and owner is not None
            and key is not None
            and one.status is Status.ACTIVE
            and owner.status is Status.ACTIVE
            and key.status in {KeyStatus.ACTIVE, KeyStatus.ROTATED}
        )

    def seal(self, row: uuid.UUID, content: bytes) -> bytes:
        """Return content encrypted for one row of the tables of relays."""
        return self._sealer.seal(f"relay:{row}", content)

    def unseal(self, row: uuid.UUID, sealed: bytes) -> bytes:
        """Return what was sealed for the row (raises :class:`SealBrokenError`)."""
        return self._sealer.open(f"relay:{row}", sealed)

    def gate(self, endpoint_id: uuid.UUID) -> Gate:
        """Return breaker and places of an endpoint."""
        with self._lock:
            return self._gates.setdefault(endpoint_id, Gate())

    def request(
        self, endpoint: Endpoint, key: Mapping[str, str], use: Mapping[str, Given], columns: Sequence[str], at: datetime
    ) -> ProviderRequest:
        """Return what is sent to the provider: built from the endpoint, the judged key and the hub's assertion alone.

        Raises:
            RelayPathError: a value cannot stand in the URL.
            SealBrokenError: the provider's header value cannot be decrypted.
        """
        definition = endpoint.definition
        assertion = assert_use(self.key, self.issuer, definition.audience, use, fields=columns, at=at)
        headers = {"Accept": "application/json", HEADER: assertion}
        if definition.header_name is not None and endpoint.secret is not None:
            headers[definition.header_name] = self.unseal(endpoint.id, endpoint.secret).decode("ascii")
        body = None
        if definition.method == "POST":
            body = orjson.dumps(filled(definition.body, key) if definition.body is not None else {})
            headers["Content-Type"] = "application/json"
        parameters = tuple((name, str(filled(text, key))) for name, text in definition.query.items())
        return ProviderRequest(definition.method, definition.url(key), parameters, body, headers)

    async def ask(self, endpoint: Endpoint, request: ProviderRequest) -> ProviderReply:
        """Call the provider in one of its places, unless its breaker rests.

        Raises:
            RelayUnavailableError: it rests, or all places are taken.
            RelayOutageError: it is away; counted.
            RelayAnswerError: it answered, but not as agreed.
        """
        gate = self.gate(endpoint.id)
        async with gate.place(self._everywhere):
            try:
                reply = await call(self._client(endpoint), request, frozenset(endpoint.definition.not_found))
            except RelayOutageError:
                gate.breaker.fail()
                raise
            except RelayAnswerError:
                gate.breaker.succeed()
                raise
            except BaseException:
                gate.breaker.abandon()
                raise
        gate.breaker.succeed()
        return reply

    def _client(self, endpoint: Endpoint) -> httpx2.AsyncClient:
        known = self._clients.get(endpoint.id)
        if known is None:
            known = guarded_async_client(self.policy, self.limits, trust_pem=endpoint.definition.trust_pem)
            self._clients[endpoint.id] = known
        return known

    async def work(self, size: int, act: Callable[[], T]) -> T:
        """Do what takes the processor: at once where the content is small, else in a thread of our own."""
        if size <= SMALL_BYTES:
            return act()
        return await asyncio.get_running_loop().run_in_executor(self._readers, act)

    def begin(self) -> None:
        """Note the event loop that serves; called by each application that starts in it."""
        self.loop = asyncio.get_running_loop()
        self._users += 1

    async def close(self) -> None:
        """Close clients and threads with the last application; calls under way end with an error."""
        self._users -= 1
        if self._users:
            return
        self.loop = None
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()
        self._readers.shutdown(wait=False, cancel_futures=True)
