"""Cursors: where the next page starts, opaque, signed and bound to the query it belongs to.

A cursor holds the values of the last row's sort items and its ``_row``, never an offset, so a deep page
costs what the first does. It is base64url of an HMAC-SHA256 tag (128 bits) and the values; the tag covers
the fingerprint of resource, grant, version, condition, order and row filter, so that a cursor altered or carried
to another query, resource or grant is refused (threats 12, 26).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from hub.rows.errors import CursorError

if TYPE_CHECKING:
    from collections.abc import Sequence

TAG_BYTES = 16
KEY_BYTES = 32
MAX_CURSOR = 8_192


@dataclass(frozen=True, slots=True)
class Place:
    """The row after which a page starts: sort values (texts, None where missing), ``_row``, and the total so far.

    ``total`` travels along so that it is counted once: None where it was not wanted.
    """

    values: tuple[str | None, ...]
    row: int
    total: int | None
    is_estimate: bool


class CursorKey:
    """Signs and reads cursors with one secret of at least 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < KEY_BYTES:
            raise ValueError(f"翻页标记的密钥至少 {KEY_BYTES} 字节 / the cursor secret needs {KEY_BYTES} bytes")
        # A key of its own, so that a cursor never says anything about another use of the secret.
        self._key = hmac.new(secret, b"hub.rows.cursor", hashlib.sha256).digest()

    def write(self, fingerprint: bytes, place: Place) -> str:
        """Return the cursor of a place in the query with this fingerprint."""
        body = orjson.dumps([place.values, place.row, place.total, place.is_estimate])
        return base64.urlsafe_b64encode(self._tag(fingerprint, body) + body).rstrip(b"=").decode()

    def read(self, fingerprint: bytes, cursor: str, values: int) -> Place:
        """Return the place a cursor stands for; ``values`` is the number of sort items.

        Raises:
            CursorError: not a cursor of ours, or not of this query.

        """
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)) if len(cursor) <= MAX_CURSOR else b""
        except (binascii.Error, ValueError):
            raise CursorError from None
        tag, body = raw[:TAG_BYTES], raw[TAG_BYTES:]
        if not body or not hmac.compare_digest(tag, self._tag(fingerprint, body)):
            raise CursorError
        found, row, total, is_estimate = orjson.loads(body)
        if len(found) != values:
            raise CursorError
        return Place(tuple(found), row, total, is_estimate)

    def _tag(self, fingerprint: bytes, body: bytes) -> bytes:
        return hmac.new(self._key, fingerprint + body, hashlib.sha256).digest()[:TAG_BYTES]


def fingerprint(parts: Sequence[object]) -> bytes:
    """Return 32 bytes that stand for the parts of a query, in order, unambiguously."""
    return hashlib.sha256(repr(tuple(parts)).encode("utf-8", "backslashreplace")).digest()
