"""The states of a grant and the closed list of grounds on which it may rest or end (政务数据共享条例 Art. 25-29, 40).

A provider may not end or change a service at will (Art. 27): suspending and withdrawing name one of these grounds.
What the law calls a state here follows from the stored status, the period and the report of deletion.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from hub.exchange.states import SYSTEM, Act, Owner, Procedure, State
from hub.identity.roles import Role
from policies.facts import GrantStatus
from policies.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from hub.exchange.records import Grant

USER: Final = Owner("requester", Role.AGENCY_USER)
PROVIDER: Final = Owner("provider", Role.APPROVER)
AUTHORITY: Final = Owner("authority", Role.SECURITY_ADMIN)
DATE: Final = Owner(SYSTEM)


class StopGround(StrEnum):
    """Why a grant is suspended or withdrawn."""

    BEYOND_PURPOSE = "beyond-purpose"
    THIRD_PARTY = "third-party"
    SAFEGUARDS = "safeguards"
    RECORDS = "records"
    NOT_DELETED = "not-deleted"
    SECURITY_EVENT = "security-event"
    PURPOSE_MET = "purpose-met"
    LAW_CHANGED = "law-changed"


class GroundRule(NamedTuple):
    """The wording of a ground, its article, and whether it lets a grant be suspended (all let it be withdrawn)."""

    text: Text
    article: str
    suspends: bool


GROUNDS: Final[Mapping[StopGround, GroundRule]] = MappingProxyType(
    {
        StopGround.BEYOND_PURPOSE: GroundRule(
            Text("超出授权的范围或目的使用", "used beyond the scope or purpose granted"),
            "政务数据共享条例 Art.25, 27, 40",
            suspends=True,
        ),
        StopGround.THIRD_PARTY: GroundRule(
            Text("未经提供单位同意提供给第三方", "passed to a third party without the provider's consent"),
            "政务数据共享条例 Art.25, 27, 40(3)",
            suspends=True,
        ),
        StopGround.SAFEGUARDS: GroundRule(
            Text("未落实安全管理措施", "safeguards are not in place"), "政务数据共享条例 Art.25, 34-36", suspends=True
        ),
        StopGround.RECORDS: GroundRule(
            Text("未按规定保存或提交使用记录", "records of use are not kept or not reported"),
            "政务数据共享条例 Art.29, 40",
            suspends=True,
        ),
        StopGround.NOT_DELETED: GroundRule(
            Text("到期未按要求处置所取得的数据", "data received was not disposed of in time"),
            "政务数据共享条例 Art.27, 40",
            suspends=True,
        ),
        StopGround.SECURITY_EVENT: GroundRule(
            Text("发生或疑似发生安全事件", "a security event, or the suspicion of one"),
            "政务数据共享条例 Art.34-36; 网络数据安全管理条例 Art.11",
            suspends=True,
        ),
        StopGround.PURPOSE_MET: GroundRule(
            Text("共享目的已实现、无法实现或不再必要", "the purpose is met, impossible or no longer needed"),
            "政务数据共享条例 Art.27",
            suspends=False,
        ),
        StopGround.LAW_CHANGED: GroundRule(
            Text("法律法规或职责变化，目录已相应调整", "law or duties changed and the directory with them"),
            "政务数据共享条例 Art.17",
            suspends=False,
        ),
    }
)

GRANT: Final = Procedure(
    "grant",
    Text("授权", "grant"),
    "政务数据共享条例 Art.25-29",
    (
        State(
            "active",
            Text("有效", "in force"),
            USER,
            Text("按授权使用并记录使用情况", "use it as granted and keep records of the use"),
            (
                Act("suspend", Text("暂停", "suspend"), PROVIDER, "suspended"),
                Act("halt", Text("安全暂停", "halt for security"), AUTHORITY, "suspended"),
                Act("narrow", Text("缩小", "narrow"), PROVIDER, "active"),
                Act("withdraw", Text("收回", "withdraw"), PROVIDER, "ended"),
                Act("expire", Text("到期", "expire"), DATE, "ended"),
                Act("report-use", Text("报告使用情况", "report the use"), USER, "active"),
            ),
        ),
        State(
            "suspended",
            Text("已暂停", "suspended"),
            USER,
            Text("按提供单位的要求整改；有争议可提请协调", "mend what the provider names; a dispute may be raised"),
            (
                Act("resume", Text("恢复", "resume"), PROVIDER, "active"),
                Act("lift", Text("解除安全暂停", "lift the halt"), AUTHORITY, "active"),
                Act("narrow", Text("缩小", "narrow"), PROVIDER, "suspended"),
                Act("withdraw", Text("收回", "withdraw"), PROVIDER, "ended"),
                Act("expire", Text("到期", "expire"), DATE, "ended"),
                Act("report-use", Text("报告使用情况", "report the use"), USER, "suspended"),
            ),
        ),
        State(
            "ended",
            Text("已结束", "ended"),
            USER,
            Text("按期销毁所取得的数据并报告", "destroy what was received in time and report it"),
            (
                Act("report-use", Text("报告使用情况", "report the use"), USER, "ended"),
                Act("report-deletion", Text("报告销毁", "report its destruction"), USER, "disposed"),
            ),
        ),
        State(
            "disposed",
            Text("已处置", "disposed"),
            None,
            Text("数据已销毁，使用记录至少保存三年", "the data is destroyed; records of use are kept for three years"),
        ),
    ),
)


def state_of(grant: Grant, now: datetime, *, is_disposed: bool) -> str:
    """Return the state a grant is in at ``now``; ``is_disposed`` when its deletion was reported."""
    if grant.status is GrantStatus.REVOKED or now >= grant.valid_until:
        return "disposed" if is_disposed else "ended"
    return "suspended" if grant.status is GrantStatus.SUSPENDED else "active"
