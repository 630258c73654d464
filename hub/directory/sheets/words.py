"""Codes of the national lists as people write them: the code, its name, both, or a word of older systems.

What is not written in the list's own form is counted and told (:class:`hub.directory.sheets.faults.Normalised`).
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from catalogue.code_lists import load_code_list
from catalogue.subjects import folded

if TYPE_CHECKING:
    from collections.abc import Mapping

HEADINGS: Final = "headings"
_CODE_FIRST: Final = re.compile(r"\s*([0-9A-Za-z]+)[\s\u3000、.．:：-]+(.+)")
_CODE_LAST: Final = re.compile(r"\s*([^0-9A-Za-z]+?)[\s\u3000（(]*([0-9A-Za-z]+)[)）]?\s*")


@cache
def _data() -> Mapping[str, Mapping[str, list[str]]]:
    text = files(__package__).joinpath("synonyms.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))


def heading_words() -> Mapping[str, tuple[str, ...]]:
    """Return the wordings of headings besides the template's own, by key of the column."""
    return {key: tuple(words) for key, words in _data()[HEADINGS].items()}


@cache
def _words_of(name: str) -> Mapping[str, str]:
    """Return the code of each folded wording of a list: its code, its names, the words of older systems."""
    found: dict[str, str] = {}
    doubtful: set[str] = set()
    rows = load_code_list(name).rows.values()
    for row in rows:
        for text in (row.name_zh, row.name_en):
            word = folded(text)
            if found.setdefault(word, row.code) != row.code:
                doubtful.add(word)
    found |= {folded(word): code for code, words in _data().get(name, {}).items() for word in words}
    found = {word: code for word, code in found.items() if word not in doubtful and word}
    return MappingProxyType(found | {folded(row.code): row.code for row in rows})


def code_of(name: str, text: str) -> str | None:
    """Return the code of a list that a text means; None where it means none, or more than one."""
    words = _words_of(name)
    code = words.get(folded(text))
    if code is not None:
        return code
    match = _CODE_FIRST.fullmatch(text)
    if match is not None and match[1] in load_code_list(name):
        return match[1]
    if match is not None:
        return words.get(folded(match[2]))
    match = _CODE_LAST.fullmatch(text)
    if match is not None and match[2].upper() in load_code_list(name):
        code = words.get(folded(match[1]))
        return code if code == match[2].upper() else None
    tail = text.rsplit("/", 1)[-1]
    return words.get(folded(tail)) if tail != text else None


def is_own_form(name: str, code: str, text: str) -> bool:
    """Whether a text is written as the list has it: code, name, or code and name."""
    row = load_code_list(name).rows[code]
    return folded(text) in {folded(row.code), folded(row.name_zh), folded(f"{row.code}{row.name_zh}")}


def shown(name: str, code: str) -> str:
    """Return a code with its Chinese name, as sheets show it; a code the list does not have stays alone."""
    row = load_code_list(name).rows.get(code)
    return f"{code} {row.name_zh}" if row is not None else code
