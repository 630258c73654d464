"""Checking a client assertion: how a system proves who it is at the token endpoint (RFC 7523, RFC 7521).

Only ES256 and EdDSA, and only the algorithm the named key was registered for. ``aud`` is the hub's issuer id
as one string, life is 60 s at most, every assertion has an id. Pure but for the look-up it is given; whether
the assertion was used before is the caller's question to the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hub.identity import jws
from hub.identity.errors import ClientRefusedError
from hub.identity.facts import KeyAlgorithm, KeyPurpose
from hub.identity.keys import THUMBPRINT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hub.identity.facts import SystemKey

MAX_LIFE_SECONDS = 60
CLOCK_SKEW_SECONDS = 5
MAX_JTI_CHARACTERS = 128
LATEST_TIME = 2**33
TYPES = frozenset({None, "JWT", "jwt", "client-authentication+jwt"})


@dataclass(frozen=True, slots=True)
class Assertion:
    """A client assertion whose signature and claims hold; ``exp`` is when it could no longer be replayed."""

    key: SystemKey
    jti: str
    exp: datetime


def check_assertion(text: str, find_key: Callable[[str], SystemKey | None], issuer: str, now: float) -> Assertion:
    """Return what a client assertion proves.

    Args:
        text: the compact JWT as sent.
        find_key: registered key by RFC 7638 thumbprint (``kid``).
        issuer: the hub's issuer id.
        now: Unix time in seconds.

    Raises:
        ClientRefusedError: with the first thing that is wrong.

    """
    try:
        token = jws.read(text)
    except jws.MalformedTokenError as error:
        raise refused(
            error.reason,
            "断言格式不可接受：须为不超过 8 KB 的 JWT，且头部不带 jku、x5u、jwk、crit 等成员、成员不重复",
            "the assertion is not acceptable: a JWT of at most 8 KB, without jku, x5u, jwk, crit or repeated members",
        ) from error
    if token.typ not in TYPES or token.alg not in {algorithm.value for algorithm in KeyAlgorithm}:
        raise refused(
            "algorithm",
            "断言的类型或算法不被接受，只接受 ES256 与 EdDSA",
            "the type or algorithm of the assertion is not accepted; use ES256 or EdDSA",
        )
    key = find_key(token.kid) if token.kid is not None and THUMBPRINT.fullmatch(token.kid) else None
    if key is None or key.purpose is not KeyPurpose.AUTH or not jws.has_signature(token, key.jwk, key.alg):
        # One answer for an unknown key, another algorithm and a false signature: none of them proved anything.
        raise refused(
            "signature",
            "签名无法用已登记的密钥和算法验证 (kid 须为公钥的 RFC 7638 指纹)",
            "the signature does not verify with a registered key and its algorithm (kid is the RFC 7638 thumbprint)",
        )
    _check_parties(token.claims, str(key.system_id), issuer)
    exp = _check_times(token.claims, now)
    jti = token.claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= MAX_JTI_CHARACTERS or not jti.isprintable():
        raise refused("jti", "断言缺少编号 jti (1 至 128 个字符)", "the assertion needs a jti of 1 to 128 characters")
    if not key.is_live(datetime.fromtimestamp(now, UTC)):
        raise refused(
            "key-ended",
            "该密钥尚未批准、已到期、已轮换或已吊销",
            "this key is not approved, has ended, was rotated out or revoked",
            next_zh="请使用在用的密钥；需要新密钥请提交并由另一人批准",
            next_en="use a live key, or propose a new one and have a second person approve it",
        )
    return Assertion(key, jti, datetime.fromtimestamp(exp, UTC))


def refused(reason: str, zh: str, en: str, *, next_zh: str = "", next_en: str = "") -> ClientRefusedError:
    """Return the refusal of a client; ``reason`` is a fixed word."""
    return ClientRefusedError(reason, zh, en, next_zh=next_zh, next_en=next_en)


def _check_parties(claims: Mapping[str, Any], system_id: str, issuer: str) -> None:
    if claims.get("iss") != system_id or claims.get("sub") != system_id:
        raise refused(
            "issuer",
            "iss 与 sub 须都是该密钥所属系统的标识",
            "iss and sub must both be the id of the system the key belongs to",
        )
    audience = claims.get("aud")
    if not isinstance(audience, str) or audience != issuer:
        raise refused(
            "audience",
            f"aud 须为单个字符串 {issuer}",
            f"aud must be the single string {issuer}",
            next_zh="aud 填本平台的 issuer，不是令牌地址，也不能是列表",
            next_en="aud is the issuer id of this hub, not the token address, and not a list",
        )


def _check_times(claims: Mapping[str, Any], now: float) -> int:
    exp, iat, nbf = _time(claims, "exp"), _time(claims, "iat"), _time(claims, "nbf", absent=0)
    if exp <= now:
        raise refused("expired", "断言已过期", "the assertion has expired")
    if max(iat, nbf) > now + CLOCK_SKEW_SECONDS:
        raise refused(
            "issued-in-future",
            "断言的签发时间在将来",
            "the assertion is issued in the future",
            next_zh="请校准系统时钟 (允许误差 5 秒)",
            next_en="set the system clock right (5 seconds are allowed)",
        )
    if not 0 < exp - iat <= MAX_LIFE_SECONDS:
        raise refused(
            "life", "断言有效期须在 60 秒以内 (exp 减 iat)", "an assertion lives 60 seconds at most (exp minus iat)"
        )
    return exp


def _time(claims: Mapping[str, Any], name: str, *, absent: int | None = None) -> int:
    """Return a claim that is a plausible whole Unix time; booleans and huge numbers are not."""
    value = claims.get(name, absent)
    if type(value) is not int or not 0 <= value < LATEST_TIME:
        raise refused("times", "断言须含整数时间 exp 与 iat", "the assertion needs exp and iat as whole numbers")
    return value
