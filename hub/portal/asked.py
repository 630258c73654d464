"""What somebody typed into the form of a public page: read here, and what is wrong is said beside its field.

A form sends empty fields too, so that an empty text is an unanswered question and no fault.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import Query

from hub.portal.work.forms import Fault, words
from hub.problems import problem_type_of

if TYPE_CHECKING:
    from hub.portal.rendering import Page
    from policies.errors import DomainError

DayText = Annotated[str, Query(alias="date", max_length=10)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
FIRST_YEAR: Final = 1949


def day_of(text: str) -> date | None:
    """Return a day written 2026-08-21; None for nothing.

    Raises:
        ValueError: it is no day, or none a list of the republic can be of.

    """
    if not text.strip():
        return None
    day = date.fromisoformat(text.strip())
    if day.year < FIRST_YEAR:
        raise ValueError("before the first list")
    return day


def told(page: Page, error: DomainError, field: str = "") -> tuple[Fault, int]:
    """Return what an error says in the page's language, at a field, and the status of its problem."""
    return Fault(field, words(error, page.lang)), int(problem_type_of(error).status)
