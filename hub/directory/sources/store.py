"""The only SQL of one source per item: who supplies what, and the authority's decisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from hub.directory.sources import tables

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from hub.database import Unit

_D = tables.decision


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision: who is the source of ``subject``, and who may supply it besides."""

    id: uuid.UUID
    subject: str
    name: str
    source_id: uuid.UUID
    also: tuple[uuid.UUID, ...]
    basis: str
    reason: str
    jurisdiction: str
    decided_by: uuid.UUID
    decided_at: datetime
    ended_at: datetime | None
    ended_reason: str
    receipt_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Supplier:
    """An item of an entry as one department supplies it; ``is_published`` or only in the version under work."""

    entry: str
    title: str
    provider_id: uuid.UUID
    column: str
    name: str
    element: str | None
    source_department: str | None
    is_base_item: bool
    is_published: bool


@dataclass(frozen=True, slots=True)
class Wording:
    """How departments name an item: element, name, who supplies it so, whom they name as its source, how often."""

    element: str | None
    name: str
    provider_id: uuid.UUID
    source_department: str | None
    is_base_item: bool
    count: int


_ITEMS = """
    FROM hub.entry e
    JOIN hub.entry_version v ON v.entry_id = e.id AND v.number IN (e.published_version, e.draft_version)
    CROSS JOIN LATERAL jsonb_array_elements(v.body -> 'items') AS i(value)
    WHERE e.withdrawn_at IS NULL AND NOT (v.body ? 'origin')
      AND (e.provider_id = ANY(:drafts_of)
        OR (v.number = e.published_version AND NOT e.suspended AND e.provider_id = ANY(:members)))
      AND NOT (coalesce(v.number = e.published_version, false)
        AND e.draft_version IS NOT NULL AND e.provider_id = ANY(:drafts_of))
      AND NOT (i.value ->> 'column' = ANY(v.stopped_items))
"""
"""Items of the version under work where the reader may see drafts of the unit, else of the version in force.

Harvested entries are left out: they say where they come from, and supply nothing.
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """Whose published entries, and whose drafts, the reader sees."""

    members: Collection[uuid.UUID]
    drafts_of: Collection[uuid.UUID]

    def parameters(self) -> dict[str, list[uuid.UUID]]:
        """Return the parameters of a query."""
        return {"members": list(self.members), "drafts_of": list(self.drafts_of)}


def wordings(unit: Unit, seen: Seen) -> tuple[Wording, ...]:
    """Return every wording of an item with who supplies it."""
    rows = unit.connection.execute(
        sa.text(
            "SELECT i.value ->> 'element' AS element, i.value ->> 'name' AS name, e.provider_id,"
            " i.value ->> 'source_department' AS source_department,"
            " coalesce((i.value ->> 'base_item')::boolean, false) AS is_base_item, count(*) AS count"
            + _ITEMS
            + "GROUP BY 1, 2, 3, 4, 5"
        ),
        seen.parameters(),
    )
    return tuple(Wording(**row) for row in rows.mappings())


def suppliers(unit: Unit, seen: Seen, elements: Sequence[str], names: Sequence[str]) -> tuple[Supplier, ...]:
    """Return the items that name one of the elements, or none and have one of the names, in the order of entries."""
    rows = unit.connection.execute(
        sa.text(
            "SELECT e.name AS entry, v.body ->> 'title' AS title, e.provider_id, i.value ->> 'column' AS column,"
            " i.value ->> 'name' AS name, i.value ->> 'element' AS element,"
            " i.value ->> 'source_department' AS source_department,"
            " coalesce((i.value ->> 'base_item')::boolean, false) AS is_base_item,"
            " coalesce(v.number = e.published_version, false) AS is_published"
            + _ITEMS
            + " AND (i.value ->> 'element' = ANY(:elements)"
            "   OR (i.value ->> 'element' IS NULL AND i.value ->> 'name' = ANY(:names)))"
            " ORDER BY e.sort_key, e.id, i.value ->> 'column'"
        ),
        seen.parameters() | {"elements": list(elements), "names": list(names)},
    )
    return tuple(Supplier(**row) for row in rows.mappings())


def _decision(row: sa.RowMapping) -> DecisionRow:
    return DecisionRow(**{**row, "also": tuple(row["also"])})


def insert(unit: Unit, row: DecisionRow) -> None:
    """Store a decision."""
    values: dict[str, Any] = {name: getattr(row, name) for name in DecisionRow.__dataclass_fields__}
    unit.connection.execute(_D.insert().values(**{**values, "also": list(row.also)}))


def end(unit: Unit, decision_id: uuid.UUID, at: datetime, reason: str) -> None:
    """End a decision; it is kept."""
    unit.connection.execute(_D.update().where(_D.c.id == decision_id).values(ended_at=at, ended_reason=reason))


def in_force(unit: Unit, jurisdiction: str) -> dict[str, DecisionRow]:
    """Return the decisions in force of a jurisdiction, by subject."""
    query = sa.select(_D).where(_D.c.jurisdiction == jurisdiction, _D.c.ended_at.is_(None))
    return {row["subject"]: _decision(row) for row in unit.connection.execute(query).mappings()}


def find(unit: Unit, decision_id: uuid.UUID) -> DecisionRow | None:
    """Return a decision by id, locked."""
    query = sa.select(_D).where(_D.c.id == decision_id).with_for_update()
    row = unit.connection.execute(query).mappings().one_or_none()
    return None if row is None else _decision(row)


def listed(unit: Unit, jurisdiction: str, *, limit: int, offset: int) -> tuple[tuple[DecisionRow, ...], int]:
    """Return a page of the decisions of a jurisdiction, those in force first, then the newest, and how many."""
    where = _D.c.jurisdiction == jurisdiction
    total: int = unit.connection.execute(sa.select(sa.func.count()).select_from(_D).where(where)).scalar_one()
    order = (_D.c.ended_at.is_not(None), _D.c.decided_at.desc(), _D.c.id)
    rows = unit.connection.execute(sa.select(_D).where(where).order_by(*order).limit(limit).offset(offset))
    return tuple(_decision(row) for row in rows.mappings()), total
