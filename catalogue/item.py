"""An item (信息项): the smallest thing a department holds, describes and shares.

Facts of one column of a resource: what it is called, its type and length, the code list that
explains its values, how sensitive it is, who may have it and what restricts it.
Sources: 政务信息资源目录编制指南（试行） 发改高技〔2017〕1272号 (core metadata 8);
政务数据共享条例 Art. 13-15 (classification, sharing attribute per item). Pure: no I/O.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from policies.facts import OpenType, Sensitivity, ShareType


class DataType(StrEnum):
    """Type letters of the national guide (``codes/catalogue_data_type.csv``)."""

    TEXT = "C"
    NUMBER = "N"
    CURRENCY = "Y"
    DATE = "D"
    DATETIME = "T"
    BOOLEAN = "L"
    MEMO = "M"
    GENERAL = "G"
    DOUBLE = "B"
    INTEGER = "I"
    FLOAT = "F"


class IdentifierRole(StrEnum):
    """What an item does for re-identification (GB/T 37964-2019)."""

    DIRECT = "direct"
    QUASI = "quasi"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class CodeListRef:
    """A code list by name and version; values mean nothing without both."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Item:
    """One item of an entry.

    ``name`` is the Chinese name shown to people; ``column`` the ASCII identifier used in SQL and
    in query parameters (``^[a-z][a-z0-9_]{0,58}$``), unique in the entry. ``length`` is in
    characters. ``check`` names a validator of :mod:`catalogue.identifiers` (``citizen_id``,
    ``organisation_code``, ``division_code`` ...), ``masking`` a rule of ``masking_rules.csv``.
    ``share_type`` and ``open_type`` None mean the entry's value holds. ``own_motion`` is a code of ``own_motion``
    where the organ must publish the item by itself (政府信息公开条例 Art. 20): no secret without a referral.
    ``ckan_id`` is the name a CKAN client gave it, where that is no column name: it is shown under it there.
    """

    name: str
    column: str
    type: DataType
    length: int | None = None
    scale: int | None = None
    required: bool = False
    code_list: CodeListRef | None = None
    check: str | None = None
    sensitivity: Sensitivity = Sensitivity.INT
    identifier_role: IdentifierRole = IdentifierRole.NONE
    masking: str | None = None
    share_type: ShareType | None = None
    share_scope: str | None = None
    share_purpose: str | None = None
    share_citation: str | None = None
    open_type: OpenType | None = None
    excluded_from_opening: bool = False
    element: str | None = None
    base_item: bool = False
    source_department: str | None = None
    description: str = ""
    aliases: tuple[str, ...] = ()
    own_motion: str | None = None
    ckan_id: str | None = None
