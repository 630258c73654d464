"""The only SQL of the rounds: one process of many has the turn of a sweep."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.database import Database

_FAMILY: Final = 0x53_57_45_50
"""First half of the advisory locks of sweeps: the letters SWEP."""


@contextmanager
def take_turn(database: Database, name: str, *, wait: bool) -> Iterator[bool]:
    """Hold the turn of a sweep for the length of the block; False when another process has it (never with ``wait``).

    The lock belongs to a transaction that does nothing else: when this process dies, the turn is free.
    """
    with database.begin(statement_timeout_seconds=0) as unit:
        key = sa.func.hashtext(name)
        family = sa.literal(_FAMILY, sa.Integer)
        if wait:
            unit.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(family, key)))
            yield True
        else:
            got: bool = unit.connection.execute(sa.select(sa.func.pg_try_advisory_xact_lock(family, key))).scalar_one()
            yield got
