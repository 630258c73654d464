"""Numbers of invented persons and bodies, right to the last check character and impossible in life.

Every identity number begins with 410199 and every credit code names that division: six digits which no
division has ever had (GB/T 2260). Mobile numbers stand in a range given to nobody, landlines behind an
area code that does not exist. Pure: no I/O.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

from catalogue.divisions import DEMO_DIVISION
from catalogue.identifiers import body_check_character, citizen_check_character, organisation_check_character

if TYPE_CHECKING:
    from datetime import date

SEED: Final = 410199
AREA: Final = "0399"
"""An area code that was never given out."""

MOBILE_RANGE: Final = "1640199"
"""First seven of eleven digits; numbers in 164 are not in use."""

MAX_SEQUENCE: Final = 999


def dice(topic: str) -> Random:
    """Return a source of chance that gives the same throws for the same topic, whatever else was thrown."""
    return Random(f"{SEED} {topic}")  # noqa: S311 - sample data, nothing is kept secret by it


def citizen_id(born: date, sequence: int) -> str:
    """Return the identity number of an invented person (GB 11643-1999).

    Args:
        born: the birth date in positions 7 to 14.
        sequence: 1 to 999, odd for men and even for women; unique in one day.

    Raises:
        ValueError: ``sequence`` has more than three digits or is not positive.

    """
    if not 0 < sequence <= MAX_SEQUENCE:
        raise ValueError("顺序码须在 1 至 999 之间 / the sequence is 1 to 999")
    first17 = f"{DEMO_DIVISION}{born:%Y%m%d}{sequence:03d}"
    return first17 + citizen_check_character(first17)


def credit_code(kind: str, body: str) -> str:
    """Return the unified social credit code of an invented body (GB 32100-2015).

    Args:
        kind: registration authority and organisation class, such as ``91`` or ``11``.
        body: the first 8 characters of the body code; its check character is computed (GB 11714-1997).

    """
    first17 = f"{kind}{DEMO_DIVISION}{body}{body_check_character(body)}"
    return first17 + organisation_check_character(first17)


def mobile(number: int) -> str:
    """Return a mobile number nobody has; ``number`` is 0 to 9999."""
    return f"{MOBILE_RANGE}{number:04d}"


def landline(number: int) -> str:
    """Return an office number behind an area code that does not exist; ``number`` is 0 to 9999."""
    return f"{AREA}-2019{number:04d}"
