"""Sealing of identity numbers: the same number always gives the same text, so that it can be looked up, joined, keyed.

AES-SIV (RFC 5297, deterministic authenticated encryption) with keys that lie beside the database, never in it. A
sealed number reads ``~<version>.<base64url>``; ``~`` begins no identity number, so that what was stored before it was
sealed is told apart and still opens. GB/T 39786 level 3: identity numbers are confidential at rest; 密码法 Art. 27.

Keys are rotated on line: a new version is added, what is stored is sealed anew piece by piece, and until that is done
a number is looked for in each form it can have (:meth:`NumberSeals.forms`). Pseudonyms of persons outside the
registers (representatives of bodies) are HMAC-SHA-256 with a key of their own, which never changes.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64Error
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from hub.identity.sealing import SealBrokenError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

KEY_BYTES: Final = 64
"""AES-256-SIV takes two keys of 32 bytes."""

MARK: Final = "~"
_SEALED: Final = re.compile(r"~([1-9][0-9]{0,3})\.([A-Za-z0-9_-]{22,})")
_PSEUDONYM: Final = b"shutong pseudonym of a person\0"
LOOK_SECONDS: Final = 1.0
"""A new key is known to every process after this time at most."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of 64 bytes by version (from 1); ``in_force`` is the version new numbers are sealed under."""

    keys: Mapping[int, bytes]
    in_force: int


class NumberSeals:
    """Seals and opens numbers with the newest of its keys, opens those of the older; one object serves all threads.

    With ``renew`` it asks once a second whether there are other keys now, so that keys are rotated while the hub runs.
    """

    def __init__(
        self, keys: Mapping[int, bytes], pseudonym_key: bytes, renew: Callable[[], Keys | None] | None = None
    ) -> None:
        """Hold ``keys``, each of 64 bytes by its version (from 1), and the key of pseudonyms (32 bytes).

        ``renew`` returns the keys as they are now, None where nothing changed since it was asked.
        """
        self._pseudonym_key = pseudonym_key
        self._renew = renew
        self._looked = time.monotonic()
        self._hold(Keys(keys, max(keys)))
        if renew is not None and (found := renew()) is not None:
            self._hold(found)

    def _hold(self, given: Keys) -> None:
        self._ciphers = {version: AESSIV(key) for version, key in given.keys.items()}
        self._versions = tuple(sorted(given.keys, reverse=True))
        self._in_force = given.in_force

    def look(self, *, now: bool = False) -> None:
        """Take in keys that were added or removed meanwhile; ``now``: also where it was just asked."""
        if self._renew is None:
            return
        moment = time.monotonic()
        if not now and moment - self._looked < LOOK_SECONDS:
            return
        self._looked = moment
        found = self._renew()
        if found is not None:
            self._hold(found)

    @property
    def version(self) -> int:
        """The version new numbers are sealed under."""
        self.look()
        return self._in_force

    @property
    def versions(self) -> tuple[int, ...]:
        """Versions of all keys, the newest first."""
        self.look()
        return self._versions

    def seal(self, number: str, version: int | None = None) -> str:
        """Return the sealed text of a number in normal form; what is sealed already is sealed under this version."""
        used = self.version if version is None else version
        return self.seal_text(self.open(number) if number.startswith(MARK) else number, used)

    def seal_text(self, text: str, version: int) -> str:
        """Return a text sealed as it is, whatever it begins with (raises :class:`SealBrokenError` without the key)."""
        sealed = urlsafe_b64encode(self._cipher(version).encrypt(text.encode(), None)).rstrip(b"=")
        return f"{MARK}{version}.{sealed.decode()}"

    def seal_texts(self, texts: Iterable[str | None], version: int) -> list[str | None]:
        """Return many texts sealed as they are, None where there is none."""
        encrypt, head = self._cipher(version).encrypt, f"{MARK}{version}."
        return [
            None if text is None else head + urlsafe_b64encode(encrypt(text.encode(), None)).rstrip(b"=").decode()
            for text in texts
        ]

    def _cipher(self, version: int) -> AESSIV:
        cipher = self._ciphers.get(version)
        if cipher is None:
            self.look(now=True)
            cipher = self._ciphers.get(version)
        if cipher is None:
            raise _broken()
        return cipher

    def open(self, text: str) -> str:
        """Return the number of a sealed text; a text that is not sealed is returned as it is.

        Raises:
            SealBrokenError: its key is not here, or the text was altered.

        """
        if not text.startswith(MARK):
            return text
        found = _SEALED.fullmatch(text)
        if found is None:
            raise _broken()
        cipher = self._cipher(int(found[1]))
        try:
            return cipher.decrypt(urlsafe_b64decode(found[2] + "=" * (-len(found[2]) % 4)), None).decode()
        except (InvalidTag, NotBase64Error, UnicodeDecodeError) as error:
            raise _broken() from error

    def forms(self, number: str) -> tuple[str, ...]:
        """Return every text the number may be stored as: sealed under each key, the newest first."""
        return tuple(self.seal(number, version) for version in self.versions)

    def seal_all(self, numbers: Iterable[str | None], version: int | None = None) -> list[str | None]:
        """Return the sealed texts of many numbers, None where there is none."""
        return [None if number is None else self.seal(number, version) for number in numbers]

    def open_all(self, texts: Iterable[str | None]) -> list[str | None]:
        """Return the numbers of many texts, None where there is none (raises :class:`SealBrokenError`)."""
        return [None if text is None else self.open(text) for text in texts]

    def pseudonym(self, document_type: str, number: str) -> str:
        """Return the keyed pseudonym of a person by document type (``id_document_types``) and number: 43 characters."""
        content = _PSEUDONYM + document_type.encode() + b"\0" + number.encode()
        digest = hmac.digest(self._pseudonym_key, content, hashlib.sha256)
        return urlsafe_b64encode(digest).rstrip(b"=").decode()


def is_sealed(text: str) -> bool:
    """Say whether a text is a sealed number."""
    return _SEALED.fullmatch(text) is not None


def _broken() -> SealBrokenError:
    return SealBrokenError(
        "加密保存的号码无法解开",
        "a number stored sealed does not open",
        next_zh="请联系平台运维核对 keys/numbers 中的密钥是否与备份一致",
        next_en="ask the operator whether the keys in keys/numbers are those of the backup",
    )
