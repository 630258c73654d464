"""Whatever stops a use, at whichever hub, takes effect within five seconds on every way of delivery (Done-when 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hub.suspension.ways import LIMIT_SECONDS, TRIALS, measured

if TYPE_CHECKING:
    from tests.hub.suspension.ways import Pair

SHORT = [trial for place, trial in enumerate(TRIALS) if place % 2 == 0]
"""Every second of the trials: each way meets two or three stops, and each stop five or six ways."""


@pytest.mark.parametrize(("way", "stop"), SHORT)
def test_a_stop_at_another_hub_takes_effect_within_5_seconds(pair: Pair, way: str, stop: str) -> None:
    assert measured(pair, way, stop) < LIMIT_SECONDS


@pytest.mark.long
@pytest.mark.parametrize(("way", "stop"), TRIALS)
def test_suspension_long_every_stop_on_every_way_ten_times_within_5_seconds(pair: Pair, way: str, stop: str) -> None:
    assert max(measured(pair, way, stop) for _ in range(10)) < LIMIT_SECONDS
