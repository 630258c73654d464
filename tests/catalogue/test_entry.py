"""Entries as values: JSON round trip, wrong shapes, item overrides."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.entry import (
    Assessment,
    AssessmentKind,
    Citation,
    CitationRank,
    Entry,
    EntryFormatError,
    Opening,
    Provider,
    PushMode,
    PushPolicy,
    Sharing,
    Zone,
)
from catalogue.item import CodeListRef, DataType, Item
from policies.facts import OpenType, ResourceKind, Sensitivity, ShareType

ENTRY = Entry(
    title="企业登记基本信息",
    provider=Provider("郑州市市场监督管理局", "114101000053107837", unit="登记注册处"),
    sharing=Sharing(ShareType.UNCONDITIONAL, modes=("01", "02")),
    opening=Opening(OpenType.UNCONDITIONAL, "注明来源"),
    class_path=("1", "102"),
    formats=("0310", "07"),
    items=(
        Item("统一社会信用代码", "code", DataType.TEXT, 18, sensitivity=Sensitivity.PUB, check="organisation_code"),
        Item(
            "法定代表人证件号码", "id_number", DataType.TEXT, 30, sensitivity=Sensitivity.PI, excluded_from_opening=True
        ),
        Item(
            "登记状态",
            "status",
            DataType.TEXT,
            1,
            code_list=CodeListRef("entity_status", "1"),
            open_type=OpenType.CONDITIONAL,
        ),
    ),
    keys=("code",),
    update_cycle="2",
    grade="G2",
    legal_basis=(Citation("市场主体登记管理条例", "第八条", CitationRank.ADMINISTRATIVE_REGULATION),),
    assessments=(Assessment(AssessmentKind.SECRECY_RISK, date(2025, 9, 1), "保密办", "不涉密"),),
    zone=Zone.INTERNET,
    kind=ResourceKind.RECORDS,
    release_time=datetime(2025, 9, 1, 1, tzinfo=UTC),
    push=PushPolicy((PushMode.FULL,), hold_rows=100),
)


def _altered(path: list[str | int], value: object) -> dict[str, object]:
    data = ENTRY.to_dict()
    place: object = data
    for step in path[:-1]:
        place = cast("dict[str | int, object]", place)[step]
    cast("dict[str | int, object]", place)[path[-1]] = value
    return data


def test_an_entry_survives_json() -> None:
    assert Entry.from_dict(ENTRY.to_dict()) == ENTRY


def test_members_that_hold_their_default_are_left_out() -> None:
    assert "crs" not in ENTRY.to_dict()


@settings(deadline=None)
@given(st.text(max_size=30).filter(lambda text: "\x00" not in text), st.integers(0, 10**6), st.dates())
def test_any_text_number_and_date_survives_json(title: str, rows: int, issued: date) -> None:
    entry = Entry(title, ENTRY.provider, ENTRY.sharing, ENTRY.opening, issued=issued, push=PushPolicy(hold_rows=rows))
    assert Entry.from_dict(entry.to_dict()) == entry


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (["title"], 7, "$.title"),
        (["title"], "a\x00b", "$.title"),
        (["title"], "a\ud800b", "$.title"),
        (["items", 1, "type"], "Q", "$.items[1].type"),
        (["items", 0, "length"], "18", "$.items[0].length"),
        (["items"], {}, "$.items"),
        (["sharing", "type"], True, "$.sharing.type"),
        (["sharing", "type"], [], "$.sharing.type"),
        (["assessments", 0, "on"], "1 September", "$.assessments[0].on"),
        (["release_time"], "2025-09-01T08:00:00", "$.release_time"),
        (["provider"], "郑州市市场监督管理局", "$.provider"),
        (["push", "modes", 0], "merge", "$.push.modes[0]"),
    ],
)
def test_a_wrong_shape_names_its_place(path: list[str | int], value: object, place: str) -> None:
    with pytest.raises(EntryFormatError) as caught:
        Entry.from_dict(_altered(path, value))
    assert caught.value.path == place


def test_a_missing_member_is_named_with_what_is_expected() -> None:
    data = ENTRY.to_dict()
    del data["opening"]
    with pytest.raises(EntryFormatError, match=r"\$\.opening：应为对象"):
        Entry.from_dict(data)


def test_an_unknown_member_names_the_near_one() -> None:
    with pytest.raises(EntryFormatError) as caught:
        Entry.from_dict(_altered(["titel"], "x"))
    assert caught.value.mend_zh == "是否指 title"


def test_the_wrong_value_is_not_repeated() -> None:
    with pytest.raises(EntryFormatError) as caught:
        Entry.from_dict(_altered(["issued"], "11010519491231002X"))
    assert "11010519491231002X" not in str(caught.value)


def test_data_that_is_no_object_is_refused() -> None:
    with pytest.raises(EntryFormatError, match="对象"):
        Entry.from_dict([])


def test_an_item_without_a_sharing_type_takes_the_entrys() -> None:
    assert ENTRY.share_type(ENTRY.items[0]) is ShareType.UNCONDITIONAL


def test_an_excluded_item_is_closed_in_an_open_entry() -> None:
    assert ENTRY.open_type(ENTRY.items[1]) is OpenType.CLOSED


def test_an_item_is_never_wider_open_than_its_entry() -> None:
    entry = Entry("t", ENTRY.provider, ENTRY.sharing, Opening(OpenType.CLOSED), items=ENTRY.items)
    assert entry.open_type(entry.items[2]) is OpenType.CLOSED


def test_an_entry_without_a_stopped_item_loses_its_key_too() -> None:
    left = ENTRY.without_items(frozenset({"code"}))
    assert ([item.column for item in left.items], left.keys) == (["id_number", "status"], ())


def test_an_item_is_found_by_its_column() -> None:
    assert (ENTRY.item("status"), ENTRY.item("absent")) == (ENTRY.items[2], None)
