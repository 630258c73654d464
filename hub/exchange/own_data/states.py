"""The state tables of complaints on personal data and of accesses told later (个人信息保护法 Art. 18, 35, 50, 65)."""

from __future__ import annotations

from typing import Final

from hub.identity.roles import Role
from hub.states import Act, Owner, Procedure, State
from policies.text import Text

ORGAN: Final = Owner("provider", Role.APPROVER)
SUPERVISOR: Final = Owner("authority", Role.SUPERVISOR)

COMPLAINT: Final = Procedure(
    "own_complaint",
    Text("个人信息投诉", "complaint on personal data"),
    "个人信息保护法 Art.50, 65",
    (
        State(
            "open",
            Text("待答复", "open"),
            SUPERVISOR,
            Text("由数据主管部门核实后在时限内答复", "the data authority looks into it and answers in time"),
            (Act("answer", Text("答复", "answer"), SUPERVISOR, "answered"),),
        ),
        State(
            "answered", Text("已答复", "answered"), None,
            Text("本人可在“我的数据”查看；仍有异议的可依法起诉", "the person reads it under «My data»; then courts"),
        ),
    ),
)  # fmt: skip

DELAY: Final = Procedure(
    "access_delay",
    Text("暂缓告知", "access told later"),
    "个人信息保护法 Art.18, 35",
    (
        State(
            "proposed",
            Text("待确认", "proposed"),
            SUPERVISOR,
            Text("由数据主管部门的另一人确认；确认前照常告知", "the authority confirms; until then all is told"),
            (
                Act("confirm", Text("确认", "confirm"), SUPERVISOR, "in_force"),
                Act("decline", Text("不确认", "decline"), SUPERVISOR, "declined"),
            ),
        ),
        State(
            "in_force",
            Text("生效", "in force"),
            ORGAN,
            Text(
                "不再需要时提前终止；到截止日自行失效",
                "end it when it is no longer needed; it stops by itself on its day",
            ),
            (Act("end", Text("终止", "end"), ORGAN, "ended"),),
        ),
        State(
            "declined", Text("未确认", "declined"), None,
            Text("主管部门未确认，访问照常告知", "the authority declined: accesses are told as ever"),
        ),
        State(
            "ended", Text("已终止", "ended"), None,
            Text("已终止，其间的访问现予告知", "it has ended: what it held back is told now"),
        ),
    ),
)  # fmt: skip
