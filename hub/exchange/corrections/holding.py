"""The other direction: the holder of a copy says that it has brought its copy up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.exchange.corrections import store
from hub.exchange.corrections.errors import CorrectionNotFoundError, CorrectionStateError
from hub.exchange.corrections.records import CASE_KIND
from hub.ledger.drafts import ReceiptKind

if TYPE_CHECKING:
    from datetime import datetime

    from hub.context import Context
    from hub.database import Unit
    from hub.exchange.corrections.records import Correction, Reporter


def acknowledge(context: Context, unit: Unit, holder: Reporter, case: Correction) -> datetime:
    """Note that the holder's copy is up to date; returns when it said so, the first time if it says so again.

    Raises:
        CorrectionNotFoundError: the organ was not told of this case.
        CorrectionStateError: the case has no corrected record yet.

    """
    if holder.member_id is None:
        raise CorrectionNotFoundError
    known = next((one for one in store.copies(unit, case=case.id) if one.member_id == holder.member_id), None)
    if known is None and case.closed_at is None:
        raise CorrectionStateError(
            "校核尚未更正，副本无须更新",
            "nothing is corrected yet: there is no copy to bring up to date",
            next_zh="更正后会收到通知",
            next_en="you are told when it is corrected",
        )
    if known is None:
        raise CorrectionNotFoundError
    if known.acknowledged_at is not None:
        return known.acknowledged_at
    by = holder.staff_id if holder.staff_id is not None else holder.system_id
    store.acknowledge(unit, case.id, holder.member_id, str(by), context.now())
    context.record(
        unit,
        ReceiptKind.CORRECTION,
        action="correction.copy_updated",
        member=holder.member_id,
        system=holder.system_id,
        end_user=holder.staff_id,
        provider=str(case.provider_id),
        resource=str(case.entry_id),
        subject_kind=CASE_KIND,
        subject_id=str(case.id),
    )
    return context.now()
