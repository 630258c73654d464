"""The fifteen cases of the guide to the exemptions, each over HTTP with simulated time, in every regulation pack.

A case's sentence is its test's docstring; the order is that of the guide, the clock goes forward only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.demo.directory import demo_entry
from hub.demo.load import review
from hub.demo.population import FRAMES
from hub.identity.roles import Role
from tests.hub.exemptions import records
from tests.law.conftest import (
    ASKER,
    CIVIL,
    HOLDER,
    HOUSEHOLD,
    HOUSING,
    PENALTIES,
    POLICE,
    PUPILS,
    REPORTS,
    THIRD_PERSON,
    numbers_in,
)
from tests.support import acts
from tests.support.acts import MARRIAGES, RESIDENTS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.law.conftest import Town

BASE = records.BASE
HOUSEHOLDS = "huji-biandong"
COUNTED = {"xingbie": "aggregate_only", "minzu": "aggregate_only", "gengxin_shijian": "full"}


def count(town: Town, member: str, **asked: Any) -> dict[str, Any]:
    body = {"purpose": acts.PURPOSE, "case_number": acts.CASE, **asked}
    return town.people.system(member).call("POST", f"/api/v1/exchange/{RESIDENTS}/aggregate", json=body)


def one_row(town: Town, number: str, member: str = HOUSING, **more: Any) -> dict[str, Any]:
    where = {"item": "shenfen_haoma", "op": "eq", "value": number}
    found: dict[str, Any] = acts.query(town.people.system(member), RESIDENTS, where=where, **more).json()
    return found


def test_case_01_whether_a_person_is_alive_is_verified_and_not_read(town: Town) -> None:
    """Tax asks population for alive/deceased of a taxpayer: verify-only, allowed on grant."""
    person = town.adult(0).number
    items = {"shenfen_haoma": "verify_only", "siwang_biaoshi": "verify_only"}
    without = acts.problem_of(
        lambda: acts.verify(town.people.system(ASKER), RESIDENTS, {"shenfen_haoma": person}, {"siwang_biaoshi": "否"})
    )
    request = acts.ask_for(town.people, ASKER, RESIDENTS, items)
    for line in request["lines"]:
        if line["state"] == "waiting":
            acts.answer(town.people, POLICE, request, line["item"], decision="verify_only")
    town.settle()
    system = town.people.system(ASKER)
    told = acts.verify(system, RESIDENTS, {"shenfen_haoma": person}, {"siwang_biaoshi": "否"})
    read = acts.problem_of(lambda: acts.query(system, RESIDENTS, items=["siwang_biaoshi"]))
    assert (without.status, told["items"]["siwang_biaoshi"], read.status) == (403, "match", 403)


def test_case_02_the_whole_register_for_analysis_is_returned_with_counts_by_community(town: Town) -> None:
    """Housing asks for the whole household register "for analysis": counts by community; R16 if insisted."""
    acts.publish(town.people, HOUSEHOLDS)
    request = acts.ask_for(town.people, HOUSING, HOUSEHOLDS, {"xin_dizhi": "full", "biandong_leixing": "full"})
    given = {"decision": "narrow", "offer": "aggregate_only", "duty": "编制住房需求计划只需分区数量，不需逐户资料"}
    returned = acts.line_of(acts.answer(town.people, POLICE, request, "xin_dizhi", **given), "xin_dizhi")
    insisted = acts.ask_for(town.people, HOUSING, HOUSEHOLDS, {"xin_dizhi": "full"})
    refused = records.refusal("R05", "") | {"ground": "R16", "provision": "政务数据共享条例 第二十条"}
    codes = town.reasons(lambda: town.refuse(insisted, "xin_dizhi", refused, POLICE))
    again = acts.line_of(acts.answer(town.people, POLICE, insisted, "xin_dizhi", **given), "xin_dizhi")
    assert (returned["state"], again["state"], bool(codes)) == ("narrowed", "narrowed", True)
    assert again["answer"]["offer"] == "aggregate_only"


def test_case_03_a_citizen_sees_which_organs_looked_without_the_officers(town: Town) -> None:
    """A citizen asks who looked at her record: departments, purposes, times, without officers' names."""
    person = town.adult(1)
    one_row(town, person.number, items=["xingming"])
    found = town.sign_in(person.number).get("/api/v1/me/accesses").json()["accesses"][0]
    assert (found["organ"], found["purpose"]) == ("示例市住房和城乡建设局", acts.PURPOSE)
    assert set(found) == {"at", "organ", "resource", "title", "kind", "purpose", "legal_basis", "items"}


def test_case_04_silence_leaves_the_decision_to_the_organ_which_writes_why(town: Town) -> None:
    """A firm's unpublished revenue: R04 route, consultation; after 15 working days the organ decides."""
    public = town.doors.public().get(f"/api/v1/datasets/{REPORTS}").json()
    clerk, item = records.clerk(town.people, HOLDER), "zichan_zonge"
    claim = clerk.call("POST", f"{BASE}/claims", json=records.claim(town.people, REPORTS, [item]))
    record = claim["exemptions"][0]["id"]
    sent = clerk.call("POST", f"{BASE}/{record}/consultations", json=records.letter(town.people))
    due = town.clock.forward(working_days=15)

    def find(**more: Any) -> dict[str, Any]:
        body = records.finding(town.people, [item], **more)
        return records.head(town.people, HOLDER).call("POST", f"{BASE}/claims/{claim['id']}/finding", json=body)

    early = acts.problem_of(find)
    town.clock.forward(days=1)
    town.sweep()
    empty = acts.problem_of(lambda: find(reason="不方便"))
    decided = find()
    done = records.head(town.people, HOLDER).call("GET", f"{BASE}/{record}")
    assert "R04" in {one["ground"] for one in public["withheld"]}
    assert (sent["due_on"], early.status, empty.status, decided["finding"]) == (str(due), 409, 422, "accepted")
    assert done["consultations"][0]["outcome"] == "silent"
    assert done["consultations"][0]["decision_reason"] == records.SILENT_REASON


def test_case_05_a_penalty_is_released_and_the_third_persons_number_is_not(town: Town) -> None:
    """Penalty decision with a third person's number: released, the number masked, statement attached."""
    page = town.doors.public().get(f"/api/v1/datasets/{PENALTIES}/rows")
    told = {one["column"]: one for one in page.json()["withheld"]}
    described = town.doors.public().get(f"/api/v1/datasets/{PENALTIES}").json()["withheld"]
    assert (page.json()["returned"], numbers_in(page.text), bool(told[THIRD_PERSON]["article"])) == (1, [], True)
    assert [(one["column"], one["ground"], bool(one["remedy"])) for one in described] == [(THIRD_PERSON, "R05", True)]


def test_case_06_a_cell_of_two_is_hidden_and_a_second_one_protects_the_total(town: Town) -> None:
    """Recipients by village with a cell of 2: suppressed, and a second cell to protect the total."""
    acts.ask_for(town.people, HOUSING, RESIDENTS, COUNTED, modes=["aggregate"])
    town.settle()
    found = count(town, HOUSING, group_by=["xingbie", "minzu"])
    hidden = [cell["status"] for cell in found["cells"] if cell["count"] is None]
    assert {"suppressed_primary", "suppressed_secondary"} <= set(hidden)
    assert found["suppressed"] == len(hidden)
    true = {(sex, group): size for sex, group, size in FRAMES[RESIDENTS]().group_by("xingbie", "minzu").len().rows()}
    shown = [cell["group"] for cell in found["cells"] if cell["count"] is not None and len(cell["group"]) == 2]
    assert min(true.values()) < 5 <= min(true[one["xingbie"], one["minzu"]] for one in shown)


def test_case_07_a_file_marked_secret_is_stopped_with_an_incident_and_nothing_is_kept(
    town: Town, tmp_path: Path
) -> None:
    """File with 机密★ in the header pushed by a connector: blocked, nothing kept, incident."""
    path = tmp_path / "residents.csv"
    names = ",".join(item.name for item in demo_entry(RESIDENTS, town.clock.today).entry.items)
    path.write_text(f"机密★10年\n{names}\n", encoding="utf-8")
    before, secret = town.city.counts(), "机密★".encode()
    problem = acts.problem_of(lambda: town.people.system(POLICE).push(RESIDENTS, path, options={"mode": "upsert"}))
    after = town.city.counts()
    changed = {name for name in after if after[name] != before[name]}
    assert (problem.status, after["hub.incident"]) == (422, before["hub.incident"] + 1)
    assert {name for name in changed if name.startswith("data.")} == set()
    assert secret not in str(problem.problem).encode()


def test_case_08_a_secret_of_2013_for_ten_years_refuses_nothing_and_returns_to_review(town: Town) -> None:
    """秘密 claim dated 2013 with ten-year period: expired, refusal R01 rejected, item returns to review."""
    given = records.pointer(town.people, HOLDER, classified_on="2013-05-06", last_review_on="2022-05-06")
    record = town.in_force("R01", "niandu", evidence=given, in_force_from="2013-05-06", in_force_until=None)
    request = town.waiting("niandu")
    codes = town.reasons(lambda: town.refuse(request, "niandu", records.refusal("R01", record)))
    town.sweep()
    back = records.head(town.people, HOLDER).call("GET", f"{BASE}/returns")["returns"]
    causes = {one["exemption_id"]: one["causes"] for one in back}
    assert {"declassified", "lapsed"} <= codes
    assert "declassified" in causes[record]


def test_case_09_inconvenient_is_no_ground_and_silence_goes_to_the_supervisor(town: Town) -> None:
    """Department refuses with "inconvenient": the request stays open, expiry goes to the supervision board."""
    request = town.waiting("niandu")
    refusal = records.refusal("R05", "") | {"ground": "不方便", "provision": "", "facts": "不方便"}
    codes = town.reasons(lambda: town.refuse(request, "niandu", refusal))
    town.clock.forward(working_days=11)
    town.sweep()
    late = town.read(request)
    assert ("ground-unknown" in codes, acts.line_of(late, "niandu")["state"]) == (True, "waiting")
    assert (late["clocks"][0]["state"], len(town.notices(town.supervisor, request, "clock.overdue"))) == ("overdue", 1)


def test_case_10_not_shared_by_a_departmental_rule_is_returned_to_the_department(town: Town) -> None:
    """Data whose class is *not shared* citing a departmental rule: V03 fails, directory entry returned."""
    data: Any = demo_entry("juzhuzheng", town.clock.today).entry.to_dict()
    rule = {"rule": "公安机关人口数据管理办法", "article": "第十二条", "rank": "departmental_rule"}
    data["sharing"] = {"type": 3, "modes": ["01"], "citations": [rule]}
    draft = records.clerk(town.people, POLICE).call("POST", "/api/v1/entries", json={"entry": data})
    step = {"step": "assess"}
    path = f"/api/v1/entries/{draft['name']}/steps"
    problem = acts.problem_of(lambda: records.clerk(town.people, POLICE).call("POST", path, json=step))
    assert "V03" in {one["rule"] for one in draft["findings"]}
    assert (problem.status, draft["state"], draft["published_version"]) == (422, "draft", None)


def test_case_11_a_second_table_that_differs_by_three_persons_is_refused(town: Town) -> None:
    """Two released tables differ by one village of 3 persons: second query refused (differencing)."""
    request = acts.ask_for(town.people, "jiaoyuju", RESIDENTS, COUNTED, modes=["aggregate"])
    acts.answer(town.people, POLICE, request, "gengxin_shijian", decision="full")
    town.settle()
    latest = sorted(FRAMES[RESIDENTS]()["gengxin_shijian"].to_list(), reverse=True)[3]
    value = latest.isoformat() if hasattr(latest, "isoformat") else str(latest)
    count(town, "jiaoyuju", group_by=["xingbie"])
    where = {"item": "gengxin_shijian", "op": "le", "value": value}
    problem = acts.problem_of(lambda: count(town, "jiaoyuju", group_by=["xingbie"], where=where))
    assert (problem.status, problem.problem["type"]) == (409, "/problems/differencing")


def test_case_12_a_guardian_sees_the_record_of_a_twelve_year_old_after_proof(town: Town) -> None:
    """Guardian of a 12-year-old asks for the child's record: allowed after proof; from 14 own right too."""
    child, youth = town.child(12), town.child(15)
    assert child.guardian is not None
    browser = town.sign_in(child.guardian.number, second_factor="1")
    before = browser.get(f"/api/v1/me/records/{PUPILS}", params={"ward": "x"})
    proven = browser.post("/api/v1/me/wards", json={"number": child.number}, headers=town.csrf(browser))
    record = browser.get(f"/api/v1/me/records/{PUPILS}", params={"ward": proven.json()["ward"]}).json()
    alone = town.sign_in(child.number).get("/api/v1/me/records")
    own = town.sign_in(youth.number).get("/api/v1/me/records")
    assert (before.status_code, alone.status_code, own.status_code) == (403, 403, 200)
    assert [row["shenfen_haoma"] for row in record["rows"]] == [child.number]


def test_case_13_an_extract_passed_to_a_contractor_suspends_the_grant(town: Town) -> None:
    """Agency passes extract to a contractor: event of 共享条例 40(3): suspension."""
    request = acts.ask_for(town.people, ASKER, MARRIAGES, {"hunyin_zhuangtai": "verify_only"})
    acts.answer(town.people, CIVIL, request, "hunyin_zhuangtai", decision="verify_only")
    listed = town.people.person(ASKER, Role.AGENCY_USER).call("GET", "/api/v1/grants", params={"limit": 200})
    grant = next(one["id"] for one in listed["grants"] if one["request"] == request["id"])
    provider, path = records.head(town.people, CIVIL), f"/api/v1/grants/{grant}/status"
    bare = acts.problem_of(lambda: provider.call("POST", path, json={"status": "suspended", "reason": "对方不便"}))
    stop = {"status": "suspended", "reason": "使用单位将所取得数据交由外包单位处理", "ground": "third-party"}
    stopped = provider.call("POST", path, json=stop)
    town.settle()
    key, claims = {"shenfen_haoma": town.adult(2).number}, {"hunyin_zhuangtai": "10"}
    denied = acts.problem_of(lambda: acts.verify(town.people.system(ASKER), MARRIAGES, key, claims))
    assert (bare.status, stopped["status"], denied.status) == (422, "suspended", 403)
    assert "40(3)" in stopped["ground_article"]


def test_case_14_a_budget_is_no_state_secret_without_a_referral_that_upholds_it(town: Town) -> None:
    """Own-motion item (budget) refused as state secret without referral: blocked."""
    people, body = town.people, demo_entry("zhuyao-jingji-zhibiao", town.clock.today)
    data: Any = body.entry.to_dict()
    item = next(one for one in data["items"] if one["column"] not in data["keys"])
    item["own_motion"] = "OM07"
    records.clerk(people, body.provider).call("POST", "/api/v1/entries", json={"entry": data})
    review(people, body)
    given = records.pointer(people, body.provider)
    filed = records.body_of(people, "R01", given, entry=body.name, item=item["column"])
    record = records.office(people, body.provider).call("POST", BASE, json=filed)["id"]
    path = f"{BASE}/{record}"
    blocked = acts.problem_of(lambda: records.head(people, body.provider).call("POST", f"{path}/confirm"))
    asked = {"authority": "示例省国家保密局", "reference": "示密移〔2026〕1号"}
    records.office(people, body.provider).call("POST", f"{path}/referral", json=asked)
    upheld = {"reference": "省密函〔2026〕5号", "on": str(people.today()), "upholds_secrecy": True}
    records.head(people, body.provider).call("POST", f"{path}/referral/answer", json=upheld)
    done = records.head(people, body.provider).call("POST", f"{path}/confirm")
    assert (blocked.status, done["in_force"]) == (409, True)


def test_case_15_while_a_correction_is_open_business_goes_on_and_the_record_is_flagged(town: Town) -> None:
    """Correction ticket open: business query still answered, flagged *under verification*."""
    number = town.adult(3).number
    before = one_row(town, number)
    report = {"entry": RESIDENTS, "key": {"shenfen_haoma": number}, "items": {"minzu": "02"}, "reason": "与证件不符"}
    town.people.system(HOUSING).call("POST", "/api/v1/corrections", json=report)
    town.settle()
    after = one_row(town, number)
    assert (before["under_verification"], after["rows"] == before["rows"]) == ([], True)
    assert after["under_verification"] == [{"row": 0, "items": ["minzu"]}]


def test_case_02_what_housing_may_have_of_the_register_comes_in_the_form_of_its_class(town: Town) -> None:
    """The part within duty is given in the form the class allows, not in full."""
    request = acts.ask_for(town.people, HOUSING, RESIDENTS, HOUSEHOLD)
    forms = {line["item"]: (line["state"], line["treatment"]) for line in request["lines"]}
    assert "full" not in {form for state, form in forms.values() if state == "granted"}, forms
