"""The entry proposed from a table: the thirteen metadata of the guide and the grade, each from a stated fact. Pure.

What no fact tells stays empty and is asked: a title, a rule the data are collected under, the assessments a person
answers for (政务数据共享条例 Art. 12, 13).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from catalogue.code_lists import load_code_list
from catalogue.entry import Entry, Opening, Provider, Sharing
from catalogue.marks import find_marks
from catalogue.names import slug
from hub.directory.describing.comments import take_apart
from hub.directory.describing.cycle import CycleGuess, guess_cycle
from hub.directory.describing.errors import MarkedTableError
from hub.directory.describing.items import Items, propose_items
from hub.directory.describing.protecting import PERSONAL
from hub.directory.describing.subject import Subject, Theme, theme_of
from policies.facts import OpenType, Sensitivity, ShareType
from policies.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalogue.classes import ClassTree
    from catalogue.item import Item
    from connectors.databases.describing import TableFacts
    from hub.directory.describing.items import Known

SCOPE: Final = "依法履行职责需要该信息的行政机关和具有公共事务管理职能的组织"
PURPOSE: Final = "履行法定职责时核对、核验，不作其他用途"
CONDITION: Final = "使用时注明来源"
LICENCES: Final = {OpenType.UNCONDITIONAL: "OPEN-CN-1", OpenType.CONDITIONAL: "OPEN-CN-2", OpenType.CLOSED: ""}
"""Licence proposed for each way of opening: the product's model terms (Jilin Art. 29)."""
NAMED: Final = 6
_TABLE_WORD: Final = re.compile(r"(?:数据)?(?:主表|明细表|基本表|信息表|数据表|临时表|备份表|表)$")
_FORMATS: Final = {
    "postgresql": "0311",
    "postgres": "0311",
    "mysql": "0310",
    "mariadb": "0310",
    "oracle": "0307",
    "dm": "0301",
    "kingbase": "0302",
    "mssql": "0308",
    "db2": "0309",
    "xlsx": "0203",
    "xls": "0202",
    "csv": "0204",
    "json": "0605",
    "geojson": "0603",
    "shapefile": "0604",
    "geopackage": "0602",
}
_SERVICE: Final = "07"
_OTHER_DATABASE, _OTHER_SHEET = "0399", "0299"
_DEPARTMENT_CLASSES: Final = {
    "41": ("3", "307", "307014", "30701403"),
    "22": ("3", "307", "307008", "30700807"),
}
"""Class of a department's own resources by province; elsewhere the class of provinces and cities."""


@dataclass(frozen=True, slots=True)
class Organ:
    """The department that describes: as the hub knows it."""

    name: str
    code: str
    jurisdiction: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """An entry proposed from a table, with the items' reasons and those of the metadata (by member)."""

    table: TableFacts
    entry: Entry
    items: Items
    reasons: Mapping[str, Text]
    theme: Theme | None

    @property
    def unnamed(self) -> tuple[str, ...]:
        """Source columns without a Chinese name."""
        return tuple(one.source for one in self.items.proposals if one.is_unnamed)

    def item_of(self, source: str) -> Item | None:
        """Return the item of a source column."""
        return next((one.item for one in self.items.proposals if one.source == source), None)


def title_of(table: TableFacts) -> str:
    """Return a title from the comment of a table; empty where it has no Chinese one."""
    spoken = take_apart(table.comment) if table.comment else take_apart(table.name)
    found = _TABLE_WORD.search(spoken.name)
    if found is None or found.start() == 0:
        return spoken.name
    kept = "信息" if found[0] == "信息表" else ""
    return f"{spoken.name[: found.start()]}{kept}"


def propose(table: TableFacts, organ: Organ, known: Known, title: str, names: Mapping[str, str]) -> Proposal:
    """Return the entry proposed from a table under a title; ``names`` are Chinese names a person gave to columns.

    Raises:
        MarkedTableError: a secrecy mark stands in the description or the sample; nothing is proposed.
    """
    refuse_marks(table, title)
    spoken = [take_apart(names.get(column.name) or column.comment).name or column.name for column in table.columns]
    theme = theme_of(title, "、".join(spoken))
    items = propose_items(table, names, known, theme)
    cycle = guess_cycle(table)
    own = [one.item for one in items.proposals if not one.is_unnamed]
    opening = _opening(own, items.subject)
    entry = Entry(
        title=title,
        provider=Provider(organ.name, organ.code, contact=organ.contact),
        sharing=_sharing(own),
        opening=opening,
        licence=LICENCES[opening.type],
        class_path=_class_path(theme, organ, known.classes),
        formats=_formats(table),
        items=tuple(own),
        keys=tuple(key for key in items.keys if any(item.column == key for item in own)),
        update_cycle=cycle.code,
        grade=_grade(own),
        legal_basis=(theme.basis,) if theme is not None else (),
    )
    entry = settled(replace(entry, abstract=abstract_of(entry)))
    return Proposal(table, entry, items, _reasons(entry, items, theme, cycle, known.classes), theme)


def refuse_marks(table: TableFacts, title: str) -> None:
    """Raise where a comment, a title or a value of the sample carries a secrecy mark (保守国家秘密法 Art. 31)."""
    told = {"": f"{title} {table.comment}", **{column.name: column.comment for column in table.columns}}
    marked = [name for name, text in told.items() if any(mark.kind.is_secrecy for mark in find_marks(text))]
    for column in table.sample.columns:
        suspect = table.sample[column].drop_nulls()
        suspect = suspect.filter(suspect.str.contains("密"))
        if any(mark.kind.is_secrecy for value in suspect for mark in find_marks(value)):
            marked.append(column)
    if marked:
        raise MarkedTableError(tuple(dict.fromkeys(name for name in marked if name)))


def settled(entry: Entry) -> Entry:
    """Return the entry with every item's sharing and opening said as far as it differs from the entry's own."""
    kind, sharing = entry.sharing.type, entry.sharing
    items = []
    for item in entry.items:
        own = item.share_type or kind
        is_apart = own is ShareType.CONDITIONAL and kind is not ShareType.CONDITIONAL
        items.append(
            replace(
                item,
                share_type=None if own is kind else own,
                share_scope=(item.share_scope or SCOPE) if is_apart else item.share_scope,
                share_purpose=(item.share_purpose or PURPOSE) if is_apart else item.share_purpose,
                excluded_from_opening=item.excluded_from_opening and entry.opening.is_open,
            )
        )
    if kind is ShareType.CONDITIONAL:
        sharing = replace(sharing, scope=sharing.scope or SCOPE, purpose=sharing.purpose or PURPOSE)
    return replace(entry, sharing=sharing, items=tuple(items), grade=_grade(items))


def _sharing(items: list[Item]) -> Sharing:
    """Return how most of the items are shared; the others say so themselves."""
    counted = Counter(item.share_type or ShareType.UNCONDITIONAL for item in items)
    kind = max(counted, key=lambda one: (counted[one], one), default=ShareType.UNCONDITIONAL)
    if kind is ShareType.CONDITIONAL:
        return Sharing(kind, SCOPE, PURPOSE, modes=("01",))
    return Sharing(kind, modes=("01", "02"))


def _opening(items: list[Item], subject: Subject) -> Opening:
    is_open = subject is not Subject.PERSON and any(_may_open(item) for item in items)
    return Opening(OpenType.UNCONDITIONAL, CONDITION) if is_open else Opening(OpenType.CLOSED)


def _may_open(item: Item) -> bool:
    return item.sensitivity is Sensitivity.PUB and not item.excluded_from_opening


def _class_path(theme: Theme | None, organ: Organ, classes: ClassTree) -> tuple[str, ...]:
    """Return the class of the theme, or of departments; where it is retired, the one that follows it."""
    path: tuple[str, ...] = _DEPARTMENT_CLASSES.get(organ.jurisdiction[:2], ("3", "307"))
    if theme is not None and theme.class_path:
        path = theme.class_path
    return classes.path_of(classes.successor_of(path[-1])) or path


def _formats(table: TableFacts) -> tuple[str, ...]:
    kind = table.source.partition("://")[0].partition("+")[0].lower()
    is_file = "://" not in table.source
    return (_FORMATS.get(kind, _OTHER_SHEET if is_file else _OTHER_DATABASE), _SERVICE)


def _grade(items: list[Item]) -> str:
    """Return the highest floor of the items (GB/T 43697-2024: the highest wins)."""
    order = list(load_code_list("data_grade").rows)
    floors = load_code_list("sensitivity_class").rows
    found = [floors[item.sensitivity.value].extra["minimum_grade"] for item in items]
    return max((grade for grade in found if grade in order), key=order.index, default=order[0])


def abstract_of(entry: Entry) -> str:
    """Return what the facts tell: what a row is, what it holds, how often it changes."""
    names = {item.column: item.name for item in entry.items}
    keys = "、".join(names[key] for key in entry.keys if key in names)
    held = "、".join(list(names.values())[:NAMED])
    more = f"等 {len(names)} 个信息项" if len(names) > NAMED else ""
    cycle = load_code_list("catalogue_update_cycle").rows.get(entry.update_cycle)
    parts = [
        f"{entry.title}，每个{keys}一条" if keys else entry.title,
        f"含{held}{more}" if held else "",
        f"{cycle.name_zh}更新" if cycle is not None else "",
    ]
    return "，".join(part for part in parts if part) + "。"


def name_of(entry: Entry) -> str:
    """Return the ASCII name an entry gets from its title."""
    return slug(entry.title)


def _reasons(entry: Entry, items: Items, theme: Theme | None, cycle: CycleGuess, classes: ClassTree) -> dict[str, Text]:
    public = sum(map(_may_open, entry.items))
    personal = sum(item.sensitivity in PERSONAL for item in entry.items)
    own = Text("本部门自有信息资源", "a resource of the department's own")
    if theme is not None:
        doubt = Text("", "") if theme.certainty == "high" else Text("，请核对条款", "; check the article")
        about = Text(f"标题或信息项属于这一主题{doubt.zh}", f"its title or items tell this theme{doubt.en}")
    else:
        about = Text("", "")
    why = about if theme is not None and theme.class_path else own
    named, named_en = (classes.name_of(entry.class_path[-1], english=is_english) for is_english in (False, True))
    return {
        "keys": items.key_reason,
        "class_path": Text(f"{named}：{why.zh}", f"{named_en}: {why.en}"),
        "legal_basis": about,
        "update_cycle": cycle.reason,
        "grade": Text(f"信息项中的最高要求（{entry.grade}）", f"the highest floor of its items ({entry.grade})"),
        "sharing": Text(
            f"{personal} 项个人信息有条件共享，其余以共享为原则（政务数据共享条例 第十四条、第十五条）",
            f"{personal} personal items conditionally, the rest by the rule (Sharing Regulation Art. 14, 15)",
        ),
        "opening": Text(
            f"{public} 项可依法公开；个人信息、内部信息一律不开放（个人信息保护法 第二十五条）",
            f"{public} items are public by law; personal and internal ones stay closed (PIPL Art. 25)",
        ),
    }
