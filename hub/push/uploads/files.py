"""The bytes of uploads under way: one file each in ``<data_dir>/uploads``, written by one request at a time.

The lock is the operating system's (``flock``), so it ends with the process that holds it, however that ends, and
holds for all processes of the hub on this machine. What lies beyond the acknowledged offset was never promised and
is cut off by the next writer.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hub.push.uploads.errors import UploadBusyError, UploadDiskError, UploadNotFoundError

if TYPE_CHECKING:
    import uuid
    from pathlib import Path

STRAY_SECONDS: Final = 3600.0
"""A file without a row in the table is this old before it goes: its row may be about to be committed."""
LOOK_SECONDS: Final = 0.05
SPARE_BYTES: Final = 256 << 20
"""Room on the disk that uploads leave to the database and the log."""


@dataclass(frozen=True, slots=True)
class Part:
    """The file of one upload, locked for whoever holds this."""

    path: Path
    handle: int

    def begin_at(self, offset: int) -> None:
        """Cut what was never acknowledged and go to the end (raises :class:`UploadNotFoundError` for a lost file)."""
        if os.fstat(self.handle).st_size < offset:
            raise UploadNotFoundError
        os.ftruncate(self.handle, offset)
        os.lseek(self.handle, offset, os.SEEK_SET)

    def write(self, content: bytes) -> None:
        """Write all of ``content`` (raises :class:`UploadDiskError` on a full disk)."""
        view = memoryview(content)
        try:
            while view:
                view = view[os.write(self.handle, view) :]
        except OSError as error:
            raise UploadDiskError from error

    def sync(self) -> None:
        """Return when what was written survives a power cut."""
        try:
            os.fdatasync(self.handle)
        except OSError as error:
            raise UploadDiskError from error

    def sha256(self) -> bytes:
        """Return the digest of the whole file."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()

    def close(self) -> None:
        """Give the lock back."""
        os.close(self.handle)


class Parts:
    """The folder of the files; made when absent, private to the hub (0700, files 0600)."""

    def __init__(self, folder: Path) -> None:
        """Nothing is read before an upload is made or asked for."""
        self._folder = folder

    def make(self, upload_id: uuid.UUID) -> None:
        """Make the empty file of a new upload."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(self._path(upload_id), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))

    def require_room(self, length: int) -> None:
        """Check that the disk has room for so many bytes (raises :class:`UploadDiskError`)."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if shutil.disk_usage(self._folder).free < length + SPARE_BYTES:
            raise UploadDiskError

    def open(self, upload_id: uuid.UUID, *, wait_seconds: float = 0.0) -> Part:
        """Open and lock the file of an upload, waiting a little for another request to let go.

        Raises:
            UploadNotFoundError: it is gone.
            UploadBusyError: another request has it.
        """
        path = self._path(upload_id)
        try:
            handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            raise UploadNotFoundError from None
        deadline = time.monotonic() + wait_seconds
        while not _lock(handle):
            if time.monotonic() >= deadline:
                os.close(handle)
                raise UploadBusyError
            time.sleep(LOOK_SECONDS)
        return Part(path, handle)

    def is_busy(self, upload_id: uuid.UUID) -> bool:
        """Whether some request holds the file now."""
        try:
            self.open(upload_id).close()
        except UploadBusyError:
            return True
        except UploadNotFoundError:
            return False
        return False

    def drop(self, upload_id: uuid.UUID) -> None:
        """Remove the file of an upload; one that is gone already is no error."""
        self._path(upload_id).unlink(missing_ok=True)

    def names(self) -> set[str]:
        """Return the names of all files, for the sweep."""
        return {file.name for file in self._folder.iterdir()} if self._folder.is_dir() else set()

    def drop_stray(self, name: str) -> None:
        """Remove a file no upload names, unless it is being written or was made a moment ago."""
        path = self._folder / name
        with suppress(OSError):
            if path.is_file() and time.time() - path.stat().st_mtime > STRAY_SECONDS:
                path.unlink()

    def lend(self, part: Part, target: Path) -> None:
        """Give the bytes a second name ``target``, which may be moved or removed without harm to the upload."""
        try:
            os.link(part.path, target)
        except OSError:  # a file system without hard links, or another one
            shutil.copyfile(part.path, target)

    def _path(self, upload_id: uuid.UUID) -> Path:
        return self._folder / upload_id.hex


def _lock(handle: int) -> bool:
    """Take the lock of an open file; False when another has it."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
