"""Texts of catalogues without their dirt: HTML entities and tags, invisible characters, blanks in rows. Pure."""

from __future__ import annotations

import html
import re
from typing import Final

_INVISIBLE: Final = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]"
)
_TAG: Final = re.compile(r"<(?:!--[^>]{0,2000}--|/?[A-Za-z][^<>]{0,2000})>")
_BREAK: Final = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6])\b[^<>]{0,200}>", re.IGNORECASE)
_BLANKS: Final = re.compile(r"[^\S\n]+")
_LINES: Final = re.compile(r"\s*\n\s*")
_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")


def one_line(text: str) -> str:
    """Return a text as one clean line: titles, names, keywords."""
    return " ".join(_plain(text).split())


def paragraphs(text: str) -> str:
    """Return a text with its line breaks, without its markup: abstracts."""
    return _LINES.sub("\n", _BLANKS.sub(" ", _plain(_BREAK.sub("\n", text)))).strip()


def _plain(text: str) -> str:
    made = text
    for _ in range(2):  # an entity may stand for an entity: some catalogues escape twice
        if _ENTITY.search(made):
            made = html.unescape(made)
    return _INVISIBLE.sub("", _TAG.sub(" ", made) if "<" in made else made)
