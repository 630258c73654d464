"""The other pages of provider, reviewer and supervisor: home, notices, use, exemptions, lateness, disputes, access."""

from __future__ import annotations

import re
from itertools import pairwise
from urllib.parse import unquote

import httpx2
import pytest

from hub import rounds
from hub.identity.roles import Role
from tests.hub.portal.reading import Element, read
from tests.hub.portal_work.provider_kit import ASKER, AUTHORITY, PROVIDER, Bench, faults, page, send
from tests.support import acts

HAN = re.compile("[\u3400-\u9fff]")
SEEN = (
    (PROVIDER, Role.APPROVER, "/w"),
    (PROVIDER, Role.APPROVER, "/w/notices"),
    (PROVIDER, Role.APPROVER, "/w/inbox"),
    (PROVIDER, Role.APPROVER, "/w/exemptions"),
    (PROVIDER, Role.CLERK, "/w/usage"),
    (PROVIDER, Role.CLERK, "/w/corrections"),
    (PROVIDER, Role.CLERK, "/w/inventory"),
    (PROVIDER, Role.CLERK, "/w/inventory/new"),
    (PROVIDER, Role.CLERK, "/w/inventory/import"),
    (PROVIDER, Role.CLERK, "/w/tokens"),
    (AUTHORITY, Role.CATALOGUE_REVIEWER, "/w/inventory"),
    (PROVIDER, Role.SECRECY_REVIEWER, "/w/privacy"),
    (AUTHORITY, Role.SUPERVISOR, "/w/sup/overdue"),
    (AUTHORITY, Role.SUPERVISOR, "/w/sup/disputes"),
)
BOTH = [(member, role, prefix + path) for member, role, path in SEEN for prefix in ("", "/en")]
SECOND = "hunyin_zhuangtai"


@pytest.fixture(scope="module")
def approver(bench: Bench) -> httpx2.Client:
    return bench.person(PROVIDER, Role.APPROVER)


@pytest.fixture(scope="module")
def granted(bench: Bench) -> str:
    """Give the path of a grant that the provider gave."""
    request = bench.ask({SECOND: "verify_only"})
    acts.answer(bench.city.people, PROVIDER, request, SECOND, decision="verify_only")
    grants = bench.city.people.person(PROVIDER, Role.APPROVER).call("GET", "/api/v1/grants?given=true")["grants"]
    return f"/w/usage/{next(one['id'] for one in grants if one['request'] == request['id'])}"


@pytest.fixture(scope="module")
def record(approver: httpx2.Client) -> str:
    """Give the path of the exemption record on the register."""
    links = [one.get("href") for one in page(approver, "/w/exemptions").find("a")]
    return next(one for one in links if re.fullmatch(r"/w/exemptions/[0-9a-f-]{36}", one))


def faults_of_access(shown: Element, lang: str) -> list[str]:
    """Return what keeps people from using a page: labels, captions, headings, ids, languages."""
    ids = [one.get("id") for one in shown.find() if one.get("id")]
    labelled = {one.get("for") for one in shown.find("label")}
    named = ("aria-labelledby", "aria-describedby", "for", "list")
    wanted = {word for one in shown.find() for name in named for word in one.get(name).split()}
    levels = [int(one.tag[1]) for one in shown.find("h1", "h2", "h3", "h4")]
    found = [f"no label: {one.get('name')}" for one in shown.find("input", "select", "textarea")
             if one.get("type") != "hidden" and one.get("id") not in labelled]  # fmt: skip
    found += ["table without caption" for one in shown.find("table") if not one.find("caption")]
    found += ["heading left out" for before, after in pairwise(levels) if after > before + 1]
    found += ["id twice"] * (len(ids) != len(set(ids))) + [f"points nowhere: {one}" for one in wanted - set(ids)]
    if lang == "en":
        texts = [one for one in shown.find("#text") if HAN.search("".join(one.pieces)) and one.parent is not None]
        found += [
            f"not marked: {one.text}"
            for one in texts
            if one.parent is not None
            and one.parent.lang != "zh-CN"
            and one.parent.tag not in {"title", "textarea", "option"}
        ]
    return found


@pytest.mark.parametrize(("member", "role", "path"), BOTH)
def test_a_page_can_be_used_by_everyone(bench: Bench, granted: str, member: str, role: Role, path: str) -> None:
    assert granted
    lang = "en" if path.startswith("/en") else "zh"
    assert faults_of_access(page(bench.person(member, role), path), lang) == []


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_pages_of_one_case_can_be_used_by_everyone(
    bench: Bench, approver: httpx2.Client, granted: str, record: str, prefix: str
) -> None:
    request = f"/w/inbox/{bench.ask()['id']}"
    paths = [request, f"{request}/supplement", f"{request}/extension", granted, record]
    found = {path: faults_of_access(page(approver, prefix + path), prefix[1:] or "zh") for path in paths}
    assert {path: said for path, said in found.items() if said} == {}


@pytest.mark.parametrize("path", sorted({path for _, _, path in SEEN}))
def test_who_has_not_logged_in_is_sent_to_the_login_and_comes_back(bench: Bench, path: str) -> None:
    with httpx2.Client(base_url=bench.city.url) as stranger:
        answer = stranger.get(path, headers={"Accept": "text/html"})
    assert (answer.status_code, unquote(answer.headers["location"])) == (303, f"/login?next={path}")


@pytest.mark.parametrize("path", ["/w/sup/overdue", "/w/sup/disputes"])
def test_a_page_of_another_role_is_refused(approver: httpx2.Client, path: str) -> None:
    assert approver.get(path).status_code == 403


def test_the_home_shows_what_waits_by_days_left(bench: Bench, approver: httpx2.Client) -> None:
    label = bench.ask()["label"]
    shown = page(approver, "/w")
    row = next(one.text for one in shown.find("tr") if label in one.text)
    assert "还有 10 个工作日" in row


def test_a_grant_rests_only_with_ground_and_reason(approver: httpx2.Client, granted: str) -> None:
    none = send(approver, granted, granted, act="suspend", suspend_reason="")
    bare = send(approver, granted, granted, act="suspend", suspend_reason="日志显示超出用途调用")
    done = send(
        approver, granted, granted, act="suspend", suspend_ground="beyond-purpose", suspend_reason="日志显示超出用途"
    )
    led_to = [faults(read(one.text))[0][0] for one in (none, bare)]
    assert (led_to, done.status_code) == (["suspend_reason", "suspend_ground"], 303)


def test_a_resting_grant_goes_on_with_a_reason(approver: httpx2.Client, granted: str) -> None:
    done = send(approver, granted, granted, act="resume", resume_reason="已整改")
    assert (done.status_code, "授权已恢复" in page(approver, granted).text) == (303, True)


def test_a_grant_is_narrowed_by_a_quota(approver: httpx2.Client, granted: str) -> None:
    form = f"{granted}/narrow"
    done = send(approver, granted, form, quota_calls="20", narrow_reason="核对量不需要更多")
    assert done.status_code == 303


def test_a_review_without_a_day_ahead_comes_back_to_the_day(approver: httpx2.Client, record: str) -> None:
    answer = send(approver, record, f"{record}/review", outcome="keep", reason="仍会暴露配偶的婚姻关系")
    assert (answer.status_code, faults(read(answer.text))[0][0]) == (422, "next_review_on")


def test_a_reviewed_record_shows_the_review_in_its_history(bench: Bench, approver: httpx2.Client, record: str) -> None:
    day = bench.clock.today.replace(month=bench.clock.today.month + 6).isoformat()
    done = send(
        approver, record, f"{record}/review", outcome="keep", reason="仍会暴露配偶的婚姻关系", next_review_on=day
    )
    assert (done.status_code, "复核保留" in page(approver, record).text) == (303, True)


def test_an_extension_is_consented_to_by_the_supervisor(bench: Bench, approver: httpx2.Client) -> None:
    path = f"/w/inbox/{bench.ask()['id']}"
    send(approver, f"{path}/extension", f"{path}/extension", working_days="5", reason="须与公安局核对登记底册")
    supervisor = bench.person(AUTHORITY, Role.SUPERVISOR)
    forms = [one.get("action") for one in page(supervisor, "/w/sup/overdue").find("form")]
    form = next(one for one in forms if one.startswith("/w/sup/extensions/"))
    done = send(supervisor, "/w/sup/overdue", form, act="consent", text="同意")
    assert (done.status_code, "已同意" in page(approver, path).text) == (303, True)


def test_what_is_late_is_urged_and_the_reason_is_given(bench: Bench) -> None:
    path = f"/w/inbox/{bench.ask({SECOND: 'verify_only'})['id']}"
    bench.clock.forward(working_days=12)
    rounds.run_now(bench.city.services)
    bench.forget()
    supervisor, approver = bench.person(AUTHORITY, Role.SUPERVISOR), bench.person(PROVIDER, Role.APPROVER)
    shown = page(supervisor, "/w/sup/overdue")
    panel = [one.get("action") for one in shown.find("form") if one.get("action").startswith("/w/sup/overdue/")]
    empty = send(supervisor, "/w/sup/overdue", panel[-1])
    urged = [send(supervisor, "/w/sup/overdue", form, text="请立即办结").status_code for form in panel]
    reason = send(approver, path, f"{path}/reason", reason="登记底册正在核对")
    assert (empty.status_code, set(urged), reason.status_code) == (422, {303}, 303)
    assert "已逾期" in page(approver, "/w/inbox?state=overdue").text


def test_a_dispute_is_decided_by_the_supervisor_from_its_file(bench: Bench) -> None:
    people = bench.city.people
    request = bench.ask({"xingming": "masked"})
    acts.answer(
        people, PROVIDER, request, "xingming", decision="narrow", duty="只需确认姓名是否一致", offer="verify_only"
    )
    line = request["lines"][0]["id"]
    asker = people.person(ASKER, Role.AGENCY_USER)
    body = {"line": line, "text": "须逐人出具书面材料，核验结果不够"}
    opened = asker.call("POST", f"/api/v1/requests/{request['id']}/disputes", json=body)
    path = f"/w/disputes/{opened['id']}"
    approver = bench.person(PROVIDER, Role.APPROVER)
    said = send(approver, path, path, act="record", text="核验已能满足用途")
    asker.call("POST", f"/api/v1/disputes/{opened['id']}/acts", json={"act": "escalate", "text": "协商不成"})
    supervisor = bench.person(AUTHORITY, Role.SUPERVISOR)
    decided = send(supervisor, path, path, act="overturn", text="书面材料为法定要件", form="masked")
    assert (said.status_code, decided.status_code) == (303, 303)
    assert "已改正" in page(supervisor, path).text


def test_notices_are_read_one_by_one(bench: Bench) -> None:
    approver = bench.person(PROVIDER, Role.APPROVER)
    shown = page(approver, "/w/notices?unread=true")
    form = next(one.get("action") for one in shown.find("form") if re.fullmatch(r"/w/notices/.+", one.get("action")))
    done = send(approver, "/w/notices?unread=true", form)
    left = [one.get("action") for one in page(approver, "/w/notices?unread=true").find("form")]
    assert (done.status_code, form in left) == (303, False)
