"""One city a module whose workbench the tests open in browsers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hub.portal_work.provider_kit import Bench
from tests.support import acts
from tests.support.clock import Clock
from tests.support.hosted import hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server


@pytest.fixture(scope="module")
def bench(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Give the city of a module; the marriage register is in its directory."""
    clock, folder = Clock(), tmp_path_factory.mktemp("bench")
    with hosted_city(server, template, folder, now=clock) as city:
        acts.publish_and_supply(city.people, acts.MARRIAGES, folder / "files")
        bench = Bench(city, clock)
        try:
            yield bench
        finally:
            bench.forget()
