"""Figures over time: air quality of the last 90 days, two years of indicators, population, services.

Air quality follows HJ 633-2012 (index of each pollutant, the highest rules). Indicators keep the habits of
statistics: cumulative series have no January of their own, a figure carries its vintage and release time.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from math import ceil, sin
from typing import TYPE_CHECKING, Final

import polars as pl

from catalogue.code_lists import load_code_list
from hub.demo.city import load_city
from hub.demo.numbers import dice
from hub.demo.people import AS_OF
from hub.demo.places import districts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from catalogue.code_lists import CodeRow

DAYS: Final = 90
STATIONS: Final = ("东区监测站", "西区监测站", "南区监测站", "北区监测站", "高新区监测站")
INDEX_STEPS: Final = (0, 50, 100, 150, 200, 300)
CONCENTRATIONS: Final[Mapping[str, tuple[int, ...]]] = {
    "pm25": (0, 35, 75, 115, 150, 250),
    "pm10": (0, 50, 150, 250, 350, 420),
    "so2": (0, 50, 150, 475, 800, 1600),
    "no2": (0, 40, 80, 180, 280, 565),
    "o3_8h": (0, 100, 160, 215, 265, 800),
}
"""Upper ends of the daily classes in µg/m³ (HJ 633-2012, table 1); carbon monoxide is far below its first."""

_POLLUTANTS: Final = {"pm25": "PM2.5", "pm10": "PM10", "so2": "SO2", "no2": "NO2", "o3_8h": "O3-8h"}
_GRADES: Final = ("优", "良", "轻度污染", "中度污染", "重度污染")
_CLEAN: Final = 50
_YEARS: Final = (2023, 2024)
_LEVELS: Final = {"亿元": 850.0, "万元": 42000.0, "元": 31000.0, "万人": 512.0, "%": 5.2, "万户": 61.0}
_SERVICES: Final = ["新办登记", "变更登记", "注销登记", "补发证件", "资格核验", "年度备案"]


def air_index(pollutant: str, value: float) -> int:
    """Return the index of one pollutant, rounded up; at most 300 for what the demo holds."""
    steps = CONCENTRATIONS[pollutant]
    above = next((place for place, end in enumerate(steps) if value <= end), len(steps) - 1)
    if above == 0:
        return 0
    low, high = steps[above - 1], steps[above]
    from_index, to_index = INDEX_STEPS[above - 1], INDEX_STEPS[above]
    return ceil(from_index + (to_index - from_index) * (min(value, high) - low) / (high - low))


def air_quality(today: date) -> pl.DataFrame:
    """Return one row a station and day for the 90 days before ``today``."""
    throw = dice("kongqi-zhiliang-ribao")
    rows = []
    for back in range(DAYS, 0, -1):
        haze = 55 + 35 * sin(back / 6) + throw.uniform(-15, 15)
        rows += [_air_row(station, today - timedelta(days=back), haze, throw) for station in STATIONS]
    return pl.DataFrame(rows, infer_schema_length=None)


def _air_row(station: str, day: date, haze: float, throw: Random) -> dict[str, object]:
    values = {
        "pm25": max(5, round(haze + throw.uniform(-12, 12))),
        "pm10": max(9, round(haze * 1.5 + throw.uniform(-15, 20))),
        "so2": throw.randint(5, 15),
        "no2": throw.randint(15, 60),
        "o3_8h": throw.randint(40, 175),
    }
    indices = {name: air_index(name, value) for name, value in values.items()}
    worst = max(indices, key=lambda name: indices[name])
    index = indices[worst]
    grade = _GRADES[next(place for place, end in enumerate(INDEX_STEPS[1:]) if index <= end)]
    return {
        "jiance_dian": station,
        "riqi": day,
        "aqi": index,
        "zhiliang_dengji": grade,
        "shouyao_wuranwu": _POLLUTANTS[worst] if index > _CLEAN else None,
        **{name: values[name] for name in ("pm25", "pm10", "so2", "no2")},
        "co": round(throw.uniform(0.4, 1.6), 1),
        "o3_8h": values["o3_8h"],
    }


def _periods(frequency: str, measure: str, year: int) -> list[tuple[str, date, float]]:
    """Return period, last day and share of the year for each figure a year has."""
    if frequency == "A":
        return [(str(year), date(year, 12, 31), 1.0)]
    if frequency == "Q":
        return [(f"{year}-Q{quarter}", date(year, 3 * quarter, 28), quarter / 4) for quarter in range(1, 5)]
    first = 2 if measure in {"cumulative", "yoy"} else 1
    return [(f"{year}-M{month:02d}", date(year, month, 28), month / 12) for month in range(first, 13)]


def _figures(row: CodeRow, level: float, year: int, throw: Random) -> list[dict[str, object]]:
    """Return the figures of one indicator in one year; the quarters of the first year were revised once."""
    unit, frequency, measure = (row.extra[name] for name in ("unit", "frequency", "measure"))
    vintages = (1, 2) if frequency == "Q" and year == _YEARS[0] else (1,)
    found: list[dict[str, object]] = []
    for period, ends, share in _periods(frequency, measure, year):
        value = level * (share if measure == "cumulative" else 1.0) * throw.uniform(0.985, 1.015)
        found += [
            {
                "zhibiao_daima": row.code,
                "zhibiao_mingcheng": row.name_zh,
                "diqu_daima": load_city().code,
                "pinlv": frequency,
                "shiqi": period,
                "koujing": measure,
                "shuzhi": round(value * (1.002 if vintage > 1 else 1.0), 2),
                "danwei": unit,
                "zhuangtai": "F" if year == _YEARS[0] and vintage == vintages[-1] else "P",
                "banben": vintage,
                "fabu_shijian": datetime.combine(ends + timedelta(days=20 * vintage), time(10)),
            }
            for vintage in vintages
        ]
    return found


def indicators() -> pl.DataFrame:
    """Return the sample indicators of two years."""
    throw = dice("zhuyao-jingji-zhibiao")
    rows: list[dict[str, object]] = []
    for row in load_code_list("indicators_sample").rows.values():
        unit = row.extra["unit"]
        is_index = "=100" in unit
        level = 100 + throw.uniform(-1, 3) if is_index else _LEVELS.get(unit, 180.0) * throw.uniform(0.7, 1.4)
        for year in _YEARS:
            rows += _figures(row, level, year, throw)
            level *= 1.0 if row.extra["measure"] in {"yoy", "index", "share"} else 1.05
    return pl.DataFrame(rows)


def population() -> pl.DataFrame:
    """Return registered and resident population of districts; estimates, not counts of the register."""
    throw = dice("renkou-tongji")
    rows = []
    for district in districts():
        registered = throw.uniform(40, 130)
        for year in range(AS_OF.year - 5, AS_OF.year):
            registered *= throw.uniform(1.0, 1.02)
            rows.append(
                {
                    "quhua_daima": district.code,
                    "quhua": district.name,
                    "niandu": year,
                    "huji_renkou": round(registered, 2),
                    "changzhu_renkou": round(registered * throw.uniform(1.02, 1.25), 2),
                    "chengzhenhua_lv": round(throw.uniform(62, 96), 2),
                }
            )
    return pl.DataFrame(rows)


def services() -> pl.DataFrame:
    """Return the services of the city's departments."""
    throw = dice("zhengwu-shixiang")
    rows = []
    for place, member in enumerate(load_city().members, start=1):
        for number, kind in enumerate(throw.sample(_SERVICES, 5), start=1):
            limit = throw.choice((5, 10, 15, 20))
            subject = member.system.removesuffix("系统").removesuffix("管理") or "统计调查"
            rows.append(
                {
                    "shixiang_bianma": f"SX{place:02d}{number:03d}",
                    "shixiang_mingcheng": f"{subject}{kind}",
                    "shishi_bumen": member.name,
                    "shixiang_leixing": "行政确认" if "登记" in kind else "公共服务",
                    "fading_shixian": limit,
                    "chengnuo_shixian": max(1, limit // throw.choice((2, 3, 5))),
                    "shifou_shoufei": throw.random() < 0.1,  # noqa: PLR2004
                    "wangban": throw.random() < 0.9,  # noqa: PLR2004
                }
            )
    return pl.DataFrame(rows)
