"""Options meant for another kind of file, and documents that are no tables: each refusal says what it is."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from connectors.files.errors import FileError, ReadOptionError, RecordsError, UnsupportedFileError
from connectors.files.idle_options import USES, refuse_idle_options
from connectors.files.kinds import Kind
from connectors.files.reader import open_table
from connectors.port import ReadOptions

if TYPE_CHECKING:
    from pathlib import Path

GIVEN: dict[str, Any] = {
    "encoding": "gb18030", "delimiter": ";", "quote": "", "sheet": "1", "header_row": 2, "skip_rows": 1,
    "skip_after_header": 1, "no_header": True, "columns": ("a",), "header_rows": 2, "fill_merged": "down",
    "member": "a.csv", "records_path": "data", "nested": "text", "crs": "EPSG:4490",
}  # fmt: skip
FOR_ALL = {
    "name", "skip_footer", "footer_words", "subtitles_to", "unpivot", "unpivot_heading", "unpivot_value", "point",
}  # fmt: skip
LABELLED = "张 B-PER\n三 I-PER\n到 O\n郑 B-LOC\n州 I-LOC\n\n天 O\n"
DCAT = "<http://www.w3.org/ns/dcat#>"


def refusal(folder: Path, body: bytes, options: ReadOptions | None = None) -> FileError:
    path = folder / "data"
    path.write_bytes(body)
    with pytest.raises(FileError) as caught:
        open_table(path, options)
    return caught.value


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.GZIP and kind is not Kind.ZIP])
@pytest.mark.parametrize("option", GIVEN)
def test_an_option_is_refused_for_the_kinds_it_means_nothing_for_and_no_others(kind: Kind, option: str) -> None:
    options = ReadOptions(**{option: GIVEN[option]})
    if kind in USES[option].kinds:
        refuse_idle_options(kind, options)
    else:
        with pytest.raises(ReadOptionError, match=f"--{option.replace('_', '-')}"):
            refuse_idle_options(kind, options)


def test_every_reading_option_is_either_for_some_kinds_or_for_all() -> None:
    assert USES.keys() | FOR_ALL == {one.name for one in fields(ReadOptions)}


def test_all_options_that_mean_nothing_are_named_at_once(tmp_path: Path) -> None:
    options = ReadOptions(header_row=3, sheet="1", delimiter=";")
    error = refusal(tmp_path, b'[{"a": 1}]', options)
    assert (error.facts["options"], error.facts["format"]) == (["delimiter", "sheet", "header_row"], "json")


def test_the_refusal_says_what_an_option_is_for(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    pl.DataFrame({"a": [1]}).write_parquet(path)
    error = refusal(tmp_path, path.read_bytes(), ReadOptions(header_row=2))
    assert ("Parquet" in error.zh, "--header-row 用于CSV" in error.next_zh) == (True, True)


@pytest.mark.parametrize(
    ("body", "what", "advice"),
    [
        (f"@prefix dcat: {DCAT} .\n", "DCAT，RDF/Turtle", "登记一个目录条目"),
        (f'<?xml version="1.0"?>\n<rdf:RDF xmlns:dcat="{DCAT[1:-1]}">', "DCAT，RDF/XML", "登记一个目录条目"),
        ("@prefix ex: <http://example.org/> .\n", "RDF 文件", "SPARQL"),
        ('<?xml version="1.0"?><m:Structure xmlns:m="http://www.sdmx.org/resources/sdmxml/x">', "结构定义", "代码表"),
        ('<?xml version="1.0"?><m:GenericData xmlns:m="http://www.sdmx.org/resources/sdmxml/x">', "数据", "SDMX-CSV"),
        ('<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2">', "KML", "GeoJSON"),
        ('<?xml version="1.0"?><a/>', "XML", "Excel"),
        ("<html><table>", "网页", "Excel"),
        (LABELLED, "BIO", "每句一行"),
    ],
)
def test_a_document_that_is_no_table_is_named_with_what_to_do(
    tmp_path: Path, body: str, what: str, advice: str
) -> None:
    error = refusal(tmp_path, body.encode())
    assert isinstance(error, UnsupportedFileError)
    assert (what in error.zh, advice in error.next_zh) == (True, True)


def test_a_table_of_blood_groups_is_no_labelled_corpus(tmp_path: Path) -> None:
    path = tmp_path / "data.tsv"
    path.write_text("编号\t血型\n" + "".join(f"{number}\tO\n" for number in range(20)), "utf-8")
    with open_table(path) as table:
        assert table.header == ("编号", "血型")


@pytest.mark.parametrize(
    ("document", "what", "path"),
    [
        ({"@type": "dcat:Catalog", "dataset": [{"keyword": ["a"]}]}, "DCAT", "dataset"),
        ({"dataset": [{"distribution": [{"accessURL": "x"}]}], "themeTaxonomy": [{"id": "a"}]}, "DCAT", "dataset"),
        (
            {"help": "http://a/api/3/action/help_show?name=package_search", "result": {"results": [{"tags": []}]}},
            "CKAN", "result.results",
        ),
        ({"notes": "a", "tags": [{"name": "b"}], "resources": [{"url": "c"}]}, "CKAN", "$"),
    ],
)  # fmt: skip
def test_a_catalogue_in_json_is_named_and_not_taken_for_a_table(
    tmp_path: Path, document: dict[str, Any], what: str, path: str
) -> None:
    error = refusal(tmp_path, json.dumps(document).encode())
    assert isinstance(error, RecordsError)
    assert (what in error.zh, f"--records-path {path} " in error.next_zh) == (True, True)


def test_a_catalogue_is_read_as_data_where_its_provider_says_so(tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    path.write_text(json.dumps({"@type": "dcat:Catalog", "dataset": [{"keyword": ["a"]}]}), "utf-8")
    with open_table(path, ReadOptions(records_path="dataset", nested="text")) as table:
        assert table.header == ("keyword",)


def test_an_object_keyed_by_codes_is_told_as_such(tmp_path: Path) -> None:
    body = json.dumps({str(code): [{"name": "a"}] for code in range(1000, 1030)}).encode()
    error = refusal(tmp_path, body)
    assert ("30 个数组" in error.zh, "1000" in error.zh) == (True, False)


def test_records_below_a_record_are_told_from_a_list_of_values(tmp_path: Path) -> None:
    tree = refusal(tmp_path, b'[{"code": "A", "children": [{"code": "01"}]}]')
    values = refusal(tmp_path, b'[{"code": "A", "tags": ["x"]}]')
    assert ("下级记录" in tree.zh, "下级记录" in values.zh) == (True, False)
