"""One hosted city for the tests of the way back, whose clock travels; each test has a register of its own."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest

from tests.hub.push.loop.kit import Clerk, publish
from tests.support.clock import Clock
from tests.support.hosted import Doors, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Server
    from tests.support.hosted import HostedCity

NUMBERS = count(1)


@pytest.fixture(scope="package")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="package")
def city(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[HostedCity]:
    with hosted_city(server, template, tmp_path_factory.mktemp("loop"), now=clock) as city:
        yield city


@pytest.fixture(scope="package")
def doors(city: HostedCity) -> Iterator[Doors]:
    doors = Doors(city)
    yield doors
    doors.close()


@pytest.fixture
def clerk(city: HostedCity, doors: Doors, tmp_path: Path) -> Clerk:
    name = f"zhandian-{next(NUMBERS)}"
    publish(city, name)
    return Clerk(city, doors, tmp_path, name)
