"""The state table of corrections (政务数据共享条例 Art. 26; 个人信息保护法 Art. 46): reported, checked, answered."""

from __future__ import annotations

from typing import Final

from hub.exchange.corrections.records import NAMES
from hub.exchange.corrections.records import State as Stage
from hub.identity.roles import Role
from hub.states import SYSTEM, Act, Owner, Procedure, State
from policies.text import Text

SOURCE: Final = Owner("provider", Role.APPROVER)
CLERK: Final = Owner("provider", Role.CLERK)
REPORTER: Final = Owner("reporter")
RULE: Final = Owner(SYSTEM)

_ANSWERS: Final = (
    Act("accept", Text("有误，随下次推送更正", "wrong: the next push changes it"), SOURCE, Stage.AWAITING_PUSH),
    Act("correct", Text("已更正", "corrected"), SOURCE, Stage.CORRECTED),
    Act("uphold", Text("维持", "right as it is"), SOURCE, Stage.RIGHT),
    Act("forward", Text("转他方", "send on"), SOURCE, Stage.FORWARDED),
    Act("withdraw", Text("撤回", "withdraw"), REPORTER, Stage.WITHDRAWN),
)


def _state(stage: Stage, owner: Owner | None, step: Text, *acts: Act) -> State:
    return State(stage.value, Text(*NAMES[stage]), owner, step, acts)


CORRECTION: Final = Procedure(
    "correction",
    Text("数据校核", "correction"),
    "政务数据共享条例 Art.26; 个人信息保护法 Art.46",
    (
        _state(
            Stage.REPORTED,
            CLERK,
            Text(
                "由数源单位核查并在时限内答复；其间该项标记存疑", "the source checks and answers in time; a flag stands"
            ),
            Act("investigate", Text("开始核查", "take it up"), CLERK, Stage.INVESTIGATING),
            *_ANSWERS,
        ),
        _state(
            Stage.INVESTIGATING,
            SOURCE,
            Text("写明核查结论后答复：更正、维持或转他方", "answer with what was found: corrected, right, or sent on"),
            *_ANSWERS,
        ),
        _state(
            Stage.AWAITING_PUSH,
            CLERK,
            Text("推送更正后的数据；时限照常计算", "push the changed record; the clock goes on"),
            Act("pushed", Text("推送已更正", "a push changed it"), RULE, Stage.CORRECTED),
        ),
        _state(
            Stage.CORRECTED,
            None,
            Text("数据已更正，报告方和持有副本的单位均已告知", "the record changed; reporters and holders were told"),
        ),
        _state(
            Stage.RIGHT,
            None,
            Text("数据无误，理由已告知；不服的可投诉或提出争议", "it is right, with reasons; complain or dispute"),
        ),
        _state(
            Stage.FORWARDED,
            None,
            Text("已转数源单位另案办理，标记保留到该案办结", "a case runs at the source; the flag stays until it ends"),
        ),
        _state(
            Stage.WITHDRAWN,
            None,
            Text("全部报告人已撤回", "everybody who had reported it took it back"),
        ),
    ),
)
