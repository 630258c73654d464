"""Signatures and retries of webhooks, by the published vector of Standard Webhooks and by the rules of RFC 9110."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.exchange.subscriptions import signing
from hub.exchange.subscriptions.rules import WebhookRules, asked_delay

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
RULES = WebhookRules()


def test_the_published_vector_of_standard_webhooks_is_signed_the_same() -> None:
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    found = signing.signature([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_two_secrets_give_two_signatures_separated_by_a_space() -> None:
    parts = signing.signature([b"a" * 32, b"b" * 32], "id", 1, b"{}").split(" ")
    assert [part[:3] for part in parts] == ["v1,", "v1,"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        ("Mon, 02 Mar 2026 01:01:00 GMT", 60),
        ("Mon, 02 Mar 2026 00:00:00 GMT", 0),
        ("", None),
        ("-5", None),
        ("soon", None),
        ("１２", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date(text: str | None, seconds: int | None) -> None:
    wanted = None if seconds is None else timedelta(seconds=seconds)
    assert asked_delay(text, NOW) == wanted


@given(attempts=st.integers(1, 10_000))
def test_a_wait_lies_between_half_and_the_whole_of_a_doubling_time_and_has_a_limit(attempts: int) -> None:
    whole = min(RULES.backoff_first_seconds * 2 ** min(attempts - 1, 60), RULES.backoff_longest_seconds)
    assert whole / 2 <= RULES.backoff(attempts) <= whole


def test_retries_over_three_days_are_few() -> None:
    at, attempts = NOW, 0
    while at - NOW < RULES.give_up:
        attempts += 1
        at = RULES.next_attempt(at, attempts, None)
    assert attempts < 50


def test_a_target_can_only_ask_for_more_time_and_never_for_more_than_three_days() -> None:
    soon, late = RULES.next_attempt(NOW, 12, "1"), RULES.next_attempt(NOW, 1, "999999999")
    assert (soon - NOW > timedelta(minutes=30), late - NOW) == (True, RULES.give_up)
