"""What can go wrong with the register of persons and its services; each becomes an RFC 9457 problem."""

from __future__ import annotations

from policies.errors import DomainError


class PopulationError(DomainError):
    """Base of the errors of the register of persons."""


class PopulationOffError(PopulationError):
    """The register is switched off, or no entry of the directory describes it: no service answers."""

    def __init__(self) -> None:
        super().__init__(
            "人口基础库尚未启用，或目录中没有描述它的条目",
            "the register of persons is off, or no entry of the directory describes it",
            next_zh="请联系数据主管部门启用人口基础库并登记其目录条目",
            next_en="ask the data authority to switch it on and to name its entry",
        )


class PopulationInputError(PopulationError):
    """The question is not well formed; nothing was read. No value is repeated."""


class KeeperNotNamedError(PopulationError):
    """No organ keeps the list of protected persons yet, or the person asking is not of that organ."""


class ProtectedNotFoundError(PopulationError):
    """No such line of the protected list."""


class AlreadyProtectedError(PopulationError):
    """The number stands on the protected list."""


class BatchApprovalNeededError(PopulationError):
    """The batch is over the set size: a second person approves it first (nothing was compared)."""


class BatchNotFoundError(PopulationError):
    """No such batch waits, or it is another organ's."""
