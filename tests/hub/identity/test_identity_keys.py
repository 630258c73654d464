"""Keys of systems: their form, proof of possession, approval by a second person, rotation."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from hub.identity import systems
from hub.identity.errors import (
    AlreadyRegisteredError,
    FourEyesError,
    KeyRefusedError,
    TooManyKeysError,
    WrongStateError,
)
from hub.identity.facts import KeyAlgorithm, KeyPurpose, KeyStatus
from hub.identity.keys import public_jwk, thumbprint
from tests.hub.identity.identity_kit import APPROVER, ISSUER, PROPOSER, KeyPair

if TYPE_CHECKING:
    from hub.identity.facts import System, SystemKey
    from tests.hub.identity.identity_kit import Kit

SYSTEM = uuid.UUID(int=9)


def offer(kit: Kit, system: System, pair: KeyPair, proof: str) -> SystemKey:
    proposal = systems.KeyProposal(system.id, pair.jwk, KeyPurpose.AUTH, proof, ISSUER)
    with kit.database.begin() as unit:
        return systems.propose_key(unit, kit.services.record, PROPOSER, proposal, kit.services.clock())


def nonce(kit: Kit, system: System) -> str:
    with kit.database.begin() as unit:
        return systems.new_nonce(unit, system.id, kit.services.clock())[0]


def test_the_thumbprint_of_rfc_8037_a_3_is_found() -> None:
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert thumbprint(public_jwk(jwk)[0]) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_the_type_of_a_key_fixes_its_algorithm() -> None:
    found = [public_jwk(pair.jwk)[1] for pair in (KeyPair.es256(), KeyPair.eddsa())]
    assert found == [KeyAlgorithm.ES256, KeyAlgorithm.EDDSA]


def test_junk_inside_the_coordinates_makes_no_second_key() -> None:
    pair = KeyPair.es256()
    spelt = {**pair.jwk, "x": pair.jwk["x"][:5] + "!" + pair.jwk["x"][5:] + "=", "use": "sig"}
    assert thumbprint(public_jwk(spelt)[0]) == pair.thumbprint


@pytest.mark.parametrize(
    ("jwk", "reason"),
    [
        ({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "d": "AA"}, "private-key"),
        ({"kty": "oct", "k": "c2VjcmV0"}, "private-key"),
        ({"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"}, "algorithm"),
        ({"kty": "RSA", "n": "AA", "e": "AQAB"}, "algorithm"),
        ({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}, "not-a-key"),
        ({"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43}, "not-a-key"),
        ({"kty": "OKP", "crv": "Ed25519"}, "not-a-key"),
        (
            {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "alg": "ES256"},
            "algorithm",
        ),
        ({"kty": ["EC"], "crv": {}}, "algorithm"),
    ],
)
def test_a_key_the_hub_cannot_use_is_refused(jwk: dict[str, object], reason: str) -> None:
    with pytest.raises(KeyRefusedError) as refusal:
        public_jwk(jwk)
    assert refusal.value.reason == reason


def test_a_key_comes_in_with_a_signed_nonce(kit: Kit) -> None:
    system, pair = kit.system(), KeyPair.eddsa()
    key = offer(kit, system, pair, pair.proof(system.id, nonce(kit, system)))
    assert (key.status, key.thumbprint, key.alg) == (KeyStatus.PROPOSED, pair.thumbprint, KeyAlgorithm.EDDSA)


def test_a_proof_signed_by_another_key_is_refused(kit: Kit) -> None:
    system = kit.system()
    with pytest.raises(KeyRefusedError, match="持有证明"):
        offer(kit, system, KeyPair.es256(), KeyPair.es256().proof(system.id, nonce(kit, system)))


@pytest.mark.parametrize(
    "changes",
    [{"aud": "http://hub.othercity.example"}, {"sub": str(SYSTEM)}, {"iat": 0}, {"iat": None}, {"nonce": 1}],
)
def test_a_proof_that_says_something_else_is_refused(kit: Kit, changes: dict[str, object]) -> None:
    system, pair = kit.system(), KeyPair.es256()
    proof = pair.proof(system.id, nonce(kit, system), changes)
    with pytest.raises(KeyRefusedError, match="持有证明"):
        offer(kit, system, pair, proof)


def test_a_client_assertion_is_no_proof_of_possession(kit: Kit) -> None:
    system, pair = kit.system(), KeyPair.es256()
    with pytest.raises(KeyRefusedError, match="持有证明"):
        offer(kit, system, pair, pair.assertion(system.id, {"nonce": nonce(kit, system)}))


def test_a_nonce_of_another_system_is_refused(kit: Kit) -> None:
    system, other, pair = kit.system(), kit.system(name="另一系统"), KeyPair.es256()
    with pytest.raises(KeyRefusedError, match="随机数"):
        offer(kit, system, pair, pair.proof(system.id, nonce(kit, other)))


def test_a_nonce_is_good_once(kit: Kit) -> None:
    system, pair = kit.system(), KeyPair.es256()
    given = nonce(kit, system)
    offer(kit, system, pair, pair.proof(system.id, given))
    second = KeyPair.es256()
    with pytest.raises(KeyRefusedError, match="随机数"):
        offer(kit, system, second, second.proof(system.id, given))


def test_a_key_is_enrolled_once(kit: Kit) -> None:
    pair = KeyPair.es256()
    kit.propose(kit.system(), pair)
    with pytest.raises(AlreadyRegisteredError, match="公钥"):
        kit.propose(kit.system(name="另一系统"), pair)


def test_a_key_of_more_than_two_years_is_refused(kit: Kit) -> None:
    with pytest.raises(KeyRefusedError, match="两年"):
        kit.propose(kit.system(), KeyPair.es256(), lifetime=timedelta(days=731))


def test_a_proposed_key_opens_nothing(kit: Kit) -> None:
    system, pair = kit.system(), KeyPair.es256()
    kit.propose(system, pair)
    assert kit.token_request(pair.assertion(system.id)).json()["reason"] == "key-ended"


def test_the_proposer_cannot_approve(kit: Kit) -> None:
    key = kit.propose(kit.system(), KeyPair.es256())
    with pytest.raises(FourEyesError), kit.database.begin() as unit:
        systems.approve_key(unit, kit.services.record, PROPOSER, key.thumbprint, kit.services.clock())


def test_two_keys_are_live_during_a_rotation(kit: Kit) -> None:
    system, old, new = kit.system(), KeyPair.es256(), KeyPair.eddsa()
    for pair in (old, new):
        kit.live_key(system, pair)
    until = kit.services.clock() + timedelta(hours=1)
    with kit.database.begin() as unit:
        systems.rotate_key(unit, kit.services.record, PROPOSER, old.thumbprint, until)
    answers = [kit.token_request(pair.assertion(system.id)).status_code for pair in (old, new)]
    assert answers == [200, 200]


def test_a_third_live_key_is_refused(kit: Kit) -> None:
    system = kit.system()
    for _ in range(2):
        kit.live_key(system, KeyPair.es256())
    with pytest.raises(TooManyKeysError):
        kit.live_key(system, KeyPair.es256())


def test_the_only_key_cannot_be_rotated_out(kit: Kit) -> None:
    key = kit.live_key(kit.system(), KeyPair.es256())
    with pytest.raises(WrongStateError, match="接替"), kit.database.begin() as unit:
        systems.rotate_key(unit, kit.services.record, PROPOSER, key.thumbprint, kit.services.clock())


def test_a_revoked_key_cannot_be_approved_again(kit: Kit) -> None:
    key = kit.live_key(kit.system(), KeyPair.es256())
    with kit.database.begin() as unit:
        systems.revoke_key(unit, kit.services.record, APPROVER, key.thumbprint)
    with pytest.raises(WrongStateError, match="已吊销"), kit.database.begin() as unit:
        systems.approve_key(unit, kit.services.record, APPROVER, key.thumbprint, kit.services.clock())


def test_a_signing_key_obtains_no_token(kit: Kit) -> None:
    system, pair = kit.system(), KeyPair.es256()
    proof = pair.proof(system.id, nonce(kit, system))
    proposal = systems.KeyProposal(system.id, pair.jwk, KeyPurpose.SIGN, proof, ISSUER)
    with kit.database.begin() as unit:
        systems.propose_key(unit, kit.services.record, PROPOSER, proposal, kit.services.clock())
        systems.approve_key(unit, kit.services.record, APPROVER, pair.thumbprint, kit.services.clock())
    assert kit.token_request(pair.assertion(system.id)).status_code == 401


def test_a_key_lives_until_its_end_and_not_at_it(kit: Kit) -> None:
    key = kit.live_key(kit.system(), KeyPair.es256())
    moments = (key.valid_from, key.valid_to - timedelta(microseconds=1), key.valid_to)
    assert [key.is_live(moment) for moment in moments] == [True, True, False]
    assert key.valid_from.timestamp() <= time.time()
