"""A mapping as the TOML file a clerk reads, edits and keeps; comments in Chinese and English.

``load(dump(document))`` gives the document again. Only the shapes of :class:`FileMapping` are written: texts, whole
numbers, truth values and lists of texts.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hub.push.flat_toml import read_flat
from hub.push.mappings.errors import MappingFormatError
from hub.push.mappings.file_mapping import NOT_READ, FileMapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hub.push.mappings.proposal import Proposal

HEAD: Final = """\
# 数通 文件对应关系：这样的文件怎样读，哪一列是哪个信息项。可以修改、保存，推送时用 --mapping 指明。
# Shutong mapping: how such a file is read, and which column is which item. Edit it, keep it, push with --mapping.
"""
_ABOUT_READ: Final = "# 怎样读：没有写的选项按默认。 How it is read; what is not said is the default."
_ABOUT_HEADER: Final = "# 文件的表头，平台据此认出同样的文件。 Header of the file, by which the hub knows such files."
_ABOUT_COLUMNS: Final = (
    "# 列（表头文字；没有文字或重复的写列字母）= 信息项；空为不读。\n"
    '# Column (its heading, or its letter where it has none) = item; "" means: not read.'
)
_ABOUT_ABSENT: Final = "# 文件里没有的信息项。 Items the file does not carry."
_ABOUT_MISSING: Final = (
    "# 没有找到列的信息项；文件确实没有的，写进上面的 absent。\n"
    "# Items without a column: list in absent, above, those the file does not carry."
)
_OPTIONS: Final[Mapping[str, str]] = {
    "sheet": "工作表名或序号 / sheet, name or number",
    "encoding": "文字编码 / encoding",
    "delimiter": "分隔符 / delimiter",
    "quote": "引号，空为没有 / quotation mark, empty for none",
    "header_row": "表头所在行（从 1 起）/ line of the header, from 1",
    "header_rows": "表头共几行，合成“上级/下级” / header lines, joined as upper/lower",
    "skip_rows": "表头之前先跳过的行数 / lines to skip before counting",
    "skip_after_header": "表头下跳过的行数，如单位行 / lines below the header to skip, such as units",
    "skip_footer": "结尾跳过的行数 / rows at the end to skip",
    "no_header": "没有表头行 / there is no header line",
    "columns": "没有表头时各列的名称 / names of the columns where there is no header",
    "fill_merged": "合并单元格填充：down 向下、right 向右、all 整个区域 / fill merged cells",
    "footer_words": "表尾说明行的开头文字 / words that begin the notes at the end",
    "subtitles_to": "小标题行（只有第一列有值）归入的信息项 / item of the subtitle rows",
    "unpivot": "这样的列转成行，# 为数字，{} 为要保留的部分 / columns that become rows",
    "unpivot_heading": "列名归入的信息项 / item of their heading",
    "unpivot_value": "值归入的信息项 / item of their value",
}
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_PARTS: Final = frozenset({"entry", "version", "why", "read", "header", "letters", "columns", "absent"})


@dataclass(frozen=True, slots=True)
class Document:
    """What the file holds: the mapping, the entry it is for, why it is as it is, its version where it is saved."""

    mapping: FileMapping
    entry: str = ""
    why: str = ""
    version: int | None = None


def dump(document: Document, remarks: Mapping[str, str] | None = None, proposal: Proposal | None = None) -> str:
    """Return the text of the file.

    Args:
        document: what it holds.
        remarks: comments beside columns, by the key of the column.
        proposal: its questions are written above, the columns to be decided on as comments in their place.
    """
    lines = list(_lines(document, remarks or {}))
    if proposal is not None:
        lines[1:1] = [f"# ? {line}" for one in proposal.questions for line in (_line(one.zh), _line(one.en))]
        lines += [f"# {_key(key)} = {_text(item)}  # {remark}" for key, item, remark in proposal.pending()]
        missing = [item.column for item in proposal.missing]
        lines += [_ABOUT_MISSING, f"# absent = {_value(missing)}"] if missing else []
    return "\n".join(lines) + "\n"


def load(text: str) -> Document:
    """Read a file.

    Raises:
        MappingFormatError: no TOML (with the line), unknown members, values of the wrong kind.
    """
    try:
        data = read_flat(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingFormatError(f"不是有效的 TOML（{error}）", f"it is no valid TOML ({error})") from error
    strangers = sorted(set(data) - _PARTS)
    if strangers:
        raise MappingFormatError(f"没有 {'、'.join(strangers)}", f"there is no {', '.join(strangers)}")
    entry, why, version = data.pop("entry", ""), data.pop("why", ""), data.pop("version", None)
    if not (isinstance(entry, str) and isinstance(why, str) and (version is None or isinstance(version, int))):
        raise MappingFormatError("entry、why 应是文字", "entry and why are texts")
    return Document(FileMapping.from_dict(data), entry, why, version)


def _lines(document: Document, remarks: Mapping[str, str]) -> Iterator[str]:
    body = document.mapping.to_dict()
    yield HEAD.rstrip("\n")
    if document.entry:
        yield f"entry = {_text(document.entry)}  # 目录条目 / entry"
    if document.version is not None:
        yield f"version = {document.version}  # 已保存的版本 / saved version"
    yield f"why = {_text(document.why)}  # 说明 / reason"
    yield ""
    yield _ABOUT_HEADER
    yield f"header = {_value(body['header'])}"
    if "letters" in body:
        yield f"letters = {_value(body['letters'])}"
    yield ""
    yield _ABOUT_ABSENT
    yield f"absent = {_value(body['absent'])}"
    yield ""
    yield _ABOUT_READ
    yield "[read]"
    for name, value in body["read"].items():
        about = f"  # {_OPTIONS[name]}" if name in _OPTIONS else ""
        yield f"{name} = {_value(value)}{about}"
    yield ""
    yield _ABOUT_COLUMNS
    yield "[columns]"
    for key, item in body["columns"].items():
        remark = remarks.get(key, "不读 / not read" if item == NOT_READ else "")
        yield f"{_key(key)} = {_text(item)}" + (f"  # {_line(remark)}" if remark else "")


def _line(text: str) -> str:
    """Return a text as one line, so that a heading with a line break stays a comment."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_text, map(str, value)))}]"
    return _text(str(value))


def _text(text: str) -> str:
    """Write a basic string (TOML 1.0: control characters are escaped)."""
    return '"' + "".join(_ESCAPES.get(char) or _plain(char) for char in text) + '"'


def _plain(char: str) -> str:
    return f"\\u{ord(char):04X}" if ord(char) < 0x20 or ord(char) == 0x7F else char  # noqa: PLR2004
