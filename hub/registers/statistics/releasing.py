"""A release: the register is counted once, all tables are decided together, what may be shown is stored.

统计法 Art. 28; 统计法实施条例 Art. 29(3). Once for each month: what was released is never counted again, so that no two
answers about one month differ, and a cell hidden in the release before stays hidden.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from hub.ledger.drafts import ReceiptKind, uuid7
from hub.registers.statistics import counting_store
from hub.registers.statistics.counting_store import Release, StoredCell
from hub.registers.statistics.errors import StatisticsPeriodError, StatisticsSizeError
from hub.registers.statistics.measures import REGISTER, TRAITS
from policies.disclosure import STRICT, rounded_count
from policies.disclosure_cube import CITY, DISTRICT, LEVELS, TOWN, Cube, control_cube

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from hub.context import Context
    from hub.database import Database
    from hub.identity.facts import Actor
    from policies.disclosure_cube import CubeControl, Key

    Marks = NDArray[np.bool_]

MOST_TOWNS: Final = 1_000
RULES: Final = STRICT
"""Marital status is handled as sensitive, and minors are among the persons: ten, not five."""

_PERIOD: Final = re.compile(r"(2[0-9]{3})-(0[1-9]|1[0-2])")
_DISTRICT: Final = 6


@dataclass(frozen=True, slots=True)
class Counted:
    """A cube with the codes of its towns, districts and city."""

    cube: Cube
    codes: Mapping[str, tuple[str, ...]]


def last_day(period: str) -> date:
    """Return the last day of a month such as ``2025-06``.

    Raises:
        StatisticsPeriodError: it is no month.

    """
    found = _PERIOD.fullmatch(period)
    if found is None:
        raise StatisticsPeriodError(
            "统计时段应写作“年-月”，如 2025-06",
            "a period is written as year and month, such as 2025-06",
            facts={"position": "period"},
        )
    year, month = int(found[1]), int(found[2])
    return date(year, month, monthrange(year, month)[1])


def release(context: Context, database: Database, period: str, actor: Actor | None) -> Release:
    """Count the register and release all tables of a month; the register is read as it stands now.

    Raises:
        StatisticsPeriodError: no month, not the last one or the present one, or released already.
        StatisticsSizeError, UnprotectableError: too many divisions, or too few persons.

    """
    day = min(last_day(period), context.today())
    if period not in {f"{context.today():%Y-%m}", f"{context.today().replace(day=1) - timedelta(days=1):%Y-%m}"}:
        raise StatisticsPeriodError(
            "只能按当前登记状态发布本月或上月的统计",
            "the register is counted as it stands: this month or the last can be released",
            next_zh="请填写本月或上月；较早时段以当时的发布为准",
            next_en="give this month or the last; earlier months stand as they were released",
            facts={"position": "period"},
        )
    with database.begin(statement_timeout_seconds=0) as unit:
        counting_store.lock(unit)
        before = counting_store.releases(unit)
        if any(one.period >= period for one in before):
            raise StatisticsPeriodError(
                "该月或更晚月份的统计已经发布，不再重算",
                "this month or a later one is released already and is not counted again",
                next_zh="请查询已发布的统计",
                next_en="read what was released",
                facts={"position": "period"},
            )
        change = counting_store.last_change(unit)
        counted = cube_of(counting_store.count(unit, day), counting_store.city_code(unit))
        hidden_before = _hidden(counted, counting_store.hidden_cells(unit, before[0].id)) if before else None
        control = control_cube(counted.cube, RULES, hidden_before)
        cells = list(shown_cells(counted, control))
        hidden = sum(cell.figure is None for cell in cells)
        made = Release(uuid7(), period, day, change, RULES.minimum, RULES.rounding, len(cells), hidden, context.now())
        counting_store.insert(unit, made, actor.id if actor is not None else None, cells)
        context.record(
            unit,
            ReceiptKind.ADMIN,
            action="statistics.release",
            decided_by=str(actor.id) if actor is not None else None,
            subject_kind="statistics",
            subject_id=str(made.id),
            resource_version=str(change),
            rows=len(cells),
            withheld=hidden,
        )
    return made


def cube_of(rows: Sequence[tuple[str, str, int | None, str, int]], city: str) -> Counted:
    """Return the cube of what was counted; without rows, a cube of nobody.

    Raises:
        StatisticsSizeError: more towns than tables are made for.

    """
    towns = sorted({row[0] for row in rows}) or [(city or "0" * _DISTRICT) + "000"]
    if len(towns) > MOST_TOWNS:
        raise StatisticsSizeError(
            f"户籍区划多达 {len(towns)} 个，超过 {MOST_TOWNS} 个，请先核对区划代码",
            f"there are {len(towns)} divisions of registration, more than {MOST_TOWNS}: check their codes first",
            next_zh="请在人口库中核对户籍地行政区划一项",
            next_en="look at the element P012 in the register",
        )
    districts = sorted({town[:_DISTRICT] for town in towns})
    sexes, bands, states = (trait.codes for trait in TRAITS)
    leaves = np.zeros((len(towns), len(sexes), len(bands), len(states)), dtype=np.int64)
    number = {town: place for place, town in enumerate(towns)}
    unknown = len(bands) - 1
    for town, sex, band, state, many in rows:
        age = unknown if band is None else min(band, unknown - 1)
        leaves[number[town], sexes.index(sex), age, states.index(state)] += many
    district_of = np.array([districts.index(town[:_DISTRICT]) for town in towns], dtype=np.int64)
    codes = {TOWN: tuple(towns), DISTRICT: tuple(districts), CITY: (city or districts[0][:4] + "00",)}
    return Counted(Cube(leaves, district_of), codes)


def traits_text(subset: tuple[int, ...]) -> str:
    """Return the name of a table's traits, such as ``sex,age_band``."""
    return ",".join(TRAITS[trait].code for trait in subset)


def shown_cells(counted: Counted, control: CubeControl) -> Iterator[StoredCell]:
    """Yield every cell that is hidden or has somebody in it; an empty cell that is shown is not stored."""
    for level, subset in counted.cube.tables():
        table, hidden = counted.cube.table((level, subset)), control.hidden[level, subset]
        for place in np.argwhere(hidden | (table > 0)):
            at = tuple(int(number) for number in place)
            categories = tuple(TRAITS[trait].codes[at[axis + 1]] for axis, trait in enumerate(subset))
            figure = None if hidden[at] else rounded_count(int(table[at]), RULES)
            yield StoredCell(level, traits_text(subset), counted.codes[level][at[0]], categories, figure)


def _hidden(counted: Counted, cells: Sequence[StoredCell]) -> dict[Key, Marks]:
    """Return what the release before hid, where the same cells are there again."""
    found: dict[Key, Marks] = {
        key: np.zeros(counted.cube.table(key).shape, dtype=np.bool_) for key in counted.cube.tables()
    }
    numbers = {level: {code: place for place, code in enumerate(counted.codes[level])} for level in LEVELS}
    keys = {(level, traits_text(subset)): (level, subset) for level, subset in counted.cube.tables()}
    for cell in cells:
        key = keys.get((cell.level, cell.traits))
        division = numbers[cell.level].get(cell.division)
        if key is None or division is None:
            continue
        at = (division, *(TRAITS[trait].codes.index(code) for trait, code in zip(key[1], cell.categories, strict=True)))
        found[key][at] = True
    return found


__all__ = ["REGISTER", "RULES", "Counted", "cube_of", "last_day", "release", "shown_cells", "traits_text"]
