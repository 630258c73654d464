"""The circuit breaker by itself, and pinned certificates by the guard: what needs no city."""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
from ipaddress import ip_address
from typing import TYPE_CHECKING

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors.egress import EgressPolicy
from connectors.egress_client import guarded_async_client
from hub.exchange.relay.breaker import FAILURES, FIRST_REST_SECONDS, LONGEST_REST_SECONDS, Breaker
from hub.exchange.relay.errors import RelayUnavailableError
from tests.hub.relay import provider as stub

if TYPE_CHECKING:
    from pathlib import Path


class Seconds:
    """Monotonic seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def failing(clock: Seconds) -> Breaker:
    breaker = Breaker(clock)
    for _ in range(FAILURES):
        breaker.begin()
        breaker.fail()
    return breaker


def test_fewer_failures_than_the_limit_stop_nobody() -> None:
    breaker = Breaker(Seconds())
    for _ in range(FAILURES - 1):
        breaker.fail()
    assert breaker.remaining() == 0


def test_an_answer_between_failures_starts_the_count_anew() -> None:
    breaker = Breaker(Seconds())
    for _ in range(3 * FAILURES):
        breaker.fail()
        breaker.succeed()
    assert breaker.remaining() == 0


def test_a_resting_breaker_says_how_long() -> None:
    with pytest.raises(RelayUnavailableError) as caught:
        failing(Seconds()).begin()
    assert caught.value.facts["retry_after_seconds"] == FIRST_REST_SECONDS


def test_after_its_rest_one_call_tries_and_the_others_wait_for_it() -> None:
    clock = Seconds()
    breaker = failing(clock)
    clock.now = FIRST_REST_SECONDS
    breaker.begin()
    with pytest.raises(RelayUnavailableError):
        breaker.begin()


def test_a_trying_call_that_fails_doubles_the_rest_up_to_a_limit() -> None:
    clock = Seconds()
    breaker = failing(clock)
    rests = []
    for _ in range(6):
        clock.now = breaker.rests_until
        breaker.begin()
        breaker.fail()
        rests.append(breaker.rests_until - clock.now)
    assert rests == [60.0, 120.0, 240.0, *[LONGEST_REST_SECONDS] * 3]


def test_a_trying_call_whose_caller_goes_away_lets_the_next_one_try() -> None:
    clock = Seconds()
    breaker = failing(clock)
    clock.now = FIRST_REST_SECONDS
    breaker.begin()
    breaker.abandon()
    breaker.begin()
    assert breaker.is_trying


def certificate(folder: Path, name: str) -> tuple[str, ssl.SSLContext]:
    """Make a certificate of this machine; returns it as PEM and the context of a server that shows it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return made.public_bytes(serialization.Encoding.PEM).decode(), context


async def fetch(url: str, trust_pem: str | None) -> bytes:
    async with guarded_async_client(EgressPolicy(loopback=True), trust_pem=trust_pem) as client:
        return (await client.get(url)).content


def test_a_server_is_believed_by_its_pinned_certificate_alone(tmp_path: Path) -> None:
    own, context = certificate(tmp_path, "gateway")
    other, _ = certificate(tmp_path, "other")
    with stub.running_provider(context) as provider:
        url = f"https://127.0.0.1:{provider.port}/"
        assert asyncio.run(fetch(url, own)) == b'{"data": []}'
        for pin in (other, None):
            with pytest.raises(httpx2.ConnectError):
                asyncio.run(fetch(url, pin))
