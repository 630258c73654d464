"""Answers to the public's row queries, kept for whoever asks the same next; bounded in bytes and in time.

Open rows are the same for everybody and change with a push alone, so most of what a busy portal asks was just
answered. A kept answer is given only under the policy epoch it was decided in, for the version of the resource it was
read at, and never later than the limit on the age of any decision: a pushed row or a restricted item shows at once
in this process, elsewhere within :data:`CONFIRM_SECONDS` (the version) and the snapshot's age limit (the policy).
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response

LIMIT_BYTES: Final = 16 << 20
LARGEST_BYTES: Final = 256 << 10
"""Larger answers are not kept: a few of them would push out everything else."""
OVERHEAD_BYTES: Final = 1_000
"""What an answer takes beside its body: headers, key, objects."""
AGE_SECONDS: Final = 5.0
CONFIRM_SECONDS: Final = 0.2
"""How long a version counts as current before the database is asked again."""


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, under which policy epoch, after how many pushes to the resource seen by this process."""

    name: str
    query: bytes
    epoch: int
    pushes: int
    asked: float


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept answer; ``is_confirmed``: its version was seen to be current a moment ago."""

    response: Response
    is_confirmed: bool


@dataclass(slots=True)
class _Answer:
    epoch: int
    version: int
    since: float
    response: Response
    size: int


class AnswerCache:
    """Kept answers, the longest unused given up first. For one event loop: no call waits, so none is cut in two."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` gives seconds that never run backwards."""
        self._limit = limit_bytes
        self._clock = clock
        self._answers: OrderedDict[tuple[str, bytes], _Answer] = OrderedDict()
        self._confirmed: dict[str, tuple[int, float]] = {}
        self._pushes: dict[str, int] = {}
        self._bytes = 0

    def question(self, name: str, query: bytes, epoch: int) -> Question:
        """Return a question as of now; ask it before anything is read, so that a push meanwhile is noticed."""
        return Question(name, query, epoch, self._pushes.get(name, 0), self._clock())

    def find(self, question: Question) -> Kept | None:
        """Return the answer kept for a question; None where there is none, or it is too old or of another epoch."""
        key = (question.name, question.query)
        found = self._answers.get(key)
        if found is None:
            return None
        if found.epoch != question.epoch or question.asked - found.since > AGE_SECONDS:
            self._drop(key)
            return None
        self._answers.move_to_end(key)
        version, at = self._confirmed.get(question.name, (-1, 0.0))
        return Kept(found.response, version == found.version and question.asked - at <= CONFIRM_SECONDS)

    def confirm(self, question: Question, version: int) -> bool:
        """Note the current version of a resource; return whether the answer kept for the question is of it."""
        self._note(question, version)
        found = self._answers.get((question.name, question.query))
        return found is not None and (found.epoch, found.version) == (question.epoch, version)

    def keep(self, question: Question, version: int, response: Response) -> None:
        """Keep an answer read at a version, unless it is large or a push came between."""
        size = len(response.body) + len(question.query) + OVERHEAD_BYTES
        if size > LARGEST_BYTES or question.pushes != self._pushes.get(question.name, 0):
            return
        key = (question.name, question.query)
        self._drop(key)
        self._answers[key] = _Answer(question.epoch, version, question.asked, response, size)
        self._bytes += size
        self._note(question, version)
        while self._bytes > self._limit:
            self._drop(next(iter(self._answers)))

    def pushed(self, name: str) -> None:
        """Forget what was known of a resource: a push to it has just been committed."""
        self._pushes[name] = self._pushes.get(name, 0) + 1
        self._confirmed.pop(name, None)

    def _note(self, question: Question, version: int) -> None:
        if question.pushes == self._pushes.get(question.name, 0):
            self._confirmed[question.name] = (version, question.asked)

    def _drop(self, key: tuple[str, bytes]) -> None:
        found = self._answers.pop(key, None)
        if found is not None:
            self._bytes -= found.size
