"""The only SQL of proofs of possession: each is good once (RFC 9449 11.1), for all processes and after a restart.

Concurrent requests share a statement: while one batch is written the next gathers, so that a busy hub pays one
round trip and one flush for many proofs, and an idle one answers at once.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sqlalchemy.dialects.postgresql import insert

from hub.identity import tables

if TYPE_CHECKING:
    from datetime import datetime

    from hub.database import Database, Unit
    from hub.identity.dpop import Proof

_USE = (
    "INSERT INTO hub.dpop_proof (jkt, jti, exp)"
    " SELECT * FROM unnest(%s::text[], %s::text[], %s::timestamptz[])"
    " ON CONFLICT (jkt, jti, exp) DO NOTHING RETURNING jkt, jti, exp"
)
_LARGEST_BATCH = 500

_Key = tuple[str, str, "datetime"]


def use_proof(unit: Unit, proof: Proof) -> bool:
    """Use up a proof in the caller's transaction; False when it was used before."""
    used = insert(tables.dpop_proof).values(jkt=proof.jkt, jti=proof.jti, exp=proof.exp)
    once = used.on_conflict_do_nothing(index_elements=["jkt", "jti", "exp"]).returning(tables.dpop_proof.c.jti)
    return unit.connection.execute(once).scalar_one_or_none() is not None


class ProofStore:
    """Uses up proofs on the async pool of one event loop."""

    def __init__(self, database: Database) -> None:
        """Nothing is opened before the first proof."""
        self._database = database
        self._waiting: list[tuple[_Key, asyncio.Future[bool]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def use(self, proof: Proof) -> bool:
        """Use up a proof, durably; False when it was used before. Of concurrent copies one gets True."""
        mine: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append(((proof.jkt, proof.jti, proof.exp), mine))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await mine

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_LARGEST_BATCH], self._waiting[_LARGEST_BATCH:]
            try:
                fresh = await self._insert(sorted({key for key, _ in batch}))
            except Exception as error:  # noqa: BLE001 - whoever waits gets it
                for _, waiting in batch:
                    if not waiting.done():
                        waiting.set_exception(error)
                continue
            for key, waiting in batch:
                if not waiting.done():
                    waiting.set_result(key in fresh)
                fresh.discard(key)

    async def _insert(self, keys: list[_Key]) -> set[_Key]:
        columns = [list(column) for column in zip(*keys, strict=True)]
        async with self._database.connection() as driver:
            cursor = await driver.execute(_USE, columns, prepare=True)
            return {(jkt, jti, exp) for jkt, jti, exp in await cursor.fetchall()}
