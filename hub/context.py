"""What every use case needs besides its transaction: the receipt writer, the law, the calendar, the time.

One frozen object, built in :mod:`hub.app` (or a test) and passed on; no globals.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from policies.packs import load_pack
from policies.workdays import local_day

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable
    from pathlib import Path

    from hub.database import Unit
    from hub.identity.number_seals import NumberSeals
    from hub.identity.sealed_files import FileKey
    from hub.ledger.drafts import Given, ReceiptKind
    from hub.ledger.receipts import SignedReceipt
    from hub.ledger.writer import ReceiptWriter
    from policies.packs import Pack
    from policies.workdays import Calendar


def utc_now() -> datetime:
    """Return the time, aware UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Keeping:
    """What the hub keeps of pushes that are not done yet, and for how long (days; rows a push).

    ``spool`` is the folder of files that wait, encrypted with ``key``; None: nothing can wait. ``incoming`` is where a
    file lies in the clear while it is read.
    """

    spool: Path | None = None
    key: FileKey | None = field(default=None, repr=False)
    incoming: Path | None = None
    held_days: int = 30
    held_rows: int = 200_000
    wait_days: int = 10
    remind_days: int = 2


@dataclass(frozen=True, slots=True)
class Context:
    """Receipt writer, calendar in force, clock, whether demo identifiers are accepted, what is kept of pushes."""

    writer: ReceiptWriter
    calendars: Callable[[], Calendar]
    demo: bool = False
    now: Callable[[], datetime] = field(default=utc_now)
    keeping: Keeping = field(default_factory=Keeping)
    numbers: NumberSeals | None = field(default=None, repr=False)
    """What seals and opens identity numbers in rows; None only where no row is read or written."""

    @property
    def calendar(self) -> Calendar:
        """The calendar of working days as it is in force now: lists are loaded while the hub runs."""
        return self.calendars()

    def today(self) -> date:
        """Return the calendar day in the city; clocks of the law count these."""
        return local_day(self.now())

    def pack(self, name: str) -> Pack:
        """Return the regulation pack of a jurisdiction."""
        return load_pack(name)

    def record(self, unit: Unit, kind: ReceiptKind, **fields: Given) -> SignedReceipt:
        """Sign a receipt and write it in the transaction of ``unit`` (promise 3)."""
        return self.writer.write(unit, self.writer.draft(kind, fields, at=self.now()))


def seals_of(context: Context) -> NumberSeals:
    """Return the seals of a context that reads or writes rows (raises TypeError where it was made without)."""
    if context.numbers is None:
        raise TypeError("this context was made without the seals of numbers")
    return context.numbers


def text_id(value: uuid.UUID | None) -> str | None:
    """Return an id as receipts and JSON write it."""
    return str(value) if value is not None else None
