"""Send a large file to a hub in pieces (tus 1.0) and wait for its push; what was sent once is not sent again.

A connection that is cut is taken up again by itself; a program that was killed goes on where it was when it is run
again with the same file for the same entry. What is remembered of that (:class:`Notes`) is the address of the
upload, under a digest: nothing of the file.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx2

from hub.client_wire import HubProblemError, HubUnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hub.client_wire import Wire

PIECE_BYTES: Final = 8 << 20
READ_BYTES: Final = 1 << 20
PIECE_TIMEOUT: Final = httpx2.Timeout(30, read=120, write=120)
TUS: Final = {"Tus-Resumable": "1.0.0"}
PASSING: Final = frozenset({423, 429, 460, 500, 502, 503, 504})
"""Statuses that say nothing about the file: the step is tried again."""
LONGEST_PAUSE: Final = 15.0
NOTES_KEPT_SECONDS: Final = 7 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Step:
    """How far a push has come: the stage by name and in words, and how much of it is done.

    ``done`` and ``total`` are bytes while the file is read and sent, rows while the hub works; None is not known.
    """

    stage: str
    zh: str
    en: str
    done: int = 0
    total: int | None = None


def untold(_: Step) -> None:
    """Tell nobody."""


def state_folder() -> Path:
    """Return where programs of this user keep what they must not forget (``XDG_STATE_HOME``)."""
    base = os.environ.get("XDG_STATE_HOME", "")
    return (Path(base) if base else Path.home() / ".local" / "state") / "shutong" / "uploads"


class Notes:
    """Addresses of uploads under way, one small file each; no note is ever needed, only time is saved by it."""

    def __init__(self, folder: Path) -> None:
        """Nothing is written before an upload begins."""
        self._folder = folder

    def find(self, key: str) -> str | None:
        """Return the address of the upload of a key."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            return str(json.loads((self._folder / f"{key}.json").read_text("utf-8"))["upload"])
        return None

    def keep(self, key: str, place: str) -> None:
        """Note an address; a folder that cannot be written costs a longer way after a kill, and nothing else."""
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._forget_old()
            partial = self._folder / f"{key}.tmp"
            partial.write_text(json.dumps({"upload": place}), "utf-8")
            partial.replace(self._folder / f"{key}.json")

    def forget(self, key: str) -> None:
        """Drop a note."""
        with suppress(OSError):
            (self._folder / f"{key}.json").unlink(missing_ok=True)

    def _forget_old(self) -> None:
        for file in self._folder.glob("*.json"):
            if time.time() - file.stat().st_mtime > NOTES_KEPT_SECONDS:
                file.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Sending:
    """One file on its way to one entry. ``options`` are the query parameters of a push.

    ``patience_seconds``: how long an unreachable hub is tried again before the caller is told.
    """

    wire: Wire
    entry: str
    path: Path
    options: Mapping[str, Any]
    idempotency_key: str | None = None
    tell: Callable[[Step], None] = untold
    notes: Notes | None = None
    patience_seconds: float = 300.0
    piece_bytes: int = PIECE_BYTES
    filename: str = ""
    _digest: list[bytes] = field(default_factory=list)

    def push(self) -> dict[str, Any]:
        """Send what is missing, have it pushed, and return the report.

        Raises:
            HubProblemError: the hub refused the file; it is not sent again when only options change.
            HubUnreachableError: the hub could not be reached for ``patience_seconds``; repeat the call.
        """
        self._digest[:] = [self._read()]
        key = self._key()
        place = self._send(key)
        try:
            return self._finish(place)
        except HubProblemError as error:
            if error.status == HTTPStatus.NOT_FOUND or str(error.problem.get("type", "")).endswith("gate-stopped"):
                self._forget(key)
            raise
        finally:
            self.tell(Step("done", "已办结", "done"))

    def place(self) -> str:
        """Send what is missing and return the address of the complete upload, to be pushed later."""
        self._digest[:] = [self._read()]
        return self._send(self._key())

    def _params(self) -> dict[str, Any]:
        given = {**self.options, "filename": self.filename or self.path.name}
        return {name: value for name, value in given.items() if value is not None}

    def _headers(self) -> dict[str, str]:
        return {**TUS, **({} if self.idempotency_key is None else {"Idempotency-Key": self.idempotency_key})}

    def _read(self) -> bytes:
        digest, size = hashlib.sha256(), self.path.stat().st_size
        with self.path.open("rb") as file:
            while chunk := file.read(READ_BYTES):
                digest.update(chunk)
                self.tell(Step("reading", "正在读取文件", "reading the file", file.tell(), size))
        return digest.digest()

    def _key(self) -> str:
        parts = (self.wire.url, self.wire.name, self.entry, self._digest[0].hex())
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _forget(self, key: str) -> None:
        if self.notes is not None:
            self.notes.forget(key)

    def _send(self, key: str) -> str:
        """Send all that is missing of the file, to the noted upload or a new one; returns its address."""
        place = self.notes.find(key) if self.notes is not None else None
        offset: int | None = None
        pauses = self._pauses()
        size = self.path.stat().st_size
        while True:
            try:
                if place is None:
                    place, offset = self._create(key, size), 0
                if offset is None:
                    offset = self._offset(place)
                self.tell(Step("sending", "正在发送", "sending", offset, size))
                if offset >= size:
                    return place
                offset = self._piece(place, offset)
                pauses = self._pauses()
            except HubProblemError as error:
                if error.status == HTTPStatus.NOT_FOUND and place is not None:
                    self._forget(key)
                    place = offset = None
                elif error.problem.get("type") == "/problems/upload-offset" or error.status in PASSING:
                    offset = None
                    self._pause(pauses, error)
                else:
                    raise
            except HubUnreachableError as error:
                offset = None
                self._pause(pauses, error)

    def _pauses(self) -> Iterator[float]:
        """Yield pauses that grow, as long as patience lasts."""
        deadline, pause = time.monotonic() + self.patience_seconds, 0.2
        while time.monotonic() < deadline:
            yield pause
            pause = min(2 * pause, LONGEST_PAUSE)

    def _pause(self, pauses: Iterator[float], error: Exception) -> None:
        pause = next(pauses, None)
        if pause is None:
            raise error
        self.tell(Step("waiting", "连接中断，稍后自动续传", "cut off, going on by itself soon"))
        time.sleep(pause)

    def _create(self, key: str, size: int) -> str:
        name = base64.b64encode((self.filename or self.path.name).encode()).decode()
        digest = base64.b64encode(self._digest[0].hex().encode()).decode()
        told = {"Upload-Length": str(size), "Upload-Metadata": f"filename {name},sha256 {digest}"}
        address = f"/api/v1/entries/{self.entry}/uploads"
        answer = self.wire.raw("POST", address, params=self._params(), headers={**self._headers(), **told})
        place = str(answer.headers["location"])
        if self.notes is not None:
            self.notes.keep(key, place)
        return place

    def _offset(self, place: str) -> int:
        return int(self.wire.raw("HEAD", place, headers=TUS, timeout=PIECE_TIMEOUT).headers["upload-offset"])

    def _piece(self, place: str, offset: int) -> int:
        with self.path.open("rb") as file:
            file.seek(offset)
            content = file.read(self.piece_bytes)
        headers = {
            **TUS,
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(offset),
            "Upload-Checksum": f"sha256 {base64.b64encode(hashlib.sha256(content).digest()).decode()}",
        }
        answer = self.wire.raw("PATCH", place, content=content, headers=headers, timeout=PIECE_TIMEOUT)
        return int(answer.headers["upload-offset"])

    def _finish(self, place: str) -> dict[str, Any]:
        """Have the complete file pushed and wait for the report, asking again after whatever cut."""
        pauses = self._pauses()
        while True:
            try:
                headers = {**self._headers(), "Prefer": "respond-async"}
                answer = self.wire.raw("POST", f"{place}/push", params=self._params(), headers=headers)
                if "preference-applied" not in answer.headers:
                    return dict(answer.json())
                if (report := self._watched(place)) is not None:
                    return report
            except HubProblemError as error:
                if error.status not in PASSING:
                    raise
                self._pause(pauses, error)
            except HubUnreachableError as error:
                self._pause(pauses, error)

    def _watched(self, place: str) -> dict[str, Any] | None:
        """Wait until the push is done and return its report; None where the hub died over it."""
        pause = 0.05
        while True:
            state = self.wire.call("GET", place)
            self.tell(Step(state["stage"], state["stage_zh"], state["stage_en"], state["rows_read"]))
            if not state["is_busy"]:
                answer = state["answer"]
                if answer is None:
                    return None
                if answer["status"] >= HTTPStatus.BAD_REQUEST:
                    raise HubProblemError(answer["status"], answer["body"])
                return dict(answer["body"])
            time.sleep(pause)
            pause = min(1.5 * pause, 1.0)
