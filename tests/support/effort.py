"""What a piece of work costs, told so that a busy machine or a large test process changes nothing.

``steps_of`` counts steps of the interpreter: the same work gives the same number on every machine, so a statement
about cost needs no clock. It sees Python only; a search inside ``re`` is one step however long it takes. For that
there is ``least_seconds``: processor time of the calling thread alone, without garbage collection (a full one walks
everything the test process has ever kept, a second or more, and blames whoever allocates at that moment), and the
best of several tries, for whatever disturbs can only add.
"""

from __future__ import annotations

import gc
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

TRIES = 5


def steps_of(work: Callable[[], object]) -> int:
    """Return how many lines, calls and returns of Python the work takes in this thread.

    Whatever fills itself at first use (caches, late imports) counts too: do the work once before counting.
    """
    steps = 0

    def trace(_frame: FrameType, _event: str, _argument: Any) -> Callable[..., Any]:
        nonlocal steps
        steps += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return steps


def least_seconds(work: Callable[[], object], *, below: float = 0.0, tries: int = TRIES) -> float:
    """Return the least processor time in seconds of up to ``tries``; the first one under ``below`` is enough."""
    best = float("inf")
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        for _ in range(tries):
            started = time.thread_time()
            work()
            best = min(best, time.thread_time() - started)
            if best < below:
                break
    finally:
        if was_collecting:
            gc.enable()
    return best
