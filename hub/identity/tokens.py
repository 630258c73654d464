"""Access tokens: issued against a client assertion (RFC 6749 4.4), JWTs of type ``at+jwt`` (RFC 9068).

With a proof of possession the token is bound to the key (``cnf.jkt``, RFC 9449 6): it is of type DPoP, and no use
without a new proof for each request. A token names the system, the member and the key it was obtained with (claim
``key``), so that ending the key ends the token. Exactly one token comes of one assertion: its use is a row in the
transaction that issues it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jwt

from hub.identity import dpop, jws, store
from hub.identity.assertions import check_assertion, refused
from hub.identity.errors import ClientRefusedError, ProofRefusedError, TokenRefusedError, TokenRequestError
from hub.identity.facts import Status
from hub.identity.proof_store import use_proof
from hub.identity.recording import record_denial
from hub.identity.token_key import private_secret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from hub.database import Unit
    from hub.identity.assertions import Assertion
    from hub.identity.facts import Member, SystemKey
    from hub.identity.recording import Recorder
    from hub.identity.token_key import TokenKey

GRANT_TYPE = "client_credentials"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TOKEN_TYPE = "at+jwt"
SCOPES = ("push", "query", "verify")
TOKEN_PATH = "/oauth/token"


@dataclass(frozen=True, slots=True)
class TokenForm:
    """The parameters of a token request, as sent; None where absent."""

    grant_type: str | None = None
    client_assertion_type: str | None = None
    client_assertion: str | None = None
    client_id: str | None = None
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new access token; ``expires_in`` seconds; ``token_type`` is DPoP where it is bound to the key."""

    access_token: str
    expires_in: int
    scope: str
    token_type: str = "Bearer"


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What a valid access token says; standing is the snapshot's to tell. ``jkt``: the key it is bound to."""

    system_id: uuid.UUID
    key: str
    scope: frozenset[str]
    exp: int
    jkt: str | None = None


class Tokens:
    """Issues and reads access tokens of one issuer with one key."""

    def __init__(self, issuer: str, key: TokenKey, lifetime_seconds: int, record: Recorder) -> None:
        """``issuer`` is the hub's public URL: issuer id, audience of assertions and of tokens."""
        self.issuer = issuer
        self.key = key
        self.lifetime_seconds = lifetime_seconds
        self._record = record
        self.nonces = dpop.Nonces(private_secret(key))

    def issue(
        self, unit: Unit, form: TokenForm, now: datetime, proofs: Sequence[str] = ()
    ) -> IssuedToken | TokenRequestError | ClientRefusedError | ProofRefusedError:
        """Return a token, or the refusal, already recorded; the caller answers after the commit.

        ``proofs`` are the ``DPoP`` headers sent: with one the token is bound to the key, which must be the one the
        assertion is signed with. Concurrent copies of one assertion wait for each other here; one gets a token.
        """
        scope = wanted_scope(form)
        if isinstance(scope, TokenRequestError):
            return scope
        facts: dict[str, str] = {}
        try:
            assertion = self._authenticate(unit, form, now, facts)
            owner = _standing(unit, assertion)
            if not store.use_assertion(unit, str(assertion.key.system_id), assertion.jti, assertion.exp):
                raise refused("replayed", "该断言已使用过", "this assertion was used before")
            jkt = self._bound_to(unit, assertion, proofs, now.timestamp())
        except (ClientRefusedError, ProofRefusedError) as error:
            record_denial(self._record, unit, "token", error.reason, **facts)
            return error
        return self._sign(assertion, owner, scope, int(now.timestamp()), jkt)

    def _bound_to(self, unit: Unit, assertion: Assertion, proofs: Sequence[str], now: float) -> str | None:
        """Return the thumbprint the token is bound to, None without a proof (raises ProofRefusedError)."""
        text = dpop.only_header(proofs)
        if text is None:
            return None
        proof = dpop.check(text, dpop.Call("POST", self.issuer, TOKEN_PATH), now)
        if proof.jkt != assertion.key.thumbprint:
            raise dpop.refused(
                "other-key",
                "DPoP 证明须用签署断言的同一把登记密钥",
                "the proof must be signed with the registered key that signed the assertion",
            )
        if not use_proof(unit, proof):
            raise dpop.refused("replayed", "该 DPoP 证明已使用过", "this proof was used before")
        return proof.jkt

    def _authenticate(self, unit: Unit, form: TokenForm, now: datetime, facts: dict[str, str]) -> Assertion:
        """Check the assertion; notes the registered key it names in ``facts`` for the receipt."""
        named = None

        def find_key(thumbprint: str) -> SystemKey | None:
            nonlocal named
            named = store.key(unit, thumbprint)
            if named is not None:
                facts.update(system=str(named.system_id), key_thumbprint=named.thumbprint)
            return named

        assertion = check_assertion(form.client_assertion or "", find_key, self.issuer, now.timestamp())
        if form.client_id is not None and form.client_id != str(assertion.key.system_id):
            raise refused("issuer", "client_id 与断言不一致", "client_id does not fit the assertion")
        return assertion

    def _sign(self, assertion: Assertion, owner: Member, scope: str, now: int, jkt: str | None) -> IssuedToken:
        system = str(assertion.key.system_id)
        claims: dict[str, object] = {
            "iss": self.issuer,
            "aud": self.issuer,
            "sub": system,
            "client_id": system,
            "member": owner.slug,
            "key": assertion.key.thumbprint,
            "scope": scope,
            "iat": now,
            "exp": now + self.lifetime_seconds,
            "jti": str(uuid.uuid4()),
        }
        if jkt is not None:
            claims["cnf"] = {"jkt": jkt}
        header = {"typ": TOKEN_TYPE, "kid": self.key.kid}
        text = jwt.encode(claims, self.key.private, algorithm=self.key.alg.value, headers=header)
        return IssuedToken(text, self.lifetime_seconds, scope, "Bearer" if jkt is None else "DPoP")

    def read(self, text: str, now: float) -> AccessToken:
        """Return what an access token says at Unix time ``now``.

        Raises:
            TokenRefusedError: not a token of this hub, altered, or expired.

        """
        try:
            token = jws.read(text)
        except jws.MalformedTokenError as error:
            raise _not_ours(error.reason) from error
        claims = token.claims
        ours = token.typ == TOKEN_TYPE and token.kid == self.key.kid
        if not ours or not jws.has_signature(token, self.key.jwk, self.key.alg):
            raise _not_ours("signature")
        if claims.get("iss") != self.issuer or claims.get("aud") != self.issuer:
            raise _not_ours("audience")
        return _access_token(claims, now)


def _access_token(claims: Mapping[str, Any], now: float) -> AccessToken:
    """Turn claims this hub signed into a value; refuse them once they have expired."""
    found = AccessToken(
        uuid.UUID(claims["sub"]),
        claims["key"],
        frozenset(claims["scope"].split()),
        claims["exp"],
        claims["cnf"]["jkt"] if "cnf" in claims else None,
    )
    if found.exp <= now:
        raise expired()
    return found


def expired() -> TokenRefusedError:
    """Return the refusal of a token whose time is over."""
    return TokenRefusedError("token-expired", "令牌已过期", "the access token has expired")


def _not_ours(reason: str) -> TokenRefusedError:
    return TokenRefusedError(reason, "令牌不是本平台签发的有效令牌", "this is no valid access token of this hub")


def wanted_scope(form: TokenForm) -> str | TokenRequestError:
    """Return the scopes to grant (all when none is named), or why the request is not a token request."""
    if form.grant_type is None or form.client_assertion_type is None or form.client_assertion is None:
        return TokenRequestError(
            "invalid_request",
            "缺少参数：grant_type、client_assertion_type、client_assertion 均为必填",
            "grant_type, client_assertion_type and client_assertion are all needed",
        )
    if form.grant_type != GRANT_TYPE:
        return TokenRequestError(
            "unsupported_grant_type", f"grant_type 只支持 {GRANT_TYPE}", f"the only grant_type is {GRANT_TYPE}"
        )
    if form.client_assertion_type != ASSERTION_TYPE:
        return TokenRequestError(
            "invalid_request",
            f"client_assertion_type 只支持 {ASSERTION_TYPE}",
            f"the only client_assertion_type is {ASSERTION_TYPE}",
        )
    asked = SCOPES if form.scope is None else tuple(form.scope.split())
    if not asked or not set(asked) <= set(SCOPES):
        return TokenRequestError("invalid_scope", f"scope 只能取 {' '.join(SCOPES)}", f"scopes are {' '.join(SCOPES)}")
    return " ".join(scope for scope in SCOPES if scope in asked)


def _standing(unit: Unit, assertion: Assertion) -> Member:
    """Return the member behind a proven key, refusing it when system or member is suspended."""
    system = store.system(unit, assertion.key.system_id)
    owner = None if system is None else store.member(unit, "id", system.member_id)
    if system is None or owner is None or Status.SUSPENDED in {system.status, owner.status}:
        raise refused(
            "suspended",
            "该系统或其单位已被停用",
            "the system or its member is suspended",
            next_zh="请联系本市数据主管部门的安全管理员",
            next_en="ask the security administrator of the data authority",
        )
    return owner
