"""The state table of webhooks (政务数据共享条例 Art. 22): registered by one, approved by another, ended for good."""

from __future__ import annotations

from typing import Final

from hub.identity.roles import Role
from hub.states import SYSTEM, Act, Owner, Procedure, State
from policies.text import Text

USER: Final = Owner("requester", Role.AGENCY_USER)
HEAD: Final = Owner("requester", Role.AGENCY_APPROVER)
_ROTATE: Final = Text("更换密钥", "make a new secret")

WEBHOOK: Final = Procedure(
    "webhook",
    Text("推送地址", "webhook"),
    "政务数据共享条例 Art.22, 25",
    (
        State(
            "proposed",
            Text("待批准", "proposed"),
            HEAD,
            Text("由登记人以外的需求审批人批准；批准前不推送", "another person approves it; nothing is sent before"),
            (
                Act("approve", Text("批准", "approve"), HEAD, "active"),
                Act("rotate", _ROTATE, USER, "proposed"),
                Act("disable", Text("停用", "disable"), USER, "disabled"),
            ),
        ),
        State(
            "active",
            Text("启用", "active"),
            USER,
            Text(
                "平台推送变更；长时间不通的如实记录，可以重发",
                "the hub sends what changes; what cannot be delivered is on record and can be sent again",
            ),
            (
                Act("rotate", _ROTATE, USER, "active"),
                Act("redeliver", Text("重发", "send again"), USER, "active"),
                Act("disable", Text("停用", "disable"), USER, "disabled"),
                Act("gone", Text("对方答复已撤销（410）", "it says it is gone (410)"), Owner(SYSTEM), "disabled"),
            ),
        ),
        State(
            "disabled", Text("已停用", "disabled"), None,
            Text("不再推送；需要时重新登记", "nothing is sent any more; register it anew when it is needed"),
        ),
    ),
)  # fmt: skip
