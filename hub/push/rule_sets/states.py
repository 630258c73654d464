"""The state table of rule sets: proposed by the clerk, put in force by another person of the same department."""

from __future__ import annotations

from typing import Final

from hub.identity.roles import Role
from hub.states import SYSTEM, Act, Owner, Procedure, State
from policies.text import Text

APPROVER: Final = Owner("provider", Role.APPROVER)
_SYSTEM: Final = Owner(SYSTEM)

RULE_SET: Final = Procedure(
    "rule_set",
    Text("检查规则集", "rule set"),
    "吉林省促进大数据发展应用条例 Art.27; 郑州市信息化建设管理办法 Art.19",
    (
        State(
            "proposed",
            Text("待审定", "proposed"),
            APPROVER,
            Text("由另一位审核人试行核对后批准或退回", "another approver tries it, then approves or sends it back"),
            (
                Act("approve", Text("批准", "approve"), APPROVER, "in_force"),
                Act("send_back", Text("退回", "send back"), APPROVER, "sent_back"),
                Act("outdate", Text("被新的提议取代", "be outdated by a newer proposal"), _SYSTEM, "superseded"),
            ),
        ),
        State(
            "in_force",
            Text("生效", "in force"),
            _SYSTEM,
            Text("每次推送按它检查，直到新版本生效", "every push is checked by it until a newer version is in force"),
            (Act("supersede", Text("由新版本取代", "be superseded"), _SYSTEM, "superseded"),),
        ),
        State(
            "superseded",
            Text("已被取代", "superseded"),
            None,
            Text("已有更新的版本；历次推送仍记着它", "a newer version came; the pushes it checked still name it"),
        ),
        State(
            "sent_back",
            Text("已退回", "sent back"),
            None,
            Text("退回理由已记录，可另提新版本", "the reason is on record; a new version may be proposed"),
        ),
    ),
)
