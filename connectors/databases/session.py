"""What a database is to the rest of the hub: one read-only snapshot that streams tables of text, and its dialect.

All statements of a session see the same moment, so that sums, row hashes and rows of one pull fit each other. A
frame has String columns ``c0``, ``c1`` … in the order of the expressions asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    import polars as pl

    from connectors.databases.address import DatabaseAddress
    from connectors.databases.relation import After, Column, Relation
    from connectors.egress import EgressPolicy
    from connectors.sources import SourceLimits


@dataclass(frozen=True, slots=True)
class Login:
    """Where and how to connect. ``trust_pem`` pins the certificates that sslmode verify-full believes."""

    address: DatabaseAddress
    password: str = field(repr=False)
    policy: EgressPolicy = field(repr=False)
    limits: SourceLimits
    trust_pem: str | None = field(default=None, repr=False)


class Speech(Protocol):
    """How one dialect says things; every method returns an SQL expression over the relation ``q``."""

    def source(self, relation: Relation) -> str:
        """Return what stands behind FROM, named ``q``."""
        ...

    def shown(self, column: Column) -> str:
        """Return the exact text of a column's value, null where it is null."""
        ...

    def key(self, columns: Sequence[Column]) -> str:
        """Return the key as one text, its parts separated by U+001F; null where a part is null."""
        ...

    def slot(self, key: str) -> str:
        """Return a number from 0 to 2**32 - 1 that a key text always has."""
        ...

    def row_hash(self, columns: Sequence[Column]) -> str:
        """Return 16 hexadecimal digits of the MD5 of a row's values; null and empty text differ."""
        ...

    def number_of(self, hexadecimal: str) -> str:
        """Return the number that eight hexadecimal digits are."""
        ...

    def after(self, wanted: After) -> str:
        """Return the condition of rows above a watermark."""
        ...

    def among(self, keys: Sequence[Column], wanted: Sequence[tuple[str, ...]]) -> str:
        """Return the condition of rows with one of some keys, in a form that uses the index of the key."""
        ...

    def among_numbers(self, expression: str, wanted: Sequence[int]) -> str:
        """Return the condition that a number is one of many."""
        ...

    def highest(self, column: Column) -> str:
        """Return the largest value as text; a time of the future counts as now."""
        ...


class Session(Protocol):
    """An open snapshot. Close it, or use it as a context manager."""

    @property
    def speech(self) -> Speech:
        """The dialect."""
        ...

    @property
    def is_encrypted(self) -> bool:
        """Whether the connection is by TLS."""
        ...

    def columns(self, relation: Relation) -> tuple[Column, ...]:
        """Return the columns of a table or SELECT.

        Raises:
            SourceQueryError, SourceDeniedError, SourceLostError: the database does not answer it.
        """
        ...

    def stream(self, statement: str, width: int) -> Iterator[pl.DataFrame]:
        """Yield the rows of a statement of ``width`` columns, with flat memory.

        Raises:
            SourceQueryError, SourceDeniedError, SourceTextError: the database does not answer it.
            SourceLostError: it went away; ``facts["rows"]`` says after how many rows.
        """
        ...

    def close(self) -> None:
        """End the snapshot; it has changed nothing."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
