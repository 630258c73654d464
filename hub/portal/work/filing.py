"""What the forms of exemption records share: entries and items to choose from, and faults beside their fields.

The use cases name each fault by the field of the record (``facts["errors"]``); here it is put beside the field of
the form, with the label people read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from catalogue import store as catalogue_store
from hub.directory.places import columns_of
from hub.portal.work import naming
from hub.portal.work.forms import Fault, words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from hub.database import Unit
    from hub.portal.work.forms import Form
    from hub.portal.work.frame import WorkPage
    from policies.errors import DomainError

ENTRIES_AT_ONCE: Final = 500
LONG: Final = 1000
SHORT: Final = 200


def own_entries(page: WorkPage, unit: Unit) -> list[tuple[str, str]]:
    """Return all entries of the person's organ as (name, title), for a list to choose from."""
    found: list[tuple[str, str]] = []
    while True:
        rows, total = catalogue_store.list_entries(
            unit, provider_id=page.person.member.id, limit=ENTRIES_AT_ONCE, offset=len(found)
        )
        titles = naming.entries(page, unit, [row.id for row in rows])
        found += [(row.name, titles[row.id].title) for row in rows]
        if not rows or len(found) >= total:
            return found


def items_of(page: WorkPage, unit: Unit, entry: str) -> tuple[str, list[tuple[str, str, str]]]:
    """Return the title of an entry of the organ and its items as choices (raises as :func:`columns_of`)."""
    entry_id, columns = columns_of(unit, page.person, entry)
    resource = naming.resource(page, unit, entry_id)
    title = naming.entries(page, unit, [entry_id])[entry_id].title
    return title, [(column, naming.item_name(resource, column), "") for column in columns]


def faults(page: WorkPage, error: DomainError, labels: Mapping[str, str], *, at: str = "") -> tuple[Fault, ...]:
    """Return what a use case says is wrong, beside the fields ``labels`` names (field: key of its label).

    What belongs to no field of the form is said at the field ``at``, or on top.
    """
    given = error.facts.get("errors")
    named: list[Any] = given if isinstance(given, list) else []
    found: list[Fault] = []
    for one in named:
        name = str(one.get("pointer", "")).rpartition("/")[2]
        said = page.pick(str(one.get("message", "")), str(one.get("message_en") or one.get("message", "")))
        if name in labels:
            found.append(Fault(name, f"{page.text(labels[name])}{page.text('colon')}{said}"))
    return tuple(found) if found and len(found) == len(named) else (*found, Fault(at, words(error, page.lang)))


def required(page: WorkPage, form: Form, *names: str) -> Form:
    """Return the form with a fault at each of these fields that is empty."""
    return form.missing(*names, say=page.text("fault_empty"))


def days(page: WorkPage, form: Form, *names: str) -> tuple[Form, dict[str, date]]:
    """Return the days typed into these fields, and the form with a fault at each that holds none."""
    found = {name: day for name in names if (day := form.day(name)) is not None}
    wrong = [Fault(name, page.text("fault_day")) for name in names if name not in found]
    return form.with_faults(*wrong), found


def long(form: Form, *names: str) -> dict[str, str]:
    """Return texts of a record, cut to what it may hold."""
    return {name: form.bounded(name, LONG) for name in names}


def short(form: Form, *names: str) -> dict[str, str]:
    """Return short texts of a record, cut to what it may hold."""
    return {name: form.bounded(name, SHORT) for name in names}
