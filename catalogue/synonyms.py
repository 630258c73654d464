"""Words that mean the same to a searcher, words that decide nothing, and traditional forms of characters.

Shipped as data with a version (``codes/search_words.toml``); the names of data elements and their words come from the
data-element dictionary, so that 身份证号 finds 公民身份号码. Reads package data, no other I/O.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from catalogue.dictionary_elements import synonym_groups

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


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


@dataclass(frozen=True, slots=True)
class Synonyms:
    """Words that mean the same: ``others`` of each word; ``known`` words part what is typed, none is longer."""

    others: Mapping[str, tuple[str, ...]]
    known: frozenset[str]
    longest: int


def synonyms_of(more: Iterable[Sequence[str]] = ()) -> Synonyms:
    """Return the shipped synonyms joined with further groups, whose words are folded."""
    groups = [[word.lower() for word in group] for group in (*_shipped()["groups"], *synonym_groups())]
    found: dict[str, dict[str, None]] = {}
    for words in (*groups, *more):
        for word in words:
            found.setdefault(word, {}).update(dict.fromkeys(other for other in words if other != word))
    known = frozenset(found) | GENERIC | WORDS
    others = MappingProxyType({word: tuple(listed) for word, listed in found.items()})
    return Synonyms(others, known, max(map(len, known)))


@cache
def shipped_synonyms() -> Synonyms:
    """Return the synonyms every city has."""
    return synonyms_of()


def groups_by_word() -> Mapping[str, tuple[str, ...]]:
    """Return the other words of each word's shipped groups, folded to small letters."""
    return shipped_synonyms().others
