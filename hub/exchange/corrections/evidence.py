"""Evidence of a correction: what files are taken, and the same gate before them as before pushed data.

PDF, PNG, JPEG and plain text, told by their first bytes, never by name or declared type; a size limit; no secrecy
mark in name or text (政务数据共享条例 Art. 3; 保守国家秘密法 Art. 31). Text inside compressed PDF streams is searched
too, up to a bound; letters drawn as pictures are not seen, which the page that asks for files says.
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Final

from catalogue.marks import MarkKind, find_marks
from hub.exchange.corrections.errors import EvidenceRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST_BYTES: Final = 900 * 1024
"""Of one file; with its form it stays below the limit of a request's body (1 MiB)."""
MOST_FILES: Final = 5
LONGEST_NAME: Final = 120
INFLATED_BYTES: Final = 8 << 20
_STREAM: Final = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_TYPES: Final[tuple[tuple[bytes, str], ...]] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)
_ENCODINGS: Final = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")


class EvidenceMarkedError(EvidenceRefusedError):
    """A file or a text bears a secrecy mark: nothing of it is kept, an incident is opened."""

    def __init__(self, place_zh: str, place_en: str) -> None:
        super().__init__(
            f"{place_zh}带有密级标志，已拦下，未保存任何内容",
            f"{place_en} bears a secrecy mark: stopped, nothing of it is kept",
            next_zh="不要再次上传；请立即告知本单位保密工作机构（保守国家秘密法；政务数据共享条例第三条）",
            next_en="do not upload it again; tell your secrecy office at once",
        )


def media_type_of(content: bytes) -> str:
    """Return the media type told by a file's first bytes (raises :class:`EvidenceRefusedError` for any other)."""
    for magic, media_type in _TYPES:
        if content.startswith(magic):
            return media_type
    if b"\x00" not in content:
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return "text/plain"
    raise EvidenceRefusedError(
        "证据文件须为 PDF、PNG、JPEG 或 UTF-8 纯文本",
        "evidence is a PDF, PNG, JPEG or a plain text in UTF-8",
        next_zh="请转换格式后重新上传",
        next_en="convert it and upload it again",
    )


def check_file(name: str, content: bytes, *, files_before: int) -> str:
    """Return the media type of a file that may be kept.

    Raises:
        EvidenceRefusedError: empty, too large, too many, a name that is none, or a kind that is not taken.
        EvidenceMarkedError: a secrecy mark.

    """
    if files_before >= MOST_FILES:
        raise EvidenceRefusedError(
            f"每份报告最多 {MOST_FILES} 个证据文件",
            f"a report has at most {MOST_FILES} files",
            next_zh="请合并后上传，或撤回重报",
            next_en="join them, or take the report back and report anew",
        )
    if not 0 < len(content) <= LARGEST_BYTES:
        raise EvidenceRefusedError(
            f"证据文件须不为空且不超过 {LARGEST_BYTES // 1024} KB",
            f"a file holds something and at most {LARGEST_BYTES // 1024} KB",
            next_zh="请压缩图片或只上传有关的页",
            next_en="make the picture smaller, or upload only the pages that matter",
            facts={"limit_bytes": LARGEST_BYTES, "bytes": len(content)},
        )
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable() or "/" in name or "\\" in name:
        raise EvidenceRefusedError(
            "文件名为空、过长或含有不允许的字符",
            "the file name is empty, too long, or holds characters that are not allowed",
            next_zh=f"请改为不超过 {LONGEST_NAME} 个字符的文件名",
            next_en=f"rename it to at most {LONGEST_NAME} characters",
        )
    media_type = media_type_of(content)
    if _is_marked(name) or any(_is_marked(text) for text in _texts(content, media_type)):
        raise EvidenceMarkedError("证据文件", "the file")
    return media_type


def check_text(text: str) -> None:
    """Refuse a text that bears a secrecy mark (raises :class:`EvidenceMarkedError`)."""
    if _is_marked(text):
        raise EvidenceMarkedError("所填文字", "the text")


def _is_marked(text: str) -> bool:
    return "密" in text and any(mark.kind in {MarkKind.STATE_SECRET, MarkKind.WORK_SECRET} for mark in find_marks(text))


def _texts(content: bytes, media_type: str) -> Iterator[str]:
    """Give what may be text in a file, in the encodings a mark could stand in."""
    for part in (content, *(_inflated(content) if media_type == "application/pdf" else ())):
        for encoding in _ENCODINGS:
            yield part.decode(encoding, "ignore")


def _inflated(content: bytes) -> Iterator[bytes]:
    """Give the inflated streams of a PDF, in all at most :data:`INFLATED_BYTES`: a bomb ends there."""
    left = INFLATED_BYTES
    for found in _STREAM.finditer(content):
        if left <= 0:
            return
        try:
            part = zlib.decompressobj().decompress(found.group(1), left)
        except zlib.error:
            continue
        left -= len(part)
        yield part
