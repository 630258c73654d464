"""``hub scan`` on dBASE tables (DBF): searched column by column as any other table, or refused in so many words."""

from __future__ import annotations

import gzip
import struct
from typing import TYPE_CHECKING, Final

import pytest

from connectors.files.errors import FileError, UnsupportedFileError
from hub.scan_files import scan_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TODAY: Final = (126, 11, 22)
FIELDS: Final = (("XM", "C", 20), ("SFZH", "C", 18), ("DH", "C", 11), ("RQ", "D", 8))
ROWS: Final = (
    ("示例一", "41010519900101123X", "13812345678", "20260801"),
    ("示例二", "410105199001011234", "13912345678", "20260802"),
)
FOUND: Final = {"SFZH": {"citizen_id": 2}, "DH": {"phone": 2}}
MEMO_BEHIND: Final = 263
"""Bytes that Visual FoxPro keeps between its list of fields and its records."""


def dbf(
    rows: Sequence[Sequence[str | bytes]] = ROWS,
    fields: Sequence[tuple[str, str, int]] = FIELDS,
    *,
    day: tuple[int, int, int] = TODAY,
    version: int = 3,
    behind: int = 0,
    marks: bytes = b"  ",
) -> bytes:
    """Return a table in GB18030 without the byte that says so, as old systems write it."""
    length = 32 + 32 * len(fields) + 1 + behind
    width = 1 + sum(size for _, _, size in fields)
    parts = [struct.pack("<4BIHH", version, *day, len(rows), length, width), bytes(20)]
    parts += [
        name.encode("gb18030").ljust(11, b"\0") + kind.encode() + bytes(4) + bytes([size]) + bytes(15)
        for name, kind, size in fields
    ]
    parts += [b"\r", bytes(behind)]
    for mark, row in zip(marks, rows, strict=False):
        cells = [one if isinstance(one, bytes) else one.encode("gb18030") for one in row]
        parts += [bytes([mark]), *(cell.ljust(size) for cell, (_, _, size) in zip(cells, fields, strict=True))]
    return b"".join([*parts, b"\x1a"])


def found_in(path: Path, content: bytes) -> dict[str, dict[str, int]]:
    """Return the kinds and counts of each column with any."""
    path.write_bytes(content)
    report = scan_file(path)
    assert (report.form, report.path) == ("dbase", str(path))
    return {
        column.name: {kind.value: found.count for kind, found in column.kinds.items()}
        for column in report.columns
        if column.kinds
    }


HEADS: Final = {
    "dBASE III": dbf(),
    "without a date in its head": dbf(day=(0, 0, 0)),
    "Visual FoxPro": dbf(version=0x30, behind=MEMO_BEHIND),
    "in gzip": gzip.compress(dbf()),
    "with records marked as deleted": dbf(marks=b"**"),
}


@pytest.mark.parametrize("kind", HEADS)
def test_numbers_are_found_by_column_as_in_any_table(kind: str, tmp_path: Path) -> None:
    assert found_in(tmp_path / "老系统.dbf", HEADS[kind]) == FOUND


def test_a_table_is_known_by_its_content_whatever_it_is_called(tmp_path: Path) -> None:
    assert found_in(tmp_path / "jumin.dat", dbf()) == FOUND


def test_a_head_longer_than_what_is_looked_at_is_read_to_its_end(tmp_path: Path) -> None:
    fields = [*(("F" + str(number), "C", 1) for number in range(254)), ("SFZH", "C", 18)]
    row = [*"x" * 254, "41010519900101123X"]
    assert found_in(tmp_path / "a.dbf", dbf([row], fields, marks=b" ")) == {"SFZH": {"citizen_id": 1}}


def test_numbers_of_a_column_of_whole_numbers_are_found(tmp_path: Path) -> None:
    fields = (("DH", "B", 8), ("DM", "I", 4))
    row = (struct.pack("<d", 13812345678.0), struct.pack("<i", 410105))
    assert found_in(tmp_path / "a.dbf", dbf([row], fields, version=0x30, behind=MEMO_BEHIND)) == {"DH": {"phone": 1}}


def test_a_text_that_does_not_decode_does_not_hide_what_stands_beside_it(tmp_path: Path) -> None:
    rows: list[Sequence[str | bytes]] = [(b"\xff\xff\x81", *ROWS[0][1:]), ROWS[1]]
    assert found_in(tmp_path / "a.dbf", dbf(rows)) == FOUND


def test_texts_that_lie_in_another_file_are_not_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.dbf"
    path.write_bytes(dbf([("示例一", "         1")], (("XM", "C", 20), ("BZ", "M", 10)), version=0x83))
    with pytest.raises(FileError, match="BZ") as caught:
        scan_file(path)
    assert "XLSX" in caught.value.next_zh


def test_an_empty_memo_column_stands_in_nobodys_way(tmp_path: Path) -> None:
    fields = (("DH", "C", 11), ("BZ", "M", 10))
    rows = [("13812345678", ""), ("13912345678", "")]
    assert found_in(tmp_path / "a.dbf", dbf(rows, fields, version=0x83)) == {"DH": {"phone": 2}}


def test_a_kind_of_dbf_that_is_not_known_is_refused_and_not_searched_as_text(tmp_path: Path) -> None:
    path = tmp_path / "a.DBF"
    path.write_bytes(dbf(version=0x02))
    with pytest.raises(UnsupportedFileError, match="DBF"):
        scan_file(path)


def test_a_table_cut_short_is_told_as_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.dbf"
    path.write_bytes(dbf()[:-30])
    with pytest.raises(FileError):
        scan_file(path)
