"""A served hub with a few entries of the demo city in its directory, and a browser's way to ask for its pages."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx2

from tests.support import acts
from tests.support.plain import NO_AUTHORITIES
from tests.support.running import RunningHub, founded_hub

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hub.demo.load import People

BUS_STOPS, BUS_LINES = acts.BUS_STOPS, "gongjiao-xianlu"
COMPANIES = acts.COMPANIES
REPORTS = "qiye-nianbao"
MARRIAGES = acts.MARRIAGES
SERVICES = "zhengwu-shixiang"
SUPPLIED = (BUS_STOPS, BUS_LINES, COMPANIES, REPORTS, MARRIAGES)
EMPTY = (SERVICES,)
"""Entries: four with their data, open, conditional and closed, and an open one without data."""


@dataclass
class Town:
    """The hub, its people, and a browser without scripts."""

    hub: RunningHub
    people: People
    folder: Path
    reader: httpx2.Client = field(init=False)

    def __post_init__(self) -> None:
        """Open the browser."""
        self.reader = self.browser()

    def browser(self) -> httpx2.Client:
        """Return a browser with cookies of its own; it asks for HTML and does not follow redirects by itself."""
        return httpx2.Client(
            base_url=self.hub.url, headers={"Accept": "text/html,*/*;q=0.8"}, timeout=30, verify=NO_AUTHORITIES
        )

    def page(self, path: str, **options: Any) -> str:
        """Return the text of a page that is there."""
        answer = self.reader.get(path, **options)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.text


@contextmanager
def founded_town(folder: Path, supplied: tuple[str, ...] = SUPPLIED, empty: tuple[str, ...] = EMPTY) -> Iterator[Town]:
    """Give a town with these entries of the demo."""
    with founded_hub(folder) as (hub, people):
        for name in supplied:
            acts.publish_and_supply(people, name, folder / "files")
        for name in empty:
            acts.publish(people, name)
        town = Town(hub, people, folder)
        try:
            yield town
        finally:
            town.reader.close()
