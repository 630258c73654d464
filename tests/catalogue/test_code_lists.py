"""Code lists: complete, versioned, and agreeing with the constants that repeat them."""

from __future__ import annotations

from importlib.resources import files

import pytest

from catalogue.code_lists import CodeListNotFoundError, code_list_names, load_code_list
from catalogue.divisions import DEMO_DIVISION, PROVINCES, ever_valid_divisions, was_ever_valid
from catalogue.identifiers import USCC_PREFIXES
from catalogue.item import DataType
from policies.facts import OpenType, Sensitivity, ShareType


def test_every_shipped_file_is_a_named_list() -> None:
    shipped = {
        path.name.removesuffix(".csv") for path in files("catalogue.codes").iterdir() if path.name.endswith(".csv")
    }
    beside = {"divisions_ever_valid", "element_synonyms", "element_definitions"}
    assert shipped - beside == set(code_list_names())


@pytest.mark.parametrize("name", code_list_names())
def test_every_list_has_rows_a_version_and_names_in_both_languages(name: str) -> None:
    code_list = load_code_list(name)
    assert code_list.version
    assert code_list.rows
    assert [row.code for row in code_list.history if not (row.code and row.name_zh and row.name_en)] == []


def test_an_unknown_list_names_the_near_ones() -> None:
    with pytest.raises(CodeListNotFoundError) as caught:
        load_code_list("genders")
    assert caught.value.near == ("gender",)


def test_a_code_that_named_two_places_keeps_both() -> None:
    divisions = load_code_list("divisions_zhengzhou_jilin")
    assert [row.name_zh for row in divisions.history if row.code == "410108"] == ["邙山区", "惠济区"]
    assert divisions.rows["410108"].name_zh == "惠济区"


def test_the_credit_code_prefixes_equal_their_list() -> None:
    pairs = {code for code, row in load_code_list("org_uscc_prefix").rows.items() if row.extra["parent"]}
    assert pairs == USCC_PREFIXES


def test_the_provinces_equal_their_list() -> None:
    assert {code[:2] for code in load_code_list("divisions_province").rows} == PROVINCES


def test_data_types_sharing_types_open_types_and_sensitivities_equal_their_lists() -> None:
    assert set(load_code_list("catalogue_data_type").rows) == {member.value for member in DataType}
    assert set(load_code_list("catalogue_sharing_type").rows) == {str(member.value) for member in ShareType}
    assert set(load_code_list("catalogue_open_type").rows) == {str(member.value) for member in OpenType}
    assert set(load_code_list("sensitivity_class").rows) >= {"PUB", "INT", "PI", "SPI", "MIN", "TS", "WS", "SS"} & {
        member.value for member in Sensitivity
    }


@pytest.mark.parametrize("code", ["410171", "410122", "220271", "412126", "419009", "110100"])
def test_a_code_of_any_year_was_ever_valid(code: str) -> None:
    assert was_ever_valid(code)


def test_the_sample_division_was_never_valid() -> None:
    assert DEMO_DIVISION not in ever_valid_divisions()
