"""Files for granted systems: all granted rows as a stream, watched until its last byte (共享条例 Art. 22, 25, 27).

A receipt opens the stream before its first byte, another closes it with its digest, rows and outcome before its
last. In between, the standing of member, system, key and grant is looked at again at least once a second, also
while a slow reader keeps the hub waiting: what is suspended, narrowed or over is cut, and the transfer is broken
off, so that nobody takes a short file for a whole one (threats 8, 16).
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hub.exchange import quota_store, quotas, stream_store
from hub.exchange.deciding import Question, ask, requester_of
from hub.exchange.quotas import Charge
from hub.exchange.use import Use, permitted
from hub.identity.errors import NotFreshError
from hub.ledger.drafts import ReceiptDraft, ReceiptKind, uuid7
from hub.rows import csv_text, render
from hub.rows.compiler import compile_stream
from hub.rows.query import Query
from hub.rows.store import check_reach_async, stream_frames, stream_rows
from policies.decision import Permit
from policies.denials import DenialCode
from policies.facts import Action, Mode
from policies.results import Denial

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator, Sequence

    import polars as pl

    from hub.database import Database
    from hub.exchange.quotas import Account
    from hub.exchange.standing import Standing
    from hub.exchange.use import Permitted
    from hub.identity.snapshot import SnapshotKeeper
    from hub.ledger.drafts import Given
    from hub.rows.compiler import CompiledSQL
    from policies.decision import Decision

PIECE_BYTES = 64 * 1024
"""Largest piece between two looks at the standing."""
COMPLETED, INTERRUPTED = "completed", "interrupted"
_OUTCOMES = {
    DenialCode.GRANT_EXPIRED: "grant-expired",
    DenialCode.GRANT_STOPPED: "grant-suspended",
    DenialCode.HOURS: "grant-hours",
    DenialCode.SUSPENDED: "resource-suspended",
}
MEDIA_TYPES = {"csv": csv_text.PLAIN.media_type, "ndjson": "application/x-ndjson"}


class StreamCutError(Exception):
    """The stream ends here: ``outcome`` is the word of its close receipt. Never leaves the streaming code."""

    def __init__(self, outcome: str) -> None:
        super().__init__(outcome)
        self.outcome = outcome


@dataclass(slots=True)
class Stream:
    """One open stream: what it gives to whom, and how far it came."""

    use: Use
    question: Question
    found: Permitted
    compiled: CompiledSQL
    form: str
    opened: uuid.UUID
    closed: uuid.UUID = field(default_factory=uuid7)
    """The id its close receipt will have, told beforehand so that the reader can look for it."""
    rows: int = 0
    sent: int = 0
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    @property
    def media_type(self) -> str:
        """The media type of its form."""
        return MEDIA_TYPES[self.form]

    def count(self, piece: bytes) -> None:
        """Note a piece that goes out now."""
        self.sent += len(piece)
        self.digest.update(piece)

    def close_fields(self, outcome: str) -> dict[str, Given]:
        """Return the fields of the close receipt: what went out, and how it ended."""
        return {
            **self.found.fields,
            "opened": str(self.opened),
            "outcome": outcome,
            "rows": self.rows,
            "bytes": self.sent,
            "response_digest": f"sha-256=:{b64encode(self.digest.digest()).decode()}:",
        }


async def open_stream(use: Use, items: tuple[str, ...] | None, as_of: int | None, form: str) -> Stream:
    """Decide a download and write its open receipt, durable when this returns; nothing is read yet.

    Raises:
        DeniedError, PendingError, RefusedError, QuotaExceededError: each with its receipt written.
        QueryError: an item or version is not right.
    """
    asked = Query(use.standing.resource.id, items=items, as_of=as_of)
    if as_of is not None:
        await check_reach_async(use.driver, use.standing.resource.id, as_of)
    question = Question(Action.DOWNLOAD, items, frozenset(), frozenset(), use.purpose, use.case_number, Mode.DOWNLOAD)
    found = await permitted(use, question, mode=Mode.DOWNLOAD)
    compiled = compile_stream(asked, found.permit, use.standing.resource.table)
    masked = [column.item.column for column in compiled.columns if column.is_masked]
    shown = [column.item.column for column in compiled.columns if not column.is_masked]
    found.fields.update(
        {
            "items_returned": shown,
            "items_masked": masked,
            "items_dropped": [line.column for line in found.permit.left_out],
            "as_of": str(as_of) if as_of is not None else None,
        }
    )
    draft = ReceiptDraft(ReceiptKind.STREAM_OPEN, found.fields, uuid7(), use.context.now())
    await stream_store.open_with_receipt(use.driver, use.context.writer, draft)
    return Stream(use, question, found, compiled, form, draft.id)


def pieces(stream: Stream, database: Database) -> Iterator[bytes]:
    """Yield the bytes of a stream in small pieces; quotas of rows and subjects are charged before a row goes out.

    Raises:
        StreamCutError: a quota is used up.
    """
    for block in _blocks(stream, database):
        for start in range(0, len(block), PIECE_BYTES):
            yield block[start : start + PIECE_BYTES]


def _blocks(stream: Stream, database: Database) -> Iterator[bytes]:
    if stream.form == "csv":
        frames = _charged_frames(stream, database)
        return csv_text.csv_stream(stream.compiled.columns, frames, csv_text.PLAIN)
    return render.ndjson_stream(stream.compiled.columns, _charged_rows(stream, database))


def _charged_frames(stream: Stream, database: Database) -> Iterator[pl.DataFrame]:
    places = _key_places(stream)
    for frame in stream_frames(database, stream.compiled):
        chosen = frame if places is None else frame[:, places]
        _charge(stream, database, frame.height, chosen.rows() if _counts_subjects(stream) else ())
        yield frame


def _charged_rows(stream: Stream, database: Database) -> Iterator[Sequence[tuple[object, ...]]]:
    places = _key_places(stream)
    for rows in stream_rows(database, stream.compiled):
        chosen = rows if places is None else [tuple(row[place] for place in places) for row in rows]
        _charge(stream, database, len(rows), chosen if _counts_subjects(stream) else ())
        yield rows


def _counts_subjects(stream: Stream) -> bool:
    return stream.found.grant is not None and stream.found.grant.quota_subjects is not None


def _key_places(stream: Stream) -> list[int] | None:
    """Return where the key stands in a row, None where it is not shown in full: then the whole row is a subject."""
    shown = {column.item.column: place for place, column in enumerate(stream.compiled.columns) if not column.is_masked}
    key = stream.use.standing.resource.table.key
    return [shown[name] for name in key] if key and shown.keys() >= set(key) else None


def _charge(stream: Stream, database: Database, rows: int, subjects: Sequence[Sequence[object]]) -> None:
    """Charge the rows of a block to the grant before they go out."""
    context = stream.use.context
    account: Account | None = quotas.account_of(stream.found.grant, context.now())
    if account is not None and account.limits.keys() & {"rows", "subjects"}:
        texts = (repr(list(row)) for row in subjects)
        digests = quotas.digests(context.writer.secret, stream.use.standing.resource.id, texts)
        try:
            with database.begin() as unit:
                quota_store.charge(unit, account, Charge(0, rows, digests))
        except quota_store.LimitReachedError as error:
            raise StreamCutError(f"quota-{error.name}") from None
    stream.rows += rows


def still_permitted(stream: Stream, keeper: SnapshotKeeper, standing: Standing) -> str | None:
    """Return why a stream must be cut now, None while it may go on. ``standing`` is that of the present epoch."""
    now = stream.use.context.now()
    try:
        ended = keeper.current().why_ended(stream.use.system, now)
    except NotFreshError:
        return "standing-not-fresh"
    if ended is not None:
        return ended
    decision, grant = ask(stream.use.context, standing, requester_of(stream.use.system), stream.question)
    if not isinstance(decision, Permit):
        own = stream.found.grant
        # An older grant that was withdrawn may be the nearest now; what ended this stream is its own.
        return "grant-expired" if own is not None and own.valid_until <= now else _outcome(decision)
    before = stream.found.permit
    same_grant = (grant.id if grant is not None else None) == (
        stream.found.grant.id if stream.found.grant is not None else None
    )
    if not same_grant or decision.row_filter != before.row_filter or not _covers(decision, before):
        return "grant-narrowed"
    return None


def _covers(now: Permit, before: Permit) -> bool:
    """Whether every column is still given in the form in which it goes out."""
    return all(now.treatment_of(line.column) is line.treatment for line in before.items)


def _outcome(decision: Decision) -> str:
    if isinstance(decision, Denial):
        return _OUTCOMES.get(decision.code, "grant-narrowed")
    return "no-longer-permitted"
