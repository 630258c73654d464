"""What a file is, told by its first bytes, never by its name.

Old systems give web pages the ending ``.xls`` and archives the ending ``.csv``; the message names what
was found and how to make a table of it.
"""

from __future__ import annotations

import zipfile
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from connectors.files.errors import DamagedFileError, UnsupportedFileError

if TYPE_CHECKING:
    from pathlib import Path


class Kind(StrEnum):
    """Kinds that can be opened; GZIP holds one of the others."""

    TEXT = "text"
    GZIP = "gzip"
    XLSX = "xlsx"
    XLS = "xls"


HEAD_BYTES: Final = 8192

_AS_TABLE_ZH: Final = "请从业务系统导出 CSV、XLSX 或 XLS 后再推送"
_AS_TABLE_EN: Final = "export CSV, XLSX or XLS from the source system and push that"

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
    (b"PAR1", "Parquet 文件", "a Parquet file"),
    (b"ARROW1", "Arrow 文件", "an Arrow file"),
    (b"SQLite format 3", "SQLite 数据库", "an SQLite database"),
    (b"{\\rtf", "RTF 文档", "an RTF document"),
    (b"\x7fELF", "程序文件", "a program"),
    (b"MZ\x90", "程序文件", "a program"),
)
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_SCAN_BYTES: Final = 16 << 20


def _unsupported(zh: str, en: str, next_zh: str = _AS_TABLE_ZH, next_en: str = _AS_TABLE_EN) -> UnsupportedFileError:
    return UnsupportedFileError(
        f"文件内容是{zh}，不是表格", f"the content is {en}, not a table", next_zh=next_zh, next_en=next_en
    )


def kind_of(head: bytes, path: Path) -> Kind:
    """Return the kind of a file from its first ``HEAD_BYTES`` bytes; the archive kinds read their directory.

    Raises:
        UnsupportedFileError: the content is known and is no table.
        DamagedFileError: an archive without a readable directory.
    """
    for magic, zh, en in _MAGIC:
        if head.startswith(magic):
            raise _unsupported(zh, en)
    if head.startswith(b"\x1f\x8b"):
        return Kind.GZIP
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(path)
    if head.startswith(_OLE):
        return _ole_kind(path)
    _refuse_markup(head)
    return Kind.TEXT


def _refuse_markup(head: bytes) -> None:
    """Raise for web pages, XML and JSON: text, yet no delimited table."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:512].lower()
    if text.startswith((b"<!doctype html", b"<html", b"<table", b"<meta", b"<head")):
        raise _unsupported(
            "网页表格（HTML）",
            "a web page (HTML)",
            "用 Excel 打开后另存为 XLSX，再推送",
            "open it in Excel, save as XLSX, and push that",
        )
    if text.startswith(b"<?xml"):
        raise _unsupported(
            "XML", "XML", "用 Excel 打开后另存为 XLSX，再推送", "open it in Excel, save as XLSX, and push that"
        )
    if text.startswith((b'{"', b"{\n", b"{\r", b"[{", b"[\n", b"[[", b"{ ")):
        raise _unsupported("JSON", "JSON")


def _zip_kind(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise DamagedFileError(
            "文件不完整：压缩目录缺失，多为上传或复制中断",
            "the file is incomplete: its archive directory is missing, mostly a cut copy or upload",
            next_zh="重新导出或重新复制该文件后再推送",
            next_en="export or copy the file again and push it",
        ) from error
    if "xl/workbook.xml" in names:
        return Kind.XLSX
    if "xl/workbook.bin" in names:
        raise _unsupported(
            "XLSB 工作簿", "an XLSB workbook", "在 Excel 中另存为 XLSX，再推送", "save as XLSX in Excel and push that"
        )
    if "word/document.xml" in names:
        raise _unsupported("Word 文档（DOCX）", "a Word document (DOCX)")
    if "ppt/presentation.xml" in names:
        raise _unsupported("演示文稿（PPTX）", "a presentation (PPTX)")
    if "content.xml" in names and "mimetype" in names:
        raise _unsupported(
            "OpenDocument 文件", "an OpenDocument file", "另存为 XLSX 后再推送", "save as XLSX and push that"
        )
    raise _unsupported(
        "ZIP 压缩包",
        "a ZIP archive",
        "解压后逐个推送其中的表格；单个 CSV 可用 gzip 压缩",
        "unpack it and push its tables one by one; a single CSV may be gzip-compressed",
    )


def _ole_kind(path: Path) -> Kind:
    """Tell an XLS from the other documents of the same container by the names in its directory."""
    with path.open("rb") as file:
        body = file.read(_OLE_SCAN_BYTES)

    def holds(name: str) -> bool:
        return name.encode("utf-16-le") in body

    if holds("EncryptedPackage"):
        raise _unsupported(
            "加密的 Office 文件",
            "an encrypted Office file",
            "去掉打开密码后再推送",
            "remove the password and push it again",
        )
    if holds("Workbook") or holds("Book"):
        return Kind.XLS
    if holds("WordDocument"):
        raise _unsupported("Word 文档（DOC）", "a Word document (DOC)")
    if holds("PowerPoint Document"):
        raise _unsupported("演示文稿（PPT）", "a presentation (PPT)")
    raise _unsupported("无法识别的 Office 文件", "an unknown Office file")
