"""The forty entries of the demo city, written compactly in ``entries/<name>.toml`` and read into full entries.

One file an entry: metadata on top, then one line an item under its column name. What would be the same
everywhere is added here: provider code and name, version of each code list, assessments, the remark that
all is invented. Dates that age (assessments, exemptions) are counted from ``today``, so that the
directory of the demo is in order on any day.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from catalogue.citations import parse_citation
from catalogue.code_lists import load_code_list
from catalogue.entry import (
    Assessment,
    AssessmentKind,
    Citation,
    CitationRank,
    Entry,
    Opening,
    Provider,
    Sharing,
)
from catalogue.item import CodeListRef, DataType, IdentifierRole, Item
from catalogue.lifecycle import ItemStop
from hub.demo.city import load_city
from policies.errors import DomainError
from policies.facts import OpenType, ResourceKind, Sensitivity, ShareType

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

INVENTED: Final = "示例数据：人物、单位、地点、数值均为虚构。"
INVENTED_EN: Final = "Sample data: persons, bodies, places and figures are invented."
LICENCE: Final = "CC-BY-4.0"
ASSESSED_DAYS_AGO: Final = 40
EXEMPT_FROM_DAYS_AGO: Final = 30
EXEMPT_FOR_DAYS: Final = 720
REVIEW_IN_DAYS: Final = 300
_TYPE: Final = re.compile(r"(?P<letter>[A-Z])(?:(?P<length>\d+)(?:,(?P<scale>\d+))?)?")
_PERSONAL: Final = frozenset({Sensitivity.PI, Sensitivity.SPI, Sensitivity.MIN})
_ENTRY_KEYS: Final = frozenset(
    {"title", "title_en", "abstract", "abstract_en", "provider", "class", "formats", "cycle", "grade", "kind", "basis"}
    | {"source_system", "keywords", "keys", "crs", "sensitivity", "file", "stopped", "sharing", "opening", "items"}
    | {"exemptions"}
)
_SHARING_KEYS: Final = frozenset({"type", "scope", "purpose", "modes", "citations"})
_ITEM_KEYS: Final = frozenset(
    {"name", "type", "required", "check", "list", "sensitivity", "role", "mask", "share", "scope", "purpose", "cite"}
    | {"open", "element", "base", "source", "about", "also"}
)


class DemoContentError(DomainError):
    """A file of the demo says something this program does not understand."""


@dataclass(frozen=True, slots=True)
class DemoExemption:
    """An exemption record the demo files on an item: the members of ``ExemptionBody`` as JSON data."""

    entry: str
    item: str
    ground: str
    body: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True, slots=True)
class DemoEntry:
    """One entry with what the demo does with it.

    ``file`` is the form in which its data are pushed (``csv``, ``gb18030.csv``, ``csv.gz``, ``xlsx``), empty
    where it has none; ``stops`` are the items that the secrecy review takes out in the story.
    """

    entry: Entry
    provider: str
    file: str
    stops: tuple[ItemStop, ...]
    exemptions: tuple[DemoExemption, ...]

    @property
    def name(self) -> str:
        """Slug of the entry, as in URLs."""
        return self.entry.name

    @property
    def stopped(self) -> frozenset[str]:
        """Columns that the secrecy review takes out."""
        return frozenset(stop.column for stop in self.stops)


def demo_entries(today: date) -> tuple[DemoEntry, ...]:
    """Return all entries in the order of their names, with dates that are in order on ``today``."""
    return tuple(_entry(name, data, today) for name, data in _sources().items())


def demo_entry(name: str, today: date) -> DemoEntry:
    """Return one entry by name (raises LookupError)."""
    if name not in _sources():
        raise LookupError(f"示例城市没有条目 {name} / the demo has no entry {name}")
    return _entry(name, _sources()[name], today)


def read_entry(name: str, data: Mapping[str, Any], today: date) -> DemoEntry:
    """Return an entry written in the compact form of these files (raises :class:`DemoContentError`)."""
    return _entry(name, data, today)


@cache
def _sources() -> Mapping[str, Mapping[str, Any]]:
    folder = files("hub.demo").joinpath("entries")
    paths = sorted((path for path in folder.iterdir() if path.name.endswith(".toml")), key=lambda path: path.name)
    return {path.name.removesuffix(".toml"): tomllib.loads(path.read_text(encoding="utf-8")) for path in paths}


def _known(where: str, data: Mapping[str, Any], keys: frozenset[str]) -> None:
    """Refuse a misspelt member, which would silently be lost otherwise."""
    strangers = sorted(data.keys() - keys)
    if strangers:
        raise DemoContentError(
            f"{where} 中有不认识的项：{'、'.join(strangers)}",
            f"{where} has unknown members: {', '.join(strangers)}",
            next_zh=f"可用：{'、'.join(sorted(keys))}",
            next_en=f"known: {', '.join(sorted(keys))}",
        )


def _entry(name: str, data: Mapping[str, Any], today: date) -> DemoEntry:
    _known(name, data, _ENTRY_KEYS)
    _known(f"{name} [sharing]", data["sharing"], _SHARING_KEYS)
    member = load_city().member(data["provider"])
    default = Sensitivity(data.get("sensitivity", "INT"))
    items = tuple(_item(f"{name} {column}", column, item, default) for column, item in data["items"].items())
    sharing, opening = data["sharing"], data["opening"]
    is_open = opening["type"] != OpenType.CLOSED
    entry = Entry(
        title=data["title"],
        title_en=data["title_en"],
        provider=Provider(member.name, member.organisation_code, unit="数据共享科", contact=member.contact),
        sharing=Sharing(
            type=ShareType(sharing["type"]),
            scope=sharing.get("scope", ""),
            purpose=sharing.get("purpose", ""),
            citations=tuple(_citation(name, cited) for cited in sharing.get("citations", ())),
            modes=tuple(sharing["modes"]),
        ),
        opening=Opening(OpenType(opening["type"]), opening.get("condition", "")),
        name=name,
        abstract=f"{data['abstract']}{INVENTED}",
        abstract_en=f"{data['abstract_en']} {INVENTED_EN}",
        class_path=tuple(data["class"]),
        formats=tuple(data.get("formats", ("0204", "0203", "07"))),
        items=items,
        keys=tuple(data["keys"]),
        update_cycle=data["cycle"],
        grade=data["grade"],
        kind=ResourceKind(data.get("kind", "records")),
        legal_basis=tuple(_citation(name, cited) for cited in data["basis"]),
        source_system=data.get("source_system", member.system),
        assessments=_assessments(member.name, items, today),
        crs=data.get("crs"),
        spatial_coverage=(load_city().code,),
        keywords=tuple(data.get("keywords", ())),
        licence=LICENCE if is_open else "",
        rights_statement=INVENTED,
    )
    stops = tuple(ItemStop(stop["column"], stop["reason"], stop["basis"]) for stop in data.get("stopped", ()))
    exemptions = tuple(_exemption(name, record, today) for record in data.get("exemptions", ()))
    return DemoEntry(entry, data["provider"], data.get("file", ""), stops, exemptions)


def _item(where: str, column: str, data: Mapping[str, Any], default: Sensitivity) -> Item:
    """Return an item; ``open = false`` keeps it out of an open entry, ``base`` marks an item of a base database."""
    _known(where, data, _ITEM_KEYS)
    match = _TYPE.fullmatch(data["type"])
    if match is None:
        raise DemoContentError(
            f"{where} 的类型写法不对",
            f"{where} has no readable type",
            next_zh="如 C18、N12,2、D",
            next_en="such as C18",
        )
    opened, source = data.get("open"), data.get("source")
    return Item(
        name=data["name"],
        column=column,
        type=DataType(match["letter"]),
        length=None if match["length"] is None else int(match["length"]),
        scale=None if match["scale"] is None else int(match["scale"]),
        required=data.get("required", False),
        code_list=CodeListRef(data["list"], load_code_list(data["list"]).version) if "list" in data else None,
        check=data.get("check"),
        sensitivity=Sensitivity(data["sensitivity"]) if "sensitivity" in data else default,
        identifier_role=IdentifierRole(data.get("role", "none")),
        masking=data.get("mask"),
        share_type=ShareType(data["share"]) if "share" in data else None,
        share_scope=data.get("scope"),
        share_purpose=data.get("purpose"),
        share_citation=data.get("cite"),
        open_type=OpenType(opened) if opened is not None and opened is not False else None,
        excluded_from_opening=opened is False,
        element=data.get("element"),
        base_item=data.get("base", False),
        source_department=load_city().member(source).name if source is not None else None,
        description=data.get("about", ""),
        aliases=tuple(data.get("also", ())),
    )


def _citation(name: str, text: str | Mapping[str, str]) -> Citation:
    """Return a citation; a table gives the rank itself where the name of the rule does not tell it."""
    if not isinstance(text, str):
        return Citation(text["rule"], text["article"], CitationRank(text["rank"]))
    citation = parse_citation(text)
    if citation is None:
        raise DemoContentError(
            f"{name} 的依据“{text}”没有条款号",
            f"{name}: the citation names no article",
            next_zh="写成“政府信息公开条例 第二十条”",
            next_en="write rule and article",
        )
    return citation


def _assessments(organ: str, items: tuple[Item, ...], today: date) -> tuple[Assessment, ...]:
    """Return the assessments every entry needs, and the one that personal items ask for (V08, V09)."""
    on = today - timedelta(days=ASSESSED_DAYS_AGO)
    found = [
        Assessment(AssessmentKind.SECRECY_RISK, on, f"{organ}保密工作机构", "经逐项审查，未发现涉密内容，可以编入目录")
    ]
    if any(item.sensitivity in _PERSONAL for item in items):
        text = "处理目的明确、范围最小，已采取去标识化、核验优先和访问留痕措施，风险可控"
        found.append(Assessment(AssessmentKind.PERSONAL_INFORMATION, on, f"{organ}数据安全科", text))
    return tuple(found)


def _exemption(name: str, data: Mapping[str, Any], today: date) -> DemoExemption:
    """Return a record with its days counted from ``today``: evidence members that end in ``_on`` get the day it began.

    The trade-secret claim and the privacy assessment both cover exactly the item they restrict.
    """
    since = today - timedelta(days=EXEMPT_FROM_DAYS_AGO)
    days = {key: since.isoformat() for key in data.get("days", ())}
    body = {
        "entry": name,
        "item": data["item"],
        "ground": data["ground"],
        "evidence": {**data["evidence"], "items": [data["item"]], **days},
        "decider": dict(data["decider"]),
        "in_force_from": since.isoformat(),
        "in_force_until": (since + timedelta(days=EXEMPT_FOR_DAYS)).isoformat(),
        "review_on": (today + timedelta(days=REVIEW_IN_DAYS)).isoformat(),
    }
    return DemoExemption(name, data["item"], data["ground"], body)
