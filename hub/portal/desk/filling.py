"""The cart's form: what an application holds as fields of a page, and what was typed as an application again.

Lines keep their ids; days are days of the city, the last one included. What a field cannot be read as is a fault at
that field; what is missing for submission is no fault of a draft (政务数据共享条例 Art. 20).
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from hub.api.applications import content_of
from hub.api.applications_models import ContentBody
from hub.portal.desk import words
from hub.portal.work.forms import Fault, Form
from hub.rows.store import CHINA

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from hub.exchange.cart.records import CartLine, Content
    from hub.portal.work.frame import WorkPage

TEXTS: Final = ("title", "purpose", "scenario", "basis_text")
LISTS: Final = ("case_numbers", "people")
NUMBERS: Final = ("period_days", "retention_days")
DAYS: Final = ("valid_from", "valid_until")
_GROUPED: Final = ("people", "case_numbers", "systems", "bases", "modes")


class Unreadable(Exception):  # noqa: N818 - not an error of the domain: it never leaves the portal
    """What was typed cannot be read as an application; ``faults`` say where."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("unreadable form")
        self.faults = faults


def values_of(content: Content) -> dict[str, Any]:
    """Return what an application holds as the form shows it."""
    return {
        **{name: getattr(content, name) for name in TEXTS},
        **{name: "\n".join(getattr(content, name)) for name in LISTS},
        **{name: getattr(content, name) or "" for name in NUMBERS},
        "valid_from": words.first_day(content.valid_from),
        "valid_until": words.last_day(content.valid_until),
        "case_pattern": content.case_pattern or "",
        "modes": tuple(one.value for one in content.modes),
        "systems": tuple(str(one) for one in content.systems),
        "bases": content.bases,
    }


def field_of(content: Content, name: str) -> str:
    """Return the page's field for a field of the use case: ``lines/2/form`` is the choice of the third line."""
    head, _, rest = name.partition("/")
    if head in _GROUPED:
        return head
    if head == "lines":
        place = rest.partition("/")[0]
        if place.isdigit() and int(place) < len(content.lines):
            return f"form-{content.lines[int(place)].id}"
        return "lines"
    return "lines" if head == "row_filters" else head


def read(page: WorkPage, form: Form, before: Content) -> Content:
    """Return ``before`` with everything the form holds.

    Raises:
        Unreadable: a number is no number, a day no day, a text too long.
        ApplicationInvalidError: a line named is not one of the application's.
    """
    faults = [Fault(name, page.text("desk_no_number")) for name in NUMBERS if _is_odd(form, name, form.number(name))]
    faults += [Fault(name, page.text("desk_no_day")) for name in DAYS if _is_odd(form, name, form.day(name))]
    if faults:
        raise Unreadable(tuple(faults))
    return checked(page, _sent(form, before), before)


def checked(page: WorkPage, sent: Mapping[str, Any], before: Content) -> Content:
    """Return ``before`` with these members, read as the API reads them (raises :class:`Unreadable`)."""
    try:
        body = ContentBody.model_validate(sent)
    except ValidationError as error:
        places = {field_of(before, "/".join(str(part) for part in one["loc"])) for one in error.errors()}
        raise Unreadable(tuple(Fault(place, page.text("desk_not_right")) for place in sorted(places))) from error
    return content_of(body, before)


def _is_odd(form: Form, name: str, value: object) -> bool:
    return form.value(name) != "" and value is None


def _sent(form: Form, before: Content) -> dict[str, Any]:
    return {
        **{name: form.value(name) for name in TEXTS},
        **{name: _rows(form.value(name)) for name in LISTS},
        **{name: form.number(name) for name in NUMBERS},
        "valid_from": _since(form.day("valid_from"), before.valid_from),
        "valid_until": _until(form.day("valid_until"), before.valid_until),
        "case_pattern": form.value("case_pattern") or None,
        "modes": list(form.every("modes")),
        "systems": list(form.every("systems")),
        "bases": list(form.every("bases")),
        "lines": _lines(form, before),
    }


def _rows(text: str) -> list[str]:
    return [one.strip() for one in text.splitlines() if one.strip()]


def _since(day: date | None, before: datetime | None) -> datetime | None:
    if day is None or (before is not None and words.first_day(before) == day.isoformat()):
        return before if day is not None else None
    return datetime.combine(day, time.min, tzinfo=CHINA)


def _until(day: date | None, before: datetime | None) -> datetime | None:
    if day is None or (before is not None and words.last_day(before) == day.isoformat()):
        return before if day is not None else None
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=CHINA)


def line_json(line: CartLine) -> dict[str, Any]:
    """Return a line of the application as the API takes it."""
    return line.as_json()


def _lines(form: Form, before: Content) -> list[dict[str, Any]]:
    gone = set(form.every("drop"))
    kept = [
        {**line_json(line), "form": form.value(f"form-{line.id}", line.form.value)}
        for line in before.lines
        if str(line.id) not in gone
    ]
    if form.value("new_description"):
        kept.append(
            {
                "provider": form.value("new_provider") or None,
                "description": form.value("new_description"),
                "form": form.value("new_form", "full"),
            }
        )
    return kept
