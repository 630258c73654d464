"""A receipt: the signed record that every answer, decision, push and administrative change leaves.

Content: canonical JSON (RFC 8785, no floats), salted so that its hash tells nothing. Form: a JWS in compact
serialisation (RFC 7515), so that any JOSE library can check it. The bytes of that JWS are the log's leaf entry.
What a receipt may say is in :mod:`hub.ledger.drafts`. Light: offline verification imports this. Pure.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, NoReturn

import orjson
import rfc8785

from hub.ledger.errors import ReceiptContentError, ReceiptInvalidError, UnknownKeyError
from hub.ledger.keys import Algorithm, from_base64url, to_base64url
from hub.ledger.merkle import leaf_hash

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.ledger.drafts import Json, ReceiptDraft
    from hub.ledger.keys import PublicKey, SigningKey

VERSION = 1
TYPE = "receipt+jws"
SALT_BYTES = 32
LARGEST_ENTRY = 65_535  # tlog-tiles: entries of a bundle have a 16-bit length
PARTS = 3
_PLAIN = frozenset({str, int, bool, type(None)})


@dataclass(frozen=True, slots=True)
class SignedReceipt:
    """A receipt as it is stored: ``body`` canonical JSON, ``signature`` over header and body, ``leaf_hash`` of both."""

    draft: ReceiptDraft
    body: bytes
    kid: str
    algorithm: Algorithm
    signature: bytes
    leaf_hash: bytes

    @property
    def id(self) -> uuid.UUID:
        """Id of the receipt, also inside ``body``."""
        return self.draft.id

    @property
    def jws(self) -> bytes:
        """The compact JWS: what is handed out, and the leaf's entry in the log."""
        return assemble(self.body, self.kid, self.algorithm, self.signature)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt whose signature was verified; ``content`` is everything it says."""

    id: uuid.UUID
    kind: str
    at: datetime
    content: Mapping[str, object]
    kid: str
    leaf_hash: bytes


@lru_cache(maxsize=64)
def _header(kid: str, algorithm: Algorithm) -> bytes:
    """Return the protected header of a key, encoded: there is exactly one for each key."""
    return to_base64url(rfc8785.dumps({"alg": algorithm.value, "kid": kid, "typ": TYPE})).encode()


def _signing_input(body: bytes, kid: str, algorithm: Algorithm) -> bytes:
    return _header(kid, algorithm) + b"." + to_base64url(body).encode()


def assemble(body: bytes, kid: str, algorithm: Algorithm, signature: bytes) -> bytes:
    """Return the compact JWS of stored parts."""
    return _signing_input(body, kid, algorithm) + b"." + to_base64url(signature).encode()


def rfc3339(at: datetime) -> str:
    """Return an instant as receipts write it: UTC, six decimals, Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def sign(draft: ReceiptDraft, key: SigningKey) -> SignedReceipt:
    """Salt, canonicalise and sign a draft.

    Raises:
        ReceiptContentError: the receipt is larger than a log entry may be (65,535 bytes).

    """
    content: dict[str, object] = {
        **draft.fields,
        "version": VERSION,
        "id": str(draft.id),
        "kind": draft.kind.value,
        "time": rfc3339(draft.at),
        "salt": to_base64url(secrets.token_bytes(SALT_BYTES)),
    }
    body = canonical(content)
    kid, algorithm = key.public.kid, key.public.algorithm
    signing_input = _signing_input(body, kid, algorithm)
    signature = key.sign(signing_input)
    entry = signing_input + b"." + to_base64url(signature).encode()
    if len(entry) > LARGEST_ENTRY:
        raise ReceiptContentError(
            f"凭证超过 {LARGEST_ENTRY} 字节",
            f"the receipt is larger than {LARGEST_ENTRY} bytes",
            next_zh="请减少所列信息项，或分多次请求",
            next_en="ask for fewer items, or in several requests",
        )
    return SignedReceipt(draft, body, kid, algorithm, signature, leaf_hash(entry))


def canonical(content: Mapping[str, object]) -> bytes:
    """Return canonical JSON (RFC 8785).

    Raises:
        ReceiptContentError: a float, an integer beyond 2**53 - 1, or another value that has no exact form.

    """
    try:
        if isinstance(content, dict) and _is_flat(content):
            return orjson.dumps(content, option=orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER)
        return rfc8785.dumps(_exact(content))
    except (rfc8785.CanonicalizationError, TypeError) as error:
        raise ReceiptContentError("内容无法规范化为 JSON", "the content has no canonical JSON form") from error


def _is_flat(content: Mapping[str, object]) -> bool:
    """Whether all names are ASCII and all values texts, integers, or plain lists and tables of them: any receipt is.

    Then the fast encoder gives the canonical bytes: it escapes as RFC 8785 does, and ASCII names have one order.
    """
    for name, value in content.items():
        if not name.isascii():
            return False
        if isinstance(value, list | tuple):
            if not all(type(item) is str for item in value):
                return False
        elif isinstance(value, dict):
            if not all(type(key) is str and key.isascii() and type(item) is int for key, item in value.items()):
                return False
        elif type(value) not in _PLAIN:
            return False
    return True


def _exact(value: object) -> Json:
    """Refuse what JSON cannot hold exactly."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [_exact(item) for item in value]
    if isinstance(value, dict):
        return {str(name): _exact(item) for name, item in value.items()}
    raise TypeError(type(value).__name__)


def verify_receipt(data: bytes, public_keys: Mapping[str, PublicKey]) -> Receipt:
    """Verify the compact JWS of a receipt and read it.

    The algorithm is that of the key named by ``kid``; the header must be the one header this key gives, and the
    body its own canonical form, so no byte can differ from what was signed and logged.

    Raises:
        UnknownKeyError: the receipt names a key that is not in ``public_keys``.
        ReceiptInvalidError: anything else that is not a true receipt.

    """
    parts = data.split(b".")
    if len(parts) != PARTS or len(data) > LARGEST_ENTRY:
        raise _invalid("不是紧凑 JWS", "not a compact JWS")
    header = _read_json(_decode(parts[0]))
    key = public_keys.get(str(header.get("kid")))
    if key is None:
        raise UnknownKeyError(
            "凭证所用的签名密钥不在所给公钥之中",
            "the receipt was signed with a key that is not among those given",
            next_zh="请用 --keys 提供该平台公布的公钥",
            next_en="give the hub's published keys with --keys",
        )
    if parts[0] != _header(key.kid, key.algorithm):
        raise _invalid(
            "签名头与密钥不符（算法以密钥为准）", "the header is not that of the key, which fixes the algorithm"
        )
    body = _decode(parts[1])
    if not key.verify(_decode(parts[2]), parts[0] + b"." + parts[1]):
        raise _invalid("签名不成立", "the signature is false")
    return _read_receipt(body, key.kid, leaf_hash(data))


def _read_receipt(body: bytes, kid: str, leaf: bytes) -> Receipt:
    content = _read_json(body)
    if canonical(content) != body:
        raise _invalid("内容不是规范 JSON", "the content is not canonical JSON")
    match content:
        case {"version": 1, "id": str(receipt_id), "kind": str(kind), "time": str(at)}:
            pass
        case _:
            raise _invalid("缺少版本、编号、类别或时间", "version, id, kind or time is missing")
    try:
        return Receipt(uuid.UUID(receipt_id), kind, datetime.fromisoformat(at), content, kid, leaf)
    except ValueError as error:
        raise _invalid("编号或时间的写法不对", "id or time is not well formed") from error


def _decode(part: bytes) -> bytes:
    try:
        return from_base64url(part.decode("ascii"))
    except ValueError as error:
        raise _invalid("编码有误", "not base64url") from error


def _read_json(text: bytes) -> dict[str, object]:
    try:
        value = json.loads(text, parse_float=_refuse, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise _invalid("不是 JSON", "not JSON") from error
    if not isinstance(value, dict):
        raise _invalid("不是 JSON 对象", "not a JSON object")
    return value


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{len(text)} characters of a number that is no integer")


def _invalid(zh: str, en: str) -> ReceiptInvalidError:
    return ReceiptInvalidError(f"这不是有效的凭证：{zh}", f"this is no valid receipt: {en}")


def content_digest(body: bytes) -> str:
    """Return the ``Content-Digest`` member of a whole body (RFC 9530 section 2, sha-256)."""
    return digest_member(hashlib.sha256(body).digest())


def digest_member(sha256: bytes) -> str:
    """Return the ``Content-Digest`` member of a finished SHA-256, for bodies hashed while they stream."""
    return f"sha-256=:{base64.b64encode(sha256).decode()}:"


def receipt_id_of(jws: bytes) -> uuid.UUID:
    """Return the id a receipt names, unverified: to look its evidence up, never to trust it.

    Raises:
        ReceiptInvalidError: not the form of a receipt.

    """
    parts = jws.split(b".")
    if len(parts) != PARTS or len(jws) > LARGEST_ENTRY:
        raise _invalid("不是紧凑 JWS", "not a compact JWS")
    try:
        return uuid.UUID(str(_read_json(_decode(parts[1])).get("id")))
    except ValueError as error:
        raise _invalid("没有编号", "it has no id") from error
