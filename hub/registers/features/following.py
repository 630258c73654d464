"""Shapes follow the register: a sweep measures what departments' rows draw, once for each version of a row.

The register's values come from the feeding; the shape stands in the row of the resource that said them. The first
source to draw a parcel keeps drawing it until it no longer says the parcel; a second drawing is not mixed in.
Idempotent: what is due follows from the state alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from catalogue.shapes import the_shape
from hub.directory.errors import EntryNotFoundError
from hub.directory.facts import load_resource
from hub.registers import sources_store
from hub.registers.features import elements, store
from hub.registers.features.measuring import Counties, measure
from hub.registers.features.rules import PARCEL_KINDS
from hub.rounds import Sweep
from hub.rows.shapes import wkb_of

if TYPE_CHECKING:
    from hub.context import Context
    from hub.database import Database, Unit
    from hub.registers.sources_store import Source

BATCH: Final = 1_000
BATCHES: Final = 40


def sweep(context: Context, database: Database) -> int:
    """Measure what is due; return how many shapes were written or dropped."""
    with database.begin() as unit:
        done = store.forget_gone(unit)
        sources = [
            one
            for one in sources_store.sources(unit, store.REGISTER)
            if one.is_active and one.key_kind in PARCEL_KINDS and one.consumed
        ]
    for source in sources:
        for _ in range(BATCHES):
            with database.begin(statement_timeout_seconds=0) as unit:
                measured = _measure(context, unit, source)
            done += measured
            if measured < BATCH:
                break
    return done


def _measure(context: Context, unit: Unit, source: Source) -> int:
    import shapely

    try:
        resource = load_resource(context, unit, source.entry_id)
    except EntryNotFoundError:
        return 0
    item = the_shape(resource.entry.items)
    if item is None or item.column not in resource.table.by_column:
        return 0
    emptied = store.forget_emptied(unit, source.id, resource.table, item.column)
    due = store.due(unit, source.id, resource.table, item.column, BATCH)
    if not due:
        return emptied
    counties = Counties([(code, shapely.from_wkb(shape)) for code, shape in store.county_shapes(unit, context.today())])
    found = []
    for one in due:
        wkb = wkb_of(bytes(one.shape))
        class_ = one.values.get(elements.CLASS)
        found.append((one, class_, wkb, measure(shapely.from_wkb(wkb), one.values, counties)))
    store.write(unit, source.id, found, context.now())
    return len(due)


SHAPES: Final = Sweep("feature-shapes", 2.0, sweep, is_long=True)
