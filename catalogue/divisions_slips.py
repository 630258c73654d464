"""Slips inside a row of lists: a name or a code that is another for one list only, and two codes exchanged.

A slip is told, never corrected: a lookup answers what the list of the day says, with the note beside it. Changes
between lists are inferred from the lists without their slips (:mod:`catalogue.divisions_changes`). Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from catalogue.divisions_model import Note, NoteKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalogue.divisions_lists import DatedList


@dataclass(frozen=True, slots=True)
class Slip:
    """A code that one list alone names otherwise: ``written`` by it, ``usual`` before and after (None: absent)."""

    code: str
    place: int
    written: str | None
    usual: str | None


def slips_in(lists: Sequence[DatedList]) -> tuple[Slip, ...]:
    """Return the slips of lists of one source, in order of time.

    A slip is a name, or a code missing, that only one list has while the lists before and after agree with each other.
    A code that one list alone shows may be one or may not (a place recoded twice); it is told, see :func:`notes_of`.
    """
    found = []
    for place in range(1, len(lists) - 1):
        before, now, after = (lists[place + step].names for step in (-1, 0, 1))
        for code, usual in before.items():
            written = now.get(code)
            if written != usual and after.get(code) == usual:
                found.append(Slip(code, place, written, usual))
        found += [
            Slip(code, place, name, None) for code, name in now.items() if code not in before and code not in after
        ]
    return tuple(found)


def mended(lists: Sequence[DatedList], slips: Sequence[Slip]) -> tuple[dict[str, str], ...]:
    """Return the names of each list with its sure slips undone, for the comparison of lists with each other."""
    names = [dict(one.names) for one in lists]
    for slip in slips:
        if slip.usual is not None:
            names[slip.place][slip.code] = slip.usual
    return tuple(names)


def notes_of(lists: Sequence[DatedList], slips: Sequence[Slip]) -> tuple[Note, ...]:
    """Return the slips as notes, an exchange of two codes named as such, and codes that went and came back."""
    known = {(slip.place, slip.code): slip for slip in slips}
    notes = [_note(lists[slip.place], slip, _exchanged(known, slip)) for slip in slips]
    return (*notes, *_returns(lists, {(slip.place, slip.code) for slip in slips}))


def _exchanged(known: dict[tuple[int, str], Slip], slip: Slip) -> str | None:
    """Return the code with which the list exchanged this one."""
    if slip.usual is None or slip.written is None:
        return None
    others = (one for (place, _), one in known.items() if place == slip.place)
    return next((one.code for one in others if (one.usual, one.written) == (slip.written, slip.usual)), None)


def _note(one: DatedList, slip: Slip, other: str | None) -> Note:
    place, place_en = f"{one.source} {one.on.isoformat()} 清单", f"the list {one.source} of {one.on.isoformat()}"
    if other is not None:
        zh, en = f"{place}把 {slip.code} 与 {other} 互换", f"{place_en} exchanges {slip.code} and {other}"
    elif slip.written is None:
        zh, en = f"只有{place}缺“{slip.usual}”", f"only {place_en} lacks {slip.usual}"
    elif slip.usual is None:
        zh, en = f"只有{place}有这个代码（{slip.written}）", f"only {place_en} has this code ({slip.written})"
    else:
        zh = f"只有{place}写作“{slip.written}”，前后均为“{slip.usual}”"
        en = f"only {place_en} says {slip.written}; {slip.usual} before and after"
    return Note(slip.code, one.on, NoteKind.SLIP, zh, en)


def _returns(lists: Sequence[DatedList], slipped: set[tuple[int, str]]) -> list[Note]:
    """Return notes on codes that went away for longer than one list and came back."""
    notes = []
    ended: dict[str, int] = {}
    for place, (before, now) in enumerate(pairwise(lists), 1):
        for code in before.names.keys() - now.names.keys():
            ended[code] = place
        for code in sorted(now.names.keys() & ended.keys()):
            gone = ended.pop(code)
            if (gone, code) not in slipped:
                since, until = lists[gone].on.isoformat(), now.on.isoformat()
                zh = f"{now.source} 清单自 {since} 起没有这个代码，{until} 起恢复"
                en = f"{now.source}: the code is absent from {since} and back from {until}"
                notes.append(Note(code, now.on, NoteKind.RETURN, zh, en))
    return notes
