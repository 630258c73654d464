"""Written descriptions kept for whoever asks the same next: bounded in bytes, given only while nothing has changed.

A body belongs to a revision of the directory and an epoch of the policy; it is also made anew after a minute, because
embargoes and records on items end by the clock. ``since`` is when this process first wrote these very bytes: it moves
whenever they change, also when an entry was withdrawn, so that a conditional request is never told too little.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

LIMIT_BYTES: Final = 32 << 20
LARGEST_BYTES: Final = 8 << 20
"""Larger bodies are not kept: one of them would push out everything else."""
AGE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Body:
    """A written description: bytes, media type, entity tag, since when it reads so, further headers."""

    content: bytes
    media_type: str
    etag: str
    since: datetime
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Kept:
    mark: tuple[object, ...]
    at: float
    body: Body


class BodyCache:
    """Kept bodies by question, the longest unused given up first. Safe for threads."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` gives seconds that never run backwards."""
        self._limit = limit_bytes
        self._clock = clock
        self._kept: OrderedDict[tuple[object, ...], _Kept] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def find(self, key: tuple[object, ...], mark: tuple[object, ...]) -> Body | None:
        """Return the body kept for a question under this mark; None where there is none, or it is too old."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or kept.mark != mark or self._clock() - kept.at > AGE_SECONDS:
                return None
            self._kept.move_to_end(key)
            return kept.body

    def keep(self, key: tuple[object, ...], mark: tuple[object, ...], body: Body) -> Body:
        """Keep a body; the one returned says since when it reads so."""
        with self._lock:
            before = self._kept.pop(key, None)
            if before is not None:
                self._bytes -= len(before.body.content)
                if before.body.etag == body.etag:
                    body = replace(body, since=before.body.since)
            if len(body.content) <= LARGEST_BYTES:
                self._kept[key] = _Kept(mark, self._clock(), body)
                self._bytes += len(body.content)
            while self._bytes > self._limit:
                _, dropped = self._kept.popitem(last=False)
                self._bytes -= len(dropped.body.content)
            return body


def tag_of(content: bytes) -> str:
    """Return the entity tag of bytes."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'
