"""The SQL of rule sets and of the profiles of pushes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.dialects.postgresql import insert

from hub.push.rule_sets import tables
from hub.push.rule_sets.model import RuleSet, stored
from hub.push.rule_sets.records import RuleSetState, StoredRuleSet
from hub.rows import staging
from hub.rows.sealed_state import opened_frame
from hub.rows.store import FRAME_BYTES

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from hub.database import Unit
    from hub.rows.tables import RowTable

_PLAIN = (
    *("id", "entry_id", "digest", "reason", "proposed_by", "proposed_at", "receipt_id", "tried"),
    *("decided_by", "decided_at", "decision", "ended_at", "decision_receipt_id"),
)


def _of(row: sa.RowMapping) -> StoredRuleSet:
    return StoredRuleSet(
        rules=stored(row["body"], row["version"]),
        state=RuleSetState(row["state"]),
        **{name: row[name] for name in _PLAIN},
    )


def in_force(unit: Unit, entry_id: uuid.UUID) -> RuleSet:
    """Return the rules that check the pushes to an entry now; the empty set where none is in force."""
    t = tables.rule_set
    where = (t.c.entry_id == entry_id) & (t.c.state == RuleSetState.IN_FORCE.value)
    row = unit.connection.execute(sa.select(t.c.body, t.c.version).where(where)).first()
    return RuleSet() if row is None else stored(row.body, row.version)


def find(unit: Unit, entry_id: uuid.UUID, version: int, *, lock: bool = False) -> StoredRuleSet | None:
    """Return one version of an entry's rule set."""
    t = tables.rule_set
    chosen = sa.select(t).where((t.c.entry_id == entry_id) & (t.c.version == version))
    row = unit.connection.execute(chosen.with_for_update() if lock else chosen).mappings().first()
    return None if row is None else _of(row)


def versions(unit: Unit, entry_id: uuid.UUID, *, before: int | None = None, limit: int = 50) -> list[StoredRuleSet]:
    """Return the versions of an entry's rule set, newest first."""
    t = tables.rule_set
    chosen = sa.select(t).where(t.c.entry_id == entry_id)
    if before is not None:
        chosen = chosen.where(t.c.version < before)
    return [_of(row) for row in unit.connection.execute(chosen.order_by(t.c.version.desc()).limit(limit)).mappings()]


def count(unit: Unit, entry_id: uuid.UUID) -> int:
    """Return how many versions an entry's rule set has."""
    t = tables.rule_set
    found: int = unit.connection.execute(
        sa.select(sa.func.count()).select_from(t).where(t.c.entry_id == entry_id)
    ).scalar_one()
    return found


def next_version(unit: Unit, entry_id: uuid.UUID) -> int:
    """Return the number of the next version; others who propose to this entry wait from here on."""
    unit.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(f"rules:{entry_id}", 0))))
    t = tables.rule_set
    last = unit.connection.execute(sa.select(sa.func.max(t.c.version)).where(t.c.entry_id == entry_id)).scalar()
    return (last or 0) + 1


def add(unit: Unit, given: StoredRuleSet) -> None:
    """Store a proposed version; an older proposal that still waited is outdated by it."""
    t = tables.rule_set
    waiting = (t.c.entry_id == given.entry_id) & (t.c.state == RuleSetState.PROPOSED.value)
    unit.connection.execute(
        sa.update(t).where(waiting).values(state=RuleSetState.SUPERSEDED.value, ended_at=given.proposed_at)
    )
    values: dict[str, Any] = {name: getattr(given, name) for name in _PLAIN}
    values |= {"version": given.version, "state": given.state.value, "body": given.rules.to_dict()}
    unit.connection.execute(insert(t).values(**values))


def supersede(unit: Unit, entry_id: uuid.UUID, at: datetime) -> None:
    """End the version in force, before another takes its place."""
    t = tables.rule_set
    where = (t.c.entry_id == entry_id) & (t.c.state == RuleSetState.IN_FORCE.value)
    unit.connection.execute(sa.update(t).where(where).values(state=RuleSetState.SUPERSEDED.value, ended_at=at))


def change(unit: Unit, version_id: uuid.UUID, **values: object) -> None:
    """Record a decision or a trial on a version; its rules stay as they are."""
    t = tables.rule_set
    unit.connection.execute(sa.update(t).where(t.c.id == version_id).values(**values))


def last_profile(unit: Unit, entry_id: uuid.UUID, mode: str) -> Mapping[str, Any] | None:
    """Return the profile of the last push of a mode to an entry; None before the first."""
    t = tables.push_profile
    chosen = sa.select(t.c.body).where((t.c.entry_id == entry_id) & (t.c.mode == mode))
    body: Mapping[str, Any] | None = unit.connection.execute(chosen.order_by(t.c.at.desc()).limit(1)).scalar()
    return body


def add_profile(unit: Unit, values: Mapping[str, Any]) -> None:
    """Store the profile of a push."""
    unit.connection.execute(insert(tables.push_profile).values(**values))


def profile_of(unit: Unit, push_id: uuid.UUID) -> Mapping[str, Any] | None:
    """Return what was stored of a push: rule set version, profile, findings."""
    t = tables.push_profile
    row = unit.connection.execute(sa.select(t).where(t.c.push_id == push_id)).mappings().first()
    return None if row is None else dict(row)


def write_current(unit: Unit, table: RowTable, path: Path) -> None:
    """Write the current rows of a resource as CSV with a header of columns, in the order of their rows.

    The rows stay in the provider's own hands: only its rules look at them, and the file goes with its folder.
    """
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    statement = sql.SQL("COPY (SELECT {} FROM {} ORDER BY _row) TO STDOUT (FORMAT csv)")
    with path.open("wb") as file:
        if unit.driver.execute("SELECT 1 FROM hub.row_set WHERE entry_id = %s", (table.entry_id,)).fetchone() is None:
            file.write((",".join(table.columns) + "\n").encode())
            return
        file.write((",".join(table.columns) + "\n").encode())
        with unit.driver.cursor().copy(statement.format(columns, table.current)) as copy:
            block = bytearray()
            for line in copy:  # one message is one row, so a block never ends inside one
                block += line
                if len(block) >= FRAME_BYTES:
                    file.write(_opened(table, bytes(block)))
                    block.clear()
            if block:
                file.write(_opened(table, bytes(block)))


def _opened(table: RowTable, block: bytes) -> bytes:
    """Return rows as CSV with the sealed numbers as they were pushed."""
    schema = dict.fromkeys(table.columns, pl.String)
    frame = pl.read_csv(block, has_header=False, schema=schema, infer_schema=False)
    return bytes(staging.csv_of(opened_frame(table, frame)))
