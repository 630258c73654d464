"""What happens in a block day by day, as each department reports it: late, out of order, sometimes contradicting.

A person meets at most one event in the time generated, so that what is true afterwards is known. Every department
reports an event with a delay of its own. Where a department's row names a wrong value on purpose, the line stands in
the list of conflicts, for a test to compare with the list for correction (校核) the hub must show.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from hub.generator import rows
from hub.generator.names import given_numbers, person_names
from hub.generator.people import DIVORCED, FIRST, NEVER, NOBODY, WIDOWED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from hub.generator.people import Cohorts, People
    from hub.generator.places import Grid
    from hub.generator.rows import Block

    Numbers = NDArray[np.int64]
    Days = NDArray[np.datetime64]

_LATE: Final = 0.15
_LATEST: Final = 7
_WRONG: Final = "误"
"""A character added to a name by a slip: no list of given names has it."""


@dataclass(slots=True)
class Reports:
    """Rows of departments, each with the number of the day it is reported on; day 0 is the first load."""

    frames: list[tuple[str, pl.DataFrame]] = field(default_factory=list)
    conflicts: list[pl.DataFrame] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, resource: str, frame: pl.DataFrame, days: Numbers) -> None:
        """Note rows that are reported on these days."""
        if len(frame):
            self.frames.append((resource, frame.with_columns(_day=pl.Series(days))))

    def conflict(
        self, element: str, numbers: pl.Series, said: tuple[str, pl.Series], other: tuple[str, pl.Series]
    ) -> None:
        """Note that two resources say different things of an element of these persons."""
        self.conflicts.append(
            pl.DataFrame(
                {
                    "element": pl.Series([element] * len(numbers), dtype=pl.String),
                    "shenfen_haoma": numbers,
                    "resource": pl.Series([said[0]] * len(numbers), dtype=pl.String),
                    "value": said[1].cast(pl.String),
                    "other_resource": pl.Series([other[0]] * len(numbers), dtype=pl.String),
                    "other_value": other[1].cast(pl.String),
                }
            )
        )


@dataclass(slots=True)
class Happenings:
    """Makes the events of one block."""

    block: Block
    chance: np.random.Generator
    cohorts: Cohorts
    grid: Grid
    first_day: np.datetime64
    days: int
    conflict_share: float
    used: NDArray[np.bool_] = field(init=False)
    reports: Reports = field(default_factory=Reports)

    def __post_init__(self) -> None:
        """Begin with everybody free."""
        self.used = np.zeros(self.block.people.count, dtype=np.bool_)

    @property
    def people(self) -> People:
        """The persons of the block."""
        return self.block.people

    def disagree(self) -> pl.DataFrame:
        """Return the insurance rows of the first day, some names with a slip; list those, and wrong marriages."""
        frame = self.block.insurance
        wrong = np.flatnonzero(self.chance.random(len(frame)) < self.conflict_share)
        persons = self.block.insured[wrong]
        self.used[persons] = True
        slip = np.zeros(len(frame), dtype=np.bool_)
        slip[wrong] = True
        told = frame.with_columns(
            xingming=pl.when(pl.Series(slip)).then(pl.col("xingming") + _WRONG).otherwise(pl.col("xingming"))
        )
        self.reports.conflict(
            "P002",
            frame["shenfen_haoma"].gather(wrong.tolist()),
            (rows.INSURANCE, told["xingming"].gather(wrong.tolist())),
            (rows.RESIDENTS, frame["xingming"].gather(wrong.tolist())),
        )
        return told

    def wrong_marriages(self) -> Numbers:
        """Return whose marital status public security has wrong from the first day; civil affairs says otherwise."""
        people = self.people
        free = np.flatnonzero((people.marital == DIVORCED) & ~self.used)
        wrong = free[self.chance.random(len(free)) < self.conflict_share * 5]
        self.used[wrong] = True
        self.reports.conflict(
            "P019",
            people.numbers.gather(wrong.tolist()),
            (rows.RESIDENTS, pl.Series([str(NEVER)] * len(wrong), dtype=pl.String)),
            (rows.MARRIAGES, pl.Series([str(DIVORCED)] * len(wrong), dtype=pl.String)),
        )
        return wrong

    def run(self, wanted: dict[str, int]) -> None:
        """Let events happen, ``wanted`` of each kind; fewer where the block has not enough persons for them."""
        for kind, make in (
            ("death", self._deaths),
            ("marriage", self._marriages),
            ("divorce", self._divorces),
            ("birth", self._births),
            ("rename", self._renames),
            ("renumber", self._renumbers),
            ("move", self._moves),
            ("arrival", self._arrivals),
        ):
            self.reports.counts[kind] = make(wanted.get(kind, 0)) if self.days else 0

    def _when(self, count: int) -> tuple[Numbers, Days]:
        day = self.chance.integers(1, self.days + 1, count)
        return day, self.first_day + day

    def _reported(self, day: Numbers) -> Numbers:
        late = np.where(self.chance.random(len(day)) < _LATE, self.chance.integers(1, _LATEST + 1, len(day)), 0)
        return np.minimum(day + late, self.days)

    def _changed(self, places: Numbers, days: Days) -> pl.DataFrame:
        """Return the residents' rows of persons, changed on these days."""
        seconds = self.chance.integers(8 * 3600, 18 * 3600, len(places))
        at = days.astype("datetime64[s]") + seconds.astype("timedelta64[s]")
        frame: pl.DataFrame = self.block.residents[places.tolist()]
        return frame.with_columns(gengxin_shijian=pl.Series(at.astype("datetime64[us]")))

    def _free(self, mask: NDArray[np.bool_], count: int) -> Numbers:
        found = np.flatnonzero(mask & ~self.used)
        return np.sort(self.chance.permutation(found)[:count])

    def _deaths(self, count: int) -> int:
        people = self.people
        free = np.flatnonzero(~self.used)
        weight = np.exp(people.ages[free] / 11.0)
        order = np.argsort(self.chance.exponential(size=len(free)) / weight, kind="stable")
        dead = np.sort(free[order[:count]])
        # One of a couple at a time, so that who is left behind is alive.
        dead = dead[(people.spouse[dead] == NOBODY) | ~np.isin(people.spouse[dead], dead) | people.men[dead]]
        left = people.spouse[dead]
        dead, left = dead[(left == NOBODY) | ~self.used[left]], left[(left == NOBODY) | ~self.used[left]]
        self.used[dead] = True
        day, on = self._when(len(dead))
        slip = self.chance.random(len(dead)) < self.conflict_share * 5
        slip &= on > self.first_day + 1
        told = on - np.where(slip, 1, 0)
        police = self._changed(dead, on).with_columns(siwang_biaoshi=pl.lit("是"), siwang_riqi=pl.Series(told))
        self.reports.add(rows.RESIDENTS, police, self._reported(day))
        health = police.select("shenfen_haoma", "xingming", siwang_biaoshi=pl.lit("是"), siwang_riqi=pl.Series(on))
        self.reports.add(rows.DEATHS, health, self._reported(day))
        wrong = np.flatnonzero(slip).tolist()
        self.reports.conflict(
            "P023",
            police["shenfen_haoma"].gather(wrong),
            (rows.RESIDENTS, pl.Series(told).gather(wrong)),
            (rows.DEATHS, pl.Series(on).gather(wrong)),
        )
        has = np.flatnonzero(left != NOBODY)
        self._status(left[has], on[has], day[has], WIDOWED, np.full(len(has), NOBODY, dtype=np.int64))
        return len(dead)

    def _status(self, places: Numbers, on: Days, day: Numbers, status: int, spouse: Numbers) -> None:
        """Report a new marital status at public security and civil affairs."""
        self.used[places] = True
        police = self._changed(places, on).with_columns(hunyin=pl.lit(str(status)))
        self.reports.add(rows.RESIDENTS, police, self._reported(day))
        civil = police.select(
            "shenfen_haoma",
            "xingming",
            hunyin_zhuangtai="hunyin",
            dengji_riqi=pl.Series(on),
            peiou_haoma=rows.numbers_of(self.people, spouse),
        )
        self.reports.add(rows.MARRIAGES, civil, self._reported(day))

    def _marriages(self, count: int) -> int:
        people = self.people
        single = people.marital == NEVER
        men = self._free(single & people.men & (people.ages > 22) & (people.ages < 45), count)  # noqa: PLR2004 - who marries
        women = self._free(single & ~people.men & (people.ages > 20) & (people.ages < 43), count)  # noqa: PLR2004 - who marries
        many = min(len(men), len(women))
        men = self.chance.permutation(men)[:many]
        women = self.chance.permutation(women)[:many]
        men, women = (side[np.argsort(people.ages[side], kind="stable")] for side in (men, women))
        day, on = self._when(many)
        self._status(men, on, day, FIRST, women)
        self._status(women, on, day, FIRST, men)
        return many

    def _divorces(self, count: int) -> int:
        people = self.people
        paired = np.flatnonzero(people.men & (people.spouse != NOBODY))
        paired = paired[~self.used[paired] & ~self.used[people.spouse[paired]]]
        men = np.sort(self.chance.permutation(paired)[:count])
        day, on = self._when(len(men))
        nobody = np.full(len(men), NOBODY, dtype=np.int64)
        self._status(men, on, day, DIVORCED, nobody)
        self._status(people.spouse[men], on, day, DIVORCED, nobody)
        return len(men)

    def _births(self, count: int) -> int:
        people = self.people
        fit = ~people.men & (people.spouse != NOBODY) & (people.ages > 20) & (people.ages < 43)  # noqa: PLR2004 - ages of mothers
        fresh = np.zeros(people.count, dtype=np.bool_)
        young = people.mother[(people.ages < 2) & (people.mother != NOBODY)]  # noqa: PLR2004 - too soon after the last
        fresh[young] = True
        mothers = self._free(fit & ~fresh, count)
        self.used[mothers] = True
        day, on = self._when(len(mothers))
        men = self.chance.random(len(mothers)) < 0.51  # noqa: PLR2004 - a little more than half of births
        fathers = people.spouse[mothers]
        born = self._changed(mothers, on).with_columns(
            shenfen_haoma=self.cohorts.newborn(men, on),
            xingming=person_names(people.surnames[fathers], given_numbers(self.chance, men), men),
            xingbie=pl.Series(np.where(men, "1", "2").tolist(), dtype=pl.String),
            chusheng_riqi=pl.Series(on),
            guanxi=pl.Series(np.where(men, rows.SON, rows.DAUGHTER).tolist(), dtype=pl.String),
            hunyin=pl.lit(str(NEVER)),
            fu_haoma=rows.numbers_of(people, fathers),
            mu_haoma=rows.numbers_of(people, mothers),
            jianhuren_haoma=rows.numbers_of(people, mothers),
        )
        # Registration follows birth within a month (户口登记条例 Art. 7): the certificate is first.
        later = np.minimum(day + self.chance.integers(1, 28, len(day)), self.days)
        self.reports.add(rows.BIRTHS, born, self._reported(day))
        self.reports.add(rows.RESIDENTS, born, later)
        return len(mothers)

    def _renames(self, count: int) -> int:
        who = self._free(self.people.ages >= 18, count)  # noqa: PLR2004 - grown up
        self.used[who] = True
        day, on = self._when(len(who))
        men = self.people.men[who]
        name = person_names(self.people.surnames[who], given_numbers(self.chance, men), men)
        police = self._changed(who, on).with_columns(cengyong_ming="xingming", xingming=name)
        self.reports.add(rows.RESIDENTS, police, self._reported(day))
        self._follow(who, day, name)
        return len(who)

    def _renumbers(self, count: int) -> int:
        who = self._free(self.people.ages >= 18, count)  # noqa: PLR2004 - grown up
        self.used[who] = True
        day, on = self._when(len(who))
        numbers = self.cohorts.renumbered(self.people.men[who], self.people.born[who])
        police = self._changed(who, on).with_columns(yuan_haoma="shenfen_haoma", shenfen_haoma=numbers)
        self.reports.add(rows.RESIDENTS, police, self._reported(day))
        return len(who)

    def _follow(self, who: Numbers, day: Numbers, names: pl.Series) -> None:
        """Let the other departments that have a row of these persons take over the new name, each in its time."""
        position = np.full(self.people.count, -1, dtype=np.int64)
        position[self.block.insured] = np.arange(len(self.block.insured))
        for resource, here in (
            (rows.INSURANCE, position[who] >= 0),
            (rows.MARRIAGES, np.isin(who, rows.registered(self.people))),
        ):
            mine = np.flatnonzero(here)
            old = (
                self.block.insurance[position[who[mine]].tolist()]
                if resource == rows.INSURANCE
                else rows.marriages(self.block, who[mine])
            )
            new = old.with_columns(xingming=names.gather(mine.tolist()))
            self.reports.add(resource, new, self._reported(day[mine]))

    def _moves(self, count: int) -> int:
        """Move whole households whose members meet nothing else, until ``count`` persons have moved."""
        people = self.people
        sizes = np.bincount(people.household)
        free = np.bincount(people.household, weights=self.used) == 0
        chosen = self.chance.permutation(np.flatnonzero(free))
        chosen = np.sort(chosen[: int(np.searchsorted(np.cumsum(sizes[chosen]), count, "right"))])
        rooms = self.grid.rooms(self.chance.integers(0, len(self.grid.towns), len(chosen)))
        who = np.flatnonzero(np.isin(people.household, chosen))
        self.used[who] = True
        home = np.searchsorted(chosen, people.household[who]).tolist()
        day_of, on_of = self._when(len(chosen))
        moved = self._changed(who, on_of[home]).with_columns(
            huji_quhua=rooms.divisions.gather(home),
            huji_dizhi=rooms.texts.gather(home),
            dizhi_bianma=rooms.ids.gather(home),
        )
        self.reports.add(rows.RESIDENTS, moved, self._reported(day_of)[home])
        self.reports.add(rows.ADDRESSES, rows.addresses(rooms), day_of)
        return len(who)

    def _arrivals(self, count: int) -> int:
        """Register persons from elsewhere, each in a household of its own."""
        men = self.chance.random(count) < 0.5  # noqa: PLR2004 - as many as women
        ages = self.chance.integers(20, 46, count)
        came = self.cohorts.arrivals(men, ages)
        day, on = self._when(count)
        rooms = self.grid.rooms(self.chance.integers(0, len(self.grid.towns), count))
        model = self._changed(self.chance.integers(0, self.people.count, count), on)
        surnames = self.people.surnames[self.chance.integers(0, self.people.count, count)]
        nothing = pl.Series([None] * count, dtype=pl.String)
        frame = model.with_columns(
            shenfen_haoma=came.numbers,
            xingming=person_names(surnames, given_numbers(self.chance, came.men), came.men),
            xingbie=pl.Series(np.where(came.men, "1", "2").tolist(), dtype=pl.String),
            minzu=pl.lit("01"),
            chusheng_riqi=pl.Series(came.born),
            huji_quhua=rooms.divisions,
            huji_dizhi=rooms.texts,
            dizhi_bianma=rooms.ids,
            huhao="Q" + rooms.ids.str.slice(6, 11),
            guanxi=pl.lit(rows.HEAD),
            hunyin=pl.lit(str(NEVER)),
            fu_haoma=nothing,
            mu_haoma=nothing,
            jianhuren_haoma=nothing,
        )
        self.reports.add(rows.RESIDENTS, frame, self._reported(day))
        self.reports.add(rows.ADDRESSES, rows.addresses(rooms), day)
        return count


def business(
    reports: Reports, chance: np.random.Generator, told: pl.DataFrame, period: tuple[np.datetime64, int], wanted: int
) -> None:
    """Let bodies be deregistered or change their capital: about ``wanted`` of the active ones.

    Args:
        reports: where the rows go.
        chance: the block's chance.
        told: the rows of market regulation of the block on the first day.
        period: the first day, and how many days follow it.
        wanted: how many events.

    """
    first_day, days = period
    active = np.flatnonzero((told["dengji_zhuangtai"] == "1").to_numpy())
    chosen = np.sort(chance.permutation(active)[: wanted if days else 0])
    day = chance.integers(1, days + 1, len(chosen)) if days else np.empty(0, dtype=np.int64)
    on = pl.Series(first_day + day)
    ends = pl.Series(chance.random(len(chosen)) < 0.5)  # noqa: PLR2004 - as many as change
    changed = told[chosen.tolist()].with_columns(hezhun_riqi=on)
    frame = changed.with_columns(
        dengji_zhuangtai=pl.when(ends).then(pl.lit("4")).otherwise(pl.col("dengji_zhuangtai")),
        zhuxiao_riqi=pl.when(ends).then(on).otherwise(None),
        zhuce_ziben=pl.when(ends).then(pl.col("zhuce_ziben")).otherwise(pl.col("zhuce_ziben") * 2),
    )
    reports.add(rows.BODIES, frame, day)
    reports.counts["deregistration"] = int(ends.sum())
    reports.counts["capital"] = len(chosen) - int(ends.sum())


def by_day(reports: Reports, resource: str) -> Iterator[tuple[int, pl.DataFrame]]:
    """Yield the rows of one resource day by day, in no order within the day."""
    frames = [frame for name, frame in reports.frames if name == resource]
    if not frames:
        return
    for (day,), frame in sorted(
        pl.concat(frames).partition_by("_day", as_dict=True, maintain_order=True).items(), key=lambda pair: str(pair[0])
    ):
        yield int(str(day)), frame.drop("_day")
