"""Why statistics are not released or not told; none hints at a figure (统计法 Art. 28)."""

from __future__ import annotations

from policies.errors import DomainError


class StatisticsError(DomainError):
    """Base of the errors of statistics by division."""


class StatisticsQuestionError(StatisticsError):
    """The question asks for a level, a trait or a division the tables do not have."""


class StatisticsNotReleasedError(StatisticsError):
    """There is no release of this period."""


class StatisticsPeriodError(StatisticsError):
    """The period cannot be released: it is no month, not over yet, or released already."""


class StatisticsSizeError(StatisticsError):
    """The register has more divisions than tables are made for."""
