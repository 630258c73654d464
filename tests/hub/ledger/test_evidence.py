"""From the database to a third party: bundles, proofs, tiles, the dump; and what an altered byte does to them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from hub.ledger import store
from hub.ledger.drafts import uuid7
from hub.ledger.errors import (
    DumpFolderError,
    MerkleRangeError,
    ReceiptNotFoundError,
    ReceiptPendingError,
    TileNotFoundError,
)
from hub.ledger.evidence import bundle, consistency, dump, tile
from hub.ledger.integrator import integrate
from hub.ledger.prove import prove_consistency, prove_receipt
from hub.ledger.prove_log import prove_log
from hub.ledger.tiles import Tile, unpack_bundle
from hub.ledger.verdict import Code

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hub.database import Database
    from hub.ledger.checkpoint import LogSigner
    from hub.ledger.verdict import Verdict

    Append = Callable[[int], list[Any]]
    Tamper = Callable[[str], None]

FORGED = "UPDATE hub.receipt SET body = replace(convert_from(body, 'UTF8'), '\"rows\":3', '\"rows\":9')::bytea"


@pytest.fixture
def prove_dump(log: Database, tmp_path: Path) -> Callable[[], Verdict]:
    """Dump the log to a folder and prove it."""

    def prove() -> Verdict:
        with log.read_only() as unit:
            dump(unit, tmp_path / "dump")
        return prove_log(tmp_path / "dump")

    return prove


def test_every_receipt_of_the_log_is_proved_by_its_bundle(log: Database, signer: LogSigner, append: Append) -> None:
    ids = append(5)
    integrate(log, signer)
    ids += append(4)
    integrate(log, signer)
    with log.read_only() as unit:
        codes = {prove_receipt(json.dumps(bundle(unit, receipt_id)).encode()).code for receipt_id in ids}
    assert codes == {Code.TRUE}


def test_one_altered_byte_of_a_stored_receipt_is_found(
    log: Database, signer: LogSigner, append: Append, tamper: Tamper
) -> None:
    receipt_id = append(4)[3]
    integrate(log, signer)
    tamper(FORGED)
    with log.read_only() as unit:
        assert prove_receipt(json.dumps(bundle(unit, receipt_id)).encode()).code == Code.FALSE


def test_a_receipt_without_a_place_yet_is_promised_one(log: Database, append: Append) -> None:
    (receipt_id,) = append(1)
    with log.read_only() as unit, pytest.raises(ReceiptPendingError) as caught:
        bundle(unit, receipt_id)
    assert caught.value.facts == {"retry_after_seconds": 1}


def test_an_unknown_receipt_is_not_found(log: Database) -> None:
    with log.read_only() as unit, pytest.raises(ReceiptNotFoundError):
        bundle(unit, uuid7())


def test_every_checkpoint_continues_every_earlier_one(log: Database, signer: LogSigner, append: Append) -> None:
    sizes = [1, 4, 7]
    for count in (1, 3, 3):
        append(count)
        integrate(log, signer)
    codes = set()
    with log.read_only() as unit:
        for old in sizes:
            for new in sizes[sizes.index(old) :]:
                proof = consistency(unit, old, new)
                notes = (str(proof["old_checkpoint"]).encode(), str(proof["new_checkpoint"]).encode())
                codes.add(prove_consistency(*notes, json.dumps(proof).encode()).code)
    assert codes == {Code.TRUE}


def test_no_proof_is_made_beyond_the_log(log: Database, signer: LogSigner, append: Append) -> None:
    append(2)
    integrate(log, signer)
    with log.read_only() as unit, pytest.raises(MerkleRangeError):
        consistency(unit, 1, 3)


def test_a_retired_key_still_proves_old_receipts(log: Database, signer: LogSigner, append: Append) -> None:
    (receipt_id,) = append(1)
    integrate(log, signer)
    with log.begin() as unit:
        store.retire_key(unit, store.keys(unit)[0].key.kid)
        store.retire_key(unit, store.keys(unit)[1].key.kid)
        assert {record.status for record in store.keys(unit)} == {"retired"}
        assert prove_receipt(json.dumps(bundle(unit, receipt_id)).encode()).code == Code.TRUE


def test_a_tile_holds_the_leaf_hashes_and_its_bundle_the_receipts(
    log: Database, signer: LogSigner, append: Append
) -> None:
    append(3)
    integrate(log, signer)
    with log.read_only() as unit:
        rows = list(store.leaves(unit, 0, 3))
        assert tile(unit, Tile(0, 0, 3)) == b"".join(row.leaf_hash for row in rows)
        assert unpack_bundle(tile(unit, Tile(None, 0, 3))) == [row.jws for row in rows]


@pytest.mark.parametrize("wanted", [Tile(0, 0), Tile(0, 0, 4), Tile(1, 0, 1), Tile(0, 1, 1)])
def test_a_tile_the_tree_does_not_fill_is_not_found(
    log: Database, signer: LogSigner, append: Append, wanted: Tile
) -> None:
    append(3)
    integrate(log, signer)
    with log.read_only() as unit, pytest.raises(TileNotFoundError):
        tile(unit, wanted)


def test_a_sound_log_is_proved_whole(
    log: Database, signer: LogSigner, append: Append, prove_dump: Callable[[], Verdict]
) -> None:
    for count in (200, 60):
        append(count)
        integrate(log, signer)
    assert prove_dump().code == Code.TRUE


@pytest.mark.parametrize(
    "statement",
    [
        FORGED,
        "UPDATE hub.receipt SET signature = sha256('x') WHERE leaf_index = 3",
        "UPDATE hub.receipt SET kid = 'nobody' WHERE leaf_index = 3",
        "UPDATE hub.log_node SET hash = sha256('x') WHERE level = 0 AND index = 3",
        "DELETE FROM hub.log_node WHERE level = 0 AND index = 3",
        "DELETE FROM hub.receipt WHERE leaf_index = 3",
        "UPDATE hub.receipt SET leaf_index = NULL WHERE leaf_index = 3",
    ],
    ids=["body", "signature", "key", "leaf hash", "no leaf hash", "deleted", "no place"],
)
def test_one_row_altered_by_the_databases_owner_names_its_leaf(
    log: Database, signer: LogSigner, append: Append, tamper: Tamper, prove_dump: Callable[[], Verdict], statement: str
) -> None:
    append(6)
    integrate(log, signer)
    tamper(statement)
    verdict = prove_dump()
    assert (verdict.code, verdict.altered) == (Code.FALSE, (3,))


def test_a_receipt_replaced_by_an_insider_with_the_keys_is_bracketed_by_the_checkpoints(
    log: Database, signer: LogSigner, append: Append, tamper: Tamper, prove_dump: Callable[[], Verdict]
) -> None:
    for count in (2, 3, 4):
        append(count)
        integrate(log, signer)
    with log.read_only() as unit:
        (copy,) = store.leaves(unit, 0, 1)
    # Leaf 4 becomes a true copy of leaf 0, in every table that holds it.
    tamper(
        "UPDATE hub.receipt SET (body, signature, leaf_hash) = (SELECT body, signature, leaf_hash FROM hub.receipt"
        " WHERE leaf_index = 0) WHERE leaf_index = 4"
    )
    tamper(f"UPDATE hub.log_node SET hash = '\\x{copy.leaf_hash.hex()}' WHERE level = 0 AND index = 4")
    verdict = prove_dump()
    assert (verdict.code, any("one of 2-4" in line.en for line in verdict.lines)) == (Code.FALSE, True)


def test_a_log_cut_back_to_an_older_checkpoint_is_found(
    log: Database, signer: LogSigner, append: Append, tmp_path: Path
) -> None:
    for count in (2, 3):
        append(count)
        integrate(log, signer)
    with log.read_only() as unit:
        dump(unit, tmp_path / "dump")
        older = store.checkpoint_of(unit, 2)
    assert older is not None
    (tmp_path / "dump" / "checkpoint").write_text(older.note, encoding="utf-8")
    verdict = prove_log(tmp_path / "dump")
    assert (verdict.code, any("it was cut" in line.en for line in verdict.lines)) == (Code.FALSE, True)


def test_an_altered_upper_tile_is_found(log: Database, signer: LogSigner, append: Append, tmp_path: Path) -> None:
    append(257)
    integrate(log, signer)
    with log.read_only() as unit:
        dump(unit, tmp_path / "dump")
    (tmp_path / "dump" / "tile" / "1" / "000.p" / "1").write_bytes(bytes(32))
    verdict = prove_log(tmp_path / "dump")
    assert (verdict.code, any("leaves 0 to 255" in line.en for line in verdict.lines)) == (Code.FALSE, True)


def test_a_dump_without_checkpoint_cannot_be_told(log: Database, prove_dump: Callable[[], Verdict]) -> None:
    assert prove_dump().code == Code.CANNOT_TELL


def test_a_dump_never_mixes_with_another(log: Database, tmp_path: Path) -> None:
    (tmp_path / "old").write_text("kept")
    with log.read_only() as unit, pytest.raises(DumpFolderError):
        dump(unit, tmp_path)
