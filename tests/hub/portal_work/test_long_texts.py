"""A text that is longer than its field takes is refused with the name of the field, never cut short."""

from __future__ import annotations

import pytest
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import FormData

from hub.portal.work.forms import LONGEST_VALUE, Form, form_of


def test_a_text_of_the_greatest_length_is_kept_whole() -> None:
    assert Form({"reason": ("x" * 200,)}).bounded("reason", 200) == "x" * 200


@pytest.mark.parametrize("read", ["bounded", "several"])
def test_a_longer_text_is_refused_by_its_field(read: str) -> None:
    with pytest.raises(RequestValidationError) as caught:
        getattr(Form({"reason": ("x" * 201,)}), read)("reason", 200)
    assert caught.value.errors()[0]["loc"] == ("body", "reason")


def test_a_form_beyond_every_length_is_refused() -> None:
    with pytest.raises(RequestValidationError):
        form_of(FormData([("reason", "x" * (LONGEST_VALUE + 1))]))
