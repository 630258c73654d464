"""The operator loads the holiday list of a year (国务院办公厅关于节假日安排的通知): checked, versioned, receipted.

It counts in every process within a second. Clocks that run are counted anew by it (:mod:`hub.supervision.recount`),
for a make-up day can move a day that was known before.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from hub.calendars import store
from hub.calendars.store import HolidayList
from hub.identity.store import bump_epoch
from hub.ledger.drafts import ReceiptKind
from policies.workdays import HolidayListError, check_whole_year, read_list

if TYPE_CHECKING:
    import uuid

    from hub.context import Context
    from hub.database import Unit

FIRST_YEAR, LAST_YEAR = 2020, 2099
LONGEST_NOTICE = 200


def load_list(context: Context, unit: Unit, by: uuid.UUID, year: int, notice: str, text: str) -> HolidayList:
    """Store the list of a year as its next version.

    Args:
        context: receipts and time.
        unit: the transaction.
        by: who loads it.
        year: the year of the list.
        notice: title or number of the announcement.
        text: CSV with the columns date, name, is_workday.

    Raises:
        HolidayListError: the list is not right; every fault is named, and the calendar is as before.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR or not 0 < len(notice.strip()) <= LONGEST_NOTICE:
        raise HolidayListError(
            "须写明年份和公布该名单的通知",
            "name the year, and the announcement the list is from",
            next_zh="例如：国务院办公厅关于2027年部分节假日安排的通知",
            next_en="for example the number of the State Council office's announcement",
        )
    days = read_list(text, year)
    check_whole_year(days, year)
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}:"
    value = HolidayList(year, store.next_version(unit, year), notice.strip(), days, digest, by, context.now())
    store.insert(unit, value)
    bump_epoch(unit)
    context.record(
        unit,
        ReceiptKind.ADMIN,
        action="calendar.load",
        subject_kind="calendar",
        subject_id=str(year),
        outcome=f"version {value.version}",
        file_digest=digest,
        rows=len(days),
        decided_by=by,
    )
    return value
