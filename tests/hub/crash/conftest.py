"""The crash tests share one founded city a module; each test leaves the hub running or dead as it likes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.running import founded_hub
from tests.support.work import Work, prepare

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Work]:
    """Give a hub at work: entries published, registers pushed, questions granted."""
    folder = tmp_path_factory.mktemp("crash")
    with founded_hub(folder) as (hub, people):
        prepare(people, folder)
        yield Work(hub, people, folder)
