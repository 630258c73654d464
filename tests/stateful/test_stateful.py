"""Random organs, roles, acts, days and restarts: the promises hold after every step, beside a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.stateful.machine import Sharing
from tests.stateful.world import found_seed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server

COMMON = settings(
    deadline=None, database=None, print_blob=True, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
LEAST_ANSWERS = 5
"""A run in which nearly nothing was answered shows nothing."""


@pytest.fixture(scope="module", autouse=True)
def _seed(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    Sharing.seed = found_seed(server, template, tmp_path_factory.mktemp("stateful"))
    yield
    server.drop(Sharing.seed.database)


def test_no_promise_is_broken_by_any_order_of_acts_days_and_restarts() -> None:
    Sharing.tally.clear()
    run_state_machine_as_test(
        Sharing, settings=settings(COMMON, max_examples=6, stateful_step_count=30, derandomize=True)
    )
    print(Sharing.tally)
    assert Sharing.tally["answers"] >= LEAST_ANSWERS


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_stateful_long() -> None:
    Sharing.tally.clear()
    run_state_machine_as_test(Sharing, settings=settings(COMMON, max_examples=150, stateful_step_count=80))
    print(Sharing.tally)
    assert Sharing.tally["answers"] >= LEAST_ANSWERS
