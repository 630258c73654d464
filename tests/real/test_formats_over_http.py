"""Every format pushed over HTTP: the rows served are the rows of the file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from catalogue.item import DataType, Item
from hub.client import HubProblemError
from hub.context import utc_now
from policies.facts import Sensitivity
from policies.workdays import local_day
from tests.real.describing import real_entries
from tests.real.made_files import PLACES, ROWS, SHAPES, TABLES
from tests.support.spatial import point

if TYPE_CHECKING:
    from pathlib import Path

    from catalogue.entry import Entry
    from tests.real.office import Office

VENUES = (
    Item("编号", "bianhao", DataType.TEXT, 4, required=True, sensitivity=Sensitivity.PUB),
    Item("名称", "mingcheng", DataType.TEXT, 20, required=True, sensitivity=Sensitivity.PUB),
    Item("数量", "shuliang", DataType.INTEGER, sensitivity=Sensitivity.PUB),
)
STATIONS = (
    Item("名称", "mingcheng", DataType.TEXT, 40, required=True, sensitivity=Sensitivity.PUB),
    Item("位置", "weizhi", DataType.GENERAL, check="geometry_point", required=True, sensitivity=Sensitivity.PUB),
)


def entry(name: str, items: tuple[Item, ...], crs: str | None = None) -> Entry:
    like = real_entries(local_day(utc_now()))[0].entry
    return replace(like, name=name, title=f"测试条目 {name}", items=items, keys=(items[0].column,), crs=crs)


def served(office: Office, name: str, *columns: str) -> list[tuple[Any, ...]]:
    page = office.clerk.call("GET", f"/api/v1/datasets/{name}/rows", params={"order": columns[0]})
    return [tuple(row[column] for column in columns) for row in page["rows"]]


def push(office: Office, name: str, path: Path, body: bytes, **options: Any) -> dict[str, Any]:
    path.write_bytes(body)
    return office.push(name, path, {"mode": "full", **options})


@pytest.mark.parametrize("form", TABLES)
def test_the_rows_served_are_those_of_the_file(office: Office, tmp_path: Path, form: str) -> None:
    filename, made, options = TABLES[form]
    office.publish(entry(f"geshi-{form}", VENUES))
    push(office, f"geshi-{form}", tmp_path / filename, made(), **options)
    assert served(office, f"geshi-{form}", "bianhao", "mingcheng", "shuliang") == list(ROWS)


@pytest.mark.parametrize("form", SHAPES)
def test_the_places_served_are_those_of_the_file(office: Office, tmp_path: Path, form: str) -> None:
    filename, made, options = SHAPES[form]
    office.publish(entry(f"geshi-{form}", STATIONS, "4490"))
    push(office, f"geshi-{form}", tmp_path / filename, made(tmp_path), **options)
    expected = [(f"示例{number}", point(*place)) for number, place in enumerate(PLACES)]
    assert served(office, f"geshi-{form}", "mingcheng", "weizhi") == expected


def test_the_file_of_an_old_archive_is_named_in_the_report(office: Office, tmp_path: Path) -> None:
    filename, made, _ = TABLES["csv-zip-gb18030"]
    office.publish(entry("geshi-jiu-zip", VENUES))
    report = push(office, "geshi-jiu-zip", tmp_path / filename, made())
    assert (report["file"]["member"], report["file"]["compression"]) == ("场馆.csv", "zip")


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("json", {"header_row": 2, "delimiter": ";"}),
        ("ndjson", {"sheet": "表一"}),
        ("parquet", {"skip_rows": 3}),
        ("arrow-file", {"encoding": "gb18030"}),
        ("arrow-stream", {"no_header": True}),
        ("xlsx", {"delimiter": ";", "records_path": "data"}),
        ("csv-gz", {"sheet": "1", "nested": "text"}),
        ("csv-zip", {"fill_merged": "down"}),
        ("geojson-gz", {"header_row": 2, "sheet": "1"}),
        ("shapefile-zip", {"quote": "none"}),
    ],
)
def test_an_option_for_another_kind_of_file_is_refused_by_name(
    office: Office, venues: str, tmp_path: Path, form: str, options: dict[str, Any]
) -> None:
    body = TABLES[form][1]() if form in TABLES else SHAPES[form][1](tmp_path)
    with pytest.raises(HubProblemError) as caught:
        push(office, venues, tmp_path / (TABLES | SHAPES)[form][0], body, **options)  # type: ignore[operator]
    problem = caught.value.problem
    assert (problem["type"], set(problem["options"])) == ("/problems/file-option", set(options))


@pytest.fixture(scope="module")
def venues(office: Office) -> str:
    """Publish an entry without rows; returns its name."""
    office.publish(entry("geshi-xuanxiang", VENUES))
    return "geshi-xuanxiang"
