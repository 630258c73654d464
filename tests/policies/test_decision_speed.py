"""Decisions are cheap: a simple one costs a few microseconds of processor time, so every row path can ask anew."""

from __future__ import annotations

from time import process_time
from typing import TYPE_CHECKING

import pytest

from policies.decision import Permit, decide
from policies.facts import Sensitivity, Treatment
from policies.packs import load_pack
from tests.policies.builders import grant, item, open_item, public_request, request, resource

if TYPE_CHECKING:
    from policies.facts import DecisionRequest, GrantFacts

PACK = load_pack("zhengzhou")
HELD = resource(open_item(), item("kind", Sensitivity.INT))
ROUNDS = 5_000
# Measured: 220,000 to 300,000 a second on a quiet core; the floor leaves room for slow machines.
FLOOR = 40_000


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (request("kind"), grant({"kind": Treatment.FULL})),
        (public_request("district"), None),
        (request("district"), grant({"kind": Treatment.FULL})),
    ],
)
def test_a_simple_decision_stays_far_below_a_tenth_of_a_millisecond(
    asked: DecisionRequest, given: GrantFacts | None
) -> None:
    assert isinstance(decide(asked, HELD, given, PACK), Permit)
    best = min(_seconds(asked, given) for _ in range(3))
    assert best < ROUNDS / FLOOR


def _seconds(asked: DecisionRequest, given: GrantFacts | None) -> float:
    start = process_time()
    for _ in range(ROUNDS):
        decide(asked, HELD, given, PACK)
    return process_time() - start
