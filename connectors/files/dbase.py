"""dBASE tables (DBF) as such: told by their head, and the values of fields that are no text.

Many an old system of a department still writes them. Dates in the head are often left at zero, FoxPro keeps 263 bytes
behind the list of fields, and a head may be longer than what is looked at: the list of fields itself tells.
"""

from __future__ import annotations

import struct
from datetime import date
from typing import TYPE_CHECKING, Final

from connectors.files.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FIELD_BYTES: Final = 32
MEMO: Final = "MGP"
"""Types of fields whose content lies in a file of its own (``.dbt``, ``.fpt``): texts, objects, pictures."""
_VERSIONS: Final = frozenset({0x03, 0x30, 0x31, 0x32, 0x43, 0x63, 0x7B, 0x83, 0x8B, 0x8E, 0xCB, 0xE5, 0xF5, 0xFB})
"""First bytes of dBASE III to Visual FoxPro, with and without memo files."""
_TYPES: Final = frozenset(b"CNFDLMGPIBYTVWQ@+O0")
_HEAD_BYTES: Final = 32
_END: Final = 0x0D
_MONTHS, _DAYS = 12, 31
_JULIAN_OF_DAY_ONE: Final = 1_721_425
_MILLISECONDS: Final = 86_400_000


def is_dbase(head: bytes) -> bool:
    """Tell a dBASE table by its version, its date (which may be zero) and its list of fields."""
    if len(head) <= _HEAD_BYTES or head[0] not in _VERSIONS or head[2] > _MONTHS or head[3] > _DAYS:
        return False
    length = int.from_bytes(head[8:10], "little")
    width = int.from_bytes(head[10:12], "little")
    fields = 0
    for start in range(_HEAD_BYTES, min(length, len(head)), FIELD_BYTES):
        if head[start] == _END:
            return fields > 0
        field = head[start : start + FIELD_BYTES]
        if len(field) < FIELD_BYTES:
            break
        if field[0] == 0 or field[11] not in _TYPES or not field[16] or field[16] > width:
            return False
        fields += 1
    return fields > 0 and length > len(head)


def _day(raw: bytes) -> str:
    julian, milliseconds = struct.unpack("<II", raw)
    day = julian - _JULIAN_OF_DAY_ONE
    if not 1 <= day <= date.max.toordinal() or milliseconds >= _MILLISECONDS:
        return ""
    return date.fromordinal(day).isoformat()


def _number(form: str) -> Callable[[bytes], str]:
    return lambda raw: str(struct.unpack(form, raw)[0])


def _nothing(_: bytes) -> str:
    return ""


STORED: Final[Mapping[tuple[str, int], Callable[[bytes], str]]] = {
    ("I", 4): _number("<i"),
    ("+", 4): _number("<i"),
    ("B", 8): lambda raw: f"{struct.unpack('<d', raw)[0]:.15g}",
    ("O", 8): lambda raw: f"{struct.unpack('<d', raw)[0]:.15g}",
    ("Y", 8): lambda raw: f"{struct.unpack('<q', raw)[0] / 10_000:.15g}",
    ("T", 8): _day,
    ("@", 8): _day,
    **{(kind, 4): _number("<I") for kind in MEMO},
    **{("0", size): _nothing for size in range(1, 256)},
}
"""How fields of these types and sizes become text; all others are text already. A time is given as its day."""


def memo_elsewhere(column: str) -> FileError:
    """Return the error for a table whose column has texts that lie in another file."""
    return FileError(
        f"备注列 {column} 的内容另存在同名的 .dbt 或 .fpt 文件中，无法读取",
        f"the content of the memo column {column} lies in a .dbt or .fpt file beside the table and cannot be read",
        next_zh="用 Excel、WPS 或原系统打开后另存为 XLSX，再处理 XLSX",
        next_en="open it in a spreadsheet or in its own system, save it as XLSX, and use that",
        facts={"column": column},
    )
