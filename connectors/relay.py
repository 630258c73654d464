"""A provider's own API as a connector: one bounded call through the egress guard, and what its outcome means.

The consumer's token and headers never come here: a request is built from the registered endpoint alone. An
outcome is a reply, an outage (the provider is away: breaker, stored copy or waiting are for the hub to choose) or
an answer nobody agreed to (:class:`~connectors.relay_answers.RelayAnswerError`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import httpx2

from connectors.egress import EgressLimitError, EgressRefusedError, EgressUnreachableError
from connectors.relay_answers import RelayAnswerError
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping

SIGNATURE_HEADER: Final = "x-jws-signature"
SIGNATURE_LENGTH: Final = 1900
AWAY: Final = frozenset({401, 403, 407, 408, 425, 429})
"""Statuses below 500 that say nothing of the record asked about: the provider does not serve the hub now."""


class RelayOutageError(DomainError):
    """The provider's API did not answer, in time or at all; ``reason`` is one word for receipts."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "提供方接口暂时不可用，没有取得数据",
            "the provider's API is not available now; no data was obtained",
            next_zh="请稍后重试；如允许异步，可在请求头加 Prefer: respond-async",
            next_en="try again later, or send Prefer: respond-async where the provider allows waiting",
            facts={"reason": reason},
        )
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ProviderRequest:
    """What is sent. ``headers`` hold the hub's assertion and the provider's own secret, so they are never shown."""

    method: str
    url: str
    parameters: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class ProviderReply:
    """What came back, whole. ``body`` None: the provider says that there is no such record."""

    status: int
    body: bytes | None = field(repr=False)
    signature: str | None = None


async def call(
    client: httpx2.AsyncClient, request: ProviderRequest, not_found: frozenset[int] = frozenset({404})
) -> ProviderReply:
    """Call a provider once; time and size are bounded by the client.

    Args:
        client: of :func:`connectors.egress_client.guarded_async_client`.
        request: what to send.
        not_found: statuses by which this provider says that it has no such record.

    Raises:
        RelayOutageError: not reached, not in time, cut off, or not serving.
        RelayAnswerError: it answered, but not as agreed (redirect, other status or content type, too large).
    """
    try:
        async with client.stream(
            request.method, request.url, params=request.parameters, content=request.body, headers=request.headers
        ) as response:
            status = response.status_code
            if status in not_found or status == HTTPStatus.NO_CONTENT:
                return ProviderReply(status, None)
            _check_head(response)
            body = b"".join([part async for part in response.aiter_raw()])
            return ProviderReply(status, body, response.headers.get(SIGNATURE_HEADER))
    except EgressRefusedError:
        raise RelayOutageError("egress") from None
    except (EgressUnreachableError, httpx2.ConnectError, httpx2.ConnectTimeout):
        raise RelayOutageError("unreachable") from None
    except EgressLimitError as error:
        raise _not_agreed("超出大小限制或经过压缩", "is too large or compressed", str(error.facts["reason"])) from None
    except httpx2.TimeoutException:
        raise RelayOutageError("timeout") from None
    except httpx2.TransportError:
        raise RelayOutageError("cut") from None


def _check_head(response: httpx2.Response) -> None:
    """Judge status and content type before a byte of the body is read."""
    status = response.status_code
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in AWAY:
        raise RelayOutageError(f"status-{status}")
    if status in range(300, 400):
        raise _not_agreed("是转向另一地址的重定向，本平台不跟随", "is a redirect, which is never followed", "redirect")
    if status != HTTPStatus.OK:
        raise _not_agreed(f"状态码为 {status}", f"has status {status}", "status")
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise _not_agreed("不是 JSON", "is not JSON", "content_type")


def _not_agreed(zh: str, en: str, reason: str) -> RelayAnswerError:
    return RelayAnswerError(
        f"提供方接口的返回{zh}，没有转交任何数据",
        f"the provider's answer {en}; nothing of it was passed on",
        next_zh="请联系提供单位核对其接口",
        next_en="contact the provider about its API",
        facts={"reason": reason},
    )
