"""One hub for the tests of the directory's metadata: two published entries, a grant, a request that waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.hosted import HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server


@pytest.fixture(scope="module")
def city(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedCity]:
    """Serve a hub with the demo city's people and an empty directory."""
    with hosted_city(server, template, tmp_path_factory.mktemp("metadata")) as hosted:
        yield hosted
