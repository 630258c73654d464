"""Three hundred invented firms and what is registered, licensed, fined and reported of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

import polars as pl

from hub.demo.names import brand
from hub.demo.numbers import credit_code, dice
from hub.demo.people import AS_OF, adults
from hub.demo.places import spot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hub.demo.people import Person
    from hub.demo.places import Spot

COUNT: Final = 300
ACTIVE: Final = "1"
BUREAU: Final = "示例市市场监督管理局"
_TRADES: Final = (
    ("食品", "14", "食品生产；食品销售"),
    ("机械", "34", "通用设备制造；机械零部件销售"),
    ("科技", "65", "软件开发；信息技术咨询服务"),
    ("商贸", "52", "日用百货销售；互联网销售"),
    ("建设", "47", "房屋建筑工程施工；建筑材料销售"),
    ("物流", "54", "道路货物运输；仓储服务"),
    ("纺织", "17", "纺织品制造；针纺织品销售"),
    ("医药", "27", "药品生产；医疗器械销售"),
    ("置业", "70", "房地产开发经营；物业管理"),
    ("环保", "77", "环境治理服务；水污染防治"),
)
_KINDS: Final = {"119": 62, "112": 25, "129": 6, "140": 5, "150": 2}
_STATES: Final = {"1": 92, "4": 4, "2": 2, "7": 2}
_SHOPS: Final = (
    ("面馆", "62"),
    ("便利店", "52"),
    ("水果店", "52"),
    ("理发店", "80"),
    ("修理部", "81"),
    ("早餐店", "62"),
)


@dataclass(frozen=True, slots=True)
class Firm:
    """One firm; ``trade`` names its line, ``industry`` is a division of GB/T 4754."""

    code: str
    name: str
    kind: str
    head: Person
    capital: float
    founded: date
    where: Spot
    trade: str
    industry: str
    scope: str
    state: str


@cache
def firms() -> tuple[Firm, ...]:
    """Return the firms in the order of their registration."""
    throw = dice("qiye-dengji")
    heads = throw.sample(adults(), COUNT)
    found = []
    for number, head in enumerate(heads):
        trade, industry, scope = _TRADES[number % len(_TRADES)]
        kind = throw.choices(list(_KINDS), list(_KINDS.values()))[0]
        form = {"129": "股份有限公司", "140": "工作室", "150": "合伙企业（有限合伙）"}.get(kind, "有限公司")
        youngest = head.born + timedelta(days=365 * 20)
        found.append(
            Firm(
                code=credit_code("91", f"MA0DT{number:03d}"),
                name=f"示例市{brand(throw, number)}{trade}{form}",
                kind=kind,
                head=head,
                capital=float(throw.choice((10, 50, 100, 200, 500, 1000, 3000, 5000))),
                founded=max(youngest, AS_OF - timedelta(days=throw.randint(40, 7000))),
                where=spot(throw),
                trade=trade,
                industry=industry,
                scope=scope,
                state=throw.choices(list(_STATES), list(_STATES.values()))[0],
            )
        )
    return tuple(found)


def _registered() -> pl.DataFrame:
    throw = dice("qiye-dengji days")
    return pl.DataFrame(
        [
            {
                "xinyong_daima": firm.code,
                "qiye_mingcheng": firm.name,
                "qiye_leixing": firm.kind,
                "fading_daibiaoren": firm.head.name,
                "fading_daibiaoren_zhengjian": firm.head.number,
                "zhuce_ziben": firm.capital,
                "chengli_riqi": firm.founded,
                "zhusuo": firm.where.address,
                "hangye_daima": firm.industry,
                "jingying_fanwei": f"{firm.scope}。（依法须经批准的项目，经批准后方可开展经营活动）",
                "dengji_zhuangtai": firm.state,
                "hezhun_riqi": min(AS_OF, firm.founded + timedelta(days=throw.randint(0, 900))),
            }
            for firm in firms()
        ]
    )


def _shops() -> pl.DataFrame:
    throw = dice("geti-gongshanghu")
    rows = []
    for number, owner in enumerate(throw.sample(adults(), 200)):
        shop, industry = throw.choice(_SHOPS)
        rows.append(
            {
                "xinyong_daima": credit_code("92", f"MA0DG{number:03d}"),
                "mingcheng": f"示例市{owner.name[0]}记{brand(throw, number)}{shop}",
                "jingyingzhe": owner.name,
                "jingying_changsuo": spot(throw).street,
                "hangye_daima": industry,
                "chengli_riqi": AS_OF - timedelta(days=throw.randint(30, 4000)),
                "dengji_zhuangtai": throw.choices(("1", "4"), (94, 6))[0],
            }
        )
    return pl.DataFrame(rows)


def _licences() -> pl.DataFrame:
    throw = dice("xingzheng-xuke")
    kinds = ("食品经营许可", "药品经营许可", "特种设备使用登记", "计量标准核准", "广告发布登记")
    rows = []
    for number, firm in enumerate(throw.choices(firms(), k=160), start=1):
        day = AS_OF - timedelta(days=throw.randint(1, 700))
        kind = throw.choice(kinds)
        rows.append(
            {
                "wenshu_hao": f"示市监许〔{day.year}〕{number}号",
                "xiangduiren": firm.name,
                "xiangduiren_daima": firm.code,
                "xuke_leibie": "登记" if kind.endswith("登记") else "普通",
                "xuke_neirong": kind,
                "jueding_riqi": day,
                "youxiaoqi_zhi": day.replace(year=day.year + 5, day=min(day.day, 28)),
                "jiguan": BUREAU,
            }
        )
    return pl.DataFrame(rows)


def _penalties() -> pl.DataFrame:
    throw = dice("xingzheng-chufa")
    acts = (
        ("销售超过保质期的食品", "食品安全法 第一百二十四条"),
        ("未按规定明码标价", "价格法 第四十二条"),
        ("发布虚假广告", "广告法 第五十五条"),
        ("使用未经检定的计量器具", "计量法 第二十五条"),
    )
    rows = []
    for number, firm in enumerate(throw.sample(firms(), 60), start=1):
        act, basis = throw.choice(acts)
        day = AS_OF - timedelta(days=throw.randint(1, 700))
        rows.append(
            {
                "wenshu_hao": f"示市监罚〔{day.year}〕{number}号",
                "dangshiren": firm.name,
                "dangshiren_daima": firm.code,
                "weifa_shishi": act,
                "chufa_yiju": basis,
                "fakuan": float(throw.randrange(1000, 60000, 500)),
                "jueding_riqi": day,
                "jiguan": BUREAU,
            }
        )
    return pl.DataFrame(rows)


def _reports() -> pl.DataFrame:
    throw = dice("qiye-nianbao")
    rows = []
    for firm in throw.sample([firm for firm in firms() if firm.state == ACTIVE], 200):
        assets = round(firm.capital * throw.uniform(0.8, 6), 2)
        rows.append(
            {
                "xinyong_daima": firm.code,
                "niandu": AS_OF.year - 1,
                "tongxin_dizhi": firm.where.address,
                "jingying_zhuangtai": throw.choices(("开业", "歇业"), (96, 4))[0],
                "congye_renshu": throw.randint(2, 260),
                "zichan_zonge": assets,
                "yingye_shouru": round(assets * throw.uniform(0.1, 2.2), 2),
            }
        )
    return pl.DataFrame(rows)


def _samples() -> pl.DataFrame:
    throw = dice("shipin-choujian")
    foods = (
        ("鲜面条", "粮食加工品"),
        ("酱油", "调味品"),
        ("纯牛奶", "乳制品"),
        ("韭菜", "食用农产品"),
        ("绿茶", "茶叶"),
    )
    makers = [firm for firm in firms() if firm.trade == "食品"]
    rows = []
    for number in range(1, 121):
        food, group = throw.choice(foods)
        is_bad = throw.random() < 0.05  # noqa: PLR2004 - about one sample in twenty fails
        rows.append(
            {
                "chouyang_bianhao": f"CJ{AS_OF.year - 1}S{number:04d}",
                "shipin_mingcheng": food,
                "shipin_dalei": group,
                "shengchan_qiye": throw.choice(makers).name,
                "chouyang_riqi": AS_OF - timedelta(days=throw.randint(5, 360)),
                "jielun": "不合格" if is_bad else "合格",
                "buhege_xiangmu": throw.choice(("菌落总数", "苯甲酸")) if is_bad else None,
            }
        )
    return pl.DataFrame(rows, infer_schema_length=None)


FRAMES: Final[Mapping[str, Callable[[], pl.DataFrame]]] = {
    "qiye-dengji": _registered,
    "geti-gongshanghu": _shops,
    "xingzheng-xuke": _licences,
    "xingzheng-chufa": _penalties,
    "qiye-nianbao": _reports,
    "shipin-choujian": _samples,
}
"""Maker of the rows of each entry on firms that the market regulator keeps."""
