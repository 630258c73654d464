"""Validators of dates, telephone numbers and bank cards. Pure functions, no I/O."""

from __future__ import annotations

import re
from datetime import date

from catalogue import patterns
from catalogue.check_result import CheckResult
from catalogue.faults import FaultCode
from catalogue.normalise import normal_form

COMPACT_DATE_LENGTH = 8


def iso_date(text: str) -> CheckResult:
    """Check a date in one of the four written forms; ``normalised`` is CCYY-MM-DD (GB/T 7408.1)."""
    value = normal_form(text)
    if not re.match(patterns.DATE, value):
        is_serial = re.match(patterns.EXCEL_SERIAL, value) is not None
        return CheckResult.bad(FaultCode.DATE_EXCEL_SERIAL if is_serial else FaultCode.DATE_FORM, value)
    day = re.sub(patterns.DATE_SEPARATOR, "-", re.sub(patterns.DATE_MIDNIGHT, "", value)).removesuffix("日")
    parts = (day[:4], day[4:6], day[6:]) if len(day) == COMPACT_DATE_LENGTH and "-" not in day else day.split("-")
    try:
        return CheckResult.good(date(*map(int, parts)).isoformat())
    except ValueError:
        return CheckResult.bad(FaultCode.DATE_NOT_REAL, value)


def bank_card(text: str) -> CheckResult:
    """Check a bank card number of 12 to 19 digits with the Luhn sum; blanks and hyphens are dropped."""
    value = normal_form(text).replace(" ", "").replace("-", "")
    if re.match(patterns.SCIENTIFIC, value):
        return CheckResult.bad(FaultCode.EXCEL_SCIENTIFIC, value)
    if not re.match(patterns.BANK_CARD, value):
        return CheckResult.bad(FaultCode.BANK_CARD_FORM, value)
    if not luhn_holds(value):
        if re.match(patterns.BANK_CARD_TRUNCATED, value):
            return CheckResult.bad(FaultCode.EXCEL_TRUNCATED, value)
        return CheckResult.bad(FaultCode.BANK_CARD_CHECK, value)
    return CheckResult.good(value)


def luhn_holds(digits: str) -> bool:
    """Say whether the Luhn sum of ``digits`` (ASCII digits) is 0 modulo 10."""
    reverse = digits[::-1]
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in reverse[1::2])
    return (sum(map(int, reverse[::2])) + doubled) % 10 == 0


def phone(text: str) -> CheckResult:
    """Check one telephone number; blanks, brackets and the country code are dropped."""
    value = re.sub(patterns.PHONE_COUNTRY, "", re.sub(patterns.PHONE_NOISE, "", normal_form(text)))
    value = re.sub(patterns.PHONE_MOBILE_GROUPS, r"\1\2\3", value)
    if not re.match(patterns.PHONE, value):
        return CheckResult.bad(FaultCode.PHONE_FORM, value)
    return CheckResult.good(value)
