"""Sealing: what the hub must keep of a person, and nobody may read in the database, is encrypted with a key beside it.

AES-256-GCM (NIST SP 800-38D), a fresh 96-bit nonce each time, the purpose bound in as associated data, so that a
sealed text of one place does not open in another. The key lies in ``keys/sealing.key`` of the data directory and is in
every backup. GB/T 39786 level 3: identity numbers are confidential at rest.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping

NONCE_BYTES: Final = 12
KEY_FILE: Final = "sealing.key"


class SealBrokenError(DomainError):
    """What was sealed does not open: the key is another, or the text was altered."""


class Sealer:
    """Seals and opens with one key; one object serves all threads."""

    def __init__(self, key: bytes) -> None:
        """``key`` has 32 bytes."""
        self._cipher = AESGCM(key)

    def seal(self, purpose: str, content: bytes) -> bytes:
        """Return ``content`` encrypted for a purpose."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, purpose.encode())

    def open(self, purpose: str, sealed: bytes) -> bytes:
        """Return what was sealed for this purpose (raises :class:`SealBrokenError`)."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose.encode())
        except InvalidTag as error:
            raise SealBrokenError(
                "加密保存的内容无法解开",
                "what was stored sealed does not open",
                next_zh="请联系平台运维核对 keys/sealing.key 是否与备份一致",
                next_en="ask the operator whether keys/sealing.key is the one of the backup",
            ) from error

    def seal_values(self, purpose: str, values: Mapping[str, Any]) -> bytes:
        """Return JSON-ready values encrypted for a purpose."""
        return self.seal(purpose, orjson.dumps(dict(values)))

    def open_values(self, purpose: str, sealed: bytes) -> dict[str, Any]:
        """Return the values sealed for this purpose (raises :class:`SealBrokenError`)."""
        values: dict[str, Any] = orjson.loads(self.open(purpose, sealed))
        return values
