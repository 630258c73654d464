"""Aggregates under disclosure control, for a granted system or the public (统计法 Art. 28; Zhengzhou Art. 20).

Whoever may read the rows themselves is told exact figures. Everyone else gets a controlled table: each cell with
its status, nothing hidden silently, and no table that differs from one told before by fewer than the minimum.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.exchange.aggregates import store
from hub.exchange.aggregates.errors import AggregateBudgetError, DifferencingError, GroupingError
from hub.exchange.aggregates.store import ALL_ROWS, Released
from hub.rows.aggregate import Aggregation, Figure, Grain, compile_aggregation, run_aggregation
from hub.rows.errors import UnknownVersionError
from hub.rows.store import check_reach_async, current_version
from policies.disclosure import (
    HIDDEN,
    TOTAL,
    CellStatus,
    Rules,
    control,
    rounded_count,
    rounded_sum,
    rules_for,
)
from policies.facts import Mode, Treatment
from policies.obligations import Obligation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import psycopg

    from catalogue.item import Item
    from hub.context import Context
    from hub.directory.facts import Resource
    from hub.exchange.records import Grant
    from hub.rows.aggregate import Dimension, Measure, Tabled
    from policies.decision import Permit
    from policies.disclosure import Cell, Controlled, Place

    AsyncDriver = psycopg.AsyncConnection[tuple[Any, ...]]

MAX_CONDITIONS = 50
MAX_CONTROLLED_CELLS = 4_000
PUBLIC = "public"
_ROW_MODES = frozenset({Mode.QUERY, Mode.DOWNLOAD, Mode.SUBSCRIBE})
_CLASSIFYING_CHECKS = frozenset({"division_code"})


@dataclass(frozen=True, slots=True)
class Asker:
    """Who is told: ``name`` joins all questions of one organ (or of the public) for the differencing guard."""

    name: str
    permit: Permit
    grant: Grant | None


@dataclass(frozen=True, slots=True)
class Told:
    """The table as it goes out, and what its receipt counts."""

    body: Mapping[str, object]
    cells: int
    hidden: int
    version: int


def is_controlled(asker: Asker, items: tuple[str, ...]) -> bool:
    """Return whether the requester may not simply read the rows it counts, so that the table needs control.

    The owner is never controlled; an item given only in aggregate always is, and so is a grant that gives no rows.
    """
    permit = asker.permit
    if Obligation.DISCLOSURE_CONTROL not in permit.obligations:
        return False
    gives_rows = asker.grant is None or bool(asker.grant.modes & _ROW_MODES)
    used = [permit.treatment_of(name) for name in items] or [line.treatment for line in permit.items]
    return not gives_rows or any(treatment is not Treatment.FULL for treatment in used)


async def tell(
    context: Context, driver: AsyncDriver, resource: Resource, asker: Asker, asked: Aggregation, where: object
) -> Told:
    """Return the table of a question; ``where`` is its condition as it was written, None for all rows.

    Raises:
        GroupingError, DifferencingError, AggregateBudgetError: it would tell of a few.
        QueryError: as for every query; UnknownVersionError: no such version.

    """
    latest = await current_version(driver, resource.id)
    version = asked.as_of if asked.as_of is not None else latest
    if version > latest:
        raise UnknownVersionError(latest)
    if asked.as_of is not None:
        await check_reach_async(driver, resource.id, asked.as_of)
    if not is_controlled(asker, asked.items):
        exact = await run_aggregation(driver, compile_aggregation(asked, asker.permit, resource.table), frozenset())
        return _told(resource, asked, exact, None, version)
    rules = rules_for(_classes(resource, asked))
    traits = _traits(resource, asked, asker)
    async with driver.transaction():
        await store.lock(driver, resource.id, asker.name)
        version, note = await _safe_version(driver, resource, asker, asked, (version, rules))
        await _guard(context, driver, resource, asker, (where, version, rules))
        stood = version if note or asked.as_of is not None else None
        settled = Aggregation(asked.resource, asked.group_by, asked.measures, asked.where, stood)
        true = await run_aggregation(driver, compile_aggregation(settled, asker.permit, resource.table), traits)
    if len(true.table.cells) > MAX_CONTROLLED_CELLS:
        raise GroupingError(
            f"表格超过 {MAX_CONTROLLED_CELLS} 个单元格，无法逐格保护",
            f"the table has more than {MAX_CONTROLLED_CELLS} cells, too many to protect",
            next_zh="请减少分组项，或改用更粗的分组",
            next_en="group by fewer items, or more coarsely",
        )
    controlled = await asyncio.to_thread(control, true.table, rules)
    told = _told(resource, asked, true, (controlled, rules), version)
    return Told({**told.body, **note}, told.cells, told.hidden, told.version)


def _classes(resource: Resource, asked: Aggregation) -> list[Any]:
    named = [resource.facts.by_column[name].sensitivity for name in asked.items if name in resource.facts.by_column]
    return named or [item.sensitivity for item in resource.facts.items]


def _traits(resource: Resource, asked: Aggregation, asker: Asker) -> frozenset[int]:
    """Return the dimensions that say something of a person or body; refuse one whose very values are protected.

    Raises:
        GroupingError: an item given only in aggregate is no classification: its values would be listed.

    """
    found = set()
    for number, dimension in enumerate(asked.group_by):
        if asker.permit.treatment_of(dimension.item) is Treatment.FULL:
            continue
        item = resource.table.by_column[dimension.item]
        if not _is_classifying(item, dimension):
            raise GroupingError(
                "该信息项仅供统计且不是分类，不能用来分组：分组名本身会泄露内容",
                "this item is given in aggregate only and is no classification: its values would be listed",
                next_zh="请按代码项、行政区划、是否项分组，日期请按年（信息项:year）",
                next_en="group by coded items, divisions or yes-no items; dates by year (item:year)",
                facts={"position": "group_by"},
            )
        if item.check not in _CLASSIFYING_CHECKS:
            found.add(number)
    return frozenset(found)


def _is_classifying(item: Item, dimension: Dimension) -> bool:
    is_coded = item.code_list is not None or item.check in _CLASSIFYING_CHECKS or item.type.value == "L"
    return is_coded or dimension.grain is Grain.YEAR


async def _safe_version(
    driver: AsyncDriver, resource: Resource, asker: Asker, asked: Aggregation, wanted: tuple[int, Rules]
) -> tuple[int, dict[str, object]]:
    """Return the version to count, and what to say of it: an older one where too little has changed since.

    Raises:
        DifferencingError: a version was asked for that differs too little from one told before.

    """
    version, rules = wanted
    for told in sorted({each.version for each in await store.released(driver, resource.id, asker.name)}, reverse=True):
        if told == version:
            break
        changed = await store.changed_between(driver, resource.table, min(told, version), max(told, version))
        if 0 < changed < rules.minimum:
            if asked.as_of is not None:
                raise _differs("版本", "version", told)
            return told, {
                "as_of": told,
                "as_of_reason": "此后变化过少，按该版本统计 / too little has changed since: counted as it stood",
            }
    return version, {}


async def _guard(
    context: Context, driver: AsyncDriver, resource: Resource, asker: Asker, wanted: tuple[object, int, Rules]
) -> None:
    """Refuse a condition that selects nearly the same rows as one answered before; remember it otherwise."""
    where, version, rules = wanted
    digest = context.writer.digest({"where": repr(where)}) if where is not None else ALL_ROWS
    before = {told.digest: told for told in await store.released(driver, resource.id, asker.name)}
    if digest not in before:
        if asker.name == PUBLIC and where is not None:
            raise GroupingError(
                "受保护的统计不向社会提供任意条件的查询",
                "protected aggregates are not told to the public under conditions of its own",
                next_zh="请去掉条件，改为按该信息项分组",
                next_en="leave the condition out and group by the item",
                facts={"position": "where"},
            )
        if len(before) >= MAX_CONDITIONS:
            raise AggregateBudgetError(
                f"对该资源已用过 {MAX_CONDITIONS} 种不同条件，达到上限（防止由多次统计相减推知个人）",
                f"{MAX_CONDITIONS} different conditions have been used on this resource, which is the limit",
                next_zh="请使用已用过的条件，或改为分组统计",
                next_en="use a condition used before, or group instead",
                facts={"limit": MAX_CONDITIONS},
            )
        for told in before.values():
            differing = await store.difference(driver, resource.table, asker.permit, where, told.condition)
            if 0 < differing < rules.minimum:
                raise _differs("条件", "condition", None)
    await store.remember(driver, resource.id, asker.name, Released(version, digest, where), context.now())


def _differs(zh: str, en: str, version: int | None) -> DifferencingError:
    return DifferencingError(
        f"所问{zh}与已答复的统计只差极少数对象，两表相减会推知个人，不能提供（《统计法》第二十八条）",
        f"this {en} differs from a table told before by a few only; subtracted, they would tell of persons",
        next_zh="请使用已答复过的口径，或改用固定的区划和时段分组",
        next_en="use what was answered before, or group by fixed divisions and periods",
        facts={"use_version": version} if version is not None else {},
    )


def _told(
    resource: Resource, asked: Aggregation, true: Tabled, controlled: tuple[Controlled, Rules] | None, version: int
) -> Told:
    cells = list(_cells(asked, true, controlled))
    hidden = sum(cell["status"] in HIDDEN for cell in cells)
    body: dict[str, object] = {
        "resource": resource.name,
        "version": version,
        "group_by": [dimension.name for dimension in asked.group_by],
        "measures": [measure.name for measure in asked.measures],
        "is_controlled": controlled is not None,
        "total": len(cells),
        "returned": len(cells),
        "next": None,
        "suppressed": hidden,
        "not_listed": "zero",
        "cells": cells,
    }
    if controlled is not None:
        rules = controlled[1]
        body["control"] = {
            "minimum_units": rules.minimum,
            "rounding": rules.rounding,
            "significant_digits": rules.digits,
            "basis": "统计法 Art.28; 统计法实施条例 Art.29",
            "note": "数值已取整，合计与分项可不相等 / rounded: figures need not add up",
        }
    return Told(body, len(cells), hidden, version)


def _cells(
    asked: Aggregation, true: Tabled, controlled: tuple[Controlled, Rules] | None
) -> Iterator[dict[str, object]]:
    """Yield every cell with rows and every hidden one: totals have no value for the items they add up over."""
    empty = [place for place in controlled[0].statuses if place not in true.table.cells] if controlled else []
    for place in sorted([*true.table.cells, *empty]):
        cell = true.table.cells.get(place)
        if cell is not None and not cell.rows and TOTAL not in place:
            continue
        status = _status(place, cell, controlled)
        yield {
            "group": {
                dimension.name: true.categories[number][place[number]]
                for number, dimension in enumerate(asked.group_by)
                if place[number] != TOTAL
            },
            "status": status,
            **{
                measure.name: None
                if status in HIDDEN or cell is None
                else _figure(asked, measure, cell, controlled[1] if controlled else None)
                for measure in asked.measures
            },
        }


def _status(place: Place, cell: Cell | None, controlled: tuple[Controlled, Rules] | None) -> CellStatus:
    if controlled is not None:
        status = controlled[0].statuses.get(place, CellStatus.ZERO)
        return CellStatus.ROUNDED if status is CellStatus.OK else status
    if cell is None or not cell.rows:
        return CellStatus.ZERO
    return CellStatus.MISSING if cell.sums and all(value is None for value in cell.sums) else CellStatus.OK


def _figure(asked: Aggregation, measure: Measure, cell: Cell, rules: Rules | None) -> float | int | None:
    if measure.item is None:
        return cell.rows if rules is None else rounded_count(cell.rows, rules)
    place = asked.summed.index(measure.item)
    value, givers = cell.sums[place], cell.givers[place]
    if value is None:
        return None
    if measure.figure is Figure.MEAN:
        if not givers or (rules is not None and givers < rules.rate_base):
            return None
        value = value / givers
    return value if rules is None else rounded_sum(float(value), rules)
