"""Reading signed tokens strictly: JWS compact form (RFC 7515 7.1) with a JSON object inside (RFC 7519).

PyJWT checks the signature; what it lets pass is refused here first: duplicate members, NaN, foreign key
hints (``jku``, ``x5u``, ``jwk``, ``x5c``), ``crit``, ``b64``, anything above 8 KB. Nothing is ever fetched.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jwt.api_jwk import PyJWK
from jwt.api_jws import PyJWS
from jwt.exceptions import PyJWTError

from hub.identity.facts import KeyAlgorithm

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_TOKEN_BYTES = 8192
BAD_HEADERS = frozenset({"jku", "x5u", "jwk", "x5c", "x5t", "x5t#S256", "crit", "b64", "zip"})


class MalformedTokenError(ValueError):
    """The text is not a token this hub reads; ``reason`` is a fixed word, never part of the token."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ReadToken:
    """A token taken apart; nothing in it is trusted before :func:`has_signature` says so."""

    text: str
    alg: str
    kid: str | None
    typ: str | None
    claims: Mapping[str, Any]


def _object(segment: str, what: str) -> dict[str, Any]:
    """Decode one segment: unpadded base64url of a JSON object without duplicate members."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise MalformedTokenError("duplicate-members")
        return found

    def no_constant(_word: str) -> float:
        raise MalformedTokenError(f"{what}-not-json")

    try:
        raw = base64.b64decode(segment + "=" * (-len(segment) % 4), altchars=b"-_", validate=True)
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=once, parse_constant=no_constant)
    except MalformedTokenError:
        raise
    except (binascii.Error, ValueError, RecursionError) as error:
        raise MalformedTokenError(f"{what}-not-json") from error
    if not isinstance(value, dict):
        raise MalformedTokenError(f"{what}-not-json")
    return value


def read(token: str) -> ReadToken:
    """Take a compact token apart.

    Raises:
        MalformedTokenError: too long, not three segments, not JSON, or a header this hub never accepts.

    """
    read, _ = _taken_apart(token, BAD_HEADERS)
    return read


def read_with_key(token: str) -> tuple[ReadToken, Mapping[str, Any]]:
    """Take apart a proof of possession, whose header carries the public key (RFC 9449 4.2); returns the header too.

    Raises:
        MalformedTokenError: as :func:`read`, for any other header.

    """
    return _taken_apart(token, BAD_HEADERS - {"jwk"})


def _taken_apart(token: str, bad_headers: frozenset[str]) -> tuple[ReadToken, Mapping[str, Any]]:
    if len(token) > MAX_TOKEN_BYTES or not token.isascii():
        raise MalformedTokenError("too-long")
    segments = token.split(".")
    if len(segments) != 3:  # noqa: PLR2004  RFC 7515 7.1: header, payload, signature
        raise MalformedTokenError("not-a-token")
    header = _object(segments[0], "header")
    if not bad_headers.isdisjoint(header):
        raise MalformedTokenError("header-not-allowed")
    texts = {name: header.get(name) for name in ("alg", "kid", "typ")}
    if any(value is not None and not isinstance(value, str) for value in texts.values()) or texts["alg"] is None:
        raise MalformedTokenError("header-not-json")
    return ReadToken(token, texts["alg"], texts["kid"], texts["typ"], _object(segments[1], "claims")), header


_JWS = PyJWS(algorithms=[algorithm.value for algorithm in KeyAlgorithm])


def has_signature(token: ReadToken, jwk: Mapping[str, str], alg: KeyAlgorithm) -> bool:
    """Whether ``token`` was signed by the key, with exactly the algorithm the key is registered for."""
    if token.alg != alg.value:
        return False
    try:
        return is_signed_by(token, PyJWK(dict(jwk), algorithm=alg.value), alg)
    except PyJWTError:
        return False


def is_signed_by(token: ReadToken, key: PyJWK, alg: KeyAlgorithm) -> bool:
    """Whether ``token`` was signed by a key already made ready, with exactly this algorithm."""
    if token.alg != alg.value:
        return False
    try:
        _JWS.decode(token.text, key, algorithms=[alg.value])
    except PyJWTError:
        return False
    return True
