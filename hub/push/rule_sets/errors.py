"""Why a rule set cannot be taken, found or decided as asked."""

from __future__ import annotations

from policies.errors import DomainError


class RuleSetError(DomainError):
    """A rule set is not well formed, or names what the entry does not have; ``facts`` list every fault."""


class RuleSetNotFoundError(DomainError, LookupError):
    """There is no such version, or it is another organ's."""

    def __init__(self) -> None:
        super().__init__(
            "没有这个版本的规则集，或它不属于本单位",
            "there is no such version of the rule set, or it is another organ's",
            next_zh="用 hub rules history 查看本条目的各版本",
            next_en="see the versions of the entry with hub rules history",
        )


class RuleSetStateError(DomainError):
    """The version was decided already, or another one came between."""


class RuleSetFourEyesError(DomainError):
    """The person who proposed a rule set cannot put it in force."""

    def __init__(self) -> None:
        super().__init__(
            "提出规则集的人不能自己批准它，须由本单位另一位审核人办理",
            "who proposed a rule set cannot approve it: another approver of the organ must",
            next_zh="请本单位另一位审核人批准",
            next_en="ask another approver of your organ",
        )
