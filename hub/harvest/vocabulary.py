"""The words catalogues use for update cycles, openness, formats and themes, and the codes they come to.

A word that is in no list keeps its text and has no code: nothing is guessed. Codes are those of
``catalogue_update_cycle``, ``catalogue_open_type``, ``catalogue_resource_format`` and ``catalogue_resource_class``
(guide 发改高技〔2017〕1272号); DCAT words are those of the EU frequency list and of ISO 8601 repeats. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from policies.facts import OpenType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OTHER: Final = "99"
_QUOTES: Final = "‘’“”'\"「」 \t"


def _table(rows: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType({word: code for code, words in rows.items() for word in words.split("|")})


_CYCLES: Final = _table(
    {
        "1": "实时|即时|动态|r/pt1s|cont|update_cont|continuous|real time|realtime|continual",
        "2": "每日|每天|按日|按天|日|天|1天|r/p1d|daily|每工作日",
        "3": "每周|按周|周|一周|r/p1w|r/p7d|weekly",
        "4": "每月|按月|月|月度|一月|r/p1m|monthly",
        "5": "每季度|每季|按季|按季度|季|季度|r/p3m|quarterly",
        "6": "每年|按年|年|年度|每一年|一年|r/p1y|r/p12m|annual|annually|yearly",
        "7": "每小时|按小时|小时|r/pt1h|hourly",
        "8": "每旬|按旬|旬|monthly_3",
        "9": "每半年|半年|按半年|半年度|r/p6m|annual_2|semiannual|semi-annual|biannual|biannually",
        "10": "不定期|按需|适时|根据需要|irreg|irregular|eventual|as needed|asneeded|unscheduled",
        "11": "不更新|一次性|静态|never|notplanned|not planned|static|not updated",
        OTHER: (
            "其他|其它|other|每两年|两年|每三年|每五年|每两周|每双月|每四年|biennial|triennial|bimonthly|biweekly|weekly_2"
            "|r/p2y|r/p3y|r/p4y|r/p5y|r/p10y|r/p2w|r/p0.5m|r/p2m|r/p4m|r/p3.5d|r/p0.33m|r/p0.33w|bidecennial|decennial"
        ),
    }
)
_OPENNESS: Final = MappingProxyType(
    {
        OpenType.UNCONDITIONAL: frozenset({"无条件开放", "无条件", "普遍开放", "完全开放", "public", "1"}),
        OpenType.CONDITIONAL: frozenset(
            {"有条件开放", "有条件", "依申请开放", "受限开放", "实名注册用户可下载", "普通公开,简单注册用户可下载"}
            | {"登录开放", "restricted", "restricted public", "2"}
        ),
        OpenType.CLOSED: frozenset({"不予开放", "不开放", "暂不开放", "non-public", "non_public", "3"}),
    }
)
_PLAINLY: Final = frozenset({"无条件开放", "有条件开放", "public", "1", "2", "restricted", "restricted public"})
"""Words that say no more than the class itself; others are kept as the condition."""
_FORMATS: Final = _table(
    {
        "0101": "ofd",
        "0102": "wps",
        "0103": "xml|text/xml|application/xml",
        "0104": "txt|text/plain",
        "0105": "doc|application/msword",
        "0106": "docx|application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "0107": "html|htm|text/html|web page|html_simpl",
        "0108": "pdf|application/pdf",
        "0109": "ppt|pptx",
        "0201": "et",
        "0202": "xls|application/vnd.ms-excel",
        "0203": "xlsx|excel|application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "0204": "csv|text/csv|tsv|text/tab-separated-values",
        "0299": "ods|application/vnd.oasis.opendocument.spreadsheet",
        "0303": "mdb|accdb",
        "0304": "dbf",
        "0401": "jpg|jpeg|image/jpeg",
        "0404": "tiff|geotiff|tif",
        "0499": "png|image/png|svg",
        "0602": "gpkg|geopackage",
        "0603": "geojson|application/geo+json|application/vnd.geo+json|arcgis geojson",
        "0604": "shp|shapefile|esri shapefile",
        "0605": "json|application/json|text/json",
        "0699": (
            "rdf|rdf_xml|rdf/xml|ttl|turtle|json-ld|jsonld|kml|gml|parquet|application/rdf+xml"
            "|application/vnd.google-earth.kml+xml"
        ),
        "07": "api|wms|wfs|wmts|rest|service|esri rest|arcgis geoservices rest api|ogc wms|ogc wfs|odata|sparql",
    }
)
_THEMES: Final = _table(
    {
        "201": "医疗卫生|卫生健康|医疗健康|卫生|健康卫生",
        "202": "住房服务|住房保障",
        "203": "社会保障|社会保险",
        "204": "药品安全|药品监管",
        "205": "食品安全",
        "206": "安全生产",
        "207": "价格监管|物价",
        "208": "金融监管",
        "209": "能源安全",
        "210": "信用服务|社会信用|信用体系",
        "211": "生态环境|环境保护|生态环保",
        "216": "投资审批|投资项目",
        "217": "公共资源交易",
    }
)


@dataclass(frozen=True, slots=True)
class Openness:
    """The class a word comes to, and what of it is kept as condition; ``is_known`` False: the word says neither."""

    type: OpenType
    condition: str
    is_known: bool


def folded(text: str) -> str:
    """Return a word for comparison: half-width, lower case, without quotation marks and blanks around it."""
    return unicodedata.normalize("NFKC", text).strip(_QUOTES).lower()


def cycle_of(text: str) -> str | None:
    """Return the code of an update cycle; None where the word is in no list. Addresses are read by their last part."""
    word = folded(text)
    last = word.rpartition("/")[2] if word.startswith("http") else word
    return _CYCLES.get(last) or _CYCLES.get(last.removesuffix("更新"))


def openness_of(text: str, unstated: OpenType) -> Openness:
    """Return how open a dataset is; a word of another vocabulary (无条件共享) opens nothing.

    Args:
        text: the source's word.
        unstated: what holds where the source says nothing, as the registration of the source states it.

    """
    word = folded(text)
    for kind, words in _OPENNESS.items():
        if word in words:
            return Openness(kind, "" if word in _PLAINLY else text.strip(), is_known=True)
    if not word:
        return Openness(unstated, "", is_known=False)
    return Openness(max(unstated, OpenType.CONDITIONAL), text.strip()[:200], is_known=False)


def formats_of(texts: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the codes of formats, and the words that have none."""
    codes: list[str] = []
    unknown: list[str] = []
    for text in texts:
        word = folded(text).removeprefix(".")
        last = word.rpartition("/")[2] if word.startswith("http") else word
        code = _FORMATS.get(last) or _FORMATS.get(last.rpartition("/")[2])
        if code is not None:
            codes.append(code)
        else:
            unknown.append(text)
    return tuple(dict.fromkeys(codes)), tuple(dict.fromkeys(unknown))


def class_path_of(themes: Iterable[str], more: Mapping[str, str]) -> tuple[str, ...]:
    """Return the class of the tree where exactly one is sure, from the top down; empty otherwise.

    ``more`` are the source's own words with their codes; they come before the common ones.
    """
    found = {more.get(theme) or _THEMES.get(theme) for theme in themes} - {None}
    if len(found) != 1:
        return ()
    code = str(found.pop())
    return (code[0],) if len(code) == 1 else (code[0], code)


_HAN_DATE: Final = re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日?")
_DATE: Final = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?![0-9])")
_PACKED: Final = re.compile(r"([12][0-9]{3})([0-9]{2})([0-9]{2})(?![0-9])")


def date_parts(text: str) -> tuple[int, int, int] | None:
    """Return year, month and day a text begins with, however they are written; None where it begins with no date."""
    plain = unicodedata.normalize("NFKC", text).strip()
    match = _HAN_DATE.match(plain) or _DATE.match(plain) or _PACKED.match(plain)
    return None if match is None else (int(match[1]), int(match[2]), int(match[3]))
