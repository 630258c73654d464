"""Offline proofs of one receipt, one answer, two checkpoints: true, false and cannot tell are never confused."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.ledger.checkpoint import ED25519_COSIGNATURE, LogSigner, NoteKey, cosign
from hub.ledger.drafts import ReceiptDraft, ReceiptKind
from hub.ledger.keys import SigningKey
from hub.ledger.merkle import RightEdge, consistency_spans, fold_spans, inclusion_spans
from hub.ledger.prove import prove_answer, prove_consistency, prove_receipt
from hub.ledger.receipts import content_digest, sign
from hub.ledger.verdict import Code, TrustedKeys

if TYPE_CHECKING:
    from hub.ledger.merkle import Node

ANSWER = "年份,数量\n2025,3\n".encode()
KEY = SigningKey.create()
LOG = LogSigner("data.demo.example/ledger", SigningKey.create())
WITNESS = SigningKey.create()
SIZE, INDEX, OLD = 11, 6, 5
KEYS: dict[str, Any] = {"receipt": [dict(KEY.public.jwk)], "log": [LOG.note_key.vkey], "witness": []}
PINNED = TrustedKeys.read(KEYS)
STRANGERS = TrustedKeys.read(
    {
        "receipt": [dict(WITNESS.public.jwk)],
        "log": [LogSigner(LOG.origin, WITNESS).note_key.vkey],
        "witness": [],
    }
)


def _base64(hashes: tuple[bytes, ...]) -> list[str]:
    return [base64.b64encode(item).decode() for item in hashes]


RECEIPTS = [
    sign(ReceiptDraft(ReceiptKind.QUERY, {"rows": number, "response_digest": content_digest(ANSWER)}), KEY)
    for number in range(SIZE)
]
EDGE, NODES, NOTES = RightEdge(), dict[Any, bytes](), [LOG.sign(0, RightEdge().root())]
for _signed in RECEIPTS:
    NODES.update(EDGE.append(_signed.leaf_hash))
    NOTES.append(LOG.sign(EDGE.size, EDGE.root()))
BUNDLE: dict[str, Any] = {
    "receipt": RECEIPTS[INDEX].jws.decode(),
    "leaf_index": INDEX,
    "tree_size": SIZE,
    "inclusion": _base64(fold_spans(inclusion_spans(INDEX, SIZE), NODES)),
    "checkpoint": NOTES[SIZE],
    "keys": KEYS,
}
PROOF: dict[str, Any] = {
    "old_size": OLD,
    "new_size": SIZE,
    "consistency": _base64(fold_spans(consistency_spans(OLD, SIZE), NODES)),
    "keys": KEYS,
}


def _bytes(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _altered(**changes: object) -> bytes:
    return _bytes({**BUNDLE, **changes})


def test_a_receipt_with_its_bundle_is_proved() -> None:
    assert prove_receipt(RECEIPTS[INDEX].jws, _bytes(BUNDLE)).code == Code.TRUE


def test_a_bundle_alone_is_a_whole_proof() -> None:
    assert prove_receipt(_bytes(BUNDLE)).code == Code.TRUE


def test_a_proof_without_pinned_keys_says_what_it_does_not_show() -> None:
    assert any("--keys" in line.zh and line.holds is None for line in prove_receipt(_bytes(BUNDLE)).lines)


def test_with_pinned_keys_those_in_the_bundle_are_not_believed() -> None:
    assert prove_receipt(_bytes(BUNDLE), keys=STRANGERS).code == Code.CANNOT_TELL


def test_with_pinned_keys_a_bundle_needs_no_keys() -> None:
    keyless = {name: value for name, value in BUNDLE.items() if name != "keys"}
    assert prove_receipt(_bytes(keyless), keys=PINNED).code == Code.TRUE


def test_without_a_bundle_it_cannot_be_told() -> None:
    assert prove_receipt(RECEIPTS[INDEX].jws, keys=PINNED).code == Code.CANNOT_TELL


def test_without_any_keys_it_cannot_be_told() -> None:
    assert prove_receipt(RECEIPTS[INDEX].jws).code == Code.CANNOT_TELL


@pytest.mark.parametrize(
    "changes",
    [
        {"leaf_index": INDEX + 1},
        {"leaf_index": -1},
        {"leaf_index": SIZE},
        {"tree_size": SIZE + 1},
        {"inclusion": []},
        {"inclusion": [*BUNDLE["inclusion"], BUNDLE["inclusion"][0]]},
        {"inclusion": BUNDLE["inclusion"][::-1]},
        {"inclusion": ["?"]},
        {"inclusion": [7]},
        {"inclusion": ["AAAA"] * 200},
        {"receipt": RECEIPTS[0].jws.decode()},
        {"receipt": "a.b.c"},
        {"receipt": 5},
        {"checkpoint": NOTES[SIZE - 1]},
        {"checkpoint": NOTES[SIZE].replace("\n11\n", "\n12\n")},
        {"checkpoint": "nonsense"},
        {"checkpoint": "\ud800\n\n— a AAAAAAAA\n"},
        {"keys": {"receipt": [], "log": 3, "witness": []}},
        {"keys": {"receipt": [{"kty": "OKP"}], "log": [], "witness": []}},
        {"keys": {"receipt": KEYS["receipt"], "log": ["x"], "witness": []}},
    ],
)
def test_a_bundle_that_was_altered_is_false(changes: dict[str, Any]) -> None:
    text = json.dumps({**BUNDLE, **changes}).encode()  # ASCII, so that a lone surrogate can travel
    assert prove_receipt(text).code == Code.FALSE


def test_the_bundle_of_another_receipt_is_false() -> None:
    assert prove_receipt(RECEIPTS[0].jws, _bytes(BUNDLE)).code == Code.FALSE


def test_a_receipt_that_was_never_logged_is_false() -> None:
    invented = sign(ReceiptDraft(ReceiptKind.QUERY, {"rows": 1}), KEY).jws.decode()
    assert prove_receipt(_altered(receipt=invented)).code == Code.FALSE


@settings(max_examples=300)
@given(st.integers(0, len(BUNDLE["receipt"]) - 1), st.characters(min_codepoint=33, max_codepoint=126))
def test_one_altered_character_of_a_receipt_is_never_true(place: int, character: str) -> None:
    jws = BUNDLE["receipt"]
    altered = jws[:place] + character + jws[place + 1 :]
    assert (prove_receipt(_altered(receipt=altered)).code == Code.TRUE) == (altered == jws)


@given(st.binary(max_size=200))
def test_no_bytes_whatever_make_a_proof_crash(data: bytes) -> None:
    codes = {prove_receipt(data).code, prove_receipt(data, data, PINNED).code, prove_consistency(data, data).code}
    assert Code.TRUE not in codes


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.sampled_from(sorted(BUNDLE)), JSON)
def test_no_value_in_a_bundle_makes_a_proof_crash(name: str, value: Any) -> None:
    text = json.dumps({**BUNDLE, name: value}).encode()
    assert prove_receipt(text, keys=PINNED).code in set(Code)


def test_witnesses_are_named() -> None:
    note = cosign(NOTES[SIZE], "audit.demo.example", WITNESS, 1_787_000_000)
    witness = NoteKey("audit.demo.example", WITNESS.public, ED25519_COSIGNATURE)
    verdict = prove_receipt(_altered(checkpoint=note, keys={**KEYS, "witness": [witness.vkey]}))
    assert any("audit.demo.example" in line.en and line.holds for line in verdict.lines)


def test_without_a_witness_the_proof_says_that_a_split_view_stays_unseen() -> None:
    assert any("见证者" in line.zh and line.holds is None for line in prove_receipt(_bytes(BUNDLE)).lines)


def test_an_answer_is_proved_byte_for_byte() -> None:
    assert prove_answer(_bytes(BUNDLE), content_digest(ANSWER)).code == Code.TRUE


def test_an_answer_altered_on_the_way_is_false() -> None:
    assert prove_answer(_bytes(BUNDLE), content_digest(ANSWER + b" ")).code == Code.FALSE


def test_a_pushed_file_is_proved_by_the_receipt_of_the_push() -> None:
    receipt = sign(ReceiptDraft(ReceiptKind.PUSH, {"file_digest": content_digest(ANSWER)}), KEY)
    assert prove_answer(receipt.jws, content_digest(ANSWER), keys=PINNED).code == Code.TRUE


def test_a_receipt_without_a_digest_says_nothing_about_any_answer() -> None:
    receipt = sign(ReceiptDraft(ReceiptKind.DENIAL, {"reason_code": "no-grant"}), KEY)
    assert prove_answer(receipt.jws, content_digest(ANSWER), keys=PINNED).code == Code.CANNOT_TELL


def test_a_forged_receipt_proves_no_answer() -> None:
    forged = sign(ReceiptDraft(ReceiptKind.QUERY, {"response_digest": content_digest(b"other")}), WITNESS)
    assert prove_answer(forged.jws, content_digest(b"other"), keys=PINNED).code == Code.CANNOT_TELL


def test_a_log_that_only_grew_is_proved() -> None:
    assert prove_consistency(NOTES[OLD].encode(), NOTES[SIZE].encode(), _bytes(PROOF)).code == Code.TRUE


@pytest.mark.parametrize("old", [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11])
def test_every_earlier_checkpoint_is_continued(old: int) -> None:
    path = _base64(fold_spans(consistency_spans(old, SIZE), NODES))
    proof = _bytes({**PROOF, "old_size": old, "consistency": path})
    assert prove_consistency(NOTES[old].encode(), NOTES[SIZE].encode(), proof).code == Code.TRUE


def test_two_equal_checkpoints_need_no_proof() -> None:
    assert prove_consistency(NOTES[OLD].encode(), NOTES[OLD].encode(), keys=PINNED).code == Code.TRUE


def test_two_checkpoints_of_one_size_and_different_roots_are_a_split_view() -> None:
    other = LOG.sign(SIZE, bytes(32)).encode()
    verdict = prove_consistency(NOTES[SIZE].encode(), other, keys=PINNED)
    assert (verdict.code, "split view" in verdict.lines[-1].en) == (Code.FALSE, True)


def test_a_log_that_shrank_is_false() -> None:
    assert prove_consistency(NOTES[SIZE].encode(), NOTES[OLD].encode(), _bytes(PROOF)).code == Code.FALSE


def test_a_rewritten_history_is_false() -> None:
    rewritten = LOG.sign(OLD, bytes(32)).encode()
    assert prove_consistency(rewritten, NOTES[SIZE].encode(), _bytes(PROOF)).code == Code.FALSE


@pytest.mark.parametrize(
    "changes",
    [{"old_size": OLD + 1}, {"new_size": SIZE + 1}, {"consistency": []}, {"consistency": PROOF["consistency"][1:]}],
)
def test_an_altered_consistency_proof_is_false(changes: dict[str, Any]) -> None:
    proof = _bytes({**PROOF, **changes})
    assert prove_consistency(NOTES[OLD].encode(), NOTES[SIZE].encode(), proof).code == Code.FALSE


def test_without_the_proof_growth_cannot_be_told() -> None:
    assert prove_consistency(NOTES[OLD].encode(), NOTES[SIZE].encode(), keys=PINNED).code == Code.CANNOT_TELL


def test_checkpoints_of_an_unknown_log_cannot_be_told() -> None:
    verdict = prove_consistency(NOTES[OLD].encode(), NOTES[SIZE].encode(), _bytes(PROOF), STRANGERS)
    assert verdict.code == Code.CANNOT_TELL


def test_checkpoints_of_two_logs_are_not_one_history() -> None:
    other = LogSigner("other.demo.example/ledger", LOG.key)
    keys = TrustedKeys.read({**KEYS, "log": [LOG.note_key.vkey, other.note_key.vkey]})
    assert prove_consistency(NOTES[OLD].encode(), other.sign(SIZE, EDGE.root()).encode(), keys=keys).code == Code.FALSE


def test_nodes_are_what_the_proofs_were_made_of() -> None:
    places: set[Node] = set(NODES)
    assert len(places) == SIZE + SIZE // 2 + SIZE // 4 + SIZE // 8
