"""Names for machines made from Chinese names for people: slugs, pinyin sort keys, search terms.

PostgreSQL ships without ICU here, so sorted names carry a key; search works on 2-grams of each run of Han
characters, without a segmenter. Pure, no I/O.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from catalogue.synonyms import SYNONYMS

if TYPE_CHECKING:
    from collections.abc import Iterator

SLUG_LENGTH: Final = 80
HAN: Final = "〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAN_RUN: Final = re.compile(f"[{HAN}]+")
_TOKEN: Final = re.compile(f"[{HAN}]+|[a-z0-9]+")
_PINYIN_GRAM: Final = 4
"""Longest run of syllables indexed as one Latin word: people type two to four (renkou, xinyongdaima, gjzd)."""
_LONGEST_WORD: Final = 24
"""Letters of a typed word whose parts are looked at for suggestions."""
_SHORT: Final = 3
"""English words up to this length keep their last letter: «bus» is no plural."""


def _syllables(text: str) -> list[str]:
    """Return pinyin without tones for each Han character, other text as it is."""
    # The dictionary takes a third of a second to load; commands that need no names do not wait for it.
    from pypinyin import lazy_pinyin

    return lazy_pinyin(text)


def slug(title: str, suffix: str = "") -> str:
    """Return an ASCII name for URLs: lower-case words joined by hyphens, at most 80 characters.

    Args:
        title: any text; Han characters become pinyin, anything else that is no letter or digit a hyphen.
        suffix: ASCII letters and digits that make the name unique, given by the caller; kept whole.

    """
    plain = unicodedata.normalize("NFKD", " ".join(_syllables(unicodedata.normalize("NFKC", title)))).lower()
    words = re.findall(r"[a-z0-9]+", plain.replace("'", "").encode("ascii", "replace").decode().replace("?", " "))
    room = SLUG_LENGTH - (len(suffix) + 1 if suffix else 0)
    name = ""
    for word in words or ["entry"]:
        longer = f"{name}-{word}" if name else word[:room]
        if len(longer) > room:
            break
        name = longer
    return f"{name}-{suffix}" if suffix else name


def pinyin_sort_key(name: str) -> str:
    """Return a key whose plain string order is pinyin order: letters first, then tones, then the name itself."""
    from pypinyin import Style, lazy_pinyin

    toned = lazy_pinyin(name, style=Style.TONE3, neutral_tone_with_five=True)
    letters = " ".join(syllable.rstrip("12345") if syllable[:1].isalpha() else syllable for syllable in toned)
    tones = "".join(syllable[-1:] for syllable in toned if syllable[:1].isalpha())
    return f"{letters.lower()}\x1f{tones}\x1f{name}"


def near_terms(text: str) -> list[str]:
    """Return terms of which a text near to a query holds some, for suggestions where nothing holds all.

    The 2-grams of the query with its synonyms; of a Latin word its parts of four letters and more, so that pinyin
    typed in one go, or with a slip, is near to what it holds.
    """
    parts: list[str] = []
    for term in search_terms(text):
        parts.append(term)
        if term.isascii() and term.isalpha():
            word = term[:_LONGEST_WORD]
            sizes = range(_PINYIN_GRAM, len(word))
            parts.extend(word[start : start + size] for size in sizes for start in range(len(word) - size + 1))
    return list(dict.fromkeys(parts))


def search_terms(text: str) -> list[str]:
    """Return the terms of a query, or of a text, without repetition and in order.

    A run of Han characters gives its 2-grams (a single character gives itself), Latin words and numbers
    give themselves. Where a word of a synonym group stands in the text, the other words of the group are
    read with it: done alike for queries and texts, either wording finds the other.
    """
    folded = _fold(text)
    return list(dict.fromkeys(term for part in (folded, *_synonyms_in(folded)) for term in _grams(part)))


def index_terms(text: str) -> list[str]:
    """Return ``search_terms`` with what only an index needs: single characters and pinyin.

    A query for one character or for pinyin (``renkou``, initials ``rk``) of any part of a run then finds the text.
    """
    runs = _HAN_RUN.findall(_fold(text))
    single = (character for run in runs for character in run)
    return list(dict.fromkeys([*search_terms(text), *single, *(word for run in runs for word in _pinyin_words(run))]))


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _synonyms_in(folded: str) -> Iterator[str]:
    for group in SYNONYMS:
        if any(word in folded for word in group):
            yield from group


def _grams(folded: str) -> Iterator[str]:
    for token in _TOKEN.findall(folded):
        if token[0].isascii() or len(token) == 1:
            yield _singular(token)
        else:
            yield from (token[start : start + 2] for start in range(len(token) - 1))


def _singular(token: str) -> str:
    """Return an English word without the s of its plural: «bus stop» finds «bus stops»."""
    return token[:-1] if token.isalpha() and len(token) > _SHORT and token[-1] == "s" and token[-2] != "s" else token


def _pinyin_words(run: str) -> Iterator[str]:
    syllables = _syllables(run)
    for size in range(2, _PINYIN_GRAM + 1):
        for start in range(len(syllables) - size + 1):
            part = syllables[start : start + size]
            yield "".join(part)
            yield _singular("".join(syllable[0] for syllable in part))
    if len(syllables) > 1:
        yield _singular("".join(syllable[0] for syllable in syllables))
        yield "".join(syllables)
