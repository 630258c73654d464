"""The city's own data elements: what a department writes to propose one, and what is wrong with it.

政务数据共享条例 Art. 13. An own element is written as JSON of :class:`OwnElement`; its code is ``C`` with at least four
digits, so that it is never taken for one of a base database. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from catalogue.dictionary_elements import DataElement, Word, WordKind
from catalogue.elements import Element, SharingDefault
from catalogue.identifiers import CHECK_NAMES
from catalogue.item import CodeListRef, DataType
from policies.errors import DomainError
from policies.facts import Sensitivity
from policies.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection

    from catalogue.dictionary_elements import Dictionary

CODE: Final = re.compile(r"C[0-9]{4,8}")
NAME_LENGTH: Final = 100
TEXT_LENGTH: Final = 500
MOST_SYNONYMS: Final = 50


class OwnElementError(DomainError, ValueError):
    """An element cannot be proposed as written: every fault is named."""


@dataclass(frozen=True, slots=True)
class OwnElement:
    """One element of the city as JSON; ``length`` in characters, ``sharing`` as in the base databases."""

    code: str
    name: str
    name_en: str
    definition: str
    type: DataType
    definition_en: str = ""
    length: int | None = None
    scale: int | None = None
    code_list: CodeListRef | None = None
    check: str | None = None
    sensitivity: Sensitivity = Sensitivity.INT
    masking: str | None = None
    sharing: SharingDefault = SharingDefault.CONDITIONAL
    owners: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()

    def to_element(self) -> DataElement:
        """Return it as the dictionary holds it."""
        element = Element(
            code=self.code,
            name=self.name,
            name_en=self.name_en,
            database=None,
            type=self.type,
            length=self.length,
            scale=self.scale,
            code_list=self.code_list,
            standard="",
            values=(),
            check=self.check,
            keys="",
            sensitivity=self.sensitivity,
            sharing=self.sharing,
            opening="open" if self.sensitivity is Sensitivity.PUB else "closed",
            masking=self.masking,
            owners=self.owners,
        )
        words = tuple(Word(WordKind.SAME, word) for word in self.synonyms)
        return DataElement(element, Text(self.definition, self.definition_en or self.definition), words)


def check_own(own: OwnElement, known: Dictionary, lists: Collection[tuple[str, str]]) -> None:
    """Check an element before it is proposed.

    Args:
        own: what the department wrote.
        known: the dictionary in force; another element's name or synonym is not used again.
        lists: name and version of every code list the hub holds.

    Raises:
        OwnElementError: every fault is named.

    """
    faults = [*_form_faults(own), *_reference_faults(own, lists), *_name_faults(own, known)]
    if faults:
        raise OwnElementError(
            "数据元不能登记：" + "；".join(zh for zh, _ in faults),
            "the element cannot be filed: " + "; ".join(en for _, en in faults),
            next_zh="逐项修改后再报；已有的数据元请直接引用其代码",
            next_en="mend each; where the element exists already, use its code",
        )


def _form_faults(own: OwnElement) -> list[tuple[str, str]]:
    faults = []
    if CODE.fullmatch(own.code) is None:
        faults.append(("代码应为 C 加四至八位数字", "the code is C and four to eight digits"))
    for text, zh, en, limit in (
        (own.name, "中文名称", "Chinese name", NAME_LENGTH),
        (own.name_en, "英文名称", "English name", NAME_LENGTH),
        (own.definition, "定义", "definition", TEXT_LENGTH),
    ):
        if not text.strip() or len(text) > limit:
            faults.append((f"缺少{zh}或超过 {limit} 字", f"the {en} is missing or longer than {limit}"))
    if own.type is DataType.TEXT and not (own.length and own.length > 0):
        faults.append(("字符型缺少长度", "a text element has no length"))
    if own.sensitivity in {Sensitivity.SS, Sensitivity.WS}:
        faults.append(("国家秘密、工作秘密不得登记", "secrets are never listed"))
    if len(own.synonyms) > MOST_SYNONYMS:
        faults.append((f"同义词超过 {MOST_SYNONYMS} 个", f"more than {MOST_SYNONYMS} synonyms"))
    return faults


def _reference_faults(own: OwnElement, lists: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
    faults = []
    if own.check is not None and own.check not in CHECK_NAMES:
        listed = "、".join(CHECK_NAMES)
        faults.append((f"没有这个校验规则，可用：{listed}", f"no validator has this name; there are {listed}"))
    if own.code_list is not None and (own.code_list.name, own.code_list.version) not in lists:
        faults.append(("平台没有这张代码表的这个版本", "the hub does not hold this version of the code list"))
    return faults


def _name_faults(own: OwnElement, known: Dictionary) -> list[tuple[str, str]]:
    words = {own.name, *own.synonyms}
    for other in known:
        if other.code != own.code and (shared := words & {other.name, *other.synonyms}):
            word = min(shared)
            return [
                (f"“{word}”已是 {other.code} {other.name}", f"{word} is {other.code} {other.element.name_en} already")
            ]
    return []
