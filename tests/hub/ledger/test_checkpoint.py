"""Checkpoints as C2SP writes them, signed by the log and cosigned by witnesses."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.ledger.checkpoint import (
    ED25519_COSIGNATURE,
    LogSigner,
    NoteKey,
    cosign,
    parse_checkpoint,
    parse_note,
    verify_checkpoint,
)
from hub.ledger.errors import NoteInvalidError
from hub.ledger.keys import Algorithm, SigningKey

ROOT = bytes(range(32))
LOG = LogSigner("data.demo.example/ledger", SigningKey.create())
NOTE = LOG.sign(20852163, ROOT)
GOOD_ROOT = base64.b64encode(ROOT).decode()
AUDIT_KEY = SigningKey.create()
AUDIT = NoteKey("audit.demo.example", AUDIT_KEY.public, ED25519_COSIGNATURE)
COSIGNED = cosign(NOTE, AUDIT.name, AUDIT_KEY, 1_787_000_000)

# A note and key published with Go's package golang.org/x/mod/sumdb/note.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_a_published_note_of_another_implementation_verifies() -> None:
    note, key = parse_note(GO_NOTE), NoteKey.from_vkey(GO_KEY)
    (line,) = note.signatures
    assert (line.key_id, key.public.verify(line.signature, note.text.encode())) == (key.key_id, True)


def test_the_example_checkpoint_of_the_specification_is_read() -> None:
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    checkpoint = parse_checkpoint(text)
    assert (checkpoint.origin, checkpoint.size, checkpoint.text) == ("example.com/behind-the-sofa", 20852163, text)


def test_a_verifier_key_reads_back() -> None:
    assert NoteKey.from_vkey(LOG.note_key.vkey) == LOG.note_key


def test_a_checkpoint_signed_by_its_log_verifies() -> None:
    verified = verify_checkpoint(NOTE, [LOG.note_key])
    assert verified is not None
    assert (verified.checkpoint.size, verified.checkpoint.root) == (20852163, ROOT)


def test_a_checkpoint_by_unknown_keys_only_says_nothing() -> None:
    other = LogSigner(LOG.origin, SigningKey.create())
    assert verify_checkpoint(NOTE, [other.note_key]) is None


def test_the_key_of_another_log_does_not_vouch_for_this_one() -> None:
    impostor = NoteKey("other.demo.example/ledger", LOG.key.public)
    note = LogSigner(impostor.name, LOG.key).sign(1, ROOT)
    renamed = note.replace(impostor.name, LOG.origin, 1)  # the text names our log, the signature line the other
    assert verify_checkpoint(renamed, [impostor, LOG.note_key]) is None


@given(st.integers(0, len(NOTE) - 1), st.characters())
def test_any_altered_character_of_a_checkpoint_is_found(place: int, character: str) -> None:
    altered = NOTE[:place] + character + NOTE[place + 1 :]
    try:
        verified = verify_checkpoint(altered, [LOG.note_key])
    except NoteInvalidError:
        verified = None
    assert (verified is not None) == (altered == NOTE)


def test_a_witness_is_named_with_the_second_it_cosigned() -> None:
    verified = verify_checkpoint(COSIGNED, [LOG.note_key], [AUDIT])
    assert verified is not None
    assert verified.witnesses == {"audit.demo.example": 1_787_000_000}


def test_a_witness_that_is_not_known_is_ignored() -> None:
    verified = verify_checkpoint(COSIGNED, [LOG.note_key])
    assert verified is not None
    assert verified.witnesses == {}


def test_a_false_cosignature_by_a_known_witness_rejects_the_note() -> None:
    of_another_tree = cosign(LOG.sign(2, ROOT), AUDIT.name, AUDIT_KEY, 5)
    moved = f"{NOTE}—{of_another_tree.rpartition('—')[2]}"
    with pytest.raises(NoteInvalidError, match="audit"):
        verify_checkpoint(moved, [LOG.note_key], [AUDIT])


def test_a_plain_signature_of_a_witness_is_no_cosignature() -> None:
    plain = LogSigner(AUDIT.name, AUDIT_KEY).sign(1, ROOT).rpartition("—")[2]
    verified = verify_checkpoint(f"{NOTE}—{plain}", [LOG.note_key], [AUDIT])
    assert verified is not None
    assert verified.witnesses == {}


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n\n",
        "origin\n1\nroot\n",
        NOTE.rstrip("\n"),
        NOTE.replace("\n", "\r\n"),
        NOTE.replace("— ", "- "),
        NOTE + "\n",
        NOTE * 1000,
        NOTE.replace("ledger ", "ledger  "),
        "a\ud800b\n\n— a AAAAAAAA\n",
    ],
)
def test_what_is_no_signed_note_is_refused(note: str) -> None:
    with pytest.raises(NoteInvalidError):
        parse_note(note)


@pytest.mark.parametrize(
    "text",
    [
        "o\n1\n",
        f"o\n01\n{GOOD_ROOT}\n",
        f"o\n-1\n{GOOD_ROOT}\n",
        "o\n1\nAA==\n",
        "o\n1\n!!\n",
        f"\n1\n{GOOD_ROOT}\n",
        f"o\n１\n{GOOD_ROOT}\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteInvalidError):
        parse_checkpoint(text)


@pytest.mark.parametrize(
    "vkey",
    ["", "name", "name+00000000+AAAA", GO_KEY.replace("c74f", "c74e"), GO_KEY.replace("Peter", "Pe ter"), GO_KEY[:-4]],
)
def test_what_is_no_verifier_key_is_refused(vkey: str) -> None:
    with pytest.raises(NoteInvalidError):
        NoteKey.from_vkey(vkey)


def test_only_ed25519_keys_sign_checkpoints() -> None:
    with pytest.raises(NoteInvalidError):
        NoteKey("data.demo.example", SigningKey.create(Algorithm.ES256).public)
