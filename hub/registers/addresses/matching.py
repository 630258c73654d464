"""Matching of written addresses to the register, and the nearest address of a point.

The dictionary of named places is in memory, as new as the last load; addresses below a street are looked up by key
in one statement for a whole batch. So memory follows the names of a city, not its rooms, and ten million rooms cost
one index. Deterministic: the same text and the same loads give the same answer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from catalogue.addresses import OPEN_LEVEL, AddressMatch, Level, Outcome
from catalogue.addresses_cutting import readings
from catalogue.addresses_index import NameIndex
from catalogue.addresses_reading import is_cgcs2000, is_in_country
from catalogue.addresses_scoring import Rules, choose, wanted_keys
from catalogue.addresses_standard import CRS, cell_of, digits_of
from catalogue.coordinates import METRES_A_DEGREE, offset_named
from hub.registers.addresses import reading_store, store
from hub.registers.addresses.errors import AddressPointError, AddressRegisterError
from hub.registers.addresses.former import timeline_of, with_former_names
from hub.registers.addresses.openness import Openness
from hub.registers.addresses.reading_store import NOTHING_HIDDEN, Hidden
from hub.registers.addresses.switching import require_on

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import psycopg

    from catalogue.addresses import Found, Reading
    from hub.context import Context
    from hub.database import Unit
    from hub.registers.addresses.reading_store import Stored

MOST_TEXTS: Final = 1000
"""Addresses matched in one call."""
LONGEST_TEXT: Final = 300
FARTHEST_METRES: Final = 500.0
"""How far from a point an address may lie to be its nearest."""
KEPT_BOOKS: Final = 2
"""Dictionaries kept in memory: what everybody is given, and what a grant gives where that is more."""
_RINGS: Final = 7
"""Cells of 0.001 degree looked into on each side of a point: more than the farthest distance up to 50 degrees north."""


@dataclass(frozen=True, slots=True)
class Book:
    """The dictionary as of one load and one timeline of divisions, without what is hidden from who asks."""

    number: int
    index: NameIndex
    hidden: Hidden = NOTHING_HIDDEN
    timeline: tuple[int, int, bool] = (0, 0, False)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a batch is matched under: the division it is known to lie in, how sure, how deep the answer may go."""

    within: str = ""
    rules: Rules = Rules()  # noqa: RUF009 - frozen
    deepest: Level = OPEN_LEVEL


class AddressBook:
    """The dictionary of one database, read at the first question, after each load, and when an entry opens or closes.

    There are as many as there are answers to what may be shown: one, while every followed entry stands open.
    """

    def __init__(self) -> None:
        """Nothing is read before the first question."""
        self.openness = Openness()
        self._books: dict[tuple[int, ...], Book] = {}
        self._hidden: dict[tuple[int, tuple[int, ...]], Hidden] = {}
        self._lock = Lock()

    def of_public(self, context: Context, unit: Unit) -> Book:
        """Return the dictionary as of the last load, of what everybody is given now.

        Raises:
            RegisterOffError: the database of geography is switched off; so with every question below.

        """
        require_on(unit)
        return self._of(unit, self.openness.closed_to_public(context, unit))

    def of_granted(self, context: Context, unit: Unit) -> Book:
        """Return the dictionary for systems with a grant on the register: without what providers took back."""
        require_on(unit)
        return self._of(unit, self.openness.closed_to_grants(context, unit))

    def hidden_from_public(self, context: Context, unit: Unit) -> Hidden:
        """Return what nobody may be told without a grant now."""
        require_on(unit)
        return self._hidden_of(unit, self.openness.closed_to_public(context, unit), store.newest_source(unit))

    def _of(self, unit: Unit, loads: tuple[int, ...]) -> Book:
        number, timeline = store.newest_source(unit), timeline_of(unit)
        book = self._books.get(loads)
        if book is not None and (book.number, book.timeline) == (number, timeline):
            return book
        hidden = self._hidden_of(unit, loads, number)
        with self._lock:
            book = self._books.get(loads)
            if book is None or (book.number, book.timeline) != (number, timeline):
                places = with_former_names(unit, reading_store.places(unit, hidden))
                book = Book(number, NameIndex(places), hidden, timeline)
                kept = [(key, one) for key, one in self._books.items() if key != loads and one.number == number]
                self._books = dict([*kept[-(KEPT_BOOKS - 1) :], (loads, book)])
            return book

    def _hidden_of(self, unit: Unit, loads: tuple[int, ...], number: int) -> Hidden:
        if not loads:
            return NOTHING_HIDDEN
        known = self._hidden.get((number, loads))
        if known is None:
            known = Hidden(loads, reading_store.absent_divisions(unit, loads))
            with self._lock:
                kept = {key: one for key, one in self._hidden.items() if key[0] == number}
                self._hidden = {**dict(list(kept.items())[-KEPT_BOOKS:]), (number, loads): known}
        return known


def match_texts(unit: Unit, book: Book, texts: Sequence[str], asked: Asked) -> list[AddressMatch]:
    """Match texts in their order; one statement looks up all their doors and rooms."""
    read = read_texts(book, texts, asked)
    found = reading_store.found_by_keys(unit, all_keys(read), book.hidden)
    return chosen(book, read, found, asked)


def read_texts(book: Book, texts: Sequence[str], asked: Asked) -> list[tuple[Reading, ...]]:
    """Return the readings of each text, cut at the level the answer may reach."""
    within = asked.within if book.index.division_of(asked.within) is not None else ""
    return [
        tuple(replace(one, parts=one.parts.upto(asked.deepest)) for one in readings(text, book.index, within))
        for text in texts
    ]


def all_keys(read: Sequence[tuple[Reading, ...]]) -> set[int]:
    """Return every key these readings ask for."""
    return {key for one in read for key in wanted_keys(one)}


def chosen(
    book: Book, read: Sequence[tuple[Reading, ...]], found: Mapping[int, Sequence[Found]], asked: Asked
) -> list[AddressMatch]:
    """Return the answer to each text."""
    return [choose(one, found, book.index, asked.rules) for one in read]


async def match_texts_async(
    driver: psycopg.AsyncConnection[tuple[Any, ...]], book: Book, texts: Sequence[str], asked: Asked
) -> list[AddressMatch]:
    """Do the same on the connection of a use under a grant."""
    read = read_texts(book, texts, asked)
    found = await reading_store.found_by_keys_async(driver, all_keys(read), book.hidden)
    return chosen(book, read, found, asked)


def within_of(text: str | None, default: str) -> str:
    """Return the digits of the division a caller names, else of the hub's own city.

    Raises:
        AddressRegisterError: it is no division code.
    """
    if text is None:
        return (digits_of(default) or "")[:4]
    digits = digits_of(text) if text else ""
    if digits is None:
        raise AddressRegisterError(
            "within 应为 2、4、6、9 或 12 位行政区划代码",
            "within must be a division code of 2, 4, 6, 9 or 12 digits",
            next_zh="请给出区划代码，如 410100；不限定范围时给空字符串。",
            next_en="Give a division code such as 410100; an empty string sets no bounds.",
        )
    return digits


def shown(match: AddressMatch) -> dict[str, Any]:
    """Return an answer as it goes out: level, score, identifier, point, and which part of the text is what."""
    told: dict[str, Any] = {"outcome": match.outcome.value, "score": match.score, "unread": match.unread}
    if match.outcome is Outcome.MATCHED and match.level is not None:
        told |= {"level": match.level.word, "id": match.id, "name": match.name}
        told["division"] = match.prefix.ljust(12, "0")
        found = match.found
        if found is not None and found.longitude is not None and match.relation is None:
            told["point"] = {"longitude": found.longitude, "latitude": found.latitude, "crs": CRS}
    if match.equals:
        told |= {"equals": match.equals, "equals_level": match.equals_level.word if match.equals_level else None}
    if match.relation is not None:
        told["relation"] = match.relation.value
    told["matched"] = [
        {"text": one.text, "level": one.level.word, "id": one.place, "name": one.name, "fit": one.fit}
        for one in match.pieces
    ]
    return told


def checked_point(longitude: float, latitude: float, crs: str) -> None:
    """Let a point in CGCS2000 pass.

    Raises:
        AddressPointError: its coordinate system is another one, or it lies outside the country.
    """
    if not is_cgcs2000(crs):
        shift = offset_named(crs)
        why = (
            (f"{shift.value} 是偏移坐标，没有官方的反算方法", f"{shift.value} is shifted and has no official inverse")
            if shift is not None
            else ("坐标系不是 CGCS2000", "the coordinate system is not CGCS2000")
        )
        raise AddressPointError(
            f"{why[0]}，不能用来反查地址",
            f"{why[1]}: no address is looked up by it",
            next_zh="请给出 CGCS2000（EPSG:4490）经纬度；互联网地图上点选的坐标通常是 GCJ-02。",
            next_en="Give longitude and latitude in CGCS2000 (EPSG:4490); points of web maps usually are GCJ-02.",
        )
    if not is_in_country(longitude, latitude):
        raise AddressPointError(
            "经纬度不在全国范围内，请检查次序（先经度，后纬度）",
            "the point lies outside the country: check the order, longitude first",
            next_zh="经度约 73 至 136，纬度约 3 至 54。",
            next_en="Longitude is about 73 to 136, latitude about 3 to 54.",
        )


@dataclass(frozen=True, slots=True)
class Near:
    """An address near a point."""

    address: Stored
    metres: float


def nearest(unit: Unit, longitude: float, latitude: float, hidden: Hidden = NOTHING_HIDDEN) -> list[Near]:
    """Return the open addresses within the farthest distance that are not hidden, the nearest first.

    Distances are on a plane at the point's latitude: right within a metre at these distances.
    """
    steps = range(-_RINGS, _RINGS + 1)
    cells = [cell_of(longitude + east / 1000, latitude + north / 1000) for north in steps for east in steps]
    stretch = math.cos(math.radians(latitude))
    near = [
        Near(one, metres)
        for one in reading_store.in_cells(unit, cells, OPEN_LEVEL, (longitude, latitude, stretch), hidden)
        if (metres := _metres(one, longitude, latitude)) <= FARTHEST_METRES
    ]
    return sorted(near, key=lambda one: (one.metres, -one.address.level, one.address.id))


def _metres(one: Stored, longitude: float, latitude: float) -> float:
    if one.longitude is None or one.latitude is None:
        return math.inf
    east = (one.longitude - longitude) * math.cos(math.radians(latitude))
    return math.hypot(east, one.latitude - latitude) * METRES_A_DEGREE
