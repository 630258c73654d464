"""A file that is here becomes a push, through the one door for all channels (:func:`hub.push.receive.accept`).

Finishing twice is one push: the upload is the one delivery it is known by. A file that is refused stays until it
expires, so that it can be finished with other options and is not sent again; one the gate stops goes at once.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, Final

import structlog

from hub.database import INTERRUPTIONS
from hub.push import receive
from hub.push import store as push_store
from hub.push.errors import GateStoppedError
from hub.push.progress import Stage, listening
from hub.push.uploads import store
from hub.push.uploads.errors import UploadDigestError, UploadIncompleteError
from hub.push.uploads.receiving import get
from hub.push.uploads.wishes import to_arrival
from hub.rounds import Sweep

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping

    from connectors.port import Limits
    from hub.context import Context
    from hub.database import Database
    from hub.push.uploads.files import Part
    from hub.push.uploads.receiving import Desk
    from hub.push.uploads.store import Upload

NOTE_SECONDS: Final = 0.5
SWEEP_SECONDS: Final = 60.0
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Finisher:
    """Who finishes an upload, as its push will name them."""

    member_id: uuid.UUID
    by_system: uuid.UUID | None
    by_staff: uuid.UUID | None
    key_thumbprint: str | None


@dataclass(slots=True)
class _Told:
    """Writes into the table how far the push has come, at most twice a second."""

    database: Database
    upload_id: uuid.UUID
    stage: Stage = Stage.RECEIVED
    at_seconds: float = 0.0
    rows: int = field(default=0)

    def at(self, stage: Stage, rows: int = 0) -> None:
        """Note the stage; a database too busy for it is no reason to stop a push."""
        now = time.monotonic()
        if stage is self.stage and now - self.at_seconds < NOTE_SECONDS:
            return
        self.stage, self.at_seconds, self.rows = stage, now, max(rows, self.rows)
        try:
            with self.database.begin() as unit:
                store.note(unit, self.upload_id, stage, self.rows)
        except INTERRUPTIONS as error:
            log.warning("upload.progress_not_noted", error=type(error).__name__)


class Finishing:
    """An upload that is complete, locked for the one who finishes it; close it."""

    def __init__(self, desk: Desk, upload: Upload, part: Part) -> None:
        """See :func:`begin`."""
        self.upload = upload
        self._desk = desk
        self._part = part

    def take_in(self, by: Finisher, limits: Limits, wishes: Mapping[str, Any] | None = None) -> receive.Accepted:
        """Push the file; ``wishes`` replace those it was announced with.

        Raises:
            UploadDigestError: it is not the file that was announced.
            DomainError: what :func:`hub.push.receive.accept` raises.
        """
        told = _Told(self._desk.database, self.upload.id)
        told.at(Stage.DIGESTING)
        digest = self._part.sha256()
        if self.upload.sha256 is not None and digest != self.upload.sha256:
            self._forget()
            raise UploadDigestError
        folder = Path(mkdtemp(prefix="upload-", dir=self._desk.incoming))
        try:
            lent = folder / "file"
            self._part.lend(lent)
            arrival = to_arrival(
                self.upload.wishes if wishes is None else wishes,
                path=lent,
                digest=digest,
                member_id=by.member_id,
                by_system=by.by_system,
                by_staff=by.by_staff,
                key_thumbprint=by.key_thumbprint,
                instance=self.upload.id,
            )
            with listening(told):
                return receive.accept(self._desk.context, self._desk.database, arrival, limits)
        except GateStoppedError:
            self._desk.parts.drop(self.upload.id)
            raise
        finally:
            rmtree(folder, ignore_errors=True)

    def settle(self, status: int, body: Mapping[str, Any], push_id: uuid.UUID | None) -> None:
        """Keep what is answered; a file that became a push is no longer needed."""
        is_done = status < 400  # noqa: PLR2004 - the first status that says no
        stage = Stage.DONE if is_done else Stage.REFUSED
        with self._desk.database.begin() as unit:
            store.settle(unit, self.upload.id, stage, {"status": status, "body": dict(body)}, push_id)
        if push_id is not None:
            self._desk.parts.drop(self.upload.id)

    def close(self) -> None:
        """Let the next request at the upload."""
        self._part.close()

    def _forget(self) -> None:
        with self._desk.database.begin() as unit:
            store.remove(unit, self.upload.id)
        self._desk.parts.drop(self.upload.id)


def finished(desk: Desk, upload: Upload) -> push_store.StoredPush | None:
    """Return the push an upload has become."""
    if upload.push_id is None:
        return None
    with desk.database.begin() as unit:
        return push_store.get(unit, upload.push_id)


def begin(desk: Desk, upload_id: uuid.UUID, member_id: uuid.UUID) -> Finishing:
    """Lock a complete upload to finish it; close what is returned.

    Raises:
        UploadNotFoundError, UploadBusyError: there is none, or another request is at work on it.
        UploadIncompleteError: bytes are missing.
    """
    part = desk.parts.open(upload_id)
    try:
        upload = _complete(desk, upload_id, member_id)
        part.begin_at(upload.length)
    except BaseException:
        part.close()
        raise
    return Finishing(desk, upload, part)


def _complete(desk: Desk, upload_id: uuid.UUID, member_id: uuid.UUID) -> Upload:
    upload = get(desk, upload_id, member_id)
    if not upload.is_complete:
        raise UploadIncompleteError(upload.received, upload.length)
    return upload


def sweep_of(desk: Desk) -> Sweep:
    """Return the sweep that throws expired uploads away, and files that belong to none."""

    def run(context: Context, database: Database) -> int:
        with database.begin() as unit:
            over = store.expired(unit, context.now())
        gone = 0
        for upload_id in over:
            if desk.parts.is_busy(upload_id):
                continue
            with database.begin() as unit:
                store.remove(unit, upload_id)
            desk.parts.drop(upload_id)
            gone += 1
        names = desk.parts.names()  # before the table is asked: a file made meanwhile is not among them
        with database.begin() as unit:
            known = store.known(unit)
        for name in sorted(names - known):
            desk.parts.drop_stray(name)
        return gone

    return Sweep("uploads", SWEEP_SECONDS, run)
