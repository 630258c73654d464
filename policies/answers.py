"""In which form an item may be given in answer to a request, and when the rule answers by itself.

Unconditionally shared items answer themselves (政务数据共享条例 Art. 14(1), 21); for the rest the provider
answers item by item, never wider than the law lets the class go (个人信息保护法 Art. 6, 28, 55; narrowest
form first, 政府信息公开条例 Art. 37). Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from policies.claims import ExemptionStatus
from policies.facts import Sensitivity, ShareType, Treatment

if TYPE_CHECKING:
    from policies.facts import ItemFacts

_LIVE = frozenset({ExemptionStatus.CLAIMED, ExemptionStatus.DECIDED})
LADDER: tuple[Treatment, ...] = (
    Treatment.FULL,
    Treatment.MASKED,
    Treatment.AGGREGATE_ONLY,
    Treatment.VERIFY_ONLY,
)


def widest_form(item: ItemFacts, *, cites_law_and_assessment: bool) -> Treatment | None:
    """Return the widest form in which an agency may be given the item; None where it is not in the system.

    The decision table's row of a granted agency: personal information masked, sensitive information and that
    of children for verification only, either in full where law and impact assessment are both cited.
    """
    match item.sensitivity:
        case Sensitivity.PUB | Sensitivity.INT | Sensitivity.TS:
            return Treatment.FULL
        case Sensitivity.PI:
            return Treatment.FULL if cites_law_and_assessment else Treatment.MASKED
        case Sensitivity.SPI | Sensitivity.MIN:
            return Treatment.FULL if cites_law_and_assessment else Treatment.VERIFY_ONLY
        case Sensitivity.WS | Sensitivity.SS:
            return None
    assert_never(item.sensitivity)


def narrower(first: Treatment, second: Treatment) -> Treatment:
    """Return the narrower of two forms of the ladder; ``WITHHELD`` is narrower than all."""
    order = (*LADDER, Treatment.WITHHELD)
    return max(first, second, key=order.index)


def lesser_forms(asked: Treatment) -> tuple[Treatment, ...]:
    """Return the forms below the one asked for, widest first: what must be considered before a refusal."""
    return LADDER[LADDER.index(asked) + 1 :] if asked in LADDER else ()


def automatic_answer(item: ItemFacts, asked: Treatment, *, cites_law_and_assessment: bool) -> Treatment | None:
    """Return the form the rule grants by itself, or None where the provider has to answer.

    Only unconditionally shared items with no live exemption on record answer themselves (one that has lapsed
    returned the item to review: a person looks); a form wider than the law allows for the class is granted in the
    widest lawful form instead, never refused.
    """
    if item.share_type is not ShareType.UNCONDITIONAL or any(one.status in _LIVE for one in item.exemptions):
        return None
    widest = widest_form(item, cites_law_and_assessment=cites_law_and_assessment)
    return narrower(asked, widest) if widest is not None else None
