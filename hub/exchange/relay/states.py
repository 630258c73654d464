"""The state tables of relays: a provider's endpoint, and a question that waits for one that is away.

政务数据共享条例 Art. 22-25: what is shared is reached safely; an endpoint is put into use by a second person.
"""

from __future__ import annotations

from typing import Final

from hub.identity.roles import Role
from hub.states import SYSTEM, Act, Owner, Procedure, State
from policies.text import Text

CLERK: Final = Owner("provider", Role.CLERK)
APPROVER: Final = Owner("provider", Role.APPROVER)
REQUESTER: Final = Owner("requester", Role.AGENCY_USER)
RULE: Final = Owner(SYSTEM)
_WITHDRAW: Final = Act("withdraw", Text("停用", "withdraw"), CLERK, "retired")
_REPLACE: Final = Act("replace", Text("新版本启用", "a newer version is approved"), RULE, "retired")
_EXPIRE: Final = Act("expire", Text("过期", "time is over"), RULE, "expired")

ENDPOINT: Final = Procedure(
    "relay_endpoint",
    Text("转接接口", "relay endpoint"),
    "政务数据共享条例 Art.22-25",
    (
        State(
            "proposed",
            Text("待批准", "proposed"),
            APPROVER,
            Text("由登记人以外的人批准后启用", "another person approves it; until then nobody is relayed"),
            (Act("approve", Text("批准", "approve"), APPROVER, "active"), _WITHDRAW),
        ),
        State(
            "active",
            Text("启用", "active"),
            CLERK,
            Text("供授权系统查询；有异常即暂停", "granted systems are relayed; suspend it when something is wrong"),
            (Act("suspend", Text("暂停", "suspend"), CLERK, "suspended"), _WITHDRAW, _REPLACE),
        ),
        State(
            "suspended",
            Text("暂停", "suspended"),
            APPROVER,
            Text("查明后恢复，或停用并登记新版本", "resume it when it is mended, or withdraw it and register anew"),
            (Act("resume", Text("恢复", "resume"), APPROVER, "active"), _WITHDRAW, _REPLACE),
        ),
        State(
            "retired", Text("已停用", "retired"), None,
            Text("不再使用，存档备查；需要时登记新版本", "out of use for good and on file; register a new version"),
        ),
    ),
)  # fmt: skip

JOB: Final = Procedure(
    "relay_job",
    Text("等待的查询", "question that waits"),
    "政务数据共享条例 Art.22",
    (
        State(
            "waiting",
            Text("等待提供方", "waiting"),
            RULE,
            Text("系统按间隔再次询问提供方接口，直到答复或过期", "the hub asks the provider again until it answers"),
            (
                Act("answer", Text("提供方答复", "the provider answers"), RULE, "ready"),
                Act("fail", Text("答复不合约定", "answered otherwise than agreed"), RULE, "failed"),
                _EXPIRE,
            ),
        ),
        State(
            "ready",
            Text("可取回", "ready"),
            REQUESTER,
            Text("由使用系统取回一次；取回时重新审查授权", "the system fetches it once; the grant is decided on anew"),
            (Act("fetch", Text("取回", "fetch"), REQUESTER, "delivered"), _EXPIRE),
        ),
        State(
            "delivered", Text("已取回", "delivered"), None,
            Text("答复已交付，平台不再保存", "the answer was given, and the hub keeps it no longer"),
        ),
        State(
            "failed", Text("失败", "failed"), None,
            Text("提供方答复不合约定，请联系提供单位后重新查询", "the provider's answer was not as agreed; ask anew"),
        ),
        State(
            "expired", Text("已过期", "expired"), None,
            Text("时间已过或授权已变，请重新查询", "its time is over or the grant changed; ask anew"),
        ),
    ),
)  # fmt: skip
