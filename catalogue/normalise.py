"""The one normal form of an identifier before it is tested: half-width, trimmed, capitals.

The same characters are named here once for the scalar validators and for the column-wise ones.
"""

from __future__ import annotations

from typing import Final

WHITESPACE: Final = " \t\r\n\u00a0\u3000\ufeff\u200b"
"""Characters removed at both ends: blanks, and what spreadsheets and web pages leave behind."""

_FULL_WIDTH: Final = {chr(0xFF01 + offset): chr(0x21 + offset).upper() for offset in range(94)}
_LETTERS: Final = {chr(code): chr(code - 32) for code in range(ord("a"), ord("z") + 1)}

TO_CAPITALS: Final = str.maketrans(_FULL_WIDTH | _LETTERS)
"""Full-width forms (as typed with a Chinese input method) to ASCII, and ASCII letters to capitals."""


def normal_form(text: str) -> str:
    """Return ``text`` half-width, trimmed, with ASCII letters as capitals."""
    return text.translate(TO_CAPITALS).strip(WHITESPACE)
