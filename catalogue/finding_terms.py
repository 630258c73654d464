"""Terms of the directory's index, and how a text that is looked for becomes terms.

A run of Han characters gives its 2-grams, so that a word of two characters inside a title is found without a
segmenter. Titles give their single characters, pinyin and initials beside them. What is typed is read as words that
must all be held; each word may be held in several ways: itself, its synonyms, its pinyin. Pure, no I/O.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from catalogue.names import HAN, syllables
from catalogue.synonyms import GENERIC, JOINING, SYLLABLES, shipped_synonyms, simplified

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from catalogue.synonyms import Synonyms

MADE_BY: Final = 1
"""Raised with every change of what is indexed: rows of an older way are made anew by the sweep."""
_TOKEN: Final = re.compile(f"[{HAN}]+|[a-z0-9]+")
_RUN: Final = re.compile(f"[{HAN}]+")
_SHORT: Final = 3
"""English words up to this length keep their last letter: «bus» is no plural."""
_PINYIN: Final = "~"
_INITIALS: Final = "^"
_WHOLE: Final = "="
_KEYWORD: Final = "#"
_LONGEST_INITIALS: Final = 12
_MOST_READINGS: Final = 3
_LONGEST_PINYIN: Final = 60
_LONGEST_TERM: Final = 500
"""Characters; PostgreSQL takes 2,046 bytes."""

Alternatives = tuple[tuple[str, ...], ...]
"""Ways to hold one word, each a list of terms that must all be there."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word that is looked for: as typed, the ways to hold it; ``is_generic`` ones are wished for, not asked for."""

    text: str
    ways: Alternatives
    is_generic: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """How a text that is looked for was read.

    ``whole`` is the folded text, ``literal`` its terms as typed, ``words`` what a hit must hold, ``same`` what means
    the same as the whole text.
    """

    whole: str
    literal: tuple[str, ...]
    words: tuple[Word, ...]
    same: tuple[str, ...] = ()

    @property
    def required(self) -> tuple[Word, ...]:
        """The words a hit must hold: the generic ones only where there is nothing else."""
        return tuple(word for word in self.words if not word.is_generic) or self.words


def fold(text: str) -> str:
    """Return a text as it is compared: half-width, small letters, simplified characters, no outer blanks."""
    return simplified(unicodedata.normalize("NFKC", text).lower()).strip()


def whole_term(text: str) -> str:
    """Return the term of a whole title, name or code."""
    return _WHOLE + re.sub(r"\s+", " ", fold(text))


def keyword_term(text: str) -> str:
    """Return the term of a keyword, exactly as it is written."""
    return _KEYWORD + text


def _grams(folded: str) -> Iterator[str]:
    for token in _TOKEN.findall(folded):
        if token[0].isascii():
            yield _singular(token)
        elif len(token) == 1:
            yield token
        else:
            yield from (token[start : start + 2] for start in range(len(token) - 1))


def _singular(token: str) -> str:
    """Return an English word without the s of its plural: «bus stop» finds «bus stops»."""
    return token[:-1] if token.isalpha() and len(token) > _SHORT and token[-1] == "s" and token[-2] != "s" else token


def plain_terms(text: str) -> list[str]:
    """Return the terms of a long text: 2-grams of Han runs, words, numbers."""
    return list(dict.fromkeys(_grams(fold(text))))


@lru_cache(maxsize=20_000)
def title_terms(text: str) -> tuple[str, ...]:
    """Return the terms of a short text: also single characters, syllables, and initials."""
    folded = fold(text)
    terms = list(_grams(folded))
    for run in _RUN.findall(folded):
        terms.extend(run)
        spoken = [syllable for syllable in syllables(run) if syllable.isascii()]
        terms.extend(_PINYIN + syllable for syllable in spoken)
        terms.extend(_PINYIN + first + second for first, second in pairwise(spoken))
        terms.extend(_INITIALS + first[0] + second[0] for first, second in pairwise(spoken))
    return tuple(dict.fromkeys(terms))


def _readings(word: str) -> list[list[str]]:
    """Return ways to read Latin letters as pinyin, those of fewer syllables first."""
    ways: list[list[list[str]]] = [[[]]]
    for end in range(1, len(word) + 1):
        here: list[list[str]] = []
        for size in range(min(6, end), 0, -1):
            part = word[end - size : end]
            if part in SYLLABLES:
                here.extend([*way, part] for way in ways[end - size])
        ways.append(sorted(here, key=len)[:_MOST_READINGS])
    return ways[-1]


def pinyin_ways(word: str) -> Alternatives:
    """Return how a title may hold a word typed as pinyin of two syllables and more; none where it is no pinyin."""
    if not word.isascii() or not word.isalpha() or len(word) > _LONGEST_PINYIN:
        return ()
    return tuple(
        tuple(dict.fromkeys(_PINYIN + first + second for first, second in pairwise(reading)))
        for reading in _readings(word)
        if len(reading) > 1
    )


def initials_ways(word: str) -> Alternatives:
    """Return how a title may hold a word typed as initials of pinyin (gsdj)."""
    if not word.isascii() or not word.isalpha() or not 1 < len(word) <= _LONGEST_INITIALS:
        return ()
    return (tuple(dict.fromkeys(_INITIALS + first + second for first, second in pairwise(word))),)


def syllable_ways(word: str) -> Alternatives:
    """Return how a title may hold one syllable."""
    return ((_PINYIN + word,),) if word in SYLLABLES else ()


def read(text: str, *, loosely: bool = False, synonyms: Synonyms | None = None) -> Reading:
    """Read a text that is looked for.

    ``loosely`` also reads letters as initials and as single syllables. ``synonyms`` are those in force, the shipped
    ones where none are given.
    """
    known = shipped_synonyms() if synonyms is None else synonyms
    folded = fold(text)
    tokens, literal, same = _TOKEN.findall(folded), tuple(dict.fromkeys(_grams(folded))), known.others.get(folded, ())
    words: list[Word] = []
    if same and len(tokens) > 1:  # a word of several parts, such as IC卡号, is one word all the same
        words.append(Word(folded, tuple(dict.fromkeys((literal, *_synonym_ways(folded, known))))))
        tokens = []
    for token in tokens:
        if token[0].isascii():
            words.append(_latin(token, known, loosely=loosely))
        else:
            words.extend(_han(token, known))
    return Reading(folded, literal, tuple(dict.fromkeys(words)), same)


def _latin(token: str, known: Synonyms, *, loosely: bool) -> Word:
    ways: list[tuple[str, ...]] = [(_singular(token),), *pinyin_ways(token)]
    ways.extend(_synonym_ways(token, known))
    if loosely:
        ways.extend((*initials_ways(token), *syllable_ways(token)))
    return Word(token, tuple(dict.fromkeys(ways)))


def _synonym_ways(word: str, known: Synonyms) -> Iterable[tuple[str, ...]]:
    return (tuple(dict.fromkeys(_grams(other))) for other in known.others.get(word, ()))


def _han(run: str, known: Synonyms) -> Iterator[Word]:
    """Part a run at known words; what lies between stays whole."""
    start = place = 0
    while place < len(run):
        longest = min(known.longest, len(run) - place)
        size = next((size for size in range(longest, 0, -1) if run[place : place + size] in known.known), 0)
        if size < 2:  # noqa: PLR2004 - a single character is part of a longer word
            place += 1
            continue
        yield from _between(run[start:place], is_alone=False)
        word = run[place : place + size]
        own = tuple(dict.fromkeys(_grams(word)))
        yield Word(word, tuple(dict.fromkeys((own, *_synonym_ways(word, known)))), is_generic=word in GENERIC)
        place += size
        start = place
    yield from _between(run[start:], is_alone=start == 0)


def _between(run: str, *, is_alone: bool) -> Iterator[Word]:
    """Give what stands between known words; joining characters (的, 和) are left out."""
    run = run.strip(JOINING) or (run if is_alone else "")
    for part in re.split(f"[{JOINING}]", run) if len(run) > _SHORT else [run]:
        if part:
            yield Word(part, (tuple(dict.fromkeys(_grams(part))),))


def lexeme(term: str) -> str:
    """Return a term as it is written in PostgreSQL's tsvector and tsquery; one too long for them by its digest."""
    if len(term) > _LONGEST_TERM:
        term = term[0] + hashlib.sha256(term.encode()).hexdigest()
    return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"


def vector(terms: Iterable[str]) -> str:
    """Return terms as a tsvector: what is held."""
    return " ".join(map(lexeme, terms))


def any_of(ways: Alternatives) -> str:
    """Return the tsquery that asks for all terms of one of the ways.

    A way that asks for all another asks for, and more, is left out: what it finds is found already.
    """
    least = _least(ways) if len(ways) > 1 else ways
    return "|".join("&".join(map(lexeme, way)) for way in least)


def _least(ways: Alternatives) -> Alternatives:
    sets = [frozenset(way) for way in ways]
    kept = dict(zip(sets, ways, strict=True))  # ways of the same terms are one
    return tuple(way for one, way in kept.items() if not any(other < one for other in kept))


def all_of(words: Iterable[Word]) -> str:
    """Return the tsquery that asks for all words, each in one of its ways."""
    return "&".join(f"({any_of(word.ways)})" for word in words)


def spoken_ways(text: str) -> Alternatives:
    """Return how a title may hold what sounds like the Han characters of a text, tones aside."""
    found: list[str] = []
    for run in _RUN.findall(text):
        spoken = [syllable for syllable in syllables(run) if syllable.isascii()]
        found.extend(_PINYIN + first + second for first, second in pairwise(spoken))
    return (tuple(dict.fromkeys(found)),) if found else ()
