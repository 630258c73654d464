"""Exports and renderings: everything comes, masked where it must be, in bytes that read back."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from hub.rows.compiler import compile_query, compile_stream
from hub.rows.csv_text import csv_stream, frame_of
from hub.rows.parsing import parse_parameters
from hub.rows.query import Page, Query
from hub.rows.render import json_page, json_stream, ndjson_stream
from hub.rows.store import read_page, stream_frames, stream_rows
from policies.facts import Treatment
from tests.hub.rows.builders import KEY, OPEN, READING, Pusher, agency_permit, open_permit, person, register

if TYPE_CHECKING:
    from hub.database import Database
    from hub.rows.compiler import CompiledSQL

COUNT = 12_000


@pytest.fixture
def pusher(database: Database) -> Pusher:
    pusher = Pusher(database, register())
    pusher.push([person(1), person(2, district=None, amount=Decimal("12.30")), person(3, district="")])
    return pusher


def _stream(pusher: Pusher, **parameters: str) -> CompiledSQL:
    query = parse_parameters(pusher.table.entry_id, list(parameters.items()))
    return compile_stream(query, open_permit(pusher.table, query), pusher.table)


def test_a_stream_gives_every_row_whatever_the_page_size(database: Database) -> None:
    pusher = Pusher(database, register())
    pusher.push([person(n) for n in range(COUNT // 10)])
    with database.begin() as unit:
        name = pusher.table.entry_id.hex
        unit.driver.execute(
            f"INSERT INTO data.r_{name} (citizen_id, _row, _push, _sum_a, _sum_b)"
            f" SELECT g::text, g + 5000, 1, 0, 0 FROM generate_series(1, {COUNT}) g".encode()
        )
    batches = list(stream_rows(database, _stream(pusher, limit="5")))
    assert (sum(map(len, batches)), len(batches)) == (COUNT + COUNT // 10, 3)


def test_frames_hold_the_same_texts_as_rows(pusher: Pusher) -> None:
    compiled = _stream(pusher, order="-persons")
    rows = [row for batch in stream_rows(pusher.database, compiled) for row in batch]
    frames = [row for frame in stream_frames(pusher.database, compiled) for row in frame.rows()]
    assert frames == frame_of(compiled.columns, rows).rows()


def test_a_condition_holds_in_both_kinds_of_stream(pusher: Pusher) -> None:
    compiled = _stream(pusher, persons__in="1,3", amount__ge="0.5")
    frames = [row for frame in stream_frames(pusher.database, compiled) for row in frame.rows()]
    rows = [row for batch in stream_rows(pusher.database, compiled) for row in batch]
    assert (len(frames), len(rows)) == (1, 1)


def test_quotes_in_a_condition_stay_a_value_in_a_stream(pusher: Pusher) -> None:
    frames = list(stream_frames(pusher.database, _stream(pusher, district="x' OR '1'='1\\")))
    assert frames == []


def test_both_kinds_of_stream_mask_what_the_permit_masks(pusher: Pusher) -> None:
    query = Query(pusher.table.entry_id)
    treatments = {"citizen_id": Treatment.MASKED, "name": Treatment.MASKED, "persons": Treatment.FULL}
    compiled = compile_stream(query, agency_permit(pusher.table, query, treatments), pusher.table)
    rows = [tuple(map(str, row)) for batch in stream_rows(pusher.database, compiled) for row in batch]
    frames = [row for frame in stream_frames(pusher.database, compiled) for row in frame.rows()]
    assert rows == frames == [("410102***********" + str(n), "王*", str(n)) for n in (1, 2, 3)]


def test_a_stream_of_a_resource_without_rows_is_empty(database: Database) -> None:
    pusher = Pusher(database, register())
    pusher.push([])
    assert (list(stream_rows(database, _stream(pusher))), list(stream_frames(database, _stream(pusher)))) == ([], [])


def test_csv_of_a_stream_reads_back(pusher: Pusher) -> None:
    compiled = _stream(pusher)
    text = b"".join(csv_stream(compiled.columns, stream_frames(pusher.database, compiled))).decode()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[:2] == [list(OPEN), ["410101", "1990-01-02", "0.25", "1", "2026-01-02 03:01:00", "false"]]


def _batches() -> list[list[tuple[Any, ...]]]:
    return [[("410101", 1)], [], [("410102", 2), (None, 3)]]


def test_a_json_stream_is_one_document(pusher: Pusher) -> None:
    columns = _stream(pusher, items="district,persons").columns
    document = orjson.loads(b"".join(json_stream(columns, _batches())))
    assert [row["persons"] for row in document] == [1, 2, 3]


@pytest.mark.parametrize("batches", [[], [[]]])
def test_a_json_stream_of_nothing_is_an_empty_list(pusher: Pusher, batches: list[list[tuple[Any, ...]]]) -> None:
    assert b"".join(json_stream(_stream(pusher).columns, batches)) == b"[]"


def test_an_ndjson_stream_is_one_object_a_line(pusher: Pusher) -> None:
    columns = _stream(pusher, items="district,persons").columns
    lines = b"".join(ndjson_stream(columns, _batches())).splitlines()
    assert [orjson.loads(line)["district"] for line in lines] == ["410101", "410102", None]


def test_a_json_page_says_all_about_itself(pusher: Pusher) -> None:
    query = Query(pusher.table.entry_id, items=("amount", "born"), page=Page(1))
    with pusher.database.begin() as unit:
        page = read_page(unit, compile_query(query, open_permit(pusher.table, query), pusher.table, KEY), READING)
    document = orjson.loads(json_page(page))
    assert document["rows"] == [{"amount": 0.25, "born": "1990-01-02"}]
    assert (document["total"], document["returned"], document["version"]) == (3, 1, 1)
    assert document["next"] == page.next_cursor


def test_decimals_keep_their_digits_in_json(pusher: Pusher) -> None:
    columns = _stream(pusher, items="amount").columns
    assert (
        b"".join(json_stream(columns, [[(Decimal("12345678901234567890.10"),)]]))
        == b'[{"amount":12345678901234567890.10}]'
    )
