"""Every row of the grounds of refusal that concerns sharing, in every regulation pack, over HTTP (Zhengzhou Art. 20).

One lawful refusal for each ground and pack, and what must not pass, with the reason named. What a refusal must carry
attempt by attempt is in ``tests/hub/exemptions/test_refusals_by_pack.py`` too; here stand the attempts it leaves
out, and the grounds that can never refuse sharing: those of disclosure (R02, R03, R06-R14) and R16.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hub.identity.roles import Role
from policies.packs import load_pack
from tests.hub.exemptions import records
from tests.law.conftest import ASKER, CIVIL, HOLDER, PACKS, REPORTS, Town
from tests.support import acts

if TYPE_CHECKING:
    from collections.abc import Mapping

ITEM, OTHER = "jingying_zhuangtai", "tongxin_dizhi"
GROUNDS = ("R01", "R04", "R05", "R15")
SWITCHED_ON = {"zhengzhou": GROUNDS[:3], "jilin": GROUNDS[:3], "national": GROUNDS}
"""The grounds of a refusal to share by pack: the overlay stands where it is switched on."""
DISCLOSURE = ("R02", "R03", "R06", "R07", "R08", "R09", "R10", "R11", "R12", "R13", "R14")
LAW = {"citation": "数据安全法 第三十八条"}
ARTICLES = {"zhengzhou": "郑州市信息化建设管理办法", "jilin": "吉林市信息化促进办法", "national": "政府信息公开条例"}
ATTEMPTS: Mapping[str, tuple[str, dict[str, Any], str]] = {
    "no record": ("", {}, "no-exemption"),
    "a lapsed record": ("lapsed ", {}, "lapsed"),
    "another organ's record": ("stranger", {}, "no-exemption"),
    "another item's record": ("other ", {}, "no-exemption"),
    "another ground's record": ("swapped ", {}, "no-exemption"),
    "a departmental rule": ("=", {"provision": "《企业信用信息管理办法》第五条"}, "provision"),
    "a local rule": ("=", {"provision": "某市数据管理办法 第五条"}, "provision"),
    "a rule without an article": ("=", {"provision": "政府信息公开条例"}, "provision"),
    "inconvenience": ("=", {"facts": "不方便提供"}, "no-facts"),
    "no facts": ("=", {"facts": " "}, "no-facts"),
    "no narrower form considered": ("=", {"considered": {}}, "narrower-forms"),
    "narrower forms without a reason": ("=", {"considered": dict.fromkeys(records.CONSIDERED, "不方便")}, "narrower"),
    "no decider": ("=", {"decider_role": ""}, "decider"),
}
"""What the provider tries, by what it changes in a lawful refusal, and the reason that is named."""


@pytest.fixture(scope="package")
def filed(town: Town) -> dict[str, str]:
    """Records on the item by ground, and those that must carry nothing."""
    past = (town.people.today() - timedelta(days=1)).isoformat()
    found: dict[str, str] = {}
    for ground in SWITCHED_ON[town.pack]:
        found[ground] = town.in_force(ground, ITEM)
        found[f"other {ground}"] = town.in_force(ground, OTHER)
        found[f"lapsed {ground}"] = town.in_force(ground, ITEM, in_force_until=past)
    for ground in SWITCHED_ON[town.pack]:
        found[f"swapped {ground}"] = found["R05" if ground == "R04" else "R04"]
    given = records.evidence(town.people, "R05", "xingming", CIVIL)
    body = records.body_of(town.people, "R05", given, entry=acts.MARRIAGES, item="xingming")
    found["stranger"] = records.head(town.people, CIVIL).call("POST", records.BASE, json=body)["id"]
    return found


@pytest.fixture(scope="package")
def line(town: Town) -> dict[str, Any]:
    """A request that stays open through all attempts."""
    return town.waiting(ITEM)


def not_switched_on(town: Town, ground: str) -> bool:
    return ground not in SWITCHED_ON[town.pack]


@pytest.mark.parametrize("ground", GROUNDS)
def test_ground_with_a_record_in_force_refuses_with_article_forms_and_remedy(
    town: Town, filed: dict[str, str], ground: str
) -> None:
    if not_switched_on(town, ground):
        body = records.body_of(town.people, ground, LAW, entry=REPORTS, item=ITEM)
        made = records.head(town.people, HOLDER).call("POST", records.BASE, json=body)
        assert [one["code"] for one in made["not_in_force"]] == ["ground-unknown"]
        return
    answered = town.refuse(town.waiting(ITEM), ITEM, records.refusal(ground, filed[ground]))
    told = acts.line_of(answered, ITEM)["answer"]
    assert (told["ground"], told["exemption"]) == (ground, filed[ground])
    assert ("第28条" in told["remedy"]["zh"], "Art.28" in told["remedy"]["en"]) == (True, True)


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_ground_does_not_refuse_with(
    town: Town, filed: dict[str, str], line: dict[str, Any], ground: str, attempt: str
) -> None:
    key, changes, code = ATTEMPTS[attempt]
    record = {"": "", "=": filed.get(ground, ""), "stranger": filed["stranger"]}.get(key)
    if record is None:
        record = filed.get(key + ground, "")
    given = records.refusal(ground, record, **changes)
    problem = acts.problem_of(lambda: town.refuse(line, ITEM, given))
    wanted = "ground-unknown" if not_switched_on(town, ground) and problem.status == 409 else code
    said = str(problem.problem)
    assert (problem.status in {409, 422}, wanted in said) == (True, True), said
    assert acts.line_of(town.read(line), ITEM)["state"] == "waiting"


@pytest.mark.parametrize("ground", DISCLOSURE)
def test_ground_of_disclosure_refuses_no_sharing_on_its_own_record_or_another(
    town: Town, filed: dict[str, str], line: dict[str, Any], ground: str
) -> None:
    body = records.body_of(town.people, ground, LAW, entry=REPORTS, item=ITEM)
    filed_here = town.doors.staff(HOLDER, Role.APPROVER).post(records.BASE, json=body)
    own = filed_here.json().get("id", "")
    for record in (own, filed["R05"]):
        given = records.refusal("R05", record) | {"ground": ground}
        codes = town.reasons(lambda given=given: town.refuse(line, ITEM, given))  # type: ignore[misc]
        assert codes & {"ground-unknown", "ground-not-on-path"}, codes
    assert acts.line_of(town.read(line), ITEM)["state"] == "waiting"


def test_r16_is_a_narrowing_with_an_offer_and_never_a_refusal(
    town: Town, filed: dict[str, str], line: dict[str, Any]
) -> None:
    given = records.refusal("R05", filed["R05"]) | {"ground": "R16", "provision": "政务数据共享条例 第二十条"}
    codes = town.reasons(lambda: town.refuse(line, ITEM, given))
    request = town.waiting(ITEM)
    offer = {"decision": "narrow", "offer": "masked", "duty": "核对经营状态只需知道是否存续"}
    answered = acts.line_of(acts.answer(town.people, HOLDER, request, ITEM, **offer), ITEM)
    assert (bool(codes), answered["state"], answered["answer"].get("ground")) == (True, "narrowed", None)


@pytest.mark.parametrize("changes", [{"offer": None}, {"duty": ""}, {"offer": "full"}])
def test_r16_names_the_duty_and_a_narrower_offer(town: Town, line: dict[str, Any], changes: dict[str, Any]) -> None:
    given = {"decision": "narrow", "offer": "masked", "duty": "核对经营状态只需知道是否存续", **changes}
    problem = acts.problem_of(lambda: acts.answer(town.people, HOLDER, line, ITEM, **given))
    assert problem.status in {409, 422}
    assert acts.line_of(town.read(line), ITEM)["state"] == "waiting"


def test_grounds_of_a_refusal_cite_the_article_of_the_pack(town: Town, filed: dict[str, str]) -> None:
    request = town.waiting(ITEM)
    answered = town.refuse(request, ITEM, records.refusal("R05", filed["R05"]))
    path = f"/api/v1/requests/{request['id']}/lines/{acts.line_of(answered, ITEM)['id']}/letter"
    letter = records.head(town.people, HOLDER).raw("GET", path, params={"format": "text"}).text
    assert ARTICLES[town.pack] in letter


def test_a_grant_by_rule_or_by_the_provider_cites_the_law_of_no_other_city(town: Town) -> None:
    by_rule = acts.ask_for(town.people, ASKER, acts.RESIDENTS, {"minzu": "masked"})
    asked = town.waiting(ITEM)
    by_provider = acts.answer(town.people, HOLDER, asked, ITEM, decision="masked")
    cited = [by_rule["lines"][0]["answer"]["article"], acts.line_of(by_provider, ITEM)["answer"]["article"]]
    others = [name for pack, name in ARTICLES.items() if pack not in {town.pack, "national"}]
    assert [name for name in others for article in cited if name in article or "郑州 Art" in article] == []
    assert [ARTICLES[town.pack] in article or town.pack == "national" for article in cited] == [True, True]


def test_grounds_listed_here_are_those_of_the_packs() -> None:
    for pack in PACKS:
        known = load_pack(pack).grounds
        assert {code for code, one in known.items() if one.kind.value in {"ground", "national_overlay"}} <= set(GROUNDS)
        assert {code for code in known if code not in GROUNDS} <= {*DISCLOSURE, "R16"}
