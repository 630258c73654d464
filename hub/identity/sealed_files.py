"""Files that outlive their request are encrypted at rest: what waits in the spool, what of an upload has come so far.

AES-256-GCM (NIST SP 800-38D) in records of at most 1 MiB: length (4 bytes), nonce (12, fresh each time), ciphertext
with tag. A record is bound to its place, so that none can be moved; a whole file ends with an empty record, so that
none can be cut off unseen. The key lies in ``keys/files.key``.
GB/T 39786 level 3; 密码法 Art. 27. What lies in ``incoming`` while a request is answered is not encrypted.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import struct
from typing import TYPE_CHECKING, BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY_FILE: Final = "files.key"
MAGIC: Final = b"SHUTONG FILE 1\n"
RECORD_BYTES: Final = 1 << 20
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
_LENGTH: Final = struct.Struct(">I")
HEAD_BYTES: Final = _LENGTH.size + NONCE_BYTES


class SealedFileBrokenError(DomainError):
    """An encrypted file does not open: the key is another, or the file was altered or cut off."""

    def __init__(self) -> None:
        """Say whom to ask, and what helps at once."""
        super().__init__(
            "平台上加密保存的文件无法解开",
            "a file the hub keeps encrypted does not open",
            next_zh="请重新推送该文件，并请平台运维核对 keys/files.key 是否与备份一致",
            next_en="push the file again, and ask the operator whether keys/files.key is the one of the backup",
        )


class FileKey:
    """Encrypts and opens files with one key of 32 bytes; one object serves all threads."""

    def __init__(self, key: bytes) -> None:
        """Hold the key."""
        self._cipher = AESGCM(key)

    def record(self, place: int, content: bytes) -> bytes:
        """Return one record of a file; ``place`` counts from 0, ``content`` is at most :data:`RECORD_BYTES`."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return _LENGTH.pack(len(content)) + nonce + self._cipher.encrypt(nonce, content, _bound(place))

    def seal(self, source: Path, target: Path) -> None:
        """Write a whole file encrypted; it is on disk when this returns."""
        with source.open("rb") as plain, target.open("wb") as sealed:
            sealed.write(MAGIC)
            place = 0
            while content := plain.read(RECORD_BYTES):
                sealed.write(self.record(place, content))
                place += 1
            sealed.write(self.record(place, b""))
            sealed.flush()
            os.fsync(sealed.fileno())

    def open(self, source: Path, target: Path) -> None:
        """Write a whole file as it was; one kept before files were encrypted is copied.

        Raises:
            SealedFileBrokenError: it does not open; ``target`` is not there then.

        """
        try:
            with source.open("rb") as sealed, target.open("wb") as plain:
                for content in self.contents(sealed, is_whole=True):
                    plain.write(content)
        except SealedFileBrokenError:
            target.unlink(missing_ok=True)
            raise

    def contents(self, sealed: BinaryIO, *, is_whole: bool) -> Iterator[bytes]:
        """Yield what the records of a file hold; ``is_whole``: it must end with the record that says so."""
        first = sealed.read(len(MAGIC))
        if first != MAGIC:
            if not is_whole:
                raise SealedFileBrokenError
            yield first
            while content := sealed.read(RECORD_BYTES):
                yield content
            return
        place, has_ended = 0, False
        while head := sealed.read(HEAD_BYTES):
            if has_ended:
                raise SealedFileBrokenError
            content = self._opened(place, head, sealed)
            has_ended = not content
            place += 1
            yield content
        if is_whole and not has_ended:
            raise SealedFileBrokenError

    def _opened(self, place: int, head: bytes, sealed: BinaryIO) -> bytes:
        length = _LENGTH.unpack(head[: _LENGTH.size])[0] if len(head) == HEAD_BYTES else RECORD_BYTES + 1
        if length > RECORD_BYTES:
            raise SealedFileBrokenError
        try:
            return self._cipher.decrypt(head[_LENGTH.size :], sealed.read(length + TAG_BYTES), _bound(place))
        except (InvalidTag, ValueError) as error:
            raise SealedFileBrokenError from error


def _bound(place: int) -> bytes:
    return MAGIC + place.to_bytes(8, "big")


def sealed_size(length: int) -> int:
    """Return the bytes a whole file of this length takes when it is encrypted."""
    records = -(-length // RECORD_BYTES) + 1
    return len(MAGIC) + length + records * (HEAD_BYTES + TAG_BYTES)


def place_of(handle: int, offset: int) -> tuple[int, int] | None:
    """Return where in a file the records up to an offset of its content end, and how many they are.

    None where the file holds less, or the offset lies inside a record.
    """
    size = os.fstat(handle).st_size
    place, held, records = len(MAGIC), 0, 0
    while held < offset:
        head = os.pread(handle, _LENGTH.size, place)
        if len(head) < _LENGTH.size:
            return None
        length = _LENGTH.unpack(head)[0]
        place += HEAD_BYTES + length + TAG_BYTES
        held += length
        records += 1
    return (place, records) if held == offset and place <= size else None


def digest_of(key: FileKey, path: Path) -> bytes:
    """Return the SHA-256 of what an unfinished file holds (raises :class:`SealedFileBrokenError`)."""
    digest = hashlib.sha256()
    with path.open("rb") as sealed:
        for content in key.contents(sealed, is_whole=False):
            digest.update(content)
    return digest.digest()
