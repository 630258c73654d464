"""The state table of findings of the privacy gate (个人信息保护法 Art. 25, 55): the clerk proposes, another decides."""

from __future__ import annotations

from typing import Final

from hub.directory.privacy.records import NAMES, NEXT_STEP
from hub.directory.privacy.records import State as Stage
from hub.identity.roles import Role
from hub.states import SYSTEM, Act, Owner, Procedure, State
from policies.text import Text

CLERK: Final = Owner("provider", Role.CLERK)
REVIEWER: Final = Owner("provider", Role.SECRECY_REVIEWER)
RULE: Final = Owner(SYSTEM)
_SETTLE: Final = Act("settle", Text("已申报或已删除", "declared, or gone"), RULE, Stage.SETTLED)
_REOPEN: Final = Act("reopen", Text("再次发现", "seen again"), RULE, Stage.OPEN)


def _state(stage: Stage, owner: Owner, *acts: Act) -> State:
    return State(stage.value, Text(*NAMES[stage]), owner, Text(*NEXT_STEP[stage]), acts)


FINDING: Final = Procedure(
    "privacy_finding",
    Text("个人信息发现", "finding of the privacy gate"),
    "个人信息保护法 Art.25, 55",
    (
        _state(
            Stage.OPEN,
            CLERK,
            Act("propose", Text("提出处理意见", "propose"), CLERK, Stage.PROPOSED),
            _SETTLE,
        ),
        _state(
            Stage.PROPOSED,
            REVIEWER,
            Act("false_alarm", Text("误报", "false alarm"), REVIEWER, Stage.FALSE_ALARM),
            Act("declare", Text("应申报", "to be declared"), REVIEWER, Stage.DECLARE),
            Act("remove", Text("应删除或遮盖", "to be removed or masked"), REVIEWER, Stage.REMOVE),
            Act("send_back", Text("退回", "send back"), REVIEWER, Stage.OPEN),
            _SETTLE,
        ),
        _state(Stage.FALSE_ALARM, RULE, _REOPEN),
        _state(Stage.DECLARE, CLERK, _SETTLE),
        _state(Stage.REMOVE, CLERK, _SETTLE),
        _state(Stage.SETTLED, RULE, _REOPEN),
    ),
)
"""A false alarm and a settled finding rest: they come back when a later push shows (many) more of the kind."""
