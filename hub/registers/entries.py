"""The directory entry that describes a register: made from its elements, then published by the normal steps.

Zhengzhou Art. 18; 发改高技〔2017〕1272号. Only the draft is made here, by a clerk of the data bureau; it goes through
assessment, approval, secrecy review, filing, review and publication like any entry. Once it is published the
keeper lets it describe the register (:func:`hub.registers.sources.describe_by`), and grants can be asked for on it.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from catalogue.basic.legal_persons_public import PUBLIC
from catalogue.elements import SharingDefault
from catalogue.entry import Citation, Entry, Opening, Provider, Sharing
from catalogue.item import DataType
from hub.directory import publish
from policies.facts import OpenType, ResourceKind, Sensitivity, ShareType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalogue.elements import Element
    from catalogue.item import Item
    from hub.directory.checking import Desk
    from hub.directory.publish import Draft
    from hub.registers.rules import RegisterRules

SCOPE: Final = "依法履行职责需要核实的本行政区域内机关"
PURPOSE: Final = "依法履行职责"
OPENED: Final[Mapping[str, frozenset[str]]] = MappingProxyType({"legal_persons": frozenset(PUBLIC)})
"""Elements the law itself makes public (企业信息公示暂行条例 Art. 6): the public query gives these alone."""
ATTRIBUTION: Final = "使用时注明来源"
LICENCE: Final = "OPEN-CN-1"
NOT_IN_ENTRY: Final = frozenset({SharingDefault.INTERNAL, SharingDefault.CLOSED})
"""Elements that are shared with nobody are kept in the register and are no items of its entry."""


def entry_of(rules: RegisterRules, provider: Provider, city: str) -> Entry:
    """Return the description of a register: one item an element, typed, graded and classed as its list says."""
    basic = rules.basic
    items = tuple(
        _item(element, OPENED.get(basic.switch, frozenset()), provider.name)
        for element in rules.elements.values()
        if element.sharing not in NOT_IN_ENTRY and _is_one(element)
    )
    keys = tuple(item.column for item in items if item.element in {"P001", "L001", "G001"})[:1]
    articles = (basic.articles[city],) if city in basic.articles else tuple(basic.articles.values())
    return Entry(
        title=basic.name,
        title_en=f"Basic database: {basic.name_en}",
        provider=provider,
        sharing=Sharing(ShareType.CONDITIONAL, scope=SCOPE, purpose=PURPOSE, modes=("01",)),
        opening=Opening(OpenType.UNCONDITIONAL, ATTRIBUTION) if basic.switch in OPENED else Opening(OpenType.CLOSED),
        licence=LICENCE if basic.switch in OPENED else "",
        abstract=f"{basic.name}：由各部门资源按数据元汇集，逐项注明来源、版本和时间。牵头部门：{basic.lead}。",
        abstract_en=f"The register of {basic.name_en}, fed element by element from departments' resources.",
        class_path=("1", basic.class_code),
        formats=("0301",),
        items=items,
        keys=keys,
        update_cycle="1",
        kind=ResourceKind.RECORDS,
        legal_basis=tuple(_citation(article) for article in articles),
    )


def draft_entry(desk: Desk, rules: RegisterRules, city: str, more: Mapping[str, object] | None = None) -> Draft:
    """Store the draft of a register's entry under the clerk's organ; ``more`` replaces members of the description.

    Raises:
        hub.directory.errors.EntryInvalidError: the title is taken, or ``more`` has faults.

    """
    member = desk.staff.member
    provider = Provider(member.name, member.organisation_code, contact=member.contact)
    name = rules.basic.switch.replace("_", "-")
    entry = replace(entry_of(rules, provider, city), name=f"base-{name}")
    return publish.create(desk, {**entry.to_dict(), **(more or {})})


def _is_one(element: Element) -> bool:
    """Whether values of the element are served as a value: pictures and shapes have services of their own."""
    return element.type is not DataType.GENERAL


def _item(element: Element, opened: frozenset[str], keeper: str) -> Item:
    item = element.to_item(element.code.lower(), None if element.owners else keeper)
    is_open = element.code in opened and element.opening == "open" and element.sensitivity is Sensitivity.PUB
    item = replace(item, excluded_from_opening=not is_open)
    if item.share_type is ShareType.CONDITIONAL or element.sensitivity is Sensitivity.SPI:
        item = replace(item, share_type=ShareType.CONDITIONAL, share_scope=SCOPE, share_purpose=PURPOSE)
    # Opening follows from the entry: everything closed, but for what the law publishes of bodies (OPENED).
    return replace(item, open_type=None)


def _citation(article: str) -> Citation:
    rule, _, rest = article.partition(" ")
    return Citation(rule, rest)
