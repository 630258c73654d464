"""Reading members of JSON objects that strangers wrote: texts, lists that may be one text, addresses, sizes. Pure."""

from __future__ import annotations

import ast
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

_SEPARATORS: Final = re.compile(r"[,，;；、|\r\n\t]+")
_BLANKS: Final = re.compile(r"\s+")
LONGEST_ADDRESS: Final = 2000


def text_of(value: object) -> str:
    """Return a member as text: trimmed, empty for null, numbers as written; of a list its first text."""
    match value:
        case None:
            return ""
        case str():
            return value.strip()
        case bool():
            return "true" if value else "false"
        case list():
            return next((text for text in map(text_of, value) if text), "")
        case dict():
            return text_of(value.get("@value") or value.get("name") or value.get("@id") or value.get("label"))
        case _:
            return str(value)


def texts_of(value: object, *, splits: bool = False) -> tuple[str, ...]:
    """Return a member as texts without repetition: a list, a text that looks like one, or (``splits``) one of many."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        value = _list_in(value)
    parts = value if isinstance(value, list) else [value]
    found = (text_of(part) for part in parts)
    if splits:
        found = (piece.strip() for text in found for piece in _SEPARATORS.split(text))
    return tuple(dict.fromkeys(text for text in found if text))


def _list_in(text: str) -> object:
    """Read a list written as text, in JSON or as Python prints it; the text itself where it is none."""
    for read in (json.loads, ast.literal_eval):
        try:
            value = read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(value, list):
            return value
    return text


def address_of(value: object) -> str:
    """Return a member as an address of the web; empty where it is none: only http and https are ever linked."""
    text = _BLANKS.sub("", text_of(value))
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    is_web = parts.scheme.lower() in {"http", "https"} and bool(parts.netloc) and "@" not in parts.netloc
    return text if is_web and len(text) <= LONGEST_ADDRESS else ""


def size_of(value: object) -> int | None:
    """Return a member as a number of bytes; None where it is none."""
    text = text_of(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None  # noqa: PLR2004 - fits a bigint


def digest_of(value: object) -> bytes:
    """Return SHA-256 of any JSON value."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def mapping_of(value: object) -> Mapping[str, Any]:
    """Return a member as an object; an empty one where it is none."""
    return value if isinstance(value, dict) else {}


def objects_of(value: object) -> list[Mapping[str, Any]]:
    """Return the objects of a list, or the one object."""
    if isinstance(value, dict):
        return [value]
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []
