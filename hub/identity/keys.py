"""Public keys of systems: JSON Web Keys (RFC 7517), their thumbprints (RFC 7638) and proof of possession.

A key is P-256 for ES256 or Ed25519 for EdDSA; its type fixes its algorithm for life. A private key never
reaches the hub: a JWK with a private member is refused without being stored or repeated.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm
from jwt.exceptions import PyJWTError

from hub.identity import jws
from hub.identity.errors import KeyRefusedError
from hub.identity.facts import KeyAlgorithm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.identity.facts import Jwk

PROOF_TYPE = "key-proof+jwt"
PROOF_SECONDS = 60
NONCE = re.compile(r"[A-Za-z0-9_-]{1,64}")
THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")
CLOCK_SKEW_SECONDS = 5

_MEMBERS: Mapping[KeyAlgorithm, tuple[str, ...]] = {
    KeyAlgorithm.ES256: ("crv", "kty", "x", "y"),
    KeyAlgorithm.EDDSA: ("crv", "kty", "x"),
}
_KINDS: Mapping[tuple[str, str], KeyAlgorithm] = {
    ("EC", "P-256"): KeyAlgorithm.ES256,
    ("OKP", "Ed25519"): KeyAlgorithm.EDDSA,
}


def public_jwk(offered: Mapping[str, object]) -> tuple[Jwk, KeyAlgorithm]:
    """Return the required public members of a JWK, and the algorithm its type fixes.

    Raises:
        KeyRefusedError: a private or symmetric key, another curve, a point not on the curve, or an
            ``alg`` that is not the one of the key's type.

    """
    if "d" in offered or "k" in offered:
        raise KeyRefusedError(
            "private-key",
            "收到的是私钥或对称密钥，未保存；此密钥已不可再用",
            "a private or symmetric key was sent; it was not kept and must not be used any more",
        )
    alg = _KINDS.get((str(offered.get("kty")), str(offered.get("crv"))))
    if alg is None or offered.get("alg", alg.value) != alg.value:
        raise KeyRefusedError(
            "algorithm",
            "只接受 P-256 (ES256) 或 Ed25519 (EdDSA) 公钥；国密密钥须在国密配置下登记",
            "only P-256 (ES256) or Ed25519 (EdDSA) public keys are accepted under this profile",
        )
    jwk: Jwk = {name: str(offered.get(name, "")) for name in _MEMBERS[alg]}
    try:
        jwk = _one_spelling(jwk, alg)
    except (PyJWTError, ValueError) as error:
        raise KeyRefusedError(
            "not-a-key", "公钥的坐标不完整或不在曲线上", "the key's coordinates are missing or not on the curve"
        ) from error
    return jwk, alg


def _one_spelling(jwk: Jwk, alg: KeyAlgorithm) -> Jwk:
    """Return the key as its numbers spell it: base64 with junk inside must not make a second thumbprint."""
    if alg is KeyAlgorithm.ES256:
        curve_key = ECAlgorithm.from_jwk(dict(jwk))
        public = curve_key.public_key() if isinstance(curve_key, EllipticCurvePrivateKey) else curve_key
        text = ECAlgorithm.to_jwk(public)
    else:
        text = OKPAlgorithm.to_jwk(OKPAlgorithm.from_jwk(dict(jwk)))
    written = json.loads(text)
    return {name: written[name] for name in _MEMBERS[alg]}


def thumbprint(jwk: Jwk) -> str:
    """Return the RFC 7638 SHA-256 thumbprint of a JWK that holds its required members only."""
    canonical = json.dumps(dict(jwk), sort_keys=True, separators=(",", ":")).encode()
    return urlsafe_b64encode(hashlib.sha256(canonical).digest()).rstrip(b"=").decode()


def proven_nonce(proof: str, jwk: Jwk, alg: KeyAlgorithm, *, subject: str, audience: str, now: float) -> str:
    """Return the nonce a proof of possession signs.

    ``proof`` is a JWT of type ``key-proof+jwt`` signed with the offered key: ``sub`` the system id,
    ``aud`` the hub's issuer id, ``iat`` within 60 s, ``nonce`` as handed out.

    Raises:
        KeyRefusedError: the proof is malformed, signed by another key, or says something else.

    """
    try:
        token = jws.read(proof)
    except jws.MalformedTokenError as error:
        raise _proof_refused() from error
    claims = token.claims
    issued = claims.get("iat")
    fresh = type(issued) is int and now - PROOF_SECONDS <= issued <= now + CLOCK_SKEW_SECONDS
    nonce = claims.get("nonce")
    said = token.typ == PROOF_TYPE and claims.get("sub") == subject and claims.get("aud") == audience and fresh
    if not said or not isinstance(nonce, str) or not NONCE.fullmatch(nonce) or not jws.has_signature(token, jwk, alg):
        raise _proof_refused()
    return nonce


def _proof_refused() -> KeyRefusedError:
    return KeyRefusedError(
        "proof",
        "持有证明无效：须用该密钥对应的私钥签名，内容为系统标识、本平台标识和刚领取的随机数",
        "the proof of possession is not valid: sign system id, issuer id and the nonce with the key's private half",
        next_zh="请重新领取随机数，60 秒内用 hub key propose 提交",
        next_en="fetch a new nonce and send the proof within 60 seconds, for example with hub key propose",
    )
