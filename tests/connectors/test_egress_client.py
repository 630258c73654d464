"""The guarded clients against a server that misbehaves, and against names that change between check and call."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import httpx2
import pytest

from connectors.egress import EgressLimitError, EgressPolicy, EgressRefusedError
from connectors.egress_client import MIB, EgressLimits, guarded_async_client, guarded_client
from tests.hub.relay import provider as stub

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.hub.relay.provider import Behaviour, Provider

    Fetch = Callable[..., bytes]

LIMITS = EgressLimits(connect_seconds=1, read_seconds=0.6, total_seconds=1.2, answer_bytes=MIB)
DEMO = EgressPolicy(loopback=True)


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with stub.running_provider() as running:
        yield running


def fetch(url: str, policy: EgressPolicy = DEMO) -> bytes:
    with guarded_client(policy, LIMITS) as client:
        return client.get(url).content


def fetch_async(url: str, policy: EgressPolicy = DEMO) -> bytes:
    async def run() -> bytes:
        async with guarded_async_client(policy, LIMITS) as client:
            return (await client.get(url)).content

    return asyncio.run(run())


BOTH = pytest.mark.parametrize("act", [fetch, fetch_async], ids=["blocking", "async"])


@BOTH
def test_an_answer_comes_back(provider: Provider, act: Fetch) -> None:
    provider.behave = stub.answers({"a": 1})
    assert act(provider.url) == b'{"a": 1}'


@BOTH
@pytest.mark.parametrize(
    "behave",
    [stub.hangs_before_head, stub.hangs_after_head, stub.drips_body, stub.drips_head],
    ids=lambda one: one.__name__,
)
def test_whoever_hangs_or_drips_is_cut_in_time(provider: Provider, act: Fetch, behave: Behaviour) -> None:
    provider.behave = behave
    started = time.monotonic()
    with pytest.raises(httpx2.TimeoutException):
        act(provider.url)
    assert time.monotonic() - started < LIMITS.total_seconds + 1


@BOTH
def test_ten_gigabytes_are_cut_at_the_limit(provider: Provider, act: Fetch) -> None:
    provider.behave = stub.streams(provider)
    with pytest.raises(EgressLimitError):
        act(provider.url)
    assert provider.sent < 64 * MIB


@BOTH
def test_a_compressed_answer_is_not_unpacked(provider: Provider, act: Fetch) -> None:
    provider.behave = stub.gzip_bomb()
    with pytest.raises(EgressLimitError):
        act(provider.url)


@BOTH
def test_a_redirect_is_not_followed(provider: Provider, act: Fetch) -> None:
    provider.behave = stub.says(b"", status=302, more=("Location: http://169.254.169.254/",))
    before = len(provider.seen)
    assert act(provider.url) == b""
    assert len(provider.seen) == before + 1


@BOTH
def test_a_name_is_resolved_once_and_the_checked_address_is_dialled(provider: Provider, act: Fetch) -> None:
    provider.behave = stub.answers({})
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ("127.0.0.1",) if len(asked) == 1 else ("169.254.169.254",)

    act(f"http://gw.example.cn:{provider.port}/", EgressPolicy(loopback=True, resolve=rebinding))
    assert (asked, provider.seen[-1].headers["host"]) == (["gw.example.cn"], f"gw.example.cn:{provider.port}")


@BOTH
def test_each_attempt_is_checked_anew(provider: Provider, act: Fetch) -> None:
    answers = iter([("127.0.0.1",), ("169.254.169.254",)])
    policy = EgressPolicy(loopback=True, resolve=lambda _h, _p: next(answers))
    provider.behave = stub.answers({})
    act(f"http://gw.example.cn:{provider.port}/", policy)
    with pytest.raises(EgressRefusedError):
        act(f"http://gw.example.cn:{provider.port}/", policy)


@BOTH
def test_a_slow_name_server_does_not_hold_the_caller(act: Fetch) -> None:
    def slow(_host: str, _port: int) -> Sequence[str]:
        time.sleep(2)
        return ("127.0.0.1",)

    started = time.monotonic()
    with pytest.raises(httpx2.TimeoutException):
        act("https://gw.example.cn/", EgressPolicy(loopback=True, resolve=slow))
    assert time.monotonic() - started < 1.9


@BOTH
def test_proxies_of_the_environment_are_not_used(
    provider: Provider, act: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    provider.behave = stub.answers({})
    assert act(provider.url) == b"{}"
