"""What a file is, told by its first bytes, never by its name.

Old systems give web pages the ending ``.xls`` and archives the ending ``.csv``; the message names what
was found and how to make a table of it. Only between a JSON document and JSON lines, where one line can be
either, does the ending of the name decide.
"""

from __future__ import annotations

import codecs
import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from connectors.files.archive import Archive
from connectors.files.dbase import is_dbase
from connectors.files.documents import refuse_document, unsupported
from connectors.files.zip_directory import read_directory
from connectors.port import Limits

if TYPE_CHECKING:
    from pathlib import Path


class Kind(StrEnum):
    """Kinds that can be opened; GZIP and ZIP hold one of the others."""

    TEXT = "text"
    GZIP = "gzip"
    ZIP = "zip"
    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    JSON = "json"
    NDJSON = "ndjson"
    PARQUET = "parquet"
    ARROW = "arrow"
    GEOJSON = "geojson"
    SHAPEFILE = "shapefile"
    GEOPACKAGE = "geopackage"


HEAD_BYTES: Final = 8192
_SPREADSHEET: Final = b"application/vnd.oasis.opendocument.spreadsheet"

_MAGIC: Final[tuple[tuple[bytes, str, str], ...]] = (
    (b"%PDF", "PDF 文档", "a PDF document"),
    (b"\x89PNG", "PNG 图片", "a PNG image"),
    (b"\xff\xd8\xff", "JPEG 图片", "a JPEG image"),
    (b"GIF8", "GIF 图片", "a GIF image"),
    (b"II*\x00", "TIFF 图片", "a TIFF image"),
    (b"MM\x00*", "TIFF 图片", "a TIFF image"),
    (b"Rar!", "RAR 压缩包", "a RAR archive"),
    (b"7z\xbc\xaf", "7z 压缩包", "a 7z archive"),
    (b"BZh", "bzip2 压缩文件", "a bzip2 file"),
    (b"\xfd7zXZ", "xz 压缩文件", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "zstd 压缩文件", "a zstd file"),
    (b"{\\rtf", "RTF 文档", "an RTF document"),
    (b"\x7fELF", "程序文件", "a program"),
    (b"MZ\x90", "程序文件", "a program"),
    (b"ORC", "ORC 文件", "an ORC file"),
    (b"Obj\x01", "Avro 文件", "an Avro file"),
    (codecs.BOM_UTF32_LE, "UTF-32 文本", "UTF-32 text"),
    (codecs.BOM_UTF32_BE, "UTF-32 文本", "UTF-32 text"),
)
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_SCAN_BYTES: Final = 16 << 20
_GEOPACKAGE_IDS: Final = frozenset({b"GPKG", b"GP10", b"GP11"})
_SHAPE_CODE: Final = (9994).to_bytes(4, "big")
_ARROW_STREAM: Final = b"\xff\xff\xff\xff"
_TAR_MARK: Final = slice(257, 262)
_FEATURES: Final = re.compile(rb'"type"\s*:\s*"Feature(?:Collection)?"')
_JSON_START: Final = re.compile(rb'\{\s*(?:["}]|$)|\[\s*(?:[\[\]{"]|$)')
_LINES_NAMES: Final = (".ndjson", ".jsonl", ".jsonlines", ".ndjson.gz", ".jsonl.gz")


def kind_of(head: bytes, path: Path, limits: Limits | None = None, name: str | None = None) -> Kind:
    """Return the kind of a file from its first ``HEAD_BYTES`` bytes; the archive kinds read their directory.

    ``name`` is the name the provider gave.

    Raises:
        UnsupportedFileError: the content is known and is no table.
        DamagedFileError: an archive without a readable directory.
        FileLimitError: an archive whose directory is beyond the limits.
    """
    kind = _known(head)
    if kind is not None:
        return kind
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(path, limits or Limits())
    if head.startswith(_OLE):
        return _ole_kind(path)
    if head.startswith(b"SQLite format 3"):
        return _sqlite_kind(head)
    return _text_kind(head, name or "")


def _known(head: bytes) -> Kind | None:
    """Return the kind that the first bytes alone prove; raise for those that are no table."""
    for magic, zh, en in _MAGIC:
        if head.startswith(magic):
            raise unsupported(zh, en)
    if head[_TAR_MARK] == b"ustar":
        raise unsupported(
            "TAR 归档", "a TAR archive", "解开后逐个推送其中的文件", "unpack it and push the files inside one by one"
        )
    if head.startswith(b"\x1f\x8b"):
        return Kind.GZIP
    if head.startswith(b"PAR1"):
        return Kind.PARQUET
    if head.startswith(b"PARE"):
        raise unsupported("加密的 Parquet 文件", "an encrypted Parquet file", "不加密后再推送", "push it unencrypted")
    if head.startswith((b"ARROW1", _ARROW_STREAM)):
        return Kind.ARROW
    if head.startswith(_SHAPE_CODE):
        return Kind.SHAPEFILE
    if is_dbase(head):
        raise unsupported(
            "dBASE 数据表（DBF）",
            "a dBASE table (DBF)",
            "用 Excel 或 WPS 打开后另存为 XLSX 再推送；属于 Shapefile 的，把 .shp、.shx、.dbf、.prj 压成一个 ZIP 推送",
            "open it in a spreadsheet, save as XLSX and push that; of a Shapefile push all files as a ZIP",
        )
    return None


def _sqlite_kind(head: bytes) -> Kind:
    if head[68:72] in _GEOPACKAGE_IDS:
        return Kind.GEOPACKAGE
    raise unsupported("SQLite 数据库", "an SQLite database")


def _text_kind(head: bytes, name: str) -> Kind:
    """Tell JSON, GeoJSON and JSON lines from delimited text; raise for web pages, XML and other documents."""
    text = _plain(head).lstrip()
    refuse_document(text)
    if not _JSON_START.match(text):
        return Kind.TEXT
    if text.startswith(b"{") and _FEATURES.search(text):
        return Kind.GEOJSON
    return Kind.NDJSON if text.startswith(b"{") and _is_lines(text, name) else Kind.JSON


def _plain(head: bytes) -> bytes:
    """Return a head as UTF-8 without its byte order mark, as far as a mark tells."""
    for mark, codec in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(mark):
            return head[2:].decode(codec, errors="ignore").encode("utf-8", errors="ignore")
    return head.removeprefix(codecs.BOM_UTF8)


def _is_lines(text: bytes, name: str) -> bool:
    """Tell JSON lines: the first line is a whole object and another begins on the next, or the name says so."""
    first, _, rest = text.partition(b"\n")
    following = rest.lstrip()
    if first.rstrip().endswith(b"}") and following.startswith(b"{"):
        return True
    return name.lower().endswith(_LINES_NAMES)


def _zip_kind(path: Path, limits: Limits) -> Kind:
    """Tell an XLSX and the other documents that are ZIP archives from an archive of files."""
    names = {member.filename for member in read_directory(path, limits)}
    if "xl/workbook.xml" in names:
        return Kind.XLSX
    if "xl/workbook.bin" in names:
        raise unsupported(
            "XLSB 工作簿", "an XLSB workbook", "在 Excel 中另存为 XLSX，再推送", "save as XLSX in Excel and push that"
        )
    if "word/document.xml" in names:
        raise unsupported("Word 文档（DOCX）", "a Word document (DOCX)")
    if "ppt/presentation.xml" in names:
        raise unsupported("演示文稿（PPTX）", "a presentation (PPTX)")
    if "content.xml" in names and "mimetype" in names:
        if Archive(path, limits).read("mimetype").strip() == _SPREADSHEET:
            return Kind.ODS
        raise unsupported(
            "OpenDocument 文件", "an OpenDocument file", "另存为 XLSX 后再推送", "save as XLSX and push that"
        )
    return Kind.ZIP


def _ole_kind(path: Path) -> Kind:
    """Tell an XLS from the other documents of the same container by the names in its directory."""
    with path.open("rb") as file:
        body = file.read(_OLE_SCAN_BYTES)

    def holds(name: str) -> bool:
        return name.encode("utf-16-le") in body

    if holds("EncryptedPackage"):
        raise unsupported(
            "加密的 Office 文件",
            "an encrypted Office file",
            "去掉打开密码后再推送",
            "remove the password and push it again",
        )
    if holds("Workbook") or holds("Book"):
        return Kind.XLS
    if holds("WordDocument"):
        raise unsupported("Word 文档（DOC）", "a Word document (DOC)")
    if holds("PowerPoint Document"):
        raise unsupported("演示文稿（PPT）", "a presentation (PPT)")
    raise unsupported("无法识别的 Office 文件", "an unknown Office file")
