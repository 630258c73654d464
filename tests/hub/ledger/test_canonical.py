"""Canonical JSON: the fast way of receipts gives the bytes of RFC 8785."""

from __future__ import annotations

from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from hub.ledger.errors import ReceiptContentError
from hub.ledger.receipts import canonical

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NAMES = st.text(st.characters(max_codepoint=127), max_size=8)
INTEGERS = st.integers(-(2**53) + 1, 2**53 - 1)
VALUES = TEXTS | INTEGERS | st.booleans() | st.none() | st.lists(TEXTS, max_size=4)


@given(st.dictionaries(NAMES, VALUES | st.dictionaries(NAMES, INTEGERS, max_size=4), max_size=6))
def test_a_flat_content_has_the_canonical_bytes(content: dict[str, Any]) -> None:
    assert canonical(content) == rfc8785.dumps(content)


@given(st.dictionaries(TEXTS, VALUES | st.dictionaries(TEXTS, VALUES, max_size=3), max_size=6))
def test_any_content_has_the_canonical_bytes(content: dict[str, Any]) -> None:
    assert canonical(content) == rfc8785.dumps(content)


@pytest.mark.parametrize("value", [0.5, 2**53, "\ud800", [0.5], {"a": 0.5}, object()])
def test_what_has_no_exact_form_is_refused(value: object) -> None:
    with pytest.raises(ReceiptContentError):
        canonical({"value": value})
