"""The public side of the keys: registered in the database at start, published for everyone who verifies.

Private keys are files (``receipt.pem``, ``log.pem``, ``secret.key``) in the key folder of the data directory.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hub.ledger import store
from hub.ledger.checkpoint import ED25519_COSIGNATURE, LogSigner, NoteKey
from hub.ledger.errors import KeyFileError
from hub.ledger.keys import Algorithm, open_secret, open_signing_key
from hub.ledger.selftest import self_test
from hub.ledger.writer import ReceiptWriter

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from hub.database import Unit
    from hub.ledger.keys import PublicKey, SigningKey


@dataclass(frozen=True, slots=True)
class Ledger:
    """What a running hub needs to write receipts and sign checkpoints."""

    writer: ReceiptWriter
    signer: LogSigner

    def as_registered(self, unit: Unit) -> Ledger:
        """Return this log under the name it was first registered by: a hub that moves to another address keeps it.

        A checkpoint under another name would be one of another log, and nothing handed out before would agree.
        """
        for record in store.keys(unit):
            if record.purpose == "log" and record.key == self.signer.key.public and record.name is not None:
                return replace(self, signer=LogSigner(record.name, self.signer.key))
        return self

    def publish(self, unit: Unit, at: datetime) -> None:
        """Register the public keys; at every start, after the schema is checked."""
        publish_keys(unit, self.writer.key, self.signer, at)


def open_ledger(receipt_key_path: Path, origin: str, algorithm: Algorithm = Algorithm.EDDSA) -> Ledger:
    """Run the known-answer tests, then load the keys or create them.

    Args:
        receipt_key_path: PEM file of the receipt key; ``log.pem`` and ``secret.key`` lie beside it.
        origin: name of this log for ever, a URL without scheme such as ``data.example.gov.cn/ledger``.
        algorithm: of a new receipt key; an existing one keeps its own. Checkpoints are always Ed25519 (C2SP).

    Raises:
        CryptoSelfTestError: a primitive gave a wrong answer.
        KeyFileError: a key file is damaged or readable by others.
        NoteInvalidError: the origin holds a space or a plus sign.

    """
    self_test()
    folder = receipt_key_path.parent
    log_key = open_signing_key(folder / "log.pem")
    if log_key.public.algorithm is not Algorithm.EDDSA:
        raise KeyFileError("检查点密钥 log.pem 必须是 Ed25519", "the checkpoint key log.pem must be Ed25519")
    signer = LogSigner(origin, log_key)
    signer.note_key  # noqa: B018 - its checks refuse an origin that no signature line can hold
    writer = ReceiptWriter(open_signing_key(receipt_key_path, algorithm), open_secret(folder / "secret.key"))
    return Ledger(writer, signer)


def publish_keys(unit: Unit, receipt_key: SigningKey, signer: LogSigner, at: datetime) -> None:
    """Register the public keys of receipts and checkpoints; known ones stay as they are."""
    store.register_key(unit, store.KeyRecord(receipt_key.public, "receipt", None, "active"), at)
    store.register_key(unit, store.KeyRecord(signer.key.public, "log", signer.origin, "active"), at)


def register_witness(unit: Unit, name: str, key: PublicKey, at: datetime) -> None:
    """Register a witness whose cosignatures verifiers shall know (audit office, archive, another city)."""
    witness = NoteKey(name, key, ED25519_COSIGNATURE)
    store.register_key(unit, store.KeyRecord(witness.public, "witness", witness.name, "active"), at)


def published_keys(unit: Unit) -> dict[str, list[object]]:
    """Return the public keys as ``keys.json`` and every bundle hold them: retired ones too."""
    published: dict[str, list[object]] = {"receipt": [], "log": [], "witness": []}
    for record in store.keys(unit):
        if record.purpose == "receipt":
            published["receipt"].append({**record.key.jwk, "kid": record.key.kid, "alg": record.key.algorithm.value})
        elif record.name is not None:
            kind = {"kind": ED25519_COSIGNATURE} if record.purpose == "witness" else {}
            published[record.purpose].append(NoteKey(record.name, record.key, **kind).vkey)
    return published
