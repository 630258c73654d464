"""A push read from end to end: generated people, real registers, and files the gate must stop."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from openpyxl.comments import Comment

from benchmarks.generate import population, population_items
from catalogue.item import DataType, Item
from connectors.port import ReadOptions
from hub.push.decode import CheckPlan, read_push
from hub.push.errors import GateStoppedError, HeaderMismatchError
from hub.push.header import HeaderMapping
from policies.facts import Sensitivity

TODAY = dt.date(2026, 11, 22)
DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
real = pytest.mark.skipif(not DATA.is_dir(), reason="the folder with real files is not beside the project")
PEOPLE = CheckPlan(population_items(), ("citizen_id",), TODAY, demo=True)


def take(path: Path, plan: CheckPlan, options: ReadOptions | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return all accepted rows and all rejections."""
    with read_push(path, options, plan) as reading:
        chunks = list(reading.chunks())
    return pl.concat([chunk.accepted for chunk in chunks]), pl.concat([chunk.rejections for chunk in chunks])


def write(tmp_path: Path, frame: pl.DataFrame, name: str = "人口.csv") -> Path:
    path = tmp_path / name
    frame.write_csv(path)
    return path


def test_generated_people_are_all_accepted(tmp_path: Path) -> None:
    accepted, rejected = take(write(tmp_path, population(5000)), PEOPLE)
    assert (accepted.height, rejected.height, accepted["citizen_id"].n_unique()) == (5000, 0, 5000)


def test_one_seed_gives_one_population() -> None:
    assert population(100, seed=7).equals(population(100, seed=7))


def test_people_of_different_ranges_share_no_number() -> None:
    together = pl.concat([population(40_000), population(40_000, first=40_000)])
    assert together["公民身份号码"].is_duplicated().sum() == 0


def test_faults_planted_in_a_population_are_found_where_they_are_and_nowhere_else(tmp_path: Path) -> None:
    frame = population(3000)
    planted = {
        ("公民身份号码", 10): ("410199194001010009", "R12"),
        ("性别", 20): ("男", "R20"),
        ("民族", 30): ("88", "R07"),
        ("出生日期", 40): ("1990-02-30", "R10"),
        ("姓名", 50): ("", "R01"),
        ("户号", 60): ("一二三", "R05"),
        ("人户一致标识", 70): ("不详", "R21"),
        ("公民身份号码", 80): (frame["公民身份号码"][5], "R04"),
    }
    for (column, row), (value, _) in planted.items():
        frame[row, column] = value
    _, rejected = take(write(tmp_path, frame), PEOPLE)
    assert dict(rejected.select("line", "rule").iter_rows()) == {row + 2: r for (_, row), (_, r) in planted.items()}


def test_a_secrecy_mark_far_down_ends_the_reading_in_an_error(tmp_path: Path) -> None:
    frame = population(2000)
    frame[1990, "户籍地址"] = "机密★10年"
    with pytest.raises(GateStoppedError), read_push(write(tmp_path, frame), None, PEOPLE) as reading:
        list(reading.chunks())
    assert [(f.letter, f.lines) for f in reading.gate.findings] == [("G", (1992,))]


def test_numbers_in_an_item_that_is_not_declared_personal_end_the_reading(tmp_path: Path) -> None:
    items = (Item("编号", "code", DataType.TEXT, sensitivity=Sensitivity.PUB),)
    frame = population(50).select(pl.col("公民身份号码").alias("编号"))
    with pytest.raises(GateStoppedError):
        take(write(tmp_path, frame), CheckPlan(items, ("code",), TODAY))


def test_a_marked_file_name_is_stopped_before_a_row_is_read(tmp_path: Path) -> None:
    with pytest.raises(GateStoppedError):
        read_push(write(tmp_path, population(3), "绝密★名单.csv"), None, PEOPLE)


def test_a_marked_file_is_stopped_even_when_its_columns_do_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("机密★5年\n甲,乙\n1,2\n", encoding="utf-8")
    with pytest.raises(GateStoppedError):
        read_push(path, ReadOptions(header_row=2), PEOPLE)


def test_a_mark_far_down_stops_a_file_even_when_its_columns_do_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("序号,密级\n1,\n2,机密★5年\n", encoding="utf-8")
    with pytest.raises(GateStoppedError) as caught:
        read_push(path, None, PEOPLE)
    assert "B 列" in caught.value.zh


def test_a_personal_number_in_columns_that_do_not_fit_is_no_incident(tmp_path: Path) -> None:
    frame = population(3).select(pl.col("公民身份号码").alias("身份"))
    with pytest.raises(HeaderMismatchError):
        read_push(write(tmp_path, frame), None, PEOPLE)


def test_a_mark_in_the_footer_ends_the_reading(tmp_path: Path) -> None:
    path = write(tmp_path, population(30))
    path.write_text(path.read_text(encoding="utf-8") + "（工作秘密）\n", encoding="utf-8")
    with pytest.raises(GateStoppedError):
        take(path, PEOPLE, ReadOptions(skip_footer=1))


@pytest.mark.parametrize("where", ["title", "header", "other sheet", "sheet name", "comment"])
def test_a_mark_anywhere_in_a_workbook_stops_it(tmp_path: Path, where: str) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    people = population(3)
    for row in (people.columns, *people.rows()):
        sheet.append(list(row))
    match where:
        case "title":
            workbook.properties.title = "机密★"
        case "header":
            assert sheet.oddHeader is not None
            sheet.oddHeader.right.text = "秘密★10年"
        case "other sheet":
            workbook.create_sheet("说明").append(["绝密★"])
        case "sheet name":
            workbook.create_sheet("机密★")
        case _:
            sheet["A1"].comment = Comment("机密★长期", "x")
    path = tmp_path / "人口.xlsx"
    workbook.save(path)
    with pytest.raises(GateStoppedError):
        read_push(path, ReadOptions(sheet=1), PEOPLE)


def test_a_workbook_and_a_csv_of_the_same_people_give_the_same_rows(tmp_path: Path) -> None:
    people = population(200)
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet()
    for row in (people.columns, *people.rows()):
        sheet.append(list(row))
    path = tmp_path / "人口.xlsx"
    workbook.save(path)
    assert take(path, PEOPLE)[0].equals(take(write(tmp_path, people), PEOPLE)[0])


def test_columns_that_do_not_fit_are_all_told(tmp_path: Path) -> None:
    with pytest.raises(HeaderMismatchError) as caught:
        read_push(write(tmp_path, population(3).rename({"姓名": "姓"})), None, PEOPLE)
    assert len(caught.value.facts["unknown"]) == 1  # type: ignore[arg-type]  # facts are JSON values


REGISTER = CheckPlan(
    (
        Item("企业名称", "name", DataType.TEXT, 200, required=True, sensitivity=Sensitivity.PUB),
        Item("统一社会信用代码", "code", DataType.TEXT, 18, check="organisation_code", sensitivity=Sensitivity.PUB),
        Item("注册日期", "registered_on", DataType.DATE, sensitivity=Sensitivity.PUB),
        Item("企业类型", "kind", DataType.TEXT, 100, sensitivity=Sensitivity.PUB),
        Item("法人代表", "representative", DataType.TEXT, 200, sensitivity=Sensitivity.PI),
        Item("注册资金", "capital", DataType.TEXT, 50, sensitivity=Sensitivity.PUB),
        Item("经营范围", "scope", DataType.MEMO, sensitivity=Sensitivity.PUB),
        Item("所在省份", "province", DataType.TEXT, 20, sensitivity=Sensitivity.PUB),
        Item("地区", "city", DataType.TEXT, 50, sensitivity=Sensitivity.PUB),
        Item("注册地址", "address", DataType.TEXT, 200, sensitivity=Sensitivity.PI),
    ),
    ("code",),
    TODAY,
)


@real
def test_the_register_that_lost_its_encoding_is_rejected_row_by_row() -> None:
    accepted, rejected = take(DATA / "legal/enterprises_henan/2002.csv.gz", REGISTER)
    assert accepted.height + rejected["line"].n_unique() == 5418
    assert set(rejected["rule"]) == {"R02", "R06", "R22"}


@real
def test_a_year_of_the_register_passes_whole() -> None:
    accepted, rejected = take(DATA / "legal/enterprises_henan/1984.csv", REGISTER)
    assert (accepted.height, rejected.height) == (355, 0)


@real
def test_mobile_numbers_of_shops_stop_the_file_until_declared_public_contacts() -> None:
    names = ["区域", "餐饮类型编码", "餐饮类型名称", "POI名称", "详细地址"]
    items = [Item(name, f"c{number}", DataType.TEXT) for number, name in enumerate(names)]
    path = DATA / "geo/poi_zhengzhou_food_huiji_gcj02.csv"
    plan = CheckPlan(tuple(items), (), TODAY, mapping=HeaderMapping(ignore=frozenset("FGHI")))
    with pytest.raises(GateStoppedError) as caught:
        take(path, plan)
    assert "H 列" in caught.value.zh
