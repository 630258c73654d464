"""What a span of text can be: kinds of personal information and of marks, with their names and weight.

个人信息保护法 Art. 4 (personal information), Art. 28 (sensitive); GB/T 37964-2019 (direct and quasi-identifiers);
保守国家秘密法 (secrecy marks). A credit code identifies a body, not a person, and is told apart so that it
is not taken for a person's number. Pure values.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(StrEnum):
    """Kind of a span; the values are what ``hub scan`` prints."""

    CITIZEN_ID = "citizen_id"
    PHONE = "phone"
    BANK_CARD = "bank_card"
    EMAIL = "email"
    PASSPORT = "passport"
    FOREIGN_ID = "foreign_id"
    IBAN = "iban"
    PLATE = "plate"
    NAME = "name"
    ADDRESS = "address"
    BIRTH_DATE = "birth_date"
    WECHAT = "wechat"
    QQ = "qq"
    IP = "ip"
    CREDIT_CODE = "credit_code"
    SECRECY_MARK = "secrecy_mark"

    @property
    def is_personal(self) -> bool:
        """Whether it tells of a person; a credit code tells of a body, a secrecy mark of a file."""
        return self not in {Kind.CREDIT_CODE, Kind.SECRECY_MARK}

    @property
    def is_direct(self) -> bool:
        """Whether it identifies or reaches one person by itself (GB/T 37964-2019)."""
        return self in _DIRECT


_DIRECT: Final = frozenset(
    {
        Kind.CITIZEN_ID,
        Kind.PHONE,
        Kind.BANK_CARD,
        Kind.EMAIL,
        Kind.PASSPORT,
        Kind.FOREIGN_ID,
        Kind.IBAN,
        Kind.PLATE,
        Kind.WECHAT,
        Kind.QQ,
    }
)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """``text[start:end]`` in code points. ``is_certain`` is false where only form or words around speak for it."""

    start: int
    end: int
    kind: Kind
    is_certain: bool = True

    def overlaps(self, other: Span) -> bool:
        """Whether the two share a character."""
        return self.start < other.end and other.start < self.end


NAMES: Final[Mapping[Kind, tuple[str, str]]] = MappingProxyType(
    {
        Kind.CITIZEN_ID: ("公民身份号码", "citizen identity number"),
        Kind.PHONE: ("电话号码", "telephone number"),
        Kind.BANK_CARD: ("银行卡号或账号", "bank card or account number"),
        Kind.EMAIL: ("电子邮箱", "e-mail address"),
        Kind.PASSPORT: ("护照或通行证号", "passport or travel permit number"),
        Kind.FOREIGN_ID: ("境外身份号码", "identity number of another country"),
        Kind.IBAN: ("国际银行账号", "international bank account number"),
        Kind.PLATE: ("机动车号牌", "number plate"),
        Kind.NAME: ("姓名", "name of a person"),
        Kind.ADDRESS: ("详细地址", "address with house number"),
        Kind.BIRTH_DATE: ("出生日期", "date of birth"),
        Kind.WECHAT: ("微信号", "WeChat id"),
        Kind.QQ: ("QQ 号", "QQ number"),
        Kind.IP: ("网络地址", "network address"),
        Kind.CREDIT_CODE: ("统一社会信用代码", "unified social credit code"),
        Kind.SECRECY_MARK: ("涉密标志", "secrecy mark"),
    }
)
"""Chinese and English name of every kind."""


def masked(value: str, kind: Kind) -> str:
    """Return a value that shows form and length, and at most a quarter of its characters, none of a short one.

    Personal numbers keep the first three characters at most, names the first, addresses nothing after the first
    three; a mark of secrecy shows nothing. Digits that are hidden become ``*``, so no value can be rebuilt.
    """
    if kind is Kind.SECRECY_MARK:
        return "*" * min(len(value), 8)
    if kind is Kind.EMAIL:
        local, _, host = value.rpartition("@")
        return f"{local[:1]}***@{'*' * min(len(host.partition('.')[0]), 8)}.{host.rpartition('.')[2]}"
    shown = 1 if kind is Kind.NAME else min(3, len(value) // 4)
    hidden = "".join("*" if character.isalnum() else character for character in value[shown:])
    return value[:shown] + hidden
