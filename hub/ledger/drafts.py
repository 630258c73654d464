"""What a receipt may say: its kinds, the closed list of its fields, and the draft that is checked against them.

The list is closed so that no row content and no personal identifier can slip into the log: there is no field for
it. People are opaque staff ids, filters and bodies are digests. 政务数据共享条例 Art. 25 (purpose on each use),
Art. 29 (records of use, at least 3 years); Zhengzhou Art. 33-34 (a named person behind every decision). Pure.
"""

from __future__ import annotations

import re
import secrets
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from catalogue.identifiers import citizen_check_character
from hub.ledger.errors import ReceiptContentError

TEXT_LENGTH = 2000
LIST_LENGTH = 2000
LARGEST_INTEGER = 2**53 - 1  # RFC 8785 3.2.2.3: integers beyond are not exact in JSON
DIGEST = re.compile(r"(sha-256|sm3)=:[A-Za-z0-9+/]{43}=:|[A-Za-z0-9_-]{43}")  # RFC 9530, or a keyed digest
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")  # no lines, no commands to a terminal
CITIZEN_ID_LENGTH = 18
CITIZEN_ID = re.compile(r"(?<![0-9A-Za-z])([0-9]{17})([0-9Xx])(?![0-9A-Za-z])")

Json = str | int | list["Json"] | dict[str, "Json"] | None
Given = str | int | uuid.UUID | Sequence[str] | Mapping[str, int] | None


class ReceiptKind(StrEnum):
    """What happened."""

    PUSH = "push"
    DECISION = "decision"
    QUERY = "query"
    VERIFY = "verify"
    MATCH = "match"
    DOWNLOAD = "download"
    RELAY = "relay"
    DELIVERY = "delivery"
    REFUSAL = "refusal"
    DENIAL = "denial"
    PENDING = "pending"
    GRANT = "grant"
    REQUEST = "request"
    CATALOGUE = "catalogue"
    CORRECTION = "correction"
    ADMIN = "admin"
    INCIDENT = "incident"
    STREAM_OPEN = "stream_open"
    STREAM_CLOSE = "stream_close"
    CLOCK = "clock"
    DISPUTE = "dispute"
    SUPERVISION = "supervision"


class FieldType(StrEnum):
    """Shape of a field's value."""

    TEXT = "text"
    TEXTS = "texts"
    COUNT = "count"
    COUNTS = "counts"
    DIGEST = "digest"


def _fields(**names: str) -> Mapping[str, FieldType]:
    return {name: FieldType(kind) for kind, text in names.items() for name in text.split()}


FIELDS: Mapping[str, FieldType] = _fields(
    # who asked or acted, for whom, and whose data: member and system ids, RFC 7638 thumbprint, staff ids
    text="member system key_thumbprint end_user provider jurisdiction decided_by approved_by "
    # what: entry id, version (push number), items by their column names
    "action door roles mode resource resource_version schema_version as_of "
    # why: purpose code, law and article, case number of the requester
    "purpose legal_basis case_number "
    # the standing and the decision
    "request request_line grant grant_version decision reason_code ground rule article pack policy_version "
    # what came of it; an upstream receipt; the stream_open receipt that a stream_close ends
    "endpoint outcome upstream opened push incident incident_kind subject_kind subject_id state_before state_after "
    # a period of the law: its id, and the last day in time
    "clock due_on "
    # whom an event was delivered to: the subscription, its webhook, the event
    "subscription webhook event "
    # signature of the caller over its request (RFC 9421), so that neither side can deny or invent it
    "request_signature request_signature_input",
    texts="items_asked items_returned items_masked items_dropped items_verified items_aggregated items_refused",
    count="rows subjects status rows_accepted rows_rejected rows_inserted rows_updated rows_closed rows_unchanged "
    "bytes withheld events attempts fields_dropped",
    counts="rejected_by_rule",
    digest="filter_digest subject_digest policy_hash request_digest response_digest file_digest change_digest "
    "idempotency_digest rows_digest",
)


def uuid7() -> uuid.UUID:
    """Return a UUID version 7 (RFC 9562 5.7): milliseconds, then 12 bits of their fraction, then 62 random bits."""
    nanoseconds = time.time_ns()
    milliseconds, rest = divmod(nanoseconds, 1_000_000)
    fraction = rest * 4096 // 1_000_000  # RFC 9562 6.2 method 3
    value = milliseconds << 80 | 7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62)
    return uuid.UUID(int=value)


@dataclass(frozen=True, slots=True)
class ReceiptDraft:
    """A receipt before it is signed.

    ``fields`` are those of :data:`FIELDS` (None is left out; a UUID becomes text). ``id`` is known before signing,
    so that an answer can name its receipt and the receipt can hold the digest of that answer.

    Raises:
        ReceiptContentError: a name that is no field, a value of another shape, or a personal identifier in a text.

    """

    kind: ReceiptKind
    fields: Mapping[str, Given]
    id: uuid.UUID = field(default_factory=uuid7)
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        """Check the fields once, here: whoever holds a draft can sign it."""
        object.__setattr__(self, "fields", check_fields(self.fields))
        if self.at.tzinfo is None:
            raise ReceiptContentError("凭证时间没有时区", "the time of a receipt has no time zone")


def check_fields(fields: Mapping[str, Given]) -> Mapping[str, Given]:
    """Return the fields in the form in which they are signed.

    Raises:
        ReceiptContentError: as in :class:`ReceiptDraft`; the text names the field, never its value.

    """
    checked: dict[str, Given] = {}
    for name, value in fields.items():
        if name not in FIELDS:
            raise ReceiptContentError(
                f"凭证没有“{name[:40]}”这一栏",
                f"a receipt has no field {name[:40]!r}",
                next_zh="凭证只记录编号、数量与摘要；请使用 hub.ledger.drafts.FIELDS 中的栏目",
                next_en="receipts hold ids, counts and digests: use a field of hub.ledger.drafts.FIELDS",
            )
        if value is None:
            continue
        given = str(value) if isinstance(value, (str, uuid.UUID)) else value
        has_shape, may_name_someone = _CHECKS[name]
        if not has_shape(given):
            raise ReceiptContentError(
                f"凭证“{name}”一栏的值不符合类型 {FIELDS[name]}",
                f"the value of receipt field {name!r} is not of type {FIELDS[name]}",
            )
        if may_name_someone and any(len(text) >= CITIZEN_ID_LENGTH and _has_citizen_id(text) for text in _texts(given)):
            raise ReceiptContentError(
                f"凭证“{name}”一栏含有公民身份号码，不得写入日志（个人信息保护法 第6条 最小必要）",
                f"receipt field {name!r} holds a citizen's identity number, which never enters the log",
                next_zh="请改填案件编号或不含身份号码的说明",
                next_en="give a case number or a text without identity numbers",
            )
        checked[name] = given
    return checked


def _is_text(value: Given) -> bool:
    # What is printable holds no control character; the exact look is for the rest (wide blanks and the like).
    return (
        isinstance(value, str) and 0 < len(value) <= TEXT_LENGTH and (value.isprintable() or not CONTROL.search(value))
    )


def _is_count(value: Given) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_INTEGER


def _is_digest(value: Given) -> bool:
    return isinstance(value, str) and DIGEST.fullmatch(value) is not None


def _are_texts(value: Given) -> bool:
    if isinstance(value, str) or not isinstance(value, Sequence):
        return False
    return len(value) <= LIST_LENGTH and all(map(_is_text, value))


def _are_counts(value: Given) -> bool:
    return isinstance(value, Mapping) and all(_is_text(name) and _is_count(n) for name, n in value.items())


_SHAPES: Mapping[FieldType, Callable[[Given], bool]] = {
    FieldType.TEXT: _is_text,
    FieldType.TEXTS: _are_texts,
    FieldType.COUNT: _is_count,
    FieldType.COUNTS: _are_counts,
    FieldType.DIGEST: _is_digest,
}
_CHECKS: Mapping[str, tuple[Callable[[Given], bool], bool]] = {
    name: (_SHAPES[kind], kind is not FieldType.DIGEST) for name, kind in FIELDS.items()
}
"""For each field what tells its shape, and whether it is text that might hold a personal identifier."""


def _texts(value: Given) -> Iterable[str]:
    if isinstance(value, str):
        return (value,)
    return value if isinstance(value, Mapping | Sequence) else ()


def _has_citizen_id(text: str) -> bool:
    """Say whether a text holds 18 characters with the check digit of GB 11643 (chance hit: 1 in 11 such runs)."""
    return any(
        citizen_check_character(match[1]) == match[2].upper() and "1800" <= match[1][6:10] <= "2199"
        for match in CITIZEN_ID.finditer(text)
    )
