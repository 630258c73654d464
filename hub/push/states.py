"""State tables of incidents (保守国家秘密法 Art. 31) and of pushes that wait for a person (Zhengzhou Art. 19)."""

from __future__ import annotations

from typing import Final

from hub.identity.roles import Role
from hub.states import SYSTEM, Act, Owner, Procedure, State
from policies.text import Text

REVIEWER: Final = Owner("provider", Role.SECRECY_REVIEWER)

INCIDENT: Final = Procedure(
    "incident",
    Text("安全事件", "incident"),
    "保守国家秘密法 Art.31; 网络数据安全管理条例 Art.11",
    (
        State(
            "open",
            Text("待处置", "open"),
            REVIEWER,
            Text("由保密审查人员核实来源、处置并报告，然后销号", "the reviewer looks into it, acts, reports, closes"),
            (Act("close", Text("销号", "close"), REVIEWER, "closed"),),
        ),
        State(
            "closed", Text("已销号", "closed"), None,
            Text("已处置并记录在案", "it was dealt with, and stays on record"),
        ),
    ),
)  # fmt: skip

CLERK: Final = Owner("provider", Role.CLERK)
APPROVER: Final = Owner("provider", Role.APPROVER)
BY_ITSELF: Final = Owner(SYSTEM)

PUSH_RELEASE: Final = Procedure(
    "push_release",
    Text("待放行的推送", "push awaiting release"),
    "郑州市信息化建设管理办法 Art.19; 吉林市 Art.27",
    (
        State(
            "held",
            Text("已暂存", "held"),
            CLERK,
            Text(
                "核对报告：确认无误则放行；有误则撤回，改好后重新推送",
                "read the report: release it, or withdraw it, mend the file and push again",
            ),
            (
                Act("release", Text("放行", "release"), CLERK, "released"),
                Act("send_back", Text("退回", "send back"), APPROVER, "sent_back"),
                Act("withdraw", Text("撤回", "withdraw"), CLERK, "withdrawn"),
                Act("replace", Text("被新的全量推送取代", "replaced by a newer whole push"), BY_ITSELF, "replaced"),
                Act("lapse", Text("到期失效", "lapse"), BY_ITSELF, "lapsed"),
            ),
        ),
        State(
            "awaiting_release",
            Text("待放行", "awaiting release"),
            APPROVER,
            Text(
                "由推送人以外的审核人看过报告与差异后放行，或写明理由退回",
                "an approver who did not push it reads report and difference, and releases it or sends it back",
            ),
            (
                Act("release", Text("放行", "release"), APPROVER, "released"),
                Act("send_back", Text("退回", "send back"), APPROVER, "sent_back"),
                Act("withdraw", Text("撤回", "withdraw"), CLERK, "withdrawn"),
                Act("replace", Text("被新的全量推送取代", "replaced by a newer whole push"), BY_ITSELF, "replaced"),
                Act("lapse", Text("到期失效", "lapse"), BY_ITSELF, "lapsed"),
            ),
        ),
        State("released", Text("已放行入库", "released"), None, Text("数据已入库并有凭证", "its rows are in")),
        State(
            "sent_back", Text("已退回", "sent back"), None,
            Text("审核人已写明理由；改好后重新推送", "the approver said why; mend the file and push again"),
        ),
        State("withdrawn", Text("已撤回", "withdrawn"), None, Text("提供单位自己撤回", "the provider took it back")),
        State(
            "replaced", Text("已被取代", "replaced"), None,
            Text("新的全量推送已取代它", "a newer push of the whole table stands in its place"),
        ),
        State(
            "lapsed", Text("已失效", "lapsed"), None,
            Text("到期无人放行，文件已清除；需要时重新推送", "nobody released it in time; push it again if needed"),
        ),
    ),
    starts=("awaiting_release",),
)  # fmt: skip
