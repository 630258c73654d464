"""Which encoding a text is in: told only where it is certain, else the provider is asked.

UTF-8 proves itself by its structure. GB18030 (GB 18030-2022) and Big5 accept almost each other's
bytes, so the share of everyday characters decides, and only a clear lead counts. A byte order mark
is always believed.
"""

from __future__ import annotations

import codecs
from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np

from connectors.files.errors import AmbiguousEncodingError, InvalidEncodingError, ReadOptionError, UnsupportedFileError

SAMPLE_BYTES: Final = 1 << 20

_BOMS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_NAMES: Final = {"gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030", "utf8": "utf-8", "big5": "big5hkscs"}
_KNOWN: Final = ("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "utf-16", "gb18030", "big5hkscs", "cp950")
_ASCII_END: Final = 0x7F
_THREE_BYTES_LEAD: Final = 0xE0
_CUT: Final = 4
"""A sample may end inside a character of up to four bytes."""
_SURE_SHARE: Final = 0.9
_LEAD: Final = 0.15
_FEW_PAIRS: Final = 8
_ASK_ZH: Final = "用 --encoding 指明编码（utf-8、gb18030、big5），或另存为 UTF-8 后再推送"
_ASK_EN: Final = "name the encoding with --encoding (utf-8, gb18030, big5), or save as UTF-8 and push again"


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec name and how many bytes of byte order mark precede the text."""

    codec: str
    mark_bytes: int = 0

    @property
    def label(self) -> str:
        """The name shown to people."""
        if self.codec.startswith("utf-16"):
            return "UTF-16"
        return {"utf-8": "UTF-8 BOM" if self.mark_bytes else "UTF-8", "big5hkscs": "Big5"}.get(
            self.codec, self.codec.upper()
        )


def named(name: str, head: bytes) -> Encoding:
    """Return the encoding a provider names, skipping a byte order mark if one is there.

    Raises:
        ReadOptionError: no such encoding, or not one of text tables.
    """
    codec = _NAMES.get(name.lower().replace("_", "-"), name.lower())
    try:
        codec = codecs.lookup(codec).name
    except LookupError:
        codec = ""
    if codec not in _KNOWN:
        raise ReadOptionError(
            "不认识所给的编码名",
            "the encoding named is not known",
            next_zh="可用：utf-8、gb18030、big5、utf-16",
            next_en="use utf-8, gb18030, big5 or utf-16",
            facts={"option": "encoding"},
        )
    for mark, marked in _BOMS:
        if head.startswith(mark) and (codec == marked or codec == marked.removesuffix("-sig") or codec == "utf-16"):
            return Encoding("utf-8" if marked == "utf-8-sig" else marked, len(mark))
    return Encoding({"utf-16": "utf-16-le", "utf-8-sig": "utf-8", "cp950": "big5hkscs"}.get(codec, codec))


def marked(head: bytes) -> Encoding | None:
    """Return the encoding a byte order mark states, if there is one."""
    for mark, codec in _BOMS:
        if head.startswith(mark):
            return Encoding("utf-8" if codec == "utf-8-sig" else codec, len(mark))
    return None


def detect(sample: bytes) -> Encoding:
    """Return the encoding of a sample that begins at a character and holds bytes above 127, or is all ASCII.

    Raises:
        AmbiguousEncodingError: several encodings fit.
        InvalidEncodingError: none fits.
        UnsupportedFileError: the sample is binary.
    """
    if sample.isascii() and b"\x00" not in sample:
        return Encoding("utf-8")
    if b"\x00" in sample:
        return _wide(sample)
    utf8 = _decode(sample, "utf-8")
    if utf8 is not None:
        if _is_short_of_proof(sample, utf8):
            raise _ambiguous(("utf-8", "gb18030"))
        return Encoding("utf-8")
    if _mostly_utf8(sample):
        return Encoding("utf-8")  # the reader meets the bad byte and names its place
    return _double_byte(sample)


def _decode(sample: bytes, codec: str) -> str | None:
    """Decode strictly, forgiving a character cut by the end of the sample."""
    try:
        return sample.decode(codec)
    except UnicodeDecodeError as error:
        if error.start < len(sample) - _CUT or error.start == 0:
            return None
        try:
            return sample[: error.start].decode(codec)
        except UnicodeDecodeError:
            return None


def _is_short_of_proof(sample: bytes, text: str) -> bool:
    """Tell whether only a few two-byte sequences speak for UTF-8: 路 in GB18030 is the middle dot in UTF-8."""
    if int(np.frombuffer(sample, np.uint8).max()) >= _THREE_BYTES_LEAD:
        return False
    foreign = sum(ord(char) > _ASCII_END for char in text)
    chinese = _decode(sample, "gb18030") if foreign < _FEW_PAIRS else None
    return chinese is not None and all("一" <= char <= "鿿" for char in chinese if ord(char) > _ASCII_END)


def _mostly_utf8(sample: bytes) -> bool:
    """Tell whether nine of ten non-ASCII bytes belong to well-formed UTF-8 sequences."""
    high = int(np.count_nonzero(np.frombuffer(sample, np.uint8) > _ASCII_END))
    kept = sample.decode("utf-8", errors="ignore").encode()
    sound = int(np.count_nonzero(np.frombuffer(kept, np.uint8) > _ASCII_END))
    return sound >= _SURE_SHARE * high


def _wide(sample: bytes) -> Encoding:
    """Tell UTF-16 without a mark from binary: half of an ASCII-rich text's bytes are zero, all on one side."""
    data = np.frombuffer(sample[: len(sample) // 2 * 2], np.uint8)
    low, high = int(np.count_nonzero(data[0::2] == 0)), int(np.count_nonzero(data[1::2] == 0))
    for codec, zeros, others in (("utf-16-le", high, low), ("utf-16-be", low, high)):
        if zeros > len(data) // 20 and others == 0 and _decode(sample, codec) is not None:
            return Encoding(codec)
    raise UnsupportedFileError(
        "文件内容是二进制数据，不是文本表格",
        "the content is binary, not a text table",
        next_zh="请从业务系统导出 CSV、XLSX 或 XLS 后再推送",
        next_en="export CSV, XLSX or XLS from the source system and push that",
    )


def _double_byte(sample: bytes) -> Encoding:
    """Choose between GB18030 and Big5 by the share of everyday characters."""
    chinese, taiwan = _decode(sample, "gb18030"), _decode(sample, "big5hkscs")
    everyday = 0.0 if chinese is None else _share(chinese, "gb18030", ((0xA1, 0xA9), (0xB0, 0xD7)), 0xA1)
    everyday_big5 = 0.0 if taiwan is None else _share(taiwan, "big5hkscs", ((0xA1, 0xC6),), 0x40)
    if everyday >= _SURE_SHARE and everyday_big5 < everyday - _LEAD:
        return Encoding("gb18030")
    if chinese is None and everyday_big5 >= _SURE_SHARE:
        return Encoding("big5hkscs")
    fitting = [name for name, text in (("gb18030", chinese), ("big5", taiwan)) if text is not None]
    if not fitting:
        raise InvalidEncodingError(
            "文件不是 UTF-8、GB18030 或 Big5 编码的文本",
            "the file is not text in UTF-8, GB18030 or Big5",
            next_zh="另存为“CSV UTF-8”或 XLSX 后再推送",
            next_en="save as CSV UTF-8 or XLSX and push again",
        )
    raise _ambiguous(tuple(sorted(fitting, key=lambda name: name == "gb18030" and everyday < everyday_big5)))


def _share(text: str, codec: str, leads: tuple[tuple[int, int], ...], trail: int) -> float:
    """Return the share of a text's foreign characters whose first byte lies in the rows of everyday ones."""
    times = Counter(char for char in text if ord(char) > _ASCII_END)
    everyday = 0
    for char, count in times.items():
        code = char.encode(codec)
        if code[1] >= trail and any(low <= code[0] <= high for low, high in leads):
            everyday += count
    return everyday / times.total() if times else 0.0


def _ambiguous(candidates: tuple[str, ...]) -> AmbiguousEncodingError:
    listed = "、".join(candidates)
    return AmbiguousEncodingError(
        f"编码无法确定：{listed} 都能解开这个文件",
        f"the encoding cannot be told: {', '.join(candidates)} all fit this file",
        next_zh=_ASK_ZH,
        next_en=_ASK_EN,
        facts={"candidates": list(candidates)},
    )
