"""Threat 33: who sends or reads slowly on many sockets holds nobody up, and loses them.

The patience of the server is shortened, so that what takes minutes in a city takes seconds here.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from socket import create_connection
from statistics import quantiles
from typing import TYPE_CHECKING, Any, Final

import httpx2
import pytest

from hub.protocol import BoundedProtocol, Patience
from tests.support import acts
from tests.support.acts import BUS_STOPS
from tests.support.hosted import hosted_city

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from socket import socket

    from tests.conftest import Server
    from tests.support.hosted import HostedCity

HURRIED: Final = Patience(look=0.25, head=2.0, body=1.5, reading=2.0)
GRACE: Final = 12.0
FEW, MANY = 200, 2000
HEAD: Final = b"GET /healthz HTTP/1.1\r\nHost: hub\r\nX-Slow: "
BODY: Final = (
    b"POST /api/v1/sessions HTTP/1.1\r\nHost: hub\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"
)


@pytest.fixture(scope="module")
def city(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedCity]:
    folder = tmp_path_factory.mktemp("load")
    patience = BoundedProtocol.patience
    BoundedProtocol.patience = HURRIED
    try:
        with hosted_city(server, template, folder) as city:
            acts.publish_and_supply(city.people, BUS_STOPS, folder / "files")
            yield city
    finally:
        BoundedProtocol.patience = patience


@dataclass
class Sockets:
    """Many connections to a hub, each fed a few bytes now and then."""

    city: HostedCity
    open: list[socket] = field(default_factory=list)

    def connect(self, count: int, first: bytes) -> None:
        """Open connections and say the first bytes on each."""
        for _ in range(count):
            one = create_connection(("127.0.0.1", self.city.services.settings.port), timeout=10)
            one.settimeout(0)
            if first:
                one.send(first)
            self.open.append(one)

    def drip(self, piece: bytes) -> None:
        """Say a little more on each connection that is still there."""
        for one in self.open:
            try:
                one.send(piece)
            except OSError:
                continue

    def ended(self) -> int:
        """Return how many the hub has ended."""
        return sum(self._has_ended(one) for one in self.open)

    @staticmethod
    def _has_ended(one: socket) -> bool:
        try:
            while True:
                if not one.recv(65_536):
                    return True
        except BlockingIOError:
            return False
        except OSError:
            return True


@pytest.fixture
def sockets(city: HostedCity) -> Iterator[Sockets]:
    found = Sockets(city)
    yield found
    with ExitStack() as stack:
        for one in found.open:
            stack.callback(one.close)


def times(city: HostedCity, count: int) -> list[float]:
    """Return how long somebody else's questions take."""
    taken = []
    with httpx2.Client(base_url=city.url, timeout=30) as client:
        for _ in range(count):
            began = time.perf_counter()
            assert client.get(f"/api/v1/datasets/{BUS_STOPS}/rows", params={"limit": 10}).status_code == 200
            taken.append(time.perf_counter() - began)
    return taken


def p95(taken: list[float]) -> float:
    return quantiles(taken, n=20)[-1]


def until_ended(sockets: Sockets, count: int, meanwhile: Callable[[], None]) -> int:
    """Wait until the hub has ended so many connections; returns how many it has."""
    deadline = time.monotonic() + GRACE
    while sockets.ended() < count and time.monotonic() < deadline:
        meanwhile()
        time.sleep(0.2)
    return sockets.ended()


@pytest.mark.parametrize(("first", "piece"), [(HEAD, b"x"), (BODY, b" "), (b"", b"")], ids=["head", "body", "silent"])
def test_33_slow_senders_lose_their_sockets(sockets: Sockets, first: bytes, piece: bytes) -> None:
    sockets.connect(50, first)
    assert until_ended(sockets, 50, lambda: sockets.drip(piece) if piece else None) == 50


def test_33_a_head_that_does_not_come_in_time_is_told_so(city: HostedCity) -> None:
    with create_connection(("127.0.0.1", city.services.settings.port), timeout=GRACE) as one:
        one.send(HEAD)
        answer = b""
        while piece := one.recv(65_536):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"application/problem+json" in answer


def test_33_a_reader_who_does_not_read_loses_the_socket(city: HostedCity) -> None:
    """The whole open file again and again on one connection, and nothing is ever taken from it."""
    ask = f"GET /api/v1/datasets/{BUS_STOPS}/rows?limit=1000 HTTP/1.1\r\nHost: hub\r\n\r\n".encode()
    with create_connection(("127.0.0.1", city.services.settings.port), timeout=10) as one:
        one.settimeout(0)
        deadline, was_cut = time.monotonic() + 3 * GRACE, False
        while not was_cut and time.monotonic() < deadline:
            try:
                one.send(ask)
            except BlockingIOError:
                time.sleep(0.1)
            except OSError:
                was_cut = True
        assert was_cut


def test_33_a_slow_but_honest_upload_goes_through(city: HostedCity) -> None:
    """More than the least rate, and longer than the patience for nothing at all."""

    async def run() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", city.services.settings.port)
        body = b'{"login": "x", "password": "' + b"y" * 900 + b'"}'
        writer.write(BODY.replace(b"5000", str(len(body)).encode()).removesuffix(b"{"))
        for start in range(0, len(body), 150):
            writer.write(body[start : start + 150])
            await writer.drain()
            await asyncio.sleep(0.3)
        status = await reader.readline()
        writer.close()
        return status

    assert asyncio.run(run()).split()[1] in {b"401", b"403", b"422"}


def loris(city: HostedCity, sockets: Sockets, count: int) -> dict[str, Any]:
    """Measure others before and while so many sockets are held; returns figures."""
    quiet = times(city, 40)
    sockets.connect(count // 2, HEAD)
    sockets.connect(count - count // 2, BODY)
    busy = times(city, 40)
    return {"quiet": p95(quiet), "busy": p95(busy), "ended": until_ended(sockets, count, lambda: sockets.drip(b"x"))}


def test_33_two_hundred_slow_sockets_hold_nobody_up(city: HostedCity, sockets: Sockets) -> None:
    found = loris(city, sockets, FEW)
    assert found["ended"] == FEW
    # On a shared machine figures scatter; what must not happen is that others wait for the slow ones.
    assert found["busy"] < max(2 * found["quiet"], 0.5), found


@pytest.mark.long
@pytest.mark.timeout(600)
def test_33_two_thousand_slow_sockets_hold_nobody_up(city: HostedCity, sockets: Sockets) -> None:
    found = loris(city, sockets, MANY)
    assert found["ended"] == MANY
    assert found["busy"] < max(2 * found["quiet"], 0.5), found
