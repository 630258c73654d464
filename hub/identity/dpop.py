"""Proofs of possession (DPoP, RFC 9449): a token works only together with the key it was issued to.

The proof is signed by the system's registered key, whose algorithm is pinned, for one method, one address, one
token and 30 seconds; it is good once (11.1). A copied token is worth nothing without the key. Sensitive uses also
ask for a nonce of the hub (8, 9), so that no proof can be made beforehand. Library: PyJWT for signatures; the rules
are here, since no library kept up to date has them.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from jwt.api_jwk import PyJWK
from jwt.exceptions import PyJWTError

from hub.identity import jws, keys
from hub.identity.errors import KeyRefusedError, ProofRefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.identity.facts import KeyAlgorithm

TYPE = "dpop+jwt"
FRESH_SECONDS = 30
CLOCK_SKEW_SECONDS = 5
MAX_JTI_CHARACTERS = 128
NONCE_SECONDS = 300
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Call:
    """What a proof must be for: method, address, and the access token it goes with (None at the token endpoint).

    ``origin`` is the hub's public address without a path, ``path`` the path as routed (decoded).
    """

    method: str
    origin: str
    path: str
    token: str | None = None
    nonces: tuple[str, ...] = ()
    """Any of these nonces must be in the proof; none: no nonce is asked for."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that holds: the key's thumbprint, its number, and until when that number must be remembered."""

    jkt: str
    jti: str
    exp: datetime


def only_header(values: Sequence[str]) -> str | None:
    """Return the proof of a request's ``DPoP`` headers, None without one (RFC 9449 4.3, point 1).

    Raises:
        ProofRefusedError: more than one.

    """
    if len(values) > 1 or (values and "," in values[0]):
        raise refused("several-proofs", "DPoP 头须只出现一次", "send one DPoP header only")
    return values[0].strip() if values else None


def check(text: str, call: Call, now: float) -> Proof:
    """Return what a proof proves at Unix time ``now``; whether it was used before is the caller's to find out.

    Raises:
        ProofRefusedError: any rule of RFC 9449 4.3 is broken.

    """
    token, jwk, alg = _read(text)
    if token.typ != TYPE or not _is_signed(token, jwk, alg):
        raise refused(
            "signature", "DPoP 证明的签名、类型或算法不对", "the proof's signature, type or algorithm is wrong"
        )
    claims = token.claims
    if claims.get("htm") != call.method:
        raise refused("method", "DPoP 证明的 htm 与请求方法不一致", "htm is not the method of the request")
    if not _same_address(claims.get("htu"), call):
        raise refused(
            "address",
            f"DPoP 证明的 htu 与请求地址不一致，应为 {call.origin}{call.path}",
            f"htu is not the address of the request, {call.origin}{call.path}",
        )
    issued = claims.get("iat")
    if type(issued) is not int or not now - FRESH_SECONDS <= issued <= now + CLOCK_SKEW_SECONDS:
        raise refused(
            "stale",
            "DPoP 证明不在 30 秒以内，请校准时钟并为每次请求新签",
            "the proof is not within 30 seconds: set the clock right and sign a new one for each request",
        )
    if call.token is not None and not _is_for(call.token, claims.get("ath")):
        raise refused("token", "DPoP 证明的 ath 与访问令牌不一致", "ath is not the digest of the access token")
    if call.nonces and claims.get("nonce") not in call.nonces:
        raise nonce_wanted(call.nonces[0])
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= MAX_JTI_CHARACTERS or not jti.isprintable():
        raise refused("jti", "DPoP 证明缺少编号 jti", "the proof needs a jti of 1 to 128 characters")
    ends = issued + FRESH_SECONDS + CLOCK_SKEW_SECONDS
    return Proof(keys.thumbprint(jwk), jti, datetime.fromtimestamp(ends, UTC))


def _read(text: str) -> tuple[jws.ReadToken, Mapping[str, str], KeyAlgorithm]:
    """Take a proof apart; its header carries the public key, the one header hint that is allowed here."""
    try:
        token, header = jws.read_with_key(text)
        sent = header.get("jwk")
        members = sent.items() if isinstance(sent, dict) else ()
        return (token, *_known_key(tuple(sorted((str(name), str(value)) for name, value in members))))
    except (jws.MalformedTokenError, KeyRefusedError) as error:
        raise refused(
            "malformed",
            "DPoP 证明格式不对：须为带公钥 jwk（无私钥成员）的 JWT",
            "the proof is no JWT with a public jwk in its header (no private members, no repeated members)",
        ) from error


@lru_cache(maxsize=4096)
def _known_key(members: tuple[tuple[str, str], ...]) -> tuple[Mapping[str, str], KeyAlgorithm]:
    """Return a public key and its algorithm; a system sends the same one again and again."""
    return keys.public_jwk(dict(members))


@lru_cache(maxsize=4096)
def _verifier(members: tuple[tuple[str, str], ...], alg: str) -> PyJWK:
    return PyJWK(dict(members), algorithm=alg)


def _is_signed(token: jws.ReadToken, jwk: Mapping[str, str], alg: KeyAlgorithm) -> bool:
    if token.alg != alg.value:
        return False
    try:
        return jws.is_signed_by(token, _verifier(tuple(sorted(jwk.items())), alg.value), alg)
    except PyJWTError:
        return False


def _same_address(htu: object, call: Call) -> bool:
    """Compare without query and fragment, scheme and host in lower case, default ports left out (4.3 point 9)."""
    if not isinstance(htu, str) or len(htu) > jws.MAX_TOKEN_BYTES:
        return False
    try:
        sent = urlsplit(htu)
        return _origin(htu) == _origin(call.origin) and unquote(sent.path or "/") == (call.path or "/")
    except ValueError:
        return False


@lru_cache(maxsize=1024)
def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or _DEFAULT_PORTS.get(scheme)


def token_digest(token: str) -> str:
    """Return the ``ath`` of an access token."""
    return _text(hashlib.sha256(token.encode("ascii")).digest())


def _is_for(token: str, ath: object) -> bool:
    return isinstance(ath, str) and hmac.compare_digest(ath.encode("utf-8", "replace"), token_digest(token).encode())


class Nonces:
    """Nonces of the hub, without a store: each stands for five minutes and holds until the next but one."""

    def __init__(self, secret: bytes) -> None:
        """``secret`` is shared by all processes of the hub."""
        self._key = hmac.digest(secret, b"hub.identity.dpop.nonce", "sha256")

    def accepted(self, now: float) -> tuple[str, ...]:
        """Return the nonces that are good at Unix time ``now``, the one to hand out first."""
        window = int(now) // NONCE_SECONDS
        return self._of(window), self._of(window - 1)

    def _of(self, window: int) -> str:
        return _text(hmac.digest(self._key, window.to_bytes(8), "sha256")[:18])


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def refused(reason: str, zh: str, en: str, *, error: str = "invalid_dpop_proof", **facts: Any) -> ProofRefusedError:
    """Return the refusal of a proof; ``reason`` is a fixed word."""
    return ProofRefusedError(f"proof-{reason}", zh, en, {"error": error, **facts})


def nonce_wanted(nonce: str) -> ProofRefusedError:
    """Return the answer that hands out a nonce (RFC 9449 8, 9): the same request again, with it in the proof."""
    return refused(
        "nonce",
        "此操作要求 DPoP 证明带本平台的随机数",
        "this operation wants the hub's nonce in the proof",
        error="use_dpop_nonce",
        nonce=nonce,
    )


def binding_wanted() -> ProofRefusedError:
    """Return the refusal of a bearer token where the system's data asks for a token bound to its key."""
    return refused(
        "binding-needed",
        "有条件共享的数据和写入操作只接受与密钥绑定的令牌（DPoP）",
        "conditional data and writing want a token bound to the system's key (DPoP)",
        error="invalid_token",
    )
