"""The basic databases of the demo city: fed from its own departments' resources, described, and counted once.

Persons come from public security (residents, residence permits), civil affairs (marriages) and human resources
(insurance), bodies from market regulation; mapping and ranks follow from the data elements of the entries. Done over
HTTP by the data bureau's keeper of the directory, as in a city. Zhengzhou Art. 18, 19.
"""

from __future__ import annotations

import time
import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from hub.demo.directory import read_entry
from hub.demo.load import describe, review
from hub.identity.roles import Role

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from hub.client import Hub
    from hub.demo.directory import DemoEntry
    from hub.demo.load import People

PERSONS, BODIES = "population", "legal_persons"
REGISTER_OF_PERSONS: Final = "renkou-jichu-ku"
DESCRIBED_BY: Final[Mapping[str, str]] = {PERSONS: REGISTER_OF_PERSONS, BODIES: "qiye-dengji"}
"""The entry whose items the services of a register give, and on which grants are asked for."""
SOURCES: Final[tuple[tuple[str, str, Mapping[str, str | None]], ...]] = (
    (PERSONS, "changzhu-renkou", {}),
    (PERSONS, "hunyin-dengji", {"P103": "peiou_shenfen_haoma"}),
    (PERSONS, "juzhuzheng", {}),
    (PERSONS, "shebao-canbao", {"P026": None, "P027": None}),
    (BODIES, "qiye-dengji", {}),
    (BODIES, "geti-gongshanghu", {}),
)
"""Which resource feeds which register; the spouse is an element the register has beside the national list.

None leaves an element out: insurance says kind and state in words, not by the codes of the list.
"""
LONGEST_SECONDS: Final = 60.0
PAUSE_SECONDS: Final = 0.1


def register_entry(today: date) -> DemoEntry:
    """Return the entry that describes the register of persons: beside the departments' forty, for it has no rows."""
    path = files("hub.demo").joinpath("base").joinpath(f"{REGISTER_OF_PERSONS}.toml")
    return read_entry(REGISTER_OF_PERSONS, tomllib.loads(path.read_text(encoding="utf-8")), today)


def name_sources(people: People) -> None:
    """Publish the register's entry, switch both registers on and name their sources.

    The sweep of the hub feeds them from now on by itself.
    """
    keeper, entry_of_persons = _keeper(people), register_entry(people.today())
    describe(people, entry_of_persons)
    review(people, entry_of_persons)
    for code, entry in DESCRIBED_BY.items():
        keeper.call("PUT", f"/api/v1/registers/{code}/switch", json={"is_on": True})
        keeper.call("PUT", f"/api/v1/registers/{code}/entry", json={"entry": entry})
    for code, entry, more in SOURCES:
        path = f"/api/v1/registers/{code}/sources"
        proposed = keeper.call("GET", f"{path}/proposal", params={"entry": entry})
        items = {**proposed["items"], **more}
        mapped = {element: column for element, column in items.items() if column is not None}
        keeper.call("PUT", path, json={"entry": entry, "items": mapped})


def release_figures(people: People) -> dict[str, Any]:
    """Wait until every source is taken, release this month's statistics by division; returns what the registers hold.

    Raises:
        TimeoutError: the registers are not through after :data:`LONGEST_SECONDS`.

    """
    keeper = _keeper(people)
    until = time.monotonic() + LONGEST_SECONDS
    while waiting := _waiting(keeper):
        if time.monotonic() > until:
            raise TimeoutError(f"尚未汇入 / not taken in yet: {', '.join(waiting)}")
        time.sleep(PAUSE_SECONDS)
    keeper.call("POST", "/api/v1/statistics/population/releases", json={"period": f"{people.today():%Y-%m}"})
    listed = keeper.call("GET", "/api/v1/registers")["registers"]
    return {one["code"]: one["subjects"] for one in listed if one["code"] in DESCRIBED_BY}


def _waiting(keeper: Hub) -> list[str]:
    """Return the entries whose last version is not in the registers yet."""
    found = [one for code in DESCRIBED_BY for one in keeper.call("GET", f"/api/v1/registers/{code}/sources")["sources"]]
    return [one["entry"] for one in found if one["consumed"] == 0 or one["lag"]["versions"] or one["is_refeeding"]]


def _keeper(people: People) -> Hub:
    return people.person(people.city.authority.slug, Role.CATALOGUE_REVIEWER)
