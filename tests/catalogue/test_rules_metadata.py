"""An entry is complete and well formed: V01, V10, V11, V13, V14, V18."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalogue.entry_rules.finding import (
    Severity,
)
from catalogue.item import CodeListRef
from catalogue.validation import validate
from tests.catalogue.entries import (
    CIVIL_AFFAIRS,
    CONTEXT,
    ENTRY,
    PROVIDER,
    broken,
    with_item,
)

# V01


@pytest.mark.parametrize(
    ("field", "empty"),
    [
        ("title", " "),
        ("abstract", ""),
        ("class_path", ()),
        ("formats", ()),
        ("items", ()),
        ("update_cycle", ""),
        ("grade", ""),
    ],
)
def test_v01_a_missing_mandatory_element_is_named(field: str, empty: object) -> None:
    assert f"$.{field}" in broken(replace(ENTRY, **{field: empty, "keys": ()}), "V01")  # type: ignore[arg-type]


def test_v01_a_document_needs_no_items() -> None:
    assert broken(replace(ENTRY, formats=("0108",), items=(), keys=()), "V01") == []


def test_v01_a_title_is_unique_within_the_provider() -> None:
    assert broken(ENTRY, "V01", replace(CONTEXT, titles=frozenset({"救助对象信息"}))) == ["$.title"]


def test_v01_a_title_is_at_most_200_characters() -> None:
    assert broken(replace(ENTRY, title="救" * 201), "V01") == ["$.title"]


def test_v01_an_unknown_cycle_lists_the_codes() -> None:
    findings = validate(replace(ENTRY, update_cycle="77"), CONTEXT)
    assert [found.path for found in findings if "可用代码" in found.mend_zh] == ["$.update_cycle"]


# V10


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"length": None}, "$.items[1].length"),
        ({"name": ""}, "$.items[1].name"),
        ({"column": "Station"}, "$.items[1].column"),
        ({"column": "name"}, "$.items[1].column"),
        ({"check": "citizenid"}, "$.items[1].check"),
        ({"code_list": CodeListRef("gender", "")}, "$.items[1].code_list"),
        ({"code_list": CodeListRef("gender", "1980")}, "$.items[1].code_list.version"),
    ],
)
def test_v10_an_item_described_badly_is_named(changes: dict[str, object], path: str) -> None:
    assert path in broken(with_item(**changes), "V10")


def test_v10_a_key_is_a_column_of_the_entry() -> None:
    assert broken(replace(ENTRY, keys=("name", "absent")), "V10") == ["$.keys[1]"]


def test_v10_a_shipped_code_list_in_its_version_is_right() -> None:
    assert broken(with_item(code_list=CodeListRef("gender", "GB/T 2261.1-2003")), "V10") == []


def test_v10_a_local_code_list_with_a_version_is_right() -> None:
    assert broken(with_item(code_list=CodeListRef("救助站编号", "2025")), "V10") == []


def test_a_list_the_hub_does_not_hold_is_warned_of() -> None:
    found = validate(with_item(code_list=CodeListRef("genders", "1")), CONTEXT)
    told = [(one.severity, one.path, "gender" in one.mend_zh) for one in found if one.rule == "V10"]
    assert told == [(Severity.WARNING, "$.items[1].code_list", True)]


def test_an_item_may_publish_telephone_numbers() -> None:
    assert broken(with_item(check="public_phone"), "V10") == []


# V11


def test_v11_a_provider_code_that_fails_its_check_names_the_right_character() -> None:
    wrong = PROVIDER.code[:-1] + ("0" if PROVIDER.code[-1] != "0" else "1")
    entry = replace(ENTRY, provider=replace(PROVIDER, code=wrong))
    findings = [found for found in validate(entry, CONTEXT) if found.rule == "V11"]
    assert [found.mend_zh for found in findings] == [f"若其余各位无误，末位应为 {PROVIDER.code[-1]}"]


def test_v11_another_department_may_not_submit() -> None:
    assert broken(ENTRY, "V11", replace(CONTEXT, submitting_department=CIVIL_AFFAIRS)) == ["$.provider.code"]


def test_v11_the_own_code_is_right() -> None:
    assert broken(ENTRY, "V11") == []


# V13


def test_v13_real_time_needs_a_service_interface() -> None:
    entry = replace(ENTRY, update_cycle="1", sharing=replace(ENTRY.sharing, modes=("03",)))
    assert broken(entry, "V13") == ["$.sharing.modes"]


def test_v13_real_time_with_a_service_interface_is_right() -> None:
    assert broken(replace(ENTRY, update_cycle="1"), "V13") == []


# V14


@pytest.mark.parametrize("crs", [None, "GCJ-02", "BD-09", "9999"])
def test_v14_geometry_without_a_true_reference_system_is_returned(crs: str | None) -> None:
    assert broken(replace(with_item(name="经度"), crs=crs), "V14") == ["$.crs"]


def test_v14_geometry_in_cgcs2000_is_right() -> None:
    assert broken(replace(with_item(element="G011", source_department="自然资源"), crs="4490"), "V14") == []


def test_v14_a_historic_system_is_a_warning() -> None:
    findings = validate(replace(with_item(column="lon"), crs="4610"), CONTEXT)
    assert [(found.rule, found.severity) for found in findings] == [("V14", Severity.WARNING)]


# V18


@pytest.mark.parametrize(
    "abstract",
    ["联系人 13812345678", "样例 11010519491231002X", "机密★10年", "秘密 ☆", "绝密资料目录"],
)
def test_v18_personal_data_and_markings_are_kept_out_of_the_abstract(abstract: str) -> None:
    assert broken(replace(ENTRY, abstract=abstract), "V18") == ["$.abstract"]


@pytest.mark.parametrize("abstract", ["含商业秘密的项不开放", "商业机密除外", "内部资料，注意保存", "共 20250101 条"])
def test_v18_ordinary_words_pass(abstract: str) -> None:
    assert broken(replace(ENTRY, abstract=abstract), "V18") == []
