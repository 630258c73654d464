"""Names of providing units as catalogues write them, brought to one form within a source. Pure.

Blanks and brackets are made alike; what every organ in the country is called in full is written in full (人社局); a
name that begins with 市 or 自治区, or has no place at all, gets the place of the source. The source's own aliases come
first. Each source keeps its providers under its own names: the name as it stood is kept in the entry's origin.
"""

from __future__ import annotations

import re
import unicodedata
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_INVISIBLE: Final = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\u00ad\x00-\x1f\x7f-\x9f]")
_BLANKS: Final = re.compile(r"\s+")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_PLACE_BEFORE: Final = re.compile(r"^.{1,12}?(?:省|市|区|县|旗|州|盟|镇|乡|街道|新区|园区|开发区|自贸区)")
_BARE: Final = re.compile(r"^[\u3400-\u9fff]{2,14}(?:局|委|办|厅|会|院|中心|联|室)$")
_SHORT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "人社局": "人力资源和社会保障局",
        "人社厅": "人力资源和社会保障厅",
        "人力资源社会保障局": "人力资源和社会保障局",
        "卫健委": "卫生健康委员会",
        "发改委": "发展和改革委员会",
        "发展改革委": "发展和改革委员会",
        "国资委": "国有资产监督管理委员会",
        "市监局": "市场监督管理局",
        "市监厅": "市场监督管理厅",
        "市场监管局": "市场监督管理局",
        "住建局": "住房和城乡建设局",
        "住建厅": "住房和城乡建设厅",
        "医保局": "医疗保障局",
        "应急局": "应急管理局",
        "残联": "残疾人联合会",
        "文联": "文学艺术界联合会",
    }
)
"""Short names that stand for one full name everywhere; others differ by city and are aliases of a source."""


def provider_name(text: str, place: str, aliases: Mapping[str, str]) -> str:
    """Return the name of a provider in its one form.

    Args:
        text: as the source writes it.
        place: full name of the place the source speaks for (淮北市); empty adds none.
        aliases: the source's own, from a name without blanks to the full name.

    """
    name = _brackets(_BLANKS.sub(" ", _INVISIBLE.sub("", text)).strip())
    if _HAN.search(name):
        name = name.replace(" ", "")
    if name in aliases:
        return aliases[name]
    for short, full in _SHORT.items():
        if name.endswith(short) and not name.endswith(full):
            name = name.removesuffix(short) + full
            break
    return _placed(name, place)


def _placed(name: str, place: str) -> str:
    """Put the place before a name that has none of its own."""
    if not place or not _HAN.search(name):
        return name
    for own in ("自治区", "省", "市", "州", "县", "区"):
        if place.endswith(own) and name.startswith(own) and len(name) > len(own):
            return place + name.removeprefix(own)
    return place + name if _BARE.match(name) and not _PLACE_BEFORE.match(name) else name


def _brackets(name: str) -> str:
    """Write brackets of Chinese names full-width and in pairs."""
    plain = unicodedata.normalize("NFC", name)
    if not _HAN.search(plain):
        return plain
    made = plain.replace("(", "（").replace(")", "）").replace("【", "（").replace("】", "）")
    if made.count("（") != made.count("）"):
        made = made.replace("（", "").replace("）", "")
    return made.replace("（）", "")
