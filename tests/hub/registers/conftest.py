"""What the tests of feeding share: a city without departments, on a database of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hub.registers.kit import city_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hub.database import Database
    from tests.hub.registers.kit import City


@pytest.fixture
def city(database: Database, tmp_path: Path) -> Iterator[City]:
    """Give a city whose register of persons is on."""
    with city_of(database, tmp_path) as city:
        yield city
