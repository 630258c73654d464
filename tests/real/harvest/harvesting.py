"""What becomes of the real catalogues: harvested, reviewed and published on a served hub, run again, and counted."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hub.identity.roles import Role
from hub.rounds import run_now

if TYPE_CHECKING:
    from tests.support.hosted import HostedCity

HERE: Final = Path(__file__).resolve().parent
DATA: Final = HERE.parents[2].parent / "shared" / "data" / "catalogue"
FIGURES: Final = HERE / "figures.json"
PAGE: Final = HERE.parents[2] / "docs" / "reference" / "harvested-catalogues.md"
ABSENT: Final = "the folder with real catalogues is not beside the project"
AUTHORITY: Final = "shujuju"
SECONDS: Final = 600.0
COUNTS: Final = ("records", "accepted", "refused")


@dataclass(frozen=True, slots=True)
class RealCatalogue:
    """One file of the folder: its code as a source, what it is called, why it is refused where it is."""

    code: str
    file: str
    name: str = ""
    place: str = ""
    why: str = ""

    @property
    def is_portal(self) -> bool:
        """Whether it is one of the seven dumps of Chinese portals."""
        return self.file.startswith("cn_portal_")


def catalogues() -> tuple[RealCatalogue, ...]:
    """Return all files in the order of the list."""
    given = tomllib.loads((HERE / "catalogues.toml").read_text(encoding="utf-8"))
    return tuple(RealCatalogue(code, **values) for code, values in given.items())


@dataclass(frozen=True, slots=True)
class Harvest:
    """The people of the authority at work."""

    city: HostedCity

    def whole(self, one: RealCatalogue) -> dict[str, Any]:
        """Harvest a file, publish what was accepted, harvest it again; returns the figures."""
        first = self.run(one)
        if first["state"] == "failed":
            error = first["error"]
            return {"refused_as_a_whole": error["en"], "place": error["facts"].get("place", ""), "records": 0}
        listed = self.publish(first)
        again = self.run(one)
        counts = first["counts"]
        return {
            **{name: counts.get(name, 0) for name in COUNTS},
            "refused_by_rule": counts["refused_by_rule"],
            "noted": counts["noted"],
            "notes": [note["en"] for note in counts["notes"]],
            "listed": listed,
            "again": {"state": again["state"], "unchanged": again["counts"].get("unchanged", 0)},
            "providers": len(self.providers(one)),
        }

    def run(self, one: RealCatalogue) -> dict[str, Any]:
        """Register and run a file as the documented command does; returns the run."""
        clerk = self.city.people.person(AUTHORITY, Role.CLERK)
        definition = {"name": one.name or one.code, "place": one.place}
        body = {"code": one.code, "definition": definition}
        clerk.call("POST", "/api/v1/harvest/sources", json=body)
        path = DATA / one.file
        answer = clerk.raw(
            "POST",
            f"/api/v1/harvest/sources/{one.code}/runs",
            params={"name": path.name},
            content=path.read_bytes(),
            headers={"Content-Type": "application/octet-stream"},
        )
        run_now(self.city.services, "harvests")
        if not self.city.services.harvests.wait(SECONDS):
            raise TimeoutError(one.code)
        return clerk.call("GET", f"/api/v1/harvest/runs/{answer.json()['id']}")

    def publish(self, run: dict[str, Any]) -> int:
        """Review and publish a run; returns how many entries were listed."""
        reviewer = self.city.people.person(AUTHORITY, Role.CATALOGUE_REVIEWER)
        path = f"/api/v1/harvest/runs/{run['id']}"
        reviewer.call("POST", f"{path}/review", json={"decision": "approve"})
        listed = 0
        while True:
            done = reviewer.call("POST", f"{path}/publish", json={})
            listed += int(done["listed"])
            if not done["remaining"]:
                return listed

    def providers(self, one: RealCatalogue) -> set[str]:
        """Return the names of the providers a source came to."""
        clerk = self.city.people.person(AUTHORITY, Role.CLERK)
        names: set[str] = set()
        offset: int | None = 0
        while offset is not None:
            params = {"limit": 1000, "offset": offset}
            page = clerk.call("GET", f"/api/v1/harvest/sources/{one.code}/records", params=params)
            names |= {row["body"]["provider"]["name"] for row in page["records"] if row["body"]}
            offset = page["next"]
        return names
