"""Bytes of a file as UTF-8 pieces of bounded size, whatever encoding and compression it has.

Memory stays flat: gzip is unpacked and other encodings are decoded piece by piece. Faults name the
byte (counted in the unpacked file, from 0) and the line.
"""

from __future__ import annotations

import codecs
import gzip
import zlib
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from connectors.files.encodings import SAMPLE_BYTES, Encoding, detect, marked, named
from connectors.files.errors import DamagedFileError, FileLimitError, InvalidEncodingError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connectors.port import Limits

_UTF8: Final = "utf-8"


class ByteStream:
    """The unpacked bytes of one file, read forward within limits."""

    def __init__(self, path: Path, *, compressed: bool, limits: Limits) -> None:
        """Open ``path``; ``compressed`` means gzip."""
        self.path = path
        self._raw: BinaryIO = path.open("rb")
        self._file: BinaryIO = cast("BinaryIO", gzip.GzipFile(fileobj=self._raw)) if compressed else self._raw
        self._compressed = compressed
        self._limits = limits
        self.bytes_read = 0

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes; empty at the end.

        Raises:
            DamagedFileError: the gzip data are cut or broken.
            FileLimitError: unpacked size or compression ratio is beyond the limits.
        """
        try:
            data = self._file.read(size)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise DamagedFileError(
                f"gzip 文件不完整或已损坏（解压到第 {self.bytes_read} 字节处中断）",
                f"the gzip file is cut or broken (unpacking stopped at byte {self.bytes_read})",
                next_zh="重新压缩或重新上传该文件",
                next_en="compress or upload the file again",
                facts={"byte": self.bytes_read},
            ) from error
        self.bytes_read += len(data)
        self._refuse_bomb()
        return data

    def _refuse_bomb(self) -> None:
        limits = self._limits
        if self.bytes_read > limits.total_bytes:
            raise FileLimitError(
                f"文件超过上限 {limits.total_bytes >> 20} MiB",
                f"the file exceeds the limit of {limits.total_bytes >> 20} MiB",
                next_zh="请分批推送",
                next_en="push it in parts",
                facts={"limit": limits.total_bytes},
            )
        if self._compressed and self.bytes_read > max(limits.ratio_from_bytes, limits.ratio * self._raw.tell()):
            raise FileLimitError(
                f"压缩比超过 {limits.ratio} 倍，疑似压缩炸弹，已停止解压",
                f"compressed more than {limits.ratio} to 1, which looks like a bomb: unpacking stopped",
                next_zh="请直接推送未压缩的文件",
                next_en="push the file uncompressed",
                facts={"limit": limits.ratio, "byte": self.bytes_read},
            )

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        self._raw.close()


def find_encoding(path: Path, *, compressed: bool, wanted: str | None, limits: Limits) -> Encoding:
    """Return the encoding of a file: the one wanted, the one its mark states, or the one found.

    Leading ASCII is skipped until the first piece that says something, however far it is.
    """
    stream = ByteStream(path, compressed=compressed, limits=limits)
    try:
        sample = stream.read(SAMPLE_BYTES)
        if wanted is not None:
            return named(wanted, sample)
        mark = marked(sample)
        if mark is not None:
            return mark
        while sample and sample.isascii() and b"\x00" not in sample:
            sample = stream.read(SAMPLE_BYTES)
        return detect(sample)
    finally:
        stream.close()


def utf8_pieces(stream: ByteStream, encoding: Encoding, size: int) -> Iterator[bytes]:
    """Yield UTF-8 pieces of about ``size`` bytes; UTF-8 input is handed on unread (the parser validates it).

    Raises:
        InvalidEncodingError: a byte sequence is not text in this encoding.
    """
    stream.read(encoding.mark_bytes)
    if encoding.codec == _UTF8:
        while piece := stream.read(size):
            yield piece
        return
    decoder = codecs.getincrementaldecoder(encoding.codec)("strict")
    line = 1
    while True:
        before = stream.bytes_read
        raw = stream.read(size)
        pending = len(decoder.getstate()[0])
        try:
            text = decoder.decode(raw, final=not raw)
        except UnicodeDecodeError as error:
            start = before - pending + error.start
            line += error.object[: error.start].count(b"\n")
            raise invalid_bytes(encoding.label, start, line) from error
        if not raw and not text:
            return
        line += text.count("\n")
        yield text.encode()
        if not raw:
            return


def first_invalid(path: Path, *, compressed: bool, limits: Limits) -> tuple[int, int] | None:
    """Return byte and line of the first place where a file is no UTF-8; None where all of it is."""
    stream = ByteStream(path, compressed=compressed, limits=limits)
    decoder = codecs.getincrementaldecoder(_UTF8)("strict")
    line = 1
    try:
        while True:
            before, pending = stream.bytes_read, len(decoder.getstate()[0])
            raw = stream.read(limits.chunk_bytes)
            try:
                text = decoder.decode(raw, final=not raw)
            except UnicodeDecodeError as error:
                return before - pending + error.start, line + _line_ends(error.object[: error.start].decode())
            line += _line_ends(text)
            if not raw:
                return None
    finally:
        stream.close()


def _line_ends(text: str) -> int:
    """Count line ends: newlines, or returns in a text of an old Macintosh that has no newline."""
    return text.count("\n") or text.count("\r")


def invalid_bytes(label: str, byte: int, line: int) -> InvalidEncodingError:
    """Build the error for a byte that is not text, with its place."""
    return InvalidEncodingError(
        f"第 {line} 行（第 {byte} 字节）不是有效的 {label} 文本",
        f"line {line} (byte {byte}) is not valid {label} text",
        next_zh="给了 --encoding 的，去掉它让平台识别；没有给的，从业务系统重新导出（可能由两种编码拼接而成）",
        next_en="with --encoding: leave it out and let the hub find out; without: export again, two encodings may be"
        " joined in the file",
        facts={"byte": byte, "line": line, "encoding": label},
    )
