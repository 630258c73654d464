"""The pages are read on one started hub with a few entries of the demo city."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hub.portal.town import Town, founded_town

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="package")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Give the town; its pages are read, nobody changes it."""
    with founded_town(tmp_path_factory.mktemp("town")) as town:
        yield town
