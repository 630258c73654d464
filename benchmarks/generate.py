"""Generated input for benchmarks and tests: an invented population of the sample city, as a CSV file.

Seeded, so that one seed gives one file. Every citizen number has the unassigned prefix 410199 and a right
check character (GB 11643-1999); names are drawn from the characters listed here. Nobody is described.
"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from catalogue.code_lists import load_code_list
from catalogue.column_kernels import DIGITS, check_characters
from catalogue.divisions import DEMO_DIVISION
from catalogue.identifiers import CITIZEN_CHECK, CITIZEN_WEIGHTS
from catalogue.item import CodeListRef, DataType, Item
from policies.facts import Sensitivity

SURNAMES: Final = (
    *"王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕",
    "欧阳",
    "司马",
    "上官",
)
GIVEN: Final = tuple(
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国志文海波春梅晓东红云飞宇浩然子涵梓轩思雨欣怡佳琪"
)
STREETS: Final = ("建设路", "人民路", "中原路", "航海路", "花园路", "文化路", "东风路", "黄河路", "长江路", "嵩山路")
DIVISIONS: Final = ("410102", "410103", "410104", "410105", "410106", "410108", "410122", "410181", "410182", "410183")
ETHNIC: Final = ("01", "02", "03", "11")
MARITAL: Final = ("10", "20", "21", "22", "30", "40", "90")
EDUCATION: Final = ("10", "20", "30", "40", "60", "70")
FIRST_BIRTH: Final = date(1940, 1, 1)
LAST_BIRTH: Final = date(2024, 12, 31)
HEADER: Final = (
    "公民身份号码",
    "姓名",
    "性别",
    "民族",
    "出生日期",
    "户籍地行政区划",
    "户籍地址",
    "婚姻状况",
    "文化程度",
    "户号",
    "登记日期",
    "人户一致标识",
)


def population_items() -> tuple[Item, ...]:
    """Return the items that describe the generated columns, in order."""
    pi = Sensitivity.PI

    def text(name: str, column: str, length: int, *, check: str | None = None, codes: str | None = None) -> Item:
        listed = None if codes is None else CodeListRef(codes, load_code_list(codes).version)
        return Item(name, column, DataType.TEXT, length, check=check, code_list=listed, sensitivity=pi, required=True)

    return (
        text("公民身份号码", "citizen_id", 18, check="citizen_id"),
        text("姓名", "name", 100),
        text("性别", "sex", 1, codes="gender"),
        text("民族", "ethnic_group", 2, codes="ethnic_groups"),
        Item("出生日期", "birth_date", DataType.DATE, sensitivity=pi, required=True),
        text("户籍地行政区划", "division", 12, check="division_code"),
        text("户籍地址", "address", 200),
        text("婚姻状况", "marital_status", 2, codes="marital_status"),
        text("文化程度", "education", 2, codes="education_level"),
        Item("户号", "household", DataType.INTEGER, 12, sensitivity=pi, required=True),
        Item("登记日期", "registered_on", DataType.DATE, sensitivity=pi, required=True),
        Item("人户一致标识", "lives_where_registered", DataType.BOOLEAN, sensitivity=pi, required=True),
    )


def population(rows: int, *, seed: int = 1, first: int = 0) -> pl.DataFrame:
    """Return ``rows`` invented persons as text columns named as in :data:`HEADER`.

    ``first`` numbers the first person: frames of one seed and different ranges share no citizen number,
    up to 31 million persons (days of birth times sequence numbers).
    """
    random = np.random.default_rng([seed, first])
    days = (LAST_BIRTH - FIRST_BIRTH).days + 1
    serial = np.arange(first, first + rows)
    born = pl.Series((serial * 7919) % days, dtype=pl.Int32) + (FIRST_BIRTH - date(1970, 1, 1)).days
    birth_date = born.cast(pl.Date)
    sequence = pl.Series((serial // days) % 1000, dtype=pl.Int64)
    frame = pl.DataFrame({"born": birth_date, "sequence": sequence})
    first17 = frame.select(
        pl.lit(DEMO_DIVISION) + pl.col("born").dt.to_string("%Y%m%d") + pl.col("sequence").cast(pl.String).str.zfill(3)
    ).to_series()
    citizen = first17 + check_characters(first17, 0, DIGITS, CITIZEN_WEIGHTS, CITIZEN_CHECK)

    def drawn(values: tuple[str, ...]) -> pl.Series:
        return pl.Series(values, dtype=pl.String).gather(random.integers(0, len(values), rows))

    name = drawn(SURNAMES) + drawn(GIVEN) + drawn(("", *GIVEN))
    door = pl.Series(random.integers(1, 400, rows)).cast(pl.String)
    address = pl.Series(["河南省郑州市"]).gather(np.zeros(rows, np.int64)) + drawn(STREETS) + door + "号"
    registered = pl.Series(random.integers(0, 9000, rows), dtype=pl.Int32) + (date(2000, 1, 1) - date(1970, 1, 1)).days
    columns = (
        citizen,
        name,
        (2 - sequence % 2).cast(pl.String),
        drawn(ETHNIC),
        birth_date.dt.to_string("%Y-%m-%d"),
        drawn(DIVISIONS),
        address,
        drawn(MARITAL),
        drawn(EDUCATION),
        pl.Series(random.integers(10**9, 10**12, rows)).cast(pl.String),
        registered.cast(pl.Date).dt.to_string("%Y-%m-%d"),
        drawn(("true", "false")),
    )
    return pl.DataFrame([column.alias(title) for title, column in zip(HEADER, columns, strict=True)])


def write_population(path: Path, rows: int, *, seed: int = 1) -> None:
    """Write a CSV of ``rows`` persons and a header, a slice at a time so that memory stays flat."""
    step = 500_000
    with path.open("wb") as file:
        for first in range(0, rows, step) or (0,):
            part = population(min(step, rows - first), seed=seed, first=first)
            part.write_csv(file, include_header=first == 0)


def main() -> None:
    """Write a file: ``python -m benchmarks.generate PATH ROWS``."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("rows", type=int)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    write_population(given.path, given.rows, seed=given.seed)


if __name__ == "__main__":
    main()
