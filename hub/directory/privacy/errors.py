"""What can go wrong with findings of the privacy gate; each becomes an RFC 9457 problem."""

from __future__ import annotations

from hub.directory.errors import DirectoryError


class PrivacyFindingNotFoundError(DirectoryError):
    """No such finding, or another organ's: both read the same."""

    def __init__(self) -> None:
        """One fixed text."""
        super().__init__(
            "没有这条个人信息发现记录",
            "there is no such finding of personal information",
            next_zh="请从 GET /api/v1/privacy/findings 的列表中选择",
            next_en="choose one of GET /api/v1/privacy/findings",
        )


class PrivacyDecisionError(DirectoryError):
    """The act does not fit the finding's state or the person (four eyes)."""


class PrivacyHoldError(DirectoryError):
    """The description holds personal information nobody has decided on: it is not published."""
