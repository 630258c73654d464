"""Pages of pushes: the report and the way back, a form that tries before it pushes, a release by another person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest

from catalogue.entry import PushPolicy, Release
from tests.hub.push.loop.conftest import NUMBERS
from tests.hub.push.loop.kit import Clerk, mended, publish, stop

if TYPE_CHECKING:
    from pathlib import Path

    import httpx2

    from tests.support.hosted import Doors, HostedCity

DIRTY = [stop(1), stop(2, G="也许")]


def _post(client: httpx2.Client, path: str, file: Path | None = None, **fields: str) -> httpx2.Response:
    data = {"csrf": client.headers["X-CSRF-Token"], **fields}
    files = {"file": (file.name, file.read_bytes())} if file is not None else None
    return client.post(path, data=data, files=files)


def test_the_page_of_a_push_shows_counts_faults_and_the_way_back(clerk: Clerk) -> None:
    push = clerk.push(DIRTY)["push"]
    zh, en = clerk.person.get(f"/w/pushes/{push}"), clerk.person.get(f"/en/w/pushes/{push}")
    assert (zh.status_code, en.status_code) == (200, 200)
    assert all(word in zh.text for word in ("退回", "marked.xlsx", "是否有候车亭", "怎么改"))
    assert "Send the mended file back" in en.text


def test_a_mended_workbook_is_sent_back_on_the_page(clerk: Clerk) -> None:
    push = clerk.push(DIRTY)["push"]
    book = mended(clerk.marked(push), {3: {"是否有候车亭": "是"}})
    answer = _post(clerk.person, f"/w/pushes/{push}/resume", book)
    assert (answer.status_code, len(clerk.rows())) == (303, 2)


def test_a_file_is_tried_first_and_pushed_when_confirmed(clerk: Clerk) -> None:
    path = clerk.file([stop(1)])
    tried = _post(clerk.person, "/w/pushes/new", path, entry=clerk.name, mode="upsert", header_row="1")
    assert (tried.status_code, clerk.rows()) == (200, {})
    draft = tried.text.partition('name="draft" value="')[2][:36]
    done = _post(clerk.person, "/w/pushes/confirm", draft=draft)
    assert (done.status_code, list(clerk.rows())) == (303, ["ZD00001"])


def test_a_file_that_cannot_be_read_is_told_at_its_field(clerk: Clerk) -> None:
    path = clerk.folder / "x.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    answer = _post(clerk.person, "/w/pushes/new", path, entry=clerk.name, mode="upsert")
    assert (answer.status_code, 'id="file-fault"' in answer.text) == (422, True)


def test_what_the_message_asks_for_is_said_on_the_page_of_the_upload(clerk: Clerk) -> None:
    book = openpyxl.Workbook()
    for row in (stop(1).keys(), stop(1).values()):
        book.worksheets[0].append(list(row))
    book.create_sheet("说明").append(["请看第一张表"])
    path = clerk.folder / "two.xlsx"
    book.save(path)
    asked = _post(clerk.person, "/w/pushes/new", path, entry=clerk.name, mode="upsert")
    assert (asked.status_code, "--sheet" in asked.text, 'id="sheet"' in asked.text) == (422, True, True)
    tried = _post(clerk.person, "/w/pushes/new", path, entry=clerk.name, mode="upsert", sheet="1")
    assert (tried.status_code, 'name="draft"' in tried.text) == (200, True)


@pytest.mark.parametrize(
    ("field", "typed"), [("header_row", "三"), ("skip_footer", "5000"), ("rename", "没有等号"), ("encoding", "utf-7")]
)
def test_a_way_of_reading_that_cannot_be_is_told_at_its_field(clerk: Clerk, field: str, typed: str) -> None:
    asked = {"entry": clerk.name, "mode": "upsert", field: typed}
    answer = _post(clerk.person, "/w/pushes/new", clerk.file([stop(1)]), **asked)
    assert (answer.status_code, f'id="{field}-fault"' in answer.text) == (422, True)


@pytest.fixture
def waiting(city: HostedCity, doors: Doors, tmp_path: Path) -> Clerk:
    name = f"fangxing-{next(NUMBERS)}"
    publish(city, name, PushPolicy(release=Release.TWO_STEP))
    return Clerk(city, doors, tmp_path, name)


def test_an_approver_finds_what_waits_at_home_and_releases_it(waiting: Clerk) -> None:
    push = waiting.push([stop(1)])["push"]
    assert f"/w/pushes/{push}" in waiting.approver.get("/w").text
    answer = _post(waiting.approver, f"/w/pushes/{push}/release")
    assert (answer.status_code, list(waiting.rows())) == (303, ["ZD00001"])


def test_a_push_sent_back_shows_the_words(waiting: Clerk) -> None:
    push = waiting.push([stop(1)])["push"]
    assert _post(waiting.approver, f"/w/pushes/{push}/send-back").status_code == 422
    _post(waiting.approver, f"/w/pushes/{push}/send-back", words="缺少附件站点")
    assert "缺少附件站点" in waiting.person.get(f"/w/pushes/{push}").text
