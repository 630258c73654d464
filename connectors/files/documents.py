"""Texts that are documents and no tables, told by how they begin: web pages, XML, RDF, SDMX, labelled corpora.

Each refusal says what the file is and where such a file belongs, or how to get a table of it. What is in doubt is not
refused here: it is read as a table and judged by its columns. Pure: no I/O.
"""

from __future__ import annotations

import re
from typing import Final

from connectors.files.errors import RecordsError, UnsupportedFileError

_AS_TABLE_ZH: Final = "请从业务系统导出 CSV、XLSX、JSON 或 Parquet 后再推送"
_AS_TABLE_EN: Final = "export CSV, XLSX, JSON or Parquet from the source system and push that"
_BY_EXCEL_ZH: Final = "用 Excel 打开后另存为 XLSX，再推送"
_BY_EXCEL_EN: Final = "open it in Excel, save as XLSX, and push that"
_AS_ENTRIES_ZH: Final = "目录不作为数据推送：给其中的每个数据集登记一个目录条目，再推送它的数据文件"
_AS_ENTRIES_EN: Final = (
    "a catalogue is not pushed as data: register an entry for each of its datasets, and push their files"
)
_HTML: Final = (b"<!doctype html", b"<html", b"<table", b"<meta", b"<head")
_DCAT: Final = re.compile(rb"www\.w3\.org/ns/dcat#")
_RDF: Final = re.compile(rb"<rdf:RDF\b|1999/02/22-rdf-syntax-ns#")
_SDMX: Final = re.compile(rb"sdmx\.org/resources/sdmxml")
_SDMX_STRUCTURE: Final = re.compile(rb"<\?xml[^>]*>\s*<(?:\w+:)?Structure\b")
_KML: Final = re.compile(rb"<(?:kml\b|(?:\w+:)?FeatureCollection\b)")
_TURTLE: Final = re.compile(rb"(?:@prefix|@base|PREFIX|BASE)\s+(?:[\w.-]*:\s*)?<")
_LABELLED: Final = re.compile(r"(\S+)[ \t]+(?:O|([BIESM])-[A-Za-z][\w.]*)")
_FEWEST_LABELLED: Final = 5
_CATALOGUES: Final = (
    (
        re.compile(r'"dcat:(?:Catalog|Dataset)"|project-open-data\.cio\.gov|"www\.w3\.org/ns/dcat#|/ns/dcat#Catalog'),
        "DCAT 数据目录（data.json）",
        "a DCAT catalogue (data.json)",
        "dataset",
    ),
    (
        re.compile(r'"(?:superThemeTaxonomy|themeTaxonomy|superTheme|accessURL|downloadURL)"\s*:'),
        "DCAT 数据目录（data.json）",
        "a DCAT catalogue (data.json)",
        "dataset",
    ),
    (
        re.compile(r"action/help_show\?name=package_"),
        "CKAN 接口返回的目录",
        "a catalogue as the CKAN API answers it",
        "result.results",
    ),
    (
        re.compile(r'"badges"\s*:.*"(?:acronym|business_number_id)"\s*:|"acronym"\s*:.*"badges"\s*:', re.DOTALL),
        "udata 平台导出的目录",
        "a catalogue exported by udata",
        "datasets",
    ),
    (
        re.compile(r'(?=.*"notes"\s*:)(?=.*"tags"\s*:)(?=.*"(?:resources|identifier)"\s*:)', re.DOTALL),
        "CKAN 数据集说明",
        "the description of a CKAN dataset",
        "$",
    ),
)


def unsupported(
    zh: str, en: str, next_zh: str = _AS_TABLE_ZH, next_en: str = _AS_TABLE_EN, *, is_plain: bool = False
) -> UnsupportedFileError:
    """Build the refusal of a content that is known and is no table.

    ``is_plain`` says in the facts that the text reads as it stands, so that a search can go through it all the same.
    """
    return UnsupportedFileError(
        f"文件内容是{zh}，不是表格",
        f"the content is {en}, not a table",
        next_zh=next_zh,
        next_en=next_en,
        facts={"is_plain": True} if is_plain else {},
    )


def refuse_document(text: bytes) -> None:
    """Raise where a text, as UTF-8 from its first character on, begins like a document that is no table.

    Raises:
        UnsupportedFileError: says what it is and what to do.
    """
    start = text[:512].lower()
    if start.startswith(_HTML):
        raise unsupported("网页表格（HTML）", "a web page (HTML)", _BY_EXCEL_ZH, _BY_EXCEL_EN)
    if start.startswith((b"<?xml", b"<rdf:", b"<kml")):
        raise _xml(text)
    if _TURTLE.match(text):
        raise _rdf(text, "Turtle")
    if _is_labelled(text):
        raise unsupported(
            "逐字标注的语料（BIO/CoNLL）",
            "a corpus labelled sign by sign (BIO, CoNLL)",
            "语料不是数据表：要共享，先转成每句一行的表格再推送，例如 CSV 的“句子,标注”",
            "a corpus is no table: make one with a sentence a row, and push that",
            is_plain=True,
        )


def _xml(text: bytes) -> UnsupportedFileError:
    if _SDMX.search(text):
        if _SDMX_STRUCTURE.match(text):
            return unsupported(
                "SDMX 结构定义（代码表与维度）",
                "an SDMX structure (code lists and dimensions)",
                "结构定义不是数据：代码表整理成 CSV（代码,名称）后推送，数据请导出 SDMX-CSV",
                "a structure is no data: push code lists as CSV (code, name), and the data as SDMX-CSV",
            )
        return unsupported(
            "SDMX 统计数据（XML）",
            "SDMX data in XML",
            "从发布方导出 SDMX-CSV 或 CSV 后再推送",
            "export SDMX-CSV or plain CSV from the publisher and push that",
        )
    if _RDF.search(text):
        return _rdf(text, "XML")
    if _KML.search(text):
        return unsupported(
            "KML 或 GML 图形文件",
            "shapes in KML or GML",
            "用地理信息软件另存为 GeoJSON、GeoPackage 或 Shapefile（ZIP）后再推送",
            "save it as GeoJSON, GeoPackage or a zipped Shapefile and push that",
        )
    return unsupported("XML", "XML", _BY_EXCEL_ZH, _BY_EXCEL_EN)


def _rdf(text: bytes, syntax: str) -> UnsupportedFileError:
    if _DCAT.search(text):
        return unsupported(
            f"数据目录或其规范（DCAT，RDF/{syntax}）",
            f"a data catalogue or its rules (DCAT in RDF/{syntax})",
            _AS_ENTRIES_ZH,
            _AS_ENTRIES_EN,
            is_plain=syntax == "Turtle",
        )
    return unsupported(
        f"RDF 文件（{syntax}）",
        f"RDF ({syntax})",
        "用 SPARQL 查询成表，导出 CSV 后再推送",
        "make a table of it by a SPARQL query, export CSV, and push that",
        is_plain=syntax == "Turtle",
    )


def _is_labelled(text: bytes) -> bool:
    """Tell a sign and its label on every line, at least one of them the beginning of a name."""
    lines = [line for line in text.decode("utf-8", errors="ignore").split("\n")[:-1] if line.strip()]
    found = [_LABELLED.fullmatch(line.rstrip()) for line in lines]
    is_all = len(found) >= _FEWEST_LABELLED and all(found)
    return is_all and any(match[2] in {"B", "S"} for match in found if match is not None)


def catalogue_error(start: str) -> RecordsError | None:
    """Return the refusal of a JSON text that is a catalogue of datasets; None where it does not look like one.

    ``start`` is the beginning of the text.
    """
    for mark, zh, en, path in _CATALOGUES:
        if mark.search(start):
            how = f"--records-path {path} --nested text"
            return RecordsError(
                f"文件是 {zh}，讲有哪些数据，不是一张数据表",
                f"the file is {en}: it tells which data there are, and is no table of data",
                next_zh=f"{_AS_ENTRIES_ZH}；确要把目录本身作为数据共享的，用 {how}",
                next_en=f"{_AS_ENTRIES_EN}; to share the catalogue itself as data, use {how}",
                facts={"kind": "catalogue", "path": path},
            )
    return None
