"""What a third party needs to check the log without the hub: bundles, consistency proofs, the dump of the whole log.

Formats (all JSON, hashes in base64; verified by :mod:`hub.ledger.prove`):

- receipt bundle: ``receipt`` (compact JWS), ``leaf_index``, ``tree_size``, ``inclusion``, ``checkpoint``, ``keys``
- consistency proof: ``old_size``, ``new_size``, ``consistency``, ``old_checkpoint``, ``new_checkpoint``, ``keys``
- keys: ``receipt`` (public JWKs), ``log`` and ``witness`` (verifier keys as of C2SP signed-note)
- dump: ``checkpoint``, ``tile/...`` as C2SP tlog-tiles lays them out, entry bundles with the receipts,
  ``checkpoints.jsonl`` with every note ever signed, ``keys.json``
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from hub.ledger import store
from hub.ledger.errors import DumpFolderError, MerkleRangeError, ReceiptPendingError, TileNotFoundError
from hub.ledger.merkle import HASH_BYTES, consistency_spans, fold_spans, inclusion_spans, nodes_needed
from hub.ledger.publication import published_keys
from hub.ledger.tiles import WIDTH, Tile, pack_bundle, tiles_of

if TYPE_CHECKING:
    import uuid
    from pathlib import Path

    from hub.database import Unit

BUNDLE_FORMAT = "shutong-receipt-bundle-1"
CONSISTENCY_FORMAT = "shutong-consistency-1"


def _base64(hashes: tuple[bytes, ...]) -> list[str]:
    return [base64.b64encode(item).decode() for item in hashes]


def bundle(unit: Unit, receipt_id: uuid.UUID) -> dict[str, object]:
    """Return everything that proves one receipt offline, against the latest checkpoint.

    Raises:
        ReceiptNotFoundError: no receipt has this id.
        ReceiptPendingError: it is durable, and its place in the tree follows within the promised time.

    """
    row = store.find(unit, receipt_id)
    latest = store.latest_checkpoint(unit)
    if row.leaf_index is None or latest is None:
        raise ReceiptPendingError(
            "凭证已存妥，尚未编入日志树",
            "the receipt is stored and not yet a leaf of the log",
            next_zh="请在 1 秒后再取证明",
            next_en="ask again in a second",
            facts={"retry_after_seconds": 1},
        )
    spans = inclusion_spans(row.leaf_index, latest.size)
    return {
        "format": BUNDLE_FORMAT,
        "receipt": row.jws.decode(),
        "leaf_index": row.leaf_index,
        "tree_size": latest.size,
        "inclusion": _base64(fold_spans(spans, store.nodes(unit, nodes_needed(spans)))),
        "checkpoint": latest.note,
        "keys": published_keys(unit),
    }


def consistency(unit: Unit, old_size: int, new_size: int) -> dict[str, object]:
    """Return the proof that the log at ``new_size`` continues the log at ``old_size``.

    Raises:
        MerkleRangeError: not 0 <= old_size <= new_size <= size of the latest checkpoint.

    """
    latest = store.latest_checkpoint(unit)
    size = 0 if latest is None else latest.size
    if new_size > size:
        raise MerkleRangeError(f"日志现有 {size} 叶，没有 {new_size} 叶", f"the log has {size} leaves, not {new_size}")
    spans = consistency_spans(old_size, new_size)
    old, new = (store.checkpoint_of(unit, wanted) for wanted in (old_size, new_size))
    return {
        "format": CONSISTENCY_FORMAT,
        "old_size": old_size,
        "new_size": new_size,
        "consistency": _base64(fold_spans(spans, store.nodes(unit, nodes_needed(spans)))),
        "old_checkpoint": None if old is None else old.note,
        "new_checkpoint": None if new is None else new.note,
        "keys": published_keys(unit),
    }


def tile(unit: Unit, wanted: Tile) -> bytes:
    """Return the bytes of a hash tile or an entry bundle (entries are for auditors: check the reader first).

    Raises:
        TileNotFoundError: the tree of the latest checkpoint does not fill it.

    """
    latest = store.latest_checkpoint(unit)
    if latest is None or not wanted.exists_in(latest.size):
        raise TileNotFoundError(
            "日志没有这个分块，或尚未到这个宽度",
            "the log has no such tile, or not at this width yet",
            next_zh="请先读取检查点，再按其大小读取分块",
            next_en="read the checkpoint first: its size says which tiles exist",
        )
    if wanted.level is None:
        first = wanted.index * WIDTH
        return pack_bundle(row.jws for row in store.leaves(unit, first, first + wanted.width))
    stored = store.nodes(unit, wanted.nodes)
    return b"".join(stored[node] for node in wanted.nodes)


def dump(unit: Unit, folder: Path) -> int:
    """Write the whole log as of the latest checkpoint into an empty folder; return its size in leaves.

    Use a unit of :meth:`hub.database.Database.read_only`, so that all of it is one moment.

    Raises:
        DumpFolderError: the folder holds something already.

    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise DumpFolderError(
            "导出目录不是空的",
            "the folder for the dump is not empty",
            next_zh="请指定一个新目录",
            next_en="name a new folder",
        )
    keys = json.dumps(published_keys(unit), ensure_ascii=False, indent=1)
    (folder / "keys.json").write_text(keys, encoding="utf-8", newline="\n")
    latest = store.latest_checkpoint(unit)
    if latest is None:
        return 0
    (folder / "checkpoint").write_text(latest.note, encoding="utf-8", newline="\n")
    with (folder / "checkpoints.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        for checkpoint in store.checkpoints(unit):
            file.write(json.dumps({"size": checkpoint.size, "note": checkpoint.note}, ensure_ascii=False) + "\n")
    for hashes in tiles_of(latest.size):
        _write(folder, hashes, b"".join(_hashes(unit, hashes)))
    _dump_entries(unit, folder, latest.size)
    return latest.size


def _hashes(unit: Unit, wanted: Tile) -> list[bytes]:
    """Return what is stored of a tile; a hole is written as zeroes, so that the proof fails there and names it."""
    stored = store.nodes(unit, wanted.nodes)
    found = (stored.get(node, b"") for node in wanted.nodes)
    return [item if len(item) == HASH_BYTES else bytes(HASH_BYTES) for item in found]


def _dump_entries(unit: Unit, folder: Path, size: int) -> None:
    """Write the entry bundles; a receipt that is gone leaves an empty entry at its place."""
    entries: list[bytes] = []
    place = 0
    for row in store.leaves(unit, 0, size):
        index = row.leaf_index if row.leaf_index is not None else size
        for entry in (*[b""] * (index - place), row.jws):
            entries.append(entry)
            place = _flush(folder, entries, place + 1)
    for _ in range(size - place):
        entries.append(b"")
        place = _flush(folder, entries, place + 1)
    if entries:
        _write(folder, Tile(None, place // WIDTH, len(entries)), pack_bundle(entries))


def _flush(folder: Path, entries: list[bytes], place: int) -> int:
    """Write a bundle when it is full; return ``place``."""
    if len(entries) == WIDTH:
        _write(folder, Tile(None, place // WIDTH - 1), pack_bundle(entries))
        entries.clear()
    return place


def _write(folder: Path, wanted: Tile, content: bytes) -> None:
    path = folder / "tile" / wanted.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
