"""Real addresses as a test of matching: a dictionary from one half of the business registers, questions from the other.

Truth comes from elsewhere than the matcher: districts from positions 3 to 8 of the credit code (the registering
authority's division, led through recodings and renamings), streets and doors from one plain pattern over lines
written in full, points from a file of places. docs/explanation/address-matching.md tells the method and its weaknesses.
No name of a firm or person is read or kept.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from catalogue.addresses import AddressMatch, Found, Level, Outcome, Place
from catalogue.addresses_cutting import readings
from catalogue.addresses_former import former_names
from catalogue.addresses_index import NameIndex
from catalogue.addresses_scoring import choose
from catalogue.addresses_standard import Node, StandardAddress, address_nodes, digits_of, division_level

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data"
PROVINCES = ("22", "31", "41")
SUCCESSORS = (
    *(("310108", "闸北区", "310106"), ("310103", "卢湾区", "310101"), ("310102", "南市区", "310101")),
    *(("310119", "南汇区", "310115"), ("310230", "崇明县", "310151"), ("411222", "陕县", "411203")),
    *(("411023", "许昌县", "411003"), ("410224", "开封县", "410212"), ("410211", "金明区", "410202")),
    ("410306", "吉利区", "410308"),
)
"""Counties that were merged or renamed beyond recognition: public facts that no list of codes tells by itself."""
SHORT = {"管城区": "410104", "瀍河区": "410304", "顺河区": "410203"}
NO_STREET = re.compile("办|事处|区|县|村|号|段|侧|口|院|楼|集团|园$")
BELOW = re.compile(
    r"^(?:(?P<building>\d+)(?:号楼|幢|栋))?(?:(?P<unit>\d+)单元)?(?:(?P<floor>\d+)(?:层|楼))?(?:(?P<room>\d{2,5})(?:室|号))?$"
)


class Line(NamedTuple):
    """One line of a register: where it stands, positions 3-8 of its code, its address; no name."""

    where: str
    division: str
    text: str
    is_build: bool


@dataclass(frozen=True, slots=True)
class Truth:
    """What a line written in full says by the plain pattern: county, street, door, and what stands below."""

    county: str
    street: str
    door: str
    below: tuple[str, str, str, str]
    is_whole: bool
    at: tuple[int, int]


@dataclass
class Figures:
    """What came of a set of questions."""

    asked: int = 0
    answered: int = 0
    right: int = 0
    district_told: int = 0
    district_right: int = 0
    held: int = 0
    found: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Share of answers that are right."""
        return self.right / self.answered

    @property
    def recall(self) -> float:
        """Share of addresses the dictionary holds that are found to their last part."""
        return self.found / self.held

    @property
    def district(self) -> float:
        """Share of answers that tell a district and tell the right one."""
        return self.district_right / self.district_told

    def line(self, name: str) -> str:
        """Return one line of a table."""
        recall = f"{self.recall:.4f}" if self.held else "-"
        return (
            f"{name:24} asked {self.asked:6} answered {self.answered:6} precision {self.precision:.4f} "
            f"district {self.district:.4f} held {self.held:5} recall {recall}"
        )


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """Give the rows of a CSV file."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8-sig") as stream:
        yield from csv.DictReader(stream)


@cache
def divisions() -> tuple[Place, ...]:
    """Return the divisions of the provinces, with the former names of their counties."""
    names = ("provinces.csv", "cities.csv", "counties.csv", "townships.csv.gz", "villages_henan_jilin.csv.gz")
    found = [
        (row["code"], row["name"])
        for name in names
        for row in rows_of(SHARED / "geo" / f"divisions_{name}")
        if row["code"][:2] in PROVINCES
    ]
    former = former_names(listed(), {code: name for code, name in found if len(code) == 6})
    return tuple(
        Place(code.ljust(12, "0"), division_level(code), name, code, former.get(code, ())) for code, name in found
    )


@cache
def listed() -> tuple[tuple[str, str, str], ...]:
    """Return every county that ever had a code, with the successors no list tells."""
    told = {(row["code"], row["name"]) for row in rows_of(SHARED / "geo" / "gb2260_revisions_stats.csv.gz")}
    told |= set(json.loads((SHARED / "geo" / "division_code_history_1980_2026.json").read_text("utf-8")).items())
    known = {(code, name): successor for code, name, successor in SUCCESSORS}
    return tuple((code, name, known.get((code, name), "")) for code, name in told if code[:2] in PROVINCES)


@cache
def counties_of_code() -> dict[str, frozenset[str]]:
    """Return which present counties a six-digit code can have meant."""
    current = {place.prefix: place for place in divisions() if place.level is Level.COUNTY}
    found: dict[str, set[str]] = {code: {code} for code in current}
    for code, name, _ in listed():
        for place in current.values():
            if place.prefix[:4] == code[:4] and name in {place.name, *place.aliases}:
                found.setdefault(code, set()).add(place.prefix)
    return {code: frozenset(places) for code, places in found.items()}


def half(code: str) -> bool:
    """Tell whether a line belongs to the half the dictionary is built from."""
    return hashlib.sha256(code.encode()).digest()[0] % 2 == 0


@cache
def lines() -> tuple[Line, ...]:
    """Return every line of the registers of Henan and Shanghai."""
    return tuple(
        Line(f"{path.parent.name}/{path.name}:{number}", code[2:8], row["注册地址"], half(code))
        for folder in ("enterprises_henan", "enterprises_shanghai")
        for path in sorted((SHARED / "legal" / folder).iterdir())
        for number, row in enumerate(rows_of(path), start=2)
        for code in (row["统一社会信用代码"],)
    )


@cache
def _full_lines() -> re.Pattern[str]:
    names = {name for place in divisions() if place.level is Level.COUNTY for name in (place.name, *place.aliases)}
    counties = "|".join(re.escape(name) for name in sorted({*names, *SHORT}, key=len, reverse=True))
    return re.compile(
        rf"^(?:河南省|上海市)?(?P<city>[一-龥]{{2,4}}市)?(?P<county>{counties})"
        r"(?P<town>[一-龥]{2,5}(?:镇|乡|街道))?"
        r"(?P<street>(?:(?!镇|乡|街道|村|区|社区|与|和)[一-龥]){1,6}(?:路|大道|大街|街|巷))"
        r"(?P<door>(?:\d+弄)?\d+号)(?![-附、院]|楼|对|东|西|南|北|桥)(?P<rest>.*)$"
    )


@cache
def _by_name() -> dict[tuple[str, str], frozenset[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for place in divisions():
        if place.level is Level.COUNTY:
            for name in (place.name, *place.aliases):
                found.setdefault((place.prefix[:2], name), set()).add(place.prefix)
    return {key: frozenset(places) for key, places in found.items()}


def truth_of(line: Line) -> Truth | None:
    """Return what a line written in full says; None where it is written otherwise."""
    found = _full_lines().match(unicodedata.normalize("NFKC", line.text))
    if found is None or NO_STREET.search(found["street"]) is not None:
        return None
    name = found["county"]
    places = {SHORT[name]} if name in SHORT else set(_by_name().get((line.division[:2], name), ()))
    below = BELOW.match(found["rest"])
    if len(places) != 1:
        return None
    parts = ("", "", "", "") if below is None else tuple(found or "" for found in below.groups())
    at = (found.start("county"), found.end("county"))
    return Truth(places.pop(), found["street"], found["door"], parts, below is not None, at)  # type: ignore[arg-type]


class Dictionary:
    """Divisions with the standard addresses of one half of the lines, in memory."""

    def __init__(self, known: Iterable[Truth]) -> None:
        self._above = {place.prefix: place.name for place in divisions()}
        self.parents: dict[str, str | None] = {}
        self.found: dict[int, list[Found]] = {}
        streets: dict[str, Place] = {}
        for node in (node for truth in known for node in self._nodes(truth)):
            if node.level is Level.STREET:
                streets[node.id] = Place(node.id, node.level, node.name, digits_of(node.division12) or "")
            elif node.id not in self.parents:
                for key in {node.path_key, node.short_key} - {None}:
                    self.found.setdefault(key or 0, []).append(Found(node.id, node.level))
            self.parents[node.id] = node.parent
        self.index = NameIndex([*divisions(), *streets.values()])

    def _nodes(self, truth: Truth) -> list[Node]:
        given = StandardAddress(0, truth.county, truth.street, (truth.door, *truth.below))
        nodes = address_nodes(given, self._above)
        assert nodes is not None, "a plain address was not read"
        return nodes

    def match(self, text: str, within: str = "") -> AddressMatch:
        """Match one text."""
        return choose(readings(text, self.index, within), self.found, self.index)

    def chain(self, truth: Truth) -> list[str]:
        """Return the identifiers of street, door and what lies below, as far as the dictionary holds them."""
        return [node.id for node in self._nodes(truth) if node.id in self.parents]

    def doors(self, truth: Truth) -> str | None:
        """Return the identifier of the door plate; None where the dictionary has not got it."""
        node = self._nodes(truth)[1]
        return node.id if node.id in self.parents else None

    def lies_in(self, one: str | None, other: str | None) -> bool:
        """Tell whether an address lies in another."""
        while one is not None and one != other:
            one = self.parents.get(one)
        return one is not None


def judged(
    dictionary: Dictionary, asked: Iterable[tuple[Line, Truth]], written: Callable[[Line, Truth], str | None]
) -> Figures:
    """Match each line as ``written`` writes it, and compare with the truth.

    An answer is right if it is the address itself or something it lies in; an address below the truth that the plain
    pattern could not read (names of buildings, letters) counts by its door.
    """
    figures = Figures()
    for line, truth in asked:
        text = written(line, truth)
        if text is None:
            continue
        match, chain, door = dictionary.match(text), dictionary.chain(truth), dictionary.doors(truth)
        is_deeper = not truth.is_whole and door is not None and dictionary.lies_in(match.id, door)
        figures.asked += 1
        figures.held += door is not None
        figures.found += door is not None and (match.id == chain[-1] or is_deeper)
        if match.outcome is not Outcome.MATCHED or match.level is None:
            continue
        figures.answered += 1
        is_right = truth.county.startswith(match.prefix[:6])
        if match.level >= Level.STREET:
            is_right = match.id in chain or is_deeper
        figures.right += is_right
        if len(match.prefix) >= 6:
            figures.district_told += 1
            figures.district_right += match.prefix[:6] == truth.county
        if not is_right:
            figures.wrong.append(f"{line.where} {match.level.word} {match.id}")
    return figures
