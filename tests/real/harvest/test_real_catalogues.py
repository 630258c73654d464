"""The real catalogues come to what the page of the docs says, and a second run changes nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.real.harvest.harvesting import ABSENT, DATA, FIGURES, PAGE, Harvest, catalogues
from tests.real.harvest.page import document
from tests.support.hosted import hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server
    from tests.real.harvest.harvesting import RealCatalogue

SMALL = 200_000
"""Bytes of a file up to which it is harvested in every run of the tests; larger ones are long."""
KNOWN = catalogues()


def _marked(one: RealCatalogue) -> Any:
    path = DATA / one.file
    is_long = path.is_file() and (path.stat().st_size > SMALL or one.file.endswith(".gz"))
    return pytest.param(one, id=one.code, marks=[pytest.mark.long] if is_long else [])


@pytest.fixture(scope="module")
def harvest(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harvest]:
    """Serve a city whose authority harvests."""
    if not DATA.is_dir():
        pytest.skip(ABSENT)
    with hosted_city(server, template, tmp_path_factory.mktemp("harvest")) as city:
        yield Harvest(city)


def figures() -> dict[str, dict[str, Any]]:
    """Return the figures of the page."""
    found: dict[str, dict[str, Any]] = json.loads(FIGURES.read_text("utf-8"))
    return found


@pytest.mark.parametrize("one", [_marked(one) for one in KNOWN])
def test_a_real_catalogue_comes_to_the_figures_of_the_page(harvest: Harvest, one: RealCatalogue) -> None:
    assert harvest.whole(one) == figures()[one.code]


def test_the_page_is_made_of_the_figures() -> None:
    assert PAGE.read_text("utf-8") == document(figures())


def test_every_record_of_the_seven_dumps_is_accepted_or_refused_with_a_rule() -> None:
    found = [figures()[one.code] for one in KNOWN if one.is_portal]
    assert sum(of["records"] for of in found) == 11_619
    assert [of["records"] - of["accepted"] - sum(of["refused_by_rule"].values()) for of in found] == [0] * 7


def test_a_second_run_of_a_dump_changes_nothing() -> None:
    found = [figures()[one.code] for one in KNOWN if one.is_portal]
    assert {of["again"]["state"] for of in found} == {"unchanged"}
    assert [of["again"]["unchanged"] for of in found] == [of["records"] for of in found]


def test_every_file_refused_as_a_whole_says_why_that_is_right() -> None:
    refused = {code for code, of in figures().items() if "refused_as_a_whole" in of}
    assert refused == {one.code for one in KNOWN if one.why}


def test_no_catalogue_of_the_folder_is_forgotten() -> None:
    if not DATA.is_dir():
        pytest.skip(ABSENT)
    patterns = ("cn_portal_*_*.json*", "dcat/*", "datajson/*", "dcat_us_*", "ar_*", "ckan_*", "udata_*")
    there = {str(path.relative_to(DATA)) for pattern in patterns for path in DATA.glob(pattern)}
    assert there - {"cn_portal_field_mapping.json"} == {one.file for one in KNOWN}
