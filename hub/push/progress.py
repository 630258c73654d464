"""How far a push has come: a stage and the rows read, told while it runs to whoever waits for it.

The channel that takes a push in names a listener (:func:`listening`); :mod:`hub.push.receive` says what happens
(:func:`listener`). Without a listener nothing is told and nothing costs. Only counts are told, never content.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from policies.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Stage(StrEnum):
    """Where a push is on its way, in this order."""

    RECEIVING = "receiving"
    RECEIVED = "received"
    DIGESTING = "digesting"
    CHECKING = "checking"
    MERGING = "merging"
    INDEXING = "indexing"
    DONE = "done"
    REFUSED = "refused"


STAGES: Final[Mapping[Stage, Text]] = {
    Stage.RECEIVING: Text("正在接收", "receiving"),
    Stage.RECEIVED: Text("已收齐，等待办理", "received, waiting to be pushed"),
    Stage.DIGESTING: Text("正在核对摘要", "verifying the digest"),
    Stage.CHECKING: Text("正在逐行检查", "checking rows"),
    Stage.MERGING: Text("正在入库", "merging"),
    Stage.INDEXING: Text("正在建立索引", "indexing"),
    Stage.DONE: Text("已办结", "done"),
    Stage.REFUSED: Text("未能办理", "not done"),
}
"""What each stage is called for people."""

AT_WORK: Final = frozenset({Stage.DIGESTING, Stage.CHECKING, Stage.MERGING, Stage.INDEXING})
"""Stages in which the hub works on the file."""


class Listener(Protocol):
    """What is told how far a push has come; it may be called from any thread, often, and must not raise."""

    def at(self, stage: Stage, rows: int = 0) -> None:
        """Take note that the push is at ``stage`` with ``rows`` read so far."""


class Silence:
    """The listener of a push nobody watches."""

    def at(self, stage: Stage, rows: int = 0) -> None:
        """Take no note."""


_listener: ContextVar[Listener] = ContextVar("listener", default=Silence())  # noqa: B039 - it has no state


def listener() -> Listener:
    """Return who listens to the push this context takes in; keep it to tell from other threads."""
    return _listener.get()


@contextmanager
def listening(to: Listener) -> Iterator[None]:
    """Let ``to`` be told of the push that is taken in inside the block."""
    token = _listener.set(to)
    try:
        yield
    finally:
        _listener.reset(token)
