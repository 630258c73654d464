"""The state table of supply duties (Zhengzhou Art. 19; Jilin Art. 27)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from hub.identity.roles import Role
from hub.states import Act, Owner, Procedure, State
from policies.text import Text

UNIT: Final = Owner("provider", Role.CLERK)
AUTHORITY: Final = Owner("authority", Role.CATALOGUE_REVIEWER)


class DutyState(StrEnum):
    """Where a duty stands."""

    ASKED = "asked"
    LINKED = "linked"
    OBJECTED = "objected"
    LIFTED = "lifted"


_LINK: Final = Act("link", Text("答复：由条目提供", "answer with an entry"), UNIT, "linked")
_OBJECT: Final = Act("object", Text("提出异议", "object"), UNIT, "objected")
_CHANGE: Final = Act("change", Text("修改责任", "change it"), AUTHORITY, "asked")
_LIFT: Final = Act("lift", Text("解除责任", "lift it"), AUTHORITY, "lifted")

DUTY: Final = Procedure(
    "supply_duty",
    Text("供数责任", "supply duty"),
    "郑州市信息化建设管理办法 Art.19; 吉林市信息化促进办法 Art.27",
    (
        State(
            "asked", Text("待答复", "waits for the unit"), UNIT,
            Text("数据专员指明由哪个条目提供，或写明理由提出异议", "the clerk names the entry, or objects"),
            (_LINK, _OBJECT, _CHANGE, _LIFT),
        ),
        State(
            "linked", Text("已对应条目", "answered with an entry"), UNIT,
            Text("按周期推送；条目变动后可改答复", "push by the cycle; name another entry where things change"),
            (_LINK, _OBJECT, _CHANGE, _LIFT),
        ),
        State(
            "objected", Text("有异议", "objected to"), AUTHORITY,
            Text("目录管理员维持责任，或解除", "the authority keeps the duty, or lifts it"),
            (Act("keep", Text("维持责任", "keep it"), AUTHORITY, "asked"), _LINK, _CHANGE, _LIFT),
        ),
        State(
            "lifted", Text("已解除", "lifted"), None,
            Text("主管部门已解除，不再要求提供", "the authority lifted it: it is not owed any longer"),
        ),
    ),
)  # fmt: skip
