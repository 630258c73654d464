"""What a pull asks of a database: all rows, rows above a watermark, sums by bucket, hashes of rows, rows by key.

A *slot* is a number of 32 bits made of a row's key; a *bucket* is a range of slots (the slot without its lowest
``shift`` bits). Sums of row hashes by bucket tell where two copies of a table differ without moving a row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

import polars as pl
from typing_extensions import override

from connectors.databases.address import Dialect
from connectors.databases.relation import After, Column, Relation, check_columns, column_named
from connectors.port import FIELDS, LINE, OutsideText, TableFacts, TableSource, letter, position
from connectors.sources import too_many

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    from connectors.databases.session import Login, Session
    from connectors.sources import SourceLimits

KEY_MARK: Final = "\x1f"
SLOT_BITS: Final = 32
KEYS_AT_ONCE: Final = 5_000
BUCKETS_AT_ONCE: Final = 20_000
SUMS: Final = ("bucket", "rows", "sum_a", "sum_b")
HASHES: Final = ("slot", "key", "hash")


def open_session(login: Login) -> Session:
    """Connect to a database; see the classes of the dialects for what it raises."""
    match login.address.dialect:
        case Dialect.POSTGRESQL:
            from connectors.databases.postgres import PostgresSession

            return PostgresSession(login)
        case Dialect.MYSQL:
            from connectors.databases.mysql import MysqlSession

            return MysqlSession(login)


@dataclass(slots=True)
class Traffic:
    """What came over the line: rows, and bytes of their values with one for each cell's separator."""

    rows: int = 0
    byte_count: int = 0

    def add(self, frame: pl.DataFrame) -> None:
        """Count a frame."""
        self.rows += frame.height
        lengths = frame.select(pl.all().str.len_bytes().sum()).row(0)
        self.byte_count += sum(filter(None, lengths)) + frame.height * frame.width


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: all, above a watermark, or (``condition``) what the dialect says; with hashes or without.

    ``first`` asks for so many rows alone, for a look.
    """

    condition: str = ""
    with_hashes: bool = False
    first: int | None = None


@dataclass(slots=True)
class Reader:
    """One relation of an open session, with its columns; ``keys`` are those of the key, in order."""

    session: Session
    relation: Relation
    limits: SourceLimits
    columns: tuple[Column, ...] = ()
    keys: tuple[Column, ...] = ()
    traffic: Traffic = field(default_factory=Traffic)
    data_rows: int = 0
    """Whole rows that travelled; sums and hashes are counted in the traffic alone."""

    @classmethod
    def of(cls, session: Session, relation: Relation, limits: SourceLimits) -> Self:
        """Look at the columns of a relation.

        Raises:
            SourceQueryError, SourceColumnError: it cannot be read, or has columns that do not travel.
        """
        relation.check()
        columns = session.columns(relation)
        check_columns(relation, columns)
        return cls(session, relation, limits, columns)

    @property
    def header(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.columns)

    def name_keys(self, names: Sequence[str]) -> None:
        """Say which columns form the key (raises SourceColumnError for one that is not there)."""
        self.keys = tuple(column_named(self.columns, name) for name in names)

    def rows(self, wanted: Wanted | None = None) -> Iterator[pl.DataFrame]:
        """Yield rows, a text column each, with :data:`HASHES` behind where asked for.

        Raises:
            SourceLimitError: there are more rows or bytes than one pull may fetch.
        """
        wanted = wanted or Wanted()
        shown = [self.session.speech.shown(column) for column in self.columns]
        shown += self._hash_expressions() if wanted.with_hashes else []
        for frame in self._stream(shown, wanted.condition, first=wanted.first):
            self.data_rows += frame.height
            if self.data_rows > self.limits.rows:
                raise too_many(self.limits.rows, "行", "rows")
            if self.traffic.byte_count > self.limits.total_bytes:
                raise too_many(self.limits.total_bytes, "字节", "bytes")
            yield frame

    def after(self, column: str, value: str, overlap: int) -> str:
        """Return the condition of the rows above a watermark."""
        return self.session.speech.after(After(column_named(self.columns, column), value, overlap))

    def highest(self, column: str) -> str | None:
        """Return the largest value of a column in this snapshot, null where there is no row."""
        expression = self.session.speech.highest(column_named(self.columns, column))
        frames = list(self._stream([expression], ""))  # to its end: who stops in the middle loses the connection
        value: str | None = frames[0].item(0, 0) if frames else None
        return value

    def sums(self, shift: int) -> pl.DataFrame:
        """Return :data:`SUMS` of every bucket that has rows, Int64."""
        speech = self.session.speech
        key = speech.key(self.keys)
        source = f"{speech.source(self.relation)}{self._where('')}"
        inner = f"SELECT {speech.slot(key)} >> {shift} AS b, {speech.row_hash(self.columns)} AS h FROM {source}"  # noqa: S608
        halves = (speech.number_of("substr(h, 1, 8)"), speech.number_of("substr(h, 9, 8)"))
        statement = f"SELECT b, count(*), sum({halves[0]}), sum({halves[1]}) FROM ({inner}) AS s GROUP BY b"  # noqa: S608
        frames = list(self._counted(statement, len(SUMS)))
        schema = dict.fromkeys(SUMS, pl.Int64())
        if not frames:
            return pl.DataFrame(schema=schema)
        return pl.concat(frames).rename(dict(zip((position(n) for n in range(4)), SUMS, strict=True))).cast(pl.Int64())

    def hashes(self, shift: int, buckets: Sequence[int]) -> Iterator[pl.DataFrame]:
        """Yield :data:`HASHES` of the rows of some buckets, as text."""
        speech = self.session.speech
        bucket = f"{speech.slot(speech.key(self.keys))} >> {shift}"
        for start in range(0, len(buckets), BUCKETS_AT_ONCE):
            condition = speech.among_numbers(f"({bucket})", buckets[start : start + BUCKETS_AT_ONCE])
            for frame in self._stream(self._hash_expressions(), condition):
                yield frame.rename({position(n): name for n, name in enumerate(HASHES)})

    def by_keys(self, keys: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Yield the rows with some keys, with :data:`HASHES` behind."""
        for start in range(0, len(keys), KEYS_AT_ONCE):
            parts = [tuple(key.split(KEY_MARK)) for key in keys[start : start + KEYS_AT_ONCE]]
            condition = self.session.speech.among(self.keys, parts)
            yield from self.rows(Wanted(condition, with_hashes=True))

    def _hash_expressions(self) -> list[str]:
        speech = self.session.speech
        key = speech.key(self.keys)
        return [speech.slot(key), key, speech.row_hash(self.columns)]

    def _where(self, condition: str) -> str:
        """Return the WHERE: a row without a key is left out where rows are told apart by key."""
        speech = self.session.speech
        parts = [f"({speech.key(self.keys)}) IS NOT NULL"] if self.keys else []
        parts += [f"({condition})"] if condition else []
        return f" WHERE {' AND '.join(parts)}" if parts else ""

    def _stream(
        self, expressions: Sequence[str], condition: str, *, first: int | None = None
    ) -> Iterator[pl.DataFrame]:
        source = self.session.speech.source(self.relation)
        # A lone null would be an empty line, which no reader of delimited text sees: a second column keeps it.
        given = (*expressions, "1") if len(expressions) == 1 else expressions
        statement = f"SELECT {', '.join(given)} FROM {source}{self._where(condition)}"  # noqa: S608 - quoted by the speech
        statement += "" if first is None else f" LIMIT {first}"
        for frame in self._counted(statement, len(given)):
            yield frame[:, : len(expressions)]

    def _counted(self, statement: str, width: int) -> Iterator[pl.DataFrame]:
        for frame in self.session.stream(statement, width):
            self.traffic.add(frame)
            yield frame


class DatabaseTable(TableSource):
    """A relation of a database as one table (:class:`connectors.port.TableSource`); lines count rows from 1."""

    def __init__(self, reader: Reader) -> None:
        """Nothing is read before :meth:`chunks`; closing it closes the session of the reader."""
        self._reader = reader
        self._rows = 0

    @property
    @override
    def header(self) -> tuple[str, ...]:
        return self._reader.header

    @property
    @override
    def letters(self) -> tuple[str, ...]:
        return tuple(letter(index) for index in range(len(self.header)))

    @override
    def chunks(self) -> Iterator[pl.DataFrame]:
        for frame in self._reader.rows():
            first, self._rows = self._rows + 1, self._rows + frame.height
            lines = pl.int_range(first, self._rows + 1, dtype=pl.Int64, eager=True).alias(LINE)
            yield frame.with_columns(lines, pl.lit(None, dtype=pl.Int32).alias(FIELDS))

    @override
    def facts(self) -> TableFacts:
        return TableFacts("database", rows=self._rows, bytes_read=self._reader.traffic.byte_count)

    @override
    def outside(self) -> Iterator[OutsideText]:
        yield from ()

    @override
    def footer(self) -> Iterator[OutsideText]:
        yield from ()

    @override
    def preview(self) -> tuple[tuple[str, ...], ...]:
        return ()

    @override
    def close(self) -> None:
        self._reader.session.close()

    @override
    def __enter__(self) -> Self:
        return self

    @override
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
