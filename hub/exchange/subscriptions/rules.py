"""How webhooks are delivered: seconds, numbers, and when an attempt that failed is made again. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from connectors.egress_client import EgressLimits

if TYPE_CHECKING:
    from datetime import datetime

_LONGEST_SHIFT = 40


@dataclass(frozen=True, slots=True)
class WebhookRules:
    """Seconds unless the name says otherwise.

    ``workers`` deliver at once; of them at most ``slow_workers`` serve targets whose last answer took longer than
    ``slow_seconds``, so that slow ones never hold up the others. A worker stays with one queue for ``run_events``
    events or ``run_seconds``. ``backoff_*``: the n-th failure waits between half and the whole of
    ``first * 2**(n-1)``, at most ``longest``. ``give_up``: after so long at one event it is a dead letter.
    """

    workers: int = 12
    slow_workers: int = 6
    poll_seconds: float = 0.5
    lease_seconds: float = 60.0
    run_events: int = 100
    run_seconds: float = 3.0
    slow_seconds: float = 1.0
    hold_seconds: float = 2.0
    backoff_first_seconds: float = 2.0
    backoff_longest_seconds: float = 6 * 60 * 60.0
    give_up: timedelta = timedelta(days=3)
    limits: EgressLimits = field(
        default_factory=lambda: EgressLimits(
            connect_seconds=2.0, read_seconds=8.0, total_seconds=10.0, answer_bytes=64 * 1024, connections=50
        )
    )

    def backoff(self, attempts: int) -> float:
        """Return how long to wait after the ``attempts``-th failure in a row (from 1)."""
        whole = self.backoff_first_seconds * 2.0 ** min(attempts - 1, _LONGEST_SHIFT)
        longest = min(whole, self.backoff_longest_seconds)
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing

    def next_attempt(self, now: datetime, attempts: int, retry_after: str | None) -> datetime:
        """Return when to try again; the target's ``Retry-After`` (RFC 9110 10.2.3) can only make it later."""
        delay = timedelta(seconds=self.backoff(attempts))
        asked = asked_delay(retry_after, now)
        return now + (delay if asked is None else max(delay, min(asked, self.give_up)))


def asked_delay(retry_after: str | None, now: datetime) -> timedelta | None:
    """Return how long a ``Retry-After`` asks to wait: seconds or a date; None where it says neither."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 10**8))
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return None if moment.tzinfo is None else max(timedelta(0), moment - now)
