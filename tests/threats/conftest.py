"""The attacks run on one started hub: two registers of persons, an open register, two agencies, one of them granted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.hub.portal.town import Town, founded_town
from tests.support import acts
from tests.support.acts import BUS_STOPS, MARRIAGES, RESIDENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.client import Hub

GRANTED, STRANGER = "rensheju", "jiaoyuju"
ITEMS = {"shenfen_haoma": "full", "xingming": "full", "xingbie": "full"}


@dataclass(frozen=True, slots=True)
class Agencies:
    """The systems of two agencies: one is granted three items of the residents and two of the bus stops."""

    granted: Hub
    stranger: Hub
    request: dict[str, object]


@pytest.fixture(scope="package")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Give the town that is attacked."""
    supplied = (BUS_STOPS, MARRIAGES, RESIDENTS)
    with founded_town(tmp_path_factory.mktemp("attacked"), supplied, empty=()) as town:
        yield town


@pytest.fixture(scope="package")
def agencies(town: Town) -> Agencies:
    """Give two agencies with their grants, made by the rule on the consent of their heads."""
    request = acts.ask_for(town.people, GRANTED, RESIDENTS, ITEMS)
    acts.ask_for(town.people, GRANTED, BUS_STOPS, {"zhandian_bianma": "full", "zhandian_mingcheng": "full"})
    acts.ask_for(town.people, STRANGER, RESIDENTS, {"shenfen_haoma": "full", "xingbie": "full"})
    people = town.people
    return Agencies(people.system(GRANTED), people.system(STRANGER), request)
