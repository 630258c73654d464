"""One served city for the tests of delivery: two registers of persons, an open register, two agencies with grants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hub.delivery.kit import FOLLOWER, MATCHER, grant_batch, grant_feed
from tests.support import acts
from tests.support.acts import BUS_STOPS, MARRIAGES, RESIDENTS
from tests.support.hosted import hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server
    from tests.support.hosted import HostedCity


@pytest.fixture(scope="package")
def delivering_city(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedCity]:
    """Give the city; its hub may call this machine, for webhooks."""
    folder = tmp_path_factory.mktemp("delivery")
    with hosted_city(server, template, folder, egress_loopback=True) as city:
        acts.publish_and_supply(city.people, MARRIAGES, folder / "files")
        acts.publish_and_supply(city.people, BUS_STOPS, folder / "files")
        acts.publish_and_supply(city.people, RESIDENTS, folder / "files")
        grant_batch(city.people, MATCHER)
        grant_feed(city.people, FOLLOWER)
        acts.ask_for(city.people, FOLLOWER, BUS_STOPS, {"zhandian_bianma": "full"}, modes=["subscribe"])
        yield city
