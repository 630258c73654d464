"""Batch match (批量比对): many persons in, a state each out, in one statement; large batches need a second approval.

Rows come as for any batch (:mod:`hub.exchange.match_input`): key ``number`` (and ``document_type``), claim ``name``.
Every row that came in is answered once, in order; each row can be proved alone against the one receipt. The register
says the same of a person here as in a single verification. 政务数据共享条例 Art. 22, 25.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import orjson
from starlette.concurrency import run_in_threadpool

from catalogue.basic.population_documents import PersonName, person_name
from catalogue.matching import MatchResult
from hub.exchange.deciding import Question
from hub.exchange.match_input import FAULT_TEXTS, Fault
from hub.exchange.match_proof import SALT_BYTES, ProvedRow, root
from hub.exchange.quotas import Charge
from hub.exchange.use import Answer
from hub.exchange.watch import Asked
from hub.ledger.drafts import ReceiptDraft, ReceiptKind, uuid7
from hub.ledger.receipts import content_digest
from hub.registers.population import elements as e
from hub.registers.population import keeping_store, lookup_store
from hub.registers.population.answering import quota_headers, seen_by_watch
from hub.registers.population.delivering import delivered
from hub.registers.population.desk import NOBODYS, Subject, permit, wanted
from hub.registers.population.errors import BatchApprovalNeededError, PopulationInputError
from hub.registers.population.keeping_store import Batch as LargeBatch
from hub.registers.population.verifying import verdict
from policies.facts import Action, Mode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.exchange.match_input import Batch
    from hub.exchange.use import Permitted
    from hub.registers.population.desk import Asker
    from hub.registers.population.lookup_store import Person

KEYS: Final = (("number",), ("number", "document_type"), ("document_type", "number"))
CLAIMS: Final = ("name",)
INVALID: Final = "invalid"
STATES: Final = (*(result.value for result in MatchResult), INVALID)
APPROVAL_DAYS: Final = 5


@dataclass(frozen=True, slots=True)
class _Read:
    """The distinct subjects of a batch, and which of them each row has; None where the row has a fault."""

    subjects: list[Subject]
    of_row: list[int | None]
    faults: list[Fault | None]


async def match(asker: Asker, batch: Batch, body: bytes, set_size: int) -> Answer:
    """Compare a batch; the receipt is durable when this returns. ``body`` are the bytes it came as.

    A batch of more than ``set_size`` persons is approved by a second person first: 政务数据共享条例 Art. 25 asks for a
    guard against leakage by aggregation and linkage; the number is the city's own, no law names one.

    Raises:
        DeniedError, PendingError, RefusedError, QuotaExceededError: each with its receipt written.
        PopulationInputError: other keys or claims than number and name.
        BatchApprovalNeededError: over the set size, and not approved; nothing was compared.

    """
    if batch.key not in KEYS or batch.claims != CLAIMS:
        raise PopulationInputError(
            "key 须为 number（可加 document_type），claims 须为 name",
            "key is number (document_type beside it, if need be), claims is name",
            next_zh="请对照“核验个人”的说明修改后重试",
            next_en="compare with the guide to verifying a person",
        )
    items = (asker.column(e.NAME),)
    keys = {asker.column(e.NUMBER)} | ({asker.column(e.DOCUMENT)} if "document_type" in batch.key else set())
    question = Question(Action.MATCH, items, frozenset(), frozenset(keys), asker.purpose, asker.case_number)
    found = await permit(asker, question, Mode.BATCH)
    digest = asker.context.writer.digest({"batch": hashlib.sha256(body).hexdigest()})
    if batch.size > set_size:
        await run_in_threadpool(_approved, asker, batch.size, digest, set_size)
    read = await run_in_threadpool(_read, asker, batch)
    persons = await _persons(asker, found, read.subjects)
    draft_id = uuid7()
    content, rows_digest = await run_in_threadpool(_answer, asker, batch, (read, persons), str(draft_id))
    fields = found.fields | {
        "items_verified": list(items),
        "resource_version": str(asker.standing.resource.version),
        "rows": batch.size,
        "subjects": len(read.subjects),
        "request_digest": digest,
        "rows_digest": rows_digest,
        "response_digest": content_digest(content),
        "status": 200,
        "outcome": "delivered",
    }
    draft = ReceiptDraft(ReceiptKind.MATCH, fields, draft_id, asker.context.now())
    numbers = [subject.name.number for subject in read.subjects]
    found = await delivered(asker, found, [draft], numbers, Charge(1, batch.size))
    asked = await run_in_threadpool(_seen, asker, found, read.subjects, persons)
    return Answer(content, content_digest(content), draft_id, quota_headers(asker, found), asked)


def _approved(asker: Asker, persons: int, digest: str, set_size: int) -> None:
    """Use up the approval of a large batch; without one note that it waits and raise."""
    now, system = asker.context.now(), asker.system
    with asker.desk.database.begin() as unit:
        batch = keeping_store.ask_batch(
            unit,
            LargeBatch(
                uuid7(), system.system_id, system.member_id, asker.standing.resource.id, digest, persons,
                asker.purpose, asker.case_number, now, "waiting", None,
            ),
        )  # fmt: skip
        is_approved = keeping_store.use_batch(unit, batch, now - timedelta(days=APPROVAL_DAYS), now)
        if not is_approved:
            asker.context.record(
                unit,
                ReceiptKind.PENDING,
                action="population.batch",
                member=str(system.member_id),
                system=str(system.system_id),
                resource=str(asker.standing.resource.id),
                purpose=asker.purpose,
                case_number=asker.case_number,
                subjects=persons,
                request_digest=digest,
                decision="pending",
                reason_code="second-approval",
            )
    if not is_approved:
        raise BatchApprovalNeededError(
            f"本批 {persons} 人，超过 {set_size} 人须由提供单位审核人批准，尚未比对",
            f"the batch has {persons} persons: over {set_size} an approver of the provider consents first",
            next_zh="请提供单位审核人批准后，把同样内容再提交一次（批准后五日内有效，只用一次）",
            next_en="after the approval send the same content once more (within five days, once)",
            facts={"batch": str(batch.id), "state": batch.state, "set_size": set_size, "persons": persons},
        )


def _read(asker: Asker, batch: Batch) -> _Read:
    """Return the distinct subjects of a batch; equal numbers are looked up once."""
    numbers = batch.texts["number"]
    types = batch.texts["document_type"] if "document_type" in batch.key else [None] * batch.size
    names, today, demo = batch.texts["name"], asker.context.today(), asker.context.demo
    distinct: dict[tuple[str, str | None], int] = {}
    subjects: list[Subject] = []
    of_row: list[int | None] = []
    faults = list(batch.faults)
    for place, (number, document, name) in enumerate(zip(numbers, types, names, strict=True)):
        if faults[place] is None and (not number or not name):
            faults[place] = Fault.KEY_MISSING
        if faults[place] is not None or number is None:
            of_row.append(None)
            continue
        key = (number, document)
        if key not in distinct:
            distinct[key] = len(subjects)
            known = person_name(number, document, today=today, demo=demo)
            is_formed = isinstance(known, PersonName)
            name_ = known if isinstance(known, PersonName) else PersonName("number", NOBODYS + number[:64])
            subjects.append(Subject(name_, is_formed))
        of_row.append(distinct[key])
    return _Read(subjects, of_row, faults)


async def _persons(asker: Asker, found: Permitted, subjects: Sequence[Subject]) -> list[Person]:
    asked = await run_in_threadpool(lambda: [wanted(asker, found.permit, subject) for subject in subjects])
    async with asker.desk.database.connection() as driver:
        return await lookup_store.find(driver, asked, asker.context.today(), only=e.NAME)


def _answer(asker: Asker, batch: Batch, done: tuple[_Read, Sequence[Person]], receipt: str) -> tuple[bytes, str]:
    """Return the answer and the root of its rows."""
    read, persons = done
    names = batch.texts["name"]
    results = [
        INVALID if place is None else verdict(persons[place], name or "").value
        for place, name in zip(read.of_row, names, strict=True)
    ]
    salt = secrets.token_bytes(SALT_BYTES)
    columns = [batch.texts[name] for name in batch.key]
    rows_digest = root(
        salt,
        (
            ProvedRow(number, key, (name,), result, {})
            for number, key, name, result in zip(
                range(1, batch.size + 1), zip(*columns, strict=True), names, results, strict=True
            )
        ),
    )
    counts, reasons = Counter(results), Counter(fault.value for fault in read.faults if fault is not None)
    document = {
        "resource": asker.standing.resource.name,
        "rows": batch.size,
        "subjects": len(read.subjects),
        "counts": {state: counts[state] for state in STATES},
        "invalid": {
            reason: {"rows": count, "zh": FAULT_TEXTS[Fault(reason)][0], "en": FAULT_TEXTS[Fault(reason)][1]}
            for reason, count in reasons.items()
        },
        "contact": asker.state.telephone,
        "receipt": receipt,
        "rows_digest": rows_digest,
        "salt": salt.hex(),
        "results": [
            {"row": number, "result": result, **({} if fault is None else {"reason": fault.value})}
            for number, (result, fault) in enumerate(zip(results, read.faults, strict=True), 1)
        ],
    }
    return orjson.dumps(document), rows_digest


def _seen(asker: Asker, found: Permitted, subjects: Sequence[Subject], persons: Sequence[Person]) -> tuple[Asked, ...]:
    """Return whom the batch was about, for the watch; without the case number: one for many is what a batch is."""
    return tuple(
        Asked(one.grant_id, None, one.subject, one.number, one.is_found, one.is_honey)
        for subject, person in zip(subjects, persons, strict=True)
        for one in seen_by_watch(asker, found, subject, person)
    )
