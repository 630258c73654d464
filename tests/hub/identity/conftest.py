"""What the tests of identity share: a hub's identity on a database of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hub.identity.identity_kit import Kit, make_kit

if TYPE_CHECKING:
    from pathlib import Path

    from hub.database import Database


@pytest.fixture
def kit(database: Database, tmp_path: Path) -> Kit:
    """Give identity as the demo has it: a password alone is enough."""
    return make_kit(database, tmp_path)


@pytest.fixture
def strict_kit(database: Database, tmp_path: Path) -> Kit:
    """Give identity as a city runs it: a code generator is needed."""
    return make_kit(database, tmp_path, demo=False)
