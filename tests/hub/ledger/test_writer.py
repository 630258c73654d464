"""Promise 3: a receipt is kept with its work, or neither is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import psycopg
import pytest
import sqlalchemy as sa

from hub.ledger import store
from hub.ledger.errors import LedgerError, ReceiptContentError, ReceiptNotFoundError, ReceiptWriteError
from hub.ledger.receipts import verify_receipt

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.database import Database, Unit
    from hub.ledger.drafts import ReceiptDraft
    from hub.ledger.writer import ReceiptWriter

    Draft = Callable[..., ReceiptDraft]


def _work(unit: Unit) -> None:
    unit.connection.execute(sa.text("CREATE TABLE hub.work_done (id int)"))


def _work_and_write(unit: Unit, writer: ReceiptWriter, *drafts: ReceiptDraft) -> None:
    """Do some work and write its receipts; the same draft twice is a receipt that cannot be written."""
    _work(unit)
    for made in drafts:
        writer.write(unit, made)


def _has_work(database: Database) -> bool:
    with database.begin() as unit:
        return bool(unit.connection.scalar(sa.text("SELECT to_regclass('hub.work_done') IS NOT NULL")))


def test_a_written_receipt_is_read_back_byte_for_byte(log: Database, writer: ReceiptWriter, draft: Draft) -> None:
    with log.begin() as unit:
        signed = writer.write(unit, draft())
    with log.begin() as unit:
        assert store.find(unit, signed.id).jws == signed.jws


def test_the_stored_receipt_verifies_with_the_published_key(log: Database, writer: ReceiptWriter, draft: Draft) -> None:
    with log.begin() as unit:
        signed = writer.write(unit, draft())
        published = {record.key.kid: record.key for record in store.keys(unit)}
        found = verify_receipt(store.find(unit, signed.id).jws, published)
    assert found.content["purpose"] == "低保核对"


def test_what_is_searched_by_stands_in_columns(log: Database, writer: ReceiptWriter, draft: Draft) -> None:
    with log.begin() as unit:
        writer.write(unit, draft(grant="grant-1"))
        query = sa.text("SELECT kind, member_id, provider_id, entry_id, grant_id FROM hub.receipt")
        row = unit.connection.execute(query).one()
    assert tuple(row) == ("query", "11410100005252123X", "11410100005252456A", "marriage-register", "grant-1")


def test_a_receipt_of_undone_work_is_gone_with_it(log: Database, writer: ReceiptWriter, draft: Draft) -> None:
    made = draft()

    def fail_later(unit: Unit) -> None:
        writer.write(unit, made)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), log.begin() as unit:
        fail_later(unit)
    with log.begin() as unit, pytest.raises(ReceiptNotFoundError):
        store.find(unit, made.id)


def test_work_is_undone_when_its_receipt_cannot_be_written(log: Database, writer: ReceiptWriter, draft: Draft) -> None:
    made = draft()
    with pytest.raises(ReceiptWriteError), log.begin() as unit:
        _work_and_write(unit, writer, made, made)
    assert not _has_work(log)


def test_a_caller_that_swallows_the_failure_cannot_commit(log: Database, writer: ReceiptWriter, draft: Draft) -> None:
    too_large = draft(items_returned=[f"item_{number:060d}" for number in range(1500)])

    def careless(unit: Unit) -> None:
        _work(unit)
        try:
            writer.write(unit, too_large)
        except LedgerError:
            return

    with pytest.raises(ReceiptWriteError), log.begin() as unit:
        careless(unit)
    assert not _has_work(log)


def test_a_savepoint_does_not_save_work_from_its_missing_receipt(
    log: Database, writer: ReceiptWriter, draft: Draft
) -> None:
    made = draft()

    def careless(unit: Unit) -> None:
        writer.write(unit, made)
        _work(unit)
        try:
            with unit.connection.begin_nested():
                writer.write(unit, made)
        except LedgerError:
            return

    with pytest.raises(ReceiptWriteError), log.begin() as unit:
        careless(unit)
    assert not _has_work(log)


def test_a_failure_in_one_transaction_does_not_trouble_the_next(
    log: Database, writer: ReceiptWriter, draft: Draft
) -> None:
    made = draft()
    for _ in range(8):  # more than the pool holds, so that every connection is used again
        with pytest.raises(ReceiptWriteError), log.begin() as unit:
            _work_and_write(unit, writer, made, made)
    with log.begin() as unit:
        assert writer.write(unit, made).id == made.id


def test_a_receipt_too_large_for_the_log_undoes_the_work(log: Database, writer: ReceiptWriter, draft: Draft) -> None:
    too_large = draft(items_returned=[f"item_{number:060d}" for number in range(1500)])
    with pytest.raises(ReceiptContentError), log.begin() as unit:
        _work_and_write(unit, writer, too_large)
    assert not _has_work(log)


def test_a_locked_receipt_table_means_no_answer(log: Database, writer: ReceiptWriter, draft: Draft) -> None:
    with psycopg.connect(log.url) as other:
        other.execute("LOCK TABLE hub.receipt IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(ReceiptWriteError), log.begin(statement_timeout_seconds=0.2) as unit:
            _work_and_write(unit, writer, draft())
    assert not _has_work(log)


def test_the_failure_tells_when_to_try_again(log: Database, writer: ReceiptWriter, draft: Draft) -> None:
    made = draft()
    with pytest.raises(ReceiptWriteError) as caught, log.begin() as unit:
        _work_and_write(unit, writer, made, made)
    assert caught.value.facts == {"retry_after_seconds": 5}


def test_the_hot_path_writes_a_durable_receipt_in_one_statement(
    log: Database, writer: ReceiptWriter, draft: Draft
) -> None:
    async def answer() -> bytes:
        async with await psycopg.AsyncConnection.connect(log.url, autocommit=True) as connection:
            signed = await writer.write_async(connection, draft())
        return signed.jws

    jws = asyncio.run(answer())
    with log.begin() as unit:
        rows = unit.connection.scalars(sa.text("SELECT id FROM hub.receipt")).all()
        assert [store.find(unit, row).jws for row in rows] == [jws]


def test_the_hot_path_reads_and_writes_in_one_round_trip(log: Database, writer: ReceiptWriter, draft: Draft) -> None:
    signed = writer.sign(draft())

    async def answer() -> object:
        async with await psycopg.AsyncConnection.connect(log.url, autocommit=True) as connection:
            both = f"WITH receipt AS ({store.APPEND_SQL}) SELECT 42"
            cursor = await connection.execute(both, store.append_parameters(signed))
            return (await cursor.fetchone() or [None])[0]

    assert asyncio.run(answer()) == 42
    with log.begin() as unit:
        assert store.find(unit, signed.id).jws == signed.jws


def test_the_hot_path_says_so_when_nothing_was_kept(log: Database, writer: ReceiptWriter, draft: Draft) -> None:
    made = draft()

    async def answer_twice() -> None:
        async with await psycopg.AsyncConnection.connect(log.url, autocommit=True) as connection:
            await writer.write_async(connection, made)
            await writer.write_async(connection, made)

    with pytest.raises(ReceiptWriteError):
        asyncio.run(answer_twice())


def test_a_filter_digest_is_the_same_whatever_the_order_of_its_parts(writer: ReceiptWriter) -> None:
    assert writer.digest({"a": 1, "b": "郑州"}) == writer.digest({"b": "郑州", "a": 1})
