"""How inbox, proposals and grants read on a terminal, and which request, line and grant a verb means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hub.cli_grants import SampleLanguage, grant_lines, sample_lines
from hub.cli_inbox import inbox_lines, newest, proposal_lines
from hub.cli_output import speaking
from hub.cli_staff import line_of


def line(number: str, item: str, state: str) -> dict[str, Any]:
    return {
        "id": number,
        "item": item,
        "description": "",
        "state": state,
        "treatment": None,
        "due_on": "2026-12-04",
        "working_days_left": 10 if state == "waiting" else None,
        "answer": None,
    }


def request(label: str, at: str, *lines: dict[str, Any]) -> dict[str, Any]:
    return {
        "label": label,
        "state": "open",
        "submitted_at": at,
        "purpose": "低保核对",
        "legal_basis": "个人信息保护法 第三十四条",
        "lines": list(lines),
    }


def test_the_newest_request_is_the_one_submitted_last() -> None:
    found = [request("A-2", "2026-03-02T00:00:00Z"), request("A-1", "2026-03-01T00:00:00Z")]
    assert newest(found)["label"] == "A-2"


def test_the_inbox_names_purpose_and_basis_of_each_request() -> None:
    with speaking("en"):
        lines = inbox_lines([request("A-1", "2026-03-01T00:00:00Z", line("1", "xingming", "waiting"))])
    assert lines == [
        "1 waiting",
        "request A-1: with the provider",
        "  xingming  waiting, due 2026-12-04, 10 working days left",
        "  purpose: 低保核对; basis: 个人信息保护法 第三十四条",
    ]


def test_an_item_asked_for_again_means_the_line_that_waits() -> None:
    lines = (line("1", "xingming", "refused"), line("2", "xingming", "waiting"), line("3", "xingming", "withdrawn"))
    assert line_of(request("A-1", "", *lines), "xingming") == "2"


def test_an_item_that_was_not_asked_for_is_told() -> None:
    with speaking("en"), pytest.raises(ValueError, match="does not ask for xingming"):
        line_of(request("A-1", ""), "xingming")


def test_a_proposal_tells_each_form_and_what_a_record_lacks() -> None:
    form = {"form": "masked", "name": "脱敏提供", "name_en": "masked", "is_allowed": True}
    form |= {"reason": "法律允许的最宽形式", "reason_en": "the widest lawful form", "article": "郑州 第20条"}
    record = {"exemption_id": "E1", "ground": "R05", "ground_name": "个人隐私", "ground_name_en": "personal privacy"}
    record |= {"provision": "民法典 第1032条"}
    lacks = [{"message": "复核过期", "message_en": "review overdue", "next": "先复核", "next_en": "review it"}]
    refusal = {"why": "不能", "why_en": "not possible", "records": [{**record, "lacks": lacks}]}
    proposal = {"item": "xingming", "item_name": "姓名", "asked": "full", "forms": [form], "refusal": refusal}
    with speaking("en"):
        lines = proposal_lines(proposal)
    assert lines == [
        "xingming: asked for in full",
        "  ✔ masked  the widest lawful form  郑州 第20条",
        "  not possible",
        "    R05 personal privacy  民法典 第1032条  E1",
        "      review overdue: review it",
    ]


def test_a_grant_is_told_with_items_forms_purpose_and_last_day() -> None:
    grant = {"id": "G1", "status": "active", "items": {"xingming": "masked"}, "purposes": ["低保核对"]}
    with speaking("en"):
        lines = grant_lines([{**grant, "valid_until": "2027-05-21T00:00:00Z"}])
    assert lines == ["1 grants", "  G1  active  xingming (masked)  低保核对  → 2027-05-21"]


def test_a_sample_without_a_live_key_says_so() -> None:
    sample = {"title": "曲", "title_en": "curl", "needs": "curl", "text": ""}
    result = {"samples": {"curl": sample}, "resource": "hunyin-dengji", "system": "S", "key": None}
    with speaking("en"):
        assert sample_lines(result, SampleLanguage.CURL, Path("first.sh"))[1].endswith("key (none yet)")
