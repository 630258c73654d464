"""What stands where in the invented city: addresses, place names, bus stops, car parks, hospitals, offices."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import polars as pl
from pypinyin import lazy_pinyin

from hub.demo.city import load_city
from hub.demo.names import BRIDGES, ESTATES, PARKS, ROADS
from hub.demo.numbers import dice, landline
from hub.demo.people import AS_OF
from hub.demo.places import SUBDISTRICTS, districts, spot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hub.demo.places import Spot

STOPS: Final = 200
LINES: Final = 20
FOUNDED: Final = date(2000, 1, 1)
_ZONE: Final = "410179"
ZONE_LEVEL: Final = "功能区"
"""The word for a development zone in the list of divisions: it has a statistical code and is no division of its own."""


def _position(place: Spot) -> dict[str, float]:
    return {"jingdu": place.longitude, "weidu": place.latitude}


def _addresses() -> pl.DataFrame:
    throw = dice("biaozhun-dizhi")
    rows = []
    for number in range(1, 301):
        place, sub = spot(throw), throw.randint(1, len(SUBDISTRICTS))
        rows.append(
            {
                "dizhi_bianma": f"DZ{number:06d}",
                "dizhi_quancheng": f"{place.district.name}{SUBDISTRICTS[sub - 1]}{place.road}{place.number}号",
                "quhua": place.district.code,
                "jiedao": f"{place.district.code}{sub:03d}",
                "daolu": place.road,
                "menpai": f"{place.number}号",
                **_position(place),
            }
        )
    return pl.DataFrame(rows)


def divisions() -> pl.DataFrame:
    """Return one row a division of the city: code, name, level, the code above, the day it was founded."""
    city = load_city()
    rows: list[dict[str, object]] = [
        {"quhua_daima": city.code, "mingcheng": city.name_zh, "cengji": "市", "shangji_daima": None}
    ]
    for district in districts():
        level = ZONE_LEVEL if district.code == _ZONE else "区"
        rows.append(
            {
                "quhua_daima": district.code,
                "mingcheng": district.name,
                "cengji": level,
                "shangji_daima": city.code,
            }
        )
        rows += [
            {
                "quhua_daima": f"{district.code}{number:03d}",
                "mingcheng": name,
                "cengji": "街道",
                "shangji_daima": district.code,
            }
            for number, name in enumerate(SUBDISTRICTS, start=1)
        ]
    return pl.DataFrame(rows, infer_schema_length=None).with_columns(sheli_riqi=pl.lit(FOUNDED))


def _names() -> pl.DataFrame:
    throw = dice("biaozhun-diming")
    kinds = {"道路": ROADS, "公园广场": PARKS, "桥梁": BRIDGES, "住宅区": ESTATES}
    pairs = [(name, kind) for kind, names in kinds.items() for name in names]
    return pl.DataFrame(
        [
            {
                "diming_bianma": f"DM{number:05d}",
                "biaozhun_diming": name,
                "pinyin": "".join(lazy_pinyin(name)).capitalize(),
                "diming_leibie": kind,
                "pizhun_jiguan": "示例市民政局",
                "pizhun_riqi": FOUNDED + timedelta(days=throw.randint(0, 8000)),
            }
            for number, (name, kind) in enumerate(pairs, start=1)
        ]
    )


def _line_names() -> list[str]:
    return [f"{number}路" for number in range(1, LINES + 1)]


def _stops() -> pl.DataFrame:
    throw = dice("gongjiao-zhandian")
    rows = []
    for number in range(1, STOPS + 1):
        place = spot(throw)
        crossing = throw.choice([road for road in ROADS if road != place.road])
        calls = sorted(throw.sample(range(LINES), throw.randint(1, 4)))
        rows.append(
            {
                "zhandian_bianma": f"ZD{number:05d}",
                "zhandian_mingcheng": f"{place.road}{crossing}口",
                "quhua": place.district.short,
                "daolu": place.road,
                "fangxiang": throw.choice(("由东向西", "由西向东", "由南向北", "由北向南")),
                "jingting_xianlu": "、".join(_line_names()[line] for line in calls),
                "houche_ting": throw.random() < 0.6,  # noqa: PLR2004
                **_position(place),
            }
        )
    return pl.DataFrame(rows)


def _lines() -> pl.DataFrame:
    throw = dice("gongjiao-xianlu")
    stops = _stops()["zhandian_mingcheng"].to_list()
    rows = []
    for number, name in enumerate(_line_names(), start=1):
        start, end = throw.sample(stops, 2)
        count = throw.randint(12, 34)
        rows.append(
            {
                "xianlu_bianma": f"XL{number:03d}",
                "xianlu_mingcheng": name,
                "qidian": start,
                "zhongdian": end,
                "zhandian_shu": count,
                "licheng": round(count * throw.uniform(0.5, 0.8), 1),
                "shoubanche": throw.choice(("05:30", "06:00", "06:30")),
                "mobanche": throw.choice(("20:00", "21:00", "22:00")),
                "piaojia": throw.choice((1.0, 2.0)),
            }
        )
    return pl.DataFrame(rows)


def _parks() -> pl.DataFrame:
    throw = dice("gonggong-tingchechang")
    rows = []
    for number in range(1, 61):
        place, spaces = spot(throw), throw.randrange(20, 600, 5)
        rows.append(
            {
                "tingchechang_bianma": f"TC{number:04d}",
                "mingcheng": f"{place.road}第{number}公共停车场",
                "quhua": place.district.short,
                "dizhi": place.address,
                "bowei_shu": spaces,
                "chongdianzhuang_shu": spaces // throw.randint(6, 20),
                "shoufei": throw.choice((0.0, 2.0, 3.0, 5.0)),
                **_position(place),
            }
        )
    return pl.DataFrame(rows)


def _hospitals() -> pl.DataFrame:
    throw = dice("yiliao-jigou")
    kinds = (
        *(("综合医院", "三级甲等", 1200),) * 3,
        *(("综合医院", "二级甲等", 400),) * 9,
        *(("社区卫生服务中心", "未定级", 30),) * 24,
        *(("诊所", "未定级", 0),) * 54,
    )
    rows = []
    for number, (kind, grade, beds) in enumerate(kinds, start=1):
        place = spot(throw)
        name = f"{place.district.short}{place.road}第{number}{kind}"
        if kind == "综合医院":
            name = f"示例市第{number}人民医院"
        rows.append(
            {
                "jigou_daima": f"YL{number:05d}",
                "mingcheng": name,
                "leibie": kind,
                "dengji": grade,
                "quhua": place.district.short,
                "dizhi": place.address,
                "chuangwei": beds + throw.randrange(0, beds // 4 + 1) if beds else 0,
                "dianhua": landline(1000 + number),
                **_position(place),
            }
        )
    return pl.DataFrame(rows)


def _homes() -> pl.DataFrame:
    throw = dice("yanglao-jigou")
    places = [spot(throw) for _ in range(24)]
    return pl.DataFrame(
        [
            {
                "jigou_bianma": f"YA{number:03d}",
                "mingcheng": f"{place.district.short}{place.road}第{number}养老服务中心",
                "quhua": place.district.short,
                "dizhi": place.address,
                "chuangwei": throw.randrange(30, 300, 5),
                "dianhua": landline(2000 + number),
                **_position(place),
            }
            for number, place in enumerate(places, start=1)
        ]
    )


def _offices() -> pl.DataFrame:
    throw = dice("jiuye-fuwu-jigou")
    rows = []
    for number in range(1, 15):
        place = spot(throw, districts()[number % len(districts())])
        rows.append(
            {
                "jigou_bianma": f"JY{number:03d}",
                "mingcheng": f"{place.district.short}第{number}公共就业服务站",
                "quhua": place.district.short,
                "dizhi": place.address,
                "fuwu_shijian": "工作日 9:00-17:00",
                "dianhua": landline(3000 + number),
            }
        )
    return pl.DataFrame(rows)


def _water() -> pl.DataFrame:
    throw = dice("gongshui-sheshi")
    kinds = ("水厂",) * 3 + ("加压泵站",) * 15 + ("营业网点",) * 12
    rows = []
    for number, kind in enumerate(kinds, start=1):
        place = spot(throw)
        is_pump = kind == "加压泵站"
        rows.append(
            {
                "sheshi_bianma": f"GS{number:03d}",
                "mingcheng": f"{place.road}{kind}",
                "leibie": kind,
                "quhua": place.district.short,
                "fuwu_fanwei": f"{place.district.short}{throw.choice(SUBDISTRICTS)}",
                "fuwu_dianhua": landline(4000 + number),
                "touyun_riqi": AS_OF - timedelta(days=throw.randint(200, 9000)),
                "jingdu": place.longitude if is_pump else None,
                "weidu": place.latitude if is_pump else None,
            }
        )
    return pl.DataFrame(rows, infer_schema_length=None)


FRAMES: Final[Mapping[str, Callable[[], pl.DataFrame]]] = {
    "biaozhun-dizhi": _addresses,
    "xingzheng-quhua": divisions,
    "biaozhun-diming": _names,
    "gongjiao-zhandian": _stops,
    "gongjiao-xianlu": _lines,
    "gonggong-tingchechang": _parks,
    "yiliao-jigou": _hospitals,
    "yanglao-jigou": _homes,
    "jiuye-fuwu-jigou": _offices,
    "gongshui-sheshi": _water,
}
"""Maker of the rows of each entry."""
