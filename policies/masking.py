"""Masking: the rules of ``masking_rules.csv`` as functions of one value (GB/T 37964-2019 techniques).

A mask shows at most what its rule names; anything it does not recognise is suppressed whole (fail
closed): an unknown rule, an unknown audience, a value of another shape. Masked data is still personal
information (个人信息保护法 Art. 73); only the pseudonym is meant for linking, keyed per grant and purpose.
Pure: no state, no clock (``today`` is given), nothing is logged.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

from policies.masking_places import PROVINCES, SURNAMES_OF_TWO

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SUPPRESSED = "[已屏蔽]"
"""Stands for a value that is hidden as a whole; different from null, which means that there is none."""

_KEY_BYTES = 16
_TOP_AGE = 90
_BAND_YEARS = 5
_SMALL_CELL = 5
_LONGEST_NAME = 30
_SHORTEST_PHONE = 11
_TWO_CHARACTER_SURNAME = 2


class Audience(StrEnum):
    """Who will read the masked value."""

    AGENCY = "agency"
    PUBLIC = "public"


_AUDIENCES = frozenset(Audience)


@dataclass(frozen=True, slots=True)
class _Ask:
    """One value to mask and what the rule may need besides."""

    audience: str
    key: bytes | None
    today: date | None


def mask(
    value: object, rule: str | None, audience: str, *, key: bytes | None = None, today: date | None = None
) -> object:
    """Return the masked form of one value.

    Args:
        value: the value as stored; None stays None (nothing to hide), except under ``free_text``.
        rule: a code of ``masking_rules.csv``; an unknown code suppresses.
        audience: ``agency`` or ``public``; anything else suppresses.
        key: secret of :func:`pseudonym_key` for ``pseudonym``, at least 16 bytes; without it the value is suppressed.
        today: day in China for the top code of ``birth_date``; without it birth dates are suppressed.

    """
    function = _RULES.get(rule or "")
    if function is None or audience not in _AUDIENCES:
        return SUPPRESSED
    if value is None:
        return SUPPRESSED if rule == "free_text" else None
    return function(value, _Ask(audience, key, today))


def pseudonym_key(master: bytes, grant_id: str, purpose: str) -> bytes:
    """Return the 32-byte key of one grant and purpose, derived from the hub's master secret.

    Raises:
        ValueError: the master secret is shorter than 16 bytes, or grant or purpose is empty.

    """
    if len(master) < _KEY_BYTES or not grant_id or not purpose:
        raise ValueError("假名密钥至少16字节，且须有授权和目的 / needs 16 bytes or more, a grant and a purpose")
    # The lengths keep (grant, purpose) pairs apart that read the same when joined.
    context = f"{len(grant_id)}:{grant_id}{len(purpose)}:{purpose}".encode()
    return hmac.new(master, b"pseudonym" + context, hashlib.sha256).digest()


def _name(value: object, _ask: _Ask) -> str:
    """Keep the surname: one character, two for a two-character surname (复姓) with a given name behind it."""
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > _LONGEST_NAME or not all(c.isalpha() or c in "·・• -'" for c in text):
        return SUPPRESSED
    if len(text) == 1:
        return "*"
    keep = _TWO_CHARACTER_SURNAME if text[:2] in SURNAMES_OF_TWO and len(text) > _TWO_CHARACTER_SURNAME else 1
    return text[:keep] + "*" * (len(text) - keep)


def _citizen_id(value: object, ask: _Ask) -> str:
    """Agency: positions 1-6 and 18. Public: the first and the last."""
    if not isinstance(value, str) or re.fullmatch(r"[0-9]{17}[0-9Xx]", value) is None:
        return SUPPRESSED
    if ask.audience == Audience.AGENCY:
        return value[:6] + "*" * 11 + value[17]
    return value[0] + "*" * 16 + value[17]


def _phone(value: object, _ask: _Ask) -> str:
    """Keep the first three and the last four digits of a number of 11 or 12 digits."""
    if not isinstance(value, str) or re.fullmatch(r"[0-9]{3,4}-?[0-9]{7,9}", value) is None:
        return SUPPRESSED
    digits = value.replace("-", "")
    if not _SHORTEST_PHONE <= len(digits) <= _SHORTEST_PHONE + 1:
        return SUPPRESSED
    return digits[:3] + "*" * (len(digits) - 7) + digits[-4:]


# Province (optional), city or prefecture, then a county, district or banner. What could be the name of a
# road, a village or a housing estate (东区, 小区, 家属区) is not taken for a district: the mask then ends at the city.
_DISTRICT = re.compile(
    rf"(?P<kept>(?:{'|'.join(PROVINCES)})?[一-鿿]{{2,8}}?(?:市|自治州|地区|盟)"
    r"(?:[^\W0-9A-Za-z_路街巷号村区院栋幢室弄苑厦场]{1,12}?"
    r"(?:(?<![小社园校厂院库矿景东西南北期住宅墅活属舍一二三四五六七八九十])区|县|旗))?)"
)


def _address(value: object, _ask: _Ask) -> str:
    """Keep the address down to the county or district; the rest is ``***``."""
    if not isinstance(value, str):
        return SUPPRESSED
    found = _DISTRICT.match(value.strip())
    return found.group("kept") + "***" if found is not None else SUPPRESSED


def _birth_date(value: object, ask: _Ask) -> str:
    """Agency: the year. Public: a band of five years. From 90 years of age on: ``90+``."""
    day = _day(value)
    if day is None or ask.today is None or day > ask.today:
        return SUPPRESSED
    if ask.today.year - day.year - ((ask.today.month, ask.today.day) < (day.month, day.day)) >= _TOP_AGE:
        return f"{_TOP_AGE}+"
    if ask.audience == Audience.AGENCY:
        return str(day.year)
    first = day.year - day.year % _BAND_YEARS
    return f"{first}-{first + _BAND_YEARS - 1}"


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8}", value) is not None:
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return None


def _bank_card(value: object, _ask: _Ask) -> str:
    """Keep the last four digits of a card or account number of 12 to 19 digits."""
    digits = re.sub(r"[ -]", "", value) if isinstance(value, str) else ""
    return f"**** **** **** {digits[-4:]}" if re.fullmatch(r"[0-9]{12,19}", digits) is not None else SUPPRESSED


def _email(value: object, _ask: _Ask) -> str:
    """Keep the first character (when there are more) and the domain."""
    if not isinstance(value, str):
        return SUPPRESSED
    found = re.fullmatch(r"([A-Za-z0-9._%+-]{1,64})@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)", value)
    if found is None:
        return SUPPRESSED
    first = found.group(1)[0] if len(found.group(1)) > 1 else ""
    return f"{first}***@{found.group(2)}"


def _coordinate(value: object, _ask: _Ask) -> object:
    """Round to 0.01 degree: one number, a pair, or a text ``longitude,latitude``."""
    if isinstance(value, str):
        pair = [_degree(part.strip()) for part in value.split(",")]
        return ", ".join(map(str, pair)) if len(pair) in {1, 2} and None not in pair else SUPPRESSED
    if isinstance(value, (tuple, list)):
        pair = [_degree(part) for part in value]
        return tuple(pair) if len(pair) == 2 and None not in pair else SUPPRESSED  # noqa: PLR2004 - longitude, latitude
    degree = _degree(value)
    return SUPPRESSED if degree is None else degree


def _degree(value: object) -> float | None:
    number = _number(value)
    return float(round(number, 2)) if number is not None and abs(number) <= Decimal(180) else None


_BANDS = tuple(Decimal(edge) for edge in (0, 1, 5, 10, 50, 100, 500, 1000, 5000, 10000))


def _amount(value: object, _ask: _Ask) -> str:
    """Replace an amount in yuan by its band in units of 10,000 yuan (万元)."""
    number = _number(value)
    if number is None or number < 0:
        return SUPPRESSED
    amount = number / 10_000
    for low, high in pairwise(_BANDS):
        if amount < high:
            return f"{low}-{high} 万元"
    return f"{_BANDS[-1]} 万元以上"


def _number(value: object) -> Decimal | None:
    """Return a finite number of ordinary notation; booleans and texts of another shape are none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
        return None
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", value) is None:
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < Decimal(10) ** 15 else None


def _free_text(_value: object, _ask: _Ask) -> str:
    """Show nothing: free text is only given after a person has reviewed it."""
    return SUPPRESSED


def _pseudonym(value: object, ask: _Ask) -> str:
    """Return HMAC-SHA-256 of the value under the key of the grant, 64 hexadecimal digits."""
    if ask.key is None or len(ask.key) < _KEY_BYTES or not isinstance(value, (str, int)) or isinstance(value, bool):
        return SUPPRESSED
    text = str(value).strip().upper()
    return hmac.new(ask.key, text.encode(), hashlib.sha256).hexdigest() if text else SUPPRESSED


def _small_cell(value: object, _ask: _Ask) -> object:
    """Show a count that is zero or at least five; hide 1 to 4 (统计法 Art. 28; the figure is a product default)."""
    if isinstance(value, bool) or not isinstance(value, int):
        return SUPPRESSED
    return value if value == 0 or value >= _SMALL_CELL else SUPPRESSED


_RULES: Mapping[str, Callable[[object, _Ask], object]] = {
    "name": _name,
    "citizen_id": _citizen_id,
    "phone": _phone,
    "address": _address,
    "birth_date": _birth_date,
    "bank_card": _bank_card,
    "email": _email,
    "coordinate": _coordinate,
    "amount": _amount,
    "free_text": _free_text,
    "pseudonym": _pseudonym,
    "small_cell": _small_cell,
}
MASKING_RULES = frozenset(_RULES)
"""The codes this module knows; a test compares them with every pack."""
