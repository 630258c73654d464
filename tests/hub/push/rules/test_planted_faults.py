"""Faults planted at random places: every one is reported at its row and item, and nothing else is (issue 4, 6).

The rows are generated persons and real files; the rules are those of the items and of a rule set. Each file goes the
whole way of a push up to the merge: bytes, header, gate, values, rules.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from benchmarks.generate import population, population_items
from catalogue.item import CodeListRef, DataType, Item
from connectors.port import LINE, ReadOptions
from hub.push.decode import CheckPlan, read_push
from hub.push.rule_sets.model import read_rules
from hub.push.rule_sets.running import RunningRules
from policies.facts import Sensitivity
from tests.hub.push.rules.planting import (
    BODIES,
    DIVISIONS,
    EXTRA_CELL,
    PERSONS,
    SERIES,
    UNNAMED,
    WHOLE_ROW,
    Plant,
    Row,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

TODAY = dt.date(2026, 11, 22)
DATA = Path(__file__).resolve().parents[5] / "shared" / "data"
SEEDS = (1, 2, 3)
EACH = 4
"""How many rows get each kind of fault."""
LEAST_KINDS = 25
Fault = tuple[int, str, str]


@dataclass(frozen=True)
class Table:
    """Rows without a fault, what they are checked against, and what is planted in them."""

    items: tuple[Item, ...]
    key: tuple[str, ...]
    rules: tuple[Mapping[str, Any], ...]
    rows: tuple[Row, ...]
    plants: tuple[Plant, ...]

    def write(self, path: Path, rows: Iterable[Row]) -> None:
        """Write rows as CSV with a column without a name at the end."""
        names = [item.column for item in self.items]
        with path.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow([*(item.name for item in self.items), ""])
            for row in rows:
                extra = [row[EXTRA_CELL]] if EXTRA_CELL in row else []
                out.writerow([*(row[name] for name in names), row.get(UNNAMED, ""), *extra])

    def read(self, path: Path) -> tuple[Counter[Fault], list[int]]:
        """Check a file; returns every fault, and the lines that pass."""
        named = [{"name": f"rule-{index}", **rule} for index, rule in enumerate(self.rules)]
        rules = RunningRules(read_rules({"rules": named}, self.items), self.items, today=TODAY)
        plan = CheckPlan(self.items, self.key, TODAY, demo=True, rules=rules)
        faults: Counter[Fault] = Counter()
        lines: list[int] = []
        with read_push(path, ReadOptions(name="rows.csv", encoding="utf-8", delimiter=","), plan) as reading:
            for chunk in reading.chunks():
                shown = chunk.rejections.select("line", pl.col("column").fill_null(WHOLE_ROW), "rule")
                faults.update((int(line), str(column), str(rule)) for line, column, rule in shown.rows())
                lines += chunk.accepted[LINE].to_list()
        return faults, lines


def clean(table: Table, folder: Path) -> Table:
    """Keep the rows that pass: what real files bring along is not what is planted."""
    path = folder / "all.csv"
    table.write(path, table.rows)
    _, lines = table.read(path)
    kept = tuple(table.rows[line - 2] for line in lines)
    return replace(table, rows=kept)


def records(names: Sequence[str], rows: Iterable[Sequence[str]]) -> tuple[Row, ...]:
    """Return rows by column, those that keep to one line."""
    made = (dict(zip(names, row, strict=True)) for row in rows)
    return tuple(row for row in made if not any("\n" in value or "\r" in value for value in row.values()))


@cache
def persons() -> Table:
    """Return 3,000 generated persons with the rules their items call for."""
    items = population_items()
    rules = (
        {"kind": "sex_of_citizen_id", "sex": "sex", "citizen_id": "citizen_id"},
        {"kind": "birth_of_citizen_id", "birth_date": "birth_date", "citizen_id": "citizen_id"},
        {"kind": "order", "first": "birth_date", "second": "registered_on"},
        {"kind": "not_after_today", "item": "registered_on"},
    )
    frame = population(3000)
    return Table(items, ("citizen_id",), rules, records([i.column for i in items], frame.rows()), PERSONS)


@cache
def bodies() -> Table:
    """Return the firms of a real register, founded before 1986, with the type their code says."""
    rows: list[list[str]] = []
    for path in sorted((DATA / "legal" / "enterprises_henan").glob("19*.csv"))[:8]:
        with path.open(encoding="utf-8", newline="") as file:
            rows += [
                [
                    *(row["企业名称"], row["统一社会信用代码"], row["统一社会信用代码"][:2]),
                    *(row["注册日期"], row["所在省份"], row["注册地址"] or "-"),
                ]
                for row in csv.DictReader(file)
            ]
    items = (
        Item("名称", "name", DataType.TEXT, 200, required=True),
        Item("信用代码", "code", DataType.TEXT, 18, check="organisation_code", required=True),
        Item("机构类型", "kind", DataType.TEXT, 2, code_list=CodeListRef("org_uscc_prefix", "1")),
        Item("成立日期", "founded", DataType.DATE, sensitivity=Sensitivity.PUB),
        Item("省份", "province", DataType.TEXT, 20),
        Item("住所", "address", DataType.TEXT, 300),
    )
    rules = (
        {"kind": "type_of_credit_code", "type": "kind", "organisation_code": "code"},
        {"kind": "not_after_today", "item": "founded"},
        {"kind": "required_if", "item": "address", "when": "province"},
        {"kind": "one_of", "item": "province", "values": ["河南"]},
        {"kind": "pattern", "item": "name", "pattern": r"[\p{Han}].*"},
    )
    return Table(items, ("code",), rules, records([i.column for i in items], rows), BODIES)


@cache
def series() -> Table:
    """Return real statistics in long form."""
    with (DATA / "economy" / "macro_long_derived.csv").open(encoding="utf-8", newline="") as file:
        rows = [[r["indicator"], r["unit"], r["region"], r["year"], r["value"]] for r in csv.DictReader(file)]
    items = (
        Item("指标", "indicator", DataType.TEXT, 100),
        Item("单位", "unit", DataType.TEXT, 50),
        Item("地区", "region", DataType.TEXT, 50),
        Item("年份", "year", DataType.INTEGER),
        Item("数值", "value", DataType.NUMBER),
    )
    rules = (
        {"kind": "range", "item": "year", "least": 1900, "most": 2100},
        {"kind": "pattern", "item": "region", "pattern": r"\p{Han}+"},
    )
    key = ("indicator", "unit", "region", "year")
    return Table(items, key, rules, records([i.column for i in items], rows), SERIES)


@cache
def divisions() -> Table:
    """Return the real list of counties."""
    with (DATA / "geo" / "divisions_counties.csv").open(encoding="utf-8", newline="") as file:
        rows = [[r["code"], r["name"], r["provinceCode"]] for r in csv.DictReader(file)]
    items = (
        Item("代码", "code", DataType.TEXT, 6, check="division_code", required=True),
        Item("名称", "name", DataType.TEXT, 50, required=True),
        Item("省", "province", DataType.TEXT, 2),
    )
    rules = (
        {"kind": "code_in_force", "item": "code", "list": "divisions_zhengzhou_jilin"},
        {"kind": "division_of_code", "division": "province", "code": "code", "digits": "2"},
    )
    return Table(items, ("code",), rules, records([i.column for i in items], rows), DIVISIONS)


TABLES = {"persons": persons, "bodies": bodies, "series": series, "divisions": divisions}


def table_of(name: str, folder: Path) -> Table:
    """Return a table without faults; skip where its real file is not here."""
    if name != "persons" and not DATA.is_dir():
        pytest.skip("the neighbour folder shared/data with real files is not here")
    return clean(TABLES[name](), folder)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", TABLES)
def test_every_planted_fault_is_reported_at_its_row_and_item_and_nothing_else(
    name: str, seed: int, tmp_path: Path
) -> None:
    table = table_of(name, tmp_path)
    random = Random(seed)
    rows = [dict(row) for row in table.rows]
    places = random.sample(range(len(rows)), EACH * len(table.plants))
    expected: Counter[Fault] = Counter()
    for number, plant in enumerate(table.plants):
        for place in places[number * EACH : (number + 1) * EACH]:
            plant.edit(rows[place], random)
            expected[place + 2, plant.column, plant.rule] += 1
    path = tmp_path / "planted.csv"
    table.write(path, rows)
    found, passed = table.read(path)
    assert (found, len(passed)) == (expected, len(rows) - len(places))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_row_with_three_faults_reports_three(seed: int, tmp_path: Path) -> None:
    table = table_of("persons", tmp_path)
    random = Random(seed)
    single = [one for one in table.plants if one.column not in {WHOLE_ROW, "citizen_id", "birth_date"}]
    by_column = {column: [one for one in single if one.column == column] for column in {one.column for one in single}}
    rows = [dict(row) for row in table.rows]
    expected: Counter[Fault] = Counter()
    for place in random.sample(range(len(rows)), 100):
        for column in random.sample(sorted(by_column), 3):
            plant = random.choice(by_column[column])
            plant.edit(rows[place], random)
            expected[place + 2, column, plant.rule] += 1
    path = tmp_path / "planted.csv"
    table.write(path, rows)
    assert table.read(path)[0] == expected


def test_a_key_that_comes_twice_is_reported_at_the_later_row(tmp_path: Path) -> None:
    table = table_of("persons", tmp_path)
    rows = [*table.rows, table.rows[7]]
    path = tmp_path / "planted.csv"
    table.write(path, rows)
    assert table.read(path)[0] == Counter({(len(rows) + 1, WHOLE_ROW, "R04"): 1})


def test_at_least_25_kinds_of_fault_are_planted() -> None:
    assert len({plant.rule for plant in (*PERSONS, *BODIES, *SERIES, *DIVISIONS)}) >= LEAST_KINDS
