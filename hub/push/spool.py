"""The spool: received files that must outlive their request (a push awaiting release, a held one, a fetched table).

Encrypted (:mod:`hub.identity.sealed_files`) and content-addressed by SHA-256: one file a digest, whatever it was
called, so that a repeat costs no second copy. A file is on disk, under its final name, before :meth:`Spool.keep`
returns. Several hub processes share one folder (``<data_dir>/spool``): every step is one rename or one unlink, and a
step done by another process is no error. What the bytes mean, who may see them and how long they stay is the business
of the table that names the key.
"""

from __future__ import annotations

import os
import re
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, mkstemp
from typing import TYPE_CHECKING, Final

from hub.identity.sealed_files import sealed_size
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from hub.identity.sealed_files import FileKey

DIGEST_BYTES: Final = 32
KEY: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
PARTIAL: Final = "partial-"
"""Prefix of a copy under way; a crash may leave one, :meth:`Spool.sweep` removes it."""


class SpooledFileGoneError(DomainError):
    """The file of a key is no longer in the spool."""

    def __init__(self) -> None:
        """Say what to do: the provider still has the file."""
        super().__init__(
            "平台上已没有这份文件的原文（已到保存期限）",
            "the hub no longer holds this file: the time it is kept for is over",
            next_zh="请重新推送该文件",
            next_en="push the file again",
        )


class Spool:
    """The files kept below ``folder``; made when absent, private to the hub (0700, files 0600)."""

    def __init__(self, folder: Path, key: FileKey) -> None:
        """Nothing is read before a file is kept or asked for."""
        self._folder = folder
        self._key = key

    def keep(self, path: Path, digest: bytes) -> str:
        """Take a received file in and return its key; the file at ``path`` is gone afterwards.

        ``digest`` is the SHA-256 (32 bytes) of the file, computed by whoever received it. Where the spool
        already holds that content, the copy kept first stays and is young again.

        Raises:
            ValueError: ``digest`` is not 32 bytes.
            OSError: the disk is full or broken; ``path`` is still there.
        """
        if len(digest) != DIGEST_BYTES:
            msg = "a SHA-256 digest has 32 bytes"
            raise ValueError(msg)
        key = digest.hex()
        target = self._place(key)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if target.is_file() and target.stat().st_size == sealed_size(path.stat().st_size):
            with suppress(FileNotFoundError):  # swept in between: then the move below brings it back
                os.utime(target)
                path.unlink()
                return key
        self._move(path, target)
        return key

    def path(self, key: str) -> Path:
        """Return where the file of a key lies, encrypted.

        Raises:
            SpooledFileGoneError: it is not there.
        """
        place = self._place(key)
        if not place.is_file():
            raise SpooledFileGoneError
        return place

    @contextmanager
    def lent(self, key: str, folder: Path) -> Iterator[Path]:
        """Give the file of a key as it was received, in a folder of its own below ``folder``, for the block alone.

        Raises:
            SpooledFileGoneError: it is not there.
            hub.identity.sealed_files.SealedFileBrokenError: it does not open.
        """
        with TemporaryDirectory(prefix="lent-", dir=folder) as name:
            path = Path(name) / "file"
            self._key.open(self.path(key), path)
            yield path

    def drop(self, key: str) -> None:
        """Remove the file of a key; one that is gone already is no error."""
        self._place(key).unlink(missing_ok=True)

    def sweep(self, keep: set[str], older_than: timedelta) -> int:
        """Remove files no key of ``keep`` names and that lie longer than ``older_than``; return how many.

        The age spares what another process has just kept and not yet written into its table. Ages are of the
        clock of the machine, as the file system keeps them.
        """
        oldest = time.time() - older_than.total_seconds()
        gone = 0
        for file in self._files():
            with suppress(FileNotFoundError):
                if file.name not in keep and file.stat().st_mtime < oldest:
                    file.unlink()
                    gone += 1
        return gone

    def _files(self) -> Iterator[Path]:
        if self._folder.is_dir():
            for shelf in self._folder.iterdir():
                if shelf.is_dir():
                    yield from shelf.iterdir()

    def _place(self, key: str) -> Path:
        """Return the place of a key; the first two digits are a folder, so that none grows without end."""
        if KEY.fullmatch(key) is None:
            msg = "a key of the spool is 64 hexadecimal digits"
            raise ValueError(msg)
        return self._folder / key[:2] / key

    def _move(self, path: Path, target: Path) -> None:
        """Put the bytes of ``path`` on disk, encrypted, under their final name."""
        handle, name = mkstemp(prefix=PARTIAL, dir=target.parent)
        os.close(handle)
        partial = target.parent / name.rpartition(os.sep)[2]
        try:
            partial.chmod(0o600)
            self._key.seal(path, partial)
            partial.replace(target)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        _sync(target.parent)
        path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
