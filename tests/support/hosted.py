"""A hub served from this process on a database of its own: quick to start, and its database is at hand.

The server is the one of ``hub serve``, with real sockets; only the process is the test's own. ``hosted_city`` has
the demo city's people. ``Doors`` are plain HTTP clients, one for each kind of caller, that hide nothing.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx2
import psycopg
from psycopg import sql

from hub.api.authentication import ledger_recorder
from hub.app import build_services, start_services, stop_services
from hub.context import utc_now
from hub.database import Database, DatabaseOptions
from hub.demo.calendar import load_sample_years
from hub.demo.load import SESSION_SECONDS, People, found_city
from hub.serve import servers_of
from hub.settings import Settings
from tests.support.plain import NO_AUTHORITIES
from tests.support.running import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from hub.demo.load import DemoSystem
    from hub.identity.roles import Role
    from hub.services import Services
    from tests.conftest import Server

POOLS = DatabaseOptions(pool_size=16, overflow=16, async_pool_size=8)
START_SECONDS = 30.0
OWN_TABLES = ("hub", "data")
BOOKKEEPING = frozenset(
    {"receipt", "log_node", "checkpoint", "session", "login_attempt", "assertion_used", "dpop_proof"}
    | {"grant_usage", "usage_mark"}
)
"""Tables that may grow when something is refused: the record of the refusal, and who tried."""


@dataclass(frozen=True, slots=True)
class HostedCity:
    """A served hub with its parts, and the people of the demo city."""

    url: str
    services: Services
    people: People
    folder: Path

    def counts(self) -> dict[str, int]:
        """Return the number of rows of each table that a refused act must leave as it is."""
        with psycopg.connect(self.services.database.conninfo) as connection:
            found = connection.execute(
                "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY(%s)", (list(OWN_TABLES),)
            ).fetchall()
            return {
                f"{schema}.{table}": _count(connection, schema, table)
                for schema, table in found
                if table not in BOOKKEEPING
            }


def _count(connection: psycopg.Connection, schema: str, table: str) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table))).fetchone()
    assert row is not None
    return int(row[0])


@contextmanager
def hosted_city(
    server: Server, template: str, folder: Path, *, now: Callable[[], datetime] = utc_now, **changes: Any
) -> Iterator[HostedCity]:
    """Serve a hub with the demo city's people and an empty directory for the length of the block.

    ``now`` is the time of the hub, its people and its systems (a :class:`tests.support.clock.Clock` travels);
    ``changes`` are settings other than the usual ones.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = Settings(**{"data_dir": folder / "data", "port": port, "public_url": url, "demo": True, **changes})
    name = server.create(template)
    database = Database(server.url_of(name), POOLS)
    try:
        services = build_services(settings, database, now=now)
        record = ledger_recorder(services.context.writer, now)
        systems = found_city(database, record, url, folder / "keys", now)
        if now is utc_now:  # a test at the end of a year must not wait for next year's announcement
            with database.begin() as unit:
                load_sample_years(services.context, unit)
        with _served(services), _people(url, systems, now) as people:
            yield HostedCity(url, services, people, folder)
    finally:
        database.close()
        server.drop(name)


@contextmanager
def _people(url: str, systems: tuple[DemoSystem, ...], now: Callable[[], datetime]) -> Iterator[People]:
    people = People(url, systems, now)
    try:
        yield people
    finally:
        people.close()


@contextmanager
def _served(services: Services) -> Iterator[None]:
    """Run the server of ``hub serve`` in a thread."""
    start_services(services)
    running = servers_of(services)[0]
    thread = threading.Thread(target=lambda: asyncio.run(running.serve()), name="hosted-hub")
    thread.start()
    try:
        _wait_until_ready(services.settings.public_url, thread)
        yield
    finally:
        running.should_exit = True
        thread.join()
        stop_services(services)


def _wait_until_ready(url: str, thread: threading.Thread) -> None:
    with httpx2.Client(base_url=url, timeout=START_SECONDS, verify=NO_AUTHORITIES) as client:
        for _ in range(1000):
            assert thread.is_alive(), "the server ended while it was starting"
            try:
                client.get("/healthz")
            except httpx2.TransportError:
                thread.join(0.02)
            else:
                return
    raise AssertionError("the server does not answer")


@dataclass
class Doors:
    """Plain HTTP clients: the public, systems with a token, staff with a session. No error is raised or hidden."""

    city: HostedCity
    _stack: ExitStack = field(default_factory=ExitStack)
    _known: dict[str, httpx2.Client] = field(default_factory=dict)
    _since: dict[str, float] = field(default_factory=dict)

    def close(self) -> None:
        """Close all clients."""
        self._stack.close()

    def public(self) -> httpx2.Client:
        """Return a client without credentials."""
        return self._client("public")

    def system(self, member: str) -> httpx2.Client:
        """Return a client with the token of a member's system."""
        client = self._client(f"system {member}")
        auth = self.city.people.system(member).auth
        assert auth is not None
        client.auth = auth
        return client

    def staff(self, member: str, role: Role) -> httpx2.Client:
        """Return a client with the session of a member's person in a role."""
        login = self.city.people.city.member(member).login(role)
        client = self._client(f"staff {login}")
        seconds = self.city.people.now().timestamp()
        if "X-CSRF-Token" not in client.headers or seconds - self._since[login] > SESSION_SECONDS:
            self._since[login] = seconds
            body = {"login": login, "password": self.city.people.city.password}
            client.headers["X-CSRF-Token"] = client.post("/api/v1/sessions", json=body).json()["csrf"]
        return client

    def forget_sessions(self) -> None:
        """Let staff log in anew: somebody has logged out."""
        for key, client in self._known.items():
            if key.startswith("staff "):
                client.headers.pop("X-CSRF-Token", None)
                client.cookies.clear()

    def with_token(self, token: str) -> httpx2.Client:
        """Return a client with any bearer token."""
        client = self._client("token")
        client.headers["Authorization"] = f"Bearer {token}"
        return client

    def _client(self, key: str, **options: Any) -> httpx2.Client:
        if key not in self._known:
            client = httpx2.Client(base_url=self.city.url, timeout=60, verify=NO_AUTHORITIES, **options)
            self._known[key] = self._stack.enter_context(client)
        return self._known[key]
