"""The seats of all enterprises of two provinces as standard addresses: how many, at which level, how often right.

The register of addresses holds the divisions of three provinces and the streets and doors of one half of the lines
(:mod:`tests.real.addresses.material`). Truth is the county that a line written in full names, and else that of the
credit code. No name of a firm or person is read or printed; run it with ``-m long -s`` to see the table.
"""

from __future__ import annotations

import csv
import gzip
import time
from collections import Counter
from typing import TYPE_CHECKING, Final

import pytest

from hub.registers.addresses.loading import FileKind, load_file
from hub.registers.addresses.matching import AddressBook
from hub.registers.legal_persons import seats_following, seats_store
from hub.registers.legal_persons.seats_following import Seating
from tests.real.addresses.material import counties_of_code, divisions, lines, truth_of
from tests.real.describing import ABSENT, DATA
from tests.real.legal_persons.loading import load
from tests.support.hosted import HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.conftest import Server

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not (DATA / "legal" / "enterprises_henan").exists(), reason=ABSENT),
]
RIGHT: Final = 0.99
LEVELS: Final = ("province", "city", "county", "town", "village", "street", "door")


@pytest.fixture(scope="module")
def city(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedCity]:
    """Lend a city with both provinces in the register, the addresses loaded, and every seat matched."""
    folder = tmp_path_factory.mktemp("seats")
    with hosted_city(server, template, folder) as city:
        load(city)
        context, database = city.services.context, city.services.database
        began = time.monotonic()
        for path, kind in written(folder):
            with database.begin(statement_timeout_seconds=0) as unit:
                done = load_file(context, unit, path, kind)
            print(f"\n{kind.value}: {done.taken} of {done.read} rows")
        print(f"addresses {time.monotonic() - began:.0f} s")
        began, seating = time.monotonic(), Seating(AddressBook(), city.services.settings.address_least_score)
        while seats_following.sweep(context, database, seating):
            pass
        print(f"seats {time.monotonic() - began:.0f} s")
        yield city


def written(folder: Path) -> Iterator[tuple[Path, FileKind]]:
    """Write divisions with their former names, and the standard addresses of one half of the lines."""
    known = [truth for line in lines() if line.is_build and (truth := truth_of(line)) is not None]
    doors = dict.fromkeys((one.county, one.street, one.door, *one.below) for one in known)
    yield (
        _file(
            folder / "divisions.csv.gz",
            ("code", "name", "曾用名"),
            [(one.prefix, one.name, "；".join(one.aliases)) for one in divisions()],
        ),
        FileKind.DIVISIONS,
    )
    columns = ("标准地址编码", "行政区划代码", "街路巷", "门牌号", "楼栋", "单元", "楼层", "室")
    rows = [(f"R{number}", *door) for number, door in enumerate(doors, start=1)]
    yield _file(folder / "addresses.csv.gz", columns, rows), FileKind.ADDRESSES


def _file(path: Path, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    with gzip.open(path, "wt", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([columns, *rows])
    return path


def test_every_seat_is_linked_or_kept_with_its_reason(city: HostedCity) -> None:
    with city.services.database.begin() as unit:
        found = seats_store.counts(unit)
        bodies = unit.driver.execute(
            "SELECT count(*) FROM hub.legal_persons_subject WHERE values ? 'L011' AND NOT is_protected"
        ).fetchone()
    for name, number in found.items():
        print(f"{name:32} {number:>8}")
    assert bodies is not None
    assert sum(number for name, number in found.items() if name != "seat.behind") == bodies[0]
    assert (found["seat.behind"], "seat.waiting" in found) == (0, False)


def test_the_county_of_a_link_is_the_one_the_text_or_the_credit_code_says(city: HostedCity) -> None:
    with city.services.database.begin() as unit:
        rows = unit.driver.execute(
            "SELECT s.values->>'L001', t.text, a.division12, a.level FROM hub.legal_persons_seat t"
            " JOIN hub.legal_persons_subject s ON s.id = t.subject JOIN hub.address a ON a.id = t.address"
            " WHERE a.level >= 3"
        ).fetchall()
    truths = {line.text: truth.county for line in lines() if (truth := truth_of(line)) is not None}
    full, other = Counter[bool](), Counter[bool]()
    for code, text, division, _ in rows:
        if text in truths:
            full[division[:6] == truths[text]] += 1
        elif (counties := counties_of_code().get(code[2:8])) and not code[2:8].endswith("00"):
            other[division[:6] in counties] += 1
    for name, told in (("written in full", full), ("by the credit code", other)):
        print(f"{name:20} {told.total():>8} {told[True] / told.total():.4f}")
    assert full[True] / full.total() >= RIGHT
    assert other[True] / other.total() >= 0.95
