"""What can go wrong with pulls; each becomes an RFC 9457 problem. Errors of sources are in the connectors."""

from __future__ import annotations

from policies.errors import DomainError


class PullError(DomainError):
    """Base of the errors of pulls."""


class PullNotFoundError(PullError):
    """No such pull, or another organ's: both read the same."""

    def __init__(self) -> None:
        super().__init__(
            "没有找到该定时拉取",
            "no such pull",
            next_zh="用 hub pull list 查看本单位的拉取",
            next_en="list those of your organ with hub pull list",
        )


class PullDefinitionError(PullError):
    """The pull cannot be set up as described; ``facts["faults"]`` names each place."""


class PullExistsError(PullError):
    """The entry is pulled already."""

    def __init__(self, pull: str) -> None:
        super().__init__(
            "该条目已有定时拉取，一个条目只从一处拉取",
            "the entry is pulled already; an entry is pulled from one place",
            next_zh="请修改已有的拉取（hub pull change），或先移除",
            next_en="change the one there is (hub pull change), or remove it first",
            facts={"pull": pull},
        )


class PullStateError(PullError):
    """The step does not fit the state of the pull."""


class PullStoppedError(PullError):
    """The hub is stopping: the run ends here and is taken up again at the next start."""

    def __init__(self) -> None:
        super().__init__("平台正在停止，本次拉取稍后重新进行", "the hub is stopping; this pull is taken up again later")
