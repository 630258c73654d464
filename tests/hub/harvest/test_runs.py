"""A run brings records in front of a reviewer, masked and counted; nothing is served before it is published."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.hub.harvest.conftest import BOOKS, MOBILE, record

if TYPE_CHECKING:
    from tests.hub.harvest.conftest import Library


@pytest.fixture(scope="module")
def harvested(library: Library) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Harvest one record twice; give its source and both runs."""
    code = library.add()
    return code, library.run(code, [BOOKS]), library.run(code, [BOOKS])


def test_a_record_is_served_only_after_its_run_is_reviewed_and_published(library: Library) -> None:
    run = library.run(library.add(), [{**BOOKS, "标题": "藏书楼名录"}])
    assert (run["state"], library.found("藏书楼名录")) == ("review", [])
    assert library.publish(run) == {"listed": 1, "changed": 0, "withdrawn": 0, "remaining": 0}
    assert library.found("藏书楼名录") == ["藏书楼名录"]


def test_a_second_run_of_the_same_dump_changes_nothing(harvested: tuple[str, dict[str, Any], dict[str, Any]]) -> None:
    counts = harvested[2]["counts"]
    assert (counts["records"], counts["unchanged"], "added" in counts, "changed" in counts) == (1, 1, False, False)


def test_a_record_is_cleaned_and_normalised(library: Library, harvested: tuple[str, Any, Any]) -> None:
    body = library.records(harvested[0])[0]["body"]
    shown = {name: body[name] for name in ("title", "update_cycle", "issued", "formats", "class_path")}
    assert shown | {"provider": body["provider"]["name"]} == {
        "title": "图书馆&书店名录",
        "update_cycle": "6",
        "issued": "2023-06-01",
        "formats": ["0202"],
        "class_path": ["2", "201"],
        "provider": "示例市文化局",
    }


def test_what_has_no_code_is_kept_as_text_and_counted(library: Library, harvested: tuple[str, Any, Any]) -> None:
    notes = library.records(harvested[0])[0]["notes"]
    assert (notes["kept"], notes["counts"]["formats_unknown"]) == ({"formats": ["file"]}, 1)


def test_a_mobile_number_is_masked_before_anything_is_stored(library: Library, harvested: tuple[str, Any, Any]) -> None:
    code, run, _ = harvested
    stored = json.dumps([library.records(code), run], ensure_ascii=False)
    assert (MOBILE in stored, run["counts"]["noted"]["masked_phone"]) == (False, 1)


def test_a_changed_record_waits_for_review_while_the_former_version_is_served(library: Library) -> None:
    code = library.add()
    library.publish(library.run(code, [record(1, 标题="碑林名录")]))
    run = library.run(code, [record(1, 标题="碑林新名录")])
    assert (run["counts"]["changed"], library.found("碑林")) == (1, ["碑林名录"])
    assert library.publish(run)["changed"] == 1
    assert library.found("碑林") == ["碑林新名录"]


def test_a_record_that_is_gone_is_withdrawn_only_after_review(library: Library) -> None:
    code = library.add()
    library.publish(library.run(code, [record(1, 标题="古井名录"), record(2)]))
    run = library.run(code, [record(2)])
    assert (run["counts"]["gone"], library.found("古井名录")) == (1, ["古井名录"])
    assert library.publish(run)["withdrawn"] == 1
    assert library.found("古井名录") == []


def test_a_record_that_comes_back_is_listed_again_under_its_name(library: Library) -> None:
    code = library.add()
    library.publish(library.run(code, [record(1, 标题="钟楼名录"), record(2)]))
    library.publish(library.run(code, [record(2)]))
    run = library.run(code, [record(1, 标题="钟楼名录"), record(2)])
    assert (run["counts"]["returned"], library.publish(run)["changed"]) == (1, 1)
    assert library.found("钟楼名录") == ["钟楼名录"]


def test_a_policy_withdraws_what_is_gone_unless_too_much_is(library: Library) -> None:
    code = library.add(gone="withdraw")
    library.publish(library.run(code, [record(number) for number in range(10)]))
    few = library.run(code, [record(number) for number in range(8)])
    approved = {one["record"] for one in library.records(code, review="approved")}
    many = library.run(code, [record(0)])
    assert (few["counts"]["gone"], len(approved), many["counts"]["gone"]) == (2, 2, 7)
    assert len(library.records(code, review="waiting")) == 7


def test_every_refusal_names_rule_and_place(library: Library) -> None:
    code = library.add()
    secret = "机密★10年"
    dump = [record(1), record(1), record(2, 标题=" "), record(3, 描述=f"{secret} 内容"), "text", {"标题": "无址"}]
    run = library.run(code, json.dumps(dump, ensure_ascii=False).encode())
    page = library.clerk.get(f"/api/v1/harvest/runs/{run['id']}/changes", params={"kind": "refused"}).json()
    found = [(one["rule"], one["reason"]["place"]) for one in page["changes"]]
    assert found == [("H02", "$[1]"), ("H01", "$[2]"), ("H04", "$[3]"), ("H03", "$[4]"), ("H03", "$[5]")]
    stored = json.dumps([page, library.records(code)], ensure_ascii=False)
    assert secret not in stored


def test_a_file_that_is_no_catalogue_fails_with_the_place_of_the_fault(library: Library) -> None:
    run = library.run(library.add(kind="auto"), b'{"a": 1}')
    assert (run["state"], run["error"]["type"], run["error"]["facts"]["place"]) == (
        "failed",
        "CatalogueFormatError",
        "$",
    )


def test_a_word_of_sharing_in_the_openness_opens_nothing(library: Library) -> None:
    code = library.add()
    library.run(code, [record(1, 开放类型="无条件共享")])
    assert library.records(code)[0]["body"]["opening"]["type"] == 2


def test_a_record_closed_at_its_source_is_not_shown_to_the_public(library: Library) -> None:
    code = library.add()
    library.publish(library.run(code, [record(1, 标题="密室名录", 开放类型="不予开放")]))
    assert library.found("密室名录") == []


def test_the_report_is_there_as_csv(library: Library, harvested: tuple[str, dict[str, Any], Any]) -> None:
    answer = library.clerk.get(f"/api/v1/harvest/runs/{harvested[1]['id']}/report", params={"format": "csv"})
    assert answer.text.splitlines()[1].startswith("https://data.example.cn/detail?id=1,新增,图书馆&书店名录")
