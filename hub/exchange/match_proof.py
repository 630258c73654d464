"""Each row of a batch answer is provable alone: a leaf of a tree whose root stands in the receipt.

The leaf of row n (from 1) is ``SHA-256(0x00 || salt_n || content_n)``, where ``salt_n = HMAC-SHA-256(salt, str(n))``
and ``content_n`` is the compact JSON array ``[n, key values, claimed values, result, results by item]``; nodes and
proofs are those of RFC 9162 2.1, the size of the tree is the receipt's ``rows``. The ``salt`` comes with the answer.
Who shows content, salt and proof of one row to a third party shows nothing of the others: their salts hide them. Pure.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from hub.ledger.keys import from_base64url, to_base64url
from hub.ledger.merkle import RightEdge, fold_spans, inclusion_spans, leaf_hash, root_of, verify_inclusion

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hub.ledger.merkle import Node

SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class ProvedRow:
    """One row as asked and answered; ``items`` the result by claimed item, empty where it was not told."""

    number: int
    key: Sequence[str | None]
    claims: Sequence[str | None]
    result: str
    items: Mapping[str, str]

    def content(self) -> bytes:
        """Return the bytes that are hashed."""
        return orjson.dumps([self.number, list(self.key), list(self.claims), self.result, dict(self.items)])


@dataclass(frozen=True, slots=True)
class RowProof:
    """What proves one row against the receipt of its batch: salt of the row, tree size, path (base64url)."""

    number: int
    salt: str
    size: int
    path: tuple[str, ...]


def _salt_of(salt: bytes, number: int) -> bytes:
    return hmac.digest(salt, str(number).encode(), "sha256")


def _leaf(salt: bytes, row: ProvedRow) -> bytes:
    return leaf_hash(_salt_of(salt, row.number) + row.content())


def root(salt: bytes, rows: Iterable[ProvedRow]) -> str:
    """Return the root over all rows of an answer, as the receipt holds it (``rows_digest``)."""
    return to_base64url(root_of(_leaf(salt, row) for row in rows))


def prove(salt: bytes, rows: Sequence[ProvedRow], number: int) -> RowProof:
    """Return the proof of row ``number`` (from 1) of an answer.

    Raises:
        MerkleRangeError: the answer has no such row.
    """
    nodes: dict[Node, bytes] = {}
    edge = RightEdge()
    for row in rows:
        nodes.update(edge.append(_leaf(salt, row)))
    path = fold_spans(inclusion_spans(number - 1, len(rows)), nodes)
    return RowProof(number, to_base64url(_salt_of(salt, number)), len(rows), tuple(map(to_base64url, path)))


def verify(row: ProvedRow, proof: RowProof, rows_digest: str) -> bool:
    """Say whether a row stands in the answer whose receipt has this ``rows_digest`` and ``proof.size`` rows."""
    if row.number != proof.number:
        return False
    leaf = leaf_hash(from_base64url(proof.salt) + row.content())
    path = [from_base64url(one) for one in proof.path]
    return verify_inclusion(leaf, proof.number - 1, proof.size, path, from_base64url(rows_digest))
