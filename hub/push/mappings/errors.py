"""What can go wrong with a saved mapping of files to an entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.push.errors import PushError

if TYPE_CHECKING:
    from collections.abc import Mapping


class MappingFormatError(PushError):
    """A mapping that is not written right: an unknown option, a value of the wrong kind, no column."""

    def __init__(self, zh: str, en: str, *, facts: Mapping[str, object] | None = None) -> None:
        """Say what is wrong in both languages."""
        super().__init__(
            f"对应关系写法不对：{zh}",
            f"the mapping is not written right: {en}",
            next_zh="用 hub mapping propose 文件 条目 -o 对应关系.toml 生成一份，再在其中修改",
            next_en="make one with hub mapping propose FILE ENTRY -o mapping.toml and edit that",
            facts=facts or {},
        )


class MappingNotFoundError(PushError):
    """The entry has no mapping of this version, or it is not fixed."""

    def __init__(self, version: int) -> None:
        """Name the version asked for."""
        super().__init__(
            f"该条目没有可用的第 {version} 版对应关系",
            f"the entry has no mapping {version} in force",
            next_zh="用 hub mapping list 条目 查看现有的版本",
            next_en="see the versions there are with hub mapping list ENTRY",
            facts={"version": version},
        )


class MappingStateError(PushError):
    """The mapping is not in a state in which this can be done."""


class MappingChangedError(PushError):
    """The header of the file is none of those the saved mappings know; ``facts`` tell the difference."""
