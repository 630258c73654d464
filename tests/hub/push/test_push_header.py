"""The header of a file against the items of an entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from catalogue.item import DataType, Item
from hub.push.errors import HeaderMismatchError
from hub.push.header import ColumnMap, HeaderMapping, map_header

if TYPE_CHECKING:
    from collections.abc import Sequence

ITEMS = (
    Item("企业名称", "name", DataType.TEXT),
    Item("统一社会信用代码", "code", DataType.TEXT, aliases=("信用代码",)),
    Item("注册资本（万元）", "capital", DataType.NUMBER),
)
NAMES = ["企业名称", "统一社会信用代码", "注册资本（万元）"]


def mapped(
    header: Sequence[str], mapping: HeaderMapping | None = None, preview: Sequence[Sequence[str]] = ()
) -> ColumnMap:
    return map_header(header, [chr(65 + index) for index in range(len(header))], ITEMS, mapping, preview)


@pytest.mark.parametrize(
    "header",
    [
        NAMES,
        ["name", "CODE", "Capital"],
        [" 企业 名称*", "信用代码", "注册资本(万元)"],
        ["\ufeff企业名称", "统一社会信用代码 ", "注册资本（万元）"],
    ],
    ids=["names", "columns", "loose", "marks"],
)
def test_a_header_is_understood_by_name_column_or_alias(header: list[str]) -> None:
    assert dict(mapped(header).positions) == {"name": 0, "code": 1, "capital": 2}


def test_the_order_of_columns_does_not_matter() -> None:
    assert dict(mapped(NAMES[::-1]).positions) == {"name": 2, "code": 1, "capital": 0}


def test_every_unknown_and_missing_name_is_told_at_once_with_the_nearest() -> None:
    with pytest.raises(HeaderMismatchError) as caught:
        mapped(["企业名", "信用代码", "备注", "法人"])
    facts = caught.value.facts
    assert facts["unknown"] == [
        {"letter": "A", "name": "企业名", "near": ["企业名称"]},
        {"letter": "C", "name": "备注", "near": []},
        {"letter": "D", "name": "法人", "near": []},
    ]


def test_missing_items_are_listed_with_their_columns() -> None:
    with pytest.raises(HeaderMismatchError) as caught:
        mapped(["企业名称"])
    missing = caught.value.facts["missing"]
    assert isinstance(missing, list)
    assert [fact["column"] for fact in missing] == ["code", "capital"]


def test_a_name_that_stands_twice_is_refused() -> None:
    with pytest.raises(HeaderMismatchError) as caught:
        mapped([*NAMES, "企业名称"])
    assert caught.value.facts["repeated"] == [{"letter": "D", "name": "企业名称"}]


def test_the_row_that_looks_like_the_header_is_proposed() -> None:
    with pytest.raises(HeaderMismatchError) as caught:
        mapped(["数据库：年度数据", "", ""], preview=[["数据库：年度数据"], ["指标"], NAMES])
    assert (caught.value.facts["header_row"], "--header-row 3" in caught.value.next_zh) == (3, True)


def test_a_row_in_which_nothing_is_known_may_be_data_and_is_not_repeated() -> None:
    with pytest.raises(HeaderMismatchError) as caught:
        mapped(["张三", "410102199003071021", "12"])
    said = f"{caught.value.zh} {caught.value.en} {caught.value.next_zh} {caught.value.facts}"
    assert ("张三" in said, "4101" in said) == (False, False)


def test_a_file_without_header_is_told_the_options_it_needs() -> None:
    with pytest.raises(HeaderMismatchError, match="没有一个列名") as caught:
        mapped(["张三", "410102199003071021", "12"])
    assert "--no-header --columns" in caught.value.next_zh


def test_a_column_is_renamed_by_its_name_or_its_letter() -> None:
    found = mapped(["企业名", "", "资本"], HeaderMapping({"企业名": "name", "B": "code", "资本": "capital"}))
    assert dict(found.positions) == {"name": 0, "code": 1, "capital": 2}


def test_columns_are_ignored_and_items_absent_only_when_said_so() -> None:
    mapping = HeaderMapping(ignore=frozenset({"备注"}), absent=frozenset({"capital"}))
    found = mapped(["企业名称", "统一社会信用代码", "备注"], mapping)
    assert (found.ignored, dict(found.positions)) == ((2,), {"name": 0, "code": 1})


def test_a_mapping_may_call_an_item_by_any_of_its_names() -> None:
    mapping = HeaderMapping({"甲": "企业名称", "乙": "信用代码"}, absent=frozenset({"注册资本(万元)"}))
    assert dict(mapped(["甲", "乙"], mapping).positions) == {"name": 0, "code": 1}


def test_a_mapping_to_an_item_that_does_not_exist_is_refused_with_the_items_there_are() -> None:
    with pytest.raises(HeaderMismatchError) as caught:
        mapped(["甲"], HeaderMapping({"甲": "企业名"}, absent=frozenset({"法人"})))
    assert (caught.value.facts["unknown_items"], caught.value.facts["items"]) == (["企业名", "法人"], NAMES)


def test_a_name_of_the_header_is_not_taken_for_a_letter() -> None:
    header = ["企业名称", "信用代码", "资本", "A", "B"]
    found = mapped(header, HeaderMapping({"资本": "capital"}, ignore=frozenset({"A", "B"})))
    assert (found.ignored, dict(found.positions)) == ((3, 4), {"name": 0, "code": 1, "capital": 2})


def test_columns_without_a_name_are_remembered() -> None:
    assert mapped([*NAMES, "", " "]).unnamed == (3, 4)
