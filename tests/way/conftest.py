"""The way runs on one started hub with the demo city's people; its directory is empty at the beginning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from hub.client import Hub
from tests.support.running import RunningHub, founded_hub

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hub.demo.load import People


@dataclass(frozen=True, slots=True)
class City:
    """A served hub, the people who use it, a citizen, and a folder for what they save."""

    hub: RunningHub
    people: People
    citizen: Hub
    folder: Path


@pytest.fixture(scope="package")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """Give the city of the way."""
    folder = tmp_path_factory.mktemp("way")
    with founded_hub(folder) as (hub, people), Hub(hub.url) as citizen:
        yield City(hub, people, citizen, folder)
