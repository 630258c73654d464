"""Which data element a column is: ranked proposals with the reason, from its name, its comment and samples.

For describing a table (a person decides; nothing is attached by itself) and for finding by synonyms. A proposal says
on what it rests and how many samples fit; it never repeats a sample. Pure, no I/O.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Final

from catalogue.dictionary_clues import SampleTest, fit_of, han_wordings, latin_key, latin_wordings
from catalogue.dictionary_elements import DataElement, Dictionary, WordKind, shipped, synonym_groups
from policies.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalogue.dictionary_clues import Wording

__all__ = ["Suggestion", "shipped", "suggest", "synonym_groups"]

LEAST_SCORE: Final = 0.35
SURE: Final = 0.85
_SHORT: Final = 3
_BY_SAMPLES_ALONE: Final = {"P001": "citizen_id", "L001": "organisation_code"}
"""Elements whose check digits tell them without any name."""

_EXACT: Final = {WordKind.SAME: 0.97, WordKind.NEAR: 0.78, WordKind.COLUMN: 0.82, WordKind.ENGLISH: 0.86}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One proposal: the element, how sure (0 to 1), on what it rests, how the samples fit (None: none given)."""

    element: DataElement
    score: float
    reason: Text
    samples: SampleTest | None = None

    @property
    def is_sure(self) -> bool:
        """Whether it may be proposed as the answer; below, a person chooses among the proposals."""
        return self.score >= SURE


@dataclass(frozen=True, slots=True)
class _Clue:
    """Evidence for an element."""

    score: float
    reason: Text


def suggest(
    name: str,
    comment: str = "",
    samples: Sequence[str] = (),
    *,
    dictionary: Dictionary | None = None,
    today: date = date.max,
    limit: int = 5,
) -> tuple[Suggestion, ...]:
    """Return the elements a column may be, the likeliest first; empty when nothing speaks for any.

    Args:
        name: the column's name: Chinese, pinyin, initials or English, in any case.
        comment: its comment; the first part before a bracket or comma counts most.
        samples: some of its values as text; blank ones are left out, none is repeated in a reason.
        dictionary: the elements to choose from; the shipped ones where none is given.
        today: no sample birth date lies after it.
        limit: so many at most.

    """
    known = dictionary or shipped()
    clues = _by_name(known, name, comment)
    for code in _BY_SAMPLES_ALONE:
        if samples and code in known:
            clues.setdefault(code, _Clue(0.0, Text("", "")))
    found = (_weighed(known.get(code), clue, samples, today) for code, clue in clues.items())
    ranked = sorted((one for one in found if one.score >= LEAST_SCORE), key=lambda one: (-one.score, one.element.code))
    return tuple(ranked[:limit])


def _weighed(element: DataElement, clue: _Clue, samples: Sequence[str], today: date) -> Suggestion:
    """Let the samples raise or lower what the names say."""
    if not samples:
        return Suggestion(element, round(clue.score, 3), clue.reason)
    tested = fit_of(element.element, samples, today)
    score, zh, en = clue.score, [clue.reason.zh], [clue.reason.en]
    count = (f"{tested.tested} 个样本中 {tested.fitting} 个", f"{tested.fitting} of {tested.tested} samples")
    if tested.speaks_for:
        if score == 0.0:
            score = 0.6 if tested.is_strong else 0.0
        elif tested.is_strong or element.element.code_list is not None:
            score = 1 - (1 - score) * (0.4 if tested.is_strong else 0.8)
        zh.append(f"{count[0]}符合（{tested.rule}）")
        en.append(f"{count[1]} fit ({tested.rule})")
    elif tested.speaks_against:
        score *= 0.4
        zh.append(f"但{count[0]}符合（{tested.rule}）")
        en.append(f"but only {count[1]} fit ({tested.rule})")
    reason = Text("；".join(part for part in zh if part), "; ".join(part for part in en if part))
    return Suggestion(element, round(min(score, 1.0), 3), reason, tested)


def _by_name(known: Dictionary, name: str, comment: str) -> dict[str, _Clue]:
    index = _index_of(known)
    han, latin = _best_han(index, han_wordings(name, comment)), _best_latin(index, latin_wordings(name))
    joined = {}
    for code in {*han, *latin}:
        first, second = sorted(
            (han.get(code, _NOTHING), latin.get(code, _NOTHING)), key=lambda clue: clue.score, reverse=True
        )
        score = 1 - (1 - first.score) * (1 - 0.5 * second.score)
        parts = [first.reason, second.reason] if second.score else [first.reason]
        reason = Text("；".join(part.zh for part in parts), "; ".join(part.en for part in parts))
        joined[code] = _Clue(score, reason)
    return joined


_NOTHING: Final = _Clue(0.0, Text("", ""))


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A word of the dictionary in the form in which it is compared."""

    code: str
    shown: str
    kind: WordKind | None
    score: float


@dataclass(frozen=True, slots=True)
class _Index:
    """The words of a dictionary: Chinese phrases, Latin words and pinyin, each to its elements."""

    han: dict[str, list[_Phrase]]
    latin: dict[str, list[_Phrase]]


def _index_of(known: Dictionary) -> _Index:
    return _shipped_index() if known is shipped() else _build(known)


@cache
def _shipped_index() -> _Index:
    return _build(shipped())


def _build(known: Dictionary) -> _Index:
    # The pinyin dictionary takes a third of a second to load: only who asks for proposals waits for it.
    from pypinyin import lazy_pinyin

    han: dict[str, list[_Phrase]] = defaultdict(list)
    latin: dict[str, list[_Phrase]] = defaultdict(list)
    for element in known:
        han[element.name.lower()].append(_Phrase(element.code, element.name, None, 1.0))
        latin[latin_key(element.element.name_en)].append(_Phrase(element.code, element.name, None, 0.86))
        for word in element.words:
            where = han if word.kind in {WordKind.SAME, WordKind.NEAR} else latin
            key = word.text.lower() if where is han else latin_key(word.text)
            shown = word.text if where is han else element.name
            where[key].append(_Phrase(element.code, shown, word.kind, _EXACT[word.kind]))
        for text in (element.name, *element.synonyms):
            syllables = lazy_pinyin(text)
            initials = "".join(syllable[0] for syllable in syllables).lower()
            latin["".join(syllables).lower()].append(_Phrase(element.code, text, WordKind.COLUMN, 0.84))
            if len(initials) > 1:
                latin[initials].append(
                    _Phrase(element.code, text, WordKind.COLUMN, 0.66 if len(initials) > _SHORT else 0.5)
                )
    return _Index(dict(han), dict(latin))


def _best_latin(index: _Index, wordings: Sequence[Wording]) -> dict[str, _Clue]:
    best: dict[str, _Clue] = {}
    for wording in wordings:
        for phrase in index.latin.get(wording.text, ()):
            reason = Text(
                f"列名 {wording.text} 常指“{phrase.shown}”", f"a column {wording.text} is usually «{phrase.shown}»"
            )
            _keep(best, phrase.code, _Clue(phrase.score * wording.weight, reason))
    return best


def _best_han(index: _Index, wordings: Sequence[Wording]) -> dict[str, _Clue]:
    best: dict[str, _Clue] = {}
    for wording in wordings:
        for key, phrases in index.han.items():
            nearness = _nearness(wording.text, key)
            if nearness == 0.0:
                continue
            for phrase in phrases:
                score = phrase.score * nearness * wording.weight
                _keep(best, phrase.code, _Clue(score, _han_reason(wording.text, phrase, nearness)))
    return best


def _han_reason(text: str, phrase: _Phrase, nearness: float) -> Text:
    if nearness < 1.0:
        return Text(f"名称“{text}”近于“{phrase.shown}”", f"the name «{text}» is near to «{phrase.shown}»")
    if phrase.kind is None:
        return Text(f"名称就是“{phrase.shown}”", f"the name is «{phrase.shown}»")
    kind = Text("同义词", "a synonym") if phrase.kind is WordKind.SAME else Text("常用叫法", "a usual wording")
    return Text(f"“{phrase.shown}”是{kind.zh}", f"«{phrase.shown}» is {kind.en}")


def _nearness(text: str, phrase: str) -> float:
    """Return how near a wording is to a word of the dictionary: 1 the same, 0 nothing in common.

    The head of a Chinese noun stands last: 申请人身份证号 is an identity number, 身份证号类别 is not.
    """
    if text == phrase:
        return 1.0
    if min(len(text), len(phrase)) < len("名称"):
        return 0.0
    if text.endswith(phrase):
        return 0.6 + 0.3 * len(phrase) / len(text)
    if phrase in text:
        return 0.4 + 0.3 * len(phrase) / len(text)
    if phrase.endswith(text):
        return 0.35 + 0.35 * len(text) / len(phrase)
    return 0.55 * shared if (shared := _shared_pairs(text, phrase)) >= LEAST_SCORE * 2 else 0.0


def _shared_pairs(one: str, other: str) -> float:
    """Return the share of neighbouring characters two words have in common (Dice)."""
    first = {one[place : place + 2] for place in range(len(one) - 1)}
    second = {other[place : place + 2] for place in range(len(other) - 1)}
    return 2 * len(first & second) / (len(first) + len(second))


def _keep(best: dict[str, _Clue], code: str, clue: _Clue) -> None:
    if code not in best or clue.score > best[code].score:
        best[code] = clue
