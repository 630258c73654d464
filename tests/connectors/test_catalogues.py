"""Readers of catalogues: every kind gives neutral records, and every fault its place."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from connectors.catalogues.kinds import Kind
from connectors.catalogues.opening import CatalogueFile
from connectors.catalogues.record import CatalogueFormatError, Notes, Record, Unreadable
from connectors.port import Limits

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.catalogues.record import Found

HEAD = "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n"


def read(folder: Path, name: str, content: str | bytes, **mapping: str) -> list[Found]:
    """Return the records of a file."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(CatalogueFile(path, name, Limits()).records(Kind.AUTO, mapping, Notes()))


def one(folder: Path, name: str, content: object, **mapping: str) -> Record:
    """Return the one record of a file."""
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    (found,) = read(folder, name, text, **mapping)
    assert isinstance(found, Record)
    return found


def test_a_portal_record_is_read_by_the_names_portals_use(tmp_path: Path) -> None:
    found = one(tmp_path, "a.json", [{"资源名称": "名录", "数源单位": "市统计局", "网址": "https://a.cn/1", "x": 1}])
    assert (found.title, found.publisher, found.id, found.unread) == ("名录", "市统计局", "https://a.cn/1", ("x",))


def test_a_mapping_of_the_source_comes_before_the_common_names(tmp_path: Path) -> None:
    found = one(
        tmp_path, "a.json", [{"名目": "名录", "标题": "代号", "网址": "https://a.cn/1"}], 名目="title", 标题="ignore"
    )
    assert found.title == "名录"


@pytest.mark.parametrize("written", ["['xls', 'csv']", '["xls", "csv"]', ["xls", "csv"]])
def test_a_list_is_read_however_it_is_written(tmp_path: Path, written: object) -> None:
    found = one(tmp_path, "a.json", [{"标题": "名录", "网址": "https://a.cn/1", "数据格式": written}])
    assert found.formats == ("xls", "csv")


def test_a_link_that_is_no_web_address_is_not_taken(tmp_path: Path) -> None:
    found = one(tmp_path, "a.json", [{"编号": "1", "id": "1", "标题": "名录", "网址": "javascript:alert(1)"}])
    assert (found.url, found.distributions) == ("", ())


def test_a_gzip_file_is_read_as_its_content(tmp_path: Path) -> None:
    content = gzip.compress(b'[{"title": "a", "url": "https://a.cn/1"}]')
    assert len(read(tmp_path, "a.json.gz", content)) == 1


def test_a_data_json_names_the_member_that_is_wrong(tmp_path: Path) -> None:
    (found,) = read(tmp_path, "data.json", json.dumps({"dataset": [{"title": "a", "distribution": [1]}]}))
    assert isinstance(found, Unreadable)
    assert found.place == "$.dataset[0].distribution[0]"


def test_a_ckan_answer_that_is_not_the_whole_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    package: dict[str, Any] = {"id": "1", "name": "a", "resources": [{"url": "https://a.cn/x.csv", "format": "CSV"}]}
    path.write_text(json.dumps({"result": {"count": 3, "results": [package]}}), "utf-8")
    notes = Notes()
    assert len(list(CatalogueFile(path, "a.json", Limits()).records(Kind.AUTO, {}, notes))) == 1
    assert notes.more


def test_a_private_package_is_named_and_not_read(tmp_path: Path) -> None:
    (found,) = read(tmp_path, "a.json", json.dumps([{"id": "1", "name": "a", "private": True, "resources": []}]))
    assert isinstance(found, Unreadable)


def test_a_graph_prefers_the_chinese_text(tmp_path: Path) -> None:
    text = HEAD + '<https://a.cn/1> a dcat:Dataset ; dct:title "list"@en, "名录"@zh-CN .'
    found = one(tmp_path, "a.ttl", text)
    assert (found.title, found.title_en) == ("名录", "list")


def test_a_broken_graph_names_line_and_missing_prefix(tmp_path: Path) -> None:
    with pytest.raises(CatalogueFormatError, match=r"line 2, column .*prefix lost"):
        read(tmp_path, "a.ttl", HEAD + "<https://a.cn/1> lost:title 'x' .")


def test_a_context_elsewhere_is_never_fetched(tmp_path: Path) -> None:
    content = {"@context": "http://127.0.0.1:9/context.jsonld", "@id": "https://a.cn/1", "@type": "Dataset"}
    with pytest.raises(CatalogueFormatError, match="does not fetch"):
        read(tmp_path, "a.jsonld", json.dumps(content))


def test_a_workbook_is_no_catalogue(tmp_path: Path) -> None:
    with pytest.raises(CatalogueFormatError, match="workbook"):
        read(tmp_path, "a.xlsx", b"PK\x03\x04rest")


def test_a_name_twice_with_one_value_is_read_and_with_two_is_refused(tmp_path: Path) -> None:
    same = '[{"title": "a", "title": "a", "url": "https://a.cn/1"}]'
    assert one(tmp_path, "a.json", same).title == "a"
    with pytest.raises(Exception, match="one name twice"):
        read(tmp_path, "b.json", same.replace('"title": "a", "url"', '"title": "b", "url"'))


def test_the_digest_of_a_record_does_not_know_its_place(tmp_path: Path) -> None:
    row = {"标题": "名录", "网址": "https://a.cn/1"}
    first, second = read(tmp_path, "a.json", json.dumps([row, row]))
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert (first.digest("1") == second.digest("1"), first.digest("1") == first.digest("2")) == (True, False)


def test_a_graph_with_blank_nodes_reads_the_same_each_time(tmp_path: Path) -> None:
    parts = " , ".join(f'[ dcat:accessURL <https://a.cn/{number}> ; dct:title "{number}" ]' for number in range(6))
    text = HEAD + f'<https://a.cn/1> a dcat:Dataset ; dct:title "名录" ; dcat:distribution {parts} .'
    digests = {one(tmp_path, "a.ttl", text).digest("1") for _ in range(4)}
    assert len(digests) == 1
