"""Hubs that start at once: one process of a test run reads the program, and each hub is forked from it.

A test that kills a hub a hundred times starts it a hundred times, and nearly all of a start is reading modules. What
is forked is a process of its own with its own environment, and a kill -9 ends it as it ends any other.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from threading import Lock
from typing import IO, TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

READ_BEFOREHAND = (
    "hub.cli",
    "hub.cli_admin",
    "hub.app",
    "hub.serve",
    "hub.schema",
    "alembic.command",
    "uvicorn.lifespan.on",
    "uvloop",
)
"""Modules that every hub needs; none of them starts a thread or opens a file when it is read."""
LOOK_SECONDS = 0.01


class Fledgling:
    """A forked hub, with what the tests use of a ``subprocess.Popen``."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        """See :meth:`Nursery.start`."""
        self.pid = pid
        self.returncode: int | None = None
        self._nursery = nursery

    def poll(self) -> int | None:
        """Return how it ended (-9: killed), None while it runs."""
        if self.returncode is None:
            self.returncode = self._nursery.ask({"poll": self.pid})
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return how it ended (raises ``subprocess.TimeoutExpired``)."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (ended := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            time.sleep(LOOK_SECONDS)
        return ended

    def kill(self) -> None:
        """End it as a power cut does."""
        self._signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self._signal(signal.SIGTERM)

    def _signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


class Nursery:
    """The process that forks; close it."""

    def __init__(self, root: Path, environment: Mapping[str, str]) -> None:
        """Begin to read the program, in another process."""
        command = [sys.executable, "-m", "tests.support.nursery"]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, cwd=root, env=dict(environment), stdin=pipe, stdout=pipe)
        self._lock = Lock()

    def start(self, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Fledgling:
        """Run ``hub`` with these arguments and no environment but this one; what it prints goes to ``log``."""
        asked = {"arguments": list(arguments), "environment": dict(environment), "log": str(log)}
        pid = self.ask(asked)
        assert pid is not None
        return Fledgling(self, pid)

    def ask(self, what: Mapping[str, object]) -> int | None:
        """Send one line and return the answer."""
        to, back = self._process.stdin, self._process.stdout
        assert to is not None
        assert back is not None
        with self._lock:
            to.write(json.dumps(what).encode() + b"\n")
            to.flush()
            answer: int | None = json.loads(back.readline())
        return answer

    def close(self) -> None:
        """End the process; hubs that still run go on."""
        self._process.communicate()


_shared: list[Nursery] = []


def shared_nursery(root: Path, environment: Mapping[str, str]) -> Nursery:
    """Return the nursery of this test process; ``environment`` is what it reads the program in, the first time."""
    if not _shared:
        _shared.append(Nursery(root, environment))
    return _shared[0]


def close_shared() -> None:
    """End the nursery of this test process, if there is one; for the end of a run."""
    while _shared:
        _shared.pop().close()


def _hatch(asked: Mapping[str, Any], answers: IO[bytes]) -> int:
    """Fork a hub and return its process id."""
    pid = os.fork()
    if not pid:
        _live(asked, answers)
    return pid


def _live(asked: Mapping[str, Any], answers: IO[bytes]) -> NoReturn:
    """Be the hub, until it ends."""
    status = 1
    try:
        answers.close()
        with open(os.devnull, "rb") as nothing, open(asked["log"], "ab") as log:  # noqa: PTH123 - before anything else
            os.dup2(nothing.fileno(), 0)
            for number in (1, 2):
                os.dup2(log.fileno(), number)
        os.environ.clear()
        os.environ.update(asked["environment"])
        sys.argv = ["hub", *asked["arguments"]]
        importlib.reload(sys.modules["hub.faults"])  # it is the one module that reads the environment when it is read
        sys.modules["hub.cli"].main()
        status = 0
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:  # noqa: BLE001 - the end of a process: nobody is above
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _poll(pid: int) -> int | None:
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def _main() -> None:
    # Nothing but answers may be written where the answers go.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    for name in READ_BEFOREHAND:
        importlib.import_module(name)
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        answer = _poll(asked["poll"]) if "poll" in asked else _hatch(asked, answers)
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    _main()
