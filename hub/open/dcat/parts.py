"""Parts of a description: offices, places, classes, rules, periods, forms of the data. Pure, no I/O."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from typing import TYPE_CHECKING, Final

from catalogue.code_lists import load_code_list
from catalogue.shapes import the_shape
from hub.open.dcat.description import Agent, Concept, Contact, Form, Period, Place, Rule, Text
from hub.open.dcat.terms import web
from hub.open.dcat.vocabularies import FileFormat, format_named, guide_format
from policies.facts import OpenType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from catalogue.classes import ClassTree
    from catalogue.entry import Entry
    from hub.identity.facts import Member

OFFICE_LINE: Final = re.compile(r"(?<![0-9*])(?:0[0-9]{2,3}[ -]?[0-9]{7,8}|[48]00[ -]?[0-9]{3}[ -]?[0-9]{4})(?![0-9*])")
"""Fixed lines with area code and service numbers; a mobile is somebody's own and never written."""
EMAIL: Final = re.compile(r"(?<![\w.+*-])[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?![\w*-])")
MOMENT: Final = re.compile(r"[0-9]{4}(?:-(?:0[1-9]|1[0-2]))?")
SERVICE_FORMAT: Final = "07"
"""The guide's format of what is had by an interface alone; the hub's interface answers JSON."""
FILES: Final = (
    ("csv", "CSV", "CSV 文件", "CSV file", "全部开放数据，UTF-8 编码", "all open rows in UTF-8"),
    ("json", "JSON", "JSON 文件", "JSON file", "全部开放数据", "all open rows"),
)
SHAPES: Final = (
    "geojson",
    "GEOJSON",
    "GeoJSON 文件",
    "GeoJSON file",
    "全部开放数据及其空间位置",
    "all open rows with their shapes",
)


def key_of(*parts: str) -> str:
    """Return a short key of texts that is safe in addresses and stays the same."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def member_agent(member: Member) -> Agent:
    """Return a member of the hub as an organ."""
    return Agent(f"organization-{member.slug}", member.name, member.organisation_code)


def outside_agent(name: str, code: str) -> Agent:
    """Return an organ that is no member, as a harvested description names it."""
    return Agent(f"publisher-{code or key_of(name)}", name, code, is_local=False)


def contact_of(organ: str, unit: str, written: str) -> Contact | None:
    """Return the office in a written contact: its fixed line and e-mail; None where it names neither."""
    line, mail = OFFICE_LINE.search(written), EMAIL.search(written)
    if line is None and mail is None:
        return None
    telephone = re.sub(r"\s", "-", line.group()) if line is not None else ""
    return Contact(organ, unit, telephone, mail.group() if mail is not None else "")


def concepts_of(class_path: Sequence[str], classes: ClassTree) -> tuple[Concept, ...]:
    """Return the classes of a class path, from the top down; one the tree does not have is named by its code."""
    found, parent = [], ""
    for code in class_path:
        node = classes.nodes.get(code)
        found.append(Concept(code, Text(node.name_zh, node.name_en) if node is not None else Text(code), parent))
        parent = code
    return tuple(found)


def rules_of(cited: Iterable[tuple[str, str]]) -> tuple[Rule, ...]:
    """Return articles, each once, in the order they are named."""
    pairs = dict.fromkeys((rule.strip("《》 "), article.strip()) for rule, article in cited)
    return tuple(Rule(f"rule-{key_of(rule, article)}", rule, article) for rule, article in pairs if rule)


def places_of(codes: Iterable[str], names: Mapping[str, Text]) -> tuple[Place, ...]:
    """Return divisions by code; ``names`` are those of the hub's own jurisdictions."""
    found = []
    for code in dict.fromkeys(codes):
        name = names.get(code)
        for listed in ("divisions_zhengzhou_jilin", "divisions_province"):
            row = load_code_list(listed).rows.get(code)
            if name is None and row is not None:
                name = Text(row.name_zh, row.name_en)
        found.append(Place(code, name if name is not None else Text(code)))
    return tuple(found)


def period_of(start: str, end: str) -> Period | None:
    """Return a period of ISO 8601 years, months or days; what is written otherwise is left out."""
    period = Period(_moment(start), _moment(end))
    return period if period.start or period.end else None


def _moment(text: str) -> str:
    written = text.strip()
    if MOMENT.fullmatch(written):
        return written
    try:
        return date.fromisoformat(written[:10]).isoformat()
    except ValueError:
        return ""


def files_of(base: str, name: str, entry: Entry, given: Sequence[str]) -> tuple[Form, ...]:
    """Return the forms in which the hub serves open rows: files, and the interface."""
    address = f"{base}/api/v1/datasets/{name}"
    shape = the_shape([item for item in entry.items if item.column in given])
    files = FILES if shape is None else (*FILES, SHAPES)
    found = []
    for key, code, title_zh, title_en, about_zh, about_en in files:
        place = f"{address}/download?format={key}"
        form = Form(
            key,
            Text(f"{entry.title}（{title_zh}）", f"{entry.title_en} ({title_en})" if entry.title_en else ""),
            Text(about_zh, about_en),
            place,
            place,
            format_named(code),
        )
        found.append(form)
    about = Text("按条件查询、分页读取的接口，无需密钥", "interface to query rows page by page, without a key")
    title = Text(f"{entry.title}（接口）", f"{entry.title_en} (API)" if entry.title_en else "")
    return (*found, Form("api", title, about, f"{address}/rows", format=FileFormat("JSON", "application/json")))


def pages_of(page: str, entry: Entry, *, has_rows: bool) -> tuple[Form, ...]:
    """Return the forms in which an entry can be had whose rows are not given, though it ``has_rows``, or has none."""
    if entry.opening.type is OpenType.UNCONDITIONAL and has_rows:
        about = Text("数据目前不对外提供，原因见页面", "the rows are not given at present: the page says why")
    elif entry.opening.type is OpenType.UNCONDITIONAL:
        about = Text("提供单位尚未推送数据，见页面", "the provider has not pushed rows yet: see the page")
    else:
        about = Text(
            f"依条件开放，页面说明如何取得{'：' + entry.opening.condition if entry.opening.condition else ''}",
            "open on conditions; the page says how it is obtained",
        )
    formats = dict.fromkeys(
        FileFormat("JSON", "application/json") if code == SERVICE_FORMAT else guide_format(code)
        for code in entry.formats
    )
    known: list[FileFormat | None] = [form for form in formats if form is not None]
    return tuple(
        Form(
            f"page-{form.code.lower()}" if form is not None else "page",
            Text(entry.title, entry.title_en),
            about,
            page,
            format=form,
        )
        for form in known or [None]
    )


def links_of(page: str, entry: Entry) -> tuple[Form, ...]:
    """Return the files and services of a harvested entry at its source; without any, the page that names it."""
    found = []
    for number, link in enumerate(entry.links, start=1):
        form, there = format_named(link.format, link.media_type), web(link.url)
        title = Text(link.title or entry.title, "" if link.title else entry.title_en)
        about = Text("来源平台提供的文件或服务", "file or service at the source")
        is_file = form is not None and not form.code.endswith("_SRVC") and form.code != "HTML"
        found.append(
            Form(
                f"link-{number}", title, about, there or page, there if is_file else "", form,
                bytes=link.bytes if link.bytes is not None and link.bytes >= 0 else None, is_ours=False,
            )
        )  # fmt: skip
    if found:
        return tuple(found)
    place = (web(entry.origin.url) if entry.origin is not None else "") or page
    about = Text("来源平台的页面", "page at the source")
    return (Form("source", Text(entry.title, entry.title_en), about, place, is_ours=False),)
