"""Takes a hub with the demo city's people to a generated city: entries, sources of the registers, files, figures.

Every step goes over HTTP and is done by the person whose duty it is, as in a real city: departments describe and
push, the data bureau publishes, names the sources and releases the statistics. What is done already is not repeated.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from hub.client import HubProblemError
from hub.demo.load import describe, review
from hub.generator import rows
from hub.generator.directory import ENTRIES, REGISTER_OF_PERSONS, entry_of
from hub.identity.roles import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from hub.client import Hub
    from hub.demo.load import People

PERSONS, BODIES = "population", "legal_persons"
SOURCES: Final[tuple[tuple[str, str, str, Mapping[str, str]], ...]] = (
    (
        PERSONS,
        rows.RESIDENTS,
        "record",
        {"P101": "fu_haoma", "P102": "mu_haoma", "P104": "yuan_haoma"},
    ),
    (PERSONS, rows.BIRTHS, "birth", {"P101": "fu_haoma", "P102": "mu_haoma"}),
    (PERSONS, rows.DEATHS, "death", {}),
    (PERSONS, rows.MARRIAGES, "record", {"P103": "peiou_haoma"}),
    (PERSONS, rows.INSURANCE, "record", {}),
    (BODIES, rows.BODIES, "record", {}),
)
"""Which resource feeds which register as what; keys, elements and ranks follow from the entries. Added to them are
the elements of parents, spouse and former number, which the register has beside the national list."""

_NOT_FOUND: Final = 404
_PAUSE_SECONDS: Final = 1.0


@dataclass(slots=True)
class Loading:
    """One loading: who acts, which folder, what each step took (seconds)."""

    people: People
    folder: Path
    told: Callable[[str, float], None]
    steps: list[dict[str, object]] = field(default_factory=list)

    @property
    def bureau(self) -> Hub:
        """The data bureau's keeper of the directory."""
        return self.people.person(self.people.city.authority.slug, Role.CATALOGUE_REVIEWER)

    def timed(self, name: str, act: Callable[[], object]) -> None:
        """Do a step and note how long it took."""
        since = time.monotonic()
        found = act()
        seconds = round(time.monotonic() - since, 2)
        self.steps.append({"step": name, "seconds": seconds, "result": found})
        self.told(name, seconds)

    def publish(self) -> list[str]:
        """Describe and publish the entries that are not in the directory yet; returns their names."""
        made = []
        for name in ENTRIES:
            entry = entry_of(name, self.people.today())
            try:
                self.people.person(entry.provider, Role.CLERK).call("GET", f"/api/v1/entries/{name}")
            except HubProblemError as error:
                if error.status != _NOT_FOUND:
                    raise
                describe(self.people, entry)
                review(self.people, entry)
                made.append(name)
        return made

    def sources(self) -> list[str]:
        """Switch the registers on, let the entry describe the persons, name the sources."""
        for code in (PERSONS, BODIES):
            self.bureau.call("PUT", f"/api/v1/registers/{code}/switch", json={"is_on": True})
        self.bureau.call("PUT", f"/api/v1/registers/{PERSONS}/entry", json={"entry": REGISTER_OF_PERSONS})
        for code, entry, kind, more in SOURCES:
            path = f"/api/v1/registers/{code}/sources"
            proposed = self.bureau.call("GET", f"{path}/proposal", params={"entry": entry})
            body = {"entry": entry, "kind": kind, "items": {**proposed["items"], **more}}
            self.bureau.call("PUT", path, json=body)
        return [entry for _, entry, _, _ in SOURCES]

    def push(self, path: Path, mode: str) -> dict[str, object]:
        """Push a file as its department; returns what the report counts."""
        entry = entry_of(path.stem, self.people.today())
        clerk = self.people.person(entry.provider, Role.CLERK)
        report = clerk.push_file(path.stem, path, options={"mode": mode})
        return {"counts": report.get("counts"), "state": report.get("state")}

    def wait(self, seconds: float) -> dict[str, object]:
        """Wait until the registers have taken every version.

        Raises:
            TimeoutError: they did not in ``seconds``; what is in stays.

        """
        until = time.monotonic() + seconds
        while True:
            found = self.bureau.call("GET", "/api/v1/registers")["registers"]
            mine = [one for one in found if one["code"] in {PERSONS, BODIES}]
            behind = [
                source["entry"]
                for one in mine
                for source in self.bureau.call("GET", f"/api/v1/registers/{one['code']}/sources")["sources"]
                if source["is_active"] and (source["lag"]["versions"] or source["is_refeeding"])
            ]
            if not behind:
                return {one["code"]: one["subjects"] for one in mine}
            if time.monotonic() > until:
                raise TimeoutError(f"尚未汇入 / not taken in yet: {', '.join(behind)}")
            time.sleep(_PAUSE_SECONDS)

    def release(self) -> dict[str, object]:
        """Release the statistics by division of this month, where they are not released yet."""
        period = f"{self.people.today():%Y-%m}"
        known = self.bureau.call("GET", "/api/v1/statistics/population/releases")["releases"]
        if known and known[0]["period"] >= period:
            return {"period": known[0]["period"]}
        made = self.bureau.call("POST", "/api/v1/statistics/population/releases", json={"period": period})
        return {"period": made["period"], "cells": made["cells"], "hidden": made["hidden"]}


def load(
    people: People, folder: Path, *, seconds: float, told: Callable[[str, float], None] = lambda _name, _seconds: None
) -> list[dict[str, object]]:
    """Load a generated city from its folder and return the steps with their time.

    Args:
        people: the people of the demo city at a running hub.
        folder: what ``hub generate city`` wrote.
        seconds: how long the registers may take over what was pushed last.
        told: hears of each step as it is done.

    Raises:
        FileNotFoundError: the folder holds no generated city.
        HubProblemError: a step was not done; what is done stays, and loading again goes on from there.
        TimeoutError: the registers are not through yet.

    """
    base = [folder / "base" / f"{name}.csv" for name in rows.RESOURCES]
    if not base[0].is_file():
        raise FileNotFoundError(f"{folder} 中没有生成的城市 / there is no generated city in {folder}")
    loading = Loading(people, folder, told)
    loading.timed("publish", loading.publish)
    loading.timed("sources", loading.sources)
    for path in base:
        if path.is_file():
            loading.timed(f"push {path.stem}", partial(loading.push, path, "full"))
    loading.timed("feed", partial(loading.wait, seconds))
    for day in sorted(folder.glob("days/*")):
        for path in sorted(day.glob("*.csv")):
            loading.timed(f"push {day.name} {path.stem}", partial(loading.push, path, "upsert"))
        loading.timed(f"feed {day.name}", partial(loading.wait, seconds))
    loading.timed("statistics", loading.release)
    return loading.steps
