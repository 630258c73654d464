"""The state table of applications (申请车; 政务数据共享条例 Art. 20): drafted, submitted, consented, answered."""

from __future__ import annotations

from typing import Final

from hub.identity.roles import Role
from hub.states import SYSTEM, Act, Owner, Procedure, State
from policies.text import Text

USER: Final = Owner("requester", Role.AGENCY_USER)
HEAD: Final = Owner("requester", Role.AGENCY_APPROVER)
PROVIDER: Final = Owner("provider", Role.APPROVER)
RULE: Final = Owner(SYSTEM)

APPLICATION: Final = Procedure(
    "application",
    Text("申请车", "application"),
    "政务数据共享条例 Art.20",
    (
        State(
            "draft",
            Text("草稿", "draft"),
            USER,
            Text("补齐内容后提交；提交前可随时修改", "fill in what is missing and submit; change it until then"),
            (
                Act("save", Text("保存", "save"), USER, "draft"),
                Act("submit", Text("提交", "submit"), USER, "submitted"),
                Act("withdraw", Text("作废", "discard"), USER, "withdrawn"),
            ),
        ),
        State(
            "submitted",
            Text("待负责人同意", "waits for the head"),
            HEAD,
            Text("由编制、提交人以外的需求审批人同意", "an approver who neither made nor submitted it consents"),
            (
                Act("consent", Text("同意", "consent"), HEAD, "open"),
                Act("change", Text("修改重报", "change"), USER, "submitted"),
                Act("withdraw", Text("撤回", "withdraw"), USER, "withdrawn"),
                Act("settle", Text("其余各部分均已开始办理", "no part waits any more"), RULE, "open"),
            ),
        ),
        State(
            "open",
            Text("办理中", "open"),
            PROVIDER,
            Text(
                "各部分由提供单位答复；未答复的可以修改或撤回",
                "the providers answer their parts; what waits may be changed or withdrawn",
            ),
            (
                Act("change", Text("修改重报", "change"), USER, "submitted"),
                Act("withdraw", Text("撤回", "withdraw"), USER, "withdrawn"),
            ),
        ),
        State(
            "withdrawn", Text("已撤回", "withdrawn"), None,
            Text("全部撤回，需要时另建一份", "all of it was taken back; make a new one when it is needed"),
        ),
    ),
)  # fmt: skip
