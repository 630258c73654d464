"""Records, claims and letters as departments send them, for the tests of exemptions; a test changes one thing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from hub.demo.numbers import credit_code
from hub.identity.roles import Role

if TYPE_CHECKING:
    from hub.client import Hub
    from hub.demo.load import People

BASE = "/api/v1/exemptions"
DECIDER = {"name": "示例负责人", "role": "数据共享工作负责人"}
FIRM = credit_code("91", "MB0FRM01")
PROVISIONS = {
    "R01": "政府信息公开条例 第十四条",
    "R04": "政府信息公开条例 第十五条",
    "R05": "政府信息公开条例 第十五条",
    "R15": "数据安全法 第三十八条",
}
CONSIDERED = dict.fromkeys(
    ("separate", "confidentiality", "masked", "verify_only", "aggregate_only"), "较窄形式仍会暴露受保护的内容"
)
SILENT_REASON = "权利人虽未答复，但该数据未曾公开且关系其定价，公开会损害其竞争地位"


def clerk(people: People, member: str) -> Hub:
    return people.person(member, Role.CLERK)


def head(people: People, member: str) -> Hub:
    return people.person(member, Role.APPROVER)


def office(people: People, member: str) -> Hub:
    return people.person(member, Role.SECRECY_REVIEWER)


def body_of(people: People, ground: str, evidence: dict[str, Any], **changes: Any) -> dict[str, Any]:
    today = people.today()
    return {
        "ground": ground,
        "evidence": evidence,
        "decider": DECIDER,
        "in_force_from": (today - timedelta(days=30)).isoformat(),
        "in_force_until": (today + timedelta(days=300)).isoformat(),
        "review_on": (today + timedelta(days=200)).isoformat(),
        **changes,
    }


def pointer(people: People, member: str, **changes: Any) -> dict[str, Any]:
    """Return the evidence of a pointer of the organ's own, made half a year ago."""
    today = people.today()
    return {
        "level": 3,
        "organ": people.city.member(member).name,
        "organ_level": 3,
        "officer": "定密责任人（办公室主任）",
        "matter": "国家秘密事项一览表第 4 项",
        "circle": "本单位办公室",
        "classified_on": (today - timedelta(days=180)).isoformat(),
        "declassify_on": None,
        "reference": "示密〔2026〕1号",
        "last_review_on": (today - timedelta(days=30)).isoformat(),
        **changes,
    }


def evidence(people: People, ground: str, item: str, member: str) -> dict[str, Any]:
    """Return sound evidence of a ground for an item."""
    on = (people.today() - timedelta(days=20)).isoformat()
    match ground:
        case "R01":
            return pointer(people, member)
        case "R04":
            return {
                "holder": "示例科技有限公司",
                "items": [item],
                "why_unknown": "只有财务人员知悉且未公布",
                "value": "可据以推知其定价和份额",
                "measures": "专人保管并签订保密协议",
                "claimed_on": on,
                "consultation": "objects_with_reason",
                "finding": "accepted",
                "finding_reason": "资料证明具有秘密性和商业价值",
                "found_on": on,
            }
        case "R05":
            return {
                "items": [item],
                "harm": "公开会暴露当事人的家庭关系",
                "assessed_by": "数据安全科",
                "assessed_on": on,
                "consultation": "by_class",
                "reference": "示评〔2026〕2号",
            }
        case _:
            return {"citation": "数据安全法 第三十八条"}


def claim(people: People, entry: str, items: list[str], **changes: Any) -> dict[str, Any]:
    today = people.today()
    return {
        "entry": entry,
        "items": items,
        "rows_covered": "本企业上一年度的年报数据",
        "holder": {"kind": "organisation", "number": FIRM, "name": "示例科技有限公司"},
        "why_unknown": "只有财务人员知悉且未公布",
        "value": "可据以推知其定价和市场份额",
        "measures": "专人保管并签订保密协议",
        "evidence_digests": ["ab" * 32],
        "made_when": "submission",
        "claimed_on": today.isoformat(),
        "until": date(today.year + 2, today.month, today.day).isoformat(),
        **changes,
    }


def finding(people: People, items: list[str], **changes: Any) -> dict[str, Any]:
    return {
        "finding": "accepted",
        "items": items,
        "reason": SILENT_REASON,
        "decider": DECIDER,
        "review_on": (people.today() + timedelta(days=300)).isoformat(),
        **changes,
    }


def letter(people: People, **changes: Any) -> dict[str, Any]:
    return {
        "party_kind": "organisation",
        "party": FIRM,
        "party_name": "示例科技有限公司",
        "received_on": people.today().isoformat(),
        **changes,
    }


def refusal(ground: str, record: str, **changes: Any) -> dict[str, Any]:
    """Return a lawful refusal of an item; a test changes one thing."""
    return {
        "decision": "refuse",
        "ground": ground,
        "exemption_id": record,
        "provision": PROVISIONS[ground],
        "facts": "该信息项的内容依法须予保护，提供会造成实际损害",
        "considered": CONSIDERED,
        **changes,
    }
