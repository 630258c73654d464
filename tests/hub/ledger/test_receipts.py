"""Receipts: what they may say, how they are signed, and that no altered byte passes."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.ledger.drafts import FIELDS, ReceiptDraft, ReceiptKind, uuid7
from hub.ledger.errors import ReceiptContentError, ReceiptInvalidError, UnknownKeyError
from hub.ledger.keys import Algorithm, PublicKey, SigningKey, from_base64url, keyed_digest, to_base64url
from hub.ledger.merkle import leaf_hash
from hub.ledger.receipts import canonical, content_digest, sign, verify_receipt

ED25519 = SigningKey.create()
ES256 = SigningKey.create(Algorithm.ES256)
KEYS = {key.public.kid: key.public for key in (ED25519, ES256)}
SIGNED = sign(ReceiptDraft(ReceiptKind.QUERY, {"rows": 3, "case_number": "郑民〔2026〕12号"}), ED25519)


@pytest.mark.parametrize("key", [ED25519, ES256], ids=["EdDSA", "ES256"])
def test_a_signed_receipt_verifies_and_tells_what_was_drafted(key: SigningKey) -> None:
    draft = ReceiptDraft(ReceiptKind.VERIFY, {"provider": "郑州市公安局", "rows": 1})
    receipt = verify_receipt(sign(draft, key).jws, KEYS)
    told = (receipt.id, receipt.kind, receipt.at, receipt.content["provider"], receipt.content["rows"])
    assert told == (draft.id, "verify", draft.at, "郑州市公安局", 1)


@pytest.mark.parametrize("key", [ED25519, ES256], ids=["EdDSA", "ES256"])
def test_another_jose_library_verifies_a_receipt(key: SigningKey) -> None:
    signed = sign(ReceiptDraft(ReceiptKind.PUSH, {"rows_accepted": 20}), key)
    claims = jwt.decode(signed.jws, key.public.key, algorithms=[key.public.algorithm])
    assert claims["rows_accepted"] == 20


def test_the_leaf_is_the_hash_of_the_very_bytes_that_are_handed_out() -> None:
    assert verify_receipt(SIGNED.jws, KEYS).leaf_hash == leaf_hash(SIGNED.jws) == SIGNED.leaf_hash


def test_two_receipts_of_the_same_content_differ_by_their_salt() -> None:
    draft = ReceiptDraft(ReceiptKind.QUERY, {"rows": 3})
    salts = [json.loads(sign(draft, ED25519).body)["salt"] for _ in range(2)]
    assert salts[0] != salts[1]


def test_a_salt_has_thirty_two_bytes() -> None:
    assert len(from_base64url(json.loads(SIGNED.body)["salt"])) == 32


@given(st.integers(0, len(SIGNED.jws) - 1), st.integers(0, 255))
def test_any_altered_byte_of_a_receipt_is_found(place: int, byte: int) -> None:
    altered = SIGNED.jws[:place] + bytes([byte]) + SIGNED.jws[place + 1 :]
    if altered == SIGNED.jws:
        return
    with pytest.raises((ReceiptInvalidError, UnknownKeyError)):
        verify_receipt(altered, KEYS)


def _with_header(**header: str) -> bytes:
    _, body, signature = SIGNED.jws.split(b".")
    return b".".join([to_base64url(canonical(header)).encode(), body, signature])


@pytest.mark.parametrize("algorithm", ["none", "HS256", "ES256", "EdDSA "])
def test_the_algorithm_is_that_of_the_key_whatever_the_header_says(algorithm: str) -> None:
    forged = _with_header(alg=algorithm, kid=SIGNED.kid, typ="receipt+jws")
    with pytest.raises(ReceiptInvalidError, match="algorithm"):
        verify_receipt(forged, KEYS)


def test_a_receipt_by_a_key_that_was_not_given_is_neither_true_nor_false() -> None:
    with pytest.raises(UnknownKeyError):
        verify_receipt(SIGNED.jws, {ES256.public.kid: ES256.public})


@pytest.mark.parametrize(
    "body",
    [
        b'{"id":1}',
        b'{"a":1, "b":2}',
        b'{"a":1.5}',
        b'{"a":1,"a":2}',
        b"[]",
        b"NaN",
        b"[" * 40_000,
        b'{"version":2,"id":"x","kind":"query","time":"2026-01-01T00:00:00Z"}',
    ],
    ids=["no fields", "spaces", "float", "twice", "list", "NaN", "deep", "version"],
)
def test_a_true_signature_over_something_else_is_no_receipt(body: bytes) -> None:
    head = SIGNED.jws.split(b".")[0] + b"." + to_base64url(body).encode()
    forged = head + b"." + to_base64url(ED25519.sign(head)).encode()
    with pytest.raises(ReceiptInvalidError):
        verify_receipt(forged, KEYS)


def test_a_key_signs_the_same_under_its_public_half_only() -> None:
    other = SigningKey.create()
    assert not other.public.verify(SIGNED.signature, SIGNED.jws.rpartition(b".")[0])


def test_an_es256_signature_of_zeroes_is_false() -> None:
    assert not ES256.public.verify(bytes(64), b"message")


def test_a_field_outside_the_closed_list_is_refused() -> None:
    with pytest.raises(ReceiptContentError, match="row_content"):
        ReceiptDraft(ReceiptKind.QUERY, {"row_content": "张三"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rows", -1),
        ("rows", 1.5),
        ("rows", True),
        ("rows", 2**53),
        ("rows", "3"),
        ("purpose", ""),
        ("purpose", "a\nb"),
        ("purpose", "字" * 2001),
        ("items_returned", "name"),
        ("items_returned", [1]),
        ("response_digest", "abc"),
        ("rejected_by_rule", {"R12": -1}),
    ],
)
def test_a_value_of_another_shape_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ReceiptContentError):
        ReceiptDraft(ReceiptKind.QUERY, {name: value})


@pytest.mark.parametrize("name", sorted(name for name in FIELDS if FIELDS[name] == "text"))
def test_no_text_field_takes_a_citizens_identity_number(name: str) -> None:
    with pytest.raises(ReceiptContentError):
        ReceiptDraft(ReceiptKind.QUERY, {name: "查询 11010519491231002X 一人"})


def test_the_refusal_of_an_identity_number_does_not_repeat_it() -> None:
    with pytest.raises(ReceiptContentError) as caught:
        ReceiptDraft(ReceiptKind.QUERY, {"case_number": "11010519491231002X"})
    assert "11010519491231002X" not in str(caught.value)


def test_a_text_may_hold_the_wide_space_of_chinese_typing() -> None:
    assert ReceiptDraft(ReceiptKind.QUERY, {"purpose": "低保　核对"}).fields["purpose"] == "低保　核对"


def test_a_credit_code_is_no_identity_number() -> None:
    draft = ReceiptDraft(ReceiptKind.QUERY, {"member": "11410100005252123X", "rejected_by_rule": {"R12": 3}})
    assert draft.fields["member"] == "11410100005252123X"


def test_absent_values_are_left_out_and_ids_become_text() -> None:
    number = uuid7()
    assert ReceiptDraft(ReceiptKind.GRANT, {"grant": number, "ground": None}).fields == {"grant": str(number)}


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ReceiptContentError):
        ReceiptDraft(ReceiptKind.QUERY, {}, at=datetime(2026, 8, 21))  # noqa: DTZ001 - that is the point


def test_a_receipt_larger_than_a_log_entry_is_refused() -> None:
    items = [f"item_{number:060d}" for number in range(1500)]
    with pytest.raises(ReceiptContentError, match="65535"):
        sign(ReceiptDraft(ReceiptKind.QUERY, {"items_returned": items}), ED25519)


def test_ids_are_uuids_of_version_7_in_the_order_of_time() -> None:
    ids = [uuid7() for _ in range(50)]
    assert {made.version for made in ids} == {7}
    assert [made.int >> 64 for made in ids] == sorted(made.int >> 64 for made in ids)


def test_an_id_is_an_rfc_9562_variant() -> None:
    assert uuid7().variant == uuid.RFC_4122


def test_the_content_digest_is_the_one_printed_in_rfc_9530() -> None:
    assert content_digest(b'{"hello": "world"}\n') == "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"


def test_a_keyed_digest_needs_its_key() -> None:
    assert keyed_digest(b"a" * 32, b"where") != keyed_digest(b"b" * 32, b"where")


@given(st.dictionaries(st.text(), st.integers(-(2**53) + 1, 2**53 - 1) | st.text() | st.none() | st.booleans()))
def test_canonical_json_reads_back_and_does_not_depend_on_the_order_of_names(value: dict[str, Any]) -> None:
    try:
        first = canonical(value)
    except ReceiptContentError:  # a lone surrogate is no text
        return
    shuffled = canonical(dict(reversed(value.items())))
    assert (json.loads(first), shuffled) == (value, first)


@given(st.floats())
def test_no_float_enters_canonical_json(value: float) -> None:
    with pytest.raises(ReceiptContentError):
        canonical({"a": value})


@pytest.mark.parametrize("text", ["A", "AA==", "A A", "A+"])
def test_base64url_has_one_spelling(text: str) -> None:
    with pytest.raises(ValueError, match=r"base64"):
        from_base64url(text)


def test_bits_beyond_the_data_are_no_other_spelling() -> None:
    with pytest.raises(ValueError, match="beyond"):
        from_base64url("AB")


@given(st.binary())
def test_base64url_reads_back(data: bytes) -> None:
    assert from_base64url(to_base64url(data)) == data


def test_the_thumbprint_is_the_one_printed_in_rfc_8037() -> None:
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert PublicKey.from_jwk(jwk).kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
