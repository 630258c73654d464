"""Quotas of a grant: calls, rows and distinct subjects per day in the city (政务数据共享条例 Art. 25, 27).

What is charged and what an exceeded quota says; the counting itself is :mod:`hub.exchange.quota_store`. A quota
holds for the one grant: nobody else waits for it (threat 34).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from hub.exchange.errors import ExchangeError
from policies.workdays import CHINA, local_day

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Mapping
    from datetime import date

    from hub.exchange.records import Grant

NAMES_ZH = {"calls": "调用次数", "rows": "返回行数", "subjects": "涉及主体数"}
NAMES_EN = {"calls": "calls", "rows": "rows", "subjects": "distinct subjects"}
DAY_SECONDS = 24 * 60 * 60


class QuotaExceededError(ExchangeError):
    """A quota of the grant is used up for the day; nothing was given (429)."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What one use costs; ``subjects`` are keyed digests of 32 bytes, sorted, each once."""

    calls: int = 1
    rows: int = 0
    subjects: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """Whose quota: the grant's id, its day, its limits by name (those that are set)."""

    grant_id: uuid.UUID
    day: date
    limits: Mapping[str, int]


Used = dict[str, int]
"""What is used of the day, by ``calls``, ``rows`` and ``subjects``."""


def account_of(grant: Grant | None, now: datetime) -> Account | None:
    """Return the account to charge, None where the grant has no quota (or there is no grant)."""
    if grant is None or (grant.quota_calls is None and grant.quota_rows is None and grant.quota_subjects is None):
        return None
    return Account(grant.id, local_day(now), grant.quotas)


def digests(secret: bytes, resource: uuid.UUID, subjects: Iterable[str]) -> tuple[bytes, ...]:
    """Return the keyed digests of subjects of one resource: sorted, so that two batches never wait crosswise."""
    return tuple(sorted({hmac.digest(secret, resource.bytes + one.encode(), "sha256") for one in subjects}))


def resets_at(now: datetime) -> datetime:
    """Return the end of the city's day, when every quota begins anew."""
    local = now.astimezone(CHINA)
    return datetime.combine(local.date() + timedelta(days=1), time(0, 0), CHINA)


def left(limits: Mapping[str, int], used: Used) -> dict[str, int]:
    """Return what is left of each limit."""
    return {name: max(0, limit - used.get(name, 0)) for name, limit in limits.items()}


def fields(limits: Mapping[str, int], remaining: Mapping[str, int], now: datetime) -> dict[str, str]:
    """Return the header fields that say what is left (draft-ietf-httpapi-ratelimit-headers)."""
    seconds = max(1, int((resets_at(now) - now).total_seconds()))
    return {
        "RateLimit-Policy": ", ".join(f'"{name}";q={limit};w={DAY_SECONDS}' for name, limit in limits.items()),
        "RateLimit": ", ".join(f'"{name}";r={count};t={seconds}' for name, count in remaining.items()),
    }


def exceeded(account: Account, name: str, used: Used, now: datetime) -> QuotaExceededError:
    """Return the answer that names the quota, what is used and what is left of it, and when it begins anew."""
    limit = account.limits[name]
    rest = max(0, limit - used.get(name, 0))
    ends = resets_at(now)
    return QuotaExceededError(
        f"本授权今日的{NAMES_ZH[name]}配额为 {limit}，已用 {used.get(name, 0)}，剩余 {rest}，本次请求超出，未提供内容",
        f"the grant's quota of {NAMES_EN[name]} is {limit} a day: {used.get(name, 0)} used, {rest} left; "
        "this call asks for more and nothing was given",
        next_zh="请缩小本次请求，或在次日零时后再试；长期不足请向提供单位申请调整配额",
        next_en="ask for less, or again after midnight in the city; ask the provider for a larger quota if it lasts",
        facts={
            "quota": name,
            "limit": limit,
            "used": used.get(name, 0),
            "left": rest,
            "resets_at": ends.isoformat(),
            "retry_after_seconds": max(1, int((ends - now).total_seconds())),
        },
    )
