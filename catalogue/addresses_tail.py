"""What stands below a street: door plate, building, unit, floor, room, and words that only say where it is near.

A text that is *at the crossing of*, *opposite*, *n metres east of* something is not that something: its numbers are
not taken as its own. Normal forms: door ``88``, ``88-1`` (附1号), ``1444L180`` (1444弄180号), building ``9``, ``A``,
unit ``2``, floor ``12``, ``-1``, room ``1004``. Pure functions, no I/O.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from catalogue.addresses import Parts, Relation

_CROSSING: Final = re.compile(
    r"交叉|交汇|交口|相交|交界|交会|路口|道口|街口|口[东西南北]|[与和及][^\d,、]{1,9}(?:路|街|道)"
)
_OPPOSITE: Final = re.compile(r"(?:斜)?对(?:面|过|门)")
_OFFSET: Final = re.compile(
    r"(?:以|向|往|朝)?[东西南北]{0,2}(?:侧|行|面|边)?(?:约)?\d+\.?\d*(?:多)?(?:米|M(?![A-Z])|公里|KM|里(?!\d))"
    r"|以[东西南北]{1,2}|往[东西南北]|迤[东西南北]"
)
_NEAR: Final = re.compile(r"附近|隔壁|旁边?|(?<=[^路段侧区])[东西南北](?:邻|临|隔壁)|紧邻|毗邻")
_BESIDE: Final = re.compile(r"[东西南北]{1,2}(?:侧|边|面|头|邻|隔壁)")
_LANE: Final = r"(?P<lane>\d+)弄"
_DOOR: Final = re.compile(
    rf"(?:{_LANE}(?:内)?)?(?P<head>[甲乙丙丁])?(?P<number>\d+[A-Z]?)(?P<sub>(?:[-之、,]\d+[A-Z]?)*)(?P<tail>[甲乙丙丁])?"
    r"号(?:院)?(?:附(?P<annex>\d+)号?|-(?P<dash>\d+)号?(?![层楼室]))?"
    r"(?!楼|线|路|桥|地铁|井|商铺|铺|车间|房(?!产)|厂房|库|门面|摊|门店|柜|厅|营业|地块|单元)"
    r"|(?P<only>\d+)弄"
)
_BUILDING: Final = re.compile(
    r"(?P<number>\d+[A-Z]?(?:-\d+)?|[A-Z]\d{0,2}|[甲乙丙丁东西南北中主])号楼|(?P<tower>[东西南北主副])楼(?!\d*室)"
)
_UNIT: Final = re.compile(r"(?P<number>\d+|[东西中南北]|[A-Z])单元|(?P<gate>\d+)门(?![面市店牌头])")
_FLOOR: Final = re.compile(r"(?P<under>负|地下|-)?(?P<number>\d+)(?:-\d+)?(?:层|楼(?![东西南北]?单元)|F(?![A-Z\d]))")
_ROOM: Final = re.compile(r"(?P<number>[A-Z]{0,2}\d{1,6}(?:-\d+)*[A-Z]?)(?:室|房(?!产|地)|户|号(?!楼|院|线|路))")
_ROOM_BARE: Final = re.compile(r"^(?P<number>[A-Z]?\d{3,5}[A-Z]?)(?:$|[,、])|^(?P<side>[东西南北中]{1,2})户")
_BETWEEN: Final = re.compile(
    r"^(?:[东西南北中]{1,2}段|段|路段|[上下]段|沿线|内|院内|"
    r"路?[东西南北]{1,2}(?:侧|边|面|段)?(?!\d*米)(?=\d|[A-Z]\d|甲|乙)|"
    r"[东西南北](?=\d)|[东西南北]侧|路[东西南北]|[、,-])+"
)
_OTHER_STREET: Final = re.compile(r"[一-龥]{2,6}(?:大道|大街|路|街|巷|胡同)(?![东西南北]侧)")
_NAME_BETWEEN: Final = 14
"""Longest name of a compound between a street and its door plate."""


@dataclass(frozen=True, slots=True)
class Tail:
    """Parts below a street, how the text places itself beside it, and what was not needed."""

    parts: Parts
    relation: Relation | None = None
    unread: str = ""
    is_elsewhere: bool = False
    """The text goes on with another street that is not known: the first one is only its surroundings."""


def parsed_tail(text: str) -> Tail:
    """Read what stands behind a street (or a village, or an estate) in one spelling."""
    rest = _BETWEEN.sub("", text)
    door = _DOOR.search(rest)
    lead = rest[: door.start()] if door is not None else rest
    relation = _relation(lead)
    if relation is not None:
        return Tail(Parts(), relation, text)
    if _OTHER_STREET.search(lead) is not None:
        return Tail(Parts(), None, text, is_elsewhere=True)
    if door is None or len(lead) > _NAME_BETWEEN or _is_inside(lead):
        parts, unread = _inner(rest)
        return Tail(parts, None, unread)
    behind = rest[door.end() :]
    relation = Relation.NEAR if _BESIDE.match(behind) is not None else _relation(behind[:8])
    if relation is not None:
        return Tail(Parts(), relation, text)
    parts, unread = _inner(behind)
    return Tail(replace(parts, door=door_number(door)), None, (lead + unread).strip("-,、"))


def _is_inside(lead: str) -> bool:
    """Tell whether a number stands behind a building or a floor, so that it is a room and no door plate."""
    return _BUILDING.search(lead) is not None or _FLOOR.search(lead) is not None or _UNIT.search(lead) is not None


def _relation(text: str) -> Relation | None:
    for pattern, relation in (
        (_CROSSING, Relation.CROSSING),
        (_OPPOSITE, Relation.OPPOSITE),
        (_OFFSET, Relation.OFFSET),
        (_NEAR, Relation.NEAR),
    ):
        if pattern.search(text) is not None:
            return relation
    return None


def door_number(found: re.Match[str]) -> str:
    """Return a door plate in normal form."""
    lane = found["lane"]
    if found["only"] is not None:
        return f"{int(found['only'])}L"
    number = found["number"].lstrip("0") or "0"
    text = (found["head"] or "") + number + (found["tail"] or "")
    text += re.sub(r"[之、,]", "-", found["sub"] or "")
    annex = found["annex"] or found["dash"]
    if annex is not None:
        text += f"-{int(annex)}"
    return f"{int(lane)}L{text}" if lane else text


def _inner(text: str) -> tuple[Parts, str]:
    """Return building, unit, floor and room in the order in which they stand, and what lies between them."""
    values = {"building": "", "unit": "", "floor": "", "room": ""}
    at, unread = 0, []
    for name, pattern in (("building", _BUILDING), ("unit", _UNIT), ("floor", _FLOOR), ("room", _ROOM)):
        found = pattern.search(text, at)
        if found is None or (found.start() - at > _NAME_BETWEEN):
            continue
        unread.append(text[at : found.start()])
        values[name] = _value(name, found)
        at = found.end()
    rest = text[at:]
    if not values["room"] and at and (bare := _ROOM_BARE.match(rest)) is not None:
        values["room"] = bare["number"] or bare["side"] + "户"
        rest = rest[bare.end() :]
    return Parts("", **values), "".join([*unread, rest])


def _value(name: str, found: re.Match[str]) -> str:
    groups = found.groupdict()
    number = next((groups[key] for key in ("number", "tower", "gate") if groups.get(key)), "")
    if name == "floor":
        return ("-" if groups["under"] else "") + str(int(number))
    return number.lstrip("0") or number
