"""The people whom the demo's identity provider offers, and the script that shows one of them who looked."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from hub.demo.citizens import FILE, GUARDED_BELOW, write_citizens
from hub.demo.my_data import lines_of
from hub.demo.people import residents
from hub.demo.story_cast import applicant
from hub.demo.story_use import BATCH_ROWS, write_batch

if TYPE_CHECKING:
    from pathlib import Path

LOOKS: dict[str, object] = {
    "total": 2,
    "accesses": [
        {
            "at": "2026-03-02T01:02:03Z",
            "organ": "示例市住房和城乡建设局",
            "title": "婚姻登记信息",
            "items": ["婚姻状态"],
            "purpose": "公租房申请核对",
            "legal_basis": "个人信息保护法 第三十四条",
        },
        {
            "at": "2026-03-01T01:02:03Z",
            "organ": None,
            "title": "婚姻登记信息",
            "items": [],
            "purpose": "",
            "legal_basis": "",
        },
    ],
    "note": "可能暂不告知",
    "note_en": "may be told later",
}


def listed(folder: Path, today: date) -> list[dict[str, str]]:
    write_citizens(folder, today)
    found: list[dict[str, str]] = json.loads((folder / FILE).read_text("utf-8"))
    return found


def test_the_list_begins_with_the_person_of_the_story(tmp_path: Path) -> None:
    assert listed(tmp_path, date(2026, 3, 2))[0]["number"] == applicant().number


@pytest.mark.parametrize("today", [date(2025, 1, 2), date(2026, 11, 22), date(2029, 6, 1)])
def test_the_guardian_has_a_child_below_fourteen_on_the_newcomers_day(tmp_path: Path, today: date) -> None:
    guardian = listed(tmp_path, today)[1]
    child = next(one for one in residents() if one.number in guardian["about_zh"])
    assert child.guardian is not None
    assert (child.guardian.number, child.age(today) < GUARDED_BELOW) == (guardian["number"], True)


def test_the_last_one_speaks_for_a_body(tmp_path: Path) -> None:
    assert [bool(one["body"]) for one in listed(tmp_path, date(2026, 3, 2))] == [False, False, True]


def test_a_look_is_told_with_organ_items_purpose_and_basis() -> None:
    assert lines_of(LOOKS, english=False)[1] == (
        "  2026-03-02 01:02Z  示例市住房和城乡建设局  婚姻登记信息：婚姻状态  "
        "公租房申请核对（个人信息保护法 第三十四条）"
    )


def test_ones_own_look_is_told_as_ones_own() -> None:
    assert "myself" in lines_of(LOOKS, english=True)[2]


def test_the_batch_of_the_story_has_a_thousand_rows(tmp_path: Path) -> None:
    counts = write_batch(tmp_path / "batch.csv")
    lines = (tmp_path / "batch.csv").read_text("utf-8").splitlines()
    assert (sum(counts.values()), len(lines)) == (BATCH_ROWS, BATCH_ROWS + 1)
