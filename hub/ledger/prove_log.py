"""Offline check of a whole dumped log: every receipt, every leaf, every tile, every checkpoint ever signed.

Names the leaf that was altered, whichever of the copies was altered: the receipt (its hash and signature), its leaf
hash (the receipt disagrees), a higher tile (the leaves disagree). Somebody who rewrote all of them consistently is
caught by the first signed checkpoint whose root no longer comes out: the altered leaf lies before it.
One pass, memory of a few tiles.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hub.ledger.checkpoint import verify_checkpoint
from hub.ledger.errors import LedgerError
from hub.ledger.merkle import RightEdge
from hub.ledger.receipts import verify_receipt
from hub.ledger.tiles import HEIGHT, WIDTH, Tile, unpack_bundle, unpack_tile
from hub.ledger.verdict import Code, Steps, Stop, TrustedKeys, Verdict, check_note, conclude, read_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from hub.ledger.checkpoint import Checkpoint
    from hub.ledger.merkle import Node

MOST_LINES = 20  # altered leaves told one by one; all of them are in ``Verdict.altered``


def prove_log(folder: Path, keys: TrustedKeys | None = None) -> Verdict:
    """Check a folder written by :func:`hub.ledger.evidence.dump`; ``keys`` None believes its own ``keys.json``."""
    return conclude(lambda steps: _prove_log(steps, folder, keys))


def _prove_log(steps: Steps, folder: Path, pinned: TrustedKeys | None) -> None:
    keys = pinned if pinned is not None else TrustedKeys.read(read_json(_read(folder / "keys.json")))
    if pinned is None:
        steps.remark(
            "公钥取自导出目录自身；请用 --keys 固定另行取得的公钥",
            "keys come with the dump itself: pin keys had from elsewhere with --keys",
        )
    note = _read(folder / "checkpoint").decode("utf-8", "replace")
    latest = check_note(steps, note, keys).checkpoint
    check = _LogCheck(steps, folder, keys, latest)
    check.run()
    if not steps.altered:
        steps.holds(f"全部 {latest.size} 份凭证逐一核对", f"all {latest.size} receipts checked one by one")


@dataclass(slots=True)
class _LogCheck:
    """One pass over the dump."""

    steps: Steps
    folder: Path
    keys: TrustedKeys
    latest: Checkpoint
    edge: RightEdge = field(default_factory=RightEdge)
    tiles: dict[int, tuple[int, Sequence[bytes]]] = field(default_factory=dict)
    sound_until: int = 0
    """Largest checkpoint size so far whose root came out."""
    is_diverged: bool = False

    def run(self) -> None:
        """Check every leaf, and every checkpoint when the tree has its size."""
        waiting = self._checkpoints()
        due = next(waiting, None)
        for index, entry in enumerate(self._entries()):
            self._check_leaf(index, entry)
            while due is not None and due.size <= self.edge.size:
                self._check_root(due)
                due = next(waiting, None)
        self._check_root(self.latest)

    def _check_leaf(self, index: int, entry: bytes) -> None:
        stored = self._tile(0, index)
        fault = self._fault_of(entry, stored)
        if fault is not None:
            self.steps.altered.append(index)
            if len(self.steps.altered) <= MOST_LINES:
                self.steps.fails(f"第 {index} 叶被改动：{fault[0]}", f"leaf {index} was altered: {fault[1]}")
        for node, computed in self.edge.append(stored):
            if node.level and node.level % HEIGHT == 0:
                self._check_tile(node, computed)

    def _fault_of(self, entry: bytes, stored: bytes) -> tuple[str, str] | None:
        """Say what is wrong with a receipt, None when nothing is."""
        if not entry:
            return "凭证缺失", "its receipt is missing"
        try:
            receipt = verify_receipt(entry, self.keys.receipt)
        except LedgerError as error:
            return error.zh, error.en
        if receipt.leaf_hash != stored:
            return "凭证与叶哈希不符", "its receipt does not give the leaf hash"
        return None

    def _check_tile(self, node: Node, computed: bytes) -> None:
        level = node.level // HEIGHT
        if self._tile(level, node.place) != computed:
            first, end = node.place << node.level, (node.place + 1) << node.level
            self.steps.fails(
                f"第 {first} 至 {end - 1} 叶的哈希与上层分块（第 {level} 层）不符：其间有叶或分块被改动",
                f"leaves {first} to {end - 1} do not give their hash in the tile of level {level}: altered there",
            )

    def _check_root(self, checkpoint: Checkpoint) -> None:
        """Compare a signed root with the tree so far; only the first that differs is told."""
        if self.is_diverged:
            return
        if self.edge.size == checkpoint.size and self.edge.root() == checkpoint.root:
            self.sound_until = checkpoint.size
            return
        self.is_diverged = True
        span = f"{self.sound_until}-{checkpoint.size - 1}"
        self.steps.fails(
            f"大小 {checkpoint.size} 的检查点的根不再得出：被改动的叶在 {span} 之间",
            f"the root signed at size {checkpoint.size} does not come out: the altered leaf is one of {span}",
        )

    def _checkpoints(self) -> Iterator[Checkpoint]:
        """Give every checkpoint ever signed up to the latest, smallest first; a false one is told and left out."""
        path = self.folder / "checkpoints.jsonl"
        if not path.exists():
            return
        with path.open(encoding="utf-8", errors="replace") as file:
            for number, line in enumerate(file, 1):
                found = self._read_checkpoint(line)
                if found is None:
                    self.steps.fails(
                        f"checkpoints.jsonl 第 {number} 行不是有效的检查点",
                        f"line {number} of checkpoints.jsonl is no valid checkpoint",
                    )
                elif found.size > self.latest.size:
                    self.steps.fails(
                        f"日志曾签发 {found.size} 叶的检查点，现只有 {self.latest.size} 叶：日志被截短",
                        f"the log once signed {found.size} leaves and now has {self.latest.size}: it was cut",
                    )
                else:
                    yield found

    def _read_checkpoint(self, line: str) -> Checkpoint | None:
        try:
            note = json.loads(line)["note"]
            verified = verify_checkpoint(note, self.keys.log, self.keys.witness)
        except (ValueError, KeyError, TypeError, LedgerError):
            return None
        return None if verified is None or verified.checkpoint.origin != self.latest.origin else verified.checkpoint

    def _entries(self) -> Iterator[bytes]:
        """Give the entry of every leaf; b"" where it is gone."""
        for first in range(0, self.latest.size, WIDTH):
            width = min(WIDTH, self.latest.size - first)
            try:
                entries = unpack_bundle(_read(self.folder / "tile" / Tile(None, first // WIDTH, width).path))
            except (ValueError, Stop):
                entries = []
            yield from [*entries, *[b""] * width][:width]

    def _tile(self, level: int, index: int) -> bytes:
        """Return hash ``index`` of a tile level; zeroes where it is gone."""
        number, place = divmod(index, WIDTH)
        if level not in self.tiles or self.tiles[level][0] != number:
            width = min(WIDTH, (self.latest.size >> (HEIGHT * level)) - number * WIDTH)
            try:
                hashes = unpack_tile(_read(self.folder / "tile" / Tile(level, number, width).path))
            except (ValueError, Stop):
                hashes = []
            self.tiles[level] = (number, [*hashes, *[bytes(32)] * WIDTH][:WIDTH])
        return self.tiles[level][1][place]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Stop(Code.CANNOT_TELL, f"缺少文件 {path.name}", f"the file {path.name} is missing") from error
