"""One served city for duties, inventory, sources and sheets: marriages published and pushed, on a clock of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import acts
from tests.support.clock import Clock
from tests.support.hosted import Doors, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server
    from tests.support.hosted import HostedCity


@pytest.fixture(scope="package")
def duty_clock() -> Clock:
    """Give the time of the city."""
    return Clock()


@pytest.fixture(scope="package")
def duty_city(
    server: Server, template: str, tmp_path_factory: pytest.TempPathFactory, duty_clock: Clock
) -> Iterator[HostedCity]:
    """Give the city."""
    with hosted_city(server, template, tmp_path_factory.mktemp("duties"), now=duty_clock) as city:
        acts.publish_and_supply(city.people, acts.MARRIAGES, city.folder / "files")
        yield city


@pytest.fixture
def doors(duty_city: HostedCity) -> Iterator[Doors]:
    """Give plain HTTP clients."""
    made = Doors(duty_city)
    yield made
    made.close()
