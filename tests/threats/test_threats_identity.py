"""Attacks on identity: threats 1 to 6, 8 to 11, 18, 36 and 38, each with what must happen instead."""

from __future__ import annotations

import base64
import json
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
import time_machine
from cryptography.hazmat.primitives import serialization
from jwt.api_jws import PyJWS
from jwt.utils import base64url_encode

from hub.identity import members, systems
from hub.identity.facts import Actor, Status
from hub.identity.jws import has_signature, read
from hub.identity.roles import Role
from tests.hub.identity.identity_kit import APPROVER, ISSUER, PROPOSER, KeyPair, Kit, make_kit, serve

if TYPE_CHECKING:
    from pathlib import Path

    from hub.database import Database
    from hub.identity.facts import System

pytestmark = pytest.mark.filterwarnings("ignore::jwt.InsecureKeyLengthWarning")


@pytest.fixture
def kit(database: Database, tmp_path: Path) -> Kit:
    return make_kit(database, tmp_path)


@pytest.fixture
def pair() -> KeyPair:
    return KeyPair.es256()


@pytest.fixture
def system(kit: Kit, pair: KeyPair) -> System:
    made = kit.system()
    kit.live_key(made, pair)
    return made


def forged(claims_of: str, header: dict[str, object], key: bytes = b"") -> str:
    """Return the claims of a good assertion under another header, signed with HMAC or not at all."""
    payload = claims_of.split(".")[1]
    if header["alg"] == "none":
        return base64url_encode(json.dumps(header).encode()).decode() + "." + payload + "."
    raw = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    signing = PyJWS()
    algorithm = signing.get_algorithm_by_name("HS256")
    algorithm.prepare_key = lambda _key: key  # type: ignore[method-assign, assignment]  # the attacker does not check
    return signing.encode(raw, key, algorithm="HS256", headers=dict(header))


def test_an_assertion_without_signature_gets_no_token_and_a_receipt_of_denial(
    kit: Kit, pair: KeyPair, system: System
) -> None:
    attack = forged(pair.assertion(system.id), {"alg": "none", "kid": pair.thumbprint})
    answer = kit.token_request(attack)
    assert (answer.status_code, answer.json()["error"], kit.denials()) == (401, "invalid_client", ["algorithm"])


@pytest.mark.parametrize("form", ["pem", "der", "jwk"])
def test_a_public_key_used_as_hmac_secret_gets_no_token(kit: Kit, pair: KeyPair, system: System, form: str) -> None:
    public = pair.private.public_key()
    secrets = {
        "pem": public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
        "der": public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
        "jwk": json.dumps(pair.jwk).encode(),
    }
    attack = forged(pair.assertion(system.id), {"alg": "HS256", "kid": pair.thumbprint}, secrets[form])
    assert kit.token_request(attack).status_code == 401


@pytest.mark.parametrize("alg", ["EdDSA", "SM2-SM3"])
def test_a_key_registered_for_es256_is_not_used_with_another_algorithm(
    kit: Kit, pair: KeyPair, system: System, alg: str
) -> None:
    good = pair.assertion(system.id)
    header = base64url_encode(json.dumps({"alg": alg, "kid": pair.thumbprint, "typ": "JWT"}).encode()).decode()
    assert kit.token_request(header + good[good.index(".") :]).status_code == 401


@pytest.mark.parametrize("name", ["jku", "x5u", "jwk", "x5c", "crit"])
def test_a_key_hint_in_the_header_is_refused_without_a_request_to_anywhere(
    kit: Kit, pair: KeyPair, system: System, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _self, address: calls.append(address))
    header = {"alg": "ES256", "kid": pair.thumbprint, name: ["x"] if name == "crit" else "http://attacker.example/k"}
    good = pair.assertion(system.id).split(".")
    attack = ".".join((base64url_encode(json.dumps(header).encode()).decode(), good[1], good[2]))
    answer = kit.token_request(attack)
    assert (answer.status_code, calls) == (401, [])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iat": -120, "exp": -70}, "expired"),
        ({"iat": 60, "exp": 100}, "issued-in-future"),
        ({"iat": 0, "exp": 61}, "life"),
        ({"iat": 0, "exp": 10 * 365 * 86400}, "life"),
        ({"aud": [ISSUER]}, "audience"),
        ({"aud": f"{ISSUER}/oauth/token"}, "audience"),
        ({"aud": "https://hub.othercity.example/oauth/token"}, "audience"),
        ({"jti": None}, "jti"),
        ({"exp": None}, "times"),
        ({"iss": "00000000-0000-0000-0000-000000000000"}, "issuer"),
    ],
)
def test_an_assertion_with_a_wrong_claim_gets_no_token(
    kit: Kit, pair: KeyPair, system: System, changes: dict[str, object], reason: str
) -> None:
    now = int(time.time())
    claims = {name: now + value if isinstance(value, int) else value for name, value in changes.items()}
    answer = kit.token_request(pair.assertion(system.id, claims))
    assert (answer.status_code, kit.denials()) == (401, [reason])


def test_repeated_claims_are_refused(kit: Kit, pair: KeyPair, system: System) -> None:
    claims = pair.assertion(system.id).split(".")[1]
    raw = base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4))
    doubled = raw.replace(b"{", b'{"aud":"http://elsewhere.example",', 1)
    attack = PyJWS().encode(doubled, pair.private, algorithm=pair.alg, headers={"kid": pair.thumbprint})
    assert (kit.token_request(attack).status_code, kit.denials()) == (401, ["duplicate-members"])


def test_an_assertion_above_8_kb_is_refused(kit: Kit, pair: KeyPair, system: System) -> None:
    assert kit.token_request(pair.assertion(system.id, {"padding": "x" * 8192})).status_code == 401


@pytest.mark.parametrize("kid", ["\0", "\ud800", "' OR 1=1 --", 7, None])
def test_a_key_name_that_is_no_thumbprint_reaches_no_database(
    kit: Kit, pair: KeyPair, system: System, kid: object
) -> None:
    good = pair.assertion(system.id).split(".")
    header = base64url_encode(json.dumps({"alg": "ES256", "kid": kid}).encode()).decode()
    assert kit.token_request(".".join((header, good[1], good[2]))).status_code == 401


def test_fifty_copies_of_one_assertion_get_exactly_one_token(kit: Kit, pair: KeyPair, system: System) -> None:
    assertion = pair.assertion(system.id)
    with ThreadPoolExecutor(max_workers=10) as pool:
        answers = list(pool.map(lambda _n: kit.token_request(assertion).status_code, range(50)))
    assert sorted(answers) == [200] + [401] * 49


def test_an_assertion_used_before_a_restart_gets_no_token_after_it(
    kit: Kit, pair: KeyPair, system: System, database: Database, tmp_path: Path
) -> None:
    assertion = pair.assertion(system.id)
    kit.token_request(assertion)
    kit.services, kit.app = serve(database, tmp_path)
    assert kit.token_request(assertion).status_code == 401


def test_a_token_is_refused_once_its_system_is_suspended(kit: Kit, pair: KeyPair, system: System) -> None:
    token = kit.token(system, pair)
    assert kit.whoami(token).status_code == 200
    with kit.database.begin() as unit:
        systems.set_system_status(unit, kit.services.record, APPROVER, system.id, Status.SUSPENDED)
    kit.services.keeper.refresh()
    assert (kit.whoami(token).status_code, kit.denials()) == (401, ["suspended"])


def test_a_suspension_elsewhere_reaches_a_running_hub_within_five_seconds(
    kit: Kit, pair: KeyPair, system: System
) -> None:
    token = kit.token(system, pair)
    kit.services.start()
    try:
        with kit.database.begin() as unit:
            members.set_member_status(unit, kit.services.record, APPROVER, kit.city.slug, Status.SUSPENDED)
        ends = time.monotonic() + 5
        while kit.whoami(token).status_code == 200 and time.monotonic() < ends:
            time.sleep(0.05)
        assert kit.whoami(token).status_code == 401
    finally:
        kit.services.stop()


def test_nothing_is_decided_on_standing_older_than_five_seconds(kit: Kit, pair: KeyPair, system: System) -> None:
    token = kit.token(system, pair)
    kit.services.keeper._age_limit = -1.0
    answer = kit.whoami(token)
    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)


def test_a_token_of_a_revoked_key_is_refused(kit: Kit, pair: KeyPair, system: System) -> None:
    token = kit.token(system, pair)
    with kit.database.begin() as unit:
        systems.revoke_key(unit, kit.services.record, APPROVER, pair.thumbprint)
    kit.services.keeper.refresh()
    assert kit.whoami(token).status_code == 401


def test_after_its_end_the_old_key_gets_401_and_the_new_one_200(kit: Kit, pair: KeyPair, system: System) -> None:
    successor = KeyPair.eddsa()
    kit.live_key(system, successor)
    with kit.database.begin() as unit:
        systems.rotate_key(unit, kit.services.record, PROPOSER, pair.thumbprint, kit.services.clock())
    old = kit.token_request(pair.assertion(system.id)).status_code
    new = kit.token_request(successor.assertion(system.id)).status_code
    assert (old, new) == (401, 200)


def test_a_signature_of_an_ended_key_still_verifies_with_the_stored_public_key(
    kit: Kit, pair: KeyPair, system: System
) -> None:
    signed = pair.assertion(system.id)
    with kit.database.begin() as unit:
        ended = systems.revoke_key(unit, kit.services.record, APPROVER, pair.thumbprint)
    assert has_signature(read(signed), ended.jwk, ended.alg)


def test_a_token_ends_with_the_key_it_was_obtained_with(kit: Kit) -> None:
    system, pair = kit.system(name="短期系统"), KeyPair.es256()
    kit.live_key(system, pair, timedelta(seconds=60))
    token = kit.token(system, pair)
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=61), tick=True):
        kit.services.keeper.refresh()
        assert kit.whoami(token).json()["reason"] == "key-ended"


@pytest.mark.parametrize("header", ["X-Client-Cert", "X-SSL-Client-Cert", "X-Forwarded-Client-Cert"])
def test_a_forged_client_certificate_header_opens_nothing(kit: Kit, header: str) -> None:
    assert kit.browser().get("/test/whoami", headers={header: "CN=gongan.demo.example"}).status_code == 401


def test_who_proposed_a_key_cannot_approve_it(kit: Kit) -> None:
    person = kit.person("an.quan", Role.SECURITY_ADMIN)
    key = kit.propose(kit.system(), KeyPair.es256(), actor=Actor(person.staff.id, "an.quan"))
    answer = person.post(f"/api/v1/keys/{key.thumbprint}/approve")
    assert (answer.status_code, kit.denials()) == (409, ["four-eyes"])


def test_a_security_administrator_cannot_change_the_own_roles(kit: Kit) -> None:
    person = kit.person("an.quan", Role.SECURITY_ADMIN)
    answer = person.send("PUT", "/api/v1/staff/an.quan/roles", json={"roles": ["auditor"]})
    assert (answer.status_code, kit.denials()) == (403, ["own-rights"])


def test_an_agency_user_cannot_approve_a_key(kit: Kit) -> None:
    key = kit.propose(kit.system(), KeyPair.es256())
    answer = kit.person("jing.ban", Role.AGENCY_USER).post(f"/api/v1/keys/{key.thumbprint}/approve")
    assert (answer.status_code, kit.denials()) == (403, ["role"])


def test_staff_cannot_tell_whether_a_system_of_another_member_exists(kit: Kit) -> None:
    other = kit.system(kit.member("minzhengju"))
    person = kit.person("jing.ban", Role.AGENCY_USER)
    bodies = [person.post(f"/api/v1/systems/{one}/nonces").json() for one in (other.id, UUID(int=7))]
    assert [(body["status"], body["detail"]) for body in bodies] == [(403, bodies[0]["detail"])] * 2


def test_an_sm2_key_is_refused_under_the_international_profile(kit: Kit) -> None:
    system = kit.system()
    person = kit.person("xi.tong", Role.SYSTEM_ADMIN)
    body = {"jwk": {"kty": "EC", "crv": "SM2", "x": "AA", "y": "AA"}, "proof": "x"}
    assert person.post(f"/api/v1/systems/{system.id}/keys", json=body).json()["reason"] == "algorithm"


def operations(kit: Kit) -> list[tuple[str, str]]:
    """Return every administrative operation, its path filled with something harmless."""
    paths = kit.app.openapi()["paths"].items()
    found = [
        (method.upper(), re.sub(r"\{[a-z_]+\}", "00000000-0000-0000-0000-000000000000", path))
        for path, methods in paths
        for method, operation in methods.items()
        if "operators" in operation["tags"]
    ]
    assert len(found) > 20
    return found


def test_no_administrative_route_opens_without_a_session(kit: Kit) -> None:
    wrong = [(m, p) for m, p in operations(kit) if kit.browser().request(m, p).status_code != 401]
    assert wrong == []


def test_no_administrative_route_opens_with_the_token_of_a_system(kit: Kit, pair: KeyPair, system: System) -> None:
    headers = {"Authorization": f"Bearer {kit.token(system, pair)}"}
    wrong = [(m, p) for m, p in operations(kit) if kit.browser().request(m, p, headers=headers).status_code != 401]
    assert wrong == []


def test_no_administrative_change_opens_to_a_person_without_the_role(kit: Kit) -> None:
    auditor = kit.person("shen.ji", Role.AUDITOR)
    changes = [(method, path) for method, path in operations(kit) if method != "GET"]
    wrong = [(method, path) for method, path in changes if auditor.send(method, path).status_code != 403]
    assert wrong == []
