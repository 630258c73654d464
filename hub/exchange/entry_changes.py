"""A department files the notice of a version that narrows what is shared (V16; 政务数据共享条例 Art. 17, 27).

Filing tells every holder that is hit; after it the version may go on to approval. A later edit that narrows more
needs a notice of its own.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from catalogue.lifecycle import Step
from hub.directory.changes import store as changes_store
from hub.directory.changes.store import ChangeNotice
from hub.directory.errors import DirectoryError
from hub.directory.publish import own_entry
from hub.exchange import entry_effects
from hub.ledger.drafts import ReceiptKind

if TYPE_CHECKING:
    from hub.directory.checking import Desk


class ChangeNoticeError(DirectoryError):
    """There is nothing to give notice of: the version under work narrows nothing, or there is none."""


def file_notice(desk: Desk, name: str, reason: str) -> tuple[ChangeNotice, int]:
    """File the notice of the version under work; returns it and how many holders were told.

    Raises:
        EntryNotFoundError, NotYourEntryError: there is no such entry, or it is another organ's.
        ChangeNoticeError: the version narrows nothing.

    """
    row = own_entry(desk.unit, desk.staff, name, lock=True)
    effects = entry_effects.effects_of(desk.context, desk.unit, row, Step.PUBLISH)
    if not effects.columns:
        raise ChangeNoticeError(
            "没有收窄共享的新版本，不需要通知备案",
            "no version under work narrows what is shared: no notice is needed",
            next_zh="先修改条目形成新版本，再通知",
            next_en="revise the entry first",
        )
    receipt = desk.context.record(
        desk.unit,
        ReceiptKind.CATALOGUE,
        provider=str(desk.staff.member.id),
        end_user=str(desk.staff.staff.id),
        resource=str(row.id),
        resource_version=str(effects.version),
        action="change_notice",
        items_dropped=list(effects.columns),
    )
    members = sorted({one.member_name for one in effects.affected if one.member is not None})
    notice = ChangeNotice(
        uuid.uuid4(),
        row.id,
        effects.version,
        effects.columns,
        {"counts": effects.counts, "members": members},
        reason,
        desk.staff.staff.id,
        desk.context.now(),
        receipt.id,
    )
    changes_store.add(desk.unit, notice)
    return notice, entry_effects.tell(desk.context, desk.unit, effects, planned=True)
