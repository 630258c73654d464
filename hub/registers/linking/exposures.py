"""The links between the basic databases as one table: key, cardinality, how far each may be told.

A link is information of its own: who represents which body, who lives where. So each has its exposure, whatever is
open at its two ends (个人信息保护法 Art. 6, 25; 市场主体登记管理条例 Art. 8; 政务数据共享条例 Art. 14). Pure.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Final

ANY: Final = "*"
"""An end of a link that may be in any register."""


class Exposure(StrEnum):
    """How far a link may be told."""

    PUBLIC = "public"
    YES_NO = "yes_no"
    CONDITIONAL = "conditional"
    RESTRICTED = "restricted"


class Cardinality(StrEnum):
    """How many there are at each end, over time."""

    ONE_TO_MANY = "1:n"
    MANY_TO_ONE = "n:1"
    MANY_TO_MANY = "n:m"


class Telling(StrEnum):
    """A way in which a service tells a link."""

    CONFIRM = "confirm"
    """Say yes or no to a link the asker already names at both ends."""
    SHOW = "show"
    """Show the other end of one subject's link."""
    LIST = "list"
    """List all subjects that hang on one: the bodies of a person, the persons of a place."""


@dataclass(frozen=True, slots=True)
class Link:
    """One kind of link: ``kind`` is what the ``*_link`` tables hold, ``key`` by what it is kept (Chinese, English).

    ``names_are_public``: the name at the other end is, whatever the exposure of the key.
    """

    kind: str
    begins: str
    ends: str
    key: tuple[str, str]
    cardinality: Cardinality
    exposure: Exposure
    article: str
    names_are_public: bool = False


def _read() -> tuple[Link, ...]:
    text = files("hub.registers.linking").joinpath("links.toml").read_text(encoding="utf-8")
    return tuple(
        Link(
            kind,
            row["begins"],
            row["ends"],
            (row["key"], row["key_en"]),
            Cardinality(row["cardinality"]),
            Exposure(row["exposure"]),
            row["article"],
            names_are_public=row.get("names_are_public", False),
        )
        for kind, row in tomllib.loads(text).items()
    )


LINKS: Final[tuple[Link, ...]] = _read()
"""What hangs on what, as ``links.toml`` has it; a test holds it against the kinds the registers write."""

_TELLINGS: Final = {
    Exposure.PUBLIC: frozenset(Telling),
    Exposure.YES_NO: frozenset({Telling.CONFIRM}),
    Exposure.CONDITIONAL: frozenset({Telling.CONFIRM}),
    Exposure.RESTRICTED: frozenset[Telling](),
}
"""What may be told without a grant whose legal basis names it."""


def link(kind: str) -> Link:
    """Return a kind of link (raises :class:`KeyError` where there is none)."""
    return _BY_KIND[kind]


_BY_KIND: Final = {one.kind: one for one in LINKS}


def may_tell(kind: str, telling: Telling, *, is_granted: bool, has_legal_basis: bool) -> bool:
    """Whether a service may tell a link in this way.

    Public links are told to anybody. Of the others a confirmation needs a grant; to show or list them needs one that
    rests on a legal basis; restricted links (real estate) are told by their own procedure alone, never here.
    """
    exposure = link(kind).exposure
    if exposure is Exposure.PUBLIC:
        return True
    if exposure is Exposure.RESTRICTED or not is_granted:
        return False
    return telling in _TELLINGS[exposure] or has_legal_basis
