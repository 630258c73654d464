"""The load generator: HTTP/1.1 over raw sockets with keep-alive, in a process of its own.

A general HTTP client costs more CPU a request than the hub and would be what is measured. This one writes prepared
bytes, looks for the head's end and ``Content-Length``, and notes the time. It reads a plan as JSON on standard
input and prints a result as JSON: ``python -m benchmarks.client``.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, cast

import numpy as np
from typing_extensions import override

LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
MARK: Final = b"{value}"
OK: Final = b"HTTP/1.1 200 "
LAST_ANSWER_SECONDS: Final = 60.0
"""How long the last answers may take once the time of the plan is over."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send to ``port`` of this machine.

    ``template`` is a whole request, ``{value}`` in it is replaced by the lines of the file ``values`` in turn, from
    number ``offset`` on. Lines must be of equal length where the template has a body. ``clients`` connections send
    for ``seconds``, or ``most`` requests in all, whichever ends first.
    """

    port: int
    template: str
    clients: int
    seconds: float
    values: str = ""
    offset: int = 0
    most: int = 10_000_000


@dataclass(frozen=True, slots=True)
class Result:
    """What came back: answers other than 200 are ``errors``, the first of them is kept as text."""

    count: int
    errors: int
    seconds: float
    p50_ms: float
    p99_ms: float
    bytes_read: int
    first_error: str = ""

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return self.count / self.seconds if self.seconds else 0.0


class _Run:
    """The state all connections of a plan share."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        head, mark, tail = plan.template.encode().partition(MARK)
        self._parts = (head, tail) if mark else None
        self._whole = plan.template.encode()
        self._values = Path(plan.values).read_bytes().splitlines() if plan.values else [b""]
        self.sent = 0
        self.latencies: list[float] = []
        self.errors = self.bytes_read = 0
        self.first_error = b""
        self.began = time.perf_counter()
        self.deadline = self.began + plan.seconds
        self.done = asyncio.get_running_loop().create_future()
        self.open = plan.clients

    def next_request(self) -> bytes | None:
        if self.sent >= self.plan.most or time.perf_counter() >= self.deadline:
            return None
        number = self.plan.offset + self.sent
        self.sent += 1
        if self._parts is None:
            return self._whole
        return self._values[number % len(self._values)].join(self._parts)

    def closed(self) -> None:
        self.open -= 1
        if not self.open and not self.done.done():
            self.done.set_result(None)


class _Connection(asyncio.Protocol):
    """One client: sends, waits for the whole answer, sends again."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._buffer = b""
        self._wanted = -1
        self._started = 0.0
        self._transport: asyncio.Transport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one, but not by inheritance
        self._send()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._run.closed()

    def _send(self) -> None:
        assert self._transport is not None
        request = self._run.next_request()
        if request is None:
            self._transport.close()
            return
        self._started = time.perf_counter()
        self._transport.write(request)

    @override
    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        if self._wanted < 0:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            length = LENGTH.search(self._buffer, 0, end + 2)
            self._wanted = end + 4 + (int(length[1]) if length is not None else 0)
        if len(self._buffer) < self._wanted:
            return
        run = self._run
        run.latencies.append(time.perf_counter() - self._started)
        run.bytes_read += self._wanted
        if not self._buffer.startswith(OK):
            run.errors += 1
            run.first_error = run.first_error or self._buffer[:1500]
        self._buffer, self._wanted = b"", -1
        self._send()


async def _run(plan: Plan) -> Result:
    run = _Run(plan)
    loop = asyncio.get_running_loop()
    for _ in range(plan.clients):
        await loop.create_connection(lambda: _Connection(run), "127.0.0.1", plan.port)
    await asyncio.wait_for(run.done, plan.seconds + LAST_ANSWER_SECONDS)
    seconds = time.perf_counter() - run.began
    times = np.array(run.latencies or [0.0]) * 1000
    p50, p99 = (float(value) for value in np.percentile(times, (50, 99)))
    return Result(
        len(run.latencies), run.errors, seconds, p50, p99, run.bytes_read, run.first_error.decode("utf-8", "replace")
    )


class LoadError(RuntimeError):
    """The load generator did not end well, or answers were errors."""


def drive(plan: Plan, *, allow_errors: bool = False) -> Result:
    """Run a plan in a process of its own.

    Raises:
        LoadError: the process failed, nothing was answered, or an answer was not 200.

    """
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.client"],
        input=json.dumps(asdict(plan)),
        capture_output=True,
        text=True,
        check=False,
        timeout=plan.seconds + 120,
    )
    if done.returncode:
        raise LoadError(done.stderr[-2000:])
    result = Result(**json.loads(done.stdout))
    if not result.count or (result.errors and not allow_errors):
        raise LoadError(f"{result.errors} of {result.count} answers are errors: {result.first_error}")
    return result


def get(path: str) -> str:
    """Return a GET request as bytes go over the wire."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\r\n"


def post(path: str, body: str, length: int, token: str) -> str:
    """Return a POST request of a JSON ``body`` that has ``length`` bytes once its mark is filled in."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        from uvloop import new_event_loop
    except ImportError:  # there is none for Windows
        return asyncio.new_event_loop()
    return new_event_loop()


def main() -> None:
    """Run the plan on standard input."""
    plan = Plan(**json.load(sys.stdin))
    with asyncio.Runner(loop_factory=_new_loop) as runner:
        print(json.dumps(asdict(runner.run(_run(plan)))))


if __name__ == "__main__":
    main()
