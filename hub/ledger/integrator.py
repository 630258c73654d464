"""The integrator: gives committed receipts their place in the tree and signs a checkpoint, all in one transaction.

Whatever moment the process dies at, either the whole batch is there (indexes, nodes, checkpoint) or nothing of it;
the next run takes the same receipts again. A receipt is promised a proof within one second; the age of the oldest
receipt without one is the measure of that promise (:func:`promise_age_seconds`).

A checkpoint bears the time of the machine, not that of the hub's clock (``context.now``): it says when the log was
signed, for those who watch that it grows. No period of the law is counted from it; the law's time is in the receipts.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog
from psycopg import Error as DriverError
from sqlalchemy.exc import SQLAlchemyError

from hub import faults
from hub.ledger import store
from hub.ledger.errors import LedgerError, MissingNodeError
from hub.ledger.merkle import RightEdge, edge_nodes

if TYPE_CHECKING:
    from hub.database import Database, Unit
    from hub.ledger.checkpoint import LogSigner
    from hub.ledger.merkle import Node

BATCH = 10_000
INTERVAL_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0
STATEMENT_TIMEOUT_SECONDS = 60.0

log = structlog.get_logger()


def integrate(database: Database, signer: LogSigner, *, wait: bool = False, limit: int = BATCH) -> int:
    """Integrate at most ``limit`` receipts and return how many.

    0 means there was nothing to do, or another process is at it; with ``wait`` it waits for that process first,
    so that every receipt committed before the call has its place after it (up to ``limit``).

    Raises:
        MissingNodeError: the stored tree is damaged; nothing is signed on top of it.

    """
    with database.begin(statement_timeout_seconds=STATEMENT_TIMEOUT_SECONDS) as unit:
        count = _integrate(unit, signer, wait=wait, limit=limit)
    if count:
        faults.point("ledger.integrated")
    return count


def _integrate(unit: Unit, signer: LogSigner, *, wait: bool, limit: int) -> int:
    if not store.lock_integrator(unit, wait=wait):
        return 0
    batch = store.unindexed(unit, limit)
    if not batch:
        return 0
    edge = right_edge(unit)
    store.assign_indexes(unit, [receipt_id for receipt_id, _ in batch], edge.size)
    complete: list[tuple[Node, bytes]] = []
    for _, leaf in batch:
        complete.extend(edge.append(leaf))
    store.add_nodes(unit, complete)
    faults.point("ledger.indexed")
    root = edge.root()
    note = signer.sign(edge.size, root)
    store.add_checkpoint(unit, store.StoredCheckpoint(edge.size, root, note, datetime.now(UTC)))
    faults.point("ledger.checkpointed")
    return len(batch)


def right_edge(unit: Unit) -> RightEdge:
    """Return the tree of the latest checkpoint, ready to grow.

    Raises:
        MissingNodeError: its nodes are absent or do not give the checkpoint's root.

    """
    latest = store.latest_checkpoint(unit)
    if latest is None:
        return RightEdge()
    places = edge_nodes(latest.size)
    stored = store.nodes(unit, places)
    edge = RightEdge(latest.size, [stored[node] for node in places if node in stored])
    if len(edge.hashes) != len(places) or edge.root() != latest.root:
        raise MissingNodeError(
            f"日志的节点与大小为 {latest.size} 的检查点不符，不再签发新的检查点",
            f"the nodes of the log do not give the root of its checkpoint of size {latest.size}: no new one is signed",
            next_zh="存储可能被篡改或损坏：请保留现场，导出日志并运行 hub prove log",
            next_en="storage may be altered or damaged: keep it as it is, dump the log and run hub prove log",
        )
    return edge


def promise_age_seconds(unit: Unit, now: datetime) -> float:
    """Return the age of the oldest receipt without a place in the tree; 0 when there is none."""
    oldest_at = store.pending(unit).oldest_at
    return 0.0 if oldest_at is None else max(0.0, (now - oldest_at).total_seconds())


class Integrator:
    """A thread that integrates every 200 ms until it is stopped; errors are logged and tried again."""

    def __init__(self, database: Database, signer: LogSigner, *, interval_seconds: float = INTERVAL_SECONDS) -> None:
        self._database = database
        self._signer = signer
        self._interval_seconds = interval_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ledger-integrator", daemon=True)
        self.last_error: Exception | None = None
        """Why the last round failed; None when it went well (health check)."""

    def start(self) -> None:
        """Start the thread; once."""
        self._thread.start()

    def stop(self, timeout_seconds: float = 10.0) -> None:
        """Finish the running round, integrate what is left, and end the thread."""
        self._stop.set()
        self._thread.join(timeout_seconds)

    @property
    def is_running(self) -> bool:
        """Whether the thread is alive."""
        return self._thread.is_alive()

    def _run(self) -> None:
        pause = self._interval_seconds
        while not self._stop.wait(pause):
            pause = self._round()
        self._round()

    def _round(self) -> float:
        """Integrate all there is; return the seconds to wait before the next round."""
        try:
            while integrate(self._database, self._signer) == BATCH:
                continue
        except (LedgerError, DriverError, SQLAlchemyError) as error:
            if type(error) is not type(self.last_error):  # one line when trouble starts, not five a second
                log.error("ledger.integration_failed", error=type(error).__name__)  # noqa: TRY400 - no SQL in logs
            self.last_error = error
            return LONGEST_PAUSE_SECONDS
        if self.last_error is not None:
            log.info("ledger.integration_recovered")
            self.last_error = None
        return self._interval_seconds
