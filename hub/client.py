"""The Python client of a hub, for departments' programs and notebooks, the CLI, the demo and the benchmarks.

``Hub(url, key)`` is one hub, used as a system; ``hub.dataset(name).push(frame)`` pushes a data frame or a file and
returns a report that a notebook shows. Nothing here reads a database: it does what any program could do over HTTP.
"""

from __future__ import annotations

import hashlib
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from hub.client_datasets import Dataset, find_name
from hub.client_keys import credentials_of
from hub.client_report import PushReport
from hub.client_uploads import Notes, Sending, Step, state_folder, untold
from hub.client_wire import (
    CHUNK,
    TIMEOUT,
    HubProblemError,
    HubUnreachableError,
    KeyBound,
    SystemCredentials,
    Wire,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = [
    "CHUNK",
    "TIMEOUT",
    "Dataset",
    "Hub",
    "HubProblemError",
    "HubUnreachableError",
    "KeyBound",
    "PushReport",
    "Step",
    "SystemCredentials",
    "new_idempotency_key",
]
KNOWN_FROM_BYTES = 1 << 20
"""Of files of this size and larger the hub is asked first whether it knows them."""
CHUNKED_FROM_BYTES = 32 << 20
"""Files of this size and larger are sent in pieces, where nothing else is said."""


class Hub(Wire):
    """One hub at ``url``, used as a system (``key``), as staff (after :meth:`log_in`) or as the public."""

    def __init__(
        self,
        url: str,
        key: SystemCredentials | str | Path | None = None,
        clock: Callable[[], float] = time.time,
        *,
        system: str | None = None,
    ) -> None:
        """``url`` without a path; ``key`` is the system's key file (PEM) or credentials made before.

        The id of the system is ``system``, else a line ``System: <id>`` above the key in its file, else
        ``HUB_CLIENT_SYSTEM``. ``clock`` is the time tokens are asked for by (Unix seconds).

        Raises:
            ValueError: the file holds no key, or nothing says which system it is of.
        """
        super().__init__(url, credentials_of(key, system) if isinstance(key, str | Path) else key, clock)

    def dataset(self, name: str) -> Dataset:
        """Return the entry of a name (``gongjiao-zhandian``) or of a resource code (with ``/``).

        Raises:
            HubProblemError: a code that the directory does not list.
        """
        return Dataset(self, find_name(self, name) if "/" in name else name)

    def push(
        self,
        name: str,
        path: Path,
        *,
        options: Mapping[str, Any],
        idempotency_key: str | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> dict[str, Any]:
        """Stream a file to an entry in one request and return the report; ``progress`` gets bytes sent so far.

        ``options`` are the query parameters of the operation (mode, sheet, header_row, ...). Without a key
        the hub itself knows a file it took in last, so repeating it is safe.
        """
        if path.stat().st_size >= KNOWN_FROM_BYTES and (known := self._known(name, path, options, idempotency_key)):
            return known
        headers = {
            **self._headers(),
            **({"Idempotency-Key": idempotency_key} if idempotency_key is not None else {}),
            "Content-Type": "application/octet-stream",
            "Content-Length": str(path.stat().st_size),
        }
        response = self._send(
            "POST",
            f"/api/v1/entries/{name}/pushes",
            params={key: value for key, value in {**options, "filename": path.name}.items() if value is not None},
            content=_stream(path, progress),
            headers=headers,
        )
        return cast("dict[str, Any]", response.json())

    def _known(
        self, name: str, path: Path, options: Mapping[str, Any], idempotency_key: str | None
    ) -> dict[str, Any] | None:
        """Return the report of a file the hub knows already, asked for by its digest; None: it has to be sent."""
        if options.get("dry_run"):
            return None
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        headers = self._headers() | ({"Idempotency-Key": idempotency_key} if idempotency_key is not None else {})
        params = {**options, "filename": path.name, "digest": digest}
        params = {key: value for key, value in params.items() if value is not None and key != "allow_shrink"}
        answer = self._send("POST", f"/api/v1/entries/{name}/pushes/known", params=params, headers=headers).json()
        return cast("dict[str, Any]", answer) if answer.pop("known") else None

    def push_in_pieces(
        self,
        name: str,
        path: Path,
        *,
        options: Mapping[str, Any],
        idempotency_key: str | None = None,
        tell: Callable[[Step], None] = untold,
        notes: Notes | None = None,
    ) -> dict[str, Any]:
        """Send a file in pieces that survive cuts, have it pushed and return the report of :meth:`push`.

        ``tell`` gets every step of sending and of the hub's work. ``notes`` remember what is under way over the
        death of this program (by default below the user's state folder). Repeating it is safe.
        """
        kept = notes if notes is not None else Notes(state_folder())
        return Sending(self, name, path, options, idempotency_key, tell, kept).push()

    def push_file(
        self,
        name: str,
        path: Path,
        *,
        options: Mapping[str, Any],
        idempotency_key: str | None = None,
        tell: Callable[[Step], None] = untold,
        chunked_from_bytes: int = CHUNKED_FROM_BYTES,
    ) -> dict[str, Any]:
        """Push a file whatever its size: in one request, or in pieces from a size on."""
        size = path.stat().st_size
        if size >= chunked_from_bytes:
            if (known := self._known(name, path, options, idempotency_key)) is not None:
                return known
            return self.push_in_pieces(name, path, options=options, idempotency_key=idempotency_key, tell=tell)

        def sent(done: int) -> None:
            # All sent is not all done: from here on the hub checks and merges, and tells when it answers.
            tell(Step("sending", "正在发送", "sending", done, size))
            if done >= size:
                tell(Step("checking", "已发送，平台正在检查入库", "sent, the hub is at work"))

        return self.push(name, path, options=options, idempotency_key=idempotency_key, progress=sent)


def _stream(path: Path, progress: Callable[[int], None] | None) -> Iterator[bytes]:
    sent = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
            sent += len(chunk)
            if progress is not None:
                progress(sent)


def new_idempotency_key() -> str:
    """Return a key for a push that must not be joined with an earlier one of the same content."""
    return uuid.uuid4().hex
