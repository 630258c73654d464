"""The real files of the neighbour folder, pushed again: each gives the figures that the docs tell."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from hub.context import utc_now
from policies.workdays import local_day
from tests.real.describing import ABSENT, DATA, FIGURES, TABLE, RealEntry, data_files, real_entries
from tests.real.figures import push_all
from tests.real.table import KINDS, document, numbers

if TYPE_CHECKING:
    from tests.real.office import Office

ENTRIES: Final = real_entries(local_day(utc_now()))
EXPECTED: Final[dict[str, dict[str, Any]]] = json.loads(FIGURES.read_text("utf-8"))
real_folder = pytest.mark.skipif(not DATA.is_dir(), reason=ABSENT)


@real_folder
@pytest.mark.parametrize("real", ENTRIES, ids=lambda real: real.name)
def test_the_files_of_an_entry_give_the_figures_of_the_docs(office: Office, real: RealEntry) -> None:
    assert push_all(office, real) == {file.key: EXPECTED[file.key] for file in real.files}


@real_folder
@pytest.mark.parametrize(
    ("name", "path", "encoding", "skip"),
    [
        ("gdp-shengji-2006", "economy/nbs_gdp_by_province_2006_2024.csv", "gb18030", (3, 2)),
        ("quhua-xianqu", "geo/divisions_counties.csv", "utf-8", (0, 0)),
        ("mulu-gaoxiong", "catalogue/tw_kaohsiung_2018.csv", "utf-8", (0, 0)),
    ],
)
def test_what_is_opened_is_what_another_reader_finds_in_the_file(
    office: Office, name: str, path: str, encoding: str, skip: tuple[int, int]
) -> None:
    first, last = skip
    text = (DATA / path).read_text(encoding).split("\n")
    theirs = list(csv.reader(line for line in text[first:] if line))[: -last or None]
    opened = office.clerk.raw("GET", f"/api/v1/datasets/{name}/download", params={"format": "csv"})
    ours = list(csv.reader(io.StringIO(opened.content.decode("utf-8-sig"), newline="")))
    has_header = name != "mulu-gaoxiong"
    assert sorted(list(map(_plain, row)) for row in ours[1:]) == sorted(
        list(map(_plain, row)) for row in theirs[has_header:]
    )


def _plain(cell: str) -> str:
    """Return a value without blanks at its ends, and a number without idle zeros."""
    text = cell.strip()
    return text.rstrip("0").rstrip(".") if "." in text and text.replace(".", "").isdigit() else text


def test_the_page_of_the_docs_tells_these_figures() -> None:
    assert TABLE.read_text("utf-8") == document(ENTRIES, EXPECTED)


def test_every_file_has_figures_and_every_figure_a_file() -> None:
    assert sorted(file.key for real in ENTRIES for file in real.files) == sorted(EXPECTED)


def test_every_rule_that_rejects_rows_of_a_file_is_said_to_be_right_there() -> None:
    missing = [
        (file.key, rule)
        for real in ENTRIES
        for file in real.files
        for rule in EXPECTED[file.key].get("rules", {})
        if rule not in file.why
    ]
    assert missing == []


def test_no_reason_is_kept_for_rejections_that_are_gone() -> None:
    idle = [
        (file.key, rule)
        for real in ENTRIES
        for file in real.files
        for rule in file.why
        if rule not in EXPECTED[file.key].get("rules", {})
    ]
    assert idle == []


def test_a_file_is_refused_whole_only_where_its_description_says_so() -> None:
    refused = {key: row["problem"] for key, row in EXPECTED.items() if "problem" in row}
    assert refused == {file.key: file.problem for real in ENTRIES for file in real.files if file.problem}


@real_folder
def test_every_data_file_is_tried() -> None:
    tried = {path for real in ENTRIES for file in real.files for path in file.paths()}
    assert sorted(tried) == data_files()


def test_most_data_files_are_taken_and_the_page_counts_all_of_them() -> None:
    found = numbers([file for real in ENTRIES for file in real.files], EXPECTED)
    assert (found["tried"], found["taken"] >= 95, {real.kind for real in ENTRIES}) == (137, True, set(KINDS))


def test_every_file_that_is_taken_is_read_by_a_saved_mapping() -> None:
    plain = [
        file.key
        for real in ENTRIES
        for file in real.files
        if not file.case and not file.problem and not EXPECTED[file.key]["mapping"]
    ]
    assert plain == []


def test_every_refusal_says_what_happened_and_what_to_do() -> None:
    sentences = [row["sentence"] for row in EXPECTED.values() if "problem" in row]
    assert [said for said in sentences if "；" not in said] == []
