"""Codes of a column and their meanings: where they were found, and which national list they are. Pure.

Found in the comment, in a code table a foreign key leads to, in an enumeration or a check. A column whose codes are
those of a list the hub holds refers to it by name and version; any other keeps them as the department's own list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from catalogue.code_lists import code_list_names, load_code_list
from catalogue.item import CodeListRef
from policies.text import Text

if TYPE_CHECKING:
    import polars as pl

    from catalogue.code_lists import CodeList
    from catalogue.elements import Element
    from connectors.databases.describing import ColumnFacts
    from hub.directory.describing.comments import Spoken

_NO_ITEM_LISTS: Final = ("catalogue_", "elements_", "data_grade", "own_motion", "sensitivity_class", "secrecy_level")
_AGREES: Final = 0.8
_FEWEST: Final = 2
_SHOWN: Final = 12
_FITS_SAMPLE: Final = 0.95


@dataclass(frozen=True, slots=True)
class CodeProposal:
    """Codes of one column: code and meaning (empty where none is told), the list they are, and why it is thought so.

    ``reference`` None: no list the hub holds; ``origin`` says where the codes were read.
    """

    codes: tuple[tuple[str, str], ...]
    reference: CodeListRef | None
    origin: Text

    @property
    def longest(self) -> int:
        """Characters of the longest code, of the list where the column's own are not told."""
        listed = load_code_list(self.reference.name).rows if self.reference is not None and not self.codes else ()
        return max((len(code) for code in (*listed, *(code for code, _ in self.codes))), default=0)

    @property
    def described(self) -> str:
        """The codes as the description of an item keeps them: «代码：1 男；2 女»."""
        told = "；".join(f"{code} {meaning}".strip() for code, meaning in self.codes[:_SHOWN])
        more = f"；等 {len(self.codes)} 项" if len(self.codes) > _SHOWN else ""
        return f"代码：{told}{more}" if told else ""


def codes_of(column: ColumnFacts, spoken: Spoken, element: Element | None, values: pl.Series) -> CodeProposal | None:
    """Return the codes of a column; None where nothing says that it has any."""
    if column.code_table is not None:
        table = column.code_table
        return _named(
            table.codes, element, Text(f"外键指向代码表 {table.table}", f"a foreign key leads to {table.table}")
        )
    if spoken.codes:
        return _named(spoken.codes, element, Text("注释写明代码含义", "the comment tells the meaning of the codes"))
    if column.values:
        told = Text("数据库限定取值", "the database allows these values alone")
        return _named(tuple((value, "") for value in column.values), element, told)
    return _by_sample(element, values)


def _named(codes: tuple[tuple[str, str], ...], element: Element | None, origin: Text) -> CodeProposal:
    """Return the codes with the list they are, where the hub holds one."""
    own = element.code_list.name if element is not None and element.code_list is not None else ""
    names = [own] if own else [name for name in code_list_names() if not name.startswith(_NO_ITEM_LISTS)]
    for name in names:
        listed = load_code_list(name)
        if _is_same(codes, listed, is_told=bool(own)):
            told = Text(
                f"{origin.zh}，与《{listed.title_zh}》一致",
                f"{origin.en}; they are those of {listed.title_en}",
            )
            return CodeProposal(codes, CodeListRef(name, listed.version), told)
    if own and not any(code in load_code_list(own) for code, _ in codes):
        title = load_code_list(own).title_zh
        differs = Text(
            f"{origin.zh}，但取值不是《{title}》的代码：宜在源端或查询中转换为标准代码",
            f"{origin.en}, but they are no codes of {load_code_list(own).title_en}: convert them at the source",
        )
        return CodeProposal(codes, None, differs)
    return CodeProposal(codes, None, origin)


def _is_same(codes: tuple[tuple[str, str], ...], listed: CodeList, *, is_told: bool) -> bool:
    """Say whether codes are those of a list: all known to it, and their meanings its own.

    Without meanings the codes 1 and 2 are those of any list: then only the list of the element counts.
    """
    if len(codes) < _FEWEST or not all(code in listed for code, _ in codes):
        return False
    told = [(listed.rows[code].name_zh, meaning) for code, meaning in codes if meaning]
    if not told:
        return is_told
    agreeing = sum(_says(name, meaning) for name, meaning in told)
    return agreeing >= _AGREES * len(told)


def _says(name: str, meaning: str) -> bool:
    """Say whether a meaning is the name of a list, shortened as people do; punctuation does not count."""
    name, meaning = (re.sub(r"[\W_]", "", text) for text in (re.split(r"[（(]", name)[0] or name, meaning))
    return name.startswith(meaning) or meaning.startswith(name) or name.rstrip("性") == meaning.rstrip("性")


def _by_sample(element: Element | None, values: pl.Series) -> CodeProposal | None:
    """Return the list of the element where the sample holds its codes."""
    if element is None or element.code_list is None or not len(values):
        return None
    listed = load_code_list(element.code_list.name)
    share = values.is_in(list(listed.rows)).mean()
    if not isinstance(share, float) or share < _FITS_SAMPLE:
        return None
    told = Text(f"样本都是《{listed.title_zh}》的代码", f"the samples are codes of {listed.title_en}")
    return CodeProposal((), CodeListRef(element.code_list.name, listed.version), told)
