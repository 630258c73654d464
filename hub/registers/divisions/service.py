"""Questions to divisions through time: what a code named, what became of it, series on the divisions of a year.

Open to everybody (base-database service 区划服务): codes and names of divisions are no protected data. Nothing is
cached: what a question needs is a handful of rows around the codes it names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from catalogue.divisions_model import Dating, DivisionNotFoundError, parents_of
from catalogue.divisions_rebase import series_rebase
from catalogue.divisions_through_time import MOST_STEPS, Divisions
from hub.registers.divisions import around_store, store

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from catalogue.divisions_model import Change, Division, Note
    from catalogue.divisions_rebase import Figure, Rebased
    from catalogue.divisions_through_time import Successor
    from hub.database import Unit

_SHORT: Final = {2: "0000", 4: "00"}


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a code named on a day, with the divisions above it (the nearest first) and what is to be told."""

    division: Division
    above: tuple[Division, ...]
    notes: tuple[Note, ...]

    @property
    def is_dated(self) -> bool:
        """Whether a source tells the days; where not, the code held at some time within the period."""
        return self.division.dating is not Dating.UNDATED


@dataclass(frozen=True, slots=True)
class Followed:
    """What a division became, with the names of the codes met on the way (their last ones)."""

    successors: tuple[Successor, ...]
    names: dict[str, str]


def full_code(code: str) -> str:
    """Return a code of two or four digits with its zeros; others as they are."""
    return code + _SHORT.get(len(code), "")


def resolve(unit: Unit, code: str, on: date) -> Resolved:
    """Return what a code named on a day.

    Raises:
        DivisionNotFoundError: nothing; it carries the periods in which the code held.
    """
    line = [code, *_line_above(code)]
    known = Divisions(store.periods(unit, line))
    found = known.resolve(code, on)
    parents: list[Division] = []
    parent = found.parent
    while parent is not None and len(parents) < MOST_STEPS:
        if parent not in line:  # a list of periods names any parent it knows
            line = [parent, *_line_above(parent)]
            known = Divisions(store.periods(unit, line))
        holding = [one for one in known.history(parent) if one.holds_on(on)]
        parents += holding
        parent = holding[0].parent if holding else next(iter(parents_of(parent)), None)
    notes = [one for one in around_store.notes_of(unit, [code]) if one.code == code]
    return Resolved(found, tuple(parents), tuple(notes))


def _line_above(code: str) -> list[str]:
    """Return all codes that can stand above a code, at any level."""
    found: list[str] = []
    waiting = list(parents_of(code))
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.append(one)
            waiting += parents_of(one)
    return found


def history(unit: Unit, code: str) -> tuple[list[Division], list[Change], list[Note]]:
    """Return the periods of a code, the changes it took part in, and what is to be told of it.

    Raises:
        DivisionNotFoundError: no division ever had the code.
    """
    periods = store.periods(unit, [code])
    if not periods:
        raise DivisionNotFoundError(code, None)
    return periods, around_store.changes_with(unit, code), around_store.notes_of(unit, [code])


def successors(unit: Unit, code: str, since: date | None) -> Followed:
    """Return what a division is now; several after a split, and marked where the trail ends.

    Raises:
        DivisionNotFoundError: no division had the code (on that day).
    """
    known = around(unit, [code])
    found = known.current(code, since)
    met = {code, *(one.code for one in found), *(step.old for one in found for step in one.steps)}
    names = {one: known.history(one)[-1].name for one in met if known.history(one)}
    return Followed(found, names)


def names(unit: Unit, codes: Iterable[str], on: date) -> dict[str, str]:
    """Return what codes were called on a day, else the nearest name they had; codes that never were are left out."""
    found: dict[str, Division] = {}
    for one in store.periods(unit, sorted(set(codes))):
        if one.code not in found or one.valid_from <= on:
            found[one.code] = one
    return {code: one.name for code, one in found.items()}


def around(unit: Unit, codes: Iterable[str]) -> Divisions:
    """Return the divisions met when these codes are followed to the present."""
    known: set[str] = set()
    changes: list[Change] = []
    waiting = set(codes)
    for _ in range(MOST_STEPS):
        if not waiting:
            break
        known |= waiting
        found = around_store.changes_from(unit, sorted(waiting))
        changes += found
        waiting = {one.new for one in found if one.new is not None} - known
    return Divisions(store.periods(unit, sorted(known)), changes)


def rebase(unit: Unit, figures: Sequence[Figure], target_year: int) -> Rebased:
    """Return figures under the divisions of a year (:func:`catalogue.divisions_rebase.series_rebase`).

    Raises:
        RebaseError: a figure is of a later year than the target, or twice in one year.
    """
    return series_rebase(around(unit, {one.code for one in figures}), figures, target_year)
