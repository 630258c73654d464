"""The operator loads lists of divisions: read whole or not at all, kept as they were, the timeline made anew.

One transaction a load: a list that cannot be read changes nothing, and whoever asks meanwhile sees the former
timeline. The shipped facts of the two cities are always among the material. Each load leaves a receipt.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from catalogue.divisions_lists import DatedList, read_list
from catalogue.divisions_model import Change, ChangeKind, Dating, Division, DivisionError, Kind, Level, Method
from catalogue.divisions_shipped import shipped_changes, shipped_notes, shipped_periods
from catalogue.divisions_timeline import Given, timeline_of
from hub.ledger.drafts import ReceiptKind
from hub.registers.divisions import store

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Mapping, Sequence

    from catalogue.divisions_lists import Form, ListFile
    from catalogue.divisions_timeline import Timeline
    from hub.context import Context
    from hub.database import Unit
    from hub.registers.divisions.store import StoredList


class DivisionLoadError(DivisionError):
    """A load of lists that cannot be done; nothing is changed."""


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file as the operator gives it; ``form``, ``on`` and ``source`` as in :func:`read_list`."""

    name: str
    data: bytes
    form: Form | None = None
    on: date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load made: entries taken by file, codes left out by their first two digits, counts of the timeline."""

    entries: Mapping[str, int]
    already: tuple[str, ...]
    left_out: Mapping[str, int]
    counts: Mapping[str, int]


def load(context: Context, unit: Unit, by: uuid.UUID, files: Sequence[GivenFile]) -> Loaded:
    """Load lists and make the timeline from all that were ever loaded.

    Without files the timeline is made from what is there: the shipped facts of the two cities, at first.

    Raises:
        DivisionListError: a file cannot be read, or lines are wrong; nothing is loaded.
    """
    read = [(one, read_list(one.data, form=one.form, on=one.on, source=one.source)) for one in files]
    store.lock(unit)
    entries: dict[str, int] = {}
    already: list[str] = []
    left_out: dict[str, int] = {}
    for given, found in read:
        kept = [one for one in _stored(context, by, given, found) if not store.is_loaded(unit, one)]
        for one in kept:
            store.insert_list(unit, one)
        entries[given.name] = entries.get(given.name, 0) + sum(one.entries for one in kept)
        if not kept:
            already.append(given.name)
        for prefix, count in found.left_out.items():
            left_out[prefix] = left_out.get(prefix, 0) + count
    counts = rebuild(unit)
    _receipt(context, unit, by, "divisions.load", [given.data for given, _ in read], counts)
    return Loaded(entries, tuple(already), left_out, counts)


def remove(context: Context, unit: Unit, by: uuid.UUID, number: int) -> Mapping[str, int]:
    """Take a list out and make the timeline anew; returns its counts.

    Raises:
        DivisionLoadError: there is no list of this number.
    """
    store.lock(unit)
    if not store.remove_list(unit, number):
        raise DivisionLoadError(
            f"没有编号为 {number} 的区划清单",
            f"there is no list of divisions number {number}",
            next_zh="用 hub divisions lists 查看已载入的清单",
            next_en="see the lists loaded with: hub divisions lists",
        )
    counts = rebuild(unit)
    _receipt(context, unit, by, "divisions.remove", [], counts)
    return counts


def rebuild(unit: Unit) -> Mapping[str, int]:
    """Make the timeline from all lists and write it; returns its counts."""
    store.write_timeline(unit, timeline_from(store.lists(unit)))
    return store.counts(unit)


def timeline_from(lists: Iterable[StoredList]) -> Timeline:
    """Return the timeline of the lists given and of the shipped facts."""
    dated: list[DatedList] = []
    undated: dict[str, str] = {}
    periods: list[Division] = []
    changes: list[Change] = []
    undated_source = "withdrawn"
    for one in lists:
        if one.dated is not None:
            dated.append(DatedList(one.source, one.dated, one.lines))
        elif one.form == "withdrawn":
            undated, undated_source = {**one.lines, **undated}, one.source
        elif one.form == "periods":
            periods += [_period(line) for line in one.lines]
        elif one.form == "changes":
            changes += [_change(line) for line in one.lines]
    # What the operator states comes first; the shipped facts fill what is left.
    given = Given(
        dated,
        undated,
        undated_source,
        _apart([*periods, *shipped_periods()]),
        [*changes, *shipped_changes()],
        shipped_notes(),
    )
    return timeline_of(given)


def _apart(periods: Sequence[Division]) -> list[Division]:
    """Return periods of which none of a code overlap: what is given later gives way to what is there."""
    kept: dict[str, list[Division]] = {}
    for one in periods:
        pieces = [one]
        for other in kept.get(one.code, []):
            pieces = [part for piece in pieces for part in _beside(piece, other)]
        kept.setdefault(one.code, []).extend(pieces)
    return [one for group in kept.values() for one in group]


def _beside(piece: Division, other: Division) -> list[Division]:
    found = []
    if piece.valid_from < other.valid_from:
        ends = [day for day in (piece.valid_to, other.valid_from) if day is not None]
        found.append(replace(piece, valid_to=min(ends)))
    if other.valid_to is not None and (piece.valid_to is None or piece.valid_to > other.valid_to):
        found.append(replace(piece, valid_from=max(piece.valid_from, other.valid_to)))
    return found


def _stored(context: Context, by: uuid.UUID, given: GivenFile, found: ListFile) -> list[StoredList]:
    head: dict[str, Any] = {
        "form": found.form,
        "source": found.source,
        "file_name": given.name,
        "digest": hashlib.sha256(given.data).hexdigest(),
        "loaded_at": context.now(),
        "loaded_by": by,
    }
    if found.dated:
        return [
            store.StoredList(dated=one.on, lines=dict(one.names), entries=len(one.names), **head) for one in found.dated
        ]
    lines: object = dict(found.undated)
    if found.form == "periods":
        lines = [_period_line(one) for one in found.periods]
    elif found.form == "changes":
        lines = [_change_line(one) for one in found.changes]
    return [store.StoredList(dated=None, lines=lines, entries=found.entries, **head)]


def _period_line(one: Division) -> dict[str, object]:
    return {
        "code": one.code,
        "valid_from": one.valid_from.isoformat(),
        "valid_to": None if one.valid_to is None else one.valid_to.isoformat(),
        "name": one.name,
        "level": int(one.level),
        "parent": one.parent,
        "kind": one.kind.value,
        "source": one.source,
    }


def _period(line: Mapping[str, Any]) -> Division:
    until = None if line["valid_to"] is None else date.fromisoformat(line["valid_to"])
    return Division(
        line["code"],
        date.fromisoformat(line["valid_from"]),
        until,
        line["name"],
        Level(line["level"]),
        line["parent"],
        Kind(line["kind"]),
        line["source"],
        Dating.DAY,
    )


def _change_line(one: Change) -> dict[str, object]:
    return {
        "old": one.old,
        "new": one.new,
        "on": one.on.isoformat(),
        "kind": one.kind.value,
        "share": None if one.share is None else str(one.share),
        "source": one.source,
    }


def _change(line: Mapping[str, Any]) -> Change:
    share = None if line["share"] is None else Decimal(line["share"])
    on, kind = date.fromisoformat(line["on"]), ChangeKind(line["kind"])
    return Change(line["old"], line["new"], on, kind, share, Method.STATED, line["source"])


def _receipt(
    context: Context, unit: Unit, by: uuid.UUID, action: str, files: Sequence[bytes], counts: Mapping[str, int]
) -> None:
    digest = hashlib.sha256(b"".join(hashlib.sha256(one).digest() for one in files)).digest()
    context.record(
        unit,
        ReceiptKind.ADMIN,
        action=action,
        subject_kind="divisions",
        outcome=f"{len(files)} files",
        file_digest=f"sha-256=:{base64.b64encode(digest).decode()}:" if files else None,
        rows=counts["periods"],
        decided_by=by,
    )
