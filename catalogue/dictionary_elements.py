"""The data-element dictionary: elements of the four base databases and the city's own, with definition and words.

Zhengzhou Art. 18, Jilin Art. 26; 政务数据共享条例 Art. 13 (one name for one thing before it is shared). A word is how
people, tables or programs call an element: 身份证号 and ``sfzh`` are 公民身份号码. Words and definitions of the shipped
elements are in ``codes/element_synonyms.csv`` and ``codes/element_definitions.csv``. Pure, no I/O but package data.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from catalogue.elements import Database, Element, ElementNotFoundError, elements_of
from policies.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class WordKind(StrEnum):
    """What a word is to its element.

    ``same`` means the same and serves the search too; ``near`` is used for it in some tables and for other things in
    others; ``column`` is a column name (pinyin initials), ``english`` an English wording.
    """

    SAME = "same"
    NEAR = "near"
    COLUMN = "column"
    ENGLISH = "english"


@dataclass(frozen=True, slots=True)
class Word:
    """One word for an element."""

    kind: WordKind
    text: str


@dataclass(frozen=True, slots=True)
class DataElement:
    """An element with its definition and its words; ``element.database`` None marks the city's own."""

    element: Element
    definition: Text
    words: tuple[Word, ...] = ()

    @property
    def code(self) -> str:
        """The code, such as ``P001``."""
        return self.element.code

    @property
    def name(self) -> str:
        """The Chinese name."""
        return self.element.name

    @property
    def synonyms(self) -> tuple[str, ...]:
        """The words that mean the same."""
        return tuple(word.text for word in self.words if word.kind is WordKind.SAME)


class Dictionary:
    """Elements by code, in a stable order: the base databases first, then the city's own."""

    def __init__(self, elements: Iterable[DataElement]) -> None:
        self._by_code = MappingProxyType({found.code: found for found in elements})

    def __iter__(self) -> Iterator[DataElement]:
        return iter(self._by_code.values())

    def __len__(self) -> int:
        return len(self._by_code)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def get(self, code: str) -> DataElement:
        """Return an element by code.

        Raises:
            ElementNotFoundError: the dictionary has none of this code.

        """
        if code not in self._by_code:
            raise ElementNotFoundError(f"没有数据元 {code} (there is no element {code})")
        return self._by_code[code]

    def with_own(self, own: Iterable[DataElement]) -> Dictionary:
        """Return the dictionary with the city's own elements after the shipped ones."""
        return Dictionary((*self, *own))


@cache
def shipped() -> Dictionary:
    """Return the dictionary of the four base databases."""
    words, definitions = _words(), _definitions()
    return Dictionary(
        DataElement(found, definitions.get(found.code, Text("", "")), words.get(found.code, ()))
        for database in Database
        for found in elements_of(database)
    )


def synonym_groups(dictionary: Dictionary | None = None, *, least: int = 3) -> tuple[tuple[str, ...], ...]:
    """Return groups of words that mean the same, for the search; the first is the name of the element.

    Args:
        dictionary: the elements; the shipped ones where none is given.
        least: characters a word has at least: shorter ones stand inside too many other words.

    """
    groups = []
    for found in dictionary or shipped():
        words = tuple(word for word in (found.name, *found.synonyms) if len(word) >= least)
        if len(words) > 1:
            groups.append(words)
    return tuple(groups)


def _rows(name: str) -> list[dict[str, str]]:
    text = files("catalogue.codes").joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _words() -> Mapping[str, tuple[Word, ...]]:
    found: dict[str, list[Word]] = defaultdict(list)
    for row in _rows("element_synonyms"):
        found[row["element"]].append(Word(WordKind(row["kind"]), row["word"]))
    return {code: tuple(words) for code, words in found.items()}


def _definitions() -> Mapping[str, Text]:
    return {row["element"]: Text(row["definition_zh"], row["definition_en"]) for row in _rows("element_definitions")}
