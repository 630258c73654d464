"""Stolen, altered, repeated tokens and proofs: each rule of RFC 9449 4.3, 5, 7, 9 and 11.1 by name (threats 7-9)."""

from __future__ import annotations

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from hub.client import SystemCredentials
from hub.identity.dpop import FRESH_SECONDS, token_digest
from tests.support import acts
from tests.support.acts import CASE, PURPOSE, RESIDENTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.hub.portal.town import Town
    from tests.threats.conftest import Agencies

PATH = f"/api/v1/exchange/{RESIDENTS}/query"
BODY = {"purpose": PURPOSE, "case_number": CASE, "limit": 1}


@dataclass
class Holder:
    """A system with its key, and a plain client that sends what a test wants."""

    url: str
    keys: SystemCredentials
    token: str
    client: httpx2.Client

    def proof(self, **changes: Any) -> str:
        """Return a proof for the query, with claims changed or (None) left out, or signed otherwise."""
        key = changes.pop("key", self.keys.private_key)
        header = changes.pop("header", {})
        claims: dict[str, Any] = {
            "jti": secrets.token_urlsafe(12),
            "htm": "POST",
            "htu": self.url + PATH,
            "iat": int(time.time()),
            "ath": token_digest(self.token),
            **changes,
        }
        signer = SystemCredentials(self.keys.system_id, key)
        jwk, algorithm = signer._public()
        headers = {"typ": "dpop+jwt", "jwk": dict(jwk), **header}
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(kept, key, algorithm=algorithm, headers={k: v for k, v in headers.items() if v is not None})

    def ask(self, proof: str | None, *, scheme: str = "DPoP", token: str | None = None) -> httpx2.Response:
        """Query with a proof, or without one."""
        headers = {"Authorization": f"{scheme} {token or self.token}"}
        if proof is not None:
            headers["DPoP"] = proof
        return self.client.post(PATH, json=BODY, headers=headers)


@pytest.fixture
def holder(town: Town, agencies: Agencies) -> Iterator[Holder]:
    """Give the granted agency's key and token."""
    keys = agencies.granted._credentials
    assert keys is not None
    with httpx2.Client(base_url=agencies.granted.url, timeout=30) as client:
        yield Holder(agencies.granted.url, keys, agencies.granted.token(), client)


def assert_refused(answer: httpx2.Response, reason: str) -> None:
    """Say that a request was refused as RFC 9449 7.1 asks, for the reason expected."""
    assert (answer.status_code, answer.json().get("reason")) == (401, reason), answer.text
    assert answer.headers["WWW-Authenticate"].startswith("DPoP ")


def test_a_token_with_its_proof_is_accepted(holder: Holder) -> None:
    assert holder.ask(holder.proof()).status_code == 200


def test_a_stolen_token_without_its_proof_is_refused(holder: Holder) -> None:
    assert_refused(holder.ask(None), "proof-missing")


def test_a_bound_token_sent_as_a_bearer_token_is_refused(holder: Holder) -> None:
    assert_refused(holder.ask(holder.proof(), scheme="Bearer"), "proof-downgraded")


WRONG: Mapping[str, tuple[dict[str, Any], str]] = {
    "another method (htm)": ({"htm": "GET"}, "proof-method"),
    "no method": ({"htm": None}, "proof-method"),
    "another path (htu)": ({"htu": "http://127.0.0.1/api/v1/exchange/other/query"}, "proof-address"),
    "another host (htu)": ({"htu": "https://hub.other-city.example" + PATH}, "proof-address"),
    "htu that is no text": ({"htu": 7}, "proof-address"),
    "another token (ath)": ({"ath": token_digest("another")}, "proof-token"),
    "no token digest": ({"ath": None}, "proof-token"),
    "an old proof": ({"iat": int(time.time()) - FRESH_SECONDS - 60}, "proof-stale"),
    "a proof from the future": ({"iat": int(time.time()) + 3600}, "proof-stale"),
    "iat that is no number": ({"iat": "now"}, "proof-stale"),
    "no jti": ({"jti": None}, "proof-jti"),
    "a jti too long": ({"jti": "j" * 200}, "proof-jti"),
    "another type": ({"header": {"typ": "JWT"}}, "proof-signature"),
    "no key in the header": ({"header": {"jwk": None}}, "proof-malformed"),
    "a key address in the header": ({"header": {"jku": "https://evil.example/k"}}, "proof-malformed"),
    "a private key in the header": (
        {"header": {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": "AA", "d": "AA"}}},
        "proof-malformed",
    ),
    "somebody else's EC key": ({"key": ec.generate_private_key(ec.SECP256R1())}, "proof-other-key"),
    "somebody else's Ed25519 key": ({"key": ed25519.Ed25519PrivateKey.generate()}, "proof-other-key"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_proof_that_breaks_a_rule_is_refused(holder: Holder, wrong: str) -> None:
    changes, reason = WRONG[wrong]
    assert_refused(holder.ask(holder.proof(**changes)), reason)


def test_a_proof_signed_by_one_key_that_shows_another_is_refused(holder: Holder) -> None:
    jwk, _ = holder.keys._public()
    forged = holder.proof(key=ed25519.Ed25519PrivateKey.generate(), header={"jwk": dict(jwk)})
    assert_refused(holder.ask(forged), "proof-signature")


def test_an_unsigned_proof_is_refused(holder: Holder) -> None:
    head, claims, _ = holder.proof().split(".")
    assert_refused(holder.ask(f"{head}.{claims}."), "proof-signature")


def test_two_proof_headers_are_refused(holder: Holder) -> None:
    headers = [("Authorization", f"DPoP {holder.token}"), ("DPoP", holder.proof()), ("DPoP", holder.proof())]
    assert_refused(holder.client.post(PATH, json=BODY, headers=headers), "proof-several-proofs")


def test_a_proof_is_good_once(holder: Holder) -> None:
    proof = holder.proof()
    assert holder.ask(proof).status_code == 200
    assert_refused(holder.ask(proof), "proof-replayed")


def test_of_twenty_concurrent_copies_of_a_proof_one_is_answered(holder: Holder) -> None:
    proof = holder.proof()
    with ThreadPoolExecutor(10) as pool:
        statuses = list(pool.map(lambda _: holder.ask(proof).status_code, range(20)))
    assert (statuses.count(200), statuses.count(401)) == (1, 19)


def test_query_and_fragment_of_the_address_do_not_count(holder: Holder) -> None:
    assert holder.ask(holder.proof(htu=holder.url + PATH + "?a=1#b")).status_code == 200


def test_each_refused_proof_leaves_a_receipt_of_denial(holder: Holder, town: Town) -> None:
    def denials() -> int:
        with town.hub.superuser() as connection:
            row = connection.execute("SELECT count(*) FROM hub.receipt WHERE kind = 'denial'").fetchone()
        assert row is not None
        return int(row[0])

    before = denials()
    holder.ask(holder.proof(htm="GET"))
    assert denials() == before + 1


def test_a_download_wants_the_hubs_nonce_and_says_which(holder: Holder) -> None:
    path = f"/api/v1/exchange/{RESIDENTS}/download"
    proof = holder.keys.proof("GET", holder.url + path, token=holder.token)
    headers = {"Authorization": f"DPoP {holder.token}", "DPoP": proof}
    answer = holder.client.get(path, params={"purpose": PURPOSE}, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (401, "use_dpop_nonce")
    assert answer.headers["DPoP-Nonce"]
    assert 'error="use_dpop_nonce"' in answer.headers["WWW-Authenticate"]


def test_a_bearer_token_reads_what_is_shared_without_conditions(holder: Holder, agencies: Agencies) -> None:
    token = agencies.granted.bearer_token()
    assert holder.ask(None, scheme="Bearer", token=token).status_code == 200


def test_a_bearer_token_is_refused_for_writing(holder: Holder, town: Town) -> None:
    token = town.people.system("jiaotongju").bearer_token()
    path = f"/api/v1/exchange/{RESIDENTS}/match"
    answer = holder.client.post(path, json={}, headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json().get("reason")) == (401, "proof-binding-needed")


def test_a_bearer_token_sent_as_a_bound_one_is_refused(holder: Holder, agencies: Agencies) -> None:
    answer = holder.ask(holder.proof(), token=agencies.granted.bearer_token())
    assert (answer.status_code, answer.json()["reason"]) == (401, "not-bound")


def test_the_token_endpoint_refuses_a_proof_by_another_key(holder: Holder) -> None:
    stranger = SystemCredentials(holder.keys.system_id, ed25519.Ed25519PrivateKey.generate())
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": holder.keys.assertion(holder.url),
    }
    proof = stranger.proof("POST", f"{holder.url}/oauth/token")
    answer = holder.client.post("/oauth/token", data=form, headers={"DPoP": proof})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")


def test_the_metadata_names_the_algorithms_of_proofs(holder: Holder) -> None:
    found = holder.client.get("/.well-known/oauth-authorization-server").json()
    assert found["dpop_signing_alg_values_supported"] == ["ES256", "EdDSA"]


def test_a_token_is_bound_to_the_registered_key(holder: Holder) -> None:
    claims = jwt.decode(holder.token, options={"verify_signature": False})
    assert claims["cnf"] == {"jkt": claims["key"]}


def test_the_granted_agency_still_works_after_all_this(agencies: Agencies) -> None:
    assert acts.query(agencies.granted, RESIDENTS, limit=1).status_code == 200
