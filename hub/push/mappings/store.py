"""The only SQL of saved mappings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from hub.push.mappings.file_mapping import FileMapping
from hub.push.mappings.records import Act, MappingState, SavedMapping
from hub.push.mappings.tables import push_mapping, push_mapping_act

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence

    from hub.database import Unit


def next_version(unit: Unit, entry_id: uuid.UUID) -> int:
    """Return the version the next mapping of an entry has; others on this entry wait from here on."""
    key = sa.func.hashtextextended(f"push_mapping {entry_id}", 0)
    unit.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))
    last = sa.select(sa.func.max(push_mapping.c.version)).where(push_mapping.c.entry_id == entry_id)
    return (unit.connection.execute(last).scalar() or 0) + 1


def add(unit: Unit, saved: SavedMapping) -> None:
    """Store a new version, without its acts."""
    unit.connection.execute(
        insert(push_mapping).values(
            id=saved.id,
            entry_id=saved.entry_id,
            version=saved.version,
            state=saved.state.value,
            fingerprint=saved.mapping.fingerprint,
            body=saved.mapping.to_dict(),
        )
    )


def add_act(unit: Unit, mapping_id: uuid.UUID, act: Act, receipt_id: uuid.UUID) -> None:
    """Store what was done to a mapping."""
    a = push_mapping_act
    position = sa.select(sa.func.coalesce(sa.func.max(a.c.position), 0) + 1).where(a.c.mapping_id == mapping_id)
    unit.connection.execute(
        insert(a).values(
            mapping_id=mapping_id,
            position=position.scalar_subquery(),
            act=act.act,
            at=act.at,
            why=act.why,
            by_system=act.by_system,
            by_staff=act.by_staff,
            receipt_id=receipt_id,
        )
    )


def move(unit: Unit, mapping_id: uuid.UUID, before: MappingState, after: MappingState) -> bool:
    """Change the state of a mapping; False where it was not in the state expected."""
    t = push_mapping
    done = unit.connection.execute(
        sa.update(t).where((t.c.id == mapping_id) & (t.c.state == before.value)).values(state=after.value)
        .returning(t.c.id)
    ).first()  # fmt: skip
    return done is not None


def find(unit: Unit, entry_id: uuid.UUID, version: int) -> SavedMapping | None:
    """Return one version with its acts."""
    t = push_mapping
    rows = unit.connection.execute(sa.select(t).where((t.c.entry_id == entry_id) & (t.c.version == version)))
    found = _with_acts(unit, rows.mappings().all())
    return found[0] if found else None


def page(
    unit: Unit, entry_id: uuid.UUID, *, before: int | None = None, limit: int = 50
) -> tuple[tuple[SavedMapping, ...], int]:
    """Return versions of an entry, newest first, those before one for the next page; and how many there are."""
    t = push_mapping
    of_entry = t.c.entry_id == entry_id
    total = unit.connection.execute(sa.select(sa.func.count()).where(of_entry)).scalar_one()
    chosen = sa.select(t).where(of_entry)
    if before is not None:
        chosen = chosen.where(t.c.version < before)
    rows = unit.connection.execute(chosen.order_by(t.c.version.desc()).limit(limit)).mappings().all()
    return _with_acts(unit, rows), total


def in_force(unit: Unit, entry_id: uuid.UUID, *, limit: int = 100) -> tuple[SavedMapping, ...]:
    """Return the mappings by which files of an entry are read, newest first, without their acts."""
    t = push_mapping
    chosen = sa.select(t).where((t.c.entry_id == entry_id) & (t.c.state == MappingState.FIXED.value))
    rows = unit.connection.execute(chosen.order_by(t.c.version.desc()).limit(limit)).mappings()
    return tuple(_saved(row) for row in rows)


def _saved(row: sa.RowMapping, acts: tuple[Act, ...] = ()) -> SavedMapping:
    mapping = FileMapping.from_dict(row["body"])
    return SavedMapping(row["id"], row["entry_id"], row["version"], MappingState(row["state"]), mapping, acts)


def _with_acts(unit: Unit, rows: Sequence[sa.RowMapping]) -> tuple[SavedMapping, ...]:
    a = push_mapping_act
    ids = [row["id"] for row in rows]
    chosen = sa.select(a).where(a.c.mapping_id.in_(ids)).order_by(a.c.mapping_id, a.c.position)
    acts: dict[uuid.UUID, list[Act]] = {}
    for act in unit.connection.execute(chosen).mappings():
        done = Act(act["act"], act["at"], act["why"], act["by_system"], act["by_staff"])
        acts.setdefault(act["mapping_id"], []).append(done)
    return tuple(_saved(row, tuple(acts.get(row["id"], ()))) for row in rows)
