"""Steps of feeding as numbered changes of a register, and which subjects changed after a number.

A subject names the last step that changed it, so a reader that goes on from any number gets each subject at most
once, as it stands now. 政务数据共享条例 Art. 22.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from hub.registers.tables import register_change

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from hub.database import Unit
    from hub.registers.feeding_store import Step


@dataclass(frozen=True, slots=True)
class Change:
    """One step: which version of which source (0: the passing of time), when, what it did."""

    number: int
    source: int
    push: int
    at: datetime
    subjects: int
    counts: Mapping[str, Any]


def next_number(unit: Unit, code: str) -> int:
    """Return the number of the step under way; the register is locked."""
    return last_number(unit, code) + 1


def last_number(unit: Unit, code: str) -> int:
    """Return the number of the last step; 0 before the first."""
    table = register_change.c
    found = unit.connection.execute(sa.select(sa.func.max(table.number)).where(table.register == code)).scalar_one()
    return int(found or 0)


def write(unit: Unit, step: Step, counts: Mapping[str, int]) -> None:
    """Write the line of a step under the next number; ``counts`` has ``touched``, the subjects it looked at."""
    unit.connection.execute(
        sa.insert(register_change).values(
            register=step.register,
            number=next_number(unit, step.register),
            source=step.source,
            push=step.push,
            at=step.now,
            subjects=counts["touched"],
            counts=dict(counts),
        )
    )


def steps(unit: Unit, code: str, *, after: int = 0, limit: int = 100) -> list[Change]:
    """Return steps after a number, in order."""
    table = register_change.c
    rows = unit.connection.execute(
        sa.select(table.number, table.source, table.push, table.at, table.subjects, table.counts)
        .where(table.register == code, table.number > after)
        .order_by(table.number)
        .limit(limit)
    )
    return [Change(**row._mapping) for row in rows]
