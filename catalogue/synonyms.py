"""Words that mean the same to a searcher, words that decide nothing, and traditional forms of characters.

Shipped as data with a version (``codes/search_words.toml``); the names of data elements and their words come from the
data-element dictionary, so that 身份证号 finds 公民身份号码. Reads package data, no other I/O.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from catalogue.dictionary_elements import synonym_groups

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def _shipped() -> Mapping[str, Any]:
    return MappingProxyType(
        tomllib.loads(files("catalogue.codes").joinpath("search_words.toml").read_text(encoding="utf-8"))
    )


VERSION: Final[str] = _shipped()["version"]
GENERIC: Final = frozenset[str](_shipped()["generic"])
"""Words of nearly every title (信息, 数据): wished for, never asked for, unless nothing else is typed."""
JOINING: Final[str] = _shipped()["joining"]
"""Characters between words (的, 和): left out of what is asked for."""
SYLLABLES: Final = frozenset[str](_shipped()["syllables"].split())
"""Every syllable of pinyin, without tones."""
WORDS: Final = frozenset[str](_shipped()["words"].split())
"""Words that what is typed is parted at."""
_SIMPLE: Final = {
    ord(old): new for old, new in zip(_shipped()["traditional"], _shipped()["simplified"], strict=True) if old != new
}


def simplified(text: str) -> str:
    """Return a text with the common traditional characters in their simplified form."""
    return text.translate(_SIMPLE)


@cache
def groups_by_word() -> Mapping[str, tuple[str, ...]]:
    """Return the other words of each word's groups, folded to small letters."""
    groups = (*map(tuple, _shipped()["groups"]), *synonym_groups())
    found: dict[str, dict[str, None]] = {}
    for group in groups:
        words = [word.lower() for word in group]
        for word in words:
            found.setdefault(word, {}).update(dict.fromkeys(other for other in words if other != word))
    return MappingProxyType({word: tuple(others) for word, others in found.items()})
