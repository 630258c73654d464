"""The only SQL of the log: append a receipt, integrate, read nodes, checkpoints and keys. Functions never commit.

A receipt gets its ``position`` when it is inserted and its ``leaf_index`` when it is integrated. Transactions commit
in another order than they take positions, so the integrator never remembers a position: it takes whatever is
committed and has no index yet (the partial index ``ix_receipt_pending``), whenever it was inserted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from hub.ledger import tables
from hub.ledger.errors import ReceiptNotFoundError
from hub.ledger.keys import Algorithm, PublicKey
from hub.ledger.merkle import Node
from hub.ledger.receipts import assemble

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from hub.database import Unit
    from hub.ledger.receipts import SignedReceipt

INTEGRATOR_LOCK = 0x5348_5554_4C4F_4701  # advisory lock: one integrator a database; the number is ours alone
_STREAM = {"yield_per": 2000}  # rows held at a time when the whole log is read

_COLUMNS = (
    "id",
    "kind",
    "at",
    "member_id",
    "system_id",
    "provider_id",
    "entry_id",
    "grant_id",
    "subject_digest",
    "body",
    "signature",
    "kid",
    "leaf_hash",
)
APPEND_SQL = f"INSERT INTO hub.receipt ({', '.join(_COLUMNS)}) VALUES ({', '.join(['%s'] * len(_COLUMNS))})"  # noqa: S608
"""The one statement that appends a receipt, with the parameters of :func:`append_parameters`.

In autocommit it is a durable receipt in one round trip. As a CTE it joins a statement of the hot path:
``WITH receipt AS (<APPEND_SQL>) SELECT ...``.
"""

_TYPES = ("uuid", "text", "timestamptz", *("text",) * 6, "bytea", "bytea", "text", "bytea")
APPEND_MANY_SQL = (
    f"INSERT INTO hub.receipt ({', '.join(_COLUMNS)}) SELECT * FROM unnest("  # noqa: S608 - names of columns
    + ", ".join(f"%s::{kind}[]" for kind in _TYPES)
    + ")"
)
"""Appends the receipts of many concurrent answers at once, with :func:`append_many_parameters`: one commit for all."""


@dataclass(frozen=True, slots=True)
class LeafRow:
    """A receipt as stored: its compact JWS, its leaf hash at insertion, its place in the tree if it has one."""

    id: uuid.UUID
    jws: bytes
    leaf_hash: bytes
    leaf_index: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A checkpoint as stored: the signed note, and when it was signed."""

    size: int
    root: bytes
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Pending:
    """Receipts that are durable and not yet in the tree; ``oldest_at`` None when there is none."""

    count: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A public key of the log; ``purpose`` is receipt, log or witness; ``name`` for those that sign notes."""

    key: PublicKey
    purpose: str
    name: str | None
    status: str


def append_parameters(signed: SignedReceipt) -> tuple[Any, ...]:
    """Return the parameters of :data:`APPEND_SQL`."""
    draft, fields = signed.draft, signed.draft.fields
    subject = (fields.get(name) for name in ("member", "system", "provider", "resource", "grant", "subject_digest"))
    return (
        *(draft.id, draft.kind.value, draft.at, *subject),
        *(signed.body, signed.signature, signed.kid, signed.leaf_hash),
    )


def append_many_parameters(signed: Sequence[SignedReceipt]) -> tuple[list[Any], ...]:
    """Return the parameters of :data:`APPEND_MANY_SQL`: one list a column."""
    return tuple(list(column) for column in zip(*map(append_parameters, signed), strict=True))


def append(unit: Unit, signed: SignedReceipt) -> None:
    """Insert a receipt in the caller's transaction: both are kept, or neither."""
    unit.driver.execute(APPEND_SQL, append_parameters(signed), prepare=True)


def forbid_commit(unit: Unit, error: Exception) -> None:
    """Make the commit of this transaction fail with ``error``: work whose receipt is missing must not be kept.

    PostgreSQL answers the COMMIT of a failed transaction with a silent rollback, so an error that was caught on the
    way would otherwise look like success.
    """

    def refuse(_connection: sa.Connection) -> None:
        raise error

    sa.event.listen(unit.connection, "commit", refuse)


def register_key(unit: Unit, record: KeyRecord, at: datetime) -> None:
    """Publish a public key; a key that is known already stays as it is."""
    values = {
        "kid": record.key.kid,
        "purpose": record.purpose,
        "name": record.name,
        "alg": record.key.algorithm.value,
        "jwk": dict(record.key.jwk),
        "status": record.status,
        "created_at": at,
    }
    unit.connection.execute(insert(tables.signing_key).values(values).on_conflict_do_nothing(index_elements=["kid"]))


def retire_key(unit: Unit, kid: str) -> None:
    """Mark a key as no longer signing; what it signed still verifies with it."""
    key = tables.signing_key
    unit.connection.execute(sa.update(key).where(key.c.kid == kid).values(status="retired"))


def keys(unit: Unit) -> tuple[KeyRecord, ...]:
    """Return all public keys, retired ones too: old receipts are verified with them."""
    key = tables.signing_key
    rows = unit.connection.execute(sa.select(key).order_by(key.c.created_at, key.c.kid))
    return tuple(KeyRecord(PublicKey.from_jwk(row.jwk), row.purpose, row.name, row.status) for row in rows)


def lock_integrator(unit: Unit, *, wait: bool) -> bool:
    """Take the integrator's lock until the transaction ends; False when another holds it and ``wait`` is false."""
    if wait:
        unit.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(INTEGRATOR_LOCK)))
        return True
    return bool(unit.connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(INTEGRATOR_LOCK))))


def unindexed(unit: Unit, limit: int) -> list[tuple[uuid.UUID, bytes]]:
    """Return id and leaf hash of committed receipts without a place in the tree, oldest first."""
    receipt = tables.receipt
    query = sa.select(receipt.c.id, receipt.c.leaf_hash).where(receipt.c.leaf_index.is_(None))
    rows = unit.connection.execute(query.order_by(receipt.c.position).limit(limit))
    return [(row.id, bytes(row.leaf_hash)) for row in rows]


def assign_indexes(unit: Unit, ids: Sequence[uuid.UUID], first: int) -> None:
    """Give these receipts the leaf indexes ``first``, ``first`` + 1 ... in their order."""
    unit.driver.execute(
        "UPDATE hub.receipt SET leaf_index = leaf.place + %s - 1 "
        "FROM unnest(%s::uuid[]) WITH ORDINALITY AS leaf (id, place) WHERE receipt.id = leaf.id",
        (first, list(ids)),
    )


def add_nodes(unit: Unit, nodes: Iterable[tuple[Node, bytes]]) -> None:
    """Store nodes that are complete now."""
    with (
        unit.driver.cursor() as cursor,
        cursor.copy("COPY hub.log_node (level, index, hash) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.set_types(["int2", "int8", "bytea"])
        for node, node_hash in nodes:
            copy.write_row((node.level, node.place, node_hash))


def nodes(unit: Unit, wanted: Iterable[Node]) -> dict[Node, bytes]:
    """Return the stored hashes of these nodes; absent ones are left out."""
    places = sorted(wanted)
    if not places:
        return {}
    rows = unit.driver.execute(
        "SELECT node.level, node.index, node.hash FROM unnest(%s::smallint[], %s::bigint[]) AS asked (level, index) "
        "JOIN hub.log_node AS node USING (level, index)",
        ([node.level for node in places], [node.place for node in places]),
    )
    return {Node(level, place): bytes(node_hash) for level, place, node_hash in rows}


def add_checkpoint(unit: Unit, checkpoint: StoredCheckpoint) -> None:
    """Store a signed checkpoint."""
    unit.connection.execute(
        sa.insert(tables.checkpoint).values(
            size=checkpoint.size, root=checkpoint.root, note=checkpoint.note, at=checkpoint.at
        )
    )


def latest_checkpoint(unit: Unit) -> StoredCheckpoint | None:
    """Return the checkpoint of the largest tree; None before the first one."""
    table = tables.checkpoint
    row = unit.connection.execute(sa.select(table).order_by(table.c.size.desc()).limit(1)).one_or_none()
    return None if row is None else _checkpoint(row)


def checkpoint_of(unit: Unit, size: int) -> StoredCheckpoint | None:
    """Return the checkpoint signed at this size; None when none was."""
    table = tables.checkpoint
    row = unit.connection.execute(sa.select(table).where(table.c.size == size)).one_or_none()
    return None if row is None else _checkpoint(row)


def checkpoints(unit: Unit) -> Iterator[StoredCheckpoint]:
    """Give all checkpoints, smallest first."""
    table = tables.checkpoint
    query = sa.select(table).order_by(table.c.size)
    with unit.connection.execute(query, execution_options=_STREAM) as rows:
        for row in rows:
            yield _checkpoint(row)


def _checkpoint(row: sa.Row[Any]) -> StoredCheckpoint:
    return StoredCheckpoint(row.size, bytes(row.root), row.note, row.at)


def pending(unit: Unit) -> Pending:
    """Return how many receipts wait for their place in the tree, and since when."""
    receipt = tables.receipt
    query = sa.select(sa.func.count(), sa.func.min(receipt.c.at)).where(receipt.c.leaf_index.is_(None))
    count, oldest_at = unit.connection.execute(query).one()
    return Pending(count, oldest_at)


def _stored(row: sa.Row[Any], known: Mapping[str, PublicKey]) -> LeafRow:
    # A key id that nobody registered is damage: the receipt is still given, so that the proof can name it.
    algorithm = known[row.kid].algorithm if row.kid in known else Algorithm.EDDSA
    jws = assemble(bytes(row.body), row.kid, algorithm, bytes(row.signature))
    return LeafRow(row.id, jws, bytes(row.leaf_hash), row.leaf_index, row.at)


def _receipt_keys(unit: Unit) -> dict[str, PublicKey]:
    return {record.key.kid: record.key for record in keys(unit) if record.purpose == "receipt"}


def find(unit: Unit, receipt_id: uuid.UUID) -> LeafRow:
    """Return one receipt.

    Raises:
        ReceiptNotFoundError: no receipt has this id.

    """
    receipt = tables.receipt
    row = unit.connection.execute(sa.select(receipt).where(receipt.c.id == receipt_id)).one_or_none()
    if row is None:
        raise ReceiptNotFoundError(
            "没有这个编号的凭证",
            "no receipt has this id",
            # Word for word what a stranger to an existing receipt is told (threat 12).
            next_zh="请核对编号；凭证只向当事单位和审计人员提供",
            next_en="check the id; receipts are for their parties and auditors",
        )
    return _stored(row, _receipt_keys(unit))


def leaves(unit: Unit, first: int, end: int) -> Iterator[LeafRow]:
    """Give the receipts with leaf index ``first`` up to, not including, ``end``, in order."""
    receipt, known = tables.receipt, _receipt_keys(unit)
    query = sa.select(receipt).where(receipt.c.leaf_index >= first, receipt.c.leaf_index < end)
    with unit.connection.execute(query.order_by(receipt.c.leaf_index), execution_options=_STREAM) as rows:
        for row in rows:
            yield _stored(row, known)


def count_of_kind(unit: Unit, kind: str) -> int:
    """Return how many receipts of one kind were written."""
    receipt = tables.receipt
    counted: int = unit.connection.execute(
        sa.select(sa.func.count()).select_from(receipt).where(receipt.c.kind == kind)
    ).scalar_one()
    return counted
