"""Registered capital as registers write it: ``5,000(万元)``, ``100万人民币``, ``12.5(万美元)`` -> number and currency.

The element L008 counts in units of ten thousand (万元) of the currency L009 (GB/T 12406 = ISO 4217). What is written
in another way is no number: it is refused, never guessed. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

RENMINBI: Final = "CNY"

_CURRENCIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "": RENMINBI,
        "元": RENMINBI,
        "人民币": RENMINBI,
        "人民币元": RENMINBI,
        "元人民币": RENMINBI,
        "美元": "USD",
        "美金": "USD",
        "港元": "HKD",
        "港币": "HKD",
        "香港元": "HKD",
        "日元": "JPY",
        "欧元": "EUR",
        "英镑": "GBP",
        "德国马克": "DEM",
        "澳大利亚元": "AUD",
        "澳元": "AUD",
        "加拿大元": "CAD",
        "加元": "CAD",
        "新加坡元": "SGD",
        "韩元": "KRW",
        "瑞士法郎": "CHF",
        "新台币": "TWD",
        "澳门元": "MOP",
    }
)
_WRITTEN: Final = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(\.[0-9]{1,6})?\(?(万|亿)?([^0-9()]*)\)?")
_IN_TEN_THOUSAND: Final[Mapping[str, Decimal]] = MappingProxyType(
    {"": Decimal("0.0001"), "万": Decimal(1), "亿": Decimal(10_000)}
)
_PLACES: Final = Decimal("0.0001")
_CODE: Final = re.compile("[A-Z]{3}")


def read_capital(text: str) -> tuple[Decimal, str | None] | None:
    """Return an amount in ten thousands and its currency where it names one; None where it cannot be read.

    A bare number is already in ten thousands, as the element is, and names no currency.
    """
    folded = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    found = _WRITTEN.fullmatch(folded)
    if found is None:
        return None
    whole, fraction, unit, words = found.groups(default="")
    currency = _currency(words)
    if currency is None:
        return None
    try:
        amount = Decimal(whole.replace(",", "") + fraction)
    except InvalidOperation:
        return None
    is_bare = not unit and not words
    scale = Decimal(1) if is_bare else _IN_TEN_THOUSAND[unit]
    return (amount * scale).quantize(_PLACES).normalize() + 0, None if is_bare else currency


def read_currency(text: str) -> str | None:
    """Return the ISO 4217 code of a currency written as a code or by name; None where it is unknown."""
    folded = unicodedata.normalize("NFKC", text).strip()
    if _CODE.fullmatch(folded.upper()):
        return folded.upper()
    return _currency(folded) if folded else None


def _currency(words: str) -> str | None:
    return _CURRENCIES.get(words)
