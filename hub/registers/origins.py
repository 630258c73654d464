"""Where the values of one subject come from, told without the values: source, version, event and load time.

For staff of the data bureau (with a receipt, by the caller) and, through :mod:`hub.registers.history`, for services
that give a person his or her own data. What is public is shown; anything else as its mask. Zhengzhou Art. 19.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from hub.registers import history, store
from hub.registers.errors import SubjectNotFoundError
from hub.registers.feeding import local_now
from hub.registers.history import Moment
from hub.registers.rules import RECORD, Asked
from policies.facts import Sensitivity
from policies.masking import Audience, mask
from policies.workdays import CHINA

if TYPE_CHECKING:
    from datetime import datetime

    from hub.context import Context
    from hub.database import Unit
    from hub.registers.claims_store import Claim
    from hub.registers.rules import RegisterRules


@dataclass(frozen=True, slots=True)
class Question:
    """Whose values: a key in any writing and its kind; ``element`` alone, as of an event time and a load time."""

    key: str = field(repr=False)
    key_kind: str
    element: str | None = None
    event: datetime | None = None
    loaded: datetime | None = None


def asked(context: Context, unit: Unit, rules: RegisterRules, question: Question) -> list[dict[str, Any]]:
    """Return one line an element, or one a version of the element asked for, in order of event time.

    Raises:
        SubjectNotFoundError: nothing is known by this key; protected persons are looked up by nobody here.

    """
    code, subject = rules.basic.switch, find(context, unit, rules, question.key, question.key_kind)
    event = local_now(context) if question.event is None else _local(question.event)
    moment = Moment(event, question.loaded if question.loaded is None else _aware(question.loaded))
    if question.element is not None:
        versions = history.history(unit, code, subject, question.element, moment)
        return [_line(context, rules, question.element, version.claim) for version in versions]
    found = history.known(unit, code, subject, moment)
    return [_line(context, rules, element, claim) for element, claim in found.items()]


def find(context: Context, unit: Unit, rules: RegisterRules, key: str, key_kind: str) -> int:
    """Return the subject a key names (raises :class:`SubjectNotFoundError`)."""
    kind = rules.key_kinds.get(key_kind)
    if kind is None or context.numbers is None:
        raise SubjectNotFoundError
    forms, _ = rules.read_key(pl.Series([key]), Asked(RECORD, key_kind, context.numbers, context.today(), context.demo))
    form = forms[0]
    if form is None:
        raise SubjectNotFoundError
    wanted = context.numbers.forms(context.numbers.open(form)) if kind.is_sealed else (form,)
    subjects = store.find(unit, rules.basic.switch, wanted, kind.known_as)
    held = store.subjects(unit, rules.basic.switch, subjects.values())
    subject = next((one for one in held.values() if one.values and not one.is_protected), None)
    if subject is None:
        raise SubjectNotFoundError
    return subject.id


def _line(context: Context, rules: RegisterRules, element: str, claim: Claim) -> dict[str, Any]:
    known = rules.elements.get(element)
    plain = claim.values[element]
    if known is None or known.sensitivity is not Sensitivity.PUB:
        opened = context.numbers.open(plain) if context.numbers is not None else plain
        shown = mask(opened, known.masking if known is not None else None, Audience.AGENCY, today=context.today())
    else:
        shown = plain
    return {
        "element": element,
        "name": known.name if known is not None else "",
        "shown": shown,
        "source": claim.source,
        "provider": claim.provider,
        "entry": claim.entry_name,
        "row": abs(claim.row),
        "version": claim.push,
        "rank": claim.rank_of(element),
        "event_at": claim.event_at.isoformat(timespec="seconds"),
        "loaded_at": claim.loaded_at.isoformat(),
        "withdrawn_at": claim.closed_at.isoformat() if claim.closed_at is not None else None,
    }


def _local(moment: datetime) -> datetime:
    return moment if moment.tzinfo is None else moment.astimezone(CHINA).replace(tzinfo=None)


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=CHINA) if moment.tzinfo is None else moment
