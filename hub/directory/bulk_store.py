"""The only SQL that reads what restricts many entries at once: for pages of descriptions, not for decisions on one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from catalogue import tables
from catalogue.store import ExemptionRow
from hub.directory.privacy.records import HOLDING
from hub.directory.privacy.tables import privacy_finding
from hub.rows.flagging.tables import row_flag

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection

    from hub.database import Unit

_HOLDING = tuple(sorted(state.value for state in HOLDING))


def exemptions_of(unit: Unit, entry_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[ExemptionRow]]:
    """Return the exemption records of entries, by entry, in the order they were made."""
    columns = [tables.exemption.c[name] for name in ExemptionRow.__dataclass_fields__]
    query = sa.select(*columns).where(tables.exemption.c.entry_id.in_(list(entry_ids)))
    found: dict[uuid.UUID, list[ExemptionRow]] = {}
    for row in unit.connection.execute(query.order_by(tables.exemption.c.recorded_at, tables.exemption.c.id)):
        record = ExemptionRow(**row._mapping)
        if record.entry_id is not None:
            found.setdefault(record.entry_id, []).append(record)
    return found


def held_of(unit: Unit, entry_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, frozenset[str]]:
    """Return the columns of entries that are not opened before somebody has decided, by entry."""
    finding = privacy_finding
    query = sa.select(finding.c.entry_id, finding.c.place).where(
        finding.c.entry_id.in_(list(entry_ids)),
        finding.c.state.in_(_HOLDING),
        finding.c.source.in_(("values", "name")),
    )
    found: dict[uuid.UUID, frozenset[str]] = {}
    for entry_id, place in unit.connection.execute(query):
        found[entry_id] = found.get(entry_id, frozenset()) | {place}
    return found


def flagged_of(unit: Unit, entry_ids: Collection[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Return those of the entries that have rows under verification."""
    query = sa.select(row_flag.c.entry_id).where(row_flag.c.entry_id.in_(list(entry_ids))).distinct()
    return frozenset(unit.connection.execute(query).scalars())
