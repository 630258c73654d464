"""The state tables of requests, their lines, clocks, supplements and extensions (政务数据共享条例 Art. 20-22)."""

from __future__ import annotations

from typing import Final

from hub.exchange.states import SYSTEM, Act, Owner, Procedure, State
from hub.identity.roles import Role
from policies.text import Text

REQUESTER: Final = Owner("requester", Role.AGENCY_USER)
REQUESTER_HEAD: Final = Owner("requester", Role.AGENCY_APPROVER)
PROVIDER: Final = Owner("provider", Role.APPROVER)
SUPERVISOR: Final = Owner("authority", Role.SUPERVISOR)
RULE: Final = Owner(SYSTEM)

REQUEST: Final = Procedure(
    "request",
    Text("共享申请", "request"),
    "政务数据共享条例 Art.20-21",
    (
        State(
            "submitted",
            Text("已提交", "submitted"),
            REQUESTER_HEAD,
            Text("由使用单位负责人同意；同意前可以修改或撤回", "the requester's head consents; it may be withdrawn"),
            (
                Act("consent", Text("负责人同意", "consent"), REQUESTER_HEAD, "open"),
                Act("withdraw", Text("撤回", "withdraw"), REQUESTER, "withdrawn"),
            ),
        ),
        State(
            "open",
            Text("办理中", "open"),
            PROVIDER,
            Text("由提供单位逐项答复；逾期自动报监督", "the provider answers line by line; lateness is reported"),
            (
                Act("answer", Text("全部答复", "all answered"), PROVIDER, "answered"),
                Act("withdraw", Text("撤回", "withdraw"), REQUESTER, "withdrawn"),
            ),
        ),
        State(
            "answered",
            Text("已答复", "answered"),
            REQUESTER,
            Text("使用已同意的项；其余的项可提出争议", "use what was granted; the rest may be disputed"),
            (Act("overturn", Text("改正决定", "overturn"), SUPERVISOR, "open"),),
        ),
        State(
            "withdrawn", Text("已撤回", "withdrawn"), None,
            Text("使用单位已全部撤回，需要时重新申请", "the requester took it back; a new request may be made"),
        ),
    ),
)  # fmt: skip

LINE: Final = Procedure(
    "line",
    Text("申请项", "line of a request"),
    "政务数据共享条例 Art.21, 28",
    (
        State(
            "waiting",
            Text("待答复", "waiting"),
            PROVIDER,
            Text("由提供单位在时限内答复；沉默不等于不予提供", "the provider answers in time; silence is no refusal"),
            (
                Act("grant", Text("同意", "grant"), PROVIDER, "granted"),
                Act("refuse", Text("不予提供", "refuse"), PROVIDER, "refused"),
                Act("narrow", Text("退回缩小", "return for narrowing"), PROVIDER, "narrowed"),
                Act("withdraw", Text("撤回", "withdraw"), REQUESTER, "withdrawn"),
                Act("order", Text("决定提供", "order to grant"), SUPERVISOR, "granted"),
            ),
        ),
        State(
            "refused",
            Text("不予提供", "refused"),
            REQUESTER,
            Text("可按较窄形式重新申请，或提出争议", "ask for a lesser form, or dispute it"),
            (
                Act("reopen", Text("决定重新办理", "reopen by decision"), SUPERVISOR, "waiting"),
                Act("order", Text("决定提供", "order to grant"), SUPERVISOR, "granted"),
            ),
        ),
        State(
            "narrowed",
            Text("退回缩小", "returned for narrowing"),
            REQUESTER,
            Text("可按较窄方案重新申请，或提出争议", "ask again for the lesser form, or dispute it"),
            (
                Act("reopen", Text("决定重新办理", "reopen by decision"), SUPERVISOR, "waiting"),
                Act("order", Text("决定提供", "order to grant"), SUPERVISOR, "granted"),
            ),
        ),
        State(
            "granted", Text("同意", "granted"), None,
            Text("已进入授权；授权有自己的状态", "it is part of the grant, which has states of its own"),
        ),
        State(
            "withdrawn", Text("已撤回", "withdrawn"), None,
            Text("使用单位已撤回该项", "the requester took the line back"),
        ),
    ),
)  # fmt: skip

CLOCK: Final = Procedure(
    "clock",
    Text("时限", "clock"),
    "政务数据共享条例 Art.17, 21, 22, 26",
    (
        State(
            "running",
            Text("计时中", "running"),
            PROVIDER,
            Text("在最后一日前办结；用时过半即提醒", "finish by the last day; warnings at 50, 80 and 100 %"),
            (
                Act("pause", Text("中止", "pause"), PROVIDER, "paused"),
                Act("extend", Text("同意延长", "consent to extend"), SUPERVISOR, "running"),
                Act("lapse", Text("逾期", "run out"), RULE, "overdue"),
                Act("stop", Text("办结", "stop"), PROVIDER, "stopped"),
            ),
        ),
        State(
            "paused",
            Text("中止", "standing still"),
            REQUESTER,
            Text("由使用单位补正；补正次日继续计时", "the requester supplies what is missing; it runs on the next day"),
            (
                Act("resume", Text("恢复", "resume"), REQUESTER, "running"),
                Act("stop", Text("办结", "stop"), PROVIDER, "stopped"),
            ),
        ),
        State(
            "overdue",
            Text("逾期", "overdue"),
            PROVIDER,
            Text("仍可办结，逾期天数记录在案；主管可催办", "it may still be finished, late; the supervisor may urge"),
            (Act("stop", Text("逾期办结", "stop late"), PROVIDER, "stopped"),),
        ),
        State(
            "stopped", Text("已办结", "stopped"), None,
            Text("事项已答复，时限不再计算", "the case was answered; time no longer counts"),
        ),
    ),
)  # fmt: skip

SUPPLEMENT: Final = Procedure(
    "supplement",
    Text("补充材料", "supplement"),
    "政务数据共享条例 Art.21",
    (
        State(
            "asked",
            Text("待补正", "asked"),
            REQUESTER,
            Text("一次性补齐所列材料；其间答复时限中止", "supply all that is named; the clock stands still meanwhile"),
            (Act("supply", Text("补正", "supply"), REQUESTER, "supplied"),),
        ),
        State(
            "supplied", Text("已补正", "supplied"), None,
            Text("答复时限已恢复；只能要求补充一次", "the clock runs again; a supplement is asked for once"),
        ),
    ),
)  # fmt: skip

EXTENSION: Final = Procedure(
    "extension",
    Text("延长答复", "extension"),
    "政务数据共享条例 Art.21",
    (
        State(
            "asked",
            Text("待同意", "asked"),
            SUPERVISOR,
            Text("由同级共享主管部门决定；原时限照常计算", "the authority decides; time goes on meanwhile"),
            (
                Act("consent", Text("同意延长", "consent"), SUPERVISOR, "consented"),
                Act("decline", Text("不同意", "decline"), SUPERVISOR, "declined"),
                Act("lapse", Text("原时限届满", "time runs out"), RULE, "lapsed"),
                Act("answer", Text("已答复", "answered"), PROVIDER, "moot"),
            ),
        ),
        State(
            "consented", Text("已延长", "consented"), None,
            Text("时限已延长一次并告知申请方", "the time was extended once and the requester told"),
        ),
        State(
            "declined", Text("不同意延长", "declined"), None,
            Text("在原时限内答复", "answer within the first period"),
        ),
        State(
            "lapsed", Text("逾期未同意", "lapsed"), None,
            Text("原时限届满前未获同意，不再延长", "no consent came before the time ran out"),
        ),
        State(
            "moot", Text("无需延长", "moot"), None,
            Text("各项已答复", "everything was answered"),
        ),
    ),
)  # fmt: skip
