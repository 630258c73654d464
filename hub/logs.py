"""Logs: structured events with ids, never the content of a row, never a personal identifier.

Only fields of :data:`FIELDS` are written; names of others are told, their values are not. Errors are written as
class, SQLSTATE and places in the code: messages of foreign libraries quote data. Our own domain errors never do,
so their text is kept. Whatever still looks like an identity or a phone number is blotted out, and control
characters are escaped (a log line is one line). A receipt is not a log line; see :mod:`hub.ledger`.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal

import orjson
import structlog
from typing_extensions import override

from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from structlog.typing import EventDict, Processor

FIELDS: Final = frozenset(
    {
        *("event", "level", "logger", "timestamp", "request_id"),
        *("method", "route", "status", "duration_ms", "entry_point", "problem", "bytes"),
        *("member_id", "system_id", "entry_id", "push_id", "request_ref", "grant_id", "receipt_id", "version"),
        *("action", "outcome", "ground", "rule", "accepted", "rejected", "count", "size", "step", "attempt", "port"),
        *("error", "message", "sqlstate", "frames", "cause", "dropped"),
    }
)
"""Names an event may carry: ids, counts, codes. A name that would hold data is not among them."""
TEXT_LENGTH: Final = 500
FRAMES: Final = 12
IDENTITY_NUMBER: Final = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)|(?<!\d)\d{15}(?!\d)")
PHONE_NUMBER: Final = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
QUIET: Final = ("uvicorn.access", "sqlalchemy.engine", "psycopg.pool", "httpx2")
"""Loggers of libraries that write addresses or statements, and with them data: warnings only."""

REQUESTS: Final = logging.getLogger("hub.request")
"""The logger of answered requests, by far the most frequent event: it has a shorter way to its line (see below)."""

Level = Literal["debug", "info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Answered:
    """One answered request: a known method, the template of its route, numbers. There is no free text to blot out."""

    request_id: str
    method: str
    route: str | None
    status: int
    duration_ms: float
    entry_point: str


class _AnsweredFormatter(logging.Formatter):
    """Writes :class:`Answered` as the same JSON line the other events have."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        answered = record.msg
        if not isinstance(answered, Answered):
            raise TypeError("the logger of requests writes Answered alone")
        head = {"event": "request", "level": "info", "logger": record.name, "timestamp": datetime.now(UTC)}
        fields = {name: getattr(answered, name) for name in Answered.__slots__}
        return orjson.dumps({**head, **fields}, option=orjson.OPT_UTC_Z).decode()


def configure(log_format: Literal["json", "console"], level: Level = "info", stream: TextIO | None = None) -> None:
    """Send all logs, ours and those of libraries, to ``stream`` (standard error). Call once, when a program starts."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False, sort_keys=False)
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            describe_error,
            keep_known_fields,
            blot_out,
            renderer,
        ],
    )
    handler = logging.StreamHandler(stream if stream is not None else sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    REQUESTS.propagate = log_format != "json"
    REQUESTS.handlers = [] if REQUESTS.propagate else [_answered_handler(handler)]
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _answered_handler(handler: logging.StreamHandler[TextIO]) -> logging.Handler:
    short = logging.StreamHandler(handler.stream)
    short.setFormatter(_AnsweredFormatter())
    return short


def log_answered(answered: Answered) -> None:
    """Write the line of an answered request, where lines of its level are written."""
    if not REQUESTS.isEnabledFor(logging.INFO):
        return
    if REQUESTS.handlers:
        REQUESTS.info(answered)
    else:
        structlog.get_logger(REQUESTS.name).info("request", **asdict(answered))


@contextmanager
def request_context(request_id: str) -> Iterator[None]:
    """Write ``request_id`` in every event inside the block, in whatever task or thread it copies its context to."""
    before = structlog.contextvars.bind_contextvars(request_id=request_id)
    try:
        yield
    finally:
        structlog.contextvars.reset_contextvars(**before)


def describe_error(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Replace an exception by its class, SQLSTATE and places; its message only where it is one of ours."""
    info = event.pop("exc_info", None)
    error = info[1] if isinstance(info, tuple) else info
    if info is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        event["error"] = f"{type(error).__module__}.{type(error).__qualname__}"
        if isinstance(error, DomainError):
            event["message"] = str(error)
        code = getattr(error, "sqlstate", None) or getattr(getattr(error, "orig", None), "sqlstate", None)
        if code is not None:
            event["sqlstate"] = str(code)
        frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
        event["frames"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        cause = error.__cause__ or error.__context__
        if cause is not None:
            event["cause"] = f"{type(cause).__module__}.{type(cause).__qualname__}"
    event.pop("exc_text", None)
    return event


def keep_known_fields(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Keep the fields of :data:`FIELDS`; tell the names, not the values, of the others."""
    dropped = sorted(str(name) for name in event if name not in FIELDS)
    for name in dropped:
        event.pop(name, None)
    if dropped:
        event["dropped"] = dropped
    return event


def blot_out(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Make every value one short line without identity or phone numbers."""
    return {name: _clean(value) for name, value in event.items()}


def _clean(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple):
        return [_clean(part) for part in value]
    text = CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", str(value)[:TEXT_LENGTH])
    return PHONE_NUMBER.sub("[电话]", IDENTITY_NUMBER.sub("[证件号码]", text))
