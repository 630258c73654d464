"""Which encoding a text is in: told only where it is certain, else the provider is asked.

UTF-8 proves itself by its structure. GB18030 (GB 18030-2022) and Big5 accept almost each other's
bytes, so the characters each reading gives are weighed: both encodings keep everyday characters apart from
rare ones, and only a clear lead counts. Else both readings of the first lines are shown. A byte order
mark is always believed.
"""

from __future__ import annotations

import codecs
import math
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice
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
_EVERYDAY, _RARE, _PRIVATE = math.log(0.97), math.log(0.02), math.log(0.0005)
"""Odds of a character that is everyday, rare or of private use, in a text that is read rightly."""
_BEYOND_DOUBT: Final = {"gb18030": 4.0, "big5hkscs": 8.0}
"""By how much the logarithm of the odds of a reading must exceed that of the other: 50 to 1, and 3,000 to 1.

GB18030 needs less because a mainland department hardly ever writes Big5. Of 40,000 single words of real tables none
is misread with these.
"""
_PRIVATE_USE: Final = (0xE000, 0xF8FF)
_SHOWN_LINES: Final = 2
_SHOWN_CHARS: Final = 40
_DIGITS: Final = re.compile(r"[0-9０-９]{4,}")
_WIDE_SHARE: Final = 0.95
_PLAUSIBLE: Final = (
    ("\x20", "\x7e"),
    ("\u4e00", "\u9fff"),
    ("\u3000", "\u301f"),
    ("\uff00", "\uffee"),
    ("\xa0", "\u024f"),
)
_CONTROL: Final = re.compile(rb"[\x01-\x08\x0b\x0c\x0e-\x1f]")
_WIDE_SEPARATORS: Final = frozenset("\n\r,\t;|")
_FEW_PAIRS: Final = 8
_ASK_ZH: Final = "用 --encoding 指明编码（utf-8、gb18030、big5），或另存为 UTF-8 后再推送"
_ASK_EN: Final = "name the encoding with --encoding (utf-8, gb18030, big5), or save as UTF-8 and push again"


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec name, how many bytes of byte order mark precede the text, and how sure the codec is.

    ``basis``: ``mark``, ``stated`` by the provider, ``structure`` (no other fits), ``ascii`` (none is needed) or
    ``likely`` (told by the characters it gives).
    """

    codec: str
    mark_bytes: int = 0
    basis: str = "structure"

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
            return Encoding("utf-8" if marked == "utf-8-sig" else marked, len(mark), "mark")
    plain = {"utf-16": "utf-16-le", "utf-8-sig": "utf-8", "cp950": "big5hkscs"}.get(codec, codec)
    return Encoding(plain, basis="stated")


def marked(head: bytes) -> Encoding | None:
    """Return the encoding a byte order mark states, if there is one."""
    for mark, codec in _BOMS:
        if head.startswith(mark):
            return Encoding("utf-8" if codec == "utf-8-sig" else codec, len(mark), "mark")
    return None


def detect(sample: bytes) -> Encoding:
    """Return the encoding of a sample that begins at a character and holds bytes above 127, or is all ASCII.

    Raises:
        AmbiguousEncodingError: several encodings fit.
        InvalidEncodingError: none fits.
        UnsupportedFileError: the sample is binary.
    """
    if sample.isascii() and b"\x00" not in sample:
        return Encoding("utf-8", basis="ascii")
    if b"\x00" in sample:
        return _wide(sample)
    utf8 = _decode(sample, "utf-8")
    if utf8 is not None:
        if _is_short_of_proof(sample, utf8):
            raise _ambiguous(("utf-8", "gb18030"), sample)
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
    """Tell UTF-16 without a mark from binary: one order of its bytes gives text with separators, the other does not."""
    shares: list[tuple[float, str]] = []
    for codec in ("utf-16-le", "utf-16-be"):
        text = _decode(sample[: len(sample) // 2 * 2], codec)
        if text and not _WIDE_SEPARATORS.isdisjoint(text) and "\x00" not in text:
            shares.append((sum(map(_is_plausible, text)) / len(text), codec))
    share, codec = max(shares, default=(0.0, ""))
    if share >= _WIDE_SHARE:
        return Encoding(codec, basis="likely")
    rest = sample.replace(b"\x00", b"")
    if b"\n" in rest and _CONTROL.search(rest) is None and (_decode(rest, "utf-8") or _decode(rest, "gb18030")):
        count = len(sample) - len(rest)
        raise UnsupportedFileError(
            f"文本中有 {count:,} 个空字节（0x00），多为导出程序的填充，值从哪里断开无法判断",
            f"the text holds {count:,} null bytes (0x00), mostly padding of the exporting program",
            next_zh="从业务系统重新导出，或先去掉这些空字节再推送",
            next_en="export again, or take these bytes out first, and push that",
            facts={"null_bytes": count},
        )
    raise UnsupportedFileError(
        "文件内容是二进制数据，不是文本表格",
        "the content is binary, not a text table",
        next_zh="请从业务系统导出 CSV、XLSX、JSON 或 Parquet 后再推送",
        next_en="export CSV, XLSX, JSON or Parquet from the source system and push that",
    )


def _is_plausible(char: str) -> bool:
    """Tell whether a character is one of Chinese or Latin text."""
    return char in "\t\r\n" or any(low <= char <= high for low, high in _PLAUSIBLE)


def _double_byte(sample: bytes) -> Encoding:
    """Choose between GB18030 and Big5 by how everyday the characters are that each gives."""
    readings = [one for one in (_Reading.of(sample, "gb18030"), _Reading.of(sample, "big5hkscs")) if one is not None]
    if not readings:
        raise InvalidEncodingError(
            "文件不是 UTF-8、GB18030 或 Big5 编码的文本",
            "the file is not text in UTF-8, GB18030 or Big5",
            next_zh="另存为“CSV UTF-8”或 XLSX 后再推送",
            next_en="save as CSV UTF-8 or XLSX and push again",
        )
    best, *others = sorted(readings, key=lambda one: -one.odds)
    is_sure = best.everyday >= _SURE_SHARE and all(best.odds - one.odds >= _BEYOND_DOUBT[best.codec] for one in others)
    if is_sure:
        return Encoding(best.codec, basis="likely" if others else "structure")
    raise _ambiguous(tuple(_SHOWN_NAMES.get(one.codec, one.codec) for one in (best, *others)), sample)


_SHOWN_NAMES: Final = {"big5hkscs": "big5"}
_EVERYDAY_ROWS: Final = {
    # leads of symbols and of the characters of everyday use, and the least second byte (GB 2312 level 1, Big5 level 1)
    "gb18030": (((0xA1, 0xA3), (0xB0, 0xD7)), 0xA1),
    "big5hkscs": (((0xA1, 0xC6),), 0x40),
}


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a sample says in one encoding: share of everyday characters, and the logarithm of its odds."""

    codec: str
    everyday: float
    odds: float

    @classmethod
    def of(cls, sample: bytes, codec: str) -> _Reading | None:
        """Read the sample; None where it is not text in this encoding."""
        text = _decode(sample, codec)
        if text is None:
            return None
        leads, trail = _EVERYDAY_ROWS[codec]
        everyday, odds, total = 0, 0.0, 0
        for char, count in Counter(char for char in text if ord(char) > _ASCII_END).items():
            code = char.encode(codec)
            is_everyday = code[1] >= trail and any(low <= code[0] <= high for low, high in leads)
            is_private = _PRIVATE_USE[0] <= ord(char) <= _PRIVATE_USE[1]
            everyday += count if is_everyday else 0
            odds += count * (_PRIVATE if is_private else _EVERYDAY if is_everyday else _RARE)
            total += count
        return cls(codec, everyday / total if total else 0.0, odds)


def _ambiguous(candidates: tuple[str, ...], sample: bytes) -> AmbiguousEncodingError:
    """Build the refusal, with what the first lines say in each encoding; long numbers are not repeated."""
    readings = {name: _first_lines(sample, name) for name in candidates}
    listed = "；".join(f"按 {name} 读作“{lines[0] if lines else ''}”" for name, lines in readings.items())
    listed_en = "; ".join(f"as {name}: “{lines[0] if lines else ''}”" for name, lines in readings.items())
    return AmbiguousEncodingError(
        f"编码无法确定：{listed}",
        f"the encoding cannot be told: {listed_en}",
        next_zh=_ASK_ZH,
        next_en=_ASK_EN,
        facts={"candidates": list(candidates), "readings": {name: list(lines) for name, lines in readings.items()}},
    )


def _first_lines(sample: bytes, name: str) -> tuple[str, ...]:
    """Return the first lines that hold more than ASCII, cut short, without long numbers."""
    text = sample.decode(_NAMES.get(name, name), errors="replace")
    lines = (line.strip() for line in re.split(r"[\r\n]+", text))
    shown = (_DIGITS.sub("#", line)[:_SHOWN_CHARS] for line in lines if not line.isascii())
    return tuple(islice(shown, _SHOWN_LINES))
