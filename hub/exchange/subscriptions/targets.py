"""Calls to a webhook's target: the handshake before there is any event, and one attempt at an event.

Every call goes through the egress guard, which checks and dials the address anew (threat 32); no redirect is followed,
no credential is sent, and of the answer only status and three headers are looked at: its body is not read.
CloudEvents web hooks 1.0 (OPTIONS handshake), Standard Webhooks 1.0 (headers), RFC 9110 (Retry-After).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import httpx2

from connectors.egress import EgressLimitError, EgressRefusedError, EgressUnreachableError
from hub.exchange.subscriptions.errors import HandshakeError
from hub.exchange.subscriptions.events import MEDIA_TYPE

if TYPE_CHECKING:
    from collections.abc import Mapping

REQUEST_RATE: Final = 600
"""Requests a minute this hub asks to be allowed."""
_MOST_RATE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Message:
    """One event ready to be sent; the same ``body`` and ``id`` at every attempt."""

    url: str
    id: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of an attempt: ``outcome`` is a word, ``status`` None where no answer came."""

    outcome: str
    status: int | None
    seconds: float
    retry_after: str | None = None

    @property
    def is_delivered(self) -> bool:
        """Whether the target took the event: any status 2xx."""
        return self.status is not None and HTTPStatus(200) <= self.status < HTTPStatus(300)

    @property
    def is_gone(self) -> bool:
        """Whether the target says that it wants no more events (Standard Webhooks: 410)."""
        return self.status == HTTPStatus.GONE


def post(client: httpx2.Client, message: Message) -> Attempt:
    """Make one attempt; never raises for what the target does."""
    started = time.monotonic()
    headers = {"Content-Type": MEDIA_TYPE, **message.headers}
    status, retry_after = None, None
    try:
        with client.stream("POST", message.url, content=message.body, headers=headers) as response:
            status, retry_after = response.status_code, response.headers.get("retry-after")
            outcome = "delivered" if response.is_success else f"status-{status}"
    except (httpx2.HTTPError, EgressRefusedError, EgressUnreachableError, EgressLimitError) as error:
        # An answer whose status had come before the rest failed is the target's answer.
        outcome = word_of(error) if status is None else f"status-{status}"
    if status is not None and HTTPStatus(200) <= status < HTTPStatus(300):
        outcome = "delivered"
    return Attempt(outcome, status, time.monotonic() - started, retry_after)


def word_of(error: Exception) -> str:
    """Return what went wrong in one word, without anything the target said."""
    match error:
        case EgressRefusedError():
            return f"egress-{error.facts.get('reason', 'refused')}"
        case EgressUnreachableError():
            return "name-unresolved"
        case EgressLimitError():
            return "answer-too-large"
        case httpx2.TimeoutException():
            return "timeout"
        case httpx2.ConnectError():
            return "connection-refused"
        case _:
            return "connection-broken"


def shake_hands(client: httpx2.Client, url: str, origin: str) -> int | None:
    """Ask a target whether it wants events from us; return the requests a minute it allows, None for no limit.

    Raises:
        HandshakeError: it did not say so.
        EgressRefusedError, EgressUnreachableError: the hub does not call this address.
    """
    headers = {"WebHook-Request-Origin": origin, "WebHook-Request-Rate": str(REQUEST_RATE)}
    try:
        with client.stream("OPTIONS", url, headers=headers) as response:
            status, answered = response.status_code, response.headers
    except (httpx2.HTTPError, EgressLimitError) as error:
        raise _no_handshake(word_of(error)) from error
    allowed = [one.strip().lower() for one in answered.get("webhook-allowed-origin", "").split(",")]
    if status >= HTTPStatus.MULTIPLE_CHOICES or not {"*", origin.lower()} & set(allowed):
        raise _no_handshake(f"status-{status}" if status >= HTTPStatus.MULTIPLE_CHOICES else "origin-not-allowed")
    rate = answered.get("webhook-allowed-rate", "*").strip()
    return min(int(rate[:9]), _MOST_RATE) if rate.isascii() and rate.isdigit() and int(rate[:9]) > 0 else None


def _no_handshake(reason: str) -> HandshakeError:
    return HandshakeError(
        f"目标地址没有应答同意接收（{reason}）",
        f"the target did not agree to receive events ({reason})",
        next_zh="目标须以 2xx 应答 OPTIONS，并带 WebHook-Allowed-Origin: 请求中的来源或 *；改好后重新登记",
        next_en="answer OPTIONS with 2xx and WebHook-Allowed-Origin (the origin asked for, or *), then register again",
        facts={"reason": reason},
    )
