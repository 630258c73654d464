"""Waiting for PostgreSQL to hint that the policy epoch grew; a hint may be lost, so nobody relies on it alone."""

from __future__ import annotations

import selectors
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg

from hub.identity.store import EPOCH_CHANNEL

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator


@contextmanager
def listening(url: str, wake: socket.socket) -> Iterator[Callable[[float], None]]:
    """Yield a function that waits for a hint, or for ``wake`` to have something to read, at most the given seconds."""
    with psycopg.connect(url, autocommit=True) as connection, selectors.DefaultSelector() as selector:
        connection.execute(f"LISTEN {EPOCH_CHANNEL}")
        selector.register(connection, selectors.EVENT_READ)
        selector.register(wake, selectors.EVENT_READ)

        def wait(seconds: float) -> None:
            selector.select(seconds)
            connection.pgconn.consume_input()
            while connection.pgconn.notifies() is not None:  # many hints at once are one look
                continue

        yield wait
