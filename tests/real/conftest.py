"""One served hub for all tests of the real files: a small city on a database of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.settings import Settings
from tests.conftest import lent_database
from tests.real.office import open_office

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server
    from tests.real.office import Office


@pytest.fixture(scope="package")
def office(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Lend the office of the city."""
    with lent_database(server, template) as database:
        settings = Settings(data_dir=tmp_path_factory.mktemp("real"), demo=True)
        with open_office(database, settings) as office:
            yield office
