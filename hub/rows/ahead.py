"""One step ahead: the next item of an iterator is made in another thread while the present one is used.

Polars, libpq and the operating system let go of the interpreter while they work, so that reading, checking
and sending a chunk overlap with PostgreSQL's own work on the chunk before. At most two items are in memory.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

T = TypeVar("T")


def ahead(items: Iterable[T]) -> Generator[T]:
    """Yield the items; errors of the iterator come up here, and it is closed with this generator."""
    iterator = iter(items)

    def step() -> tuple[T] | None:
        return next(zip(iterator, strict=False), None)

    with ThreadPoolExecutor(max_workers=1) as worker:
        waiting = worker.submit(step)
        try:
            while (found := waiting.result()) is not None:
                waiting = worker.submit(step)
                yield found[0]
        finally:
            waiting.cancel()
            worker.shutdown()
            close = getattr(iterator, "close", None)
            if close is not None:
                close()
