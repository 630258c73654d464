"""The Merkle tree of the log: hashes, right edge, proofs and their verification (RFC 9162 section 2.1, SHA-256).

A *node* is a full subtree, named (level, place): it covers the leaves ``place * 2**level`` up to, not
including, ``(place + 1) * 2**level``. Nodes never change once they exist, so they can be stored and cached.
A proof is planned as *spans* (ranges of leaves), each span is the fold of few nodes: read the nodes of
:func:`nodes_needed` in one go, then :func:`fold_spans`. Pure: no I/O.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from hub.ledger.errors import MerkleRangeError, MissingNodeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()  # RFC 9162 2.1.1: MTH({}) = HASH()


class Node(NamedTuple):
    """Name of a full subtree: its height and its place from the left."""

    level: int
    place: int


class Span(NamedTuple):
    """Leaves ``start`` up to, not including, ``end``."""

    start: int
    end: int


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf: HASH(0x00 || entry), RFC 9162 2.1.1."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: HASH(0x01 || left || right), RFC 9162 2.1.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(slots=True)
class RightEdge:
    """A tree that only grows: its size and the roots of its full subtrees, largest first."""

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> list[tuple[Node, bytes]]:
        """Add one leaf hash; return every node that is complete now, the leaf itself first."""
        index, level, current = self.size, 0, leaf
        complete = [(Node(0, index), current)]
        while index & 1:
            current = node_hash(self.hashes.pop(), current)
            index >>= 1
            level += 1
            complete.append((Node(level, index), current))
        self.hashes.append(current)
        self.size += 1
        return complete

    def root(self) -> bytes:
        """Return the root hash of the tree as it is now."""
        return _fold(self.hashes)


def _fold(hashes: Sequence[bytes]) -> bytes:
    """Join full subtrees, given largest (leftmost) first, from the right."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes."""
    edge = RightEdge()
    for leaf in leaves:
        edge.append(leaf)
    return edge.root()


def span_nodes(span: Span) -> tuple[Node, ...]:
    """Return the full subtrees that make up a span, from left to right, as RFC 9162 splits it.

    ``span.start`` is a multiple of the largest power of two not above the span's length, as in every proof.
    """
    nodes, start = [], span.start
    while start < span.end:
        level = (span.end - start).bit_length() - 1
        nodes.append(Node(level, start >> level))
        start += 1 << level
    return tuple(nodes)


def edge_nodes(size: int) -> tuple[Node, ...]:
    """Return the nodes of the right edge of a tree of ``size`` leaves, largest first."""
    return span_nodes(Span(0, size))


def _split(length: int) -> int:
    """Return the largest power of two below ``length`` (``length`` > 1), RFC 9162 2.1.1."""
    return 1 << ((length - 1).bit_length() - 1)


def inclusion_spans(index: int, size: int) -> tuple[Span, ...]:
    """Plan PATH(index, D[size]) of RFC 9162 2.1.3.1: the sibling spans from the leaf up.

    Raises:
        MerkleRangeError: not 0 <= index < size.

    """
    if not 0 <= index < size:
        raise MerkleRangeError(f"大小为 {size} 的树没有第 {index} 叶", f"a tree of {size} leaves has no leaf {index}")
    spans, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            spans.append(Span(middle, end))
            end = middle
        else:
            spans.append(Span(start, middle))
            start = middle
    return tuple(reversed(spans))


def consistency_spans(old: int, new: int) -> tuple[Span, ...]:
    """Plan PROOF(old, D[new]) of RFC 9162 2.1.4.1; empty when ``old`` is 0 or equals ``new``.

    Raises:
        MerkleRangeError: not 0 <= old <= new.

    """
    if not 0 <= old <= new:
        raise MerkleRangeError(
            f"大小 {old} 的树不是大小 {new} 的树的前身", f"a tree of {old} leaves cannot have grown into one of {new}"
        )
    if old in {0, new}:
        return ()
    spans, start, end = [], 0, new
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            spans.append(Span(middle, end))
            end = middle
        else:
            spans.append(Span(start, middle))
            start = middle
    if start:  # the old tree is no full subtree of the new one: its last part starts the proof
        spans.append(Span(start, end))
    return tuple(reversed(spans))


def nodes_needed(spans: Iterable[Span]) -> frozenset[Node]:
    """Return all nodes to read for these spans."""
    return frozenset(node for span in spans for node in span_nodes(span))


def fold_spans(spans: Iterable[Span], nodes: Mapping[Node, bytes]) -> tuple[bytes, ...]:
    """Return one hash a span, from stored nodes.

    Raises:
        MissingNodeError: a node is not in ``nodes``.

    """
    try:
        return tuple(_fold([nodes[node] for node in span_nodes(span)]) for span in spans)
    except KeyError as error:
        level, place = error.args[0]
        raise MissingNodeError(
            f"日志缺少节点（层 {level}，序号 {place}），存储已损坏",
            f"the log lacks node (level {level}, place {place}): its storage is damaged",
            next_zh="请从备份恢复，再运行 hub prove log",
            next_en="restore the log from a backup, then run hub prove log",
        ) from error


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether ``leaf`` is leaf number ``index`` of the tree of ``size`` with this root (RFC 9162 2.1.3.2).

    ``size`` and ``root`` come from one signed checkpoint: a root does not commit to its size by itself.
    """
    if not 0 <= index < size or not _well_formed(leaf, root, *proof):
        return False
    first, last, current = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if first & 1 or first == last:
            current = node_hash(sibling, current)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            current = node_hash(current, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and current == root


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether the tree of ``new`` leaves continues the tree of ``old`` leaves (RFC 9162 2.1.4.2).

    The empty tree is continued by every tree, with an empty proof; equal sizes need equal roots and no proof.
    """
    if not 0 <= old <= new or not _well_formed(old_root, new_root, *proof):
        return False
    if old == new:
        return not proof and old_root == new_root and (new > 0 or new_root == EMPTY_ROOT)
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    return _verify_growth(old, new, (old_root, new_root), proof)


def _verify_growth(old: int, new: int, roots: tuple[bytes, bytes], proof: Sequence[bytes]) -> bool:
    """Verify a consistency proof for 0 < old < new."""
    path = list(proof)
    if old & (old - 1) == 0:  # the old tree is one full subtree: its root is the proof's first hash
        path.insert(0, roots[0])
    if not path:
        return False
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    old_hash = new_hash = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            old_hash, new_hash = node_hash(sibling, old_hash), node_hash(sibling, new_hash)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            new_hash = node_hash(new_hash, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and (old_hash, new_hash) == roots


def _well_formed(*hashes: bytes) -> bool:
    """Say whether every hash has the length of SHA-256."""
    return all(len(item) == HASH_BYTES for item in hashes)
