"""Names of bodies as they are compared and searched: any two characters inside a name find it (pairs, no segmenter).

Brackets, width, blanks and the case of letters do not count: （）and () are one. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from catalogue.finding_terms import fold, plain_terms
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping

LEAST_CHARACTERS: Final = 2
MOST_CHARACTERS: Final = 60
_BLANKS: Final = re.compile(r"\s+")


class NameTooShortError(DomainError, ValueError):
    """A name is searched by less than two characters."""


@dataclass(frozen=True, slots=True)
class NameQuestion:
    """What a name must hold: every part, whose pairs of characters are ``grams``; ``whole`` is the text as compared."""

    whole: str
    parts: tuple[str, ...]
    grams: tuple[str, ...]


def name_form(name: str) -> str:
    """Return a name as it is compared."""
    return _BLANKS.sub("", fold(name))


def name_grams(form: str) -> list[str]:
    """Return the pairs of characters, words and numbers a name is found by."""
    return plain_terms(form)


def name_question(text: str) -> NameQuestion:
    """Read what somebody typed; blanks part it into pieces that must all be held.

    Raises:
        NameTooShortError: there are fewer than two characters, or none a name is searched by.

    """
    parts = tuple(dict.fromkeys(part for part in _BLANKS.split(fold(text)) if part))
    whole = "".join(parts)[:MOST_CHARACTERS]
    grams = tuple(dict.fromkeys(gram for part in parts for gram in name_grams(part) if len(gram) >= LEAST_CHARACTERS))
    if len(whole) < LEAST_CHARACTERS or not grams:
        raise NameTooShortError(
            f"名称至少输入 {LEAST_CHARACTERS} 个汉字、字母或数字",
            f"type at least {LEAST_CHARACTERS} characters of a name",
            next_zh="输入名称中连续的两个字，或者 18 位统一社会信用代码",
            next_en="type two characters that stand together in the name, or the credit code of 18",
        )
    return NameQuestion(whole, parts, grams)


def like(part: str) -> str:
    """Return the pattern by which SQL finds a part inside a form."""
    escaped = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def registrar_of(values: Mapping[str, str]) -> str:
    """Return in which registrar's city a body's name must be alone; empty where its code is not known.

    Position 1 of the code and the first four digits of the registrar's division: the same registrar in one city
    (企业名称登记管理规定 第十七条).
    """
    code = values.get("L001", "")
    return f"{code[0]}{code[2:6]}" if code else ""
