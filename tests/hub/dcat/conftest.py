"""One hub for the tests of descriptions: the demo city's directory, two entries with rows, four harvested ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx2
import pytest

from tests.hub.dcat.directory import demo_directory, harvested_entries, plant
from tests.support.acts import BUS_STOPS, publish_and_supply
from tests.support.hosted import hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server
    from tests.support.hosted import HostedCity

STATISTICS = "renkou-tongji"
FILLED = (BUS_STOPS, STATISTICS)


@pytest.fixture(scope="package")
def city(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedCity]:
    folder = tmp_path_factory.mktemp("dcat")
    with hosted_city(server, template, folder, catalogue_licence="CC-BY-4.0") as city:
        for name in FILLED:
            publish_and_supply(city.people, name, folder)
        plant(city.services, demo_directory(city.services, besides=FILLED))
        plant(city.services, [(entry, "shujuju") for entry in harvested_entries()])
        yield city


@pytest.fixture
def reader(city: HostedCity) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=city.url, timeout=60) as client:
        yield client
