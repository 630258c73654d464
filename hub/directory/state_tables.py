"""The state tables of exemption records, trade-secret claims, secrecy referrals and releases in the public interest.

政府信息公开条例 Art. 15, 32; 保守国家秘密法 Art. 16, 25. How a record is used on a day is another question: one that
is ``decided`` holds only while its dates and evidence do (:mod:`policies.exemptions`).
"""

from __future__ import annotations

from typing import Final

from hub.identity.roles import Role
from hub.states import SYSTEM, Act, Owner, Procedure, State
from policies.text import Text

CLERK: Final = Owner("provider", Role.CLERK)
APPROVER: Final = Owner("provider", Role.APPROVER)
SECRECY: Final = Owner("provider", Role.SECRECY_REVIEWER)
RULE: Final = Owner(SYSTEM)

EXEMPTION: Final = Procedure(
    "exemption",
    Text("豁免记录", "exemption record"),
    "政府信息公开条例 Art.14-16, 32; 保守国家秘密法 Art.16-25",
    (
        State(
            "claimed",
            Text("待认定", "claimed"),
            APPROVER,
            Text(
                "国家秘密由另一角色的人签署；商业秘密由审核人在保护期内作出认定",
                "a pointer is signed by a second person; a claim of trade secret is found on while it is protected",
            ),
            (
                Act("confirm", Text("第二人签署", "sign second"), SECRECY, "decided"),
                Act("accept", Text("认定成立", "find that it holds"), APPROVER, "decided"),
                Act("reject", Text("认定不成立", "find that it does not"), APPROVER, "rejected"),
                Act("keep", Text("复核后保留", "keep after review"), APPROVER, "claimed"),
                Act("withdraw", Text("撤回或解密", "withdraw or declassify"), APPROVER, "withdrawn"),
                Act("lift", Text("复核后解除", "lift after review"), APPROVER, "withdrawn"),
                Act("consent", Text("征求意见后提供", "release after consultation"), APPROVER, "withdrawn"),
                Act("refute", Text("保密部门认为不属秘密", "found to be no secret"), SECRECY, "overturned"),
                Act("release", Text("公共利益公开", "release in the public interest"), APPROVER, "overturned"),
            ),
        ),
        State(
            "decided",
            Text("已认定", "decided"),
            APPROVER,
            Text("在复核日期前复核；期满或情况变化的应当解除", "review by the day set; lift what no longer holds"),
            (
                Act("keep", Text("复核后保留", "keep after review"), APPROVER, "decided"),
                Act("withdraw", Text("撤回或解密", "withdraw or declassify"), APPROVER, "withdrawn"),
                Act("lift", Text("复核后解除", "lift after review"), APPROVER, "withdrawn"),
                Act("consent", Text("征求意见后提供", "release after consultation"), APPROVER, "withdrawn"),
                Act("refute", Text("保密部门认为不属秘密", "found to be no secret"), SECRECY, "overturned"),
                Act("release", Text("公共利益公开", "release in the public interest"), APPROVER, "overturned"),
            ),
        ),
        State(
            "withdrawn", Text("已撤回", "withdrawn"), None,
            Text("本单位已解除限制，该信息项不再受其限制", "the organ ended it: it restricts the item no longer"),
        ),
        State(
            "overturned", Text("已推翻", "overturned"), None,
            Text("保密部门或公共利益决定推翻，应当提供", "the secrecy authority or the public interest ended it"),
        ),
        State(
            "rejected", Text("主张不成立", "rejected"), None,
            Text("主张不成立；有新事实的可另行提出", "the claim does not hold; new facts make a new claim"),
        ),
    ),
    starts=("decided",),
)  # fmt: skip

CLAIM: Final = Procedure(
    "trade_secret_claim",
    Text("商业秘密主张", "trade-secret claim"),
    "反不正当竞争法 Art.10; 政府信息公开条例 Art.15, 32",
    (
        State(
            "open",
            Text("待认定", "waits for a finding"),
            APPROVER,
            Text(
                "征求权利人意见后作出认定并写明理由；保护期满未认定的不再受保护",
                "hear the holder, then find on it and say why; without a finding its protection runs out",
            ),
            (
                Act("accepted", Text("全部成立", "accept"), APPROVER, "accepted"),
                Act("partly", Text("部分成立", "accept in part"), APPROVER, "partly"),
                Act("rejected", Text("不成立", "reject"), APPROVER, "rejected"),
                Act("lapse", Text("保护期满", "protection runs out"), RULE, "open"),
            ),
        ),
        State(
            "accepted", Text("成立", "accepted"), None,
            Text("认定成立；各信息项的豁免记录按期复核", "it holds; the records of its items are reviewed in time"),
        ),
        State(
            "partly", Text("部分成立", "accepted in part"), None,
            Text("列明的信息项成立，其余应当提供", "it holds for the items named; the others are given"),
        ),
        State(
            "rejected", Text("不成立", "rejected"), None,
            Text("主张不成立；有新事实的可另行提出", "the claim does not hold; new facts make a new claim"),
        ),
    ),
)  # fmt: skip

REFERRAL: Final = Procedure(
    "secrecy_referral",
    Text("保密移送", "referral to the secrecy authority"),
    "保守国家秘密法 Art.25; 政府信息公开条例 Art.17",
    (
        State(
            "asked",
            Text("待答复", "asked"),
            SECRECY,
            Text(
                "收到保密行政管理部门答复后，由移送人以外的人登记",
                "when the authority answers, another person than asked files the answer",
            ),
            (
                Act("uphold", Text("维持定密", "secrecy is upheld"), SECRECY, "upheld"),
                Act("refute", Text("不属国家秘密", "it is no secret"), SECRECY, "refuted"),
            ),
        ),
        State(
            "upheld",
            Text("维持定密", "upheld"),
            SECRECY,
            Text("可以签署指针记录；有新情况的再次移送", "the pointer may be signed; ask again when things change"),
            (Act("refer", Text("再次移送", "ask again"), SECRECY, "asked"),),
        ),
        State(
            "refuted", Text("不属国家秘密", "refuted"), None,
            Text("指针记录已推翻，应当提供", "the pointer was overturned: the item is given"),
        ),
    ),
)  # fmt: skip

OVERRIDE: Final = Procedure(
    "override",
    Text("公共利益公开", "release in the public interest"),
    "政府信息公开条例 Art.15, 32",
    (
        State(
            "proposed",
            Text("已提出", "proposed"),
            APPROVER,
            Text("由提出人以外的负责人签署，并书面告知第三方", "another head signs; the third party is told by letter"),
            (
                Act("sign", Text("签署并告知", "sign and give notice"), APPROVER, "notified"),
                Act("stop", Text("终止", "stop"), APPROVER, "ended"),
            ),
        ),
        State(
            "notified",
            Text("已告知", "notified"),
            APPROVER,
            Text("等待期满后公开；第三方可申请复议、诉讼和停止执行", "release after the wait; the party may appeal"),
            (
                Act("release", Text("公开", "release"), APPROVER, "released"),
                Act("stop", Text("终止", "stop"), APPROVER, "ended"),
            ),
        ),
        State(
            "released", Text("已公开", "released"), None,
            Text("豁免记录已推翻，该信息项不再受限", "the record was overturned: the item is restricted no longer"),
        ),
        State(
            "ended", Text("已终止", "ended"), None,
            Text("已放弃，或由法院、复议机关停止执行", "given up, or stayed by a court or the organ that reconsiders"),
        ),
    ),
)  # fmt: skip
