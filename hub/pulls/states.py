"""The state table of pulls (政务数据共享条例 Art. 22: data are kept up to date by who holds them)."""

from __future__ import annotations

from typing import Final

from hub.identity.roles import Role
from hub.states import Act, Owner, Procedure, State
from policies.text import Text

CLERK: Final = Owner("provider", Role.CLERK)
_REMOVE: Final = Act("remove", Text("移除", "remove"), CLERK, "removed")

PULL: Final = Procedure(
    "pull",
    Text("定时拉取", "scheduled pull"),
    "政务数据共享条例 Art.22; 郑州 Art.19",
    (
        State(
            "active",
            Text("运行", "active"),
            CLERK,
            Text("平台按计划拉取；失败时自动重试并通知", "the hub pulls on schedule, retries and tells when it fails"),
            (Act("pause", Text("暂停", "pause"), CLERK, "paused"), _REMOVE),
        ),
        State(
            "paused",
            Text("暂停", "paused"),
            CLERK,
            Text("不再拉取，已入库的版本照常提供；恢复后继续", "nothing is pulled, what is there is served; resume it"),
            (Act("resume", Text("恢复", "resume"), CLERK, "active"), _REMOVE),
        ),
        State(
            "removed", Text("已移除", "removed"), None,
            Text("不再使用，运行记录存档备查；需要时重新设立", "out of use, its runs stay on record; set up a new one"),
        ),
    ),
)  # fmt: skip
