"""Data elements of the four basic databases, with owner, sensitivity and default class.

Zhengzhou Art. 18, Jilin Art. 26 (which databases); the elements come from ``codes/elements_*.csv``. The
classification is the product's reading of the rules cited there; each city confirms it in its directory. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from catalogue.code_lists import code_list_names, load_code_list
from catalogue.item import CodeListRef, DataType, IdentifierRole, Item
from policies.facts import Sensitivity, ShareType


class Database(StrEnum):
    """The basic databases; the value names the list ``elements_<value>``."""

    POPULATION = "population"
    LEGAL_PERSON = "legal_person"
    GEOGRAPHY = "geography"
    MACRO = "macro"


class SharingDefault(StrEnum):
    """How an element is shared between departments unless the directory says otherwise."""

    BASE_ITEM = "base item"
    CONDITIONAL = "conditional"
    CLOSED = "closed"
    INTERNAL = "internal"


class ElementNotFoundError(LookupError):
    """No basic database has this element."""


CHECK_OF_STANDARD: Final = {
    "GB 11643-1999": "citizen_id",
    "GB 32100-2015": "organisation_code",
    "GB 11714-1997": "org_code",
    "GB/T 2260": "division_code",
}
QUASI_IDENTIFIERS: Final = frozenset({"P003", "P004", "P005", "P006", "P008", "P012", "P024", "P025", "P033"})
"""Traits that single out a person in combination (GB/T 37964-2019): sex, ethnic group, birth date, divisions ..."""

DIRECT_IDENTIFIERS: Final = frozenset({"P001", "P002", "P010", "P011", "P017", "P021", "P031", "P032", "L007", "L025"})


@dataclass(frozen=True, slots=True)
class Element:
    """One data element.

    ``length`` is in characters, ``scale`` in decimals; ``code_list`` is a shipped list, ``standard`` the name of
    a list that is not shipped, ``values`` the allowed codes where the element has a short list of its own.
    ``keys`` are PK (key), AK (other key), FK (link). ``owners`` are departments by function, first the usual source.
    ``database`` None: the city's own element, of no base database.
    """

    code: str
    name: str
    name_en: str
    database: Database | None
    type: DataType
    length: int | None
    scale: int | None
    code_list: CodeListRef | None
    standard: str
    values: tuple[str, ...]
    check: str | None
    keys: str
    sensitivity: Sensitivity
    sharing: SharingDefault
    opening: str
    masking: str | None
    owners: tuple[str, ...]

    @property
    def is_base_item(self) -> bool:
        """Whether departments share it without conditions (国发〔2016〕51号)."""
        return self.sharing is SharingDefault.BASE_ITEM

    @property
    def identifier_role(self) -> IdentifierRole:
        """What the element does for re-identification."""
        if self.code in DIRECT_IDENTIFIERS:
            return IdentifierRole.DIRECT
        return IdentifierRole.QUASI if self.code in QUASI_IDENTIFIERS else IdentifierRole.NONE

    def to_item(self, column: str, source_department: str | None = None) -> Item:
        """Return an item that starts from this element; conditional elements still need scope and purpose."""
        share = {SharingDefault.BASE_ITEM: ShareType.UNCONDITIONAL, SharingDefault.CONDITIONAL: ShareType.CONDITIONAL}
        return Item(
            name=self.name,
            column=column,
            type=self.type,
            length=self.length,
            scale=self.scale,
            code_list=self.code_list,
            check=self.check,
            sensitivity=self.sensitivity,
            identifier_role=self.identifier_role,
            masking=self.masking,
            share_type=share.get(self.sharing),
            excluded_from_opening=self.opening != "open",
            element=self.code,
            base_item=self.is_base_item,
            source_department=source_department or (self.owners[0] if self.owners else None),
        )


@cache
def elements_of(database: Database) -> tuple[Element, ...]:
    """Return the elements of one database in the order of its list."""
    rows = load_code_list(f"elements_{database.value}").rows.values()
    return tuple(_element(database, row.code, row.name_zh, row.name_en, dict(row.extra)) for row in rows)


def element(code: str) -> Element:
    """Return an element by code, such as ``P001``.

    Raises:
        ElementNotFoundError: no basic database has it.

    """
    for database in Database:
        for found in elements_of(database):
            if found.code == code:
                return found
    raise ElementNotFoundError(f"没有数据元 {code} (there is no element {code})")


def _element(database: Database, code: str, name: str, name_en: str, row: dict[str, str]) -> Element:
    length, _, scale = row["length"].partition(",")
    type_ = DataType(row["type"])
    # Dates and times have a form, not a length in characters; a flag has neither.
    has_length = type_ not in {DataType.DATE, DataType.DATETIME, DataType.BOOLEAN}
    listed = row["code_list"]
    shipped = CodeListRef(listed, load_code_list(listed).version) if listed in code_list_names() else None
    values = tuple(listed.split()) if " " in listed and not listed.startswith(("GB", "GA")) else ()
    return Element(
        code=code,
        name=name,
        name_en=name_en,
        database=database,
        type=type_,
        length=int(length) if length and has_length else None,
        scale=int(scale) if scale else None,
        code_list=shipped,
        standard="" if shipped or values else listed,
        values=values,
        check=_check_of(type_, listed, row["masking"]),
        keys=row["key"],
        sensitivity=Sensitivity(row["sensitivity"]),
        sharing=SharingDefault(row["sharing_default"]),
        opening=row["open_default"],
        masking=row["masking"] or None,
        owners=tuple(owner for owner in row["owner_department"].split("/") if owner),
    )


def _check_of(type_: DataType, listed: str, masking: str) -> str | None:
    if type_ is DataType.DATE:
        return "date"
    if masking == "phone":
        return "phone"
    return CHECK_OF_STANDARD.get(listed)
