"""Services about bodies for granted systems: verify, check a representative, list the bodies of a person.

A grant stands on the entry that describes the register, so decision, quotas and receipts are those of every use
(:mod:`hub.exchange.use`). A representative is asked for by document and number, answered yes or no; which bodies a
person represents is told only under a grant that names its legal basis, and only where the entry is graded as high as
the join (政务数据共享条例 Art. 20-28; 个人信息保护法 Art. 6, 34).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import orjson

from catalogue.basic.legal_persons_status import ACTIVE
from catalogue.basic.population_documents import PersonName
from catalogue.matching import MatchResult, compare_names
from hub.exchange.deciding import Question
from hub.exchange.quotas import Charge
from hub.exchange.subjects import subject_digest
from hub.exchange.use import Answer, Use, decided, deliver, quota_headers
from hub.exchange.watch import Asked
from hub.ledger.drafts import ReceiptDraft, ReceiptKind, uuid7
from hub.ledger.receipts import content_digest
from hub.registers.legal_persons import asking_store
from hub.registers.legal_persons.codes import KINDS, code_form
from hub.registers.legal_persons.desk import required
from hub.registers.legal_persons.names import name_form
from hub.registers.legal_persons.persons import person_of
from hub.registers.legal_persons.seats import SEAT
from hub.registers.legal_persons.store import REGISTER
from hub.registers.linking.exposures import Telling
from hub.registers.linking.grading import JoinGradeError, LinkNotToldError, require_grade, require_telling
from hub.registers.store import look_up
from policies.facts import Action, Mode, Treatment
from policies.masking import mask

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hub.exchange.use import Permitted
    from hub.identity.number_seals import NumberSeals
    from hub.ledger.drafts import Given
    from hub.registers.store import Subject
    from policies.errors import DomainError

    SeatsTold = Callable[[Mapping[int, Mapping[str, str]]], Mapping[int, Mapping[str, Any]]]

CODE, NAME, REPRESENTATIVE, NUMBER, STATUS = "L001", "L002", "L005", "L007", "L015"
YES, NO = "yes", "no"
MOST_BODIES: Final = 200
"""Bodies of one person in one answer; of more the total is told."""
_JOINED: Final = (CODE, NAME, NUMBER, "P001")
"""What the list of a person's bodies joins: the bodies, and the person they hang on."""
_WITH_SEATS: Final = (*_JOINED, "G001")
"""The same with the standard addresses of their seats: places."""
_NOBODY: Final = "-"
"""Stands for a code or number that can be nobody's: it is looked up like any other and never found."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a question names: type and number of a document, as received."""

    number: str = field(repr=False)
    document: str | None


@dataclass(frozen=True, slots=True)
class _Done:
    """An answer before its receipt: the body, the receipt's kind and own fields, whom it is about, rows given."""

    kind: ReceiptKind
    document: Mapping[str, object]
    told: Mapping[str, Given]
    key: Mapping[str, str]
    subject: str
    number: str | None = None
    is_found: bool = True
    rows: int = 0


async def verify(use: Use, code: str, claims: Mapping[str, str | bool]) -> Answer:
    """Compare claims about the body of a code; one state an item, and none but the state is told.

    Args:
        use: who asks, on which connection.
        code: credit code, organisation code or registration number.
        claims: by element: name (L002), representative (L005), whether it is active (L015).

    Raises:
        UnansweredQuestionError: the entry lacks one of the items.
        DeniedError, PendingError, RefusedError, QuotaExceededError: each with its receipt written.

    """
    resource = use.standing.resource
    key, *items = required(resource, (CODE, *claims))
    question = Question(Action.VERIFY, tuple(items), frozenset(), frozenset({key}), use.purpose, use.case_number)
    found = await decided(use, question, Mode.VERIFY)
    subject = await _body_of(use, code)
    results = {
        column: _compare(subject, element, claims[element]) for element, column in zip(claims, items, strict=True)
    }
    doubted = [] if subject is None else [c for e, c in zip(claims, items, strict=True) if e in subject.doubted]
    document = {
        "result": _overall(subject, list(results.values())).value,
        "items": {column: result.value for column, result in results.items()} if subject is not None else {},
        "under_verification": doubted,
    }
    done = _Done(
        ReceiptKind.VERIFY,
        document,
        {"items_verified": items},
        {key: code},
        code,
        is_found=subject is not None,
    )
    return await _settled(use, found, done)


async def _body_of(use: Use, code: str) -> Subject | None:
    """Return the body of a code, None where there is none; what is no code is looked up like one."""
    form = code_form(code) or _NOBODY
    subject = (await look_up(use.driver, REGISTER, [form], KINDS)).get(form)
    return subject if subject is not None and subject.values and not subject.is_protected else None


def _compare(subject: Subject | None, element: str, claimed: str | bool) -> MatchResult:  # noqa: FBT001 - a claim
    stored = subject.values.get(element) if subject is not None else None
    if not stored:
        return MatchResult.CANNOT_VERIFY
    if isinstance(claimed, bool):
        return MatchResult.MATCH if (stored in ACTIVE) is claimed else MatchResult.MISMATCH
    if element == NAME:
        return MatchResult.MATCH if name_form(stored) == name_form(claimed) else MatchResult.MISMATCH
    return compare_names(stored, claimed)


def _overall(subject: Subject | None, results: Sequence[MatchResult]) -> MatchResult:
    if subject is None:
        return MatchResult.NOT_FOUND
    for state in (MatchResult.MISMATCH, MatchResult.CANNOT_VERIFY):
        if state in results:
            return state
    return MatchResult.MATCH


async def check_representative(use: Use, numbers: NumberSeals, code: str, person: Person) -> Answer:
    """Say yes or no: does the person represent the body? A code or number that is nobody's is a no.

    Raises:
        UnansweredQuestionError: the entry lacks code or number.
        LinkNotToldError: there is no grant; with the receipt of the denial.
        DeniedError, PendingError, RefusedError, QuotaExceededError: each with its receipt written.

    """
    key, item = required(use.standing.resource, (CODE, NUMBER))
    question = Question(Action.VERIFY, (item,), frozenset(), frozenset({key}), use.purpose, use.case_number)
    found = await decided(use, question, Mode.VERIFY)
    await _may_tell(use, found, Telling.CONFIRM)
    form, (pseudonym, number) = code_form(code) or _NOBODY, _named(use, numbers, person)
    is_so = await asking_store.represents(use.driver, form, pseudonym, use.context.today())
    done = _Done(
        ReceiptKind.VERIFY,
        {"result": YES if is_so else NO},
        {"items_verified": [item]},
        {key: code},
        f"{form} {pseudonym}",
        number,
        is_found=is_so,
    )
    return await _settled(use, found, done)


async def bodies_of(
    use: Use, numbers: NumberSeals, person: Person, elements: Sequence[str], seats: SeatsTold
) -> Answer:
    """List the bodies a person represents today, with the granted elements of each.

    Where the registered address is granted in full, each body has its ``seat`` as a standard address too; an entry
    graded lower than the join of person, body and place answers without, and says so.

    Raises:
        UnansweredQuestionError: the entry lacks an item.
        LinkNotToldError, JoinGradeError: not told under this grant, or under this entry; with the denial's receipt.
        DeniedError, PendingError, RefusedError, QuotaExceededError: each with its receipt written.

    """
    resource = use.standing.resource
    key, *items = required(resource, (NUMBER, *elements))
    question = Question(Action.READ, tuple(items), frozenset(), frozenset({key}), use.purpose, use.case_number)
    found = await decided(use, question, Mode.QUERY)
    await _may_tell(use, found, Telling.LIST)
    pseudonym, number = _named(use, numbers, person)
    total, rows = await asking_store.represented_by(use.driver, pseudonym, use.context.today(), MOST_BODIES)
    forms = {column: found.permit.treatment_of(column) for column in items}
    bodies: list[dict[str, object]] = [
        {
            column: _shown(use, column, forms[column], values.get(element))
            for element, column in zip(elements, items, strict=True)
        }
        for values in rows.values()
    ]
    masked = [column for column in items if forms[column] is Treatment.MASKED]
    document: dict[str, object] = {"total": total, "returned": len(bodies), "next": None}
    is_seat_granted = SEAT in elements and forms[items[list(elements).index(SEAT)]] is Treatment.FULL
    has_seats = is_seat_granted and _is_graded_for_seats(use)
    if has_seats:
        told_seats = await asyncio.to_thread(seats, rows)
        for subject, body in zip(rows, bodies, strict=True):
            body["seat"] = told_seats.get(subject)
    elif is_seat_granted:
        document["seats_withheld"] = "join-grade"
    joined, along = (_WITH_SEATS, ("representative", "seat")) if has_seats else (_JOINED, ("representative",))
    document |= {"grade": require_grade(resource.entry.grade, joined, along).grade, "bodies": bodies}
    told: dict[str, Given] = {
        "items_returned": [column for column in items if column not in masked],
        "items_masked": masked,
        "rows": len(bodies),
    }
    done = _Done(
        ReceiptKind.QUERY, document, told, {key: number or pseudonym}, pseudonym, number, total > 0, len(bodies)
    )  # fmt: skip
    return await _settled(use, found, done)


def _is_graded_for_seats(use: Use) -> bool:
    """Whether the entry is graded as high as person, body and place together."""
    try:
        require_grade(use.standing.resource.entry.grade, _WITH_SEATS, ("representative", "seat"))
    except JoinGradeError:
        return False
    return True


def _shown(use: Use, column: str, form: Treatment, value: str | None) -> object:
    if form is not Treatment.MASKED:
        return value
    item = use.standing.resource.entry.item(column)
    return mask(value, item.masking if item is not None else None, "agency", today=use.context.today())


def _named(use: Use, numbers: NumberSeals, person: Person) -> tuple[str, str | None]:
    """Return the pseudonym of whom a question names, and the identity number where it is one, for the watch."""
    found = person_of(person.number, person.document, use.context.today())
    if not isinstance(found, PersonName):
        return _NOBODY, None
    return numbers.pseudonym(found.kind, found.number), found.number if found.kind == "number" else None


async def _may_tell(use: Use, found: Permitted, telling: Telling) -> None:
    """Raise, with the receipt of a denial, where the link may not be told in this way under this grant and entry."""
    grant = found.grant
    try:
        require_telling(
            "representative",
            telling,
            is_granted=grant is not None,
            has_legal_basis=grant is not None and bool(grant.legal_basis),
        )
        if telling is not Telling.CONFIRM:
            require_grade(use.standing.resource.entry.grade, _JOINED, ("representative",))
    except (LinkNotToldError, JoinGradeError) as error:
        raise await _denied(use, found, error) from None


async def _denied(use: Use, found: Permitted, error: DomainError) -> DomainError:
    writer = use.context.writer
    reason = "join-grade" if isinstance(error, JoinGradeError) else "link-not-told"
    record = {**found.fields, "decision": "denied", "reason_code": reason}
    receipt = await writer.write_async(use.driver, writer.draft(ReceiptKind.DENIAL, record, at=use.context.now()))
    error.facts = {**error.facts, "receipt": str(receipt.id)}
    return error


async def _settled(use: Use, found: Permitted, done: _Done) -> Answer:
    """Return an answer whose receipt is durable."""
    resource, writer, draft_id = use.standing.resource, use.context.writer, uuid7()
    body = orjson.dumps({"resource": resource.name, **done.document, "receipt": str(draft_id)})
    digest = content_digest(body)
    fields: dict[str, Given] = found.fields | {
        "resource_version": str(resource.version),
        "subject_digest": subject_digest(writer, resource, done.key),
        "subjects": 1,
        "response_digest": digest,
        "status": 200,
        "outcome": "delivered",
        **done.told,
    }
    draft = ReceiptDraft(done.kind, fields, draft_id, use.context.now())
    found = await deliver(use, found, draft, Charge(1, done.rows), [done.subject])
    return Answer(body, digest, draft_id, quota_headers(use, found), _asked(use, found, done))


def _asked(use: Use, found: Permitted, done: _Done) -> tuple[Asked, ...]:
    """Return whom a question was about, for the watch; nobody without a grant."""
    if found.grant is None:
        return ()
    return (Asked(found.grant.id, use.case_number, done.subject, done.number, done.is_found, is_honey=False),)
