"""Delimited text: encodings, dialects, line numbers, what is left out and what is refused."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import polars as pl
import pytest

from connectors.files.errors import (
    AmbiguousEncodingError,
    DamagedFileError,
    EmptyFileError,
    FileError,
    FileLimitError,
    HeaderError,
    InvalidEncodingError,
    MalformedTextError,
    ReadOptionError,
    UnsupportedFileError,
)
from connectors.files.reader import open_table
from connectors.port import FIELDS, LINE, Limits, ReadOptions

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.port import TableFacts

SMALL = Limits(chunk_bytes=64, line_bytes=4096)


def read(
    path: Path, options: ReadOptions | None = None, limits: Limits | None = None
) -> tuple[pl.DataFrame, TableFacts]:
    with open_table(path, options, limits) as table:
        chunks = list(table.chunks())
        return (pl.concat(chunks) if chunks else pl.DataFrame()), table.facts()


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.fixture
def csv_file(tmp_path: Path) -> Path:
    return tmp_path / "人口.csv"


PEOPLE = "姓名,性别,住址\n张三,男,河南省郑州市中原区\n李四,女,郑州市金水区\n"


@pytest.mark.parametrize(
    ("encoding", "label"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8 BOM"),
        ("gb18030", "GB18030"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
    ],
)
def test_the_same_table_is_read_from_every_encoding(csv_file: Path, encoding: str, label: str) -> None:
    frame, facts = read(write(csv_file, PEOPLE, encoding))
    assert (frame["c2"].to_list(), facts.encoding) == (["河南省郑州市中原区", "郑州市金水区"], label)


def test_gb18030_is_decoded_across_chunks_without_losing_a_character(csv_file: Path) -> None:
    rows = [f"{number},郑州市中原区建设路{number}号𠮷" for number in range(500)]
    frame, _ = read(write(csv_file, "编号,地址\n" + "\n".join(rows), "gb18030"), limits=SMALL)
    assert [f"{a},{b}" for a, b in frame.select("c0", "c1").iter_rows()] == rows


def test_a_character_far_behind_a_megabyte_of_ascii_still_tells_the_encoding(csv_file: Path) -> None:
    text = "id,name\n" + "1,a\n" * 400_000 + "2,郑州市公安局\n"
    _, facts = read(write(csv_file, text, "gb18030"))
    assert facts.encoding == "GB18030"


def test_big5_that_also_decodes_as_gb18030_is_told_by_its_everyday_characters(csv_file: Path) -> None:
    frame, facts = read(write(csv_file, "編號,名稱,地址\n1,臺北市,中正區\n2,宜蘭縣,羅東鎮\n", "big5"))
    assert (frame["c1"].to_list(), facts.encoding_basis) == (["臺北市", "宜蘭縣"], "likely")


def test_what_could_be_both_is_refused_with_both_readings(csv_file: Path) -> None:
    with pytest.raises(AmbiguousEncodingError) as caught:
        read(write(csv_file, "號,名\n", "big5"))
    readings = caught.value.facts["readings"]
    assert isinstance(readings, dict)
    assert (readings["big5"], "gb18030" in readings) == (["號,名"], True)


def test_long_numbers_are_not_repeated_in_the_readings(csv_file: Path) -> None:
    with pytest.raises(AmbiguousEncodingError) as caught:
        read(write(csv_file, "410102199003071234,號\n", "big5"))
    assert "4101" not in str(caught.value.facts) + caught.value.zh + caught.value.en


def test_big5_is_read_when_the_provider_says_so(csv_file: Path) -> None:
    frame, _ = read(write(csv_file, "編號,名稱\n1,臺北市\n", "big5"), ReadOptions(encoding="big5"))
    assert frame["c1"].to_list() == ["臺北市"]


def test_an_unknown_encoding_name_is_refused(csv_file: Path) -> None:
    with pytest.raises(ReadOptionError):
        read(write(csv_file, PEOPLE), ReadOptions(encoding="klingon"))


def test_an_invalid_byte_in_utf8_is_named_with_byte_and_line(csv_file: Path) -> None:
    good = "姓名,住址\n" + "张三,郑州\n" * 100
    csv_file.write_bytes(good.encode() + b"\xff\xfe,x\n" + "李四,郑州\n".encode() * 50)
    with pytest.raises(InvalidEncodingError) as caught:
        read(csv_file, limits=Limits(chunk_bytes=256))
    assert (caught.value.facts["line"], caught.value.facts["byte"]) == (102, len(good.encode()))


def test_an_invalid_byte_in_gb18030_is_named_with_byte_and_line(csv_file: Path) -> None:
    good = ("姓名,住址\n" + "张三,郑州\n" * 100).encode("gb18030")
    csv_file.write_bytes(good + b"\xff\xff\xff,x\n")
    with pytest.raises(InvalidEncodingError) as caught:
        read(csv_file, ReadOptions(encoding="gb18030"), Limits(chunk_bytes=250))
    assert (caught.value.facts["line"], caught.value.facts["byte"]) == (102, len(good))


def test_gzip_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "人口.csv.gz"
    path.write_bytes(gzip.compress(PEOPLE.encode("gb18030")))
    frame, facts = read(path)
    assert (frame.height, facts.compression, facts.encoding) == (2, "gzip", "GB18030")


def test_a_cut_gzip_file_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "人口.csv.gz"
    path.write_bytes(gzip.compress("\n".join(f"{n},{n * 7919}" for n in range(50_000)).encode())[:-20])
    with pytest.raises(DamagedFileError):
        read(path)


def test_a_gzip_bomb_is_stopped_at_the_ratio(tmp_path: Path) -> None:
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"0,0\n" * 5_000_000))
    with pytest.raises(FileLimitError, match="压缩比"):
        read(path, limits=Limits(ratio_from_bytes=1 << 20))


def test_line_ends_of_three_systems_in_one_file_all_end_a_row(csv_file: Path) -> None:
    frame, _ = read(write(csv_file, "a,b\r\n1,2\r3,4\n5,6\r\n7,8"))
    assert frame.select("c0", "c1").rows() == [("1", "2"), ("3", "4"), ("5", "6"), ("7", "8")]


def test_a_lone_return_inside_quotes_stays_in_its_value(csv_file: Path) -> None:
    frame, _ = read(write(csv_file, 'a,b\r"1\rx",2\r3,4\r'))
    assert frame["c0"].to_list() == ["1\rx", "3"]


def test_a_full_width_comma_between_the_columns_is_taken_and_said(csv_file: Path) -> None:
    frame, facts = read(write(csv_file, "姓名，住址\n张三，郑州\n李四，长春\n"))
    assert (frame["c1"].to_list(), facts.delimiter, [note.kind for note in facts.notes]) == (
        ["郑州", "长春"],
        "，",
        ["wide_delimiter"],
    )


def test_a_full_width_comma_inside_a_value_is_no_delimiter(csv_file: Path) -> None:
    frame, facts = read(write(csv_file, "说明，备注\n第一，第二，第三\n无\n"))
    assert (frame["c0"].to_list(), facts.delimiter) == (["第一，第二，第三", "无"], ",")


def test_text_that_lost_its_encoding_is_counted_and_placed(csv_file: Path) -> None:
    _, facts = read(write(csv_file, "a,b\n1,郑\ufffd\n2,好\n3,锟斤拷\n"))
    assert [(note.kind, note.count, note.places) for note in facts.notes] == [("lost_encoding", 2, ("2", "4"))]


def test_a_million_line_ends_under_a_wide_header_are_read_in_small_frames(csv_file: Path) -> None:
    csv_file.write_bytes(b",".join(b"c%d" % number for number in range(200)) + b"\n" * 200_000)
    _, facts = read(csv_file)
    assert (facts.rows, facts.blank_rows) == (0, 199_999)


def test_utf16_without_a_mark_is_read_where_characters_end_in_a_zero_byte(csv_file: Path) -> None:
    frame, facts = read(write(csv_file, "姓名,层\n王一,一\n", "utf-16-be"))
    assert (frame["c1"].to_list(), facts.encoding_basis) == (["一"], "likely")


def test_a_nested_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "nested.gz"
    path.write_bytes(gzip.compress(gzip.compress(b"a,b\n1,2\n")))
    with pytest.raises(FileError):
        read(path)


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found(csv_file: Path, delimiter: str) -> None:
    _, facts = read(write(csv_file, PEOPLE.replace(",", delimiter)))
    assert facts.delimiter == delimiter


def test_a_delimiter_of_two_characters_is_refused(csv_file: Path) -> None:
    with pytest.raises(ReadOptionError):
        read(write(csv_file, PEOPLE), ReadOptions(delimiter="||"))


def test_lines_are_counted_through_quoted_newlines_and_chunks(csv_file: Path) -> None:
    text = 'id,说明\n1,"第一行\n第二行"\n2,平常\n3,"a ""b"", c"\n' + "".join(f"{n},x\n" for n in range(4, 60))
    frame, _ = read(write(csv_file, text), limits=SMALL)
    assert frame.filter(pl.col("c0").is_in(["1", "2", "3", "59"]))[LINE].to_list() == [2, 4, 5, 61]


def test_quoted_values_keep_delimiters_quotes_and_newlines(csv_file: Path) -> None:
    frame, _ = read(write(csv_file, 'a,b\r\n"x, y","he said ""hi""\r\nend"\r\n'))
    assert frame.select("c0", "c1").rows() == [("x, y", 'he said "hi"\r\nend')]


def test_a_quote_inside_an_unquoted_value_is_refused_with_its_line(csv_file: Path) -> None:
    with pytest.raises(MalformedTextError) as caught:
        read(write(csv_file, 'a,b\n1,2\n3,12"管\n4,5\n'))
    assert caught.value.facts["line"] == 3


def test_quotes_are_ordinary_characters_on_request(csv_file: Path) -> None:
    frame, _ = read(write(csv_file, 'a,b\n3,12"管\n'), ReadOptions(quote=""))
    assert frame["c1"].to_list() == ['12"管']


def test_a_quote_that_is_never_closed_is_refused(csv_file: Path) -> None:
    with pytest.raises(MalformedTextError):
        read(write(csv_file, 'a,b\n1,"2\n3,4\n'))


def test_rows_with_too_many_or_too_few_values_are_marked_not_shifted(csv_file: Path) -> None:
    frame, _ = read(write(csv_file, "a,b,c\n1,2,3\n1,2\n1,2,3,4\n1,2,3,,\n"))
    assert frame[FIELDS].to_list() == [None, 2, 4, None]


def test_blank_rows_are_dropped_counted_and_named(csv_file: Path) -> None:
    frame, facts = read(write(csv_file, "a,b\n1,2\n\n,\n  , \n3,4\n\n"))
    assert (frame.height, facts.blank_rows, facts.blank_lines) == (2, 4, (3, 4, 5, 7))


def test_columns_without_name_and_value_are_named(csv_file: Path) -> None:
    _, facts = read(write(csv_file, "a,b,,\n1,2,,\n3,4,,x\n"))
    assert facts.blank_columns == ("C",)


def test_preamble_and_footer_are_left_out_as_asked(csv_file: Path) -> None:
    text = '数据库：分省"年度数据\n指标：GDP\n地区,2024年\n河南省,1\n吉林省,2\n注：初步核算\n数据来源：国家统计局\n'
    frame, facts = read(write(csv_file, text, "gb18030"), ReadOptions(header_row=3, skip_footer=2))
    assert (frame["c0"].to_list(), facts.footer_rows, facts.skipped_rows) == (["河南省", "吉林省"], 2, 2)


def test_a_footer_is_held_back_across_chunks(csv_file: Path) -> None:
    text = "a,b\n" + "".join(f"{n},x\n" for n in range(100)) + "注,y\n源,z\n"
    frame, facts = read(write(csv_file, text), ReadOptions(skip_footer=2), SMALL)
    assert (frame.height, facts.rows, facts.footer_rows) == (100, 100, 2)


def test_a_footer_row_with_several_values_is_told_because_it_may_be_data(csv_file: Path) -> None:
    text = "地区,2024年,2023年\n河南省,1,2\n吉林省,3,4\n注：初步核算,,\n数据来源：国家统计局\n"
    _, facts = read(write(csv_file, text), ReadOptions(skip_footer=3))
    assert (facts.footer_lines, facts.footer_filled) == ((3, 4, 5), (3,))


def test_preamble_header_and_footer_are_texts_outside_the_table(csv_file: Path) -> None:
    with open_table(write(csv_file, "题名\na,b\n1,2\n注,\n"), ReadOptions(skip_rows=1, skip_footer=1)) as table:
        list(table.chunks())
        texts = [text.text for text in (*table.outside(), *table.footer())]
    assert texts == ["题名", "a b", "注"]


def test_a_file_without_header_gets_letters_or_given_names(csv_file: Path) -> None:
    with open_table(write(csv_file, "1,2\n3,4\n"), ReadOptions(no_header=True, columns=("甲",))) as table:
        rows = sum(chunk.height for chunk in table.chunks())
    assert (table.header, rows) == (("甲", ""), 2)


def test_lines_below_the_header_are_skipped_on_request(csv_file: Path) -> None:
    frame, _ = read(write(csv_file, "a,b\n(人),(万元)\n1,2\n"), ReadOptions(skip_after_header=1))
    assert (frame["c0"].to_list(), frame[LINE].to_list()) == (["1"], [3])


def test_a_header_row_behind_the_end_is_refused(csv_file: Path) -> None:
    with pytest.raises(HeaderError):
        read(write(csv_file, "a,b\n1,2\n"), ReadOptions(header_row=9))


def test_old_macintosh_line_ends_are_read(csv_file: Path) -> None:
    frame, _ = read(write(csv_file, "a,b\r1,2\r3,4\r"))
    assert frame["c1"].to_list() == ["2", "4"]


def test_a_line_separator_of_unicode_stays_inside_its_value(csv_file: Path) -> None:
    frame, _ = read(write(csv_file, "a\u2028z,b\n1\u20282,3\n"))
    assert frame["c0"].to_list() == ["1\u20282"]


def test_the_end_mark_of_dos_is_no_row(csv_file: Path) -> None:
    frame, _ = read(write(csv_file, "a,b\n1,2\n\x1a"))
    assert frame.height == 1


def test_an_empty_file_is_refused(csv_file: Path) -> None:
    csv_file.write_bytes(b"")
    with pytest.raises(EmptyFileError):
        read(csv_file)


def test_a_record_longer_than_the_limit_is_refused(csv_file: Path) -> None:
    with pytest.raises(FileLimitError) as caught:
        read(write(csv_file, "a,b\n" + "x" * 10_000), limits=SMALL)
    assert caught.value.facts["line"] == 2


def test_a_cell_larger_than_the_limit_is_refused_with_its_place(csv_file: Path) -> None:
    with pytest.raises(FileLimitError) as caught:
        read(write(csv_file, "a,b\n1,2\n3," + "x" * 200), limits=Limits(cell_bytes=100))
    assert (caught.value.facts["line"], caught.value.facts["column"]) == (3, "B")


@pytest.mark.parametrize("text", ["a," * 2500 + "a\n1\n", "a,b\n1,2\n" + "," * 2500 + "\n"])
def test_too_many_columns_are_refused(csv_file: Path, text: str) -> None:
    with pytest.raises(FileLimitError):
        read(write(csv_file, text))


@pytest.mark.parametrize(
    "head",
    [
        b"%PDF-1.7\n",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        b"ORC",
        b"<html><table>",
        b"\xff\xfe\x00\x00a",
        b"7z\xbc\xaf\x27",
    ],
    ids=["pdf", "png", "jpeg", "orc", "html", "utf-32", "7z"],
)
def test_other_kinds_of_files_are_refused_by_name(csv_file: Path, head: bytes) -> None:
    csv_file.write_bytes(head + b"\x00" * 100)
    with pytest.raises(UnsupportedFileError):
        read(csv_file)


def test_zeros_kept_by_an_equals_sign_are_told_as_such(csv_file: Path) -> None:
    write(csv_file, '编号,名称\n="00001",甲\n="00002",乙\n')
    with pytest.raises(MalformedTextError, match="第 2 行") as caught:
        read(csv_file)
    assert ("等号" in caught.value.next_zh, "--quote" in caught.value.next_zh) == (True, False)


def test_null_bytes_in_a_text_are_told_and_counted(csv_file: Path) -> None:
    csv_file.write_bytes("编号,名称\r\n1,甲\r\n2,乙\x00\x00\r\n".encode("gb18030"))
    with pytest.raises(UnsupportedFileError, match="2 个空字节"):
        read(csv_file)


def test_a_dbase_table_is_told_as_one(tmp_path: Path) -> None:
    fields = b"DM".ljust(11, b"\0") + b"C" + bytes(4) + bytes([10, 0]) + bytes(14)
    head = bytes([3, 120, 1, 1]) + (1).to_bytes(4, "little") + (65).to_bytes(2, "little") + (11).to_bytes(2, "little")
    (tmp_path / "老系统.dbf").write_bytes(head + bytes(20) + fields + b"\r" + b" " + b"1".ljust(10) + b"\x1a")
    with pytest.raises(UnsupportedFileError, match="DBF") as caught:
        read(tmp_path / "老系统.dbf")
    assert "XLSX" in caught.value.next_zh


def test_binary_content_is_refused(csv_file: Path) -> None:
    csv_file.write_bytes(bytes(range(256)) * 40)
    with pytest.raises(UnsupportedFileError):
        read(csv_file)


def test_every_file_error_says_what_to_do_next_in_both_languages(csv_file: Path) -> None:
    with pytest.raises(FileError) as caught:
        read(write(csv_file, 'a,b\n1,"2\n'))
    error = caught.value
    assert all((error.zh, error.en, error.next_zh, error.next_en))
