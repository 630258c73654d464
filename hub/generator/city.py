"""Writes a whole city as the departments' files: what is loaded first, then what happens day by day.

``base/<resource>.csv`` holds the state on the first day, ``days/<date>/<resource>.csv`` what a department reports on
a day, ``truth/`` what a test compares with: the totals as made and every conflict set on purpose. The same seed,
parameters and size give the same bytes. Block after block, so that memory does not grow with the city.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from hub.generator import bodies as body_making
from hub.generator import rows
from hub.generator.apportion import largest_remainder, take
from hub.generator.events import Happenings, business, by_day
from hub.generator.families import settle
from hub.generator.numbers import CAPACITY
from hub.generator.people import Cohorts, People
from hub.generator.places import Grid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from hub.generator.parameters import CityParameters, DistrictShare

    Numbers = NDArray[np.int64]

BLOCK: Final = 50_000
_PERSON_EVENTS: Final = ("birth", "death", "move", "marriage", "divorce", "rename", "renumber", "arrival")
_A_YEAR: Final = 365.0


@dataclass(frozen=True, slots=True)
class Wish:
    """How large a city to make.

    ``days`` of events after the first day; ``daily_share`` of the persons meet an event each day (None: by the
    rates of the parameters); ``conflict_share`` of insurance rows have a slip in the name.
    """

    persons: int
    bodies: int
    seed: int
    days: int = 0
    daily_share: float | None = None
    conflict_share: float = 0.002


class Files:
    """Appends rows to the files of a city."""

    def __init__(self, folder: Path, first_day: np.datetime64) -> None:
        """Write below ``folder``, which is empty or not there yet."""
        self.folder = folder
        self._first_day = first_day
        self.rows: Counter[str] = Counter()

    def base(self, resource: str, frame: pl.DataFrame) -> None:
        """Append rows of the first day."""
        self._append(f"base/{resource}.csv", frame)

    def day(self, resource: str, day: int, frame: pl.DataFrame) -> None:
        """Append rows reported on a day."""
        self._append(f"days/{self._first_day + day}/{resource}.csv", frame)

    def truth(self, name: str, frame: pl.DataFrame) -> None:
        """Append lines of what a test compares with."""
        self._append(f"truth/{name}.csv", frame)

    def _append(self, name: str, frame: pl.DataFrame) -> None:
        path = self.folder / name
        is_new = name not in self.rows
        if is_new:
            path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb" if is_new else "ab") as target:
            frame.write_csv(target, include_header=is_new, datetime_format="%Y-%m-%d %H:%M:%S")
        self.rows[name] += len(frame)


class _City:
    """The making of one city: what remains to be given out."""

    def __init__(self, wish: Wish, city: CityParameters, files: Files) -> None:
        self.wish, self.city, self.files = wish, city, files
        totals = city.sex_by_age(wish.persons)
        self.cohorts = Cohorts(city.as_of, totals, wish.seed)
        self.remaining = totals.copy()
        self.ethnic = largest_remainder(list(city.ethnic.values()), wish.persons)
        self.ethnic_codes = np.array(list(city.ethnic))
        self.grid = Grid(city)
        self.towns = np.array([town.code[:6] for town in self.grid.towns])
        self.persons_made = self.bodies_made = 0
        self.households = self.certificates = 0
        self.events: Counter[str] = Counter()
        self.registered, self.founded = pl.DataFrame(), np.empty(0, dtype=np.int64)
        self.divisions: Counter[str] = Counter()
        self.conflicts = 0

    def blocks(self) -> Iterator[tuple[DistrictShare, int]]:
        """Yield district and size of each block; the sizes of a district add up to its total."""
        shares = largest_remainder([one.persons for one in self.city.districts], self.wish.persons)
        for district, total in zip(self.city.districts, shares.tolist(), strict=True):
            self.divisions[district.code] += total
            parts = max(1, -(-total // BLOCK))
            for part in range(parts):
                size = total * (part + 1) // parts - total * part // parts
                if size:
                    yield district, size

    def make(self, number: int, district: DistrictShare, size: int) -> int:
        """Make one block and write it; returns the number of persons."""
        chance = np.random.Generator(np.random.PCG64(np.random.SeedSequence([self.wish.seed, number])))
        block = self._block(district, size, chance)
        day = np.datetime64(self.city.as_of, "D")
        happen = Happenings(block, chance, self.cohorts, self.grid, day, self.wish.days, self.wish.conflict_share)
        self._write_base(block, happen.disagree(), happen.wrong_marriages())
        wanted = self._wanted(size, chance)
        happen.run(wanted)
        self._businesses(happen, chance, district, day)
        for resource in rows.RESOURCES:
            for when, frame in by_day(happen.reports, resource):
                self.files.day(resource, when, self._as_reported(resource, frame))
        listed = pl.concat(happen.reports.conflicts)
        self.conflicts += len(listed)
        self.files.truth("conflicts", listed)
        self.events.update(happen.reports.counts)
        return size

    def _block(self, district: DistrictShare, size: int, chance: np.random.Generator) -> rows.Block:
        counts = take(self.remaining, size)
        self.remaining -= counts
        groups = take(self.ethnic, size)
        self.ethnic -= groups
        given = self.cohorts.people(counts)
        ethnic = self.ethnic_codes[np.repeat(np.arange(len(groups)), groups)]
        people = People(given.men, given.ages, given.born, given.numbers, chance.permutation(ethnic))
        settle(people, chance, self.city.persons_per_household)
        many = int(people.household.max()) + 1
        towns = np.flatnonzero(self.towns == district.code)
        rooms = self.grid.rooms(towns[chance.integers(0, len(towns), many)])
        since = (chance.random(size) * 900).astype(np.int64)
        day = np.datetime64(self.city.as_of, "D")
        changed: NDArray[np.datetime64] = np.maximum(day - since, people.born).astype("datetime64[s]")
        updated = changed + np.timedelta64(9, "h")
        residents = rows.residents(people, rooms, self.households, updated)
        self.households += many
        self.persons_made += size
        due = round(self.wish.bodies * self.persons_made / self.wish.persons) - self.bodies_made
        numbers = np.arange(self.bodies_made, self.bodies_made + due, dtype=np.int64)
        self.bodies_made += due
        new = int(due * self._business_share() / 2 + chance.random()) if self.wish.days else 0
        self.founded = numbers[due - new :]
        numbers = numbers[: due - new]
        bodies = body_making.found(people, numbers, (district.code, district.name), self.city.as_of, chance)
        active = bodies.frame.filter(pl.col("status") == body_making.ACTIVE)["code"]
        insured, insurance = rows.insured(people, residents, active, chance)
        places = rooms.gather(people.household[bodies.leaders])
        block = rows.Block(people, residents, rooms, bodies, insurance, insured)
        self.registered = rows.bodies(block, places, self._authority(district))
        return block

    def _write_base(self, block: rows.Block, insurance: pl.DataFrame, wrong: Numbers) -> None:
        people = block.people
        slip = np.zeros(people.count, dtype=np.bool_)
        slip[wrong] = True
        told = block.residents.with_columns(
            hunyin=pl.when(pl.Series(slip)).then(pl.lit("10")).otherwise(pl.col("hunyin"))
        )
        order = np.argsort(people.household, kind="stable").tolist()
        self.files.base(rows.RESIDENTS, told[order])
        born = rows.births(block, self.certificates)
        self.certificates += len(born)
        self.files.base(rows.BIRTHS, born)
        self.files.base(rows.MARRIAGES, rows.marriages(block, rows.registered(people)))
        self.files.base(rows.INSURANCE, insurance)
        self.files.base(rows.ADDRESSES, rows.addresses(block.rooms))

    def _as_reported(self, resource: str, frame: pl.DataFrame) -> pl.DataFrame:
        """Return reported rows in the form of the resource: a certificate of birth has its number."""
        if resource != rows.BIRTHS:
            return frame
        first = self.certificates
        self.certificates += len(frame)
        return rows.certificates(frame, first)

    def _businesses(
        self, happen: Happenings, chance: np.random.Generator, where: DistrictShare, day: np.datetime64
    ) -> None:
        """Write the bodies of the first day; some are founded later, others end or change."""
        told, new = self.registered, len(self.founded)
        when = chance.integers(1, self.wish.days + 1, new)
        on = pl.Series(day + when)
        people = happen.block.people
        bodies = body_making.found(people, self.founded, (where.code, where.name), self.city.as_of, chance)
        block = replace(happen.block, bodies=bodies)
        places = happen.block.rooms.gather(people.household[bodies.leaders])
        later = rows.bodies(block, places, self._authority(where)).with_columns(
            chengli_riqi=on,
            hezhun_riqi=on,
            dengji_zhuangtai=pl.lit(body_making.ACTIVE),
            zhuxiao_riqi=pl.lit(None, dtype=pl.Date),
            shangji_daima=pl.lit(None, dtype=pl.String),
        )
        self.files.base(rows.BODIES, told)
        happen.reports.add(rows.BODIES, later, when)
        happen.reports.counts["founding"] = new
        ends = int(len(told) * self._business_share() / 2 + chance.random())
        business(happen.reports, chance, told, (day, self.wish.days), ends)

    def _business_share(self) -> float:
        return self.city.rates.get("business", 0.0) / 1000 / _A_YEAR * self.wish.days

    def _authority(self, district: DistrictShare) -> str:
        return f"{self.city.name}{district.name}市场监督管理局"

    def _wanted(self, size: int, chance: np.random.Generator) -> dict[str, int]:
        rates = {kind: self.city.rates.get(kind, 0.0) / 1000 / _A_YEAR for kind in _PERSON_EVENTS}
        whole = sum(rates.values(), start=0.0)
        if self.wish.daily_share is not None and whole:
            scale = self.wish.daily_share / whole
            rates = {kind: rate * scale for kind, rate in rates.items()}
        wanted = {kind: int(rate * size * self.wish.days + chance.random()) for kind, rate in rates.items()}
        # A day has room for so many new numbers only: what is beyond happens as moves.
        room = int(1.5 * CAPACITY * self.wish.days * size / self.wish.persons)
        spare = max(0, wanted["birth"] - room)
        return wanted | {"birth": wanted["birth"] - spare, "move": wanted["move"] + spare}


def generate(
    folder: Path, wish: Wish, city: CityParameters, told: Callable[[int], None] = lambda _done: None
) -> dict[str, object]:
    """Write a city below ``folder`` and return what was made; ``told`` hears how many persons are done.

    Raises:
        ValueError: more persons of one day of birth, or more bodies, than there are sample numbers.

    """
    files = Files(folder, np.datetime64(city.as_of, "D"))
    making = _City(wish, city, files)
    done = 0
    for number, (district, size) in enumerate(making.blocks()):
        done += making.make(number, district, size)
        told(done)
    totals = making.cohorts.totals
    summary: dict[str, object] = {
        "note": "合成数据，号码均不可能属于任何人 / synthetic: no number can belong to anybody",
        "name": city.name,
        "seed": wish.seed,
        "as_of": city.as_of.isoformat(),
        "until": (city.as_of + timedelta(days=wish.days)).isoformat(),
        "persons": wish.persons,
        "men": int(totals[0].sum()),
        "women": int(totals[1].sum()),
        "ages": {f"{low}-{high}": int(totals[:, low : high + 1].sum()) for low, high, _ in city.bands},
        "divisions": dict(making.divisions),
        "ethnic": dict(
            zip(city.ethnic, largest_remainder(list(city.ethnic.values()), wish.persons).tolist(), strict=True)
        ),
        "households": making.households,
        "bodies": making.bodies_made,
        "events": dict(making.events),
        "conflicts": making.conflicts,
        "rows": dict(sorted(files.rows.items())),
    }
    text = json.dumps(summary, ensure_ascii=False, indent=1)
    (folder / "truth" / "summary.json").write_text(text + "\n", encoding="utf-8")
    return summary
