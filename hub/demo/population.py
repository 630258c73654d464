"""Rows of the entries on persons: residents, permits, marriages, assistance, insurance, work, pupils, homes.

All persons come from :mod:`hub.demo.people`, so that the same person is found in every register. Columns are
those of the entries; values are typed as a department's system would hold them.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

import polars as pl

from hub.demo.firms import firms
from hub.demo.names import FORMS
from hub.demo.numbers import dice
from hub.demo.people import AS_OF, NEVER, adults, newcomers, residents
from hub.demo.schools import schools

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hub.demo.people import Person

_SCHOOL_YEARS: Final = range(6, 18)
_PRIMARY, _JUNIOR = 12, 15
"""Pupils are at primary school below 12 and at junior secondary school below 15 years."""


def _residents() -> pl.DataFrame:
    throw = dice("changzhu-renkou")
    return pl.DataFrame(
        [
            {
                "shenfen_haoma": person.number,
                "xingming": person.name,
                "xingbie": "1" if person.is_man else "2",
                "minzu": person.ethnic,
                "chusheng_riqi": person.born,
                "siwang_biaoshi": person.is_dead,
                "huji_quhua": person.home.district.code if person.home is not None else None,
                "huji_dizhi": person.address,
                "huhao": f"H410199{person.household:05d}",
                "yu_huzhu_guanxi": person.relation,
                "lianxi_dianhua": person.phone or None,
                "gengxin_shijian": datetime.combine(
                    AS_OF - timedelta(days=throw.randint(1, 300)), time(throw.randint(8, 17), throw.randint(0, 59))
                ),
            }
            for person in residents()
        ],
        infer_schema_length=None,
    )


def _permits() -> pl.DataFrame:
    throw = dice("juzhuzheng")
    days = [AS_OF - timedelta(days=throw.randint(10, 360)) for _ in newcomers()]
    return pl.DataFrame(
        [
            {
                "juzhuzheng_haoma": f"JZ410199{day.year}{number:06d}",
                "shenfen_haoma": person.number,
                "xingming": person.name,
                "juzhu_dizhi": person.address,
                "qianfa_riqi": day,
                "youxiaoqi_zhi": day + timedelta(days=365),
            }
            for number, (person, day) in enumerate(zip(newcomers(), days, strict=True), start=1)
        ]
    )


def _marriages() -> pl.DataFrame:
    """Return one row for everybody whose state rests on a registration; the never married are not in it."""
    return pl.DataFrame(
        [
            {
                "shenfen_haoma": person.number,
                "xingming": person.name,
                "hunyin_zhuangtai": person.marital,
                "dengji_riqi": person.registered,
                "dengji_jiguan": f"{person.home.district.name}婚姻登记处" if person.home is not None else None,
                "peiou_xingming": person.spouse.name if person.spouse is not None else None,
                "peiou_shenfen_haoma": person.spouse.number if person.spouse is not None else None,
            }
            for person in residents()
            if person.marital != NEVER
        ],
        infer_schema_length=None,
    )


def _assistance() -> pl.DataFrame:
    throw = dice("dibao-duixiang")
    homes = sorted(throw.sample(range(1, residents()[-1].household + 1), 24))
    amounts = {home: float(throw.randrange(600, 2400, 20)) for home in homes}
    starts = {home: date(AS_OF.year - throw.randint(1, 4), throw.randint(1, 12), 1) for home in homes}
    return pl.DataFrame(
        [
            {
                "shenfen_haoma": person.number,
                "xingming": person.name,
                "dibao_biaoshi": True,
                "baozhang_kaishi": starts[person.household],
                "yue_baozhangjin": amounts[person.household],
            }
            for person in residents()
            if person.household in amounts and not person.is_dead
        ]
    )


def _insurance() -> pl.DataFrame:
    throw = dice("shebao-canbao")
    rows = []
    for person in adults():
        employer = throw.choice(firms()).code if throw.random() < 0.7 else None  # noqa: PLR2004
        first = person.born + timedelta(days=365 * 22 + throw.randint(0, 700))
        base = float(throw.randrange(3600, 16000, 100)) if employer is not None else None
        kinds = ("企业职工基本养老保险", "失业保险") if employer is not None else ("城乡居民基本养老保险",)
        rows += [
            {
                "shenfen_haoma": person.number,
                "xingming": person.name,
                "canbao_xianzhong": kind,
                "canbao_zhuangtai": throw.choices(("正常参保", "暂停缴费"), (92, 8))[0],
                "danwei_daima": employer,
                "canbao_riqi": min(first, AS_OF),
                "jiaofei_jishu": base,
            }
            for kind in kinds
        ]
    return pl.DataFrame(rows, infer_schema_length=None)


def _work() -> pl.DataFrame:
    throw = dice("jiuye-dengji")
    people = throw.sample(adults(), 200)
    kinds = throw.choices(("就业登记", "失业登记"), (75, 25), k=len(people))
    return pl.DataFrame(
        [
            {
                "shenfen_haoma": person.number,
                "xingming": person.name,
                "dengji_leixing": kind,
                "dengji_riqi": AS_OF - timedelta(days=throw.randint(5, 700)),
                "jiuye_kunnan": kind == "失业登记" and throw.random() < 0.3,  # noqa: PLR2004
            }
            for person, kind in zip(people, kinds, strict=True)
        ]
    )


def _pupils() -> pl.DataFrame:
    throw = dice("xueji")
    rows = []
    pupils = [person for person in residents() if person.age() in _SCHOOL_YEARS and person.guardian is not None]
    for number, person in enumerate(pupils, start=1):
        years = person.age()
        stage = "小学" if years < _PRIMARY else "初中" if years < _JUNIOR else "高中"
        started = {"小学": 6, "初中": 12, "高中": 15}[stage]
        rows.append(
            {
                "xueji_hao": f"XJ{AS_OF.year - (years - started)}A{number:05d}",
                "shenfen_haoma": person.number,
                "xingming": person.name,
                "xuexiao_bianma": throw.choice([school for school in schools() if school.stage == stage]).code,
                "nianji": FORMS[years - _SCHOOL_YEARS.start],
                "ruxue_riqi": date(AS_OF.year - 1 - (years - started), 9, 1),
                "jianhuren_shenfen": person.guardian.number if person.guardian is not None else None,
            }
        )
    return pl.DataFrame(rows)


def _homes() -> pl.DataFrame:
    throw = dice("budongchan-dengji")
    owners: list[Person] = throw.sample([person for person in adults() if person.relation == "户主"], 300)
    return pl.DataFrame(
        [
            {
                "danyuan_hao": f"{owner.home.district.code}001{number % 9 + 1:03d}GB{number:05d}F{number:08d}",
                "quanliren": owner.name,
                "quanliren_zhengjian": owner.number,
                "zuoluo": owner.address,
                "yongtu": throw.choices(("城镇住宅", "商业服务"), (95, 5))[0],
                "mianji": round(throw.uniform(48, 145), 2),
                "dengji_riqi": AS_OF - timedelta(days=throw.randint(30, 4000)),
            }
            for number, owner in enumerate(owners, start=1)
            if owner.home is not None
        ]
    )


FRAMES: Final[Mapping[str, Callable[[], pl.DataFrame]]] = {
    "changzhu-renkou": _residents,
    "juzhuzheng": _permits,
    "hunyin-dengji": _marriages,
    "dibao-duixiang": _assistance,
    "shebao-canbao": _insurance,
    "jiuye-dengji": _work,
    "xueji": _pupils,
    "budongchan-dengji": _homes,
}
"""Maker of the rows of each entry on persons."""
