"""The messages of an Arrow IPC stream or file, looked at before a reader is given them.

Walks the encapsulated messages (Arrow columnar format 1.5, "IPC streaming format" and "IPC file format") and reads of
each only its kind, its row count and the sizes of its buffers: claims that are checked against the file and the
limits. Of a file, the messages its footer points to are looked at, because a reader goes to these.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from connectors.files.errors import DamagedFileError, FileLimitError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from connectors.port import Limits

FILE_MARK: Final = b"ARROW1"
CONTINUATION: Final = b"\xff\xff\xff\xff"
END: Final = CONTINUATION + b"\x00\x00\x00\x00"
SCHEMA, DICTIONARY, BATCH = 1, 2, 3
_METADATA_BYTES: Final = 16 << 20
_BLOCK: Final = struct.Struct("<qi4xq")
_BLOCKS: Final = 200_000
_PAIR: Final = struct.Struct("<qq")
_BUFFERS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its kind, where it stands, and for batches their rows and the identity of a dictionary."""

    kind: int
    start: int
    end: int
    rows: int = 0
    dictionary: int = 0
    is_delta: bool = False


class Messages:
    """The messages of one file or stream, each checked as it is met."""

    def __init__(self, path: Path, limits: Limits) -> None:
        """Nothing is read before the messages are walked."""
        self._path, self._limits = path, limits
        self._size = path.stat().st_size
        self._unpacked = 0

    def of_stream(self) -> Iterator[Message]:
        """Yield the messages of a stream in their order.

        Raises:
            DamagedFileError: a message is cut or breaks the format.
            FileLimitError: a batch has more rows or bytes than the limits allow, or unpacks to more.
        """
        with self._path.open("rb") as file:
            place = 0
            while (message := self._at(file, place)) is not None:
                yield message
                place = message.end

    def of_file(self) -> tuple[Message, ...]:
        """Return the batches of a file, after its dictionaries; raises as :meth:`of_stream`."""
        with self._path.open("rb") as file:
            return tuple(self._checked(file, block) for block in self._blocks(file))

    def _blocks(self, file: BinaryIO) -> list[int]:
        """Return where the messages stand that the footer points to."""
        tail = 4 + len(FILE_MARK)
        if self._size < 2 * tail:
            raise damaged()
        file.seek(self._size - tail)
        end = file.read(tail)
        length = int.from_bytes(end[:4], "little", signed=True)
        if end[4:] != FILE_MARK or not 0 < length <= min(_METADATA_BYTES, self._size - tail):
            raise damaged()
        file.seek(self._size - tail - length)
        footer = file.read(length)
        try:
            root = _Table(footer, struct.unpack_from("<I", footer)[0])
            return [offset for field in (2, 3) for offset, _, _ in root.structures(field, _BLOCK, _BLOCKS)]
        except (struct.error, ValueError, OverflowError) as error:
            raise damaged() from error

    def _checked(self, file: BinaryIO, place: int) -> Message:
        message = self._at(file, place) if 0 <= place < self._size else None
        if message is None:
            raise damaged()
        return message

    def _at(self, file: BinaryIO, place: int) -> Message | None:
        """Look at the message that begins at ``place``; None where the data end."""
        file.seek(place)
        head = file.read(8)
        if not head or head == END:
            return None
        length = int.from_bytes(head[4:], "little", signed=True)
        body = place + 8 + length
        if not head.startswith(CONTINUATION) or not 0 < length <= _METADATA_BYTES or body > self._size:
            raise damaged()
        try:
            found = _Header(file.read(length))
            if not 0 <= found.body <= self._size - body:
                raise damaged()
            unpacked = sum(found.unpacked(file, body))
        except (struct.error, ValueError, OverflowError) as error:
            raise damaged() from error
        self._refuse_large(max(unpacked, found.body), found.rows)
        return Message(found.kind, place, body + found.body, found.rows, found.dictionary, found.is_delta)

    def _refuse_large(self, size: int, rows: int) -> None:
        limits = self._limits
        if size > limits.batch_bytes or rows > limits.group_rows:
            raise FileLimitError(
                f"Arrow 的一个记录批超过上限（{limits.batch_bytes >> 20} MiB 或 {limits.group_rows} 行）",
                f"a record batch of the Arrow data is beyond the limit ({limits.batch_bytes >> 20} MiB or "
                f"{limits.group_rows} rows)",
                next_zh="导出时把每批行数设为 100,000，或导出为 Parquet",
                next_en="write batches of 100,000 rows, or export Parquet",
                facts={"limit": limits.batch_bytes, "rows": rows},
            )
        self._unpacked += size
        if self._unpacked > max(limits.ratio_from_bytes, limits.ratio * self._size):
            raise FileLimitError(
                f"压缩比超过 {limits.ratio} 倍，疑似压缩炸弹",
                f"compressed more than {limits.ratio} to 1, which looks like a bomb",
                next_zh="请不压缩导出后再推送",
                next_en="export it uncompressed and push that",
                facts={"limit": limits.ratio},
            )


class _Table:
    """A table of a flatbuffer; fields by their number."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data, self._at = data, at
        self._fields = at - struct.unpack_from("<i", data, at)[0]
        if not 0 <= self._fields <= len(data) - 4:
            raise ValueError
        self._size = struct.unpack_from("<H", data, self._fields)[0]

    def _place(self, number: int) -> int:
        """Return where a field stands; 0 where it is absent."""
        slot = 4 + 2 * number
        if slot + 2 > self._size:
            return 0
        offset = int(struct.unpack_from("<H", self._data, self._fields + slot)[0])
        return self._at + offset if offset else 0

    def number(self, field: int, form: str) -> int:
        place = self._place(field)
        return int(struct.unpack_from(form, self._data, place)[0]) if place else 0

    def table(self, field: int) -> _Table | None:
        place = self._place(field)
        return _Table(self._data, place + struct.unpack_from("<I", self._data, place)[0]) if place else None

    def structures(self, field: int, form: struct.Struct, most: int) -> list[tuple[int, ...]]:
        """Return a vector of structures, at most ``most`` of them."""
        place = self._place(field)
        if not place:
            return []
        start = place + int(struct.unpack_from("<I", self._data, place)[0])
        count = int(struct.unpack_from("<I", self._data, start)[0])
        if count > most:
            raise ValueError
        return [form.unpack_from(self._data, start + 4 + index * form.size) for index in range(count)]


class _Header:
    """What a message's metadata say."""

    def __init__(self, metadata: bytes) -> None:
        root = _Table(metadata, struct.unpack_from("<I", metadata)[0])
        self.kind = root.number(1, "<B")
        self.body = root.number(3, "<q")
        self.rows = self.dictionary = 0
        self.is_delta = self._is_packed = False
        self._buffers: list[tuple[int, ...]] = []
        content = root.table(2)
        if content is None or self.kind not in {SCHEMA, DICTIONARY, BATCH}:
            raise ValueError
        if self.kind == DICTIONARY:
            self.dictionary, self.is_delta = content.number(0, "<q"), bool(content.number(2, "<B"))
            content = content.table(1)
        if content is not None and self.kind != SCHEMA:
            self.rows = content.number(0, "<q")
            self._buffers = content.structures(2, _PAIR, _BUFFERS)
            self._is_packed = content.table(3) is not None
            if self.rows < 0:
                raise ValueError

    def unpacked(self, file: BinaryIO, start: int) -> Iterator[int]:
        """Yield the size of each buffer as a reader would hold it; the body begins at ``start``."""
        for offset, length in self._buffers:
            if offset < 0 or length < 0 or offset + length > self.body:
                raise ValueError
            stated = -1
            if self._is_packed and length:
                file.seek(start + offset)
                stated = struct.unpack("<q", file.read(8))[0]
            if stated < -1:
                raise ValueError
            yield length if stated == -1 else stated


def damaged() -> DamagedFileError:
    """Build the refusal of Arrow data that are cut or broken."""
    return DamagedFileError(
        "Arrow 文件不完整、已损坏，或是旧版格式（0.15 以前）",
        "the Arrow data are cut, damaged, or of the format before 0.15",
        next_zh="重新导出或重新上传该文件，或导出为 Parquet",
        next_en="export or upload the file again, or export Parquet",
    )
