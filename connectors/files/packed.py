"""Archives of files (ZIP, gzip): which member is the table, and its unpacking within limits.

Nothing an archive says is believed: a member is written under a name of our own inside one folder, the bytes really
unpacked are counted against the limits, its checksum is compared. Names of Windows archives without the UTF-8 mark
are read as GB18030 (PKWARE APPNOTE appendix D; Info-ZIP extra field 0x7075).
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from connectors.files.errors import EmptyFileError
from connectors.files.member_errors import (
    damaged_member,
    encrypted_member,
    no_table,
    ratio_beyond,
    several_members,
    too_large,
    unknown_member,
    unsafe_member,
)
from connectors.files.streams import ByteStream
from connectors.files.zip_directory import read_directory
from connectors.port import OutsideText

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from connectors.port import Limits

PIECE_BYTES: Final = 1 << 20
_ENCRYPTED: Final = 0x1 | 0x40 | 0x2000
_UTF8_NAME: Final = 0x800
_UNICODE_PATH: Final = 0x7075
_PATH_HEAD: Final = 5
_JUNK_NAMES: Final = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_JUNK_FOLDER: Final = "__MACOSX"
_SHAPE_PARTS: Final = frozenset({".shp", ".shx", ".dbf", ".prj", ".cpg", ".qpj", ".sbn", ".sbx", ".qix", ".cst"})
_TABLE_ENDINGS: Final = frozenset(
    {".csv", ".tsv", ".txt", ".xlsx", ".xls", ".json", ".ndjson", ".jsonl", ".geojson", ".parquet", ".arrow"}
    | {".feather", ".ipc", ".gpkg", ".shp", ".dat", ".tab"}
)


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive: its name as people read it, and the entries it is stored in (a Shapefile: several)."""

    name: str
    entries: tuple[tuple[str, zipfile.ZipInfo], ...]

    @property
    def suffix(self) -> str:
        """Ending of the name, lower case, with its dot."""
        return PurePosixPath(self.name).suffix.lower()


class PackedFiles:
    """A ZIP archive of files, its names read and found safe."""

    def __init__(self, path: Path, limits: Limits) -> None:
        """Read the directory.

        Raises:
            DamagedFileError: no readable directory.
            FileLimitError: too many entries.
            FileError: a name that leaves the archive, a link, an encrypted file, or one name twice.
        """
        self._path, self._limits = path, limits
        self._packed_bytes = path.stat().st_size
        self._unpacked_bytes = 0
        files: dict[str, zipfile.ZipInfo] = {}
        for entry in read_directory(path, limits):
            name = member_name(entry)
            _refuse_unsafe(entry, name)
            if entry.is_dir() or _is_junk(name):
                continue
            if name in files:
                raise unsafe_member(name, "文件名重复", "its name is there twice")
            files[name] = entry
        self.members = _grouped(files)
        if not self.members:
            raise EmptyFileError(
                "压缩包内没有文件",
                "the archive holds no file",
                next_zh="检查打包是否成功，再重新推送",
                next_en="check the archive and push again",
            )

    def choose(self, wanted: str | None) -> Member:
        """Return the member asked for, or the only one that can be a table.

        Raises:
            FileError: there is no such member, or several could be the table.
        """
        if wanted is not None:
            found = [one for one in self.members if wanted in {one.name, PurePosixPath(one.name).name}]
            if len(found) != 1:
                raise unknown_member(tuple(one.name for one in self.members))
            return found[0]
        tables = [one for one in self.members if one.suffix in _TABLE_ENDINGS] or list(self.members)
        if len(tables) > 1:
            raise several_members(tuple(one.name for one in tables), len(self.members) - len(tables))
        return tables[0]

    def unpack(self, member: Member, folder: Path) -> Path:
        """Write a member into ``folder`` under a name of our own; return the path of its main file.

        Raises:
            DamagedFileError: cut, or its checksum does not fit.
            FileLimitError: more comes out than the limits allow.
            FileError: a method of compression that is not read.
        """
        for ending, entry in member.entries:
            with (folder / f"file{ending}").open("xb") as target:
                for piece in self._pieces(member.name, entry):
                    target.write(piece)
        return folder / f"file{member.entries[0][0]}"

    def outside(self, chosen: Member) -> Iterator[OutsideText]:
        """Yield the names of all files, and what the other text files say, for the intake gate."""
        for member in self.members:
            yield OutsideText("压缩包内的文件名", "the name of a file in the archive", member.name)
            if member is not chosen and member.suffix in {".txt", ".md", ".csv", ".tsv", ".json", ".htm", ".html"}:
                for piece in self._pieces(member.name, member.entries[0][1]):
                    for codec in ("utf-8", "gb18030"):
                        text = piece.decode(codec, errors="ignore")
                        where = f"压缩包内的“{member.name}”"
                        yield OutsideText(where, f"“{member.name}” in the archive", text, may_hold_items=True)

    def _pieces(self, name: str, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        """Unpack one entry piece by piece, counting what really comes out."""
        if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise no_table(name, "压缩方法不支持，请用普通 ZIP（deflate）", "its compression is not read: use deflate")
        self._refuse_large(entry.file_size)
        try:
            with zipfile.ZipFile(self._path) as archive, archive.open(entry) as source:
                yield from self._counted(source)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, struct.error) as error:
            raise damaged_member(name) from error
        except RuntimeError as error:
            raise encrypted_member(name) from error

    def _counted(self, source: IO[bytes]) -> Iterator[bytes]:
        while piece := source.read(PIECE_BYTES):
            self._unpacked_bytes += len(piece)
            self._refuse_large(self._unpacked_bytes)
            yield piece

    def _refuse_large(self, unpacked: int) -> None:
        limits = self._limits
        if unpacked > limits.total_bytes:
            raise too_large(limits.total_bytes)
        if unpacked > max(limits.ratio_from_bytes, limits.ratio * self._packed_bytes):
            raise ratio_beyond(limits.ratio)


def unpack_gzip(path: Path, target: Path, limits: Limits) -> None:
    """Write the content of a gzip file to ``target``; raises like :class:`connectors.files.streams.ByteStream`."""
    stream = ByteStream(path, compressed=True, limits=limits)
    try:
        with target.open("xb") as file:
            while piece := stream.read(PIECE_BYTES):
                file.write(piece)
    finally:
        stream.close()


def member_name(entry: zipfile.ZipInfo) -> str:
    """Return the name of an entry as who packed it wrote it, folders parted by ``/``."""
    return _decoded_name(entry).replace("\\", "/")


def _decoded_name(entry: zipfile.ZipInfo) -> str:
    if entry.flag_bits & _UTF8_NAME:
        return entry.orig_filename
    try:
        raw = entry.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.orig_filename
    stated = _unicode_path(entry.extra, raw)
    if stated is not None:
        return stated
    for codec in ("utf-8", "gb18030", "big5hkscs"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return entry.orig_filename


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    """Return the name of the extra field for it, where its checksum says that it belongs to this entry."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        body = extra[at + 4 : at + 4 + size]
        if (
            kind == _UNICODE_PATH
            and len(body) > _PATH_HEAD
            and body[1:_PATH_HEAD] == zlib.crc32(raw).to_bytes(4, "little")
        ):
            return body[_PATH_HEAD:].decode("utf-8", errors="replace")
        at += 4 + size
    return None


def _refuse_unsafe(entry: zipfile.ZipInfo, name: str) -> None:
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or (len(name) > 1 and name[1] == ":"):
        raise unsafe_member(name, "路径指向压缩包之外", "its path leaves the archive")
    if any(char < " " for char in name):
        raise unsafe_member(name, "文件名含控制字符", "its name holds control characters")
    mode = entry.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise unsafe_member(name, "不是普通文件（符号链接或设备）", "it is no ordinary file but a link or a device")
    if entry.flag_bits & _ENCRYPTED:
        raise encrypted_member(name)


def _is_junk(name: str) -> bool:
    """Tell what an operating system put in by itself."""
    path = PurePosixPath(name)
    return _JUNK_FOLDER in path.parts or path.name.lower() in _JUNK_NAMES or path.name.startswith("._")


def _grouped(files: dict[str, zipfile.ZipInfo]) -> tuple[Member, ...]:
    """Return the members, the files of a Shapefile together as one, in the order of the archive."""
    shapes = {PurePosixPath(name).with_suffix("") for name in files if name.lower().endswith(".shp")}
    members: list[Member] = []
    for name, entry in files.items():
        path = PurePosixPath(name)
        ending = path.suffix.lower()
        if path.with_suffix("") not in shapes or ending not in _SHAPE_PARTS:
            members.append(Member(name, (("", entry),)))
        elif ending == ".shp":
            parts = [(other, one) for other, one in _parts(files, path) if other != ".shp"]
            members.append(Member(name, ((".shp", entry), *parts)))
    return tuple(members)


def _parts(files: dict[str, zipfile.ZipInfo], path: PurePosixPath) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    seen: set[str] = set()
    for name, entry in files.items():
        one = PurePosixPath(name)
        ending = one.suffix.lower()
        if one.with_suffix("") == path.with_suffix("") and ending in _SHAPE_PARTS and ending not in seen:
            seen.add(ending)
            yield ending, entry
