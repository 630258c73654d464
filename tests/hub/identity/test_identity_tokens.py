"""Tokens of systems: what is issued, what is answered to a malformed request, what the metadata say."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from jwt.api_jwk import PyJWK

from hub.identity import jws, store
from hub.identity.errors import TokenKeyFileError, TokenRefusedError
from hub.identity.facts import KeyAlgorithm
from hub.identity.token_key import load_token_key, token_key
from hub.identity.tokens import Tokens
from tests.hub.identity.identity_kit import ISSUER, KeyPair

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping
    from pathlib import Path

    from hub.database import Unit
    from tests.hub.identity.identity_kit import Kit

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
PAIR = KeyPair.eddsa()
SIGNED = PAIR.sign({"sub": "someone"})


def never_records(unit: Unit, kind: str, fields: Mapping[str, str]) -> uuid.UUID:
    raise AssertionError("reading a token leaves no receipt by itself")


@pytest.mark.parametrize("pair", [KeyPair.es256(), KeyPair.eddsa()], ids=["ES256", "EdDSA"])
def test_a_system_gets_a_ten_minute_token_and_is_known_by_it(kit: Kit, pair: KeyPair) -> None:
    system = kit.system()
    kit.live_key(system, pair)
    answer = kit.token_request(pair.assertion(system.id)).json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 600)
    assert kit.whoami(answer["access_token"]).json() == {"system": str(system.id), "member": "shujuju"}


def test_a_token_verifies_with_the_published_keys(kit: Kit) -> None:
    system, pair = kit.system(), KeyPair.es256()
    kit.live_key(system, pair)
    token = kit.token(system, pair)
    published = kit.browser().get("/.well-known/jwks.json").json()["keys"][0]
    claims = jwt.decode(token, PyJWK(published), algorithms=[published["alg"]], audience=ISSUER, issuer=ISSUER)
    assert (jwt.get_unverified_header(token)["typ"], claims["sub"], claims["client_id"], claims["member"]) == (
        "at+jwt",
        str(system.id),
        str(system.id),
        "shujuju",
    )


def test_an_answer_with_a_token_is_never_stored_by_caches(kit: Kit) -> None:
    system, pair = kit.system(), KeyPair.es256()
    kit.live_key(system, pair)
    assert kit.token_request(pair.assertion(system.id)).headers["cache-control"] == "no-store"


def test_the_scope_asked_for_is_the_scope_given(kit: Kit) -> None:
    system, pair = kit.system(), KeyPair.es256()
    kit.live_key(system, pair)
    assert kit.token_request(pair.assertion(system.id), scope="verify query").json()["scope"] == "query verify"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"}, "invalid_request"),
        ({"client_assertion": ""}, "invalid_request"),
        ({"scope": "root"}, "invalid_scope"),
        ({"client_secret": "hunter2"}, "invalid_request"),
    ],
)
def test_a_malformed_token_request_is_answered_as_rfc_6749_says(kit: Kit, changes: dict[str, str], error: str) -> None:
    answer = kit.token_request("x.y.z", **changes)
    body = answer.json()
    assert (answer.status_code, body["error"], answer.headers["content-type"]) == (400, error, "application/json")
    assert body["error_description"].isascii()
    assert body["detail"]


def test_a_repeated_parameter_is_refused(kit: Kit) -> None:
    answer = kit.browser().post(
        "/oauth/token",
        content="grant_type=client_credentials&grant_type=client_credentials",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a=" + b"x" * 20_000, b"&".join([b"a=1"] * 30), b"%ff=1"])
def test_a_form_that_cannot_be_read_is_refused(kit: Kit, content: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert kit.browser().post("/oauth/token", content=content, headers=headers).status_code == 400


def test_a_client_id_of_another_system_is_refused(kit: Kit) -> None:
    system, pair = kit.system(), KeyPair.es256()
    kit.live_key(system, pair)
    assert kit.token_request(pair.assertion(system.id), client_id="someone").json()["reason"] == "issuer"


def test_a_denial_names_the_system_when_its_key_is_registered(kit: Kit) -> None:
    system, pair = kit.system(), KeyPair.es256()
    kit.live_key(system, pair)
    kit.token_request(pair.assertion(system.id, {"aud": "elsewhere"}))
    denial = kit.receipts("denial")[0]
    assert (denial["system"], denial["key_thumbprint"]) == (str(system.id), pair.thumbprint)


def test_an_expired_token_is_refused_although_it_was_good_before(kit: Kit) -> None:
    system, pair = kit.system(), KeyPair.es256()
    kit.live_key(system, pair)
    token = kit.token(system, pair)
    assert kit.whoami(token).status_code == 200
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=601), tick=True):
        kit.services.keeper.refresh()
        assert kit.whoami(token).json()["reason"] == "token-expired"


def test_a_client_assertion_is_no_access_token(kit: Kit) -> None:
    system, pair = kit.system(), KeyPair.es256()
    kit.live_key(system, pair)
    assert kit.whoami(pair.assertion(system.id)).status_code == 401


def test_an_access_token_is_no_client_assertion(kit: Kit) -> None:
    system, pair = kit.system(), KeyPair.es256()
    kit.live_key(system, pair)
    assert kit.token_request(kit.token(system, pair)).status_code == 401


@pytest.mark.parametrize("header", ["Basic eDp5", "Bearer", "Bearer a b", "bearer x.y.z"])
def test_an_authorization_header_that_is_no_good_token_gets_401_and_a_receipt(kit: Kit, header: str) -> None:
    answer = kit.browser().get("/test/whoami", headers={"Authorization": header})
    assert (answer.status_code, len(kit.denials())) == (401, 1)


def test_a_request_without_credentials_gets_401_and_leaves_no_receipt(kit: Kit) -> None:
    assert (kit.browser().get("/test/whoami").status_code, kit.denials()) == (401, [])


@given(st.integers(0, len(SIGNED) - 1), st.sampled_from(ALPHABET))
def test_a_token_with_one_character_changed_has_no_signature(position: int, character: str) -> None:
    altered = SIGNED[:position] + character + SIGNED[position + 1 :]
    try:
        holds = jws.has_signature(jws.read(altered), PAIR.jwk, KeyAlgorithm.EDDSA)
    except jws.MalformedTokenError:
        holds = False
    assert holds is (altered == SIGNED)


@given(st.text(max_size=200))
def test_text_that_is_no_token_is_refused_whatever_it_is(text: str) -> None:
    with pytest.raises(jws.MalformedTokenError):
        jws.read(text)


def test_deep_json_in_a_token_is_refused_not_followed() -> None:
    deep = PAIR.sign({}).split(".")
    with pytest.raises(jws.MalformedTokenError):
        jws.read(".".join((deep[0], "W1tbW1tb" * 900, deep[2])))


def test_a_token_of_another_hub_with_the_same_name_is_refused() -> None:
    own, other = (Tokens(ISSUER, token_key(KeyPair.eddsa().private), 600, never_records) for _ in range(2))
    foreign = jwt.encode(
        {"iss": ISSUER, "aud": ISSUER}, other.key.private, "EdDSA", {"typ": "at+jwt", "kid": own.key.kid}
    )
    with pytest.raises(TokenRefusedError):
        own.read(foreign, time.time())


def test_the_token_key_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "token.pem"
    first, second = load_token_key(path), load_token_key(path)
    assert (first.kid == second.kid, path.stat().st_mode & 0o777, list(path.parent.iterdir())) == (True, 0o600, [path])


def test_a_token_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "token.pem"
    load_token_key(path)
    path.chmod(0o640)
    with pytest.raises(TokenKeyFileError) as refusal:
        load_token_key(path)
    assert "0600" in refusal.value.next_zh


def test_a_p256_token_key_signs_with_es256(tmp_path: Path) -> None:
    path = tmp_path / "token.pem"
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.touch(mode=0o600)
    path.write_bytes(pem)
    assert load_token_key(path).alg is KeyAlgorithm.ES256


def test_a_damaged_token_key_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "token.pem"
    path.touch(mode=0o600)
    with pytest.raises(TokenKeyFileError):
        load_token_key(path)


def test_what_time_made_useless_is_deleted(kit: Kit) -> None:
    system, pair = kit.system(), KeyPair.es256()
    kit.live_key(system, pair)
    kit.token(system, pair)
    later = kit.services.clock() + timedelta(hours=13)
    with kit.database.begin() as unit:
        assert store.prune(unit, later, later) == 1


def test_the_metadata_name_the_one_way_to_authenticate(kit: Kit) -> None:
    found = kit.browser().get("/.well-known/oauth-authorization-server").json()
    assert (found["issuer"], found["token_endpoint_auth_methods_supported"]) == (ISSUER, ["private_key_jwt"])


def test_security_txt_has_a_contact_and_an_end(kit: Kit) -> None:
    text = kit.browser().get("/.well-known/security.txt").text
    assert [line.partition(":")[0] for line in text.splitlines()][:2] == ["Contact", "Expires"]
