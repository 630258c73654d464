"""Why nothing can be given yet, and what happens next: the closed list of pending answers.

APPLY and CONSULT come from the decision table, NOT_YET from an embargo, the rest from failing closed:
what is unknown, undecided or unreachable gives no content, a ticket with an owner and a clock, and is
never shown as a refusal (政务数据共享条例 Art. 20-22; 政府信息公开条例 Art. 27-33; 统计法实施条例 Art. 28).
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from policies.facts import Outcome
from policies.text import Reason, Text

if TYPE_CHECKING:
    from collections.abc import Mapping


class PendingCode(StrEnum):
    """Stable codes for machines; each has one fixed wording."""

    APPLY = "apply"
    APPLY_OPEN = "apply-open"
    CONSULT = "consult"
    NOT_YET = "not-yet"
    NOT_DECIDED = "not-decided"
    UNKNOWN_REQUESTER = "unknown-requester"
    UNKNOWN_CLASS = "unknown-class"
    UNKNOWN_REQUEST = "unknown-request"
    POLICY_UNREACHABLE = "policy-unreachable"


class PendingRule(NamedTuple):
    """Outcome, wording, and the clock that runs (a deadline key of the pack) unless the case has its own."""

    outcome: Outcome
    reason: Reason
    clock_key: str | None


_ROWS: tuple[tuple[PendingCode, Outcome, str | None, tuple[str, str], tuple[str, str]], ...] = (
    (
        PendingCode.APPLY,
        Outcome.APPLY,
        "share.reply.conditional",
        ("该信息项须经申请取得。", "This item is given on request."),
        (
            "请说明使用依据、场景、范围、方式和期限，提交共享申请。",
            "File a request that states basis, scenario, scope, mode and period.",
        ),
    ),
    (
        PendingCode.APPLY_OPEN,
        Outcome.APPLY,
        "foi.reply",
        ("该信息项属于有条件开放。", "This item is open with conditions."),
        ("请登记后提出申请并签订使用协议。", "Register, apply, and sign the use agreement."),
    ),
    (
        PendingCode.CONSULT,
        Outcome.CONSULT,
        "foi.third_party",
        ("须先征求意见，由提供单位决定。", "Others must be heard first; the provider then decides."),
        ("请提交申请；沉默不等于同意，也不等于不予提供。", "File the request; silence is neither consent nor refusal."),
    ),
    (
        PendingCode.NOT_YET,
        Outcome.NOT_YET,
        None,
        ("尚未到发布时间。", "It is not yet released."),
        ("请在发布时间之后再查询。", "Ask again after the release time."),
    ),
    (
        PendingCode.NOT_DECIDED,
        Outcome.PENDING,
        "foi.reply",
        (
            "该信息项尚未开放，也没有在效的不予提供认定。",
            "The item is not open, and no finding against it is in force.",
        ),
        ("可提出政府信息公开申请，由提供单位答复。", "File an access request; the provider has to answer."),
    ),
    (
        PendingCode.UNKNOWN_REQUESTER,
        Outcome.PENDING,
        "product.undetermined",
        ("无法识别申请方身份。", "The requester cannot be placed."),
        ("请联系平台核对单位和系统登记。", "Have the registration of member and system checked."),
    ),
    (
        PendingCode.UNKNOWN_CLASS,
        Outcome.PENDING,
        "product.undetermined",
        ("信息项的分类无法识别。", "The class of an item cannot be read."),
        ("由提供单位补正目录后再答复。", "The provider mends the directory entry, then it is answered."),
    ),
    (
        PendingCode.UNKNOWN_REQUEST,
        Outcome.PENDING,
        "product.undetermined",
        ("请求内容无法识别。", "The question cannot be read."),
        ("请按接口说明填写操作和带时区的时间。", "State a known action and a time with its zone."),
    ),
    (
        PendingCode.POLICY_UNREACHABLE,
        Outcome.PENDING,
        "product.undetermined",
        ("规则库暂不可用，未作决定。", "The rules cannot be reached; nothing was decided."),
        ("请稍后重试；持续不可用时由平台处理。", "Try again shortly; the platform owner sees to it."),
    ),
)

PENDINGS: Mapping[PendingCode, PendingRule] = MappingProxyType(
    {
        code: PendingRule(outcome, Reason(code.value, Text(*what), Text(*step)), clock)
        for code, outcome, clock, what, step in _ROWS
    }
)
