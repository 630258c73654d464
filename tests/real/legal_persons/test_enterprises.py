"""All enterprises of the two provinces in the register of legal persons, asked for over HTTP; no row is lost."""

from __future__ import annotations

import csv
import gzip
import io
import time
from typing import TYPE_CHECKING, Final

import pytest

from catalogue.faults import FaultCode
from catalogue.identifiers import organisation_code
from tests.real.describing import ABSENT, DATA
from tests.real.legal_persons.loading import FILES, Loaded, load
from tests.support.hosted import HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Server

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not (DATA / "legal" / "enterprises_henan").exists(), reason=ABSENT),
]
ROWS: Final = 52_753
REJECTED: Final = 78
PATH: Final = "/api/v1/legal-persons"


@pytest.fixture(scope="module")
def city(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedCity]:
    """Lend a city."""
    with hosted_city(server, template, tmp_path_factory.mktemp("enterprises")) as city:
        yield city


@pytest.fixture(scope="module")
def loaded(city: HostedCity) -> Loaded:
    """Load both provinces once."""
    done = load(city)
    print(done)
    return done


def rows() -> Iterator[list[str]]:
    """Yield the rows of all files as a plain CSV reader sees them, without their heads."""
    for pattern in FILES.values():
        for path in sorted(DATA.glob(pattern)):
            yield from list(csv.reader(io.StringIO(_text(path))))[1:]


def _text(path: Path) -> str:
    raw = path.read_bytes()
    return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")


def test_every_row_is_a_subject_a_repeat_or_rejected_with_its_rule(loaded: Loaded) -> None:
    assert (loaded.pushes["received"], loaded.pushes["rejected"]) == (ROWS, REJECTED)
    assert loaded.rejected_by_rule.total() == REJECTED
    assert loaded.pushes["inserted"] == loaded.register["subjects"] == ROWS - REJECTED


def test_every_good_code_of_the_files_is_a_body(loaded: Loaded) -> None:
    faults = (None, FaultCode.ORGANISATION_CODE_BODY)  # given so by registrars: taken, and flagged
    good = {found.normalised for row in rows() if (found := organisation_code(row[1])).fault in faults}
    assert 0 <= len(good) - loaded.register["alias.credit_code"] <= REJECTED


def test_bodies_are_found_by_code_over_http(city: HostedCity, loaded: Loaded) -> None:
    assert loaded.register
    sample = [row for row in list(rows())[::900] if len(row) == len(next(rows())) and "\ufffd" not in "".join(row)]
    missing = 0
    for row in sample:
        answer = city.people.system("minzhengju").raw("GET", f"{PATH}/{row[1].strip()}")
        missing += answer.json()["code"] != row[1].strip()
        time.sleep(0.55)  # the public's limit holds for everybody who asks from one address
    assert (len(sample) > 50, missing) == (True, 0)


def test_two_characters_find_bodies_quickly(city: HostedCity, loaded: Loaded) -> None:
    assert loaded.register
    times = []
    for text in ("郑州", "供销", "公司", "塑料", "电器", "食品有限", "经营部"):
        began = time.monotonic()
        found = city.people.system("minzhengju").call("GET", f"{PATH}?q={text}")
        times.append(time.monotonic() - began)
        assert found["returned"] == len(found["bodies"]) > 0
    assert sorted(times)[len(times) // 2] < 0.25
