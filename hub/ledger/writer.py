"""The one writer of receipts. No answer without a receipt: when writing fails, the caller's transaction fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from hub import faults
from hub.ledger import store
from hub.ledger.drafts import ReceiptDraft
from hub.ledger.errors import LedgerError, ReceiptWriteError
from hub.ledger.keys import keyed_digest
from hub.ledger.receipts import canonical, sign

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from hub.database import Unit
    from hub.ledger.drafts import Given, ReceiptKind
    from hub.ledger.keys import SigningKey
    from hub.ledger.receipts import SignedReceipt


class ReceiptWriter:
    """Signs receipts and stores them with the work they are about. One object serves all threads."""

    def __init__(self, key: SigningKey, secret: bytes) -> None:
        """``key`` signs; ``secret`` (32 bytes) keys the digests of filters and subjects."""
        self.key = key
        self.observe: Callable[[ReceiptKind], None] = lambda _kind: None
        """Called with the kind of each receipt signed, for metrics."""
        self._secret = secret

    def draft(self, kind: ReceiptKind, fields: Mapping[str, Given], *, at: datetime | None = None) -> ReceiptDraft:
        """Return a checked draft with a new id; ``at`` None means now."""
        return ReceiptDraft(kind, fields) if at is None else ReceiptDraft(kind, fields, at=at)

    def sign(self, draft: ReceiptDraft) -> SignedReceipt:
        """Sign a draft, for a path that stores it itself (:data:`hub.ledger.store.APPEND_SQL`)."""
        self.observe(draft.kind)
        return sign(draft, self.key)

    def write(self, unit: Unit, draft: ReceiptDraft) -> SignedReceipt:
        """Sign a draft and insert it in the transaction of ``unit``.

        Raises:
            ReceiptWriteError: it could not be stored. The transaction cannot commit any more: whoever catches this
                error and goes on gets it again at the commit.
            ReceiptContentError: too large for the log; the transaction cannot commit either.

        """
        try:
            signed = self.sign(draft)
            store.append(unit, signed)
        except LedgerError:
            store.forbid_commit(unit, _not_written())
            raise
        except (psycopg.Error, SQLAlchemyError) as error:
            store.forbid_commit(unit, _not_written())
            raise _not_written() from error
        faults.point("receipt.inserted")
        return signed

    async def write_async(
        self, connection: psycopg.AsyncConnection[tuple[Any, ...]], draft: ReceiptDraft
    ) -> SignedReceipt:
        """Sign a draft and insert it on an autocommit connection: durable when this returns.

        Raises:
            ReceiptWriteError: it could not be stored: do not answer.

        """
        signed = self.sign(draft)
        try:
            await connection.execute(store.APPEND_SQL, store.append_parameters(signed), prepare=True)
        except psycopg.Error as error:
            raise _not_written() from error
        faults.point("receipt.committed")
        return signed

    async def write_joined_async(
        self,
        connection: psycopg.AsyncConnection[tuple[Any, ...]],
        draft: ReceiptDraft,
        statement: str,
        parameters: tuple[Any, ...],
    ) -> tuple[Any, ...] | None:
        """Sign a draft and insert it with a statement of the caller's, both or neither, in one round trip.

        ``statement`` stands behind ``WITH receipt AS (...),``; returns the first row it gives.

        Raises:
            ReceiptWriteError: it could not be stored: do not answer.
            psycopg.errors.CheckViolation: a rule of the caller's own tables was broken; nothing was stored.

        """
        signed = self.sign(draft)
        joined = f"WITH receipt AS ({store.APPEND_SQL}), {statement}"
        try:
            cursor = await connection.execute(joined, (*store.append_parameters(signed), *parameters), prepare=True)
            row = await cursor.fetchone()
        except psycopg.errors.CheckViolation:
            raise
        except psycopg.Error as error:
            raise _not_written() from error
        faults.point("receipt.committed")
        return row

    async def write_many_async(
        self,
        connection: psycopg.AsyncConnection[tuple[Any, ...]],
        drafts: Sequence[ReceiptDraft],
        statement: str = "",
        parameters: tuple[Any, ...] = (),
    ) -> tuple[Any, ...] | None:
        """Sign drafts and insert them in one statement: all are durable when this returns, or none of them.

        A ``statement`` stands behind ``WITH receipt AS (...),`` (:meth:`write_joined_async`); returns its first row.

        Raises:
            ReceiptWriteError: they could not be stored: answer none of them.
            psycopg.errors.CheckViolation: a rule of the caller's own tables was broken; nothing was stored.

        """
        rows = store.append_many_parameters([self.sign(draft) for draft in drafts])
        text = f"WITH receipt AS ({store.APPEND_MANY_SQL}), {statement}" if statement else store.APPEND_MANY_SQL
        try:
            cursor = await connection.execute(text, (*rows, *parameters), prepare=True)
            row = await cursor.fetchone() if statement else None
        except psycopg.errors.CheckViolation:
            raise
        except psycopg.Error as error:
            raise _not_written() from error
        faults.point("receipt.committed")
        return row

    @property
    def secret(self) -> bytes:
        """The secret of keyed digests; it never leaves the hub."""
        return self._secret

    def digest(self, value: Mapping[str, object]) -> str:
        """Return the keyed digest of a filter or a subject: it cannot be guessed back without the hub's secret."""
        return keyed_digest(self._secret, canonical(value))


def _not_written() -> ReceiptWriteError:
    return ReceiptWriteError(
        "凭证无法写入，本次操作已全部撤销，未作任何答复",
        "the receipt could not be written: the operation was undone and nothing was answered",
        next_zh="请稍后重试；如持续出现，请联系平台运维检查数据库空间与状态",
        next_en="try again later; if it persists, ask the operator to check the database's space and state",
        facts={"retry_after_seconds": 5},
    )
