"""One served city for the tests of versions, on a clock that can be set; its bus stops take every mode."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING

import pytest

from hub.client import Hub
from tests.hub.versions.kit import ALL_MODES, PUSHER, Register, set_policy
from tests.support import acts
from tests.support.acts import BUS_STOPS
from tests.support.clock import Clock
from tests.support.hosted import Doors, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server
    from tests.support.hosted import HostedCity

NUMBERS = count(1)


@pytest.fixture(scope="package")
def clock() -> Clock:
    """Give the time of the city."""
    return Clock(datetime(2026, 3, 2, 1, tzinfo=UTC))


@pytest.fixture(scope="package")
def versions_city(
    server: Server, template: str, tmp_path_factory: pytest.TempPathFactory, clock: Clock
) -> Iterator[HostedCity]:
    """Give the city."""
    with hosted_city(server, template, tmp_path_factory.mktemp("versions"), now=clock) as city:
        acts.publish(city.people, BUS_STOPS)
        set_policy(city.services.database.conninfo, modes=ALL_MODES)
        yield city


@pytest.fixture
def doors(versions_city: HostedCity) -> Iterator[Doors]:
    """Give plain HTTP clients."""
    made = Doors(versions_city)
    yield made
    made.close()


@pytest.fixture
def register(versions_city: HostedCity, clock: Clock) -> Iterator[Register]:
    """Give the bus stops, emptied of what another test left; its versions go on counting."""
    clock.forward(hours=1)
    folder = versions_city.folder / f"register-{next(NUMBERS)}"
    folder.mkdir()
    set_policy(versions_city.services.database.conninfo, hold_rows=None, release="direct", keep_versions=None)
    set_policy(versions_city.services.database.conninfo, keep_days=None)
    with Hub(versions_city.url) as public:
        yield Register(versions_city.people.system(PUSHER), folder, public)
