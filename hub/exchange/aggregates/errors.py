"""Why an aggregate is not told; none of these hints at a figure (统计法 Art. 28)."""

from __future__ import annotations

from hub.exchange.errors import ExchangeError


class DifferencingError(ExchangeError):
    """The table differs too little from one told before: subtracted, the two would tell of a few."""


class AggregateBudgetError(ExchangeError):
    """The requester has asked this resource under too many different conditions."""


class GroupingError(ExchangeError):
    """The grouping itself would show what is protected, or cannot be controlled."""
