"""The hub's own key for access tokens: one private key in one file of the data directory, mode 0600.

Made at the first start (Ed25519), read ever after; a P-256 key in the file is used with ES256. The file is
refused when others may read it. The private half never leaves this module's object.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from jwt.algorithms import ECAlgorithm, OKPAlgorithm

from hub.identity import keys
from hub.identity.errors import TokenKeyFileError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hub.identity.facts import Jwk, KeyAlgorithm

PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class TokenKey:
    """The key that signs access tokens; ``jwk`` is its public half, ``kid`` the RFC 7638 thumbprint."""

    private: PrivateKey = field(repr=False)
    alg: KeyAlgorithm
    kid: str
    jwk: Jwk


def token_key(private: PrivateKey) -> TokenKey:
    """Return a key with the names it has in tokens and in the JWKS."""
    if isinstance(private, ed25519.Ed25519PrivateKey):
        text = OKPAlgorithm.to_jwk(private.public_key())
    else:
        text = ECAlgorithm.to_jwk(private.public_key())
    jwk, alg = keys.public_jwk({name: value for name, value in json.loads(text).items() if name != "key_ops"})
    return TokenKey(private, alg, keys.thumbprint(jwk), jwk)


def private_secret(key: TokenKey) -> bytes:
    """Return a secret that only processes with the key file share, for what needs no key of its own."""
    raw = key.private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return hmac.digest(raw, b"hub.identity.token_key.secret", "sha256")


def load_token_key(path: Path, generate: Callable[[], PrivateKey] = ed25519.Ed25519PrivateKey.generate) -> TokenKey:
    """Read the key at ``path``, making one when there is none; two hubs starting at once agree on one key.

    ``generate`` makes a new key of the kind wanted; Ed25519 unless said otherwise.

    Raises:
        TokenKeyFileError: others may read the file, or it holds no Ed25519 or P-256 private key.

    """
    if not path.exists():
        _make(path, generate())
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise TokenKeyFileError(
            f"令牌签名密钥文件 {path.name} 可被其他用户读取，未予使用",
            f"the token key file {path.name} can be read by others and was refused",
            next_zh="请将文件权限改为 0600；如可能已泄露，删除后重启将生成新密钥，旧令牌全部失效",
            next_en="set its mode to 0600; if it may have leaked, delete it and restart: all old tokens end",
        )
    try:
        private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise _no_key(path) from error
    if isinstance(private, ec.EllipticCurvePrivateKey) and not isinstance(private.curve, ec.SECP256R1):
        raise _no_key(path)
    if not isinstance(private, ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey):
        raise _no_key(path)
    return token_key(private)


def _no_key(path: Path) -> TokenKeyFileError:
    return TokenKeyFileError(
        f"令牌签名密钥文件 {path.name} 不是 Ed25519 或 P-256 私钥",
        f"the token key file {path.name} holds no Ed25519 or P-256 private key",
        next_zh="请恢复备份中的密钥文件，或删除后重启以生成新密钥",
        next_en="restore the file from a backup, or delete it and restart to make a new key",
    )


def _make(path: Path, private: PrivateKey) -> None:
    """Write a new key beside ``path`` and link it there: the first hub wins, nobody reads half a file."""
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            return
    finally:
        draft.unlink()
