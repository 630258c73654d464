"""The history of a record: each step is an event, a receipt and a new policy epoch, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.context import text_id
from hub.directory.claims import store
from hub.directory.claims.records import EventRow
from hub.directory.errors import ExemptionNotFoundError
from hub.identity import store as identity_store
from hub.ledger.drafts import ReceiptKind

if TYPE_CHECKING:
    import uuid

    from catalogue.store import ExemptionRow
    from hub.context import Context
    from hub.database import Unit
    from hub.identity.facts import StaffRequester
    from policies.claims import ExemptionStatus


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to a record: ``name`` a word, ``to`` its status afterwards, ``reason`` in words (no content)."""

    name: str
    to: ExemptionStatus
    reason: str = ""
    article: str | None = None


def take(context: Context, unit: Unit, staff: StaffRequester | None, row: ExemptionRow, step: Step) -> uuid.UUID:
    """Write receipt and event of a step, and let every process read the record anew; returns the receipt's id.

    ``staff`` None: the hub itself, by a rule. The reason stays in the history; the receipt holds codes and ids.
    """
    receipt = context.record(
        unit,
        ReceiptKind.ADMIN,
        provider=str(row.member_id),
        end_user=str(staff.staff.id) if staff is not None else None,
        decided_by=str(staff.staff.id) if staff is not None else "rule",
        resource=text_id(row.entry_id),
        subject_kind="exemption",
        subject_id=str(row.id),
        action=f"exemption.{step.name}",
        ground=row.ground,
        article=step.article,
        items_refused=[row.item] if row.item is not None else None,
        state_before=row.status or None,
        state_after=step.to.value,
    )
    event = EventRow(
        row.id,
        step.name,
        row.status,
        step.to.value,
        staff.staff.id if staff is not None else None,
        step.reason,
        context.now(),
        receipt.id,
    )
    store.add_event(unit, event)
    identity_store.bump_epoch(unit)
    return receipt.id


def own(unit: Unit, staff: StaffRequester, exemption_id: uuid.UUID, *, lock: bool = True) -> ExemptionRow:
    """Return a record of the person's organ (raises :class:`ExemptionNotFoundError`)."""
    row = store.find_exemption(unit, exemption_id, lock=lock)
    if row is None or row.member_id != staff.member.id:
        raise ExemptionNotFoundError(
            "本单位没有这条豁免记录", "your organ has no such record", next_zh="请核对编号", next_en="check the id"
        )
    return row
