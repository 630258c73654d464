"""Decisions are cheap: a simple one takes few steps of the interpreter, so every row path can ask anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from policies.decision import Permit, decide
from policies.facts import Sensitivity, Treatment
from policies.packs import load_pack
from tests.policies.builders import grant, item, open_item, public_request, request, resource
from tests.support.effort import steps_of

if TYPE_CHECKING:
    from policies.facts import DecisionRequest, GrantFacts

PACK = load_pack("zhengzhou")
HELD = resource(open_item(), item("kind", Sensitivity.INT))
# Counted: 142 to 178 lines, calls and returns, which a quiet core does 220,000 to 300,000 times a second.
MOST_STEPS = 300


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (request("kind"), grant({"kind": Treatment.FULL})),
        (public_request("district"), None),
        (request("district"), grant({"kind": Treatment.FULL})),
    ],
)
def test_a_simple_decision_takes_at_most_three_hundred_steps(asked: DecisionRequest, given: GrantFacts | None) -> None:
    assert isinstance(decide(asked, HELD, given, PACK), Permit)
    assert steps_of(lambda: decide(asked, HELD, given, PACK)) <= MOST_STEPS
