"""Key files are private and whole; known answers guard every start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from hub.ledger.errors import CryptoSelfTestError, KeyFileError, NoteInvalidError
from hub.ledger.keys import Algorithm, PublicKey, open_secret, open_signing_key
from hub.ledger.publication import open_ledger
from hub.ledger.selftest import KNOWN_ANSWERS, self_test

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_created_key_is_loaded_again(tmp_path: Path, algorithm: Algorithm) -> None:
    path = tmp_path / "keys" / "receipt.pem"
    assert open_signing_key(path, algorithm).public == open_signing_key(path).public


def test_a_created_key_can_be_read_by_its_owner_only(tmp_path: Path) -> None:
    open_signing_key(tmp_path / "receipt.pem")
    assert (tmp_path / "receipt.pem").stat().st_mode & 0o777 == 0o600


def test_no_half_written_file_is_left_beside_a_key(tmp_path: Path) -> None:
    open_signing_key(tmp_path / "receipt.pem")
    assert [path.name for path in tmp_path.iterdir()] == ["receipt.pem"]


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "receipt.pem"
    open_signing_key(path)
    path.chmod(0o644)
    with pytest.raises(KeyFileError, match="can be read by others"):
        open_signing_key(path)
    assert path.exists()


def test_a_damaged_key_file_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "receipt.pem"
    path.write_text("-----BEGIN PRIVATE KEY-----\n")
    path.chmod(0o600)
    with pytest.raises(KeyFileError):
        open_signing_key(path)
    assert path.read_text() == "-----BEGIN PRIVATE KEY-----\n"


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "receipt.pem"
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(pem)
    path.chmod(0o600)
    with pytest.raises(KeyFileError):
        open_signing_key(path)


def test_a_secret_is_made_once_and_kept(tmp_path: Path) -> None:
    assert open_secret(tmp_path / "secret.key") == open_secret(tmp_path / "secret.key")


def test_a_shortened_secret_is_refused(tmp_path: Path) -> None:
    open_secret(tmp_path / "secret.key")
    (tmp_path / "secret.key").write_bytes(b"short")
    with pytest.raises(KeyFileError):
        open_secret(tmp_path / "secret.key")


def test_a_private_key_never_shows_in_its_description(tmp_path: Path) -> None:
    assert "private" not in repr(open_signing_key(tmp_path / "receipt.pem"))


@pytest.mark.parametrize(
    "jwk", [{"kty": "RSA", "n": "AQ", "e": "AQAB"}, {"kty": "OKP", "crv": "Ed25519", "x": "AA"}, {}]
)
def test_a_jwk_of_another_kind_or_length_is_refused(jwk: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"known|bytes|32"):
        PublicKey.from_jwk(jwk)


def test_all_known_answers_hold_on_this_machine() -> None:
    self_test()
    assert [name for name, holds in KNOWN_ANSWERS.items() if not holds()] == []


@pytest.mark.parametrize("name", sorted(KNOWN_ANSWERS))
def test_one_wrong_answer_stops_the_start(name: str) -> None:
    with pytest.raises(CryptoSelfTestError, match=name):
        self_test({**KNOWN_ANSWERS, name: lambda: False})


def test_a_primitive_that_does_not_run_stops_the_start() -> None:
    with pytest.raises(CryptoSelfTestError):
        self_test({"broken": lambda: bool(1 // 0)})


def test_a_ledger_opens_with_the_same_keys_at_every_start(tmp_path: Path) -> None:
    first, second = (open_ledger(tmp_path / "keys" / "receipt.pem", "data.demo.example/ledger") for _ in range(2))
    kids = [(ledger.writer.key.public.kid, ledger.signer.note_key.vkey) for ledger in (first, second)]
    assert kids[0] == kids[1]


def test_a_ledger_refuses_an_origin_that_no_signature_line_can_hold(tmp_path: Path) -> None:
    with pytest.raises(NoteInvalidError):
        open_ledger(tmp_path / "receipt.pem", "data demo")
