"""What can go wrong with harvests; each becomes an RFC 9457 problem."""

from __future__ import annotations

from policies.errors import DomainError


class HarvestError(DomainError):
    """A harvest cannot do what was asked of it."""


class HarvestSourceNotFoundError(HarvestError):
    """No source has this code."""

    def __init__(self) -> None:
        super().__init__(
            "没有该采集来源",
            "there is no such source of harvests",
            next_zh="用 hub harvest list 查看已登记的来源",
            next_en="list the sources with hub harvest list",
        )


class HarvestRunNotFoundError(HarvestError):
    """No run has this id."""

    def __init__(self) -> None:
        super().__init__(
            "没有该次采集",
            "there is no such run of a harvest",
            next_zh="用 hub harvest report 来源代码 查看最近一次",
            next_en="hub harvest report CODE shows the last one",
        )


class HarvestDefinitionError(HarvestError):
    """The source is described with faults, or its code is another source's; each place is named."""


class HarvestStateError(HarvestError):
    """The step does not fit where the source or the run stands."""


class HarvestReviewError(HarvestError):
    """The review cannot be taken: by the wrong person (four eyes), or without a reason."""


class HarvestStoppedError(HarvestError):
    """The hub is stopping: the run goes on where it was after the next start."""

    def __init__(self) -> None:
        super().__init__("平台正在停止，采集稍后从断点继续", "the hub is stopping; the run goes on where it was")
