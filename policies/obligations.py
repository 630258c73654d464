"""What comes with an item: duties of the requester and conditions of standing, as a closed list.

The decision table names them by code, so that a rule of the law reads as data and a word nobody knows
stops the pack from loading. Sources stand beside each (政务数据共享条例, 个人信息保护法, 数据安全法).
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from policies.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping


class Obligation(StrEnum):
    """Code of one duty or condition."""

    LICENCE = "licence"
    RATE_LIMIT = "rate_limit"
    INSIDE_OWNER = "inside_owner"
    DISCLOSURE_CONTROL = "disclosure_control"
    OWN_DUTY = "own_duty"
    NAMED_ROLE = "named_role"
    NAMED_STAFF = "named_staff"
    EMBARGO_SHOWN = "embargo_shown"
    GRANTED_ONLY = "granted_only"
    KEEP_RECORD = "keep_record"
    NO_LINKAGE = "no_linkage"
    PREFER_VERIFY = "prefer_verify"
    ASSESSMENT = "assessment"
    CONFIDENTIALITY = "confidentiality"
    WATERMARK = "watermark"
    ALERT_OWNER = "alert_owner"
    DUTY_OR_CONSENT = "duty_or_consent"
    VERIFY_OFFER = "verify_offer"
    AGGREGATE_OFFER = "aggregate_offer"
    ACCESS_REQUEST = "access_request"
    OWN_RECORD = "own_record"
    WARD_RECORD = "ward_record"
    SECOND_FACTOR = "second_factor"
    USE_AGREEMENT = "use_agreement"
    UNDER_VERIFICATION = "under_verification"
    """Not in the table: the record is being checked, business goes on (国发〔2016〕51号)."""


OBLIGATION_TEXTS: Mapping[Obligation, Text] = MappingProxyType(
    {
        Obligation.LICENCE: Text("按所附许可使用", "use under the licence given"),
        Obligation.RATE_LIMIT: Text("遵守访问频率限制", "keep to the rate limit"),
        Obligation.INSIDE_OWNER: Text("未经抑制，仅限本部门内部", "unsuppressed: inside the owner only"),
        Obligation.DISCLOSURE_CONTROL: Text("经统计披露控制后提供", "given after statistical disclosure control"),
        Obligation.OWN_DUTY: Text("限本部门职责和岗位", "within one's duty and post"),
        Obligation.NAMED_ROLE: Text("须具名并说明事由", "a named person states the reason"),
        Obligation.NAMED_STAFF: Text("限具名人员", "named staff only"),
        Obligation.EMBARGO_SHOWN: Text("发布时间前不得外传", "under embargo: not to leave before release"),
        Obligation.GRANTED_ONLY: Text("限授权的信息项和行", "granted items and rows only"),
        Obligation.KEEP_RECORD: Text("使用记录至少保存三年", "keep records of use for three years at least"),
        Obligation.NO_LINKAGE: Text("不得与授权外数据关联", "no linkage beyond the grant"),
        Obligation.PREFER_VERIFY: Text("能核验的不取明细", "verify rather than read where that is enough"),
        Obligation.ASSESSMENT: Text(
            "取明细须引用法律并附影响评估", "details need a cited law and an impact assessment"
        ),
        Obligation.CONFIDENTIALITY: Text("负有保密义务", "a duty of confidence applies"),
        Obligation.WATERMARK: Text("加水印", "watermarked"),
        Obligation.ALERT_OWNER: Text("通知提供单位", "the provider is told"),
        Obligation.DUTY_OR_CONSENT: Text("须有法定职责或本人单独同意", "needs a statutory duty or separate consent"),
        Obligation.VERIFY_OFFER: Text("经单独同意可核验", "verification with separate consent is offered"),
        Obligation.AGGREGATE_OFFER: Text("可提供统计结果", "aggregates are offered"),
        Obligation.ACCESS_REQUEST: Text("可提出政府信息公开申请", "an access request may be filed"),
        Obligation.OWN_RECORD: Text("限本人（本单位）记录", "own record only"),
        Obligation.WARD_RECORD: Text("限被监护人记录", "the ward's record only"),
        Obligation.SECOND_FACTOR: Text("须二次验证", "needs a second factor"),
        Obligation.USE_AGREEMENT: Text("须签使用协议，不得重新识别", "under a use agreement, no re-identification"),
        Obligation.UNDER_VERIFICATION: Text("记录正在核查中", "the record is under verification"),
    }
)
