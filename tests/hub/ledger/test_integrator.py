"""The integrator: no committed receipt is skipped, no place given twice, whatever the order and whatever dies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives import serialization

from hub.ledger import store
from hub.ledger.checkpoint import verify_checkpoint
from hub.ledger.errors import MissingNodeError
from hub.ledger.evidence import bundle
from hub.ledger.integrator import Integrator, integrate, promise_age_seconds
from hub.ledger.merkle import root_of
from hub.ledger.prove import prove_receipt
from hub.ledger.verdict import Code

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.database import Database
    from hub.ledger.checkpoint import LogSigner
    from hub.ledger.drafts import ReceiptDraft
    from hub.ledger.writer import ReceiptWriter

    Append = Callable[[int], list[Any]]


def _places(database: Database) -> list[Any]:
    with database.begin() as unit:
        return list(unit.connection.scalars(sa.text("SELECT leaf_index FROM hub.receipt ORDER BY leaf_index")))


def _state(database: Database) -> tuple[int, int, int]:
    """Return indexed receipts, stored leaf nodes, size of the latest checkpoint."""
    with database.begin() as unit:
        latest = store.latest_checkpoint(unit)
        counts = sa.text(
            "SELECT (SELECT count(leaf_index) FROM hub.receipt), (SELECT count(*) FROM hub.log_node WHERE level = 0)"
        )
        indexed, leaves = unit.connection.execute(counts).one()
    return indexed, leaves, 0 if latest is None else latest.size


def test_committed_receipts_get_places_without_gap(log: Database, signer: LogSigner, append: Append) -> None:
    append(5)
    assert (integrate(log, signer), _places(log)) == (5, [0, 1, 2, 3, 4])


def test_the_checkpoint_holds_the_root_of_all_leaves_in_their_order(
    log: Database, signer: LogSigner, append: Append
) -> None:
    for count in (3, 1, 4):
        append(count)
        integrate(log, signer)
    with log.begin() as unit:
        latest = store.latest_checkpoint(unit)
        root = root_of(row.leaf_hash for row in store.leaves(unit, 0, 8))
    assert latest is not None
    verified = verify_checkpoint(latest.note, [signer.note_key])
    assert verified is not None
    assert (verified.checkpoint.size, verified.checkpoint.root) == (8, root)


def test_with_nothing_new_no_checkpoint_is_signed(log: Database, signer: LogSigner, append: Append) -> None:
    append(1)
    integrate(log, signer)
    assert integrate(log, signer) == 0


def test_a_receipt_that_commits_late_is_not_skipped(
    log: Database, signer: LogSigner, writer: ReceiptWriter, draft: Callable[..., ReceiptDraft]
) -> None:
    with log.begin() as slow:
        early = writer.write(slow, draft()).id  # takes its position first, commits last
        with log.begin() as fast:
            late = writer.write(fast, draft()).id
        integrate(log, signer)
    integrate(log, signer)
    with log.begin() as unit:
        assert [store.find(unit, receipt).leaf_index for receipt in (late, early)] == [0, 1]


def test_a_receipt_that_is_not_committed_gets_no_place(
    log: Database, signer: LogSigner, writer: ReceiptWriter, draft: Callable[..., ReceiptDraft]
) -> None:
    with log.begin() as unit:
        writer.write(unit, draft())
        assert integrate(log, signer) == 0


def test_eight_integrators_and_writers_at_once_leave_one_gapless_tree(
    log: Database, signer: LogSigner, append: Append
) -> None:
    with ThreadPoolExecutor(8) as pool:
        written = [pool.submit(append, 20) for _ in range(4)]
        integrated = [pool.submit(integrate, log, signer) for _ in range(40)]
        total = sum(future.result() for future in integrated) + integrate(log, signer, wait=True)
        for future in written:
            future.result()
    total += integrate(log, signer, wait=True)
    assert total == 80
    assert _places(log) == list(range(80))


def test_only_one_integrator_works_at_a_time(log: Database, signer: LogSigner, append: Append) -> None:
    append(1)
    with log.begin() as unit:
        store.lock_integrator(unit, wait=True)
        assert integrate(log, signer) == 0


def test_a_batch_is_limited_and_the_next_one_goes_on(log: Database, signer: LogSigner, append: Append) -> None:
    append(5)
    assert [integrate(log, signer, limit=3), integrate(log, signer, limit=3)] == [3, 2]


def test_nothing_is_signed_on_top_of_a_damaged_tree(
    log: Database, signer: LogSigner, append: Append, tamper: Callable[[str], None]
) -> None:
    append(2)
    integrate(log, signer)
    tamper("UPDATE hub.log_node SET hash = sha256('x') WHERE level = 1")
    append(1)
    with pytest.raises(MissingNodeError):
        integrate(log, signer)
    assert _state(log)[2] == 2


def test_the_thread_keeps_the_promise_of_a_proof_within_a_second(
    log: Database, signer: LogSigner, append: Append
) -> None:
    integrator = Integrator(log, signer)
    integrator.start()
    try:
        (receipt_id,) = append(1)
        deadline = time.monotonic() + 5
        while _state(log)[0] == 0 and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        integrator.stop()
    with log.begin() as unit:
        assert bundle(unit, receipt_id)["leaf_index"] == 0


def test_stopping_integrates_what_is_left_and_ends_the_thread(log: Database, signer: LogSigner, append: Append) -> None:
    integrator = Integrator(log, signer, interval_seconds=60)
    integrator.start()
    append(3)
    integrator.stop()
    assert (integrator.is_running, _state(log)) == (False, (3, 3, 3))


def test_the_thread_survives_an_error_and_says_so(
    log: Database, signer: LogSigner, append: Append, tamper: Callable[[str], None]
) -> None:
    append(1)
    integrate(log, signer)
    tamper("DELETE FROM hub.log_node")
    append(1)
    integrator = Integrator(log, signer, interval_seconds=0.01)
    integrator.start()
    time.sleep(0.3)
    is_running = integrator.is_running
    integrator.stop()
    assert (is_running, type(integrator.last_error)) == (True, MissingNodeError)


def test_the_age_of_the_promise_is_that_of_the_oldest_waiting_receipt(
    log: Database, signer: LogSigner, append: Append
) -> None:
    append(2)
    later = datetime.now(UTC) + timedelta(seconds=90)
    with log.begin() as unit:
        waiting = promise_age_seconds(unit, later)
    integrate(log, signer)
    with log.begin() as unit:
        assert (90 <= waiting < 100, promise_age_seconds(unit, later)) == (True, 0.0)


CHILD = """
import sys
from hub.database import Database
from hub.ledger.checkpoint import LogSigner
from hub.ledger.drafts import ReceiptDraft, ReceiptKind
from hub.ledger.integrator import integrate
from hub.ledger.keys import SigningKey
from hub.ledger.writer import ReceiptWriter
from cryptography.hazmat.primitives.serialization import load_der_private_key

url, origin, receipt_key, log_key = sys.argv[1:]
receipt, log = (SigningKey.of(load_der_private_key(bytes.fromhex(key), None)) for key in (receipt_key, log_key))
database, writer = Database(url), ReceiptWriter(receipt, bytes(32))
for number in range(6):
    draft = ReceiptDraft(ReceiptKind.QUERY, {"rows": number})
    with database.begin() as unit:
        writer.write(unit, draft)
    print(draft.id, flush=True)
    if number % 2:
        integrate(database, LogSigner(origin, log))
"""


def _der(key: Any) -> str:
    pkcs8 = serialization.PrivateFormat.PKCS8
    return str(key.private_bytes(serialization.Encoding.DER, pkcs8, serialization.NoEncryption()).hex())


@pytest.mark.parametrize(
    "fault",
    ["receipt.inserted:4", "ledger.indexed:2", "ledger.checkpointed:2", "ledger.integrated:2", "ledger.indexed"],
)
def test_a_kill_at_a_fault_point_loses_no_acknowledged_receipt_and_restart_converges(
    log: Database, signer: LogSigner, writer: ReceiptWriter, fault: str
) -> None:
    arguments = [log.url, signer.origin, _der(writer.key.private), _der(signer.key.private)]
    environment = {**os.environ, "HUB_FAULT_POINT": fault}
    child = subprocess.run(
        [sys.executable, "-c", CHILD, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    with log.begin() as unit:
        before = store.latest_checkpoint(unit)
        indexed = unit.connection.scalar(sa.text("SELECT count(leaf_index) FROM hub.receipt"))
        assert indexed == (0 if before is None else before.size)  # never half a batch
    integrate(log, signer, wait=True)
    acknowledged = child.stdout.split()
    assert len(acknowledged) >= 2
    verdicts = []
    for receipt_id in acknowledged:
        with log.begin() as unit:
            verdicts.append(prove_receipt(json.dumps(bundle(unit, UUID(receipt_id))).encode()).code)
    assert (set(verdicts), _places(log)) == ({Code.TRUE}, list(range(_state(log)[2])))
