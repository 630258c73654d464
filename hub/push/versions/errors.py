"""Why a version cannot be restored, or rows not be erased."""

from __future__ import annotations

from hub.push.errors import PushError


class NothingToRestoreError(PushError):
    """The version asked for is the one that stands."""

    def __init__(self, version: int) -> None:
        super().__init__(
            f"当前已是第 {version} 版，没有可恢复的",
            f"version {version} is the one that stands; there is nothing to go back from",
            next_zh="版本列表见 hub versions，选择更早的版本",
            next_en="choose an earlier version from the list of hub versions",
            facts={"version": version},
        )


class VersionActError(PushError):
    """The proposal is not there, is decided already, or its resource has moved on since."""


class SamePersonError(PushError):
    """Who proposed going back or an erasure cannot let it happen: another approver of the department does."""

    def __init__(self) -> None:
        super().__init__(
            "该资源实行两人复核，提出的人不能自己放行",
            "the resource asks for two people: who proposed this cannot let it happen",
            next_zh="请本单位另一名审核人放行",
            next_en="let another approver of your department release it",
        )


class ErasureError(PushError):
    """The erasure is not stated as the law asks: ground, decision, keys."""


class RowUnknownError(PushError):
    """There is no such row, or it is not among those one may know of; the two read the same."""

    def __init__(self) -> None:
        super().__init__(
            "没有这一行，或其历史已删除",
            "there is no such row, or its history was removed",
            next_zh="行号见变更接口返回的 row；确认资源名称与授权范围",
            next_en="row numbers are those of the changes feed; check the resource and what your grant covers",
        )
