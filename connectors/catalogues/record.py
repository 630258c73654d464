"""What every reader gives: one neutral record a dataset, as its source writes it, before anything is decided.

Texts are the source's own (trimmed of nothing but blanks at their ends); codes, dates and names are made of them
later, by rules that are the same for all kinds of sources. A dataset that cannot be read is named with its place.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.sources import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable


class CatalogueFormatError(SourceError):
    """The whole file or answer is no catalogue of the kind stated; ``facts["place"]`` says where it breaks."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """A file or a service at the source."""

    url: str
    title: str = ""
    format: str = ""
    media_type: str = ""
    bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom the source names for questions: often a person, so it is masked before anything is stored."""

    name: str = ""
    email: str = ""
    telephone: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One dataset. ``id`` identifies it at the source for good; ``unread`` names the members nobody understood.

    ``place`` is where it stands in the file or answer (``$[3]``, ``$.dataset[0]``, an IRI).
    """

    id: str
    title: str
    place: str
    title_en: str = ""
    abstract: str = ""
    publisher: str = ""
    contact: Contact = Contact()
    keywords: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    cycle: str = ""
    openness: str = ""
    licence: str = ""
    rights: str = ""
    issued: str = ""
    modified: str = ""
    url: str = ""
    temporal_start: str = ""
    temporal_end: str = ""
    distributions: tuple[Distribution, ...] = ()
    unread: tuple[str, ...] = ()

    def digest(self, rules: str) -> bytes:
        """Return SHA-256 of what the source says and of the rules that read it, whatever its place in the file."""
        said = [rules, *(getattr(self, name) for name in self.__dataclass_fields__ if name != "place")]
        text = json.dumps(said, ensure_ascii=False, separators=(",", ":"), default=_members)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _members(value: Contact | Distribution) -> list[object]:
    return [getattr(value, name) for name in value.__dataclass_fields__]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A dataset that cannot be read: where it stands and what is wrong, in Chinese and English. No value of it."""

    id: str
    place: str
    zh: str
    en: str
    digest: bytes = b""


Found = Record | Unreadable


@dataclass(slots=True)
class Notes:
    """What the reader says of the whole: pages that follow, parts that are no datasets. Filled while it reads."""

    more: str = ""
    """Address of a page that follows and is not in the file; empty where the file is the whole."""
    told: list[tuple[str, str]] = field(default_factory=list)


def first(texts: Iterable[str]) -> str:
    """Return the first text that is not blank, trimmed; empty where there is none."""
    return next((text.strip() for text in texts if text.strip()), "")


def format_error(place: str, zh: str, en: str) -> CatalogueFormatError:
    """Return the error of a file or answer that is no catalogue of its kind."""
    return CatalogueFormatError(
        f"{place}：{zh}",
        f"{place}: {en}",
        next_zh="请核对文件是否完整、种类（kind）是否选对；支持的种类见 docs/how-to/harvest-a-catalogue.md",
        next_en="check that the file is whole and of its kind; the kinds are in docs/how-to/harvest-a-catalogue.md",
        facts={"place": place},
    )
