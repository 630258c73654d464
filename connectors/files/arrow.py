"""Arrow IPC files and streams (Feather version 2), read batch by batch; every batch is looked at before it is read."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import polars as pl

from connectors.files.arrow_messages import DICTIONARY, END, FILE_MARK, SCHEMA, Messages
from connectors.files.arrow_messages import damaged as damaged_arrow
from connectors.files.columnar import ColumnarTable
from connectors.files.errors import FileLimitError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from connectors.files.arrow_messages import Message
    from connectors.port import Limits, ReadOptions

FORM: Final = "arrow"


class ArrowTable(ColumnarTable):
    """The table of an Arrow file or stream."""

    def __init__(self, path: Path, options: ReadOptions, limits: Limits) -> None:
        """Look at the messages and the schema; raise a ``FileError`` where that fails."""
        with path.open("rb") as file:
            is_file = file.read(len(FILE_MARK)) == FILE_MARK
        super().__init__(path, (_File if is_file else _Stream)(path, limits), options, limits)


class _File:
    """The file format: batches by their number, from the footer."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path, self._step = path, limits.sheet_chunk_rows
        messages = Messages(path, limits).of_file()
        self._batches = tuple(one.rows for one in messages if one.kind not in {SCHEMA, DICTIONARY})
        _refuse_rows(sum(self._batches), limits)

    @property
    def form(self) -> str:
        return FORM

    def _scan(self) -> pl.LazyFrame:
        return pl.scan_ipc(self._path, glob=False, hive_partitioning=False)

    def schema(self) -> Mapping[str, pl.DataType]:
        return self._scan().collect_schema()

    def frames(self) -> Iterator[pl.DataFrame]:
        start = 0
        for rows in self._batches:
            batch = self._scan().slice(start, rows).collect()
            yield from batch.iter_slices(self._step)
            start += rows

    def texts(self) -> Iterator[str]:
        with self._path.open("rb") as file:
            file.seek(max(self._path.stat().st_size - _TEXT_BYTES, 0))
            yield file.read().decode("utf-8", errors="ignore")


class _Stream:
    """The stream format: schema and dictionaries are put before each batch, which then is a stream of its own."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path, self._step, self._limits = path, limits.sheet_chunk_rows, limits
        first = next(Messages(path, limits).of_stream(), None)
        if first is None or first.kind != SCHEMA:
            raise damaged_arrow()
        self._schema = self._bytes(first)

    @property
    def form(self) -> str:
        return FORM

    def _bytes(self, message: Message) -> bytes:
        with self._path.open("rb") as file:
            file.seek(message.start)
            return file.read(message.end - message.start)

    def schema(self) -> Mapping[str, pl.DataType]:
        return pl.read_ipc_stream(io.BytesIO(self._schema + END)).schema

    def frames(self) -> Iterator[pl.DataFrame]:
        dictionaries: dict[int, bytes] = {}
        rows = 0
        for message in Messages(self._path, self._limits).of_stream():
            if message.kind == DICTIONARY:
                before = dictionaries.get(message.dictionary, b"") if message.is_delta else b""
                dictionaries[message.dictionary] = before + self._bytes(message)
                self._refuse_dictionaries(sum(map(len, dictionaries.values())))
            elif message.kind != SCHEMA:
                rows += message.rows
                _refuse_rows(rows, self._limits)
                one = b"".join((self._schema, *dictionaries.values(), self._bytes(message), END))
                yield from pl.read_ipc_stream(io.BytesIO(one)).iter_slices(self._step)

    def _refuse_dictionaries(self, size: int) -> None:
        if size > self._limits.batch_bytes:
            raise FileLimitError(
                f"Arrow 的字典超过 {self._limits.batch_bytes >> 20} MiB",
                f"the dictionaries of the Arrow data exceed {self._limits.batch_bytes >> 20} MiB",
                next_zh="导出时不用字典编码，或导出为 Parquet",
                next_en="export without dictionary encoding, or export Parquet",
                facts={"limit": self._limits.batch_bytes},
            )

    def texts(self) -> Iterator[str]:
        yield self._schema.decode("utf-8", errors="ignore")


_TEXT_BYTES: Final = 1 << 20


def _refuse_rows(rows: int, limits: Limits) -> None:
    if rows > limits.total_rows:
        raise FileLimitError(
            f"文件声称有 {rows} 行，上限是 {limits.total_rows} 行",
            f"the file claims {rows} rows, the limit is {limits.total_rows}",
            next_zh="请分批推送",
            next_en="push it in parts",
            facts={"rows": rows, "limit": limits.total_rows},
        )
