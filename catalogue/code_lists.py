"""Code lists of national standards, shipped as CSV in ``catalogue/codes`` and loaded once.

``codes/lists.toml`` says what each list is, its version and how sure we are of it. Reads package data,
no other I/O. Guide 发改高技〔2017〕1272号: a coded item names its list and the list's version.
"""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping


class CodeListNotFoundError(DomainError, LookupError):
    """No code list has this name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.near = tuple(get_close_matches(name, code_list_names(), n=3, cutoff=0.5))
        super().__init__(
            f"没有名为“{name}”的代码表" + (f"，是否指：{'、'.join(self.near)}" if self.near else ""),
            f"there is no code list {name!r}" + (f"; near names: {', '.join(self.near)}" if self.near else ""),
            next_zh="从平台所存的代码表中选用",
            next_en="use one of the lists the hub holds",
        )


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One code; ``extra`` holds the list's own columns, an empty text where a row has no value."""

    code: str
    name_zh: str
    name_en: str
    extra: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CodeList:
    """A code list in one version.

    ``rows`` maps a code to its latest row; ``history`` holds every row in file order, because one
    division code may have named two places.
    """

    name: str
    version: str
    title_zh: str
    title_en: str
    source: str
    certainty: str
    rows: Mapping[str, CodeRow]
    history: tuple[CodeRow, ...]

    def __contains__(self, code: object) -> bool:
        return code in self.rows


@cache
def _register() -> Mapping[str, Mapping[str, str]]:
    return MappingProxyType(tomllib.loads(files("catalogue.codes").joinpath("lists.toml").read_text(encoding="utf-8")))


def code_list_names() -> tuple[str, ...]:
    """Return the names of all lists, in the order of ``lists.toml``."""
    return tuple(_register())


@cache
def load_code_list(name: str) -> CodeList:
    """Return a code list by name.

    Raises:
        CodeListNotFoundError: no list has this name; it carries the near ones.

    """
    if name not in _register():
        raise CodeListNotFoundError(name)
    about = _register()[name]
    text = files("catalogue.codes").joinpath(f"{name}.csv").read_text(encoding="utf-8")
    history = tuple(
        CodeRow(row.pop("code"), row.pop("name_zh"), row.pop("name_en"), MappingProxyType(row))
        for row in csv.DictReader(text.splitlines())
    )
    return CodeList(
        name=name,
        version=about["version"],
        title_zh=about["title_zh"],
        title_en=about["title_en"],
        source=about["source"],
        certainty=about["certainty"],
        rows=MappingProxyType({row.code: row for row in history}),
        history=history,
    )
