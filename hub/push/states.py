"""The state table of incidents (保守国家秘密法 Art. 31; 网络数据安全管理条例 Art. 11)."""

from __future__ import annotations

from typing import Final

from hub.identity.roles import Role
from hub.states import Act, Owner, Procedure, State
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
