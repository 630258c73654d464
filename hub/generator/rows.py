"""Rows as each department's system holds them: residents, marriages, insurance, births, bodies, addresses.

Column names are those of the entries in ``entries/``; their data elements are named there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from hub.generator.names import person_names
from hub.generator.people import DIVORCED, NOBODY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hub.generator.bodies import Bodies
    from hub.generator.people import People
    from hub.generator.places import Rooms

    Numbers = NDArray[np.int64]

RESIDENTS, BIRTHS, DEATHS, MARRIAGES, INSURANCE, BODIES, ADDRESSES = (
    "hecheng-jumin",
    "hecheng-chusheng",
    "hecheng-siwang",
    "hecheng-hunyin",
    "hecheng-canbao",
    "hecheng-zhuti",
    "hecheng-dizhi",
)
RESOURCES: Final = (RESIDENTS, BIRTHS, DEATHS, MARRIAGES, INSURANCE, BODIES, ADDRESSES)

HEAD, SPOUSE, SON, DAUGHTER, FATHER, MOTHER, OTHER = "02", "10", "20", "30", "51", "52", "97"
"""Relation to the head of the household (GB/T 4761-2008)."""

_RECENT: Final = 3
_INSURED: Final = 0.62


@dataclass(slots=True)
class Block:
    """Everything of one block: persons, their rows, the rooms of the households, bodies."""

    people: People
    residents: pl.DataFrame
    rooms: Rooms
    bodies: Bodies
    insurance: pl.DataFrame
    insured: Numbers


def numbers_of(people: People, places: Numbers) -> pl.Series:
    """Return identity numbers of persons by place; null for NOBODY."""
    known = pl.Series(places)
    return pl.select(pl.when(known >= 0).then(people.numbers.gather(known.clip(0)))).to_series()


def names_of(people: People) -> pl.Series:
    """Return the full names of all persons."""
    return person_names(people.surnames, people.given, people.men)


def _relations(people: People) -> NDArray[np.str_]:
    """Return each person's relation to the head of the household."""
    heads = np.flatnonzero(people.head)[people.household]
    me = np.arange(people.count)
    is_child = (people.mother == heads) | (people.father == heads) | (people.mother == people.spouse[heads])
    is_child &= people.mother != NOBODY
    return np.select(
        [heads == me, people.spouse == heads, is_child, people.father[heads] == me, people.mother[heads] == me],
        [HEAD, SPOUSE, np.where(people.men, SON, DAUGHTER), FATHER, MOTHER],
        OTHER,
    )


def residents(people: People, rooms: Rooms, first_household: int, updated: NDArray[np.datetime64]) -> pl.DataFrame:
    """Return the rows of public security, one a person in the order of the places.

    Args:
        people: the persons of a block.
        rooms: the room of each household of the block.
        first_household: running number of the block's first household in the city.
        updated: when each row was last changed.

    """
    home = pl.Series(people.household)
    houses = pl.Series(people.household + first_household).cast(pl.String).str.zfill(11)
    return pl.DataFrame(
        {
            "shenfen_haoma": people.numbers,
            "yuan_haoma": pl.Series([None] * people.count, dtype=pl.String),
            "xingming": names_of(people),
            "cengyong_ming": pl.Series([None] * people.count, dtype=pl.String),
            "xingbie": np.where(people.men, "1", "2").tolist(),
            "minzu": pl.Series(people.ethnic.tolist(), dtype=pl.String),
            "chusheng_riqi": people.born,
            "huji_quhua": rooms.divisions.gather(home),
            "huji_dizhi": rooms.texts.gather(home),
            "dizhi_bianma": rooms.ids.gather(home),
            "huhao": "H" + houses,
            "guanxi": pl.Series(_relations(people).tolist(), dtype=pl.String),
            "hunyin": pl.Series(people.marital).cast(pl.String),
            "fu_haoma": numbers_of(people, people.father),
            "mu_haoma": numbers_of(people, people.mother),
            "jianhuren_haoma": numbers_of(people, people.guardian),
            "renyuan_leibie": pl.Series(["1"] * people.count, dtype=pl.String),
            "siwang_biaoshi": pl.Series(["否"] * people.count, dtype=pl.String),
            "siwang_riqi": pl.Series([None] * people.count, dtype=pl.Date),
            "gengxin_shijian": pl.Series(updated.astype("datetime64[us]")),
        }
    )


def marriages(block: Block, places: Numbers) -> pl.DataFrame:
    """Return the rows of civil affairs for the persons at these places (married or divorced)."""
    people = block.people
    rows: pl.DataFrame = block.residents[places.tolist()]
    return rows.select(
        "shenfen_haoma",
        "xingming",
        hunyin_zhuangtai="hunyin",
        dengji_riqi=pl.Series(people.married[places]),
        peiou_haoma=numbers_of(people, people.spouse[places]),
    )


def registered(people: People) -> Numbers:
    """Return who has a row at civil affairs on the first day: the married and the divorced."""
    return np.flatnonzero((people.spouse != NOBODY) | (people.marital == DIVORCED))


def births(block: Block, first: int) -> pl.DataFrame:
    """Return certificates of children born in the last years; ``first`` is the running number of the first."""
    people = block.people
    young = np.flatnonzero((people.ages < _RECENT) & (people.mother != NOBODY))
    return certificates(block.residents[young.tolist()], first)


def certificates(children: pl.DataFrame, first: int) -> pl.DataFrame:
    """Return birth certificates of rows of residents."""
    numbers = pl.Series(np.arange(first, first + len(children), dtype=np.int64)).cast(pl.String).str.zfill(9)
    return children.select(
        "shenfen_haoma",
        ("C" + numbers).alias("zhengming_bianhao"),
        "xingming",
        "xingbie",
        "chusheng_riqi",
        "mu_haoma",
        "fu_haoma",
    )


def insured(
    people: People, frame: pl.DataFrame, codes: pl.Series, chance: np.random.Generator
) -> tuple[Numbers, pl.DataFrame]:
    """Return who is insured through work, and the rows of human resources."""
    places = np.flatnonzero((people.ages >= 18) & (people.ages < 60) & (chance.random(people.count) < _INSURED))  # noqa: PLR2004 - working age
    if len(codes):
        employers = codes.gather(pl.Series(chance.integers(0, len(codes), len(places))))
    else:
        employers = pl.Series([None] * len(places), dtype=pl.String)
    rows = frame[places.tolist()].select(
        "shenfen_haoma",
        "xingming",
        pl.lit("11").alias("xianzhong"),
        pl.lit("1").alias("canbao_zhuangtai"),
        employers.alias("danwei_daima"),
    )
    return places, rows


def bodies(block: Block, rooms: Rooms, authority: str) -> pl.DataFrame:
    """Return the rows of market regulation."""
    frame = block.bodies.frame
    leaders = block.residents[block.bodies.leaders.tolist()]
    return frame.select(
        tongyi_daima="code",
        mingcheng="name",
        jigou_leixing="kind",
        tongji_fenlei="class",
        fuzeren_xingming=leaders["xingming"],
        fuzeren_zhengjian_leixing=pl.lit("111"),
        fuzeren_haoma=leaders["shenfen_haoma"],
        zhuce_ziben="capital",
        bizhong=pl.lit("CNY"),
        chengli_riqi="founded",
        zhusuo=rooms.texts,
        zhusuo_quhua="division",
        jingying_fanwei=pl.lit("一般项目：按登记的行业开展经营活动"),
        dengji_jiguan=pl.lit(authority),
        dengji_zhuangtai="status",
        hezhun_riqi="approved",
        hangye_daima="industry",
        zhuxiao_riqi="ended",
        shangji_daima="parent",
    )


def addresses(rooms: Rooms) -> pl.DataFrame:
    """Return the rows of the address office: one a room."""
    return pl.DataFrame(
        {
            "dizhi_bianma": rooms.ids,
            "quhua": rooms.divisions,
            "quanwen": rooms.texts,
            "jielu": rooms.streets,
            "menpai": rooms.doors + "号",
            "loudong": rooms.flats["b"].cast(pl.String) + "号楼",
            "danyuan": rooms.flats["u"].cast(pl.String) + "单元",
            "shi": rooms.flats["f"] + "室",
        }
    )
