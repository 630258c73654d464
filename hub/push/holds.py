"""Why a push waits for a person instead of going in: the value every check may return (Jilin Art. 27).

A hold is no refusal. The file stays where it is, nothing of it is in the table, and somebody is named who can let
it in or withdraw it. Facts are counts and names of items, never a value of a row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from catalogue.entry import OnFaults, Release

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalogue.entry import PushPolicy


class HoldReason(StrEnum):
    """Why a push is held."""

    FAULT_SHARE = "fault_share"
    FAULT_ROWS = "fault_rows"
    SHRINK = "shrink"
    DRIFT = "drift"
    TWO_STEP = "two_step"


@dataclass(frozen=True, slots=True)
class Hold:
    """One reason to hold a push. ``facts`` are JSON values: what was found, what the limit is.

    ``zh`` and ``en`` say it in one sentence.
    """

    reason: HoldReason
    facts: Mapping[str, Any] = field(default_factory=dict)
    zh: str = ""
    en: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the hold as JSON values."""
        return {"reason": self.reason.value, "facts": dict(self.facts), "what": self.zh, "what_en": self.en}


def may_hold(policy: PushPolicy) -> bool:
    """Tell whether a push to a resource of this policy can come to wait."""
    return policy.on_faults is OnFaults.HOLD_PUSH or policy.hold_drift or policy.release is Release.TWO_STEP


def fault_holds(policy: PushPolicy, received: int, rejected: int) -> tuple[Hold, ...]:
    """Return the holds that rejected rows call for by the policy of the resource."""
    if policy.on_faults is not OnFaults.HOLD_PUSH or rejected == 0:
        return ()
    rows, percent = policy.most_rejected_rows, policy.most_rejected_percent
    share = 100 * rejected / received
    found = []
    if percent is not None and share > percent:
        facts = {"rejected": rejected, "received": received, "percent": round(share, 2), "limit": percent}
        found.append(
            Hold(
                HoldReason.FAULT_SHARE,
                facts,
                f"退回 {rejected:,} 行，占 {share:.1f}%，超过条目规定的 {percent:g}%",
                f"{rejected:,} rows are rejected, {share:.1f}% of all: more than the {percent:g}% of the entry",
            )
        )
    if (rows is not None and rejected > rows) or (rows is None and percent is None):
        limit = rows or 0
        found.append(
            Hold(
                HoldReason.FAULT_ROWS,
                {"rejected": rejected, "received": received, "limit": limit},
                f"退回 {rejected:,} 行，超过条目规定的 {limit:,} 行",
                f"{rejected:,} rows are rejected: more than the {limit:,} of the entry",
            )
        )
    return tuple(found)


def shrink_hold(closing: int, of: int, limit: str) -> Hold:
    """Return the hold of a push that would close too many rows; ``limit`` is the limit as people are told it."""
    return Hold(
        HoldReason.SHRINK,
        {"closing": closing, "rows": of},
        f"将使现有 {of:,} 行中的 {closing:,} 行失效，超过 {limit}",
        f"it would close {closing:,} of {of:,} rows, more than {limit}",
    )


def release_hold(policy: PushPolicy) -> tuple[Hold, ...]:
    """Return the hold of a resource whose pushes another person of the department releases."""
    if policy.release is not Release.TWO_STEP:
        return ()
    return (
        Hold(
            HoldReason.TWO_STEP,
            {},
            "该资源的推送须由本单位另一人审核放行",
            "pushes to this resource are released by another person of the department",
        ),
    )
