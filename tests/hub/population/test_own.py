"""One's own record in the register of persons: values with their sources, others' numbers masked, nobody else's."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from hub.demo.people import residents
from tests.hub.own_data.conftest import Place
from tests.hub.population import conftest as people
from tests.support.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2

    from tests.hub.population.conftest import Registry

PATH = "/api/v1/me/register"
ADULTS = [one for one in residents() if not one.is_dead and one.age() >= 30]


@pytest.fixture(scope="module")
def browser(registry: Registry) -> Iterator[httpx2.Client]:
    """Give a browser signed in as a person the register holds."""
    number = ADULTS[0].number
    registry.add(number, {"P001": number, "P002": "示例本人", "P003": "1", "P032": people.MOTHER}, doubted=["P003"])
    with ExitStack() as stack:
        yield Place(registry.city, registry.doors, Clock(), stack).sign_in(number, second_factor="1")


def test_my_values_come_in_full_each_with_its_source(browser: httpx2.Client) -> None:
    found = browser.get(PATH).json()
    assert (found["items"]["p001"], found["items"]["p002"]) == (ADULTS[0].number, "示例本人")
    assert (found["sources"]["p002"]["push"], found["under_verification"]) == (7, ["p003"])
    assert found["events"][0]["department"]


def test_the_number_of_another_is_masked_in_my_record(browser: httpx2.Client) -> None:
    found = browser.get(PATH)
    assert people.MOTHER not in found.text


def test_my_look_leaves_a_receipt(browser: httpx2.Client, registry: Registry) -> None:
    found = browser.get(PATH).json()
    assert registry.rows("SELECT kind FROM hub.receipt WHERE id = %s", found["receipt"]) == [("query",)]


def test_whom_the_register_does_not_hold_is_told_so(registry: Registry) -> None:
    with ExitStack() as stack:
        stranger = Place(registry.city, registry.doors, Clock(), stack).sign_in(ADULTS[1].number)
        assert stranger.get(PATH).status_code == 404


def test_nobody_is_shown_a_record_without_signing_in(registry: Registry) -> None:
    assert registry.doors.public().get(PATH).status_code == 401
