"""Forms as browsers post them: what was typed, what is wrong with it, said on top and again beside the field.

The practice of GOV.UK: a list of errors on top with a link to each field, the same words at the field, and nothing
that was typed is lost. Faults come from the use cases' errors: a page never judges by itself what it can pass on.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import FormData, UploadFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hub.portal.texts import Lang
    from policies.errors import DomainError

LONGEST_VALUE = 20_000
MOST_DIGITS = 9


_SEVERAL: Final = re.compile(r"[\n；;、,，]+")


def within(name: str, text: str, most: int) -> str:
    """Return a text of at most so many characters.

    Raises:
        RequestValidationError: it is longer; the problem names the field and the limit.
    """
    if len(text) > most:
        said = {"type": "string_too_long", "loc": ("body", name), "msg": "too long", "ctx": {"max_length": most}}
        raise RequestValidationError([said])
    return text


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong: the id of the field ("" for the form as a whole) and the words, in the page's language."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Form:
    """Values typed, by field name, and faults; :data:`EMPTY` is a form nobody has filled in."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def value(self, name: str, default: str = "") -> str:
        """Return the (last) value typed into a field, without blanks around it; the default where it was not sent."""
        found = self.values.get(name)
        return found[-1].strip() if found else default

    def bounded(self, name: str, most: int) -> str:
        """Return a value of at most so many characters; a longer one is refused, never cut short."""
        return within(name, self.value(name), most)

    def several(self, name: str, most: int) -> tuple[str, ...]:
        """Return the parts of a value between line ends, commas and semicolons, each of so many characters at most."""
        parts = (one.strip() for one in _SEVERAL.split(self.value(name)))
        return tuple(within(name, one, most) for one in parts if one)

    def every(self, name: str) -> tuple[str, ...]:
        """Return all values of a field that may be sent several times (boxes ticked)."""
        return tuple(one.strip() for one in self.values.get(name, ()))

    def is_ticked(self, name: str, value: str) -> bool:
        """Whether a box or radio of this value was chosen."""
        return value in self.every(name)

    def fault(self, name: str) -> str:
        """Return what is wrong with a field, empty where nothing is."""
        return " ".join(one.text for one in self.faults if one.field == name)

    @property
    def is_sent(self) -> bool:
        """Whether somebody has filled it in: else the page shows what is proposed."""
        return bool(self.values)

    def uuid(self, name: str) -> uuid.UUID | None:
        """Return a field that holds an id; None where it is empty or none."""
        try:
            return uuid.UUID(self.value(name))
        except ValueError:
            return None

    def number(self, name: str) -> int | None:
        """Return a field that holds a whole number of up to nine digits; None where it is empty or none."""
        text = self.value(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None

    def day(self, name: str) -> date | None:
        """Return a field that holds a day written 2026-08-21; None where it is empty or none."""
        try:
            return date.fromisoformat(self.value(name))
        except ValueError:
            return None

    def with_faults(self, *faults: Fault) -> Form:
        """Return the form as it was typed with these faults."""
        return Form(self.values, (*self.faults, *faults))

    def missing(self, *names: str, say: str) -> Form:
        """Return the form with a fault ``say`` at each of these fields that is empty."""
        return self.with_faults(*(Fault(name, say) for name in names if not self.value(name)))


EMPTY = Form()


def faults_of(
    error: DomainError, lang: Lang, *, at: str = "", fields: Callable[[str], str] | None = None
) -> tuple[Fault, ...]:
    """Return what a use case says is wrong as faults of a form: what happened, and what to do now.

    ``at`` is the field it belongs to where the error names none. Errors that name fields (``facts["faults"]``, each
    with ``field``, ``message``, ``message_en``) give a fault a field; ``fields`` turns the use case's name of a field
    into the page's.
    """
    named = error.facts.get("faults")
    faults: list[Fault] = []
    if isinstance(named, (list, tuple)):
        for one in named:
            if isinstance(one, dict) and "message" in one:
                name = str(one.get("field", ""))
                faults.append(Fault(fields(name) if fields is not None else name or at, _said(one, lang)))
    return tuple(faults) or (Fault(at, words(error, lang)),)


def words(error: DomainError, lang: Lang) -> str:
    """Return what an error says and what to do next, in one language."""
    if lang == "en":
        return f"{error.en}. {error.next_en}".strip().removesuffix(".").strip() if error.next_en else error.en
    return f"{error.zh}。{error.next_zh}" if error.next_zh else error.zh


def _said(one: Mapping[str, Any], lang: Lang) -> str:
    return str(one.get("message_en") or one["message"]) if lang == "en" else str(one["message"])


async def _posted(request: Request) -> Form:
    return form_of(await request.form())


def form_of(sent: FormData) -> Form:
    """Return the texts of a posted form; files are left to the page that wants them."""
    values: dict[str, tuple[str, ...]] = {}
    for name, value in sent.multi_items():
        if not isinstance(value, UploadFile):
            clean = within(name, value.replace("\x00", "").replace("\r\n", "\n"), LONGEST_VALUE)
            values[name] = (*values.get(name, ()), clean)
    return Form(values)


Posted = Annotated[Form, Depends(_posted)]
