"""Applications (申请车) as plain values: what a draft holds, and where an application stands."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from policies.case_numbers import LIST
from policies.facts import Mode, Treatment

if TYPE_CHECKING:
    from collections.abc import Mapping


class ApplicationState(StrEnum):
    """Where an application stands; users' words of the interface guide d5."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    """Waits for the consent of the requester's head (Art. 20); after an edit once more."""
    OPEN = "open"
    """Consented: its parts are with the providers, or answered."""
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class CartLine:
    """One thing asked for: an item of an entry, or information outside the directory with its provider named.

    ``entry`` is the entry's name and ``item`` its column; without ``item``, ``description`` names what is meant
    and ``provider`` (slug of the member) or ``entry`` says who holds it.
    """

    id: uuid.UUID
    entry: str | None = None
    item: str | None = None
    provider: str | None = None
    description: str = ""
    form: Treatment = Treatment.FULL

    def as_json(self) -> dict[str, Any]:
        """Return the line as the table stores it."""
        return {
            "id": str(self.id),
            "entry": self.entry,
            "item": self.item,
            "provider": self.provider,
            "description": self.description,
            "form": self.form.value,
        }


@dataclass(frozen=True, slots=True)
class Content:
    """What people fill in over days; everything may still be missing.

    ``bases`` are ids of the library of legal bases, ``basis_text`` what is cited beside them. ``case_numbers`` is
    a fixed list, ``case_pattern`` a pattern or expression of :mod:`policies.case_numbers`; one of the two. Without
    ``valid_from`` the period begins on submission, without ``valid_until`` it lasts ``period_days``. ``row_filters``
    narrows an entry to the rows that are needed, by entry name, in the form of ``hub.rows.parsing.parse_where``.
    """

    title: str = ""
    lines: tuple[CartLine, ...] = ()
    purpose: str = ""
    scenario: str = ""
    bases: tuple[str, ...] = ()
    basis_text: str = ""
    case_numbers: tuple[str, ...] = ()
    case_pattern: str | None = None
    modes: frozenset[Mode] = frozenset()
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    period_days: int | None = None
    people: tuple[str, ...] = ()
    systems: tuple[uuid.UUID, ...] = ()
    retention_days: int | None = None
    row_filters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def cases(self) -> str | None:
        """The case numbers as a request holds them: a list, a pattern, or None."""
        return LIST + ",".join(self.case_numbers) if self.case_numbers else self.case_pattern

    def as_json(self) -> dict[str, Any]:
        """Return the content as the table stores it."""
        return {
            "title": self.title,
            "lines": [line.as_json() for line in self.lines],
            "purpose": self.purpose,
            "scenario": self.scenario,
            "bases": list(self.bases),
            "basis_text": self.basis_text,
            "case_numbers": list(self.case_numbers),
            "case_pattern": self.case_pattern,
            "modes": sorted(mode.value for mode in self.modes),
            "valid_from": self.valid_from.isoformat() if self.valid_from is not None else None,
            "valid_until": self.valid_until.isoformat() if self.valid_until is not None else None,
            "period_days": self.period_days,
            "people": list(self.people),
            "systems": [str(system) for system in self.systems],
            "retention_days": self.retention_days,
            "row_filters": dict(self.row_filters),
        }


def read_content(stored: Mapping[str, Any]) -> Content:
    """Return the content a table holds."""
    return Content(
        title=stored["title"],
        lines=tuple(_line(line) for line in stored["lines"]),
        purpose=stored["purpose"],
        scenario=stored["scenario"],
        bases=tuple(stored["bases"]),
        basis_text=stored["basis_text"],
        case_numbers=tuple(stored["case_numbers"]),
        case_pattern=stored["case_pattern"],
        modes=frozenset(Mode(mode) for mode in stored["modes"]),
        valid_from=_moment(stored["valid_from"]),
        valid_until=_moment(stored["valid_until"]),
        period_days=stored["period_days"],
        people=tuple(stored["people"]),
        systems=tuple(uuid.UUID(system) for system in stored["systems"]),
        retention_days=stored["retention_days"],
        row_filters=stored["row_filters"],
    )


def _line(stored: Mapping[str, Any]) -> CartLine:
    return CartLine(
        id=uuid.UUID(stored["id"]),
        entry=stored["entry"],
        item=stored["item"],
        provider=stored["provider"],
        description=stored["description"],
        form=Treatment(stored["form"]),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text is not None else None


@dataclass(frozen=True, slots=True)
class Application:
    """One application of one member. ``version`` counts its saves: who changes it names the one it read."""

    id: uuid.UUID
    number: int
    member_id: uuid.UUID
    version: int
    state: ApplicationState
    content: Content
    template: str | None
    made_by: uuid.UUID
    changed_by: uuid.UUID
    created_at: datetime
    changed_at: datetime
    submitted_by: uuid.UUID | None = None
    submitted_at: datetime | None = None
    consented_by: uuid.UUID | None = None
    consented_at: datetime | None = None

    @property
    def label(self) -> str:
        """The number people use, for example C-000012."""
        return f"C-{self.number:06d}"
