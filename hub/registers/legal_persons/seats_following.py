"""Seats follow the register of bodies and that of addresses: texts first, then matches, a page a transaction.

A changed text waits from the page on in which it is read. Each seat notes against which state of the addresses it was
matched; a new load, a narrowed entry, new lists of divisions or another least score make a new state, and the seats
behind it are matched anew, the oldest first. What is done is what is written: killed at any moment, it goes on there.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from catalogue.addresses import OPEN_LEVEL, Level, Outcome
from catalogue.addresses_scoring import Rules
from hub.registers.addresses.matching import LONGEST_TEXT, Asked, match_texts
from hub.registers.addresses.switching import is_on
from hub.registers.legal_persons import seats_store
from hub.registers.legal_persons.seats import TOO_LONG, is_street_only, matched_text, verdict_of
from hub.registers.legal_persons.seats_store import State, Text, Verdict
from hub.rounds import Sweep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.context import Context
    from hub.database import Database, Unit
    from hub.registers.addresses.matching import AddressBook, Book

TEXTS: Final = 5_000
"""Changed bodies whose text is read in one transaction."""
MATCHES: Final = 500
"""Seats matched in one transaction."""
SECONDS: Final = 1.0
"""So long does one run of the sweep go on; the next run continues."""


@dataclass(frozen=True, slots=True)
class Seating:
    """What seats are matched with: the dictionary of this process, and how sure a match must be."""

    addresses: AddressBook
    least_score: float


def follow_texts(unit: Unit, limit: int = TEXTS) -> int:
    """Take over the registered addresses of the next changed bodies; return how many bodies were looked at."""
    changed = seats_store.changed_after(unit, *seats_store.mark(unit), limit)
    if not changed:
        return 0
    texts = [Text(one.subject, one.text, is_street_only(one.code)) for one in changed if one.text]
    seats_store.put_texts(unit, texts, [one.subject for one in changed if not one.text])
    seats_store.set_mark(unit, changed[-1].changed, changed[-1].subject)
    return len(changed)


def match_next(unit: Unit, context: Context, seating: Seating, limit: int = MATCHES) -> int:
    """Match the next seats that are behind the addresses as the public has them; return how many."""
    if not is_on(unit) or not seats_store.has_seats(unit):
        return 0
    seats_store.mark(unit)
    book = seating.addresses.of_public(context, unit)
    if not book.number:
        return 0
    number = _state(unit, context, book, seating.least_score)
    texts = seats_store.behind(unit, number, limit)
    seats_store.put_verdicts(unit, number, _verdicts(unit, book, texts, Rules(seating.least_score)), context.now())
    return len(texts)


def _state(unit: Unit, context: Context, book: Book, least_score: float) -> int:
    """Return the number of the addresses' state, a new one where they are not as they were."""
    now = State(book.number, "/".join(map(str, book.timeline)), book.hidden.loads, least_score)
    newest = seats_store.newest_state(unit)
    if newest is not None and newest[1] == now:
        return newest[0]
    number = 1 if newest is None else newest[0] + 1
    seats_store.add_state(unit, number, now, context.now())
    return number


def _verdicts(unit: Unit, book: Book, texts: Sequence[Text], rules: Rules) -> list[tuple[int, Verdict]]:
    found: list[tuple[int, Verdict]] = []
    for street_only, deepest in ((False, OPEN_LEVEL), (True, Level.STREET)):
        asked = {
            one.subject: matched_text(one.text, street_only=street_only)
            for one in texts
            if one.is_street_only is street_only
        }
        fitting = {subject: text for subject, text in asked.items() if len(text) <= LONGEST_TEXT}
        matches = match_texts(unit, book, list(fitting.values()), Asked("", rules, deepest))
        found += [(subject, verdict_of(match)) for subject, match in zip(fitting, matches, strict=True)]
        found += [(one, Verdict(Outcome.NO_MATCH.value, TOO_LONG)) for one in asked if one not in fitting]
    return found


def match_anew(unit: Unit, context: Context) -> None:
    """Let every seat be read and matched anew, in pages."""
    seats_store.mark(unit)
    seats_store.set_mark(unit, 0, 0)
    newest = seats_store.newest_state(unit)
    if newest is not None:
        seats_store.add_state(unit, newest[0] + 1, newest[1], context.now())


def sweep(context: Context, database: Database, seating: Seating, seconds: float = SECONDS) -> int:
    """Bring seats up to date for a while; return how many bodies were looked at and seats matched."""
    done, ends = 0, time.monotonic() + seconds
    while time.monotonic() < ends:
        with database.begin(statement_timeout_seconds=0) as unit:
            looked = follow_texts(unit)
        if looked == 0:
            with database.begin(statement_timeout_seconds=0) as unit:
                looked = match_next(unit, context, seating)
        done += looked
        if looked == 0:
            break
    return done


def seats_sweep(seating: Seating) -> Sweep:
    """Return the sweep of a process, with its own dictionary of addresses."""
    return Sweep("legal-person-seats", 2.0, lambda context, database: sweep(context, database, seating), is_long=True)
