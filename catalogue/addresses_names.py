"""Names of places: specific part and generic part, and how well a written generic part fits the standard one.

A name is looked up by its specific part (大孟 of 大孟镇); what is written behind it decides the fit, so that 大孟乡 of
an old document still finds 大孟镇, and 金水路 never finds 金水区. Pure rules, no I/O.
"""

from __future__ import annotations

import re
from typing import Final

from catalogue.addresses import Level, Place
from catalogue.addresses_text import folded, spelled

_NATIONS: Final = (
    "(?:壮族|回族|维吾尔|蒙古族?|满族|朝鲜族|苗族|侗族|土家族|彝族|藏族|瑶族|白族|哈萨克|畲族|羌族|傣族|黎族|各族)*"
)
_GENERIC: Final = {
    Level.PROVINCE: re.compile(rf"(?:省|市|{_NATIONS}自治区|特别行政区)$"),
    Level.CITY: re.compile(rf"(?:市|地区|盟|{_NATIONS}自治州)$"),
    Level.COUNTY: re.compile(rf"(?:{_NATIONS}(?:区|自治县|县|市|旗|自治旗))$"),
    Level.TOWN: re.compile(rf"(?:街道办事处|街道|镇|{_NATIONS}(?:民族)?乡|苏木)$"),
    Level.VILLAGE: re.compile(
        r"(?:社区居民委员会|社区居委会|社区村委会|居民委员会|居委会|村民委员会|村委会|社区|村|居)$"
    ),
}
_ZONE: Final = re.compile(
    r"(?P<city>.{2,4}?)(?P<rest>(?:高新|经济|航空港|现代|先进|国家|工业|产业|城乡|化工|精细|濮东|新区.).*)$"
)
_ZONE_WORDS: Final = (
    (
        re.compile("高新技术产业开发区"),
        ("高新技术产业开发区", "高新技术开发区", "高新开发区", "高新区", "高新产业开发区"),
    ),
    (re.compile("经济技术开发区"), ("经济技术开发区", "经济开发区", "经开区", "经济技术产业开发区")),
    (re.compile("航空港经济综合实验区"), ("航空港经济综合实验区", "航空港综合实验区", "航空港实验区", "航空港区")),
    (re.compile("城乡一体化示范区"), ("城乡一体化示范区", "示范区")),
)
_ALONE: Final = 4
"""Up to here a bare name of a county stands alone at the beginning: 老城, 中原 and the like are too common there."""
_STOP: Final = (
    r"[县市区镇乡]|[东西南北中前后内外新老]?(?:环|[一二三四五六七八九十]+)?[东西南北中]?"
    r"(?:大道|大街|路|街|巷|弄|胡同|里(?!\d)|道|公路|小区|花园|家园|公寓|大厦|广场|商城|市场|新村|新城|城|厂|公司|中学|"
    r"大学|学院|学校|小学|医院|宾馆|酒店|饭店|大酒店|工业|产业|开发|桥|站|宫|楼|苑|园|庄园|国际|集团|银行|商场|山庄|口)"
)
BARE_GUARD: Final = re.compile(_STOP)
"""What must not follow a name written without its generic part: it would be part of another name."""
BARE_END: Final = re.compile(
    r"$|[,、]|\d+(?:组|队|号)|[东西南北]$|(?:街|集|行政村|自然村)$|[一-龥]{1,3}(?:组|队)$|院内|路口"
)
"""What may follow the bare name of a town or village."""

_WRITTEN: Final = {
    Level.PROVINCE: ("维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "省", "市"),
    Level.CITY: ("市", "地区", "朝鲜族自治州", "自治州", "州", "盟"),
    Level.COUNTY: ("回族自治县", "满族自治县", "自治县", "回族区", "区", "县", "市", "旗"),
    Level.TOWN: ("街道", "满族乡", "回族乡", "朝鲜族乡", "蒙古族乡", "民族乡", "镇", "乡", "办", "公社", "苏木"),
    Level.VILLAGE: (
        "社区居民委员会",
        "社区居委会",
        "居民委员会",
        "居委会",
        "村民委员会",
        "村委会",
        "村委",
        "社区",
        "行政村",
        "自然村",
        "大队",
        "村",
    ),
}


def stems(place: Place) -> list[tuple[str, str, float]]:
    """Return (specific part, generic part, fit) by which a place can be found; no generic part: taken as written."""
    names = [(place.name, 1.0), *((alias, 0.95) for alias in place.aliases)]
    found: list[tuple[str, str, float]] = []
    for name, fit in names:
        found.extend(_stems_of(spelled(folded(name)), place.level, fit))
    return list({(stem, generic): (stem, generic, fit) for stem, generic, fit in reversed(found)}.values())


def _stems_of(name: str, level: Level, fit: float) -> list[tuple[str, str, float]]:
    if level >= Level.STREET:
        return [(name, "", fit)]
    if name in {"市辖区", "县"} or "直辖县级" in name:
        return []
    if level is Level.COUNTY and (zone := _ZONE.match(name)) is not None:
        return _zone_stems(name, zone, fit)
    generic = _GENERIC[level].search(name)
    if generic is None or generic.start() == 0:
        return [(name, "", fit)]
    return [(name[: generic.start()], generic[0], fit)]


def _zone_stems(name: str, zone: re.Match[str], fit: float) -> list[tuple[str, str, float]]:
    """Return the ways in which a function zone is written; its own city in front may be left out."""
    ways = [zone["rest"]]
    for pattern, others in _ZONE_WORDS:
        if pattern.search(zone["rest"]) is not None:
            ways.extend(pattern.sub(other, zone["rest"]) for other in others)
    return [(lead + way, "", fit) for way in [name[len(zone["city"]) :], *ways] for lead in ("", zone["city"])]


def written_generic(level: Level, text: str, at: int) -> str:
    """Return the generic part of this level that stands at a place of a text, the longest; "" where none does."""
    return next((generic for generic in _WRITTEN[level] if text.startswith(generic, at)), "")


def fit_of(level: Level, own: str, found: str, text: str, after: int) -> float:
    """Return how well a written generic part fits; 0.0 where this cannot be the place.

    Args:
        level: level of the place.
        own: its generic part in the standard.
        found: the generic part written; "" where none is.
        text: the whole text in one spelling.
        after: where the text goes on behind it.

    """
    if found:
        return _fit_written(level, own, found, text, after)
    if level in {Level.PROVINCE, Level.CITY}:
        return 0.0 if BARE_GUARD.match(text, after) else 0.95
    if level is Level.COUNTY:
        return 0.0 if BARE_GUARD.match(text, after) else 0.85 if after > _ALONE else 0.55
    is_road = text[after - 1] in "路街巷道弄里" or text[after - 2 : after] == "胡同"
    return 0.75 if not is_road and BARE_END.match(text, after) else 0.0


def _fit_written(level: Level, own: str, found: str, text: str, after: int) -> float:
    if level is Level.TOWN:
        if found == "办" and text.startswith(("公", "理", "厂"), after):
            return 0.0
        if found == "街道" and text.startswith("路", after):
            return 0.0
        kinds = {"街道": "街道", "街道办事处": "街道", "办": "街道", "镇": "镇"}
        return 1.0 if kinds.get(own, "乡") == kinds.get(found, "乡") else 0.92
    if level is Level.VILLAGE:
        is_road = found == "村" and BARE_GUARD.match(text, after) is not None and text[after : after + 1] in "路街大"
        return 0.0 if is_road else 1.0 if ("社区" in own or "居" in own) == ("社区" in found or "居" in found) else 0.93
    if level is Level.COUNTY:
        return 1.0 if own == found or own.endswith(found) else 0.0
    return 1.0 if own == found else 0.0 if level is Level.CITY and found != own[-1:] else 0.97
