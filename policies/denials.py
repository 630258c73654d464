"""Why someone has no standing to ask: the closed list of denial codes with their wording.

A denial is no refusal: it says nothing about the data, only about the question (政务数据共享条例
Art. 20, 25, 27; 个人信息保护法 Art. 28, 45; 政务数据共享条例 Art. 36 for platform staff). An item that is
outside the grant, one that does not exist and one that must not exist read the same.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from policies.facts import Outcome
from policies.text import Reason, Text

if TYPE_CHECKING:
    from collections.abc import Mapping


class DenialCode(StrEnum):
    """Stable codes for machines; each has one fixed wording."""

    OUT_OF_GRANT = "out-of-grant"
    GRANT_EXPIRED = "grant-expired"
    GRANT_NOT_STARTED = "grant-not-started"
    GRANT_STOPPED = "grant-stopped"
    HOURS = "grant-hours"
    MODE = "mode-not-given"
    PURPOSE = "purpose-mismatch"
    CASE_NUMBER = "case-number"
    PROTECTED_QUERY = "protected-query"
    FORM = "form-not-given"
    NOT_FOUND = "not-found"
    NO_CONTENT = "no-content"
    SUSPENDED = "suspended"
    EMPTY = "nothing-asked"
    SUBJECT = "own-record-only"
    SECOND_FACTOR = "second-factor"
    NAMED_ROLE = "named-role"


class DenialRule(NamedTuple):
    """Outcome in the words of the decision table, and the wording."""

    outcome: Outcome
    reason: Reason


def _rule(code: DenialCode, outcome: Outcome, what: tuple[str, str], step: tuple[str, str]) -> DenialRule:
    return DenialRule(outcome, Reason(code.value, Text(*what), Text(*step)))


_OUT = Outcome.OUT_OF_GRANT
_APPLY = (
    "请只查询授权内的信息项，或提出新的共享申请。",
    "Ask only for what the grant gives, or file a new request.",
)

_RULES: tuple[tuple[DenialCode, Outcome, tuple[str, str], tuple[str, str]], ...] = (
    (
        DenialCode.OUT_OF_GRANT,
        _OUT,
        ("本次使用超出授权范围，未提供任何内容。", "This use lies outside the grant; nothing was given."),
        _APPLY,
    ),
    (
        DenialCode.GRANT_EXPIRED,
        _OUT,
        ("授权已到期。", "The grant has ended."),
        ("请向提供单位申请续期。", "Ask the provider to renew it."),
    ),
    (
        DenialCode.GRANT_NOT_STARTED,
        _OUT,
        ("授权尚未生效。", "The grant has not begun."),
        ("请在授权起始时间之后再查询。", "Query again once the grant has begun."),
    ),
    (
        DenialCode.GRANT_STOPPED,
        _OUT,
        ("授权已暂停或收回。", "The grant is suspended or withdrawn."),
        (
            "请联系提供单位了解整改要求；有争议可提请共享主管部门协调。",
            "Ask the provider what must be mended; the data-sharing authority hears disputes.",
        ),
    ),
    (
        DenialCode.HOURS,
        _OUT,
        ("现在不在授权的使用时段内。", "It is outside the hours in which the grant may be used."),
        (
            "请在授权写明的时段和日期内使用；确需调整请向提供单位申请变更。",
            "Use it in the hours and on the days the grant names; ask the provider to change them if need be.",
        ),
    ),
    (
        DenialCode.MODE,
        _OUT,
        ("授权不包含这种使用方式。", "The grant does not give this way of use."),
        (
            "请改用授权写明的方式，或就这种方式另行申请。",
            "Use one of the modes the grant names, or file a request for this one.",
        ),
    ),
    (
        DenialCode.PURPOSE,
        _OUT,
        ("使用目的或依据缺失，或与授权不符。", "Purpose or legal basis is missing or does not fit the grant."),
        ("请填写授权所列的使用目的和依据。", "State a purpose and the basis the grant lists."),
    ),
    (
        DenialCode.CASE_NUMBER,
        _OUT,
        ("办件编号缺失或格式与授权不符。", "The case number is missing or not of the form the grant asks for."),
        ("请填写本次业务的办件编号。", "Give the number of the case at hand."),
    ),
    (
        DenialCode.PROTECTED_QUERY,
        _OUT,
        (
            "筛选、排序或分组中使用了不能完整提供的信息项。",
            "Filter, sort or group uses an item that is not given in full.",
        ),
        (
            "请去掉该条件，只按可完整提供的信息项查询；定位记录用的信息项也须在授权内，没有的请补充申请（核验即可）。",
            "Drop it: query by items given in full. What finds a record must be granted too; verification is enough.",
        ),
    ),
    (
        DenialCode.FORM,
        _OUT,
        ("所问信息项不以这种方式提供。", "The items asked for are not given in this form."),
        (
            "请改用授权允许的方式：核验或统计。",
            "Use the form that is allowed instead: verification or aggregates.",
        ),
    ),
    (
        DenialCode.NOT_FOUND,
        Outcome.NOT_IN_SYSTEM,
        ("目录中没有所问内容。", "The directory holds no such thing."),
        ("请在目录中检索后再申请。", "Search the directory, then ask again."),
    ),
    (
        DenialCode.NO_CONTENT,
        Outcome.NO_CONTENT,
        ("平台运维人员不得接触数据内容。", "Platform staff may not see row content."),
        ("请使用元数据和运行状态页面。", "Use the metadata and health pages."),
    ),
    (
        DenialCode.SUSPENDED,
        _OUT,
        ("该资源目前暂停提供。", "This resource is suspended."),
        ("请查看暂停案件，恢复后再查询。", "See the suspension case and ask again when it is lifted."),
    ),
    (
        DenialCode.EMPTY,
        _OUT,
        ("没有写明要哪些信息项。", "No item was asked for."),
        ("请至少选择一个信息项。", "Choose at least one item."),
    ),
    (
        DenialCode.SUBJECT,
        _OUT,
        ("只能查询本人（本单位）或被监护人的记录。", "Only one's own record, or one's ward's, may be asked for."),
        ("请先完成实名认证或监护关系证明。", "Prove identity or guardianship first."),
    ),
    (
        DenialCode.SECOND_FACTOR,
        _OUT,
        ("查询敏感个人信息须二次验证。", "Sensitive data needs a second factor."),
        ("请完成二次验证后重试。", "Pass the second factor and try again."),
    ),
    (
        DenialCode.NAMED_ROLE,
        _OUT,
        ("须由具名人员说明事由后查询。", "A named person with a stated reason must ask."),
        ("请以个人账号登录并填写事由。", "Sign in as a person and state the reason."),
    ),
)

DENIALS: Mapping[DenialCode, DenialRule] = MappingProxyType(
    {code: _rule(code, outcome, what, step) for code, outcome, what, step in _RULES}
)
