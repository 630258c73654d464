"""Mappings of real files: those kept in the repository, and what the hub proposes for odd workbooks."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from catalogue.item import DataType, Item
from hub.client import HubProblemError
from hub.context import utc_now
from hub.push.mappings.toml_text import dump, load
from policies.facts import Sensitivity
from policies.workdays import local_day
from tests.real.describing import ABSENT, DATA, MAPPINGS, real_entries

if TYPE_CHECKING:
    from pathlib import Path

    from tests.real.describing import RealEntry
    from tests.real.office import Office

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=ABSENT)
NAMES = sorted(path.stem for path in MAPPINGS.glob("*.toml"))


@cache
def entries() -> dict[str, RealEntry]:
    return {real.name: real for real in real_entries(local_day(utc_now()))}


@pytest.mark.parametrize("name", NAMES)
def test_a_mapping_that_was_kept_is_written_as_it_was_read(name: str) -> None:
    document = load((MAPPINGS / f"{name}.toml").read_text("utf-8"))
    assert (load(dump(document)), document.entry) == (document, name)


def like(name: str, items: tuple[Item, ...], keys: tuple[str, ...]) -> Any:
    """Return an entry with other items."""
    return replace(entries()["gaoxiao-mingdan"].entry, name=name, title=f"测试条目 {name}", items=items, keys=keys)


def propose(office: Office, entry: str, path: Path, **params: Any) -> dict[str, Any]:
    answer = office.clerk.raw(
        "POST", f"/api/v1/entries/{entry}/mappings/proposals", params=params, content=path.read_bytes()
    )
    body: dict[str, Any] = answer.json()
    return body


def test_the_provinces_between_the_universities_become_an_item(office: Office) -> None:
    known = entries()["gaoxiao-mingdan"].entry
    province = Item("省份", "shengfen", DataType.TEXT, 30, sensitivity=Sensitivity.PUB)
    office.publish(like("gaoxiao-fen-sheng", (*known.items, province), known.keys))
    path = DATA / "legal" / "universities_moe_2017.xls"
    found = propose(office, "gaoxiao-fen-sheng", path)
    office.clerk.call("POST", "/api/v1/entries/gaoxiao-fen-sheng/mappings", json={"mapping": found["mapping"]})
    report = office.push("gaoxiao-fen-sheng", path, {"mode": "full"})
    assert (found["mapping"]["read"], report["accepted"], report["rejected"]) == (
        {"header_row": 3, "subtitles_to": "shengfen"}, 2631, 0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("file", "rows"),
    [("nbs_gdp_by_province_2006_2024.csv", 589), ("nbs_gdp_major_cities_2015_2019.xls", 148)],
)
def test_a_table_with_a_column_a_year_becomes_a_series(office: Office, file: str, rows: int) -> None:
    name = f"xulie-{rows}"
    items = (
        Item("地区", "region", DataType.TEXT, 30, required=True, sensitivity=Sensitivity.PUB),
        Item("年份", "year", DataType.INTEGER, required=True, sensitivity=Sensitivity.PUB),
        Item("地区生产总值", "gdp", DataType.NUMBER, 14, 2, sensitivity=Sensitivity.PUB),
    )
    office.publish(like(name, items, ("region", "year")))
    path = DATA / "economy" / file
    found = propose(office, name, path)
    office.clerk.call("POST", f"/api/v1/entries/{name}/mappings", json={"mapping": found["mapping"]})
    report = office.push(name, path, {"mode": "full"})
    assert (report["accepted"], report["rejected"], len(found["questions"])) == (rows, 0, 1)


def test_the_workbook_with_a_broken_text_encoding_is_refused_by_name(office: Office) -> None:
    name = "xulie-cpi"
    office.publish(like(name, (Item("月份", "month", DataType.TEXT, 20, sensitivity=Sensitivity.PUB),), ()))
    with pytest.raises(HubProblemError, match="编码不规范"):
        propose(office, name, DATA / "economy" / "cpi_monthly_1987_2024.xls")


def test_the_sheets_of_a_catalogue_are_chosen_from(office: Office) -> None:
    name = "mulu-leibie"
    items = tuple(
        Item(column, column, DataType.TEXT, 200, sensitivity=Sensitivity.PUB)
        for column in ("theme_id", "theme_label", "theme_description")
    )
    office.publish(like(name, items, ("theme_id",)))
    path = DATA / "catalogue" / "ar_catalogo_justicia.xlsx"
    found = propose(office, name, path)
    assert (found["found"]["sheet"], found["found"]["sheet"] in "".join(found["questions"])) == ("Theme", True)
