"""Pushes of departments become observations: each version of a source once, in one transaction, with visible lag.

A source that holds figures before their release must not be open itself, nor shared without conditions: whoever may
read it would read them early. 统计法实施条例 第二十八条; Zhengzhou Art. 19.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from catalogue.indicators_mapping import IndicatorMapping, MappingError, mapping_of
from catalogue.indicators_reading import Surroundings, TableReader
from hub.directory.facts import load_resource
from hub.ledger.drafts import ReceiptKind
from hub.registers.macro import feed_store, indicator_store, loading_store
from hub.registers.macro.errors import FeedSourceError
from hub.registers.macro.loading import require_on
from hub.registers.macro.taking import Load, due_on, take, withdraw
from hub.rounds import Sweep
from policies.errors import DomainError
from policies.facts import OpenType, ShareType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from catalogue.indicators import Observation
    from catalogue.indicators_reading import CellFault
    from hub.context import Context
    from hub.database import Database, Unit
    from hub.directory.facts import Resource
    from hub.registers.macro.feed_store import Feed

EVERY_SECONDS: Final = 2.0


def set_feed(
    context: Context, unit: Unit, name: str, given: Mapping[str, object], *, is_active: bool = True
) -> IndicatorMapping:
    """Let a published resource feed the observations by a mapping, or change its mapping.

    Raises:
        MacroOffError: the database is off.
        EntryNotFoundError: no such published entry.
        MappingError: the mapping is not right, or names an item the entry has not.
        FeedSourceError: the entry is open or shared without conditions, and figures come before their release.

    """
    require_on(unit)
    mapping = mapping_of(given)
    resource = load_resource(context, unit, name)
    _require_closed(resource, mapping)
    _header(resource, mapping)
    feed_store.put(unit, resource.id, mapping.as_json(), context.now(), is_active=is_active)
    context.record(
        unit, ReceiptKind.ADMIN, action="indicator.feed.set", resource=str(resource.id),
        provider=str(resource.provider_id), outcome="active" if is_active else "stopped",
    )  # fmt: skip
    return mapping


def _require_closed(resource: Resource, mapping: IndicatorMapping) -> None:
    entry = resource.entry
    is_exposed = entry.opening.type is not OpenType.CLOSED or entry.sharing.type is ShareType.UNCONDITIONAL
    if mapping.has_release and is_exposed:
        raise FeedSourceError(
            f"资源 {resource.name} 已开放或无条件共享，未到发布时间的数据会被提前读到（统计法实施条例 第二十八条）",
            f"{resource.name} is open or shared without conditions: its figures would be read before their release",
            next_zh="将该资源改为不予开放、有条件共享；社会公众从指标接口读取",
            next_en="close it and share it on conditions; the public reads the indicators instead",
        )


def _header(resource: Resource, mapping: IndicatorMapping) -> list[str]:
    """Return the heading of each item: its column where the mapping names it so, else its name, as tables head it."""
    named = frozenset(mapping.columns.values()) | mapping.skip
    missing = sorted(set(mapping.columns.values()) - set(resource.table.columns))
    if missing:
        raise MappingError(f"条目中没有列 {missing[0][:40]}", f"the entry has no column {missing[0][:40]!r}")
    return [item.column if item.column in named else item.name for item in resource.table.items]


def sweep(context: Context, database: Database) -> int:
    """Take what departments pushed since; returns how many versions."""
    with database.begin() as unit:
        if not indicator_store.switch(unit).is_on:
            return 0
        due = [feed for feed in feed_store.feeds(unit) if feed.is_active and feed.lag]
    return sum(_step(context, database, feed) for feed in due)


def _step(context: Context, database: Database, due: Feed) -> int:
    """Take one feed as far as its resource has come; a fault is noted, and nothing is taken by halves."""
    try:
        with database.begin(statement_timeout_seconds=0) as unit:
            feed = feed_store.held(unit, due.id)
            return _take_versions(context, unit, feed) if feed is not None and feed.lag else 0
    except DomainError as error:
        with database.begin() as unit:
            feed_store.failed(unit, due.id, f"{error.zh} / {error.en}")
        return 0


def _take_versions(context: Context, unit: Unit, feed: Feed) -> int:
    resource = load_resource(context, unit, feed.name)
    mapping = mapping_of(feed.mapping)
    _require_closed(resource, mapping)
    header = _header(resource, mapping)
    now = context.now()
    around = Surroundings(
        {one.code: one for one in indicator_store.indicators(unit)}, indicator_store.own_areas(unit), now, is_typed=True
    )
    reader = TableReader(mapping, header, around)
    number = loading_store.begin_load(
        unit,
        {
            "source": feed.id, "push": feed.version, "name": feed.name, "digest": "", "mapping": dict(feed.mapping),
            "at": now,
        },
    )  # fmt: skip
    load = Load(number, f"feed {feed.id}", now, due_on(context))
    rows = _Rows(reader)
    counts = take(unit, load, rows.cells(feed_store.written(unit, resource.table, feed.consumed, feed.version)))
    read = rows.count
    taken_back = feed_store.gone(unit, resource.table, feed.consumed, feed.version)
    counts["withdrawn"] = withdraw(unit, load, rows.cells(taken_back))
    loading_store.end_load(unit, number, {"rows": read, **counts})
    feed_store.came_to(unit, feed.id, feed.version, now)
    context.record(
        unit, ReceiptKind.ADMIN, action="indicator.feed", resource=str(resource.id),
        provider=str(resource.provider_id), resource_version=str(feed.version), rows=read,
        rows_accepted=counts["new"] + counts["revised"] + counts["replaced"], rows_rejected=counts["refused"],
    )  # fmt: skip
    return feed.version - feed.consumed


class _Rows:
    """Rows of a resource on their way to cells, counted as they pass: a push may hold millions."""

    def __init__(self, reader: TableReader) -> None:
        self._reader = reader
        self.count = 0

    def cells(self, rows: Iterable[tuple[int, list[str | None]]]) -> Iterator[Observation | CellFault | None]:
        for row, values in rows:
            self.count += 1
            yield from self._reader.read(row, values)


FEEDING: Final = Sweep("macro_feeding", EVERY_SECONDS, sweep, is_long=True)
