"""Errors of the services about legal persons."""

from __future__ import annotations

from policies.errors import DomainError


class BodyNotFoundError(DomainError):
    """The register holds no body under this code, or none the public may ask for."""

    def __init__(self) -> None:
        """Say which codes there are; nothing is said of what was asked."""
        super().__init__(
            "没有这个代码的单位",
            "there is no body of this code",
            next_zh="请核对 18 位统一社会信用代码（也可用 9 位组织机构代码、13 或 15 位原注册号），或者按名称查询",
            next_en="check the credit code of 18 (organisation code of 9 and registration number serve too), "
            "or search by name",
        )


class SearchLimitError(DomainError):
    """Too many questions from one address within a minute, or too deep a page."""


class UnansweredQuestionError(DomainError):
    """The register's entry lacks an item the service compares: the city does not offer it."""

    def __init__(self, elements: tuple[str, ...]) -> None:
        """``elements`` are the codes of what is missing."""
        super().__init__(
            f"法人库条目没有该服务所需的数据元：{'、'.join(elements)}",
            f"the register's entry lacks elements of this service: {', '.join(elements)}",
            next_zh="请数据局在法人库条目中补充这些信息项",
            next_en="ask the data bureau to add these items to the register's entry",
            facts={"elements": list(elements)},
        )
