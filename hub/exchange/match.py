"""Batch comparison (批量比对): many persons or bodies in, states out; no stored value leaves (共享条例 Art. 22).

One decision, one statement over all keys, one receipt with rows, distinct subjects, a keyed digest of what was
asked and the root under which every single row can be proved. Identity first, as in a single verification: where a
claimed name or number does not match, the other claims of the row are not answered. Every row that came in is
answered once, in its order; a row that cannot be compared is answered with its reason.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import orjson
from starlette.concurrency import run_in_threadpool

from catalogue.matching import MatchResult, compare, normal_value
from hub.exchange.comparing import is_identity, known_items
from hub.exchange.deciding import Question
from hub.exchange.match_input import FAULT_TEXTS, Fault
from hub.exchange.match_proof import SALT_BYTES, ProvedRow, root
from hub.exchange.quotas import Charge
from hub.exchange.use import Answer, decided, deliver, noted, quota_headers
from hub.ledger.drafts import ReceiptDraft, ReceiptKind, uuid7
from hub.ledger.receipts import content_digest
from hub.rows.errors import OperandError
from hub.rows.matching import compile_match, run_match
from hub.rows.operands import operand
from policies.facts import Action, Mode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from catalogue.item import Item
    from hub.database import Database
    from hub.exchange.match_input import Batch, Texts
    from hub.exchange.use import Permitted, Use
    from hub.exchange.watch import Asked
    from hub.rows.matching import Matcher, Records

INVALID: Final = "invalid"
"""State of a row that could not be compared; not one of a comparison."""
STATES: Final = (*(result.value for result in MatchResult), INVALID)


@dataclass(frozen=True, slots=True)
class Keys:
    """The distinct keys of a batch, typed, and which of them each row has; None where the row has a fault."""

    distinct: list[tuple[object, ...]]
    texts: list[tuple[str, ...]]
    of_row: list[int | None]
    faults: list[Fault | None]


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of a batch: by row the state, and the state of each claim where it may be told."""

    results: list[str]
    items: list[Mapping[str, str]]
    doubted: list[tuple[int, tuple[str, ...]]]
    version: int


async def match(use: Use, database: Database, batch: Batch, body: bytes) -> Answer:
    """Compare a batch; the receipt commits before this returns. ``body`` are the bytes it came as.

    Raises:
        DeniedError, PendingError, RefusedError, QuotaExceededError: each with its receipt written.
        QueryTimeoutError: it took too long; nothing was answered.
    """
    items = known_items(use.standing, batch.key, batch.claims)
    question = Question(Action.MATCH, batch.claims, frozenset(), frozenset(batch.key), use.purpose, use.case_number)
    found = await decided(use, question, Mode.BATCH)
    matcher = compile_match(found.permit, use.standing.resource.table, batch.key, batch.claims)
    keys = await run_in_threadpool(keys_of, batch, items)
    compared = await run_in_threadpool(_compare, database, matcher, (batch, keys), use.standing.resource.flags)
    draft_id = uuid7()
    content, rows_digest = await run_in_threadpool(_body, use, batch, (keys, compared), str(draft_id))
    writer = use.context.writer
    asked = hashlib.sha256(body).hexdigest()
    fields = found.fields | {
        "items_verified": list(batch.claims),
        "resource_version": str(compared.version),
        "rows": batch.size,
        "subjects": len(keys.distinct),
        "request_digest": writer.digest({"batch": asked, "key": list(batch.key), "claims": list(batch.claims)}),
        "rows_digest": rows_digest,
        "response_digest": content_digest(content),
        "status": 200,
        "outcome": "delivered",
    }
    draft = ReceiptDraft(ReceiptKind.MATCH, fields, draft_id, use.context.now())
    subjects = [repr(sorted(zip(batch.key, texts, strict=True))) for texts in keys.texts]
    found = await deliver(use, found, draft, Charge(1, batch.size), subjects)
    asked_about = await run_in_threadpool(_noted_batch, use, found, items, (batch, keys, compared))
    return Answer(content, content_digest(content), draft_id, quota_headers(use, found), asked_about)


def _noted_batch(
    use: Use, found: Permitted, items: Mapping[str, Item], done: tuple[Batch, Keys, Compared]
) -> tuple[Asked, ...]:
    """Return the subjects of a batch in their order, for the watch.

    Without their case number: one for many subjects is what a batch is, and its quota limits how many.
    """
    batch, keys, compared = done
    missing = MatchResult.NOT_FOUND.value
    held = {place for place, result in zip(keys.of_row, compared.results, strict=True) if result != missing}
    one = replace(use, case_number=None)
    return tuple(
        asked
        for place, texts in enumerate(keys.texts)
        for asked in noted(one, found, items, dict(zip(batch.key, texts, strict=True)), is_found=place in held)
    )


def keys_of(batch: Batch, items: Mapping[str, Item]) -> Keys:
    """Return the distinct keys of a batch, each value in the form in which its item is stored."""
    faults_of = list(batch.faults)
    columns = [_typed(items[name], batch.texts[name]) for name in batch.key]
    distinct: dict[tuple[str, ...], int] = {}
    typed: list[tuple[object, ...]] = []
    of_row: list[int | None] = []
    for number, values in enumerate(zip(*columns, strict=True)):
        if faults_of[number] is None:
            faults_of[number] = next((one for one in values if isinstance(one, Fault)), None)
        if faults_of[number] is not None:
            of_row.append(None)
            continue
        whole = [one for one in values if not isinstance(one, Fault)]
        texts = tuple(text for text, _ in whole)
        if texts not in distinct:
            distinct[texts] = len(typed)
            typed.append(tuple(value for _, value in whole))
        of_row.append(distinct[texts])
    return Keys(typed, list(distinct), of_row, faults_of)


def _typed(item: Item, texts: Texts) -> list[tuple[str, object] | Fault]:
    """Return each text of a key column with its typed value, or what is wrong with it; equal texts are read once."""
    known: dict[str | None, tuple[str, object] | Fault] = {None: Fault.KEY_MISSING}
    for text in texts:
        if text is not None and text not in known:
            written = normal_value(item, text)
            try:
                known[text] = written, operand(item, written, item.column)
            except OperandError:
                known[text] = Fault.KEY_INVALID
    return [known[text] for text in texts]


def _compare(
    database: Database, matcher: Matcher, asked: tuple[Batch, Keys], flags: Mapping[int, frozenset[str]]
) -> Compared:
    batch, keys = asked
    records = run_match(database, matcher, keys.distinct)
    stored = [None if place is None else records.found.get(place) for place in keys.of_row]
    by_claim = {
        name: _states(
            matcher.table.by_column[name],
            [None if record is None else record[1][column] for record in stored],
            batch.texts[name],
        )
        for column, name in enumerate(batch.claims)
    }
    identity = {name for name in batch.claims if is_identity(matcher.table.by_column[name])}
    results: list[str] = []
    told: list[Mapping[str, str]] = []
    doubted: list[tuple[int, tuple[str, ...]]] = []
    for number, (place, record) in enumerate(zip(keys.of_row, stored, strict=True)):
        if place is None or record is None:
            results.append(_without_record(place, records))
            told.append({})
            continue
        states = {name: column[number] for name, column in by_claim.items()}
        result, shown = _overall(states, identity)
        results.append(result.value)
        told.append({name: states[name].value for name in shown})
        in_doubt = flags.get(record[0], frozenset()) if flags else frozenset()
        if in_doubt.intersection(shown):
            doubted.append((number + 1, tuple(name for name in shown if name in in_doubt)))
    return Compared(results, told, doubted, records.version)


def _without_record(place: int | None, records: Records) -> str:
    if place is None:
        return INVALID
    return (MatchResult.CANNOT_VERIFY if place in records.ambiguous else MatchResult.NOT_FOUND).value


def _states(item: Item, stored: Sequence[Any], claimed: Texts) -> list[MatchResult]:
    """Compare a whole column; equal texts need no look, equal pairs are compared once."""
    known: dict[tuple[Any, str], MatchResult] = {}
    states = []
    for value, text in zip(stored, claimed, strict=True):
        if value is None or not text:  # nothing stored, or nothing claimed
            states.append(MatchResult.CANNOT_VERIFY)
        elif value == text:
            states.append(MatchResult.MATCH)
        else:
            pair = (value, text)
            if pair not in known:
                known[pair] = compare(item, value, text)
            states.append(known[pair])
    return states


def _overall(states: Mapping[str, MatchResult], identity: set[str]) -> tuple[MatchResult, tuple[str, ...]]:
    """Return the state of a row and the claims that may be told, as :func:`hub.exchange.comparing.compared` does."""
    named = {states[name] for name in identity}
    for state in (MatchResult.MISMATCH, MatchResult.CANNOT_VERIFY):
        if state in named:
            return state, ()
    found = set(states.values())
    if found == {MatchResult.MATCH}:
        return MatchResult.MATCH, tuple(states)
    return (MatchResult.MISMATCH if MatchResult.MISMATCH in found else MatchResult.CANNOT_VERIFY), tuple(states)


def _body(use: Use, batch: Batch, done: tuple[Keys, Compared], receipt: str) -> tuple[bytes, str]:
    """Return the answer and the root of its rows: nothing of the input is left without a state."""
    keys, compared = done
    salt = secrets.token_bytes(SALT_BYTES)
    asked = [batch.texts[name] for name in (*batch.key, *batch.claims)]
    width = len(batch.key)
    proved = (
        ProvedRow(number, values[:width], values[width:], compared.results[number - 1], compared.items[number - 1])
        for number, values in enumerate(zip(*asked, strict=True), 1)
    )
    rows_digest = root(salt, proved)
    counts = Counter(compared.results)
    reasons = Counter(fault.value for fault in keys.faults if fault is not None)
    document = {
        "resource": use.standing.resource.name,
        "version": compared.version,
        "rows": batch.size,
        "subjects": len(keys.distinct),
        "counts": {state: counts[state] for state in STATES},
        "invalid": {
            reason: {"rows": count, "zh": FAULT_TEXTS[Fault(reason)][0], "en": FAULT_TEXTS[Fault(reason)][1]}
            for reason, count in reasons.items()
        },
        "ignored_columns": list(batch.ignored),
        "blank_rows": batch.blank_rows,
        "under_verification": [{"row": row, "items": list(items)} for row, items in compared.doubted],
        "receipt": receipt,
        "rows_digest": rows_digest,
        "salt": salt.hex(),
        "results": _results(batch, keys, compared),
    }
    return orjson.dumps(document), rows_digest


def _results(batch: Batch, keys: Keys, compared: Compared) -> list[dict[str, object]]:
    results = []
    for number, (result, items) in enumerate(zip(compared.results, compared.items, strict=True)):
        one: dict[str, object] = {"row": number + 1, "result": result}
        if batch.lines is not None:
            one["line"] = batch.lines[number]
        if items:
            one["items"] = items
        fault = keys.faults[number]
        if fault is not None:
            one["reason"] = fault.value
        results.append(one)
    return results
