"""What a table is about: persons, bodies or things, and its theme in the directory (``themes.toml``). Pure."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from catalogue.entry import Citation, CitationRank
from policies.facts import Sensitivity

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from catalogue.elements import Element


class Subject(StrEnum):
    """What a row is: a person, a body (firm, organ, organisation), or something else."""

    PERSON = "person"
    BODY = "body"
    THING = "thing"


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme: words that tell it, class path (empty: the department's own class), the rule data are collected under.

    ``sensitivity`` is what it makes of everything said of a person; None: nothing more than personal.
    """

    words: re.Pattern[str]
    class_path: tuple[str, ...]
    basis: Citation
    sensitivity: Sensitivity | None
    certainty: str


_PERSON_KEYS: Final = frozenset({"P001", "P010", "P014", "P017", "P021"})
_BODY_KEYS: Final = frozenset({"L001", "L021", "L022", "L023"})
_THING_KEYS: Final = frozenset({"G001", "G020", "G040", "G050"})
_PERSONS: Final = frozenset({"P001", "P002", "P010"})
_OWNER_WORDS: Final = {
    "公安": ("公安",),
    "民政": ("民政",),
    "卫生健康": ("卫生健康", "卫健"),
    "教育": ("教育",),
    "人社": ("人力资源", "人社"),
    "医保": ("医疗保障", "医保"),
    "残联": ("残疾人联合会", "残联"),
    "登记机关": ("市场监督", "市场监管", "行政审批", "机构编制", "编制"),
    "市场监管": ("市场监督", "市场监管"),
    "统计": ("统计",),
    "税务": ("税务",),
    "自然资源": ("自然资源",),
    "住建": ("住房和城乡建设", "住建", "住房保障", "房产"),
    "发改": ("发展和改革", "发改"),
    "编制": ("机构编制", "编制"),
}
"""Departments by function as the element lists name them, and the words of an organ's name that tell them."""


def subject_of(elements: Collection[str], key_elements: Collection[str]) -> Subject:
    """Return what a row is by the elements of its key, then by all its elements.

    Args:
        elements: codes of the elements of the table's items.
        key_elements: those of the items that form the key.

    """
    for codes, subject in (
        (_THING_KEYS, Subject.THING),
        (_PERSON_KEYS, Subject.PERSON),
        (_BODY_KEYS, Subject.BODY),
    ):
        if codes & set(key_elements):
            return subject
    found = set(elements)
    if found & _THING_KEYS:
        return Subject.THING
    if "P001" in found or len(found & _PERSONS) > 1:
        return Subject.PERSON
    return Subject.BODY if found & _BODY_KEYS else Subject.THING


@cache
def themes() -> tuple[Theme, ...]:
    """Return the themes in their order."""
    stored = tomllib.loads(files("hub.directory.describing").joinpath("themes.toml").read_text(encoding="utf-8"))
    return tuple(
        Theme(
            re.compile(one["words"]),
            tuple(one["class"]),
            Citation(one["rule"], one["article"], CitationRank(one["rank"])),
            Sensitivity(one["sensitivity"]) if "sensitivity" in one else None,
            one["certainty"],
        )
        for one in stored["themes"]
    )


def theme_of(*texts: str) -> Theme | None:
    """Return the first theme that a text tells, the texts in order of weight; None where none does."""
    for text in texts:
        for theme in themes():
            if theme.words.search(text):
                return theme
    return None


def is_owner(organ: str, element: Element) -> bool:
    """Say whether an organ is a usual source of an element (一数一源), by the organ's name."""
    words: Sequence[str] = [word for owner in element.owners for word in _OWNER_WORDS.get(owner, (owner,))]
    return any(word in organ for word in words)
