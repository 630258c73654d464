"""One hosted city for the tests of channels: an organ with a published entry to push to, and another organ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hub.push.channels.kit import OTHER, OWNER
from tests.support import acts
from tests.support.acts import BUS_STOPS
from tests.support.hosted import hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.client import Hub
    from tests.conftest import Server
    from tests.support.hosted import HostedCity


@pytest.fixture(scope="package")
def city(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedCity]:
    with hosted_city(server, template, tmp_path_factory.mktemp("channels")) as city:
        acts.publish(city.people, BUS_STOPS)
        yield city


@pytest.fixture
def owner(city: HostedCity) -> Hub:
    return city.people.system(OWNER)


@pytest.fixture
def other(city: HostedCity) -> Hub:
    return city.people.system(OTHER)
