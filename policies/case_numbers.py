r"""Which case numbers a grant is for: a shell-style pattern, a fixed list, or a safe kind of regular expression.

Every use names a case number (政务数据共享条例 Art. 25: no use beyond the purpose), and it is compared with what the
request stated. Three forms, told apart by their beginning:

* ``DB-[0-9]*``: shell-style (``*``, ``?``, ``[...]``), as :mod:`fnmatch` reads it;
* ``in:DB-1,DB-2``: one of a list;
* ``re:DB-\d{4}``: an expression of characters, classes (``[0-9A-Z]``, ``[^x]``, ``\d``, ``\w``, ``.``), counts
  (``?``, ``*``, ``+``, ``{m}``, ``{m,n}``) and alternatives (``|``), always matched whole. There are no groups, so
  nothing can be repeated inside a repetition, and the matcher keeps the set of positions reached instead of
  going back: its time grows with the length of the number alone (no ReDoS). Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from policies.errors import DomainError

LIST, EXPRESSION = "in:", "re:"
LONGEST_PATTERN = 200
LONGEST_LIST = 200
LONGEST_CASE_NUMBER = 64
_MOST_REPEATS = LONGEST_CASE_NUMBER
_DIGITS = frozenset("0123456789")
_WORD = _DIGITS | frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
_COUNT = re.compile(r"\{([0-9]{1,3})(,([0-9]{0,3}))?\}")
_NOT_KNOWN = frozenset("(){}*+?^$")


class CasePatternError(DomainError):
    """The pattern of case numbers cannot be read; the place is named."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """One set of characters and how often it may stand; ``negated``: all others."""

    characters: frozenset[str]
    negated: bool
    least: int
    most: int

    def fits(self, character: str) -> bool:
        return (character in self.characters) is not self.negated


def check_case_pattern(pattern: str) -> None:
    """Do nothing when a pattern can be read.

    Raises:
        CasePatternError: empty, too long, or not of one of the three forms.
    """
    if pattern.startswith(LIST):
        _listed(pattern)
    elif pattern.startswith(EXPRESSION):
        _compiled(pattern)
    elif not 0 < len(pattern) <= LONGEST_PATTERN:
        raise _fault(
            f"办件编号格式须为 1 到 {LONGEST_PATTERN} 个字符", f"a pattern has 1 to {LONGEST_PATTERN} characters"
        )


def case_number_fits(case_number: str | None, pattern: str) -> bool:
    """Return whether a case number is one of those a pattern names; what cannot be read names none."""
    if not case_number or len(case_number) > LONGEST_CASE_NUMBER:
        return False
    try:
        if pattern.startswith(LIST):
            return case_number in _listed(pattern)
        if pattern.startswith(EXPRESSION):
            return any(_matches(pieces, case_number) for pieces in _compiled(pattern))
    except CasePatternError:
        return False
    return fnmatchcase(case_number, pattern)


def _fault(zh: str, en: str) -> CasePatternError:
    return CasePatternError(
        zh,
        en,
        next_zh="可用：通配符 DB-[0-9]*；列表 in:DB-1,DB-2；表达式 re:DB-\\d{4}，不支持括号分组",
        next_en=r"use wildcards DB-[0-9]*, a list in:DB-1,DB-2, or an expression re:DB-\d{4} without groups",
    )


@lru_cache(maxsize=4096)
def _listed(pattern: str) -> frozenset[str]:
    numbers = [one.strip() for one in pattern.removeprefix(LIST).replace("，", ",").split(",")]
    if not all(numbers) or len(numbers) > LONGEST_LIST or max(map(len, numbers)) > LONGEST_CASE_NUMBER:
        raise _fault(
            f"编号列表须有 1 到 {LONGEST_LIST} 个编号，每个不超过 {LONGEST_CASE_NUMBER} 个字符",
            f"a list holds 1 to {LONGEST_LIST} numbers of at most {LONGEST_CASE_NUMBER} characters",
        )
    return frozenset(numbers)


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> tuple[tuple[_Piece, ...], ...]:
    text = pattern.removeprefix(EXPRESSION)
    if not 0 < len(text) <= LONGEST_PATTERN:
        raise _fault(
            f"表达式须为 1 到 {LONGEST_PATTERN} 个字符", f"an expression has 1 to {LONGEST_PATTERN} characters"
        )
    alternatives: list[tuple[_Piece, ...]] = []
    pieces: list[_Piece] = []
    at = 0
    while at < len(text):
        if text[at] == "|":
            alternatives.append(tuple(pieces))
            pieces, at = [], at + 1
            continue
        characters, negated, at = _set(text, at)
        least, most, at = _count(text, at)
        pieces.append(_Piece(characters, negated, least, most))
    return (*alternatives, tuple(pieces))


def _set(text: str, at: int) -> tuple[frozenset[str], bool, int]:
    """Return the characters a piece stands for, whether all others are meant, and where it ends."""
    first = text[at]
    if first == ".":
        return frozenset(), True, at + 1
    if first == "\\":
        return _escaped(text, at), False, at + 2
    if first == "[":
        return _class(text, at)
    if first in _NOT_KNOWN or first == "]":
        raise _fault(
            f"表达式第 {at + 1} 个字符“{first}”不能用在这里",
            f"character {at + 1} of the expression, {first!r}, is not known",
        )
    return frozenset(first), False, at + 1


def _escaped(text: str, at: int) -> frozenset[str]:
    following = text[at + 1 : at + 2]
    if following == "d":
        return _DIGITS
    if following == "w":
        return _WORD
    if not following or following.isalnum():
        raise _fault(f"表达式第 {at + 1} 个字符的转义不认识", f"the escape at character {at + 1} is not known")
    return frozenset(following)


def _class(text: str, at: int) -> tuple[frozenset[str], bool, int]:
    end = text.find("]", at + 2)
    if end < 0:
        raise _fault(f"表达式第 {at + 1} 个字符的 [ 没有配对", f"the class at character {at + 1} is not closed")
    inside = text[at + 1 : end]
    negated = inside.startswith("^")
    inside = inside[1:] if negated else inside
    found: set[str] = set()
    place = 0
    while place < len(inside):
        if inside[place] == "\\":
            found |= _escaped(inside, place)
            place += 2
        elif inside[place + 1 : place + 2] == "-" and place + 2 < len(inside):
            low, high = ord(inside[place]), ord(inside[place + 2])
            if not low <= high <= low + 127:
                raise _fault(f"表达式第 {at + 1} 个字符处的范围有误", f"the range at character {at + 1} is not right")
            found |= {chr(code) for code in range(low, high + 1)}
            place += 3
        else:
            found.add(inside[place])
            place += 1
    if not found:
        raise _fault(f"表达式第 {at + 1} 个字符处的范围是空的", f"the class at character {at + 1} is empty")
    return frozenset(found), negated, end + 1


def _count(text: str, at: int) -> tuple[int, int, int]:
    """Return how often a piece may stand, and where the count ends."""
    simple = {"?": (0, 1), "*": (0, _MOST_REPEATS), "+": (1, _MOST_REPEATS)}.get(text[at : at + 1])
    if simple is not None:
        return *simple, at + 1
    match = _COUNT.match(text, at)
    if match is None:
        return 1, 1, at
    least = int(match[1])
    most = least if match[2] is None else int(match[3] or _MOST_REPEATS)
    if not least <= most <= _MOST_REPEATS:
        raise _fault(
            f"表达式第 {at + 1} 个字符处的次数须在 0 到 {_MOST_REPEATS} 之间",
            f"the count at character {at + 1} is not right",
        )
    return least, most, match.end()


def _matches(pieces: tuple[_Piece, ...], text: str) -> bool:
    """Return whether pieces match a whole text; bit i of ``reached`` says that i characters are used up."""
    reached = 1
    for piece in pieces:
        fitting = sum(1 << place for place, character in enumerate(text) if piece.fits(character))
        for _ in range(piece.least):
            reached = (reached & fitting) << 1
        more = reached
        for _ in range(piece.most - piece.least):
            more = (more & fitting) << 1
            if not more:
                break
            reached |= more
        if not reached:
            return False
    return bool(reached >> len(text) & 1)
