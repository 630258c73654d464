"""What nobody declared is not opened before two people have decided (PIPL Art. 25, 55): the whole path over HTTP."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from hub.client import HubProblemError
from hub.demo.directory import demo_entry
from hub.demo.generators import demo_frame, write_table
from hub.demo.load import LIFECYCLE, describe, review
from hub.identity.roles import Role
from tests.support.acts import BUS_STOPS, RESIDENTS, problem_of

if TYPE_CHECKING:
    import polars as pl

    from tests.support.hosted import HostedCity

PROVIDER = "jiaotongju"
STRANGER = "minzhengju"
ITEM = "daolu"
MAILBOX = "someone{}@example.org"


@dataclass
class Bench:
    """The bus stops of the demo, pushed as a test likes."""

    city: HostedCity

    def person(self, role: Role, member: str = PROVIDER) -> Any:
        return self.city.people.person(member, role)

    def push(self, values: list[str]) -> dict[str, Any]:
        """Push all stops with ``values`` in the first rows of one text item."""
        people = self.city.people
        entry = demo_entry(BUS_STOPS, people.today())
        frame = demo_frame(BUS_STOPS, people.today())
        frame = changed(frame, values)
        path = self.city.folder / "stops.csv"
        write_table(path, entry, frame)
        return dict(self.person(Role.CLERK).push(BUS_STOPS, path, options={"mode": "full"}))

    def findings(self, role: Role = Role.CLERK, member: str = PROVIDER) -> list[dict[str, Any]]:
        return list(self.person(role, member).call("GET", "/api/v1/privacy/findings")["findings"])

    def open_items(self) -> set[str]:
        """Return the items the public reads."""
        answer = httpx2.get(f"{self.city.url}/api/v1/datasets/{BUS_STOPS}/rows", params={"limit": "3"})
        assert answer.status_code == 200, answer.text
        return set(answer.json()["rows"][0])

    def propose(self, finding: str, outcome: str) -> dict[str, Any]:
        body = {"outcome": outcome, "reason": "核对过原始材料"}
        return dict(self.person(Role.CLERK).call("POST", f"/api/v1/privacy/findings/{finding}/proposal", json=body))

    def decide(self, finding: str, outcome: str) -> dict[str, Any]:
        body = {"outcome": outcome, "reason": "复核一致"}
        reviewer = self.person(Role.SECRECY_REVIEWER)
        return dict(reviewer.call("POST", f"/api/v1/privacy/findings/{finding}/decision", json=body))


def changed(frame: pl.DataFrame, values: list[str]) -> pl.DataFrame:
    kept = frame[ITEM].to_list()
    return frame.with_columns(frame[ITEM].clear().extend(frame[ITEM].__class__(ITEM, [*values, *kept[len(values) :]])))


@pytest.fixture(scope="module")
def bench(city: HostedCity) -> Bench:
    people = city.people
    entry = demo_entry(BUS_STOPS, people.today())
    describe(people, entry)
    review(people, entry)
    return Bench(city)


@pytest.fixture
def clean(bench: Bench) -> Bench:
    """Every test begins with a good version, all of which is open."""
    bench.push([])
    assert ITEM in bench.open_items()
    return bench


def mailboxes(number: int) -> list[str]:
    return [MAILBOX.format(index) for index in range(number)]


def test_a_push_with_undeclared_mailboxes_is_kept_and_its_report_names_item_kind_and_count(clean: Bench) -> None:
    report = clean.push(mailboxes(5))
    told = [(one["place"], one["kind"], one["count"], one["holds"]) for one in report["privacy"]]
    assert (report["accepted"] > 100, told) == (True, [(ITEM, "email", 5, True)])


def test_the_item_is_not_opened_before_a_decision_and_the_others_stay_open(clean: Bench) -> None:
    clean.push(mailboxes(5))
    assert (ITEM in clean.open_items(), "zhandian_mingcheng" in clean.open_items()) == (False, True)


def test_the_public_is_told_that_opening_waits_for_a_decision_and_is_not_refused(clean: Bench) -> None:
    clean.push(mailboxes(5))
    url = f"{clean.city.url}/api/v1/datasets/{BUS_STOPS}/rows"
    answer = httpx2.get(url, params={"items": ITEM, "limit": "1"})
    assert (answer.status_code, "example.org" in answer.text) in {(403, False), (409, False), (202, False)}


def test_a_finding_shows_masked_examples_and_never_a_whole_value(clean: Bench) -> None:
    report = clean.push(mailboxes(5))
    shown = json.dumps([report, clean.findings()], ensure_ascii=False)
    assert ("someone" in shown, "s***@*******.org" in shown) == (False, True)


def test_a_decided_false_alarm_opens_the_item_again(clean: Bench) -> None:
    finding = clean.push(mailboxes(5))["privacy"][0]["id"]
    clean.propose(finding, "false_alarm")
    clean.decide(finding, "false_alarm")
    assert ITEM in clean.open_items()


def test_a_false_alarm_does_not_cover_many_more_values_later(clean: Bench) -> None:
    report = clean.push(mailboxes(150))
    assert [one["state"] for one in report["privacy"]] == ["open"]


def test_a_finding_settles_when_a_full_push_no_longer_holds_it(clean: Bench) -> None:
    clean.push(mailboxes(150))
    report = clean.push([])
    assert (report["privacy"], ITEM in clean.open_items()) == ([], True)


def test_declaring_keeps_the_hold_until_the_entry_says_so(clean: Bench) -> None:
    finding = clean.push(mailboxes(150))["privacy"][0]["id"]
    clean.propose(finding, "declare")
    decided = clean.decide(finding, "declare")
    assert (decided["state"], decided["holds"], ITEM in clean.open_items()) == ("declare", True, False)


def test_nobody_decides_before_somebody_proposed(clean: Bench) -> None:
    finding = clean.push(mailboxes(150))["privacy"][0]["id"]
    assert problem_of(lambda: clean.decide(finding, "false_alarm")).problem["type"].endswith("/privacy-decision")


def test_the_reviewer_sends_a_proposal_back(clean: Bench) -> None:
    finding = clean.push(mailboxes(150))["privacy"][0]["id"]
    clean.propose(finding, "false_alarm")
    assert clean.decide(finding, "send_back")["state"] == "open"


def test_a_clerk_cannot_decide(clean: Bench) -> None:
    finding = clean.push(mailboxes(150))["privacy"][0]["id"]
    clean.propose(finding, "false_alarm")
    body = {"outcome": "false_alarm", "reason": "自己审"}
    path = f"/api/v1/privacy/findings/{finding}/decision"
    assert problem_of(lambda: clean.person(Role.CLERK).call("POST", path, json=body)).problem["status"] == 403


def test_another_organ_sees_nothing_of_a_finding(clean: Bench) -> None:
    finding = clean.push(mailboxes(150))["privacy"][0]["id"]
    stranger = clean.person(Role.CLERK, STRANGER)
    problem = problem_of(lambda: stranger.call("GET", f"/api/v1/privacy/findings/{finding}")).problem
    assert (clean.findings(member=STRANGER), problem["status"]) == ([], 404)


def test_every_act_is_kept_with_person_time_reason_and_receipt(clean: Bench) -> None:
    finding = clean.push(mailboxes(150))["privacy"][0]["id"]
    clean.propose(finding, "remove")
    clean.decide(finding, "remove")
    acts = clean.person(Role.CLERK).call("GET", f"/api/v1/privacy/findings/{finding}")["acts"]
    told = [(act["act"], act["by"] is not None, act["receipt"] is not None) for act in acts[-2:]]
    assert told == [("proposed", True, True), ("decided", True, True)]


def test_a_threshold_of_the_resource_decides_what_counts(clean: Bench) -> None:
    path = f"/api/v1/entries/{BUS_STOPS}/privacy-thresholds/email"
    reviewer = clean.person(Role.SECRECY_REVIEWER)
    reviewer.call("PUT", path, json={"count": 50, "share": 0, "reason": "站点联系邮箱属公务信息"})
    few = clean.push(mailboxes(20))["privacy"]
    many = clean.push(mailboxes(60))["privacy"]
    reviewer.call("PUT", path, json={"count": 3, "share": 0, "reason": "恢复默认"})
    assert (few, len(many)) == ([], 1)


def test_a_threshold_of_every_kind_is_shown_with_its_default(bench: Bench) -> None:
    shown = bench.person(Role.CLERK).call("GET", f"/api/v1/entries/{BUS_STOPS}/privacy-thresholds")
    assert {one["kind"] for one in shown["thresholds"]} >= {"citizen_id", "phone", "bank_card", "email", "name"}


def test_a_stopped_push_becomes_a_finding_and_passes_once_it_is_a_false_alarm(clean: Bench) -> None:
    """A number the intake gate stops is decided in the same way: then the push can be repeated."""
    numbers = ["13800138000"]
    problem = problem_of(lambda: clean.push(numbers)).problem
    finding = next(one for one in clean.findings() if one["source"] == "stopped")
    assert problem["type"].endswith("/gate-stopped")
    clean.propose(finding["id"], "false_alarm")
    clean.decide(finding["id"], "false_alarm")
    assert clean.push(numbers)["rejected"] == 0


def test_an_act_on_a_finding_that_does_not_exist_is_a_plain_answer(bench: Bench) -> None:
    path = "/api/v1/privacy/findings/00000000-0000-0000-0000-000000000000/proposal"
    body = {"outcome": "declare", "reason": "没有"}
    with pytest.raises(HubProblemError) as raised:
        bench.person(Role.CLERK).call("POST", path, json=body)
    assert raised.value.problem["type"].endswith("/privacy-finding-not-found")


TRAM = "gonggong-tingchechang"


def steps_to_publication(bench: Bench, name: str, provider: str) -> None:
    """Take an entry from draft to the step before publication."""
    for step, role in LIFECYCLE:
        bench.person(role, provider).call("POST", f"/api/v1/entries/{name}/steps", json={"step": step})
    authority = bench.city.people.city.authority.slug
    bench.person(Role.CATALOGUE_REVIEWER, authority).call(
        "POST", f"/api/v1/entries/{name}/steps", json={"step": "audit"}
    )


def publish(bench: Bench, name: str) -> Any:
    authority = bench.city.people.city.authority.slug
    reviewer = bench.person(Role.CATALOGUE_REVIEWER, authority)
    return reviewer.call("POST", f"/api/v1/entries/{name}/steps", json={"step": "publish"})


@pytest.fixture(scope="module")
def described(bench: Bench) -> dict[str, Any]:
    """Give an entry whose contact is a mobile number, up to the step before publication."""
    entry = demo_entry(TRAM, bench.city.people.today())
    body = entry.entry.to_dict()
    provider: Any = body["provider"]
    provider["contact"] = "值班员 13800138000"
    bench.person(Role.CLERK, entry.provider).call("POST", "/api/v1/entries", json={"entry": body})
    steps_to_publication(bench, TRAM, entry.provider)
    return {"provider": entry.provider}


def test_a_description_with_a_private_number_is_not_published_and_the_answer_names_the_place(
    bench: Bench, described: dict[str, Any]
) -> None:
    problem = problem_of(lambda: publish(bench, TRAM)).problem
    shown = json.dumps(problem, ensure_ascii=False)
    assert (problem["type"].rpartition("/")[2], "$.provider.contact" in shown, "13800138000" in shown) == (
        "privacy-hold",
        True,
        False,
    )


def test_a_description_is_published_once_its_finding_is_a_false_alarm(bench: Bench, described: dict[str, Any]) -> None:
    provider = described["provider"]
    found = bench.findings(member=provider)
    (finding,) = [one for one in found if one["place"] == "$.provider.contact"]
    said = {"outcome": "false_alarm", "reason": "值班手机由单位配发，属公务电话"}
    path = f"/api/v1/privacy/findings/{finding['id']}"
    bench.person(Role.CLERK, provider).call("POST", f"{path}/proposal", json=said)
    bench.person(Role.SECRECY_REVIEWER, provider).call("POST", f"{path}/decision", json=said)
    assert publish(bench, TRAM)["state"] == "published"


def test_a_finding_is_settled_when_a_published_version_declares_the_item(clean: Bench) -> None:
    finding = clean.push(mailboxes(150))["privacy"][0]["id"]
    clean.propose(finding, "declare")
    clean.decide(finding, "declare")
    people = clean.city.people
    body: Any = demo_entry(BUS_STOPS, people.today()).entry.to_dict()
    personal: Any = demo_entry(RESIDENTS, people.today()).entry.to_dict()
    body |= {"grade": personal["grade"], "assessments": personal["assessments"]}
    for one in body["items"]:
        if one["column"] == ITEM:
            one |= {"sensitivity": "PI", "share_type": 2, "open_type": 3, "masking": "address"}
            one |= {"share_scope": "履行职责需要的部门", "share_purpose": "核对", "excluded_from_opening": True}
    clean.person(Role.CLERK).call("PUT", f"/api/v1/entries/{BUS_STOPS}/draft", json={"entry": body})
    steps_to_publication(clean, BUS_STOPS, PROVIDER)
    publish(clean, BUS_STOPS)
    shown = clean.person(Role.CLERK).call("GET", f"/api/v1/privacy/findings/{finding}")
    assert (shown["state"], shown["holds"]) == ("settled", False)
