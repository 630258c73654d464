"""A file arrives in pieces: create, append, ask how far it is, give up (tus 1.0; Zhengzhou Art. 19).

A byte is acknowledged only after it is on disk and its offset is in the table, in this order; so a sender goes on
where the acknowledged bytes end, after any cut of the connection, of the hub or of the power.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hub.directory.facts import load_resource
from hub.push.progress import Stage
from hub.push.receive import check_standing
from hub.push.uploads import store
from hub.push.uploads.errors import (
    UploadBusyError,
    UploadChecksumError,
    UploadNotFoundError,
    UploadOffsetError,
    UploadQuotaError,
    UploadTooLargeError,
)
from hub.push.uploads.wishes import to_json

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from pathlib import Path

    from hub.context import Context
    from hub.database import Database
    from hub.push.receive import Arrival
    from hub.push.uploads.files import Part, Parts
    from hub.push.uploads.store import Upload

KEEP_BYTES: Final = 8 << 20
"""So many bytes at most are sent again after the hub itself dies."""
WAIT_SECONDS: Final = 2.0
"""How long a piece waits for the one before it: a sender is often back before the hub has noticed the cut."""
DIGESTS: Final = ("sha1", "sha256")
"""Algorithms of the checksum of a piece; the protocol asks for the first."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Limits of uploads: bytes of one, bytes and number of an organ's open ones, and how long one may rest."""

    largest_bytes: int
    quota_bytes: int
    open_limit: int
    lifetime: timedelta


@dataclass(frozen=True, slots=True)
class Desk:
    """Where uploads are received: the parts of the hub they need, and the limits they keep to."""

    context: Context
    database: Database
    parts: Parts
    incoming: Path
    rules: Rules

    def expiry(self) -> datetime:
        """Return when an upload that is touched now expires."""
        return self.context.now() + self.rules.lifetime


@dataclass(frozen=True, slots=True)
class Announced:
    """What a sender says of a file before it comes: its length in bytes, and its SHA-256 where known."""

    length: int
    sha256: bytes | None = None


def create(desk: Desk, arrival: Arrival, announced: Announced) -> Upload:
    """Make an upload for a file that will be pushed as ``arrival`` says; its path and digest are not read.

    Raises:
        EntryNotFoundError, NotYourEntryError, AllowedModesError: the push could never be taken in.
        UploadTooLargeError, UploadQuotaError, UploadDiskError: there is no room for it.
    """
    if announced.length > desk.rules.largest_bytes:
        raise UploadTooLargeError(desk.rules.largest_bytes)
    desk.parts.require_room(announced.length)
    now = desk.context.now()
    upload = store.Upload(
        id=uuid.uuid4(),
        member_id=arrival.member_id,
        entry=arrival.entry,
        filename=arrival.filename,
        length=announced.length,
        received=0,
        sha256=announced.sha256,
        wishes=to_json(arrival),
        stage=Stage.RECEIVING if announced.length else Stage.RECEIVED,
        rows=0,
        push_id=None,
        answer=None,
        created_at=now,
        expires_at=desk.expiry(),
    )
    with desk.database.begin() as unit:
        check_standing(load_resource(desk.context, unit, arrival.entry), arrival)
        store.lock_member(unit, upload.member_id)
        use = store.use(unit, upload.member_id, now)
        if use.count >= desk.rules.open_limit or use.size + upload.length > desk.rules.quota_bytes:
            raise UploadQuotaError(
                count=use.count, limit_count=desk.rules.open_limit, size=use.size, limit_bytes=desk.rules.quota_bytes
            )
        desk.parts.make(upload.id)
        store.add(unit, upload)
    return upload


def get(desk: Desk, upload_id: uuid.UUID, member_id: uuid.UUID) -> Upload:
    """Return an upload of an organ (raises :class:`UploadNotFoundError`)."""
    with desk.database.begin() as unit:
        found = store.get(unit, upload_id, member_id, desk.context.now())
    if found is None:
        raise UploadNotFoundError
    return found


def settled(desk: Desk, upload_id: uuid.UUID, member_id: uuid.UUID) -> Upload:
    """Return an upload once the piece before is written, so that its offset is the one to go on at (raises NotFound).

    A piece that goes on coming is not waited for: then the offset is the acknowledged one so far.
    """
    get(desk, upload_id, member_id)
    with suppress(UploadBusyError, UploadNotFoundError):
        desk.parts.open(upload_id, wait_seconds=WAIT_SECONDS).close()
    return get(desk, upload_id, member_id)


def discard(desk: Desk, upload_id: uuid.UUID, member_id: uuid.UUID) -> None:
    """Throw an upload and its bytes away; the push it became stays (raises NotFound, Busy)."""
    upload = get(desk, upload_id, member_id)
    if upload.push_id is None and desk.parts.is_busy(upload_id):
        raise UploadBusyError
    with desk.database.begin() as unit:
        store.remove(unit, upload_id)
    desk.parts.drop(upload_id)


@dataclass(frozen=True, slots=True)
class Piece:
    """What a sender says of a piece: where it begins, its length where known, and its digest where given."""

    offset: int
    length: int | None = None
    algorithm: str = ""
    digest: bytes = b""


class Appending:
    """One piece being written. Blocking: the caller hands it to a thread, in one request after the other."""

    def __init__(self, desk: Desk, upload: Upload, part: Part, piece: Piece) -> None:
        """Begin at the acknowledged offset; see :func:`append`."""
        self._desk = desk
        self._upload = upload
        self._part = part
        self._piece = piece
        self._hash: Any = hashlib.new(piece.algorithm, usedforsecurity=False) if piece.algorithm else None
        self.offset = upload.received
        self._kept = upload.received

    def add(self, content: bytes) -> None:
        """Write some more of the piece.

        Raises:
            UploadTooLargeError: more comes than was announced; what was acknowledged stays.
            UploadDiskError: the disk is full.
        """
        if self.offset + len(content) > self._upload.length:
            raise UploadTooLargeError(self._upload.length)
        self._part.write(content)
        self.offset += len(content)
        if self._hash is not None:
            self._hash.update(content)
        elif self.offset - self._kept >= KEEP_BYTES:
            self._keep()

    def end(self) -> int:
        """Acknowledge the whole piece and return the new offset (raises :class:`UploadChecksumError`)."""
        if self._hash is not None and not hmac.compare_digest(self._hash.digest(), self._piece.digest):
            raise UploadChecksumError(self._upload.received)
        self._keep()
        return self.offset

    def cut(self) -> None:
        """Keep what came of a connection that is gone, unless it was to be verified as a whole."""
        if self._hash is None:
            self._keep()

    def close(self) -> None:
        """Let the next request at the upload."""
        self._part.close()

    def _keep(self) -> None:
        self._part.sync()
        with self._desk.database.begin() as unit:
            store.advance(unit, self._upload, self.offset, self._desk.expiry())
        self._kept = self.offset


def append(desk: Desk, upload_id: uuid.UUID, member_id: uuid.UUID, piece: Piece) -> Appending:
    """Begin to write a piece; close what is returned.

    Raises:
        UploadNotFoundError, UploadBusyError: no such upload, or another request writes to it.
        UploadOffsetError: the piece does not begin where the acknowledged bytes end.
        UploadTooLargeError: it is longer than what is missing.
    """
    get(desk, upload_id, member_id)
    part = desk.parts.open(upload_id, wait_seconds=WAIT_SECONDS)
    try:
        upload = get(desk, upload_id, member_id)  # again, now that nobody else can change it
        _check_place(upload, piece)
        part.begin_at(upload.received)
    except BaseException:
        part.close()
        raise
    return Appending(desk, upload, part, piece)


def _check_place(upload: Upload, piece: Piece) -> None:
    if piece.offset != upload.received:
        raise UploadOffsetError(upload.received)
    if piece.length is not None and piece.offset + piece.length > upload.length:
        raise UploadTooLargeError(upload.length)
