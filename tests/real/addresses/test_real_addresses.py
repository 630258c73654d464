"""Address matching on the real registers: how often an answer is right, how often there is one.

The long tests ask every line; run them with ``-m long -s`` to see the table that the explanation page shows.
"""

from __future__ import annotations

import math
import re
import unicodedata
from typing import TYPE_CHECKING

import pytest

from catalogue.addresses import Found, Level, Outcome, Place, path_key
from catalogue.addresses_cutting import readings
from catalogue.addresses_index import NameIndex
from catalogue.addresses_scoring import choose
from catalogue.addresses_standard import standard_parts, street_id
from catalogue.addresses_text import numeral_of
from tests.real.addresses.material import (
    SHARED,
    Dictionary,
    Figures,
    Line,
    Truth,
    counties_of_code,
    divisions,
    judged,
    lines,
    rows_of,
    truth_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the real files lie beside the project")
PRECISION, RECALL, DISTRICT = 0.98, 0.8, 0.99
METRES = 500.0


@pytest.fixture(scope="module")
def full() -> list[tuple[Line, Truth]]:
    """Give the lines that are written in full."""
    return [(line, truth) for line in lines() if (truth := truth_of(line)) is not None]


@pytest.fixture(scope="module")
def dictionary(full: list[tuple[Line, Truth]]) -> Dictionary:
    return Dictionary(truth for line, truth in full if line.is_build)


@pytest.fixture(scope="module")
def asked(full: list[tuple[Line, Truth]]) -> list[tuple[Line, Truth]]:
    return [one for one in full if not one[0].is_build]


def _plain(line: Line) -> str:
    return unicodedata.normalize("NFKC", line.text)


def as_written(line: Line, truth: Truth) -> str:
    return line.text


def without_city(line: Line, truth: Truth) -> str:
    return _plain(line)[truth.at[0] :]


def without_county(line: Line, truth: Truth) -> str | None:
    text = _plain(line)
    return text[: truth.at[0]] + text[truth.at[1] :] if truth.at[0] else None


def repeated(line: Line, truth: Truth) -> str:
    text = _plain(line)
    return text[: truth.at[1]] + text


def full_width(line: Line, truth: Truth) -> str:
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in line.text)


def in_numerals(line: Line, truth: Truth) -> str:
    return re.sub(
        r"(?<![\dA-Z-])([1-9]\d?)(?=号|弄|幢|室|层|单元|栋)", lambda found: numeral_of(int(found[0])), _plain(line)
    )


def with_remarks(line: Line, truth: Truth) -> str:
    return f"地址：{line.text[:3]} {line.text[3:]}（二楼会议室）"


def with_former_county(line: Line, truth: Truth) -> str | None:
    former = next((place.aliases for place in divisions() if place.prefix == truth.county), ())
    text = _plain(line)
    return text[: truth.at[0]] + former[0] + text[truth.at[1] :] if former else None


WAYS: tuple[Callable[[Line, Truth], str | None], ...] = (
    *(as_written, without_city, without_county, repeated, full_width, in_numerals, with_remarks, with_former_county),
)


def test_a_sample_of_held_out_addresses_is_found(dictionary: Dictionary, asked: list[tuple[Line, Truth]]) -> None:
    figures = judged(dictionary, asked[::10], as_written)
    assert figures.held > 150
    assert (figures.precision >= PRECISION, figures.recall >= RECALL, figures.district >= DISTRICT) == (True,) * 3


@pytest.mark.long
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_held_out_addresses_are_found_however_they_are_written(
    dictionary: Dictionary, asked: list[tuple[Line, Truth]], way: Callable[[Line, Truth], str | None]
) -> None:
    figures = judged(dictionary, asked, way)
    print("\n" + figures.line(way.__name__))
    assert figures.precision >= PRECISION, figures.wrong[:20]
    assert figures.recall >= RECALL
    assert figures.district >= DISTRICT


@pytest.mark.long
@pytest.mark.parametrize("is_bounded", [False, True], ids=["alone", "within the city"])
def test_lines_written_otherwise_are_found_by_a_street_and_door_they_hold(
    dictionary: Dictionary, full: list[tuple[Line, Truth]], *, is_bounded: bool
) -> None:
    """Truth: the county of the credit code, and the longest street and door of it that stand in the text."""
    known: dict[str, dict[str, Truth]] = {}
    for line, truth in full:
        if line.is_build:
            known.setdefault(truth.county, {})[truth.street + truth.door] = truth
    plain = {line.where for line, _ in full}
    figures = Figures()
    for line in lines():
        county = counties_of_code().get(line.division, frozenset())
        if line.is_build or line.where in plain or len(county) != 1 or line.division.endswith("00"):
            continue
        text = _plain(line)
        places = known.get(next(iter(county)), {})
        held = max((one for one in places if _stands(one, text)), key=len, default=None)
        if held is None:
            continue
        match = dictionary.match(line.text, line.division[:4] if is_bounded else "")
        door, chain = dictionary.doors(places[held]), dictionary.chain(places[held])
        is_found = dictionary.lies_in(match.id, door)
        figures.asked += 1
        figures.held += 1
        figures.found += is_found
        if match.outcome is Outcome.MATCHED and match.level is not None:
            is_near = (
                match.id == chain[0]
                if match.level is Level.STREET
                else places[held].county.startswith(match.prefix[:6])
            )
            figures.answered += 1
            figures.right += is_found or (match.level < Level.DOOR and is_near)
            figures.district_told += len(match.prefix) >= 6
            figures.district_right += match.prefix[:6] == places[held].county
    print("\n" + figures.line("written otherwise"))
    assert figures.held > 300
    assert (figures.precision >= PRECISION, figures.recall >= RECALL, figures.district >= DISTRICT) == (True,) * 3


def _stands(held: str, text: str) -> bool:
    at = text.find(held)
    return at >= 0 and text[max(0, at - 1) : at] not in tuple("东西南北")


@pytest.mark.long
def test_the_district_of_an_answer_is_that_of_the_registering_authority() -> None:
    """Every line of both registers, with divisions alone and no bounds.

    A line that itself names the district it is answered in, and whose code says another, is counted apart: a firm
    registered in one district and housed in another is no error of matching.
    """
    index = NameIndex(divisions())
    figures, elsewhere = Figures(), 0
    for line in lines():
        counties = counties_of_code().get(line.division, frozenset())
        if not counties or line.division.endswith("00"):
            continue
        figures.asked += 1
        match = choose(readings(line.text, index), {}, index)
        if match.outcome is not Outcome.MATCHED or len(match.prefix) < 6:
            continue
        is_right = match.prefix[:6] in counties
        if not is_right and any(piece.level is Level.COUNTY and piece.fit == 1.0 for piece in match.pieces):
            elsewhere += 1
            continue
        figures.answered += 1
        figures.right += is_right
    told = f"asked {figures.asked} answered {figures.answered} right {figures.precision:.4f} elsewhere {elsewhere}"
    print("\ndistrict " + told)
    assert figures.answered > 30_000
    assert figures.precision >= DISTRICT
    assert elsewhere <= figures.answered // 50


@pytest.mark.long
def test_two_places_at_one_door_lie_near_each_other() -> None:
    """Truth by coordinates: places of one half make doors, those of the other are asked; matched ones lie near.

    The points are GCJ-02, all shifted alike: good for distances, never stored.
    """
    places = [
        (name, row["详细地址"], float(row["经度(lon)"]), float(row["纬度(lat)"]))
        for name, county in (("huiji", "410108"), ("xingyang", "410182"), ("xinmi", "410183"))
        for row in rows_of(SHARED / "geo" / f"poi_zhengzhou_food_{name}_gcj02.csv")
        for name in (county,)
    ]
    door = re.compile(r"(?P<street>[一-龥]{2,6}(?:路|大道|大街|街|巷))(?P<door>\d+号)(?![-附]|楼|院)")
    streets: dict[str, Place] = {}
    found: dict[int, list[Found]] = {}
    for number, (county, text, longitude, latitude) in enumerate(places):
        plain = door.match(re.sub(r"^[一-龥]{2,5}(?:街道|镇|乡)", "", text))
        if number % 2 or plain is None:
            continue
        parts = standard_parts((plain["door"], "", "", "", ""))
        assert parts is not None
        base = street_id(county, plain["street"])
        streets[base] = Place(base, Level.STREET, plain["street"], county)
        one = Found(base + parts.door, Level.DOOR, "", longitude, latitude)
        found.setdefault(path_key(base, parts), [one])
    index = NameIndex([*divisions(), *streets.values()])
    metres = []
    for county, text, longitude, latitude in places[1::2]:
        match = choose(readings(text, index, county), found, index)
        if match.found is not None and match.found.longitude is not None and match.found.latitude is not None:
            east = (match.found.longitude - longitude) * math.cos(math.radians(latitude))
            metres.append(math.hypot(east, match.found.latitude - latitude) * 111_320)
    near = sum(one <= METRES for one in metres) / len(metres)
    median = sorted(metres)[len(metres) // 2]
    print(f"\npoints matched {len(metres)} within {METRES:.0f} m {near:.4f} median {median:.0f} m")
    assert len(metres) > 50
    assert near >= 0.85
