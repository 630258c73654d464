"""The database itself refuses to change or remove what the log holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from hub.ledger import store
from hub.ledger.integrator import integrate
from hub.ledger.tables import DROP_GUARD_DDL, GUARD_DDL

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.database import Database
    from hub.ledger.checkpoint import LogSigner

FORBIDDEN = [
    "UPDATE hub.receipt SET body = '\\x00'",
    "UPDATE hub.receipt SET at = now()",
    "UPDATE hub.receipt SET leaf_index = 7",
    "UPDATE hub.receipt SET leaf_index = NULL",
    "UPDATE hub.receipt SET leaf_index = leaf_index",
    "DELETE FROM hub.receipt",
    "TRUNCATE hub.receipt",
    "UPDATE hub.log_node SET hash = '\\x00'",
    "DELETE FROM hub.log_node",
    "TRUNCATE hub.log_node",
    "UPDATE hub.checkpoint SET note = ''",
    "DELETE FROM hub.checkpoint",
    "TRUNCATE hub.checkpoint",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_log_is_append_only(
    log: Database, signer: LogSigner, append: Callable[[int], list[Any]], statement: str
) -> None:
    append(1)
    integrate(log, signer)
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="append-only"), log.begin() as unit:
        unit.driver.execute(statement.encode())


def test_a_receipt_may_get_its_place_and_nothing_else_with_it(
    log: Database, append: Callable[[int], list[Any]]
) -> None:
    append(1)
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation), log.begin() as unit:
        unit.driver.execute(b"UPDATE hub.receipt SET leaf_index = 0, kind = 'push'")


def test_two_receipts_never_share_a_place(log: Database, append: Callable[[int], list[Any]]) -> None:
    append(2)
    with pytest.raises(psycopg.errors.UniqueViolation), log.begin() as unit:
        unit.driver.execute(b"UPDATE hub.receipt SET leaf_index = 0")


def test_the_guard_can_be_put_up_again_and_taken_down(log: Database, append: Callable[[int], list[Any]]) -> None:
    append(1)
    with log.begin() as unit:
        unit.driver.execute(GUARD_DDL.encode())
        unit.driver.execute(DROP_GUARD_DDL.encode())
        unit.driver.execute(b"DELETE FROM hub.receipt")
        assert store.pending(unit).count == 0
