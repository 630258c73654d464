"""How well a column of a file fits an item: by its name in many guises, and by what its values look like.

Each score has a reason that is told. Only exact names, aliases, names without their unit, words of the same meaning
and pinyin are sure enough to be mapped; anything weaker is asked. Pure; values are looked at and never kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from catalogue.synonyms import groups_by_word
from connectors.files.headings import JOINT
from hub.push.header import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalogue.item import Item

SURE: Final = 0.75
"""From here on a column is mapped; below it is asked."""
WORTH_ASKING: Final = 0.45
_BRACKETS: Final = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
_FEWEST_VALUES: Final = 3
_MOST: Final = 0.8
_FEW: Final = 0.2
_GEOMETRY: Final = frozenset({"geometry", "geom", "shape", "the_geom"})
_SHORTEST_PINYIN: Final = 3
_SHORTEST_PART: Final = 2
_PATTERNS: Final = {
    "citizen_id": (re.compile(r"[1-9][0-9]{16}[0-9Xx]"), "18 位公民身份号码", "18-digit identity numbers"),
    "organisation_code": (re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}"), "18 位统一社会信用代码", "18-digit credit codes"),
    "division_code": (re.compile(r"[1-9][0-9]{5}(?:[0-9]{3}|[0-9]{6})?"), "行政区划代码", "division codes"),
    "phone": (re.compile(r"(?:\+?86)?1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}"), "电话号码", "telephone numbers"),
}


@dataclass(frozen=True, slots=True)
class Likeness:
    """Score from 0 to 1, and why."""

    score: float
    zh: str
    en: str


NOTHING: Final = Likeness(0.0, "", "")


def likeness(name: str, item: Item, values: Sequence[str]) -> Likeness:
    """Return how well a column fits an item; ``values`` are some of the column's."""
    by_name = _by_name(name, item)
    seen = _by_values(item, values)
    if seen is None:
        return by_name
    share, zh, en = seen
    if share < _FEW and by_name.score:
        return Likeness(max(by_name.score - 0.3, 0.0), f"{by_name.zh}，但值不像{zh}", f"{by_name.en}, but no {en}")
    if share < _MOST:
        return by_name
    if not by_name.score:
        return Likeness(0.7, f"列名不同，值像{zh}", f"another name, values look like {en}")
    return Likeness(min(by_name.score + 0.15, 1.0), f"{by_name.zh}，值像{zh}", f"{by_name.en}, values look like {en}")


@lru_cache(maxsize=50_000)
def _by_name(name: str, item: Item) -> Likeness:
    """Return the best of the ways in which two names can be the same."""
    key = plain(name)
    if not key:
        return NOTHING
    own, column, aliases, own_bare = _names_of(item)
    bare = plain(_BRACKETS.sub("", name))
    last = plain(name.rsplit(JOINT, 1)[-1])
    for is_so, score, zh, en in (
        (key == own, 1.0, "名称相同", "same name"),
        (key == column, 1.0, "列名相同", "same column name"),
        (key in aliases, 0.95, "别名相同", "same alias"),
        (
            bool(bare) and bare in {own, own_bare, *aliases},
            0.9,
            "去掉单位或说明后名称相同",
            "same name but for the unit",
        ),
        (last in {own, column, *aliases}, 0.85, "下级表头名称相同", "same lower heading"),
        (_mean_the_same(bare, own_bare), 0.8, "同义词", "a word of the same meaning"),
        (item.check == "geometry" and key in _GEOMETRY, 0.9, "图形列", "the column of shapes"),
        (_is_pinyin(key, item.name), 0.75, "拼音相同", "same in pinyin"),
    ):
        if is_so:
            return Likeness(score, zh, en)
    shorter, longer = sorted((bare, own_bare), key=len)
    if len(shorter) >= _SHORTEST_PART and shorter in longer:
        return Likeness(0.6, "名称有一部分相同", "part of the name is the same")
    if set(bare).isdisjoint(own_bare):
        return NOTHING
    ratio = SequenceMatcher(None, bare, own_bare).ratio()
    if ratio * 0.7 >= WORTH_ASKING:
        return Likeness(round(ratio * 0.7, 2), "名称相近", "a similar name")
    return NOTHING


@lru_cache(maxsize=5_000)
def _names_of(item: Item) -> tuple[str, str, frozenset[str], str]:
    """Return name, column, aliases, and the name without its unit, as they are compared."""
    aliases = frozenset(plain(alias) for alias in item.aliases)
    return plain(item.name), plain(item.column), aliases, plain(_BRACKETS.sub("", item.name))


@cache
def _meanings() -> dict[str, frozenset[int]]:
    """Return for each word the numbers of the groups of synonyms it stands in."""
    found: dict[str, set[int]] = {}
    for number, (first, others) in enumerate(groups_by_word().items()):
        for word in (first, *others):
            found.setdefault(plain(word), set()).add(number)
    return {word: frozenset(numbers) for word, numbers in found.items()}


def _mean_the_same(one: str, other: str) -> bool:
    meanings = _meanings()
    return one != other and one in meanings and not meanings[one].isdisjoint(meanings.get(other, ()))


def _is_pinyin(key: str, name: str) -> bool:
    """Whether a name in Latin letters is the pinyin of an item's name, whole or by initials."""
    letters = re.sub(r"[^a-z]", "", key)
    if letters != re.sub(r"[_\-]", "", key) or len(letters) < _SHORTEST_PINYIN:
        return False
    from pypinyin import lazy_pinyin

    syllables = [one for one in lazy_pinyin(_BRACKETS.sub("", name)) if one.isascii() and one.isalpha()]
    return letters in {"".join(syllables), "".join(one[0] for one in syllables)}


def _by_values(item: Item, values: Sequence[str]) -> tuple[float, str, str] | None:
    """Return the share of values that look as the item's check wants, and how that is called."""
    if item.check not in _PATTERNS:
        return None
    pattern, zh, en = _PATTERNS[item.check]
    filled = [text for value in values if (text := value.strip())]
    if len(filled) < _FEWEST_VALUES:
        return None
    return sum(pattern.fullmatch(value) is not None for value in filled) / len(filled), zh, en
