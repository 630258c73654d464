"""Licences and rights statements: what a reader of open data may do with them (Jilin Art. 29: 知识产权 is protected).

The licences are a code list with a short statement in both languages; the licence's own text rules. An entry names
one by its code (an SPDX identifier where there is one) or address, or states its rights in its own words. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from catalogue.code_lists import load_code_list
from policies.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalogue.entry import Entry

LIST: Final = "catalogue_licence"


@dataclass(frozen=True, slots=True)
class Licence:
    """One licence: ``url`` leads to its own text, ``statement`` says in short what it allows and asks."""

    code: str
    name: Text
    url: str
    statement: Text


@dataclass(frozen=True, slots=True)
class Rights:
    """The rights of an entry as they are shown: its licence (None: none of the list) and the statement."""

    licence: Licence | None
    statement: Text

    def as_json(self) -> dict[str, str | None]:
        """Return the rights as the API gives them."""
        licence = self.licence
        return {
            "licence": licence.code if licence is not None else None,
            "licence_name": licence.name.zh if licence is not None else None,
            "licence_name_en": licence.name.en if licence is not None else None,
            "licence_url": (licence.url or None) if licence is not None else None,
            "statement": self.statement.zh,
            "statement_en": self.statement.en,
        }


@cache
def licences() -> Mapping[str, Licence]:
    """Return the licences by code."""
    return {
        row.code: Licence(
            row.code,
            Text(row.name_zh, row.name_en),
            row.extra["url"],
            Text(row.extra["text_zh"], row.extra["text_en"]),
        )
        for row in load_code_list(LIST).rows.values()
    }


def licence_named(text: str) -> Licence | None:
    """Return the licence of this code or address, in any case; None when the list has none."""
    wanted = text.strip().casefold().rstrip("/")
    if not wanted:
        return None
    for licence in licences().values():
        if wanted in {licence.code.casefold(), licence.url.casefold().rstrip("/")}:
            return licence
    return None


def rights_of(entry: Entry) -> Rights:
    """Return what is shown of an entry's rights: its own statement first, else that of its licence."""
    licence = licence_named(entry.licence)
    own = entry.rights_statement.strip()
    if own:
        return Rights(licence, Text(own, own))
    return Rights(licence, licence.statement if licence is not None else Text("", ""))


def states_rights(entry: Entry) -> bool:
    """Whether a reader can tell what may be done with the data."""
    return bool(rights_of(entry).statement.zh)
