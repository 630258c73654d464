"""Real-looking facts for the tests of the law: 郑州市公安局 holds the population register, 郑州市民政局 asks.

Each function returns a value that holds; a test changes the one thing it is about.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from policies.claims import (
    Consultation,
    Decider,
    Evidence,
    Exemption,
    ExemptionStatus,
    Finding,
    LegalCitation,
    OrganLevel,
    PrivacyAssessment,
    ReasonRecord,
    SecrecyLevel,
    SecretPointer,
    TradeSecretClaim,
)
from policies.exemptions import RefusalAct
from policies.facts import (
    Action,
    DecisionRequest,
    GrantFacts,
    GrantStatus,
    ItemFacts,
    Mode,
    OpenType,
    Requester,
    RequesterKind,
    ResourceFacts,
    ResourceKind,
    Sensitivity,
    ShareType,
    Treatment,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
POLICE = "11410100005252058X"
CIVIL_AFFAIRS = "11410100005252111A"
RESOURCE = "population"
BASIS = "婚姻登记条例 第七条"
HEAD = Decider("李明", "共享工作机构负责人")
PACKS = ("zhengzhou", "jilin", "national")
PROVISIONS: Mapping[str, str] = {
    "R01": "政府信息公开条例 第十四条",
    "R02": "政府信息公开条例 第十四条",
    "R03": "政府信息公开条例 第十四条",
    "R04": "政府信息公开条例 第十五条",
    "R05": "政府信息公开条例 第十五条",
    "R06": "政府信息公开条例 第十六条",
    "R07": "政府信息公开条例 第十六条",
    "R08": "政府信息公开条例 第十六条",
    "R15": "户口登记条例 第八条",
}
FORMS: Mapping[str, tuple[str, ...]] = {
    "R01": ("separate",),
    "R04": ("confidentiality", "masked", "verify_only"),
    "R05": ("masked", "verify_only", "aggregate_only"),
    "R15": ("separate",),
}


def evidence(ground: str, column: str) -> Evidence:
    """Return evidence of the kind a ground asks for, sound on ``TODAY``."""
    match ground:
        case "R01":
            return SecretPointer(
                SecrecyLevel.CONFIDENTIAL,
                "郑州市公安局",
                OrganLevel.CITY,
                date(2024, 5, 1),
                date(2030, 5, 1),
                "郑公密〔2024〕3号",
                date(2025, 11, 3),
            )
        case "R04":
            return TradeSecretClaim(
                "河南示例科技有限公司",
                frozenset({column}),
                "仅内部少数人员掌握",
                "决定投标报价",
                "专柜保管并签保密协议",
                date(2025, 10, 9),
                Consultation.OBJECTS_WITH_REASON,
                Finding.ACCEPTED,
                "资料证明具备秘密性和商业价值",
                date(2025, 11, 2),
            )
        case "R05":
            return PrivacyAssessment(
                frozenset({column}),
                "公开会使当事人婚姻状况被他人知晓",
                "法制科",
                date(2025, 12, 1),
                Consultation.BY_CLASS,
                "郑公评〔2025〕8号",
            )
        case "R02" | "R15":
            return LegalCitation("《中华人民共和国户口登记条例》第八条")
        case _:
            return ReasonRecord("属于人事管理内部事务信息", "郑公办〔2025〕12号")


def exemption(ground: str, column: str = "spouse_id", **changes: Any) -> Exemption:
    """Return an exemption record in force on ``TODAY``."""
    values: dict[str, Any] = {
        "id": f"E-{ground}",
        "ground": ground,
        "item": column,
        "evidence": evidence(ground, column),
        "decided_by": POLICE,
        "decider": HEAD,
        "in_force_from": date(2025, 12, 10),
        "in_force_until": date(2027, 12, 9),
        "review_on": date(2026, 12, 1),
        "status": ExemptionStatus.DECIDED,
    }
    return Exemption(**(values | changes))


def item(column: str = "spouse_id", sensitivity: Sensitivity = Sensitivity.PI, **changes: Any) -> ItemFacts:
    """Return an item that is shared on conditions and not open."""
    values: dict[str, Any] = {
        "name": "配偶身份号码",
        "column": column,
        "sensitivity": sensitivity,
        "share_type": ShareType.CONDITIONAL,
        "open_type": OpenType.CLOSED,
    }
    return ItemFacts(**(values | changes))


def open_item(column: str = "district", **changes: Any) -> ItemFacts:
    """Return a public item, shared and opened without conditions."""
    values: dict[str, Any] = {
        "name": "行政区",
        "sensitivity": Sensitivity.PUB,
        "share_type": ShareType.UNCONDITIONAL,
        "open_type": OpenType.UNCONDITIONAL,
    }
    return item(column, **(values | changes))


def resource(*items: ItemFacts, pack: str = "zhengzhou", **changes: Any) -> ResourceFacts:
    """Return the population register of the police, published."""
    values: dict[str, Any] = {
        "id": RESOURCE,
        "name": "人口基本信息",
        "provider_id": POLICE,
        "kind": ResourceKind.RECORDS,
        "pack": pack,
        "items": items or (item(),),
        "published": True,
    }
    return ResourceFacts(**(values | changes))


def grant(items: Mapping[str, Treatment] | None = None, **changes: Any) -> GrantFacts:
    """Return a grant of the civil affairs bureau's marriage system, valid on ``NOW``."""
    values: dict[str, Any] = {
        "id": "G-1",
        "version": 1,
        "system_id": "marriage",
        "member_id": CIVIL_AFFAIRS,
        "resource_id": RESOURCE,
        "items": {"spouse_id": Treatment.FULL} if items is None else items,
        "purposes": frozenset({"marriage-registration"}),
        "legal_basis": BASIS,
        "valid_from": datetime(2026, 1, 1, tzinfo=UTC),
        "valid_until": datetime(2027, 1, 1, tzinfo=UTC),
        "status": GrantStatus.ACTIVE,
        "modes": frozenset(Mode),
    }
    return GrantFacts(**(values | changes))


AGENCY = Requester(RequesterKind.AGENCY, CIVIL_AFFAIRS, "marriage")
PUBLIC = Requester(RequesterKind.PUBLIC)


def request(*columns: str, **changes: Any) -> DecisionRequest:
    """Return a question of the civil affairs bureau for its purpose; no column asks for everything."""
    values: dict[str, Any] = {
        "requester": AGENCY,
        "action": Action.READ,
        "items": columns or None,
        "now": NOW,
        "purpose": "marriage-registration",
    }
    return DecisionRequest(**(values | changes))


def public_request(*columns: str, **changes: Any) -> DecisionRequest:
    """Return a question of anyone; no column asks for everything that is open."""
    return request(*columns, **({"requester": PUBLIC, "purpose": None} | changes))


def act(ground: str, **changes: Any) -> RefusalAct:
    """Return the provider's declaration that goes with :func:`exemption`."""
    values: dict[str, Any] = {
        "ground": ground,
        "exemption_id": f"E-{ground}",
        "provision": PROVISIONS.get(ground, "政府信息公开条例 第十五条"),
        "facts": "该信息项反映当事人配偶身份，与申请业务无关",
        "considered": dict.fromkeys(FORMS.get(ground, ()), "仍可据以识别到具体当事人"),
        "offer": None,
        "organ": POLICE,
        "decider": HEAD,
        "decided_at": NOW,
    }
    return RefusalAct(**(values | changes))
