"""Errors of the registers that the engine, its lists and its API raise."""

from __future__ import annotations

from policies.errors import DomainError


class RegisterError(DomainError):
    """Base of the errors of keeping registers."""


class RegisterNotFoundError(RegisterError):
    """The city has no register of this name."""

    def __init__(self, known: tuple[str, ...]) -> None:
        """``known`` are the names there are."""
        super().__init__(
            "没有这个基础数据库",
            "there is no register of this name",
            next_zh=f"可用：{'、'.join(known)}",
            next_en=f"use one of {', '.join(known)}",
        )


class RegisterOffError(RegisterError):
    """The register is switched off: nothing is fed, nothing is answered."""

    def __init__(self) -> None:
        """Say who can switch it on."""
        super().__init__(
            "该基础数据库未启用",
            "this register is switched off",
            next_zh="由数据局目录管理员启用后再用（hub registers on）",
            next_en="the keeper of the directory switches it on (hub registers on)",
        )


class SourceInvalidError(RegisterError):
    """The mapping of a source does not fit the resource or the register; every fault is named."""


class SourceNotFoundError(RegisterError):
    """There is no source of this number."""

    def __init__(self) -> None:
        """Say where the numbers are."""
        super().__init__(
            "没有这个来源",
            "there is no source of this number",
            next_zh="来源编号见基础数据库的来源清单",
            next_en="the list of sources has the numbers",
        )


class ConflictNotFoundError(RegisterError):
    """There is no line of this id in the list of conflicts, or it is not one's own to see."""

    def __init__(self) -> None:
        """Say where the lines are."""
        super().__init__(
            "没有这条不一致记录",
            "there is no such conflict",
            next_zh="请从不一致清单中选取",
            next_en="take it from the list of conflicts",
        )


class ConflictStateError(RegisterError):
    """The line is settled already, or the decision lacks its note or its source."""


class SubjectNotFoundError(RegisterError):
    """The register holds nothing under this key."""

    def __init__(self) -> None:
        """Say nothing of who or what was looked for."""
        super().__init__(
            "该库中没有这个对象",
            "the register holds nothing under this key",
            next_zh="请核对键值与键的种类",
            next_en="check the key and its kind",
        )
