"""Names of persons: Chinese ones weighed by surname, given characters and words around, English ones by titles.

A Chinese name has no mark of its own. Each surname character in a text opens a candidate of two or three characters
(four with a double surname); what speaks for and against it is added up. Everyday words that look alike (高峰,
常务) count against it: the word list is that of pypinyin, which the catalogue uses for sort keys. Transcribed
foreign names show by their middle dot. Every repeat of a name once found is a name. No model, no download. Linear.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from catalogue.privacy.kinds import Kind, Span
from catalogue.privacy.name_lists import (
    BEFORE,
    COMPOUND,
    EVERYDAY,
    FOREIGN,
    GIVEN,
    LABELS,
    NO_NAMES,
    SURNAMES,
    TITLES,
    VERBS,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_HAN: Final = "\u4e00-\u9fff"
_SURNAME: Final = re.compile(f"[{''.join(sorted(SURNAMES | {name[0] for name in COMPOUND}))}]")
_DOTTED: Final = re.compile(
    rf"[{''.join(sorted(FOREIGN))}]{{1,8}}(?:[·•・‧][{_HAN}]{{0,1}}[{''.join(sorted(FOREIGN))}]{{1,8}}){{1,3}}"
)
_TITLE_AFTER: Final = re.compile(TITLES)
_VERB_AFTER: Final = re.compile(VERBS)
_BEFORE: Final = re.compile(rf"(?:{BEFORE})[是为:]?[ ]?$")
_LABEL: Final = re.compile(rf"(?:{LABELS})(?:姓名|名称)?(?:[:=]|是|为|[ ]{{1,3}})[ ]{{0,3}}$")
_NEAR: Final = 10
_ENOUGH: Final = 4.0
_SAYS: Final = 2.0
"""Weight from which a word before or after says by itself that a name stands here."""
_NOT_GIVEN: Final = frozenset(
    "的了是在有和与及其之等们个这那我你他她它不人年日时分秒元号路街市省县区镇乡村社部局厅院校班说会被把从对向到给使让就都也很更最为以于而但或则已将要能会得着过地所后前上下左右里外内间者"
)
_ENGLISH: Final = r"[A-Z][A-Za-z'’\-]{1,20}(?: [A-Z]\.)?(?: (?:de |da |van |von |la )?[A-Z][A-Za-z'’\-]{1,20}){0,2}"
_ENGLISH_TITLED: Final = re.compile(
    rf"(?:\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Doctor|Professor|Sir|Madam)\b\.? |(?:[Nn]ame|NAME)(?: is|:)[ ]{{1,4}}"
    rf"|(?:doctor|physician)(?:, Dr\.| is Dr\.|,| is) |\bI am |\bI'm )(?P<name>{_ENGLISH})"
)
_ANY_CASE: Final = r"[A-Za-z][A-Za-z'’\-]{1,20}(?: [A-Za-z][A-Za-z.'’\-]{0,20}){1,2}"
_ENGLISH_BIO: Final = re.compile(
    rf"(?:^|(?<=[.!?\n] ))(?:(?P<any>{_ANY_CASE})(?=(?:,)? (?:is )?an? (?:[0-9]{{1,3}}-year-old))"
    rf"|(?P<name>{_ENGLISH})(?=(?:,)? (?:is an? |has been|was (?:diagnosed|born)|resides|lives|holds|can be reached)))"
)
_NO_NAMES: Final = frozenset(
    {"He", "She", "His", "Her", "It", "They", "The", "This", "That", "My", "Your", "Our", "Their", "There", "What"}
    | {"Recently", "Financially", "Additionally", "Currently", "I", "You", "We", "Please", "How", "Who", "Here"}
    | {"When", "Where", "Dr", "Mr", "Mrs", "Ms"}
)
_INITIAL: Final = 2
_MOST_KNOWN: Final = 100
_LONGEST_NAME: Final = 4


def names(text: str) -> Iterator[Span]:
    """Yield names in half-width ``text``, first those that show themselves, then their repeats."""
    known: set[str] = set()
    for span in _shown(text):
        name = text[span.start : span.end]
        if len(name) > _INITIAL or name.isascii():
            known.add(name)
        if name.isascii() and " " in name:
            known.update(part for part in (name.split()[0], name.split()[-1]) if len(part) > _INITIAL)
        yield span
    yield from _repeats(text, known)


def _shown(text: str) -> Iterator[Span]:
    for match in _DOTTED.finditer(text):
        yield Span(match.start(), match.end(), Kind.NAME)
    yield from _han(text)
    for pattern in (_ENGLISH_TITLED, _ENGLISH_BIO):
        for match in pattern.finditer(text):
            group = match.lastgroup or "name"
            if match[group].split()[0].strip(".") not in _NO_NAMES:
                yield Span(match.start(group), match.end(group), Kind.NAME, is_certain=False)


def _han(text: str) -> Iterator[Span]:
    end = 0
    for match in _SURNAME.finditer(text):
        start = match.start()
        if start < end:
            continue
        if all(form_weight(text[start : start + size]) <= 0 for size in _sizes(text, start)):
            continue
        left = _left(text, start)
        best, length = max((_weight(text, start, size, left), size) for size in _sizes(text, start))
        if best >= _ENOUGH:
            end = start + length
            yield Span(start, end, Kind.NAME, is_certain=left >= _LABELLED)


def _sizes(text: str, start: int) -> tuple[int, ...]:
    return (3, 4) if text[start : start + 2] in COMPOUND else (2, 3)


_LABELLED: Final = 4.0


def _left(text: str, start: int) -> float:
    """Weigh what stands before a candidate."""
    if start == 0:
        return 1.0
    before = text[max(0, start - _NEAR) : start]
    if _LABEL.search(before):
        return _LABELLED
    if _BEFORE.search(before):
        return 2.0
    if before[-1] in "、/,;。:!?()《》“”\"'\n\t ":
        return 1.0
    return 0.5 if before[-1] in "由与和跟经请找向对同及" else -0.5 if is_han(before[-1]) else 0.0


def _right(text: str, end: int) -> float:
    """Weigh what stands after a candidate."""
    if _TITLE_AFTER.match(text, end):
        return 3.0
    if _VERB_AFTER.match(text, end):
        return 1.5
    after = text[end : end + 1]
    return 0.5 if not after or not is_han(after) else 0.0


def is_han(character: str) -> bool:
    """Whether a character is an ideograph."""
    return "\u4e00" <= character <= "\u9fff"


def _weight(text: str, start: int, size: int, left: float) -> float:
    name = text[start : start + size]
    form = form_weight(name)
    if len(name) < size or form <= 0:
        return 0.0
    right = _right(text, start + size)
    weight = form + left + right
    if right < _SAYS and size == 2 and left < _SAYS:  # noqa: PLR2004 - surname and one character
        weight -= 1.0
    if name[0] in EVERYDAY and name[:2] not in COMPOUND and left < _SAYS and right < _SAYS:
        weight -= 1.0
    if start and is_word(text[start - 1 : start + 1]) and left < _LABELLED:
        weight -= 1.5
    following = text[start + size - 1 : start + size + 1]
    return weight - 1.5 if is_word(following) and right < 1.0 else weight


@lru_cache(maxsize=1 << 15)
def form_weight(name: str) -> float:
    """Weigh the characters of a candidate alone; 0 or less: no name."""
    surname = 2 if name[:2] in COMPOUND else 1
    rest = name[surname:]
    if not rest or not all(is_han(character) for character in rest) or not _NOT_GIVEN.isdisjoint(rest):
        return 0.0
    weight = 1.0 if surname == 1 and name[0] in EVERYDAY else 2.5
    if surname == 1 and name[0] not in SURNAMES:
        return 0.0
    shares = sum(character in GIVEN for character in rest)
    weight += (-0.5, 1.0, 2.0)[shares] if len(rest) > 1 else (-0.5, 0.8)[shares]
    if is_word(name) or name in NO_NAMES or name[:2] in NO_NAMES:
        weight -= 3.0
    if len(name) == 3 and surname == 1:  # noqa: PLR2004 - one and two characters
        weight -= 2.0 * is_word(name[:2]) + 0.5 * is_word(rest)
    return weight


def is_han_name(name: str) -> bool:
    """Say whether a whole value can be a Chinese name: two to four characters with a surname, no everyday word."""
    return 1 < len(name) <= _LONGEST_NAME and (form_weight(name) >= 2.0 or _DOTTED.fullmatch(name) is not None)  # noqa: PLR2004


@cache
def _words() -> frozenset[str]:
    from pypinyin.phrases_dict import phrases_dict

    return frozenset(word for word in phrases_dict if 1 < len(word) <= _LONGEST_NAME)


def is_word(text: str) -> bool:
    """Say whether the characters are an everyday word."""
    return text in _words()


def _repeats(text: str, known: set[str]) -> Iterator[Span]:
    """Yield every place of the names already found; of very many names each is found by its own rule."""
    if len(known) > _MOST_KNOWN:
        return
    for name in known:
        start = text.find(name)
        while start >= 0:
            end = start + len(name)
            around = text[max(0, start - 1) : start] + text[end : end + 1]
            if not (name.isascii() and any(character.isalnum() for character in around)):
                yield Span(start, end, Kind.NAME, is_certain=False)
            start = text.find(name, end)
