"""Real files of the neighbour folder: every table is read with the number of rows its description states."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.files.errors import DamagedFileError, FileError, SheetError
from connectors.files.reader import open_table
from connectors.port import FIELDS, ReadOptions

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the folder with real files is not beside the project")


@pytest.mark.parametrize(
    ("name", "options", "rows", "encoding"),
    [
        ("legal/hospitals_beijing_register.csv", ReadOptions(), 724, "GB18030"),
        ("economy/nbs_gdp_by_province_2006_2024.csv", ReadOptions(header_row=4, skip_footer=2), 31, "GB18030"),
        ("dirty/anhui_population_2013_2017.csv", ReadOptions(), 16, "GB18030"),
        ("dirty/covid_reports_by_city_2020.csv.gz", ReadOptions(), 27424, "GB18030"),
        ("dirty/population_countries.csv", ReadOptions(), 230, "GB18030"),
        ("legal/enterprises_henan/1999.csv.gz", ReadOptions(), 3406, "UTF-8"),
        ("legal/enterprises_henan/1984.csv", ReadOptions(), 355, "UTF-8"),
        ("legal/enterprises_henan_1999.xls", ReadOptions(), 3406, ""),
        ("legal/universities_moe_2017.xls", ReadOptions(header_row=3), 2662, ""),
        ("economy/nbs_energy_2015_2024.xls", ReadOptions(header_row=3), 15, ""),
        ("dirty/airport_traffic_2018.xls", ReadOptions(), 40, ""),
        ("dirty/tw_portal_list.xlsx", ReadOptions(sheet="dtid"), 348, ""),
        ("population/surnames_apache2.xlsx", ReadOptions(), 1074, ""),
        ("geo/transit_kunming_bus_stops_gcj02_and_wgs84.csv", ReadOptions(), 7254, "UTF-8 BOM"),
        ("geo/poi_zhengzhou_food_huiji_gcj02.csv", ReadOptions(), 1013, "UTF-8 BOM"),
        ("geo/divisions_villages_henan_jilin.csv.gz", ReadOptions(), 64238, "UTF-8"),
        ("economy/air_quality_daily_zhengzhou_2013_2017.csv", ReadOptions(no_header=True), 1157, "UTF-8 BOM"),
        ("catalogue/tw_kaohsiung_2018.csv", ReadOptions(no_header=True), 1495, "UTF-8"),
        ("catalogue/tw_yilan_2018_big5.csv", ReadOptions(encoding="big5"), 356, "Big5"),
    ],
)
def test_a_real_file_gives_the_rows_it_holds(name: str, options: ReadOptions, rows: int, encoding: str) -> None:
    with open_table(DATA / name, options) as table:
        count = sum(chunk.height for chunk in table.chunks())
    assert (count, table.facts().rows, table.facts().encoding) == (rows, rows, encoding)


def test_the_big5_that_also_decodes_as_gb18030_is_told_by_its_characters() -> None:
    with open_table(DATA / "catalogue/tw_yilan_2018_big5.csv") as table:
        rows = sum(chunk.height for chunk in table.chunks())
    assert (rows, table.facts().encoding, table.facts().encoding_basis) == (356, "Big5", "likely")


def test_a_workbook_of_three_filled_sheets_is_asked_about() -> None:
    with pytest.raises(SheetError):
        open_table(DATA / "dirty/tw_portal_list.xlsx")


def test_rows_that_lost_their_encoding_are_marked_for_their_number_of_values() -> None:
    with open_table(DATA / "legal/enterprises_henan/2002.csv.gz") as table:
        marked = sum(chunk[FIELDS].is_not_null().sum() for chunk in table.chunks())
    assert marked == 8


def test_empty_trailing_columns_and_rows_are_named() -> None:
    with open_table(DATA / "dirty/anhui_population_2013_2017.csv") as table:
        list(table.chunks())
    facts = table.facts()
    assert (facts.blank_rows, facts.blank_columns[0], len(facts.blank_columns)) == (1, "J", 11)


def test_the_xls_and_the_csv_of_one_register_hold_the_same_names() -> None:
    names = []
    for file in ("legal/enterprises_henan/1999.csv.gz", "legal/enterprises_henan_1999.xls"):
        with open_table(DATA / file) as table:
            names.append([name for chunk in table.chunks() for name in chunk["c0"].str.strip_chars().to_list()])
    assert names[0] == names[1]


def test_a_cut_xls_is_damaged(tmp_path: Path) -> None:
    whole = (DATA / "legal/universities_moe_2017.xls").read_bytes()
    path = tmp_path / "cut"
    path.write_bytes(whole[: len(whole) // 3])
    with pytest.raises(DamagedFileError):
        open_table(path)


@pytest.mark.parametrize("name", ["legal/universities_moe_2017.xls", "population/surnames_apache2.xlsx"])
def test_a_workbook_is_known_by_content_without_its_ending(tmp_path: Path, name: str) -> None:
    path = tmp_path / "upload"
    path.write_bytes((DATA / name).read_bytes())
    with open_table(path) as table:
        assert table.facts().format in {"xls", "xlsx"}


def test_an_xls_with_a_broken_text_encoding_is_refused() -> None:
    with pytest.raises(FileError, match="文字编码不规范"):
        open_table(DATA / "economy/cpi_monthly_1987_2024.xls")


def test_texts_of_an_xls_reach_the_gate() -> None:
    with open_table(DATA / "legal/universities_moe_2017.xls") as table:
        assert any("高等学校" in text.text for text in table.outside())
