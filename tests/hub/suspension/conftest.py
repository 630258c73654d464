"""Two hubs on one database for the tests of suspension."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hub.suspension.ways import Pair, two_hubs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server


@pytest.fixture(scope="package")
def pair(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Give the two hubs."""
    with two_hubs(server, template, tmp_path_factory.mktemp("suspension")) as made:
        yield made
