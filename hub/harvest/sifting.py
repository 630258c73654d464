"""One batch of a run: records are compared with what is there, made into entries, and stored with what changed.

A record whose digest is the one stored is passed over without being made again; what differs goes through the rules
(:mod:`hub.harvest.building`) and the gate (:mod:`hub.harvest.gates`). All of a batch is one transaction with the
place in the source, so a cut run goes on exactly behind it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from connectors.catalogues.record import Unreadable
from hub.harvest import gates, store
from hub.harvest.building import RULES, build
from hub.harvest.records import Change, Changed, Known, Review, Standing

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence
    from datetime import datetime

    from connectors.catalogues.record import Found
    from hub.database import Unit
    from hub.harvest.gates import Refused
    from hub.harvest.records import Source

ACCEPTED: Final = "accepted"
REFUSED: Final = "refused"
NEWLY_REFUSED: Final = "newly_refused"
"""Count of records refused now that were not, or not so, before; ``refused`` counts all that are."""


@dataclass(slots=True)
class Sieve:
    """What a run works with over all its batches."""

    source: Source
    run_id: uuid.UUID
    now: datetime
    seen: set[str]
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def rules(self) -> str:
        """What decides how a record is read: the version of the rules and the description of the source."""
        return RULES + self.source.definition.reading

    def sift(self, unit: Unit, batch: Sequence[Found]) -> None:
        """Store what a batch came to; the counts grow."""
        ready = [self._ready(found) for found in batch]
        stored = store.known(unit, self.source.id, [one.key for one in ready])
        unchanged: list[str] = []
        rows: list[Known] = []
        changes: list[Changed] = []
        for one in ready:
            self.counts["records"] += 1
            former = stored.get(one.key)
            if former is not None and former.digest == one.digest and former.standing == Standing.PRESENT:
                unchanged.append(one.key)
                self.counts[Change.UNCHANGED] += 1
                self.counts[former.state] += 1
                continue
            row = self._made(one, former)
            change = _change(row, former)
            rows.append(row)
            reason = row.reason
            changes.append(Changed(one.key, change, row.title, reason["rule"] if reason else None, reason))
            self.counts[NEWLY_REFUSED if change == Change.REFUSED else change] += 1
            self.counts[row.state] += 1
        store.save_records(unit, rows)
        store.mark_seen(unit, self.source.id, unchanged, self.run_id)
        store.add_changes(unit, self.run_id, changes)

    def _ready(self, found: Found) -> _Ready:
        """Return a record with the key it is stored under; a key that came before in this run gets a number."""
        refused: Refused | None
        if isinstance(found, Unreadable):
            refused = gates.unreadable(found)
            key = found.id if gates.is_identifier(found.id) else ""
            content = found.digest or hashlib.sha256(f"{found.place}{found.zh}".encode()).digest()
            digest = hashlib.sha256(content + self.rules.encode()).digest()
        else:
            refused = gates.before_reading(found)
            key = found.id if refused is None else ""
            digest = found.digest(self.rules)
        key = key or f"?{digest.hex()[:24]}"
        number, unique = 1, key
        while unique in self.seen:
            number += 1
            unique = f"{key}#{number}"
        self.seen.add(unique)
        if number > 1 and refused is None:
            refused = gates.repeated(found.place)
        return _Ready(unique, digest, found, refused)

    def _made(self, one: _Ready, former: Known | None) -> Known:
        """Return what is stored of a record that is new or changed."""
        built = None
        refused = one.refused
        if refused is None and not isinstance(one.found, Unreadable):
            built = build(one.found, self.source.code, self.source.definition, self.now)
            refused = gates.after_building(built.entry, one.found.place, self.now.date())
        title = built.entry.title if built is not None and (refused is None or refused.keeps_title) else ""
        is_listed = former is not None and former.published_digest is not None
        if refused is None:
            is_in_force = former is not None and former.published_digest == one.digest
            review = Review.NONE if is_in_force else Review.WAITING
        else:
            review = Review.WAITING if is_listed else Review.NONE
        return Known(
            source_id=self.source.id,
            record=one.key,
            digest=one.digest,
            state=ACCEPTED if refused is None else REFUSED,
            review=review.value,
            standing=Standing.PRESENT.value,
            title=title,
            body=built.entry.to_dict() if built is not None and refused is None else None,
            reason=refused.to_json() if refused is not None else None,
            notes=built.notes() if built is not None and refused is None else {"counts": {}, "kept": {}},
            entry_id=former.entry_id if former is not None else None,
            published_digest=former.published_digest if former is not None else None,
            changed_run=self.run_id,
            last_run=self.run_id,
        )


@dataclass(frozen=True, slots=True)
class _Ready:
    """A record with its key and digest, and what already speaks against it."""

    key: str
    digest: bytes
    found: Found
    refused: Refused | None


def _change(row: Known, former: Known | None) -> str:
    if row.state == REFUSED:
        return Change.REFUSED.value
    if former is None:
        return Change.ADDED.value
    return Change.RETURNED.value if former.standing == Standing.GONE else Change.CHANGED.value
