"""The bytes of uploads under way: one file each in ``<data_dir>/uploads``, written by one request at a time, encrypted.

The lock is the operating system's (``flock``), so it ends with the process that holds it, however that ends, and
holds for all processes of the hub on this machine. What lies beyond the acknowledged offset was never promised and
is cut off by the next writer.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from hub.identity.sealed_files import MAGIC, RECORD_BYTES, digest_of, place_of
from hub.push.uploads.errors import UploadBusyError, UploadDiskError, UploadNotFoundError

if TYPE_CHECKING:
    import uuid
    from pathlib import Path

    from hub.identity.sealed_files import FileKey

STRAY_SECONDS: Final = 3600.0
"""A file without a row in the table is this old before it goes: its row may be about to be committed."""
LOOK_SECONDS: Final = 0.05
SPARE_BYTES: Final = 256 << 20
"""Room on the disk that uploads leave to the database and the log."""


class Part:
    """The file of one upload, locked for whoever holds this; a record is a piece as it was written."""

    def __init__(self, path: Path, handle: int, key: FileKey) -> None:
        """Nothing is read or written yet; see :meth:`Parts.open`."""
        self.path = path
        self._handle = handle
        self._key = key
        self._records = 0

    def begin_at(self, offset: int) -> None:
        """Cut what was never acknowledged and go to the end (raises :class:`UploadNotFoundError` for a lost file)."""
        found = place_of(self._handle, offset)
        if found is None:
            raise UploadNotFoundError
        place, self._records = found
        os.ftruncate(self._handle, place)
        os.lseek(self._handle, place, os.SEEK_SET)

    def write(self, content: bytes) -> None:
        """Write all of ``content`` (raises :class:`UploadDiskError` on a full disk)."""
        for start in range(0, len(content), RECORD_BYTES):
            view = memoryview(self._key.record(self._records, content[start : start + RECORD_BYTES]))
            try:
                while view:
                    view = view[os.write(self._handle, view) :]
            except OSError as error:
                raise UploadDiskError from error
            self._records += 1

    def sync(self) -> None:
        """Return when what was written survives a power cut."""
        try:
            os.fdatasync(self._handle)
        except OSError as error:
            raise UploadDiskError from error

    def sha256(self) -> bytes:
        """Return the digest of the whole file (raises :class:`hub.identity.sealed_files.SealedFileBrokenError`)."""
        return digest_of(self._key, self.path)

    def lend(self, target: Path) -> None:
        """Write the bytes in the clear to ``target`` (raises :class:`UploadDiskError` on a full disk)."""
        try:
            with self.path.open("rb") as sealed, target.open("wb") as plain:
                for content in self._key.contents(sealed, is_whole=False):
                    plain.write(content)
        except OSError as error:
            raise UploadDiskError from error

    def close(self) -> None:
        """Give the lock back."""
        os.close(self._handle)


def has_room(folder: Path, length: int = 0) -> bool:
    """Whether the disk of ``folder`` takes so many bytes and still has :data:`SPARE_BYTES`; False where it is gone."""
    try:
        return shutil.disk_usage(folder).free >= length + SPARE_BYTES
    except OSError:
        return False


class Parts:
    """The folder of the files; made when absent, private to the hub (0700, files 0600)."""

    def __init__(self, folder: Path, key: FileKey) -> None:
        """Nothing is read before an upload is made or asked for."""
        self._folder = folder
        self._key = key

    def make(self, upload_id: uuid.UUID) -> None:
        """Make the empty file of a new upload."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self._path(upload_id), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            os.write(handle, MAGIC)
        finally:
            os.close(handle)

    def require_room(self, length: int) -> None:
        """Check that the disk has room for so many bytes (raises :class:`UploadDiskError`)."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not has_room(self._folder, length):
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
        return Part(path, handle, self._key)

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

    def _path(self, upload_id: uuid.UUID) -> Path:
        return self._folder / upload_id.hex


def _lock(handle: int) -> bool:
    """Take the lock of an open file; False when another has it."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
