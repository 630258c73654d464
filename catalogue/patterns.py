"""Regular expressions of values in normal form, shared by the scalar and the column-wise validators.

Written in the common part of Python's ``re`` and Rust's ``regex`` (no look-around), ASCII digits only.
"""

from __future__ import annotations

from typing import Final

USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015: digits and capitals without I, O, S, V, Z."""

SCIENTIFIC: Final = r"^[0-9](\.[0-9]+)?E\+?[0-9]{1,2}$"
EXCEL_TRUNCATED: Final = r"^[0-9]{15}000$"
CITIZEN: Final = r"^[0-9]{17}[0-9X]$"
CITIZEN_LEGACY: Final = r"^[1-9][0-9]{14}$"
FOREIGN_2017: Final = r"^[A-Z]{3}[0-9]{12}$"
"""Foreign permanent resident card of 2017: letters of the nationality, then 12 digits."""

USCC: Final = rf"^[{USCC_ALPHABET}]{{18}}$"
USCC_FORMED: Final = rf"^[{USCC_ALPHABET}]{{2}}[0-9]{{6}}[{USCC_ALPHABET}]{{10}}$"
"""As ``USCC``, and the division of the registration authority is six digits."""

ORG_CODE: Final = r"^[0-9A-Z]{8}[0-9X]$"
DIVISION: Final = r"^[0-9]{6}([0-9]{3}([0-9]{3})?)?$"
BANK_CARD: Final = r"^[0-9]{12,19}$"
BANK_CARD_TRUNCATED: Final = r"^[0-9]{15}0{2,4}$"
"""Zeros from the 16th digit on: all a spreadsheet keeps of a card number of 17 to 19 digits (one zero is no sign)."""

PHONE_NOISE: Final = r"[ ()]"
PHONE_COUNTRY: Final = r"^(\+86|0086)-?"
PHONE_MOBILE_GROUPS: Final = r"^(1[3-9][0-9])-([0-9]{4})-([0-9]{4})$"
PHONE: Final = (
    r"^(1[3-9][0-9]{9}"
    r"|(0[0-9]{2,3}-?)?[2-9][0-9]{6,7}([-转][0-9]{1,6})?"
    r"|[48]00-?([0-9]{7}|[0-9]{3}-[0-9]{4}|[0-9]{4}-[0-9]{3})"
    r"|1[0-9]{2,4}|9[56][0-9]{3,6})$"
)
"""Mobile; landline with or without area code and extension; 400 and 800; service numbers."""

DATE: Final = (
    r"^[0-9]{4}(-[0-9]{1,2}-[0-9]{1,2}|/[0-9]{1,2}/[0-9]{1,2}|年[0-9]{1,2}月[0-9]{1,2}日|[0-9]{4})"
    r"([ T]00?:00(:00(\.0+)?)?)?$"
)
"""The four ways dates are written; a time is allowed only at midnight (spreadsheets add it)."""

DATE_MIDNIGHT: Final = r"[ T]0.*$"
DATE_SEPARATOR: Final = r"[/年月]"
EXCEL_SERIAL: Final = r"^[1-6][0-9]{4}(\.0)?$"
"""Days since 1899-12-30 for the years 1927 to 2091: how a spreadsheet stores a date."""
