"""Keys of the log: Ed25519 (RFC 8032; JWS ``EdDSA``, RFC 8037) and ES256 (RFC 7518 3.4), named by RFC 7638 thumbprint.

The algorithm is a property of the key: nothing a signed text says about its algorithm is believed.
Private keys live in files of the data directory (mode 0600), never in the database, never in a log line.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import re
import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from hub.ledger.errors import KeyFileError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

P256_BYTES = 32  # size of a coordinate and of each half of a signature, RFC 7518 3.4 and 6.2.1
SECRET_BYTES = 32
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")

Private = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey
Public = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey


class Algorithm(StrEnum):
    """Signature algorithms, by their JWS names."""

    EDDSA = "EdDSA"
    ES256 = "ES256"


def to_base64url(data: bytes) -> str:
    """Encode as RFC 7515 does: URL-safe, no padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Decode strictly: one text for each value, so that no byte can be altered unseen.

    Raises:
        ValueError: padding, other characters, or bits set beyond the data.

    """
    if not _BASE64URL.fullmatch(text):
        raise ValueError("not base64url without padding")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if to_base64url(data) != text:
        raise ValueError("bits beyond the data")
    return data


def from_base64(text: str) -> bytes:
    """Decode RFC 4648 section 4 strictly.

    Raises:
        ValueError: not the one encoding of its value.

    """
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if base64.b64encode(data).decode() != text:
        raise ValueError("bits beyond the data")
    return data


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key with its one algorithm; ``kid`` is the RFC 7638 SHA-256 thumbprint of ``jwk``."""

    kid: str
    algorithm: Algorithm
    jwk: Mapping[str, str]
    key: Public = field(repr=False, compare=False)

    @classmethod
    def of(cls, key: Public) -> PublicKey:
        """Describe a public key."""
        if isinstance(key, ed25519.Ed25519PublicKey):
            algorithm = Algorithm.EDDSA
            jwk = {"crv": "Ed25519", "kty": "OKP", "x": to_base64url(key.public_bytes_raw())}
        else:
            algorithm = Algorithm.ES256
            numbers = key.public_numbers()
            x, y = (to_base64url(value.to_bytes(P256_BYTES, "big")) for value in (numbers.x, numbers.y))
            jwk = {"crv": "P-256", "kty": "EC", "x": x, "y": y}
        # RFC 7638 3: required members only, in lexicographic order, no white space.
        thumbprint = hashlib.sha256(json.dumps(jwk, separators=(",", ":"), sort_keys=True).encode()).digest()
        return cls(to_base64url(thumbprint), algorithm, jwk, key)

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, object]) -> PublicKey:
        """Read a public JWK; members other than the key itself are ignored.

        Raises:
            ValueError: another kind of key, or a point that is not on the curve.

        """
        match jwk:
            case {"kty": "OKP", "crv": "Ed25519", "x": str(x)}:
                return cls.of(ed25519.Ed25519PublicKey.from_public_bytes(from_base64url(x)))
            case {"kty": "EC", "crv": "P-256", "x": str(x), "y": str(y)}:
                point = b"\x04" + from_base64url(x) + from_base64url(y)
                return cls.of(ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))
            case _:
                raise ValueError("only Ed25519 and P-256 keys are known")

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Say whether ``signature`` is this key's over ``message``; ES256 is r || s, 64 bytes."""
        try:
            if isinstance(self.key, ed25519.Ed25519PublicKey):
                self.key.verify(signature, message)
                return True
            if len(signature) != 2 * P256_BYTES:
                return False
            r, s = (int.from_bytes(half, "big") for half in (signature[:P256_BYTES], signature[P256_BYTES:]))
            self.key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and what the world knows of it. The private part never shows in ``repr``."""

    public: PublicKey
    private: Private = field(repr=False, compare=False)

    @classmethod
    def of(cls, private: Private) -> SigningKey:
        """Wrap a private key."""
        return cls(PublicKey.of(private.public_key()), private)

    @classmethod
    def create(cls, algorithm: Algorithm = Algorithm.EDDSA) -> SigningKey:
        """Make a new key."""
        if algorithm is Algorithm.EDDSA:
            return cls.of(ed25519.Ed25519PrivateKey.generate())
        return cls.of(ec.generate_private_key(ec.SECP256R1()))

    def sign(self, message: bytes) -> bytes:
        """Sign; ES256 gives r || s, 64 bytes (RFC 7518 3.4)."""
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return self.private.sign(message)
        r, s = decode_dss_signature(self.private.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(P256_BYTES, "big") + s.to_bytes(P256_BYTES, "big")


def open_signing_key(path: Path, algorithm: Algorithm = Algorithm.EDDSA) -> SigningKey:
    """Load the private key at ``path`` (PKCS 8 PEM), or create it there with mode 0600.

    An existing key keeps its own algorithm; ``algorithm`` is for a new one.

    Raises:
        KeyFileError: the file is damaged, holds another kind of key, or others may read it.

    """
    if not path.exists():
        pem = SigningKey.create(algorithm).private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        _write_private(path, pem)
    try:
        private = serialization.load_pem_private_key(_read_private(path), password=None)
    except ValueError as error:
        raise _damaged(path) from error
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return SigningKey.of(private)
    if isinstance(private, ec.EllipticCurvePrivateKey) and isinstance(private.curve, ec.SECP256R1):
        return SigningKey.of(private)
    raise _damaged(path)


def open_secret(path: Path) -> bytes:
    """Load the 32-byte secret at ``path``, or create it there with mode 0600.

    Raises:
        KeyFileError: the file has another length, or others may read it.

    """
    if not path.exists():
        _write_private(path, secrets.token_bytes(SECRET_BYTES))
    secret = _read_private(path)
    if len(secret) != SECRET_BYTES:
        raise _damaged(path)
    return secret


def keyed_digest(secret: bytes, data: bytes) -> str:
    """Return a digest that only holders of ``secret`` can test guesses against (HMAC, RFC 2104)."""
    return to_base64url(hmac.digest(secret, data, "sha256"))


def _write_private(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, readable by its owner only."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _read_private(path: Path) -> bytes:
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise KeyFileError(
            f"私钥文件 {path.name} 可被他人读取，未予使用",
            f"the private key file {path.name} can be read by others and is not used",
            next_zh="请将该文件权限改为 600；如可能已泄露，请更换密钥",
            next_en="set its mode to 600; if it may have leaked, rotate the key",
        )
    return path.read_bytes()


def _damaged(path: Path) -> KeyFileError:
    return KeyFileError(
        f"密钥文件 {path.name} 已损坏或不是可用的密钥",
        f"the key file {path.name} is damaged or holds no usable key",
        next_zh="请从备份恢复该文件；旧凭证仍可用已公布的公钥验证",
        next_en="restore it from a backup; old receipts still verify with the published public keys",
    )
