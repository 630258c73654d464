"""The state table of disputes (政务数据共享条例 Art. 28): negotiate, authority, government; the law sets no times."""

from __future__ import annotations

from typing import Final

from hub.exchange.state_tables import PROVIDER, REQUESTER, SUPERVISOR
from hub.exchange.states import Act, Owner, Procedure, State
from hub.identity.roles import Role
from policies.text import Text

GOVERNMENT: Final = Owner("government", Role.SUPERVISOR)
"""The government's decision is made outside the hub; the authority's supervisor enters it with its number."""

DISPUTE: Final = Procedure(
    "dispute",
    Text("共享争议", "dispute"),
    "政务数据共享条例 Art.28",
    (
        State(
            "negotiating",
            Text("协商中", "negotiating"),
            PROVIDER,
            Text(
                "双方协商并各自记录；协商不成由使用单位提请同级共享主管部门",
                "both sides negotiate on record; failing that the requester takes it to the authority",
            ),
            (
                Act("record", Text("记录协商意见", "record a view"), PROVIDER, "negotiating"),
                Act("settle", Text("达成一致", "settle"), REQUESTER, "settled"),
                Act("escalate", Text("提请主管部门", "take to the authority"), REQUESTER, "authority"),
                Act("withdraw", Text("撤回争议", "withdraw"), REQUESTER, "withdrawn"),
            ),
        ),
        State(
            "authority",
            Text("主管部门处理中", "with the authority"),
            SUPERVISOR,
            Text(
                "由未参与定级和答复的主管人员听取意见并决定，或报本级政府",
                "a supervisor who neither set the class nor answered hears both and decides, or passes it on",
            ),
            (
                Act("record", Text("记录意见", "record a view"), SUPERVISOR, "authority"),
                Act("settle", Text("调解一致", "settle"), REQUESTER, "settled"),
                Act("overturn", Text("改正", "overturn"), SUPERVISOR, "overturned"),
                Act("uphold", Text("维持", "uphold"), SUPERVISOR, "upheld"),
                Act("refer", Text("报本级政府", "refer to the government"), SUPERVISOR, "government"),
                Act("withdraw", Text("撤回争议", "withdraw"), REQUESTER, "withdrawn"),
            ),
        ),
        State(
            "upheld",
            Text("维持原答复", "upheld"),
            REQUESTER,
            Text("使用单位仍有异议的，可提请本级政府决定", "the requester may still ask the government to decide"),
            (Act("appeal", Text("提请本级政府", "ask the government"), REQUESTER, "government"),),
        ),
        State(
            "government",
            Text("本级政府决定中", "with the government"),
            GOVERNMENT,
            Text("由本级人民政府决定；主管部门录入决定", "the government decides; the authority enters its decision"),
            (
                Act("decide_overturn", Text("政府决定改正", "government overturns"), GOVERNMENT, "overturned"),
                Act("decide_uphold", Text("政府决定维持", "government upholds"), GOVERNMENT, "closed"),
            ),
        ),
        State(
            "overturned", Text("已改正", "overturned"), None,
            Text("原答复已改正：重新办理或依决定提供", "the answer was overturned: reopened, or granted as decided"),
        ),
        State(
            "closed", Text("政府维持", "upheld by the government"), None,
            Text("本级政府已作出决定，争议终结", "the government has decided; the dispute is over"),
        ),
        State(
            "settled", Text("已和解", "settled"), None,
            Text("双方已达成一致并记录", "both sides agreed, on record"),
        ),
        State(
            "withdrawn", Text("已撤回", "withdrawn"), None,
            Text("使用单位已撤回争议", "the requester took the dispute back"),
        ),
    ),
)  # fmt: skip
