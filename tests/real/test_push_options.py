"""How a file is read is part of what is pushed: options over HTTP, and what counts as the same push."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from catalogue.item import DataType, Item
from hub.client import HubProblemError
from hub.context import utc_now
from policies.facts import Sensitivity
from policies.workdays import local_day
from tests.real.describing import real_entries

if TYPE_CHECKING:
    from pathlib import Path

    from catalogue.entry import Entry
    from tests.real.office import Office

ITEMS = (
    Item("编号", "code", DataType.TEXT, 4, required=True, sensitivity=Sensitivity.PUB),
    Item("名称", "name", DataType.TEXT, 6, sensitivity=Sensitivity.PUB),
    Item("数量", "amount", DataType.INTEGER, sensitivity=Sensitivity.PUB),
)
PLAIN = "编号,名称,数量\na,甲,1\nb,乙,2\n"


@pytest.fixture
def entry(office: Office, request: pytest.FixtureRequest) -> Entry:
    """Publish an entry of the test's own."""
    name = request.node.name.replace("_", "-")
    like = real_entries(local_day(utc_now()))[0].entry
    entry = replace(like, name=name, title=f"测试条目 {name}", items=ITEMS, keys=("code",), crs=None)
    office.publish(entry)
    return entry


class Pusher:
    """Pushes texts to one entry."""

    def __init__(self, office: Office, entry: Entry, folder: Path) -> None:
        self.office, self.entry, self.folder = office, entry, folder

    def __call__(self, text: str = PLAIN, mode: str = "full", **options: Any) -> dict[str, Any]:
        path = self.folder / "data.csv"
        path.write_text(text, "utf-8")
        return self.office.push(self.entry.name, path, {"mode": mode, **options})

    def taken(self, text: str, **options: Any) -> tuple[int, int]:
        """Return how many rows of a text are accepted and rejected."""
        report = self(text, **options)
        return report["accepted"], report["rejected"]


@pytest.fixture
def push(office: Office, entry: Entry, tmp_path: Path) -> Pusher:
    """Give a pusher for an entry of the test's own."""
    return Pusher(office, entry, tmp_path)


def test_the_same_push_again_is_answered_with_its_report(push: Pusher) -> None:
    first, again = push(), push()
    assert (again["push"], first["is_repeat"], again["is_repeat"]) == (first["push"], False, True)


def test_the_same_file_read_in_another_way_is_another_push(push: Pusher) -> None:
    text = PLAIN + "来源：统计局,,\n"
    assert (push.taken(text), push.taken(text, skip_footer=1)) == ((2, 1), (2, 0))


def test_a_file_that_restores_an_earlier_state_is_taken_in_again(push: Pusher) -> None:
    changed = PLAIN.replace("甲", "丙")
    reports = [push(PLAIN), push(changed), push(PLAIN)]
    assert [report["counts"]["changed"] for report in reports] == [0, 1, 1]


def test_the_same_file_is_checked_again_when_the_entry_has_a_new_version(push: Pusher) -> None:
    long = PLAIN.replace("甲", "一二三四五六七")
    before = push.taken(long)
    wider = (ITEMS[0], replace(ITEMS[1], length=20), ITEMS[2])
    push.office.revise(replace(push.entry, items=wider))
    assert (before, push.taken(long)) == ((1, 1), (2, 0))


def test_an_idempotency_key_used_for_another_file_is_a_conflict(push: Pusher) -> None:
    clerk = push.office.clerk
    path = push.folder / "data.csv"
    path.write_text(PLAIN, "utf-8")
    clerk.push(push.entry.name, path, options={"mode": "full"}, idempotency_key="2026-11-22")
    with pytest.raises(HubProblemError) as caught:
        clerk.push(push.entry.name, path, options={"mode": "full", "skip_footer": 1}, idempotency_key="2026-11-22")
    assert caught.value.status == 409


def test_quotation_marks_can_be_ordinary_characters(push: Pusher) -> None:
    text = '编号,名称,数量\na,6"管,1\nb,乙,2\n'
    with pytest.raises(HubProblemError, match="引号"):
        push(text)
    assert push.taken(text, quote="none") == (2, 0)


def test_a_file_without_header_is_read_with_the_names_given(push: Pusher) -> None:
    assert push.taken("a,甲,1\nb,乙,2\n", no_header="true", columns=["编号", "名称", "数量"]) == (2, 0)


def test_columns_are_renamed_ignored_and_absent_as_said(push: Pusher) -> None:
    text = "代号,备注,\na,x,甲\nb,y,乙\n"
    options = {"rename": ["代号=编号", "C=name"], "ignore": ["备注"], "absent": ["数量"]}
    assert push.taken(text, **options) == (2, 0)


def test_a_renaming_without_its_sign_is_explained(push: Pusher) -> None:
    with pytest.raises(HubProblemError) as caught:
        push(rename=["代号"])
    assert (caught.value.problem["type"], "--rename" in caught.value.next_zh) == ("/problems/file-option", True)


def test_rows_kept_because_of_a_rejected_row_are_told(push: Pusher) -> None:
    push()
    report = push("编号,名称,数量\na,甲,1\n,乙,2\n")
    assert (report["merge"]["held"], "1 行没有删除" in "".join(report["summary"])) == (1, True)
