"""Validators of single identifiers: citizens, organisations, divisions.

GB 11643-1999 (citizen identity number), GB 32100-2015 with amendment 1 (unified social credit code),
GB 11714-1997 (organisation code), GB/T 2260 (divisions, *ever valid*). Pure functions, no I/O.
A message never carries the value. :mod:`catalogue.columns` does the same for whole columns.
"""

from __future__ import annotations

import re
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from catalogue import patterns
from catalogue.check_result import CheckResult
from catalogue.divisions import DEMO_DIVISIONS, DEMO_PLACES, PROVINCES, was_ever_valid
from catalogue.everyday_values import bank_card, iso_date, phone
from catalogue.faults import FaultCode, Validity
from catalogue.normalise import normal_form
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CITIZEN_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""Weight i is 2**(17-i) modulo 11 (GB 11643-1999; ISO 7064 MOD 11-2)."""

CITIZEN_CHECK: Final = "10X98765432"
USCC_CHECK: Final = tuple(patterns.USCC_ALPHABET[-remainder % 31] for remainder in range(31))
USCC_WEIGHTS: Final = tuple(pow(3, i, 31) for i in range(17))
"""Weights of positions 1 to 17 (GB 32100-2015; MOD 31-3 in the standard's words)."""

USCC_PREFIXES: Final = frozenset(
    first + second
    for first, seconds in {
        "1": "1239",
        "2": "19",
        "3": "123459",
        "4": "19",
        "5": "1239",
        "6": "129",
        "7": "129",
        "8": "19",
        "9": "123",
        "A": "19",
        "N": "1239",
        "Y": "1",
    }.items()
    for second in seconds
)
"""Pairs of registration authority and organisation class; a test holds them equal to ``codes/org_uscc_prefix.csv``."""

BODY_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
BODY_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
"""Weights of positions 1 to 8 (GB 11714-1997)."""

BODY_CHECK: Final = "0X987654321"

FIRST_BIRTH_YEAR: Final = 1800
ID_LENGTH: Final = 18
CENTENARIAN_SEQUENCE: Final = 996
"""15-digit numbers with sequence 996 to 999 went to people born in the 1800s."""


class IdentifierClass(StrEnum):
    """Whom a citizen-shaped number was given to."""

    MAINLAND = "mainland"
    HK_MACAO = "hk_macao"
    TAIWAN = "taiwan"
    FOREIGN_PR = "foreign_pr"
    DEMO = "demo"


class UnknownCheckError(DomainError, LookupError):
    """No validator has this name; the message lists near names and all names."""


def citizen_check_character(first17: str) -> str:
    """Return the 18th character for 17 ASCII digits (GB 11643-1999)."""
    return CITIZEN_CHECK[sum(int(digit) * weight for digit, weight in zip(first17, CITIZEN_WEIGHTS, strict=True)) % 11]


def organisation_check_character(first17: str) -> str:
    """Return the 18th character for 17 characters of the alphabet (GB 32100-2015)."""
    values = map(patterns.USCC_ALPHABET.index, first17)
    return USCC_CHECK[sum(value * weight for value, weight in zip(values, USCC_WEIGHTS, strict=True)) % 31]


def body_check_character(first8: str) -> str:
    """Return the ninth character for 8 digits or capitals (GB 11714-1997)."""
    values = map(BODY_ALPHABET.index, first8)
    return BODY_CHECK[sum(value * weight for value, weight in zip(values, BODY_WEIGHTS, strict=True)) % 11]


def citizen_id(text: str, *, today: date, demo: bool = False, history: bool = False) -> CheckResult:
    """Check a citizen identity number, a residence permit or a foreign permanent resident number.

    Args:
        text: the value as received.
        today: no birth date may lie after it.
        demo: accept the sample prefixes (``DEMO_DIVISIONS``).
        history: accept 15-digit numbers and convert them (GB 11643-1999: history loads only).

    """
    value = normal_form(text)
    if re.match(patterns.CITIZEN_LEGACY, value):
        return _legacy_citizen_id(value, today=today, demo=demo, history=history)
    if re.match(patterns.FOREIGN_2017, value):
        return CheckResult.good(value, IdentifierClass.FOREIGN_PR)
    if not re.match(patterns.CITIZEN, value):
        return CheckResult.bad(_form_fault(value, FaultCode.CITIZEN_ID_LENGTH, FaultCode.CITIZEN_ID_CHARACTERS), value)
    expected = citizen_check_character(value[:17])
    if value[17] != expected:
        return _wrong_check(value, FaultCode.CITIZEN_ID_CHECK, expected)
    return _birth_and_class(value, today=today, demo=demo)


def _legacy_citizen_id(value: str, *, today: date, demo: bool, history: bool) -> CheckResult:
    century = "18" if int(value[12:]) >= CENTENARIAN_SEQUENCE else "19"
    first17 = value[:6] + century + value[6:]
    result = _birth_and_class(first17 + citizen_check_character(first17), today=today, demo=demo)
    if history or result.fault is not None:
        return result
    return CheckResult(Validity.LEGACY, result.normalised, result.kind, FaultCode.CITIZEN_ID_LEGACY)


def _birth_and_class(value: str, *, today: date, demo: bool) -> CheckResult:
    """Test what follows the check character: birth date, sample prefix, class by prefix."""
    try:
        born = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        return CheckResult.bad(FaultCode.CITIZEN_ID_BIRTH_DATE, value)
    if born > today:
        return CheckResult.bad(FaultCode.CITIZEN_ID_BIRTH_FUTURE, value)
    if born.year < FIRST_BIRTH_YEAR:
        return CheckResult.bad(FaultCode.CITIZEN_ID_BIRTH_TOO_EARLY, value)
    if value.startswith(DEMO_DIVISIONS):
        return (
            CheckResult.good(value, IdentifierClass.DEMO) if demo else CheckResult.bad(FaultCode.CITIZEN_ID_DEMO, value)
        )
    kind = citizen_class(value)
    if kind is None:
        return CheckResult.bad(FaultCode.CITIZEN_ID_DIVISION_UNKNOWN, value)
    return CheckResult.good(value, kind)


def citizen_class(value: str) -> IdentifierClass | None:
    """Return the class of a well-formed 18-character number; None when its prefix was never a division.

    The division is where the number was first given, possibly long after birth: it is never
    compared with the birth year.
    """
    if value[0] == "9":
        return IdentifierClass.FOREIGN_PR if value[1:3] in PROVINCES else None
    if not was_ever_valid(value):
        return None
    if value[:2] in {"81", "82"}:
        return IdentifierClass.HK_MACAO
    return IdentifierClass.TAIWAN if value[:2] in {"71", "83"} else IdentifierClass.MAINLAND


def organisation_code(text: str) -> CheckResult:
    """Check a unified social credit code; ``kind`` is its prefix pair (``91``, ``N2`` ...).

    Positions 3 to 8 are the division at registration time; any six digits pass, because authorities
    of zones and of the state carry codes outside GB/T 2260.
    """
    value = normal_form(text)
    if not re.match(patterns.USCC, value):
        fault = _form_fault(value, FaultCode.ORGANISATION_CODE_LENGTH, FaultCode.ORGANISATION_CODE_CHARACTERS)
        return CheckResult.bad(fault, value)
    if not re.match(patterns.USCC_FORMED, value):
        return CheckResult.bad(FaultCode.ORGANISATION_CODE_DIVISION, value)
    expected = organisation_check_character(value[:17])
    if value[17] != expected:
        return _wrong_check(value, FaultCode.ORGANISATION_CODE_CHECK, expected)
    if value[:2] not in USCC_PREFIXES:
        return CheckResult.bad(FaultCode.ORGANISATION_CODE_PREFIX, value)
    if body_check_character(value[8:16]) != value[16]:
        return CheckResult.bad(FaultCode.ORGANISATION_CODE_BODY, value)
    is_military = value[0] == "A"
    return (
        CheckResult.bad(FaultCode.ORGANISATION_CODE_MILITARY, value)
        if is_military
        else CheckResult.good(value, value[:2])
    )


def _form_fault(value: str, length: FaultCode, characters: FaultCode) -> FaultCode:
    """Say why an 18-character code has the wrong form: scientific notation, length or characters."""
    if re.match(patterns.SCIENTIFIC, value):
        return FaultCode.EXCEL_SCIENTIFIC
    return characters if len(value) == ID_LENGTH else length


def _wrong_check(value: str, fault: FaultCode, expected: str) -> CheckResult:
    """Answer a wrong check character; a spreadsheet's loss of digits is named as what it is."""
    if re.match(patterns.EXCEL_TRUNCATED, value):
        return CheckResult.bad(FaultCode.EXCEL_TRUNCATED, value)
    return CheckResult.bad(fault, value, expected)


def org_code(text: str) -> CheckResult:
    """Check a nine-character organisation code; the hyphen before the check character is dropped."""
    value = normal_form(text).replace("-", "")
    if not re.match(patterns.ORG_CODE, value):
        return CheckResult.bad(FaultCode.ORG_CODE_FORM, value)
    expected = body_check_character(value[:8])
    if value[8] != expected:
        return CheckResult.bad(FaultCode.ORG_CODE_CHECK, value, expected)
    return CheckResult.good(value)


def division_code(text: str, *, demo: bool = False) -> CheckResult:
    """Check a division code of 6, 9 or 12 digits by its first six: ever valid, not only valid today.

    ``demo``: the invented city's (``DEMO_PLACES``) are known too.
    """
    value = normal_form(text)
    if not re.match(patterns.DIVISION, value):
        return CheckResult.bad(FaultCode.DIVISION_CODE_FORM, value)
    if not was_ever_valid(value) and not (demo and value.startswith(DEMO_PLACES)):
        return CheckResult.bad(FaultCode.DIVISION_CODE_UNKNOWN, value)
    return CheckResult.good(value)


_BY_TEXT: Final[Mapping[str, Callable[[str], CheckResult]]] = {
    "organisation_code": organisation_code,
    "org_code": org_code,
    "division_code": division_code,
    "date": iso_date,
    "bank_card": bank_card,
    "phone": phone,
}
CHECK_NAMES: Final = ("citizen_id", *_BY_TEXT)
"""Names an item's ``check`` may carry."""

PUBLIC_PHONE: Final = "public_phone"
"""``phone`` for an item that publishes telephone numbers of offices or shops: the intake gate lets them pass."""


def check_value(name: str, text: str, *, today: date, demo: bool = False, history: bool = False) -> CheckResult:
    """Run the validator ``name`` on one value; ``history`` matters to ``citizen_id``, ``demo`` to divisions too.

    Raises:
        UnknownCheckError: no validator is called ``name``.

    """
    if name == "citizen_id":
        return citizen_id(text, today=today, demo=demo, history=history)
    if name == "division_code":
        return division_code(text, demo=demo)
    if name not in _BY_TEXT:
        raise unknown_check(name)
    return _BY_TEXT[name](text)


def unknown_check(name: str) -> UnknownCheckError:
    """Return the error for a validator name that does not exist, with near names."""
    near = get_close_matches(name, CHECK_NAMES, n=3)
    return UnknownCheckError(
        f"没有名为 {name!r} 的校验规则" + (f"，是否指 {'、'.join(near)}" if near else ""),
        f"no validator is called {name!r}" + (f"; did you mean {', '.join(near)}" if near else ""),
        next_zh=f"可用：{'、'.join(CHECK_NAMES)}",
        next_en=f"there are: {', '.join(CHECK_NAMES)}",
    )
