"""One served city with residents and marriages, two agencies that were granted some items, a clock that is moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from hub.demo.people import residents
from tests.support import acts
from tests.support.acts import MARRIAGES, RESIDENTS
from tests.support.clock import Clock
from tests.support.hosted import Doors, HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server

SOURCE, AGENCY, OTHER = "gonganju", "zhujianju", "jiaoyuju"
GRANTED = {"shenfen_haoma": "verify_only", "xingming": "full", "xingbie": "full", "minzu": "full"}


@dataclass
class Place:
    """The city with its doors and its clock."""

    city: HostedCity
    doors: Doors
    clock: Clock

    def person(self, number: int) -> str:
        """Return the identity number of a living resident by place; each test takes another."""
        return [one for one in residents() if not one.is_dead and one.age() >= 20][number].number

    def report(self, number: str, items: dict[str, str | None], **more: Any) -> dict[str, Any]:
        """Report a resident's record as the granted agency's system; returns the case."""
        body = {"entry": RESIDENTS, "key": {"shenfen_haoma": number}, "items": items, "reason": "与证件不符", **more}
        made = self.city.people.system(AGENCY).call("POST", "/api/v1/corrections", json=body)
        self.city.services.identity.keeper.refresh()  # every process sees the flag within 5 s; this one now
        return made


@pytest.fixture(scope="module")
def place(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Give the city of a module."""
    clock = Clock()
    with hosted_city(server, template, tmp_path_factory.mktemp("corrections"), now=clock) as city:
        for name in (RESIDENTS, MARRIAGES):
            acts.publish_and_supply(city.people, name, city.folder / "files")
        acts.ask_for(city.people, AGENCY, RESIDENTS, GRANTED)
        acts.ask_for(city.people, OTHER, RESIDENTS, {"shenfen_haoma": "verify_only", "xingbie": "full"})
        doors = Doors(city)
        try:
            yield Place(city, doors, clock)
        finally:
            doors.close()
