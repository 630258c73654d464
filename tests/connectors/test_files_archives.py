"""ZIP and gzip around a table: one is read, several are asked about, and nothing unsafe is unpacked."""

from __future__ import annotations

import gzip
import io
import stat
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest

from connectors.files.errors import (
    ArchiveMemberError,
    DamagedFileError,
    EmptyFileError,
    FileError,
    FileLimitError,
    ReadOptionError,
)
from connectors.files.reader import open_table
from connectors.port import Limits, ReadOptions

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.port import TableFacts

TABLE = "编号,名称\n1,郑州\n2,长春\n"


def packed(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def read(path: Path, options: ReadOptions | None = None, limits: Limits | None = None) -> tuple[int, TableFacts]:
    with open_table(path, options, limits) as table:
        rows = sum(chunk.height for chunk in table.chunks())
        return rows, table.facts()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "数据.zip"


def test_the_one_table_of_an_archive_is_read(path: Path) -> None:
    rows, facts = read(packed(path, {"导出/人口.csv": TABLE.encode("gb18030")}))
    assert (rows, facts.compression, facts.member, facts.encoding) == (2, "zip", "导出/人口.csv", "GB18030")


def test_the_unpacked_file_goes_with_the_table(path: Path) -> None:
    with open_table(packed(path, {"a.csv": TABLE.encode()})) as table:
        list(table.chunks())
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_refused_member_leaves_nothing_behind(path: Path) -> None:
    with pytest.raises(FileError):
        read(packed(path, {"a.csv": b"%PDF-1.7"}))
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_several_tables_are_refused_with_their_list(path: Path) -> None:
    with pytest.raises(ArchiveMemberError) as caught:
        read(packed(path, {"a.csv": b"a\n1\n", "b.csv": b"b\n1\n", "说明.pdf": b"%PDF"}))
    assert (caught.value.facts["members"], caught.value.facts["others"]) == (["a.csv", "b.csv"], 1)


@pytest.mark.parametrize("name", ["b.csv", "子目录/b.csv"])
def test_a_member_is_chosen_by_name_or_path(path: Path, name: str) -> None:
    packed(path, {"a.csv": b"a\n1\n", "子目录/b.csv": TABLE.encode()})
    assert read(path, ReadOptions(member=name))[1].member == "子目录/b.csv"


def test_a_member_that_is_not_there_is_refused(path: Path) -> None:
    with pytest.raises(ArchiveMemberError):
        read(packed(path, {"a.csv": b"a\n1\n"}), ReadOptions(member="c.csv"))


def test_a_member_asked_of_a_plain_file_is_refused(tmp_path: Path) -> None:
    plain = tmp_path / "a.csv"
    plain.write_text("a\n1\n")
    with pytest.raises(ReadOptionError):
        read(plain, ReadOptions(member="a.csv"))


def test_names_in_gb18030_are_read(path: Path) -> None:
    raw = "人口信息.csv".encode("gb18030")
    stand_in = "A" * len(raw)
    data = packed(path, {stand_in: TABLE.encode()}).read_bytes()
    path.write_bytes(data.replace(stand_in.encode(), raw))
    assert read(path)[1].member == "人口信息.csv"


def test_what_systems_add_by_themselves_is_no_table(path: Path) -> None:
    rows, _ = read(packed(path, {"__MACOSX/._a.csv": b"x", ".DS_Store": b"x", "Thumbs.db": b"x", "a.csv": b"a\n1\n"}))
    assert rows == 1


def test_an_archive_without_a_file_is_empty(path: Path) -> None:
    with pytest.raises(EmptyFileError):
        read(packed(path, {"folder/": b""}))


def test_a_workbook_in_an_archive_is_read(path: Path) -> None:
    book, target = openpyxl.Workbook(), io.BytesIO()
    sheet = book.create_sheet("表", 0)
    sheet.append(["编号"])
    sheet.append([7])
    book.save(target)
    rows, facts = read(packed(path, {"人口.xlsx": target.getvalue()}))
    assert (rows, facts.format, facts.compression) == (1, "xlsx", "zip")


@pytest.mark.parametrize("inner", ["a.zip", "a.csv.gz"])
def test_an_archive_in_an_archive_is_refused(path: Path, inner: str) -> None:
    table = gzip.compress(TABLE.encode()) if inner.endswith("gz") else zipped(TABLE.encode())
    with pytest.raises(FileError, match="嵌套"):
        read(packed(path, {inner: table}))


def zipped(data: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.csv", data)
    return target.getvalue()


def test_a_zip_in_a_gzip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(zipped(b"a\n1\n")))
    with pytest.raises(FileError, match="嵌套"):
        read(path)


def test_json_in_a_gzip_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.json.gz"
    path.write_bytes(gzip.compress('[{"编号": 1}]'.encode()))
    rows, facts = read(path)
    assert (rows, facts.format, facts.compression) == (1, "json", "gzip")


@pytest.mark.parametrize("name", ["../a.csv", "/etc/a.csv", "x/../../a.csv", "C:/a.csv", "..\\a.csv"])
def test_a_path_that_leaves_the_archive_is_refused(path: Path, name: str) -> None:
    with pytest.raises(ArchiveMemberError, match="压缩包之外"):
        read(packed(path, {name: b"a\n1\n"}))


def test_a_link_is_refused(path: Path) -> None:
    link = zipfile.ZipInfo("a.csv")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(ArchiveMemberError, match="链接"):
        read(path)


def test_an_encrypted_member_is_refused(path: Path) -> None:
    data = bytearray(packed(path, {"a.csv": b"a\n1\n"}).read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(data))
    with pytest.raises(ArchiveMemberError, match="加密"):
        read(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_one_name_twice_is_refused(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "a\n1\n")
        archive.writestr("a.csv", "a\n2\n")
    with pytest.raises(ArchiveMemberError, match="重复"):
        read(path)


def test_a_damaged_member_is_told(path: Path) -> None:
    data = packed(path, {"a.csv": TABLE.encode() * 50}).read_bytes()
    path.write_bytes(data.replace(data[40:60], bytes(20)))
    with pytest.raises(DamagedFileError):
        read(path)


def test_a_size_that_lies_gives_no_byte_more_than_it_states(path: Path) -> None:
    data = packed(path, {"a.csv": b"a\n" * 5_000_000}).read_bytes()
    path.write_bytes(data.replace((10_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    with pytest.raises(DamagedFileError):
        read(path)


def test_an_archive_compressed_beyond_the_ratio_is_refused(path: Path) -> None:
    packed(path, {"a.csv": b"a,b\n" + b"0,0\n" * 5_000_000})
    with pytest.raises(FileLimitError, match="压缩比"):
        read(path, limits=Limits(ratio_from_bytes=1 << 20))


def test_the_names_in_an_archive_and_its_other_texts_reach_the_gate(path: Path) -> None:
    packed(path, {"机密 名单.csv": b"a\n1\n", "说明.txt": "仅供内部".encode()})
    with open_table(path, ReadOptions(member="机密 名单.csv")) as table:
        texts = [text.text for text in table.outside()]
    assert ("机密 名单.csv" in texts, any("仅供内部" in text for text in texts)) == (True, True)
