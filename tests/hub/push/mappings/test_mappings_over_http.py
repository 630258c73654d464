"""A clerk proposes, previews, fixes and retires mappings; later pushes are read by them, or refused by name."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from hub.client import Hub, HubProblemError
from hub.identity.roles import Role
from tests.hub.push.mappings.conftest import AMOUNT, CODE, NAME, PLACE, YEAR

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.hub.push.mappings.conftest import Desk

SCHOOLS = "学校名录\n单位：人\n代号,学校名称（全称）,在校人数\na,郑州大学,100\nb,河南大学,200\n注：统计时点为年末\n"


def problem(caught: pytest.ExceptionInfo[HubProblemError]) -> str:
    return str(caught.value.problem["type"]).removeprefix("/problems/")


def fixed(desk: Desk, entry: str, text: str = SCHOOLS) -> dict[str, object]:
    """Propose for a file, decide on its questions, and save."""
    found = desk.propose(entry, desk.file(text))["mapping"]
    found["columns"]["代号"] = "code"
    return desk.save(entry, found)


def test_a_proposal_finds_header_preamble_and_notes(desk: Desk, publish: Callable[..., str]) -> None:
    found = desk.propose(publish(CODE, NAME, AMOUNT), desk.file(SCHOOLS))
    place = found["found"]
    assert (place["header_line"], place["preamble_rows"], place["note_lines"]) == (3, 2, [6])


def test_a_proposal_gives_each_column_a_score_a_reason_and_a_decision(desk: Desk, publish: Callable[..., str]) -> None:
    found = desk.propose(publish(CODE, NAME, AMOUNT), desk.file(SCHOOLS))
    told = [(one["name"], one["column"], one["decision"], one["reason"]) for one in found["columns"]]
    assert told == [
        ("代号", None, "unmapped", ""),
        ("学校名称（全称）", "name", "mapped", "去掉单位或说明后名称相同"),
        ("在校人数", "students", "mapped", "名称相同"),
    ]


def test_what_is_not_certain_is_asked_and_not_mapped(desk: Desk, publish: Callable[..., str]) -> None:
    found = desk.propose(publish(CODE, NAME, AMOUNT), desk.file(SCHOOLS))
    asked = "".join(found["questions"])
    assert (found["complete"], "代号" in asked, "编号" in asked) == (False, True, True)


def test_an_unfinished_proposal_cannot_be_put_in_force(desk: Desk, publish: Callable[..., str]) -> None:
    entry = publish(CODE, NAME, AMOUNT)
    found = desk.propose(entry, desk.file(SCHOOLS))
    with pytest.raises(HubProblemError) as caught:
        desk.save(entry, found["mapping"])
    assert problem(caught) == "header-mismatch"


def test_a_preview_shows_rows_as_they_would_be_stored(desk: Desk, publish: Callable[..., str]) -> None:
    entry = publish(CODE, NAME, AMOUNT)
    fixed(desk, entry)
    seen = desk.look(entry, "previews", desk.file(SCHOOLS))
    assert seen["rows"][0] == {"line": 4, "code": "a", "name": "郑州大学", "students": "100"}


def test_a_preview_counts_the_faults_by_rule_and_stores_nothing(desk: Desk, publish: Callable[..., str]) -> None:
    entry = publish(CODE, NAME, AMOUNT)
    fixed(desk, entry)
    seen = desk.look(entry, "previews", desk.file(SCHOOLS.replace("100", "很多")))
    assert (seen["rejected"], len(seen["faults"]), seen["faults"][0]["lines"]) == (1, 1, [4])


def test_a_push_with_the_same_header_is_read_by_the_mapping_and_says_so(
    desk: Desk, publish: Callable[..., str]
) -> None:
    entry = publish(CODE, NAME, AMOUNT)
    fixed(desk, entry)
    report = desk.push(entry, desk.file(SCHOOLS.replace("郑州大学", "郑州轻工业大学")))
    told = any("对应关系第 1 版" in line for line in report["summary"])
    assert (report["accepted"], report["rejected"], report["mapping"], told) == (2, 0, {"version": 1}, True)


def test_the_order_of_the_columns_does_not_matter(desk: Desk, publish: Callable[..., str]) -> None:
    entry = publish(CODE, NAME, AMOUNT)
    fixed(desk, entry)
    other = "t\nu\n在校人数,代号,学校名称（全称）\n100,a,郑州大学\n"
    assert desk.push(entry, desk.file(other))["mapping"] == {"version": 1}


def test_a_changed_header_is_refused_with_the_difference(desk: Desk, publish: Callable[..., str]) -> None:
    entry = publish(CODE, NAME, AMOUNT)
    fixed(desk, entry)
    changed = SCHOOLS.replace("在校人数", "在校学生人数").replace("代号", "代号,备注")
    with pytest.raises(HubProblemError) as caught:
        desk.push(entry, desk.file(changed))
    facts = caught.value.problem
    assert (problem(caught), facts["new"], facts["lost"], facts["renamed"]) == (
        "mapping-changed", ["备注"], [], [{"before": "在校人数", "after": "在校学生人数"}],
    )  # fmt: skip


def test_a_refused_push_stores_nothing(desk: Desk, publish: Callable[..., str]) -> None:
    entry = publish(CODE, NAME, AMOUNT)
    fixed(desk, entry)
    first = desk.push(entry, desk.file(SCHOOLS))
    with pytest.raises(HubProblemError):
        desk.push(entry, desk.file(SCHOOLS.replace("代号", "序号")))
    again = desk.push(entry, desk.file(SCHOOLS))
    assert (again["push"], again["is_repeat"]) == (first["push"], True)


def test_a_file_with_the_names_of_the_entry_needs_no_mapping(desk: Desk, publish: Callable[..., str]) -> None:
    entry = publish(CODE, NAME, AMOUNT)
    fixed(desk, entry)
    report = desk.push(entry, desk.file("编号,学校名称,在校人数\na,郑州大学,1\n"))
    assert (report["accepted"], report["mapping"]) == (1, None)


def test_options_of_the_callers_own_come_before_a_mapping(desk: Desk, publish: Callable[..., str]) -> None:
    entry = publish(CODE, NAME, AMOUNT)
    fixed(desk, entry)
    own = {"header_row": 3, "skip_footer": 1, "rename": ["代号=编号", "B=name"]}
    assert desk.push(entry, desk.file(SCHOOLS), **own)["mapping"] is None


def test_a_version_asked_for_is_used_or_refused(desk: Desk, publish: Callable[..., str]) -> None:
    entry = publish(CODE, NAME, AMOUNT)
    fixed(desk, entry)
    report = desk.push(entry, desk.file(SCHOOLS), mapping=1)
    with pytest.raises(HubProblemError) as caught:
        desk.push(entry, desk.file(SCHOOLS), mapping=7)
    assert (report["mapping"], problem(caught)) == ({"version": 1}, "mapping-not-found")


def test_a_version_asked_for_does_not_read_a_file_with_another_header(desk: Desk, publish: Callable[..., str]) -> None:
    entry = publish(CODE, NAME, AMOUNT)
    fixed(desk, entry)
    with pytest.raises(HubProblemError) as caught:
        desk.push(entry, desk.file("编号,学校名称,在校人数\na,郑州大学,1\n"), mapping=1)
    assert problem(caught) == "mapping-changed"


def test_a_retired_mapping_reads_no_file(desk: Desk, publish: Callable[..., str]) -> None:
    entry = publish(CODE, NAME, AMOUNT)
    fixed(desk, entry)
    gone = desk.call("POST", entry, "/1/retire", why="表样作废")
    with pytest.raises(HubProblemError) as caught:
        desk.push(entry, desk.file(SCHOOLS))
    assert (gone["state"], problem(caught)) == ("retired", "header-mismatch")


def test_a_mapping_is_retired_once(desk: Desk, publish: Callable[..., str]) -> None:
    entry = publish(CODE, NAME, AMOUNT)
    fixed(desk, entry)
    desk.call("POST", entry, "/1/retire", why="")
    with pytest.raises(HubProblemError) as caught:
        desk.call("POST", entry, "/1/retire", why="")
    assert (problem(caught), caught.value.status) == ("mapping-state", 409)


def test_a_proposed_mapping_reads_no_file_until_it_is_fixed(desk: Desk, publish: Callable[..., str]) -> None:
    entry = publish(CODE, NAME, AMOUNT)
    found = desk.propose(entry, desk.file(SCHOOLS))["mapping"]
    found["columns"]["代号"] = "code"
    desk.save(entry, found, fixed=False)
    with pytest.raises(HubProblemError):
        desk.push(entry, desk.file(SCHOOLS))
    desk.call("POST", entry, "/1/fix", why="已核对")
    assert desk.push(entry, desk.file(SCHOOLS))["mapping"] == {"version": 1}


def test_the_history_names_versions_states_and_reasons(desk: Desk, publish: Callable[..., str]) -> None:
    entry = publish(CODE, NAME, AMOUNT)
    fixed(desk, entry)
    fixed(desk, entry)
    desk.call("POST", entry, "/1/retire", why="表样作废")
    listed = desk.call("GET", entry)
    told = [(one["version"], one["state"], [act["why"] for act in one["acts"]]) for one in listed["mappings"]]
    assert (listed["total"], told) == (2, [(2, "fixed", ["测试"]), (1, "retired", ["测试", "表样作废"])])


def test_each_act_leaves_a_receipt(desk: Desk, publish: Callable[..., str]) -> None:
    entry = publish(CODE, NAME, AMOUNT)
    fixed(desk, entry)
    shown = desk.call("GET", entry, "/1")
    act = shown["acts"][0]
    assert (act["act"], act["by_staff"] is not None, act["at"].endswith("+00:00")) == ("fix", True, True)


def test_another_role_than_the_clerk_is_refused(desk: Desk, publish: Callable[..., str]) -> None:
    entry = publish(CODE, NAME, AMOUNT)
    with pytest.raises(HubProblemError) as caught:
        desk.office.person(Role.APPROVER).call("GET", f"/api/v1/entries/{entry}/mappings")
    assert caught.value.status == 403


def test_the_public_is_refused(desk: Desk, publish: Callable[..., str]) -> None:
    entry = publish(CODE, NAME, AMOUNT)
    with Hub(desk.office.url) as public, pytest.raises(HubProblemError) as caught:
        public.call("GET", f"/api/v1/entries/{entry}/mappings")
    assert caught.value.status == 401


def test_a_file_with_a_secrecy_mark_is_stopped_at_the_proposal(desk: Desk, publish: Callable[..., str]) -> None:
    entry = publish(CODE, NAME, AMOUNT)
    with pytest.raises(HubProblemError) as caught:
        desk.propose(entry, desk.file("机密★10年\n" + SCHOOLS))
    assert (problem(caught), "incident" in caught.value.problem) == ("gate-stopped", True)


def test_a_file_with_a_secrecy_mark_and_a_changed_header_is_stopped_at_the_gate(
    desk: Desk, publish: Callable[..., str]
) -> None:
    entry = publish(CODE, NAME, AMOUNT)
    fixed(desk, entry)
    with pytest.raises(HubProblemError) as caught:
        desk.push(entry, desk.file("机密★10年\n" + SCHOOLS.replace("代号", "序号")))
    assert problem(caught) == "gate-stopped"


def test_columns_by_year_are_proposed_to_become_rows(desk: Desk, publish: Callable[..., str]) -> None:
    entry = publish(PLACE, YEAR, AMOUNT, keys=("province", "year"))
    text = "地区,2022年,2023年,2024年\n河南,1,2,3\n吉林,4,,6\n数据来源：教育部门\n"
    found = desk.propose(entry, desk.file(text))
    found["mapping"]["columns"]["地区"] = "province"
    desk.save(entry, found["mapping"])
    report = desk.push(entry, desk.file(text))
    notes = {note["kind"]: note["count"] for note in report["file"]["notes"]}
    assert (report["accepted"], report["rejected"], notes, found["complete"]) == (5, 0, {"unpivot": 1}, False)


def test_subtitles_are_proposed_for_the_item_that_is_free(desk: Desk, publish: Callable[..., str]) -> None:
    entry = publish(CODE, NAME, PLACE)
    text = "编号,学校名称\n河南省,\n1,郑州大学\n2,河南大学\n吉林省,\n3,吉林大学\n"
    found = desk.propose(entry, desk.file(text))
    desk.save(entry, found["mapping"])
    rows = desk.look(entry, "previews", desk.file(text))["rows"]
    assert [(row["code"], row["province"]) for row in rows] == [("1", "河南省"), ("2", "河南省"), ("3", "吉林省")]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"header": []},
        {"header": ["编号"], "columns": {"编号": 1}},
        {"header": ["编号"], "read": {"header_row": "3"}},
        {"header": ["编号"], "read": {"header_row": True}},
        {"header": ["编号"], "read": {"password": "x"}},
        {"header": ["编号"], "letters": ["A", "B"]},
        {"header": "编号"},
        {"header": ["编号"], "columns": {"编号": "code", "没有": "name"}, "absent": ["学校名称"]},
    ],
    ids=["empty", "no names", "item", "text", "truth", "stranger", "letters", "no list", "no such column"],
)
def test_a_mapping_that_is_not_written_right_is_explained(
    desk: Desk, publish: Callable[..., str], body: dict[str, object], request: pytest.FixtureRequest
) -> None:
    request.node.name = f"mapping-{sha256(str(body).encode()).hexdigest()[:6]}"  # as a number it may look like a card
    entry = publish(CODE, NAME)
    with pytest.raises(HubProblemError) as caught:
        desk.save(entry, body)
    assert problem(caught) == "mapping-format"


def test_what_is_wrong_with_the_file_itself_is_told_though_a_mapping_is_saved(
    desk: Desk, publish: Callable[..., str]
) -> None:
    entry = publish(CODE, NAME, AMOUNT)
    fixed(desk, entry)
    with pytest.raises(HubProblemError) as caught:
        desk.office.push(entry, desk.file("%PDF-1.7\n"), {"mode": "full"})
    assert problem(caught) == "file-unsupported"


def test_a_proposal_for_named_records_speaks_of_no_header_line(desk: Desk, publish: Callable[..., str]) -> None:
    entry = publish(CODE, NAME, AMOUNT)
    found = desk.propose(entry, desk.file('[{"code": "编号", "b": "学校名称", "c": "在校人数"}]'))
    assert (found["mapping"]["read"], found["mapping"]["header"]) == ({}, ["code", "b", "c"])
