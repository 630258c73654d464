"""Standard addresses and divisions made into nodes of the address tree: identifiers, parents, keys, full texts.

A node that its source names by an identifier keeps it; one that only follows from a deeper address (the street of a
door plate) gets an identifier made from what it is, so that two sources make the same node. Pure, no I/O.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from catalogue.addresses import BELOW_STREET, CODE_DIGITS, Level, Parts, Place, path_key, short_key
from catalogue.addresses_tail import parsed_tail
from catalogue.addresses_text import folded, spelled

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

CRS: Final = "EPSG:4490"
_ROAD: Final = re.compile(r"(?:路|街|巷|弄|道|胡同|大街|线)$")
_WORDS: Final = (
    (re.compile(r"(?:号|号院|弄|附\d+)$"), "号"),
    (re.compile(r"(?:号楼|栋|幢|座|楼)$"), "号楼"),
    (re.compile(r"(?:单元|门)$"), "单元"),
    (re.compile(r"(?:层|楼|F)$"), "层"),
    (re.compile(r"(?:室|户|房)$"), "室"),
)
_NO_NAME: Final = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")


@dataclass(frozen=True, slots=True)
class StandardAddress:
    """One standard address as a source gives it: division digits, street, parts as written.

    ``id`` empty: made from what it is. ``crs`` is None where no point is given.
    """

    row: int
    division: str
    street: str
    parts: tuple[str, str, str, str, str]
    id: str = ""
    longitude: float | None = None
    latitude: float | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    main_id: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """One node of the tree, as it is stored; ``is_given``: its source names it, it does not only follow."""

    id: str
    parent: str | None
    level: Level
    name: str
    full_text: str
    division12: str
    row: int
    is_given: bool = True
    longitude: float | None = None
    latitude: float | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    main_id: str | None = None
    aliases: tuple[str, ...] = ()
    path_key: int | None = None
    short_key: int | None = None
    made: str = ""
    """The identifier it has where no source names it; "" for a division."""

    @property
    def cell(self) -> int | None:
        """The cell of 0.001 degree its point lies in."""
        if self.longitude is None or self.latitude is None:
            return None
        return cell_of(self.longitude, self.latitude)


def cell_of(longitude: float, latitude: float) -> int:
    """Return the number of the cell of 0.001 degree (about 100 m) that holds a point."""
    return int(latitude * 1000 // 1) * 1_000_000 + int(longitude * 1000 // 1)


def digits_of(code: str) -> str | None:
    """Return the digits that tell a division (2, 4, 6, 9 or 12), or None where the code is of no such form."""
    code = code.strip()
    if not code.isascii() or not code.isdigit():
        return None
    if len(code) in {6, 12}:
        for length in (2, 4, 6, 9, 12):
            if length <= len(code) and not code[length:].strip("0"):
                return code[:length]
    return code if len(code) in {2, 4, 6, 9, 12} else None


def division_level(digits: str) -> Level:
    """Return the level of a division by its digits."""
    return next(level for level, length in CODE_DIGITS.items() if length == len(digits))


def division_node(row: int, digits: str, name: str, above: Mapping[str, str]) -> Node:
    """Return a division as a node. ``above`` are full texts by digits; a list gives divisions from above to below."""
    level = division_level(digits)
    parent = parent_digits(digits)
    shown = "" if name in _NO_NAME else name
    return Node(
        digits.ljust(12, "0"),
        parent.ljust(12, "0") if parent else None,
        level,
        name,
        (above.get(parent, "") + shown) if parent else shown,
        digits.ljust(12, "0"),
        row,
    )


def parent_digits(digits: str) -> str:
    """Return the digits of the division above; "" for a province."""
    lengths = list(CODE_DIGITS.values())
    place = lengths.index(len(digits))
    return digits[: lengths[place - 1]] if place else ""


@lru_cache(maxsize=100_000)
def _plain(text: str) -> str:
    """Return one part in one spelling; the parts of a city repeat, so most are known."""
    return spelled(folded(text)) if text else ""


def standard_parts(texts: tuple[str, str, str, str, str]) -> Parts | None:
    """Return door, building, unit, floor and room in normal form; None where one of them cannot be read."""
    written = [
        text if not text or pattern.search(text) else text + word
        for text, (pattern, word) in zip(map(_plain, texts), _WORDS, strict=True)
    ]
    tail = parsed_tail("".join(written))
    parts = tail.parts
    got = (parts.door, parts.building, parts.unit, parts.floor, parts.room)
    return parts if [bool(text) for text in got] == [bool(text) for text in texts] and not tail.relation else None


@lru_cache(maxsize=100_000)
def street_id(digits: str, street: str) -> str:
    """Return the identifier of a street, estate or hamlet that no source names: made from where and what it is."""
    return made_id(street_digits(digits, street), spelled(folded(street)))


def street_digits(digits: str, street: str) -> str:
    """Return the division a street hangs under: a road its county, an estate or hamlet the deepest that is told."""
    return digits[:6] if _ROAD.search(street) is not None else digits


def made_id(*texts: str) -> str:
    """Return an identifier made from what a node is: ``A`` and 24 hexadecimal digits."""
    return "A" + hashlib.blake2b("\x1f".join(texts).encode(), digest_size=12).hexdigest()


def base_keys(place: Place) -> tuple[str, ...]:
    """Return what the keys of addresses below a place begin with: of a street by its name and each former name."""
    if place.level is not Level.STREET:
        return (place.id,)
    return tuple(dict.fromkeys(street_id(place.prefix, name) for name in (place.name, *place.aliases)))


def address_nodes(
    given: StandardAddress, above: Mapping[str, str], streets: Mapping[str, str] | None = None
) -> list[Node] | None:
    """Return a standard address with the nodes above it, below its division; None where its parts cannot be read.

    ``above`` are full texts by division digits; ``streets`` the identifiers of known streets by their made ones.
    """
    parts = standard_parts(given.parts)
    if parts is None or not (given.street or given.parts[0]):
        return None
    place, full = given.division.ljust(12, "0"), above.get(given.division, "")
    nodes: list[Node] = []
    base = parent = place
    if given.street:
        own, base = street_digits(given.division, given.street), street_id(given.division, given.street)
        parent, full = (streets or {}).get(base, base), full + given.street
        text, code = above.get(own, "") + given.street, own.ljust(12, "0")
        nodes.append(Node(parent, code, Level.STREET, given.street, text, code, given.row, made=base))
    levels = [level for level, _ in parts.texts]
    for level, text in zip(BELOW_STREET, given.parts, strict=True):
        if level not in levels:
            continue
        full += text
        if level is Level.FLOOR and level is not levels[-1]:
            continue  # a room stands in its unit; its floor is part of its text alone
        upto = parts.upto(level)
        if level is Level.ROOM:
            upto = Parts(upto.door, upto.building, upto.unit, "", upto.room)
        node_id = made_id(base, *(f"{at.word}{part}" for at, part in upto.texts))
        keys = path_key(base, upto), short_key(base, upto) if level is Level.ROOM else None
        nodes.append(
            Node(
                node_id, parent, level, text, full, place, given.row, path_key=keys[0], short_key=keys[1], made=node_id
            )
        )
        parent = node_id
    last = replace(
        nodes[-1],
        id=given.id or nodes[-1].id,
        longitude=given.longitude,
        latitude=given.latitude,
        valid_from=given.valid_from,
        valid_to=given.valid_to,
        main_id=given.main_id,
        aliases=given.aliases,
    )
    return [*(replace(node, is_given=False) for node in nodes[:-1]), last]
