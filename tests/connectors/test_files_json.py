"""JSON and JSON lines: where the records are, what becomes of nested values, and that no digit is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from connectors.files.errors import (
    FileLimitError,
    InvalidEncodingError,
    MalformedTextError,
    ReadOptionError,
    RecordsError,
)
from connectors.files.reader import open_table
from connectors.port import LINE, Limits, ReadOptions

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.port import TableFacts


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "upload"


def read(
    path: Path, text: str, options: ReadOptions | None = None, *, encoding: str = "utf-8", limits: Limits | None = None
) -> tuple[pl.DataFrame, tuple[str, ...], TableFacts]:
    path.write_bytes(text.encode(encoding))
    with open_table(path, options, limits) as table:
        chunks = list(table.chunks())
        return (pl.concat(chunks) if chunks else pl.DataFrame()), table.header, table.facts()


def rows(frame: pl.DataFrame) -> list[tuple[str, ...]]:
    return frame.select(pl.col("^c[0-9]+$")).rows()


def test_an_array_of_objects_is_a_table(path: Path) -> None:
    frame, header, facts = read(path, '[{"编号": 1, "名称": "郑州"}, {"编号": 2, "名称": null}]')
    assert (header, rows(frame), facts.format) == (("编号", "名称"), [("1", "郑州"), ("2", "")], "json")


def test_digits_of_numbers_stay_as_they_are_written(path: Path) -> None:
    numbers = ["410102199003071234", "1.50", "-0.1000000000000000055511151231257827", "1e3", "123456789012345678901234"]
    frame, _, _ = read(path, "[" + ",".join(f'{{"n": {number}}}' for number in numbers) + "]")
    assert frame["c0"].to_list() == numbers


def test_booleans_are_words_and_null_is_blank(path: Path) -> None:
    frame, _, _ = read(path, '[{"a": true, "b": false, "c": null, "d": ""}]')
    assert rows(frame) == [("true", "false", "", "")]


def test_the_one_array_inside_an_object_is_found(path: Path) -> None:
    _, header, facts = read(path, '{"code": 0, "data": {"total": 1, "list": [{"a": 1}]}, "tags": ["x"]}')
    assert (header, facts.records_path) == (("a",), "data.list")


def test_values_beside_the_records_are_counted_and_reach_the_gate(path: Path) -> None:
    path.write_text('{"note": "机密", "total": 1, "data": [{"a": 1}]}')
    with open_table(path) as table:
        list(table.chunks())
        note = table.facts().notes[0]
        texts = "".join(text.text for text in table.outside())
    assert (note.count, note.places, "机密" in texts) == (2, ("note", "total"), True)


def test_several_arrays_are_refused_with_their_paths(path: Path) -> None:
    with pytest.raises(RecordsError) as caught:
        read(path, '{"a": [{"x": 1}], "b": {"c": [{"y": 1}, {"y": 2}]}}')
    assert caught.value.facts["paths"] == {"a": 1, "b.c": 2}


def test_an_array_is_chosen_by_its_path(path: Path) -> None:
    frame, header, _ = read(
        path, '{"a": [{"x": 1}], "b": {"c": [{"y": 1}, {"y": 2}]}}', ReadOptions(records_path="b.c")
    )
    assert (header, frame.height) == (("y",), 2)


def test_a_path_that_is_not_there_is_refused_with_those_that_are(path: Path) -> None:
    with pytest.raises(RecordsError) as caught:
        read(path, '{"a": [{"x": 1}]}', ReadOptions(records_path="z"))
    assert caught.value.facts["paths"] == {"a": 1}


def test_one_object_is_a_record_on_request(path: Path) -> None:
    frame, _, _ = read(path, '{"a": 1, "b": 2}', ReadOptions(records_path="$"))
    assert rows(frame) == [("1", "2")]


@pytest.mark.parametrize("text", ['{"410100": "郑州", "220200": "吉林"}', "[]", '{"data": []}', '["a"]', "[[1]]"])
def test_json_without_records_is_refused(path: Path, text: str) -> None:
    with pytest.raises(RecordsError):
        read(path, text)


def test_objects_in_a_record_become_columns_with_dotted_names(path: Path) -> None:
    frame, header, _ = read(path, '[{"a": {"b": 1, "c": {"d": "x"}}}]')
    assert (header, rows(frame)) == (("a.b", "a.c.d"), [("1", "x")])


def test_a_list_in_a_record_is_refused_by_name_and_number(path: Path) -> None:
    with pytest.raises(RecordsError) as caught:
        read(path, '[{"a": 1}, {"a": {"tags": ["x"]}}]')
    assert (caught.value.facts["name"], caught.value.facts["record"]) == ("a.tags", 2)


def test_a_list_is_kept_as_its_text_on_request(path: Path) -> None:
    frame, _, _ = read(path, '[{"a": ["路", 1.50, {"b": null}]}]', ReadOptions(nested="text"))
    assert frame["c0"].to_list() == ['["路",1.50,{"b":null}]']


def test_another_word_for_nested_is_refused(path: Path) -> None:
    with pytest.raises(ReadOptionError):
        read(path, '[{"a": 1}]', ReadOptions(nested="drop"))


def test_a_name_that_first_appears_in_the_last_record_is_a_column(path: Path) -> None:
    text = "[" + ",".join('{"a": 1}' for _ in range(50)) + ',{"a": 2, "late": "x"}]'
    frame, header, _ = read(path, text, limits=Limits(record_chunk_rows=10))
    assert (header, frame["c1"].to_list()[-2:]) == (("a", "late"), ["", "x"])


def test_the_line_is_the_number_of_the_record(path: Path) -> None:
    frame, _, _ = read(path, '[{"a": 1},\n\n\n{"a": 2}]')
    assert frame[LINE].to_list() == [1, 2]


def test_one_name_twice_in_a_record_is_refused(path: Path) -> None:
    with pytest.raises(MalformedTextError, match="两次"):
        read(path, '[{"a": 1, "a": 2}]')


def test_a_dotted_name_beside_the_same_nested_one_is_refused(path: Path) -> None:
    with pytest.raises(RecordsError, match="嵌套"):
        read(path, '[{"a.b": 1, "a": {"b": 2}}]')


def test_half_a_character_is_refused_with_its_record(path: Path) -> None:
    with pytest.raises(RecordsError) as caught:
        read(path, '[{"a": "x"}, {"a": "\\ud800"}]')
    assert caught.value.facts["record"] == 2


def test_json_lines_are_read_and_the_line_is_kept(path: Path) -> None:
    frame, _, facts = read(path, '{"a": 1}\n\n{"a": 2}\r\n')
    assert (frame[LINE].to_list(), facts.format) == ([1, 3], "ndjson")


def test_one_line_is_json_lines_where_the_name_says_so(path: Path) -> None:
    frame, _, _ = read(path, '{"a": 1, "b": 2}', ReadOptions(name="changes.jsonl"))
    assert frame.height == 1


def test_a_broken_line_is_named(path: Path) -> None:
    with pytest.raises(MalformedTextError) as caught:
        read(path, '{"a": 1}\n{"a": 2}\n{"a": }\n')
    assert caught.value.facts["line"] == 3


def test_a_line_separator_inside_a_value_ends_no_line(path: Path) -> None:
    frame, _, _ = read(path, '{"a": "x\u2028y"}\n{"a": "z"}\n')
    assert frame["c0"].to_list() == ["x\u2028y", "z"]


def test_a_fault_in_an_array_is_named_by_its_line(path: Path) -> None:
    with pytest.raises(MalformedTextError) as caught:
        read(path, '[\n{"a": 1},\n{"a": nul},\n' + '{"a": 3},\n' * 50 + '{"a": 1}]')
    assert caught.value.facts["line"] == 3


@pytest.mark.parametrize("text", ['[{"a": 1}', '[{"a": 1}] x', '{"a": [{"b": 1}]', '[{"a": 1},]', '[{"a": "x'])
def test_cut_or_joined_json_is_refused(path: Path, text: str) -> None:
    with pytest.raises(MalformedTextError):
        read(path, text)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_json_is_read_from_every_encoding(path: Path, encoding: str) -> None:
    text = '[{"名称": "郑州市公安局"}, {"名称": "长春市教育局"}]'
    frame, header, _ = read(path, text, encoding=encoding)
    assert (header, frame["c0"][0]) == (("名称",), "郑州市公安局")


def test_an_invalid_byte_is_named(path: Path) -> None:
    path.write_bytes('[{"名称": "郑州"},\n{"名称": "'.encode() + b"\xff" + b'"}]' + "郑州".encode() * 9)
    with pytest.raises(InvalidEncodingError) as caught, open_table(path):
        pass
    assert caught.value.facts["line"] == 2


@pytest.mark.parametrize("size", [1, 7, 64])
def test_a_value_cut_at_any_byte_is_put_together_again(path: Path, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.files.json_table._PIECE_BYTES", size)
    frame, _, _ = read(
        path, '{"n": 12, "d": [{"a": 123456, "b": "郑\\u5dde\\n"}, {"a": true, "b": null}, {"a": 1.5e-7}]}'
    )
    assert rows(frame) == [("123456", "郑州\n"), ("true", ""), ("1.5e-7", "")]


def test_too_many_names_are_refused(path: Path) -> None:
    with pytest.raises(FileLimitError):
        read(path, "[" + ",".join(f'{{"n{number}": 1}}' for number in range(2001)) + "]")


def test_records_path_asked_of_a_csv_is_refused(path: Path) -> None:
    with pytest.raises(ReadOptionError):
        read(path, "a,b\n1,2\n", ReadOptions(records_path="data"))
