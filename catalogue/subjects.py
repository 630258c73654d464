"""What an item is about, so that the same item of two departments is known as the same (一数一源).

政务数据共享条例 第十九条. An item that names its data element is about that element; one that does not is about the
element whose name or synonym (:mod:`catalogue.dictionary`) its own name is; else about its name alone. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Final

from catalogue.dictionary import shipped

if TYPE_CHECKING:
    from collections.abc import Mapping

_PUNCTUATION: Final = re.compile(r"[\s\u3000()（）\[\]【】<>《》“”\"'·,，、.。:：;；/\\_\-—*]+")
EVERYDAY: Final = frozenset(
    {
        "名称",
        "姓名",
        "备注",
        "说明",
        "序号",
        "编号",
        "代码",
        "类型",
        "类别",
        "状态",
        "日期",
        "时间",
        "年份",
        "月份",
        "年度",
    }
    | {
        "地址",
        "电话",
        "联系电话",
        "联系人",
        "数量",
        "金额",
        "单位",
        "级别",
        "等级",
        "描述",
        "更新时间",
        "创建时间",
        "id",
        "主键",
    }
)
"""Names that say another thing in every table: two departments that use them do not supply the same item."""


class Likeness(StrEnum):
    """On what two items are held to be the same: the element they name, the dictionary, or the bare name."""

    ELEMENT = "element"
    DICTIONARY = "dictionary"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Subject:
    """What an item is about: a code of an element or a folded name, and what tells so."""

    key: str
    likeness: Likeness

    @property
    def is_everyday(self) -> bool:
        """Whether the name alone says nothing."""
        return self.likeness is Likeness.NAME and self.key in EVERYDAY


def folded(name: str) -> str:
    """Return a name as it is compared: NFKC, small letters, no blanks, no punctuation."""
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", name).lower())


@cache
def _words() -> Mapping[str, str]:
    """Return the element of each name and synonym of the dictionary; a word of two elements is of neither."""
    found: dict[str, set[str]] = {}
    for element in shipped():
        for word in (element.name, *element.synonyms):
            found.setdefault(folded(word), set()).add(element.code)
    return {word: next(iter(codes)) for word, codes in found.items() if len(codes) == 1 and word not in EVERYDAY}


def subject_of(element: str | None, name: str) -> Subject:
    """Return what an item with this element (or none) and this name is about."""
    if element:
        return Subject(element, Likeness.ELEMENT)
    word = folded(name)
    code = _words().get(word)
    return Subject(word, Likeness.NAME) if code is None else Subject(code, Likeness.DICTIONARY)


def same_item(one: str, other: str) -> bool:
    """Whether two names of items mean the same: equal but for blanks and signs, or synonyms of one element."""
    return subject_of(None, one).key == subject_of(None, other).key
