"""What other departments register of bodies: transport and presale licences, plots, polluters, associations."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import polars as pl

from hub.demo.firms import firms
from hub.demo.names import BRANDS, ESTATES, ROADS
from hub.demo.numbers import credit_code, dice
from hub.demo.people import AS_OF, adults
from hub.demo.places import districts, spot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hub.demo.firms import Firm


def _of(*trades: str) -> list[Firm]:
    return [firm for firm in firms() if firm.trade in trades]


def _hauliers() -> pl.DataFrame:
    throw = dice("daolu-yunshu-xuke")
    return pl.DataFrame(
        [
            {
                "xukezheng_hao": f"示交运管许可字{number:05d}号",
                "danwei_mingcheng": firm.name,
                "xinyong_daima": firm.code,
                "jingying_fanwei": throw.choice(("道路普通货物运输", "道路普通货物运输；货物专用运输", "县际班车客运")),
                "cheliang_shu": throw.randint(2, 120),
                "youxiaoqi_zhi": AS_OF + timedelta(days=throw.randint(200, 1400)),
            }
            for number, firm in enumerate(_of("物流", "商贸", "建设")[:80], start=1)
        ]
    )


def _polluters() -> pl.DataFrame:
    throw = dice("zhongdian-paiwu")
    kinds = (("水环境", "化学需氧量、氨氮"), ("大气环境", "颗粒物、二氧化硫"), ("土壤环境", "重金属"))
    rows = []
    for firm in throw.sample(_of("食品", "机械", "纺织", "医药"), 30):
        kind, matter = throw.choice(kinds)
        rows.append(
            {
                "niandu": AS_OF.year,
                "danwei_mingcheng": firm.name,
                "xinyong_daima": firm.code,
                "quhua": firm.where.district.short,
                "leibie": kind,
                "zhuyao_wuranwu": matter,
            }
        )
    return pl.DataFrame(rows)


def _plots() -> pl.DataFrame:
    throw = dice("tudi-gongying")
    rows = []
    for number in range(1, 41):
        place, area = spot(throw), round(throw.uniform(4000, 90000), 2)
        way = throw.choices(("挂牌出让", "拍卖出让", "划拨"), (60, 15, 25))[0]
        day = AS_OF - timedelta(days=throw.randint(5, 900))
        rows.append(
            {
                "zongdi_bianhao": f"示地{day.year}-{number:03d}",
                "quhua": place.district.short,
                "weizhi": f"{place.road}与{throw.choice([road for road in ROADS if road != place.road])}交叉口",
                "mianji": area,
                "yongtu": throw.choice(("工业用地", "城镇住宅用地", "商业服务业用地", "教育用地")),
                "gongying_fangshi": way,
                "shourangren": throw.choice(_of("置业", "机械", "建设")).name,
                "chengjiao_jia": 0.0 if way == "划拨" else round(area * throw.uniform(0.05, 0.9), 2),
                "gongying_riqi": day,
            }
        )
    return pl.DataFrame(rows)


def _presales() -> pl.DataFrame:
    throw = dice("shangpinfang-yushou")
    rows = []
    for number in range(1, 41):
        day = AS_OF - timedelta(days=throw.randint(5, 900))
        flats = throw.randint(40, 420)
        rows.append(
            {
                "yushouzheng_hao": f"示房预售证第{number:04d}号",
                "xiangmu_mingcheng": f"{throw.choice(BRANDS)}·{throw.choice(ESTATES)}{number}期",
                "kaifa_qiye": throw.choice(_of("置业")).name,
                "quhua": throw.choice(districts()).short,
                "yushou_taoshu": flats,
                "yushou_mianji": round(flats * throw.uniform(85, 130), 2),
                "fazheng_riqi": day,
            }
        )
    return pl.DataFrame(rows)


def _associations() -> pl.DataFrame:
    throw = dice("shehui-zuzhi")
    kinds = {"51": ("社会团体", "协会"), "52": ("民办非企业单位", "服务中心"), "53": ("基金会", "基金会")}
    topics = ["书法", "登山", "棋类", "志愿服务", "助学", "社区养老", "环境保护", "物流行业", "餐饮行业", "科普"]
    rows = []
    for number, head in enumerate(throw.sample(adults(), 80)):
        prefix = throw.choices(list(kinds), (50, 44, 6))[0]
        kind, word = kinds[prefix]
        rows.append(
            {
                "xinyong_daima": credit_code(prefix, f"MJ0DM{number:03d}"),
                "mingcheng": f"示例市{BRANDS[number % len(BRANDS)]}{topics[number % len(topics)]}{word}",
                "leibie": kind,
                "fuzeren": head.name,
                "zhusuo": spot(throw).address,
                "chengli_riqi": AS_OF - timedelta(days=throw.randint(60, 6000)),
                "zhuangtai": throw.choices(("1", "4"), (95, 5))[0],
            }
        )
    return pl.DataFrame(rows)


FRAMES: Final[Mapping[str, Callable[[], pl.DataFrame]]] = {
    "daolu-yunshu-xuke": _hauliers,
    "zhongdian-paiwu": _polluters,
    "tudi-gongying": _plots,
    "shangpinfang-yushou": _presales,
    "shehui-zuzhi": _associations,
}
"""Maker of the rows of each entry."""
