"""Which item of a resource says which element of a register: proposed from the entry, checked against the elements.

The proposal comes from the data element each item names (``Item.element``); the department that owns the element by
the element's list has rank 1, the next named 2, any other a rank behind them. Zhengzhou Art. 18, 19. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from catalogue.item import DataType
from catalogue.shapes import is_shape
from hub.registers.rules import RECORD
from hub.rows.sealed import holds_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from catalogue.elements import Element
    from catalogue.entry import Entry
    from catalogue.item import Item
    from hub.registers.rules import RegisterRules

LOWEST_RANK: Final = 99
MOST_SHOWN: Final = 20
KEY_OF_ELEMENT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "P001": "number",
        "L001": "credit_code",
        "L021": "organisation_code",
        "L022": "registration_number",
        "G001": "address",
        "G020": "place",
        "G040": "parcel",
        "G050": "building",
    }
)
"""The kind of key an item is by its element, the surest first."""
UPDATED: Final = frozenset({"P099", "L099", "G099"})
"""Elements that tell when a record was last changed at its source: the time of the event where nothing better is."""
TEXTS: Final = frozenset({DataType.TEXT, DataType.MEMO})
_NUMBERS: Final = frozenset({DataType.NUMBER, DataType.CURRENCY, DataType.DOUBLE, DataType.FLOAT, DataType.INTEGER})
_MOMENTS: Final = frozenset({DataType.DATE, DataType.DATETIME})
_WORDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "人社": ("人力资源",),
        "医保": ("医疗保障",),
        "残联": ("残疾人",),
        "市场监管": ("市场监督", "行政审批"),
        "登记机关": ("市场监督", "市场监管", "行政审批", "机构编制", "民政", "司法"),
        "编制": ("机构编制", "编办"),
        "自然资源": ("规划和自然资源",),
        "卫生健康": ("卫健",),
        "住建": ("住房和城乡建设", "住房保障"),
        "人民银行": ("中国人民银行",),
        "发改": ("发展和改革", "发展改革"),
    }
)
"""Words by which departments of a function are called besides the word of the element's list."""


@dataclass(frozen=True, slots=True)
class SourceMapping:
    """How a resource feeds a register; see :class:`hub.registers.sources_store.Source`."""

    key_column: str
    key_kind: str
    items: Mapping[str, str]
    ranks: Mapping[str, int] = field(default_factory=dict)
    event_column: str | None = None
    kind: str = RECORD


@dataclass(frozen=True, slots=True)
class MappingFault:
    """Something that does not fit, with the column or element it is about."""

    at: str
    zh: str
    en: str


def is_owner(word: str, department: str) -> bool:
    """Tell whether a department is one of the function an element's list names."""
    return any(each in department for each in (word, *_WORDS.get(word, ())))


def default_rank(element: Element, department: str) -> int:
    """Return the rank of what a department says of an element: 1 for the first owner, behind all owners for others."""
    for place, word in enumerate(element.owners, 1):
        if is_owner(word, department):
            return place
    return max(len(element.owners), 1) + 1


def propose(entry: Entry, rules: RegisterRules, department: str) -> SourceMapping | None:
    """Return the mapping that follows from the elements of an entry's items; None where no item can be the key."""
    by_element: dict[str, Item] = {}
    for item in entry.items:
        if item.element in rules.elements and not is_shape(item):
            by_element.setdefault(item.element or "", item)
    found = [code for code in KEY_OF_ELEMENT if code in by_element and KEY_OF_ELEMENT[code] in rules.key_kinds]
    if not found:
        return None
    # The item that identifies a row of the resource goes before one that is only mentioned in it.
    key = next((code for code in found if by_element[code].column in entry.keys), found[0])
    event = next((by_element[code].column for code in UPDATED if code in by_element), None)
    items = {code: item.column for code, item in by_element.items() if code not in UPDATED}
    ranks = {code: default_rank(rules.elements[code], department) for code in items}
    return SourceMapping(by_element[key].column, KEY_OF_ELEMENT[key], items, ranks, event)


def completed(mapping: SourceMapping, rules: RegisterRules, department: str) -> SourceMapping:
    """Return the mapping with default ranks where none are given."""
    ranked = dict.fromkeys((*mapping.items, *rules.implied(mapping.kind)))
    known = {code: rules.elements[code] for code in ranked if code in rules.elements}
    defaults = {code: default_rank(element, department) for code, element in known.items()}
    return replace(mapping, ranks={code: mapping.ranks.get(code, defaults.get(code, 1)) for code in ranked})


def check(mapping: SourceMapping, entry: Entry, rules: RegisterRules) -> list[MappingFault]:
    """Return everything that does not fit, in order; empty when the mapping can be fed."""
    return list(_faults(mapping, entry, rules))


def _faults(mapping: SourceMapping, entry: Entry, rules: RegisterRules) -> Iterator[MappingFault]:
    if mapping.kind not in rules.kinds:
        yield MappingFault(mapping.kind, "该库没有这种来源", "the register knows no rows of this kind")
    yield from _key_faults(mapping, entry, rules)
    if not mapping.items:
        yield MappingFault("items", "没有映射任何数据元", "no element is mapped")
    for code, column in mapping.items.items():
        yield from _element_faults(code, entry.item(column), column, rules)
    for code, rank in mapping.ranks.items():
        is_said = code in mapping.items or code in rules.implied(mapping.kind)
        if not is_said or not 1 <= rank <= LOWEST_RANK:
            yield MappingFault(code, f"权威等级须为 1 至 {LOWEST_RANK}", f"a rank is 1 to {LOWEST_RANK}")


def _key_faults(mapping: SourceMapping, entry: Entry, rules: RegisterRules) -> Iterator[MappingFault]:
    key = entry.item(mapping.key_column)
    if mapping.key_kind not in rules.key_kinds:
        yield MappingFault(mapping.key_kind, "该库没有这种键", "the register knows no key of this kind")
    elif key is None:
        yield MappingFault(mapping.key_column, "条目没有这个信息项", "the entry has no such item")
    elif key.type not in TEXTS:
        yield MappingFault(mapping.key_column, "键须为文本", "a key must be text")
    if mapping.event_column is not None:
        event = entry.item(mapping.event_column)
        if event is None or event.type not in _MOMENTS | TEXTS:
            yield MappingFault(
                mapping.event_column, "事件时间须为日期或时间信息项", "the time must be an item of dates"
            )


def _element_faults(code: str, item: Item | None, column: str, rules: RegisterRules) -> Iterator[MappingFault]:
    element = rules.elements.get(code)
    if element is None:
        yield MappingFault(code, "该库没有这个数据元", "the register has no such element")
    elif item is None:
        yield MappingFault(column, "条目没有这个信息项", "the entry has no such item")
    elif is_shape(item) or not _fits(item, element):
        yield MappingFault(
            column, f"类型 {item.type} 不能作为 {code}（{element.type}）", f"type {item.type} cannot be {code}"
        )
    elif item.code_list and element.code_list and item.code_list.name != element.code_list.name:
        zh = f"代码表 {item.code_list.name} 不是 {code} 的代码表 {element.code_list.name}"
        yield MappingFault(column, zh, f"code list {item.code_list.name} is not {element.code_list.name} of {code}")
    elif item.check and element.check and item.check != element.check:
        yield MappingFault(column, f"校验 {item.check} 与 {code} 的 {element.check} 不同", f"not the check of {code}")
    elif holds_number(item) and code not in rules.sealed:
        zh, en = f"{code} 不加密保存，不能由身份号码信息项提供", f"{code} is not sealed and takes no identity number"
        yield MappingFault(column, zh, en)


def _fits(item: Item, element: Element) -> bool:
    """Whether values of the item can be read as the element: text always can, and is checked value by value."""
    if item.type in TEXTS:
        return True
    if element.type in _MOMENTS:
        return item.type in _MOMENTS
    if element.type in _NUMBERS:
        return item.type in _NUMBERS
    if element.type is DataType.BOOLEAN:
        return item.type is DataType.BOOLEAN or item.type in _NUMBERS
    return item.type in _NUMBERS
