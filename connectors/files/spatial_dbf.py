"""The attribute table of a Shapefile, or a table of its own (dBASE III and later), read by columns.

Every record has the same length. The encoding comes from the ``.cpg`` file, the options, or the language byte of the
table (byte 29); none of them is sure in China, so what they say must decode, and where nothing is said the bytes
decide, or the provider is asked.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from connectors.files.dbase import FIELD_BYTES, STORED
from connectors.files.encodings import Encoding, detect, named
from connectors.files.errors import FileError, FileLimitError
from connectors.files.spatial_shp import damaged
from connectors.files.streams import invalid_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from connectors.port import Limits

_HEAD: Final = struct.Struct("<IHH")
_END: Final = 0x0D
_DELETED: Final = ord("*")
_LANGUAGES: Final = {0x4D: "gb18030", 0x7A: "gb18030", 0x4F: "big5hkscs", 0x78: "big5hkscs", 0x57: None, 0x00: None}
_PAGES: Final = {"936": "gb18030", "950": "big5hkscs", "65001": "utf-8", "54936": "gb18030", "oem": None, "ansi": None}
_SAMPLE: Final = 4 << 20
_TEXT: Final = "C"


class Attributes:
    """The records of one ``.dbf`` file."""

    def __init__(
        self, path: Path, page: str | None, wanted: str | None, limits: Limits, *, is_searched: bool = False
    ) -> None:
        """Read the head; ``page`` is what the ``.cpg`` file says, ``wanted`` what the provider says.

        ``is_searched`` reads what cannot be decoded as well as it goes: digits and signs read alike.

        Raises:
            DamagedFileError: the head does not fit the file.
            FileError: the encoding stated is unknown, does not fit, or cannot be told.
            FileLimitError: too many columns.
        """
        self._path = path
        self._errors = "replace" if is_searched else "strict"
        with path.open("rb") as file:
            head = file.read(32)
            if len(head) < 32:  # noqa: PLR2004 - the fixed head of the format
                raise damaged("属性表", 0)
            self.records, self._start, self._length = _HEAD.unpack_from(head, 4)
            fields = file.read(max(self._start - 32, 0))
        self._fields = _read_fields(fields)
        if not self._fields or 1 + sum(size for _, _, size in self._fields) > self._length:
            raise damaged("属性表", 0)
        if len(self._fields) > limits.columns:
            raise FileLimitError(
                f"属性表有 {len(self._fields)} 列，上限是 {limits.columns}",
                f"the attribute table has {len(self._fields)} columns, the limit is {limits.columns}",
                next_zh="只导出需要的列",
                next_en="export the columns that are needed",
                facts={"limit": limits.columns},
            )
        if path.stat().st_size < self._start + self.records * self._length:
            raise damaged("属性表", 0)
        self.encoding = self._find_encoding(head[29], page, wanted)
        self.names = tuple(self._decoded_name(raw) for raw, _, _ in self._fields)

    def _find_encoding(self, language: int, page: str | None, wanted: str | None) -> Encoding:
        sample = self._sample()
        word = wanted or (_page(page) if page else None) or _LANGUAGES.get(language)
        try:
            return named(word, sample) if word is not None else detect(sample)
        except FileError:
            if wanted is not None or self._errors == "strict":
                raise
            return Encoding("gb18030")

    def _sample(self) -> bytes:
        """Return the texts of the first records, and the names of the columns."""
        with self._path.open("rb") as file:
            file.seek(self._start)
            body = file.read(min(self.records * self._length, max(_SAMPLE // self._length, 1) * self._length))
        names = b"\n".join(raw for raw, _, _ in self._fields)
        return (
            names
            + b"\n"
            + b"\n".join(
                b"".join(
                    _bytes_of(table, column) for column in range(len(self._fields)) if self._fields[column][1] == _TEXT
                )
                for table in (self._table(body),)
            )
        )

    def _decoded_name(self, raw: bytes) -> str:
        """Return a column's name; writers cut names at 10 bytes, also in the middle of a character."""
        return raw.decode(self.encoding.codec, errors="ignore").strip()

    @property
    def kinds(self) -> tuple[str, ...]:
        """Type letter of each column."""
        return tuple(kind for _, kind, _ in self._fields)

    def _table(self, body: bytes) -> NDArray[np.void]:
        """Return records as a structured array of byte texts."""
        kinds: list[tuple[str, str]] = [("_mark", "S1")]
        kinds += [(f"f{index}", f"S{size}") for index, (_, _, size) in enumerate(self._fields)]
        rest = self._length - 1 - sum(size for _, _, size in self._fields)
        if rest:
            kinds.append(("_rest", f"S{rest}"))
        whole = len(body) // self._length * self._length
        return np.frombuffer(body[:whole], np.dtype(kinds))

    def read(self, sizes: Iterator[int]) -> Iterator[tuple[list[pl.Series], NDArray[np.bool_]]]:
        """Yield the texts of as many records as each size says, and which of them are marked as deleted."""
        first = 1
        with self._path.open("rb") as file:
            file.seek(self._start)
            for size in sizes:
                table = self._table(file.read(size * self._length))
                if len(table) < size:
                    raise damaged("属性表", first + len(table))
                columns = [self._column(table, index, first) for index in range(len(self._fields))]
                deleted = np.frombuffer(table["_mark"].tobytes(), np.uint8) == _DELETED
                first += size
                yield columns, deleted

    def _column(self, table: NDArray[np.void], index: int, first: int) -> pl.Series:
        raw, kind, size = self._fields[index]
        values = table[f"f{index}"]
        stored = STORED.get((kind, size))
        if stored is not None:
            return pl.Series(
                raw.decode("latin-1"), [stored(one.ljust(size, b"\0")) for one in values.tolist()], dtype=pl.String
            )
        texts = []
        for number, value in enumerate(values.tolist()):
            try:
                texts.append(_plain(value.decode(self.encoding.codec, self._errors), kind))
            except UnicodeDecodeError as error:
                raise invalid_bytes(self.encoding.label, error.start, first + number) from error
        return pl.Series(raw.decode("latin-1"), texts, dtype=pl.String)


def _bytes_of(table: NDArray[np.void], column: int) -> bytes:
    return b"\n".join(table[f"f{column}"].tolist())


def _read_fields(raw: bytes) -> list[tuple[bytes, str, int]]:
    """Return name, type letter and length in bytes of each column."""
    fields = []
    for start in range(0, len(raw) - FIELD_BYTES + 1, FIELD_BYTES):
        if raw[start] == _END:
            break
        one = raw[start : start + FIELD_BYTES]
        kind = chr(one[11])
        # FoxPro keeps the high byte of a long text's length where others keep decimals.
        size = one[16] + (one[17] << 8 if kind == _TEXT else 0)
        if size == 0:
            return []
        fields.append((one[:11].split(b"\x00")[0], kind, size))
    return fields


def _page(text: str) -> str | None:
    """Return the codec of a ``.cpg`` word: a code page number or a name."""
    word = text.strip().strip("\ufeff").casefold().replace("cp", "").replace("windows-", "")
    return _PAGES.get(word, text.strip().strip("\ufeff"))


def _plain(text: str, kind: str) -> str:
    """Return a value as the cell of a table: padding gone, dates with hyphens, stars (no number fits) blank."""
    value = text.split("\x00", 1)[0].strip()
    if kind == "D" and len(value) == 8:  # noqa: PLR2004 - YYYYMMDD
        return "" if value in {"00000000", "********"} else f"{value[:4]}-{value[4:6]}-{value[6:]}"
    if kind == "L":
        return {"T": "true", "Y": "true", "F": "false", "N": "false", "?": ""}.get(value.upper(), value)
    if kind in {"N", "F"} and value.startswith("*"):
        return ""
    return value
