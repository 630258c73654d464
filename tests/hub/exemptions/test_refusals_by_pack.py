"""In every pack and on every ground one refusal is lawful, and the attempts the law forbids do not pass (Art. 20)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.hub.exemptions import records
from tests.hub.exemptions.conftest import HOLDER, REPORTS
from tests.support import acts

if TYPE_CHECKING:
    from tests.hub.exemptions.conftest import Town

ITEM, OTHER = "jingying_zhuangtai", "tongxin_dizhi"
ALL = [(pack, ground) for pack in ("zhengzhou", "jilin", "national") for ground in ("R01", "R04", "R05")]
ALL += [("national", "R15")]


@pytest.fixture(scope="module")
def filed(town: Town) -> dict[str, str]:
    """Records on the item by ground, and those that must carry nothing."""
    people = town.people
    found = {ground: town.in_force(ground, ITEM) for ground in records.PROVISIONS}
    for ground in records.PROVISIONS:
        found[f"other {ground}"] = town.in_force(ground, OTHER)
        past = (people.today() - timedelta(days=1)).isoformat()
        found[f"lapsed {ground}"] = town.in_force(ground, ITEM, in_force_until=past)
    marriages = records.evidence(people, "R05", "xingming", "minzhengju")
    body = records.body_of(people, "R05", marriages, entry=acts.MARRIAGES, item="xingming")
    found["stranger"] = records.head(people, "minzhengju").call("POST", records.BASE, json=body)["id"]
    return found


@pytest.fixture(scope="module")
def line(town: Town) -> dict[str, Any]:
    """A request that stays open through all attempts."""
    return town.waiting(ITEM)


@pytest.mark.parametrize(("pack", "ground"), ALL)
def test_a_refusal_on_a_record_in_force_is_lawful(town: Town, filed: dict[str, str], pack: str, ground: str) -> None:
    town.under(pack)
    request = town.waiting(ITEM)
    answered = town.refuse(request, ITEM, records.refusal(ground, filed[ground]))
    told = acts.line_of(answered, ITEM)["answer"]
    assert (told["ground"], told["exemption"], bool(told["remedy"]["zh"])) == (ground, filed[ground], True)


ATTEMPTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "no record": ("", {}, "no-exemption"),
    "a lapsed record": ("lapsed ", {}, "lapsed"),
    "another organ's record": ("stranger", {}, "no-exemption"),
    "another item's record": ("other ", {}, "no-exemption"),
    "a departmental rule": ("=", {"provision": "《企业信用信息管理办法》第五条"}, "provision"),
    "inconvenience": ("=", {"facts": "不方便提供"}, "no-facts"),
    "no narrower form considered": ("=", {"considered": {}}, "narrower-forms"),
}


@pytest.mark.parametrize(("pack", "ground"), ALL)
@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_what_the_law_forbids_does_not_pass(
    town: Town, filed: dict[str, str], line: dict[str, Any], pack: str, ground: str, attempt: str
) -> None:
    town.under(pack)
    key, changes, code = ATTEMPTS[attempt]
    record = ""
    if key:
        record = {"=": filed[ground], "stranger": filed["stranger"]}.get(key) or filed[key + ground]
    problem = acts.problem_of(lambda: town.refuse(line, ITEM, records.refusal(ground, record, **changes)))
    codes = {reason["code"] for reason in problem.problem["reasons"]}
    assert (problem.status, code in codes) == (409, True), codes


@pytest.mark.parametrize("pack", ["zhengzhou", "jilin"])
def test_a_city_without_the_overlay_knows_no_r15(
    town: Town, filed: dict[str, str], line: dict[str, Any], pack: str
) -> None:
    town.under(pack)
    problem = acts.problem_of(lambda: town.refuse(line, ITEM, records.refusal("R15", filed["R15"])))
    assert "ground-unknown" in {reason["code"] for reason in problem.problem["reasons"]}


@pytest.mark.parametrize(
    "changes",
    [
        {"level": 2, "organ_level": 4},
        {"organ": "示例市公安局"},
        {"officer": ""},
        {"matter": ""},
        {"matter": "机密★10年"},
        {"circle": "联系人 13812345678"},
        {"referral": {"authority": "保密局", "reference": "x", "on": "2026-02-01", "upholds_secrecy": True}},
        {"organ_is_authorised": True},
        {"title": "某某工程方案"},
    ],
)
def test_a_pointer_that_the_organ_may_not_make_or_that_tells_content_is_not_stored(
    town: Town, changes: dict[str, Any]
) -> None:
    before = town.city.counts()
    given = records.pointer(town.people, HOLDER, **changes)
    body = records.body_of(town.people, "R01", given, entry=None, item=None)
    problem = acts.problem_of(lambda: records.office(town.people, HOLDER).call("POST", records.BASE, json=body))
    assert (problem.status, town.city.counts()) == (422, before)


def test_a_city_organ_sets_no_top_secret_and_such_a_pointer_is_never_in_force(town: Town) -> None:
    given = records.pointer(town.people, HOLDER, level=1)
    body = records.body_of(town.people, "R01", given, entry=None, item=None)
    made = records.office(town.people, HOLDER).call("POST", records.BASE, json=body)
    assert "organ-not-entitled" in {one["code"] for one in made["not_in_force"]}


def test_a_pointer_is_signed_by_the_secrecy_office_and_the_head(town: Town) -> None:
    body = records.body_of(town.people, "R01", records.pointer(town.people, HOLDER), entry=REPORTS, item=OTHER)
    made = records.office(town.people, HOLDER).call("POST", records.BASE, json=body)
    path = f"{records.BASE}/{made['id']}/confirm"
    again = acts.problem_of(lambda: records.office(town.people, HOLDER).call("POST", path))
    done = records.head(town.people, HOLDER).call("POST", path)
    steps = [one["step"] for one in done["history"]]
    assert (made["in_force"], again.status, done["in_force"], steps) == (False, 409, True, ["record", "confirm"])


def test_the_secrecy_office_files_no_other_ground(town: Town) -> None:
    given = records.evidence(town.people, "R05", OTHER, HOLDER)
    body = records.body_of(town.people, "R05", given, entry=REPORTS, item=OTHER)
    assert (
        acts.problem_of(lambda: records.office(town.people, HOLDER).call("POST", records.BASE, json=body)).status == 409
    )
