"""The parts of an XLSX archive, unpacked piece by piece within limits and never trusted.

Sizes written in the archive's directory are checked first, then the bytes really unpacked are counted:
an archive may lie. No member is ever written to disk (ISO/IEC 29500-2, PKWARE APPNOTE 4.4).
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Final

from connectors.files.errors import DamagedFileError, FileLimitError
from connectors.files.zip_directory import read_directory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from connectors.port import Limits

PIECE_BYTES: Final = 1 << 20
_LOCAL_HEADER: Final = struct.Struct("<4s5H3I2H")
_ENCRYPTED: Final = 1


class Archive:
    """An open archive whose directory has passed the limits."""

    def __init__(self, path: Path, limits: Limits) -> None:
        """Read the directory.

        Raises:
            DamagedFileError: no readable directory, or names that leave the archive.
            FileLimitError: too many entries, too large, or compressed beyond the ratio.
        """
        self._path = path
        self._limits = limits
        self._size = path.stat().st_size
        self._unpacked = 0
        self._members = {member.filename: member for member in read_directory(path, limits)}
        if any(name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") for name in self._members):
            raise _damaged("部件路径")
        self._refuse_large(sum(member.file_size for member in self._members.values()))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parts."""
        return tuple(self._members)

    def read(self, name: str) -> bytes:
        """Return a whole part (small ones: relations, properties)."""
        return b"".join(self.pieces(name))

    def pieces(self, name: str) -> Iterator[bytes]:
        """Unpack one part in pieces of at most ``PIECE_BYTES``.

        Raises:
            DamagedFileError: the part is cut, encrypted or of an unknown method.
            FileLimitError: more comes out than the limits allow.
        """
        member = self._members[name]
        if member.flag_bits & _ENCRYPTED or member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise _damaged(name)
        with self._path.open("rb") as file:
            self._seek(file, member)
            if member.compress_type == zipfile.ZIP_STORED:
                yield from self._stored(file, member)
            else:
                yield from self._inflated(file, member)

    def _seek(self, file: BinaryIO, member: zipfile.ZipInfo) -> None:
        """Go to the first byte of a part's data, behind its local header."""
        file.seek(member.header_offset)
        header = file.read(_LOCAL_HEADER.size)
        if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
            raise _damaged(member.filename)
        *_, name_bytes, extra_bytes = _LOCAL_HEADER.unpack(header)
        file.seek(name_bytes + extra_bytes, 1)

    def _stored(self, file: BinaryIO, member: zipfile.ZipInfo) -> Iterator[bytes]:
        left = member.compress_size
        while left:
            piece = file.read(min(left, PIECE_BYTES))
            if not piece:
                raise _damaged(member.filename)
            left -= len(piece)
            self._count(piece)
            yield piece

    def _inflated(self, file: BinaryIO, member: zipfile.ZipInfo) -> Iterator[bytes]:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        left = member.compress_size
        while not inflater.eof:
            raw = inflater.unconsumed_tail or file.read(min(left, PIECE_BYTES))
            if not inflater.unconsumed_tail:
                left -= len(raw)
            try:
                piece = inflater.decompress(raw, PIECE_BYTES)
            except zlib.error as error:
                raise _damaged(member.filename) from error
            if not raw and not piece:
                raise _damaged(member.filename)
            self._count(piece)
            if piece:
                yield piece

    def _count(self, piece: bytes) -> None:
        self._unpacked += len(piece)
        self._refuse_large(self._unpacked)

    def _refuse_large(self, unpacked: int) -> None:
        limits = self._limits
        if unpacked > limits.workbook_bytes:
            raise FileLimitError(
                f"工作簿解压后超过 {limits.workbook_bytes >> 20} MiB",
                f"the workbook unpacks to more than {limits.workbook_bytes >> 20} MiB",
                next_zh="大表请导出为 CSV 再推送",
                next_en="export a large table as CSV and push that",
                facts={"limit": limits.workbook_bytes},
            )
        if unpacked > max(limits.ratio_from_bytes, limits.ratio * self._size):
            raise FileLimitError(
                f"工作簿压缩比超过 {limits.ratio} 倍，疑似压缩炸弹",
                f"the workbook is compressed more than {limits.ratio} to 1: it looks like a bomb",
                next_zh="请导出为 CSV 再推送",
                next_en="export it as CSV and push that",
                facts={"limit": limits.ratio},
            )


def _damaged(part: str) -> DamagedFileError:
    return DamagedFileError(
        f"工作簿已损坏或不完整（{part}）",
        f"the workbook is damaged or incomplete ({part})",
        next_zh="用 Excel 打开并另存为 XLSX 后再推送",
        next_en="open it in Excel, save as XLSX and push again",
        facts={"part": part},
    )
