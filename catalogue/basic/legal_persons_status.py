"""What the state of a body means (``entity_status``): sets to ask by, never «not deregistered».

市场主体登记管理条例 第三十条 (suspension, at most three years), 第三十一条 (deregistration ends the body), 第四十条
(registration cancelled as false). A licence that was revoked (吊销) is a penalty: the body exists until it is
deregistered (注销). Pure.
"""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

IN_OPERATION, REVOKED, REVOKED_AND_GONE, DEREGISTERED, MOVED_OUT = "1", "2", "3", "4", "5"
CANCELLED, SUSPENDED, IN_LIQUIDATION, OTHER = "6", "7", "8", "9"

ACTIVE: Final = frozenset({IN_OPERATION, SUSPENDED})
"""A body that does business, or may take it up again."""

EXISTING: Final = frozenset({IN_OPERATION, REVOKED, MOVED_OUT, SUSPENDED, IN_LIQUIDATION, OTHER})
"""A body that is there and can be sued, whether it may do business or not."""

ENDED: Final = frozenset({REVOKED_AND_GONE, DEREGISTERED})
"""A body that was deregistered; its code is not given again."""

GONE: Final = ENDED | {CANCELLED}
"""A body that is no more, or, being falsely registered, never was."""

PENALISED: Final = frozenset({REVOKED, REVOKED_AND_GONE})

SUSPENSION_YEARS: Final = 3

SETS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {"active": ACTIVE, "existing": EXISTING, "ended": ENDED, "gone": GONE, "penalised": PENALISED}
)
"""The words by which a query may ask for a set of states."""


def suspension_ends(since: date) -> date:
    """Return the last day a suspension that began on ``since`` may last (市场主体登记管理条例 第三十条)."""
    try:
        return since.replace(year=since.year + SUSPENSION_YEARS)
    except ValueError:  # 29 February
        return date(since.year + SUSPENSION_YEARS, 3, 1)
