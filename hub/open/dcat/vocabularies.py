"""Terms of the vocabularies harvesters know (EU authority lists, IANA, SPDX, ADMS), looked up for our own codes.

``vocabularies.toml`` is the whole list: what is not in it has no term, and a description then says nothing. Reads
package data once; no other I/O.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from catalogue.code_lists import load_code_list

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

EU: Final = "http://publications.europa.eu/resource/authority/"
"""Where the authority lists of the EU Publications Office live."""
IANA: Final = "https://www.iana.org/assignments/media-types/"
MEDIA_TYPE: Final = re.compile(r"^(?:application|audio|font|image|message|model|multipart|text|video)/[\w.+-]+$")
FALLBACK_THEME: Final = "GOVE"
"""What a government directory holds belongs to this theme when its class says no more."""


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A format: its EU file-type code and its media type, each empty where there is none."""

    code: str
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence: its name as given, the address of its text and its ADMS type, empty where not known."""

    name: str
    url: str = ""
    type: str = ""


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("vocabularies.toml").read_text(encoding="utf-8"))


@cache
def _formats() -> Mapping[str, FileFormat]:
    found: dict[str, FileFormat] = {}
    for code, about in _data()["formats"].items():
        one = FileFormat(code, about.get("media", ""))
        found |= dict.fromkeys((code, *about.get("same", ())), one)
    return found


@cache
def _by_media_type() -> Mapping[str, FileFormat]:
    return {one.media_type: one for one in reversed(tuple(_formats().values())) if one.media_type}


def format_named(name: str, media_type: str = "") -> FileFormat | None:
    """Return the format of a name (any case, a leading dot allowed) or of a media type; None where it is not known."""
    plain = name.strip().lstrip(".").upper()
    media = media_type.strip().lower() or name.strip().lower()
    found = _formats().get(plain) or _by_media_type().get(media)
    if found is None and MEDIA_TYPE.fullmatch(media):
        return FileFormat("", media)
    return found


def guide_format(code: str) -> FileFormat | None:
    """Return the format of a code of ``catalogue_resource_format``; None for classes and what has no term."""
    row = load_code_list("catalogue_resource_format").rows.get(code)
    return format_named(row.name_zh) if row is not None else None


def themes_of(class_path: Sequence[str]) -> tuple[str, ...]:
    """Return the EU themes of a class path: those of its narrowest class that has any."""
    themes: Mapping[str, list[str]] = _data()["themes"]
    for code in reversed(class_path):
        for length in range(len(code), 0, -1):
            if code[:length] in themes:
                return tuple(themes[code[:length]])
    return (FALLBACK_THEME,)


def frequency_of(cycle: str) -> str:
    """Return the EU frequency code of a code of ``catalogue_update_cycle``; empty for others."""
    row = load_code_list("catalogue_update_cycle").rows.get(cycle)
    return row.extra.get("eu_frequency", "") if row is not None else ""


def repeat_of(cycle: str) -> str:
    """Return the ISO 8601 repeating interval of an update cycle; empty where it has none."""
    row = load_code_list("catalogue_update_cycle").rows.get(cycle)
    return row.extra.get("iso8601_repeat", "") if row is not None else ""


def licence_of(text: str) -> Licence | None:
    """Return the licence an entry names: by SPDX identifier or by address; None where it names none."""
    name = text.strip()
    if not name:
        return None
    known: Mapping[str, Mapping[str, str]] = _data()["licences"]
    for spdx, about in known.items():
        if name.casefold() in {spdx.casefold(), about["url"].casefold(), about["url"].rstrip("/").casefold()}:
            return Licence(spdx, about["url"], about["type"])
    return Licence(name, name if name.startswith(("https://", "http://")) else "")


def label_of(vocabulary: str, code: str) -> tuple[str, str]:
    """Return the Chinese and the English label of a term (``theme_names``, ``frequencies`` ...)."""
    zh, en = _data()[vocabulary][code]
    return zh, en


def mandates_of(pack: str) -> tuple[tuple[str, str], ...]:
    """Return rule and article of what obliges departments to list and supply, by the name of a regulation pack."""
    mandates = _data()["mandates"]
    return tuple((rule, article) for rule, article in mandates.get(pack, mandates["national"]))
