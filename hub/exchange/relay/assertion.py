"""What the hub tells a provider with each call: a signed statement of who asks what for, and proof of an answer.

``Hub-Assertion`` is a JWT (ES256, key in the hub's JWKS) for the one endpoint, good for a minute. The provider can
check it offline; the consumer's own token is never passed on. A provider may sign its answer in turn: a JWS with
detached content (RFC 7515 appendix F) in ``X-JWS-Signature``, kept with the receipt.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.api_jwk import PyJWK
from jwt.api_jws import PyJWS
from jwt.exceptions import PyJWTError

from connectors.relay import SIGNATURE_LENGTH
from connectors.relay_answers import RelayAnswerError
from hub.identity.keys import public_jwk
from hub.identity.token_key import TokenKey, load_token_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from hub.ledger.drafts import Given

HEADER: Final = "Hub-Assertion"
TYPE: Final = "hub-assertion+jwt"
LIFE: Final = timedelta(seconds=60)


def load_assertion_key(path: Path) -> TokenKey:
    """Read the P-256 key at ``path``, making one when there is none (raises :class:`TokenKeyFileError`)."""
    return load_token_key(path, lambda: ec.generate_private_key(ec.SECP256R1()))


def assert_use(
    key: TokenKey, issuer: str, audience: str, use: Mapping[str, Given], *, fields: Sequence[str], at: datetime
) -> str:
    """Return the assertion of one call; ``use`` are the fields of its receipt, ``fields`` the columns asked for."""
    told = ("member", "system", "purpose", "case_number", "grant", "receipt")
    claims = {
        "iss": issuer,
        "aud": audience,
        "sub": use["system"],
        **{name: use[name] for name in told if use.get(name) is not None},
        "fields": list(fields),
        "iat": int(at.timestamp()),
        "exp": int((at + LIFE).timestamp()),
        "jti": str(uuid.uuid4()),
    }
    return jwt.encode(claims, key.private, algorithm=key.alg.value, headers={"kid": key.kid, "typ": TYPE})


def check_signature(signer: Mapping[str, str], signature: str | None, body: bytes) -> str:
    """Return the provider's signature after checking it over the bytes of its answer.

    Raises:
        RelayAnswerError: there is none, or it is not this key's over these bytes.
    """
    jwk, alg = public_jwk(signer)
    given = signature if signature is not None and len(signature) <= SIGNATURE_LENGTH else ""
    head, _, rest = given.partition("..")
    try:
        attached = f"{head}.{jwt.utils.base64url_encode(body).decode('ascii')}.{rest}"
        PyJWS().decode(attached, PyJWK({**jwk, "alg": alg.value}), algorithms=[alg.value])
    except (PyJWTError, ValueError):
        raise RelayAnswerError(
            "提供方对返回内容的签名缺失或不成立，没有转交任何数据",
            "the provider's signature over its answer is missing or wrong; nothing of it was passed on",
            next_zh="请联系提供单位核对签名密钥",
            next_en="contact the provider about its signing key",
            facts={"reason": "signature"},
        ) from None
    return given
