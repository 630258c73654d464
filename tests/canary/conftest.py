"""One city with canaries in all that somebody may not see, its log kept, a webhook and a provider's API beside."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING

import pytest
import structlog

from hub.logs import configure
from tests.canary.aviary import Aviary, populate
from tests.hub.delivery.kit import Receiver
from tests.hub.relay import provider as stub
from tests.support.hosted import Doors, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server


@pytest.fixture(scope="module")
def aviary(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aviary]:
    """Give the city."""
    folder = tmp_path_factory.mktemp("canary")
    root, written = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers, root.level
    configure("json", stream=written)
    try:
        with (
            Receiver() as receiver,
            stub.running_provider() as provider,
            hosted_city(server, template, folder, egress_loopback=True) as city,
        ):
            aviary = Aviary(city, Doors(city), receiver, provider, written)
            populate(aviary)
            yield aviary
            aviary.close()
    finally:
        root.handlers = handlers
        root.setLevel(level)
        structlog.reset_defaults()
