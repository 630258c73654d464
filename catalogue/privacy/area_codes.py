"""Area codes of mainland fixed lines: 0 and two or three digits (电信网编号计划; old codes kept, they are on paper)."""

from __future__ import annotations

from typing import Final

THREE: Final = frozenset({"010", "020", "021", "022", "023", "024", "025", "027", "028", "029"})
"""Codes of three digits."""

_FOUR: Final = (
    "310-319 335 349-359 370-379 391-398 410-419 421 427 429 431-439 440 448 451-459 464 467-470 471-479 482 483 "
    "510-519 523 527 530-539 543 546 550-566 570-580 591-599 631-635 660 662 663 668 691 692 701 710-719 722 724 728 "
    "730-739 743-746 750-760 762 763 766 768-779 790-799 812 813 816-818 825-827 830-840 851-859 870-879 881 883 "
    "886-888 891-899 901-903 906 908 909 911-919 930-939 941 943 951-955 970-979 990-999"
)


def _expand(ranges: str) -> frozenset[str]:
    codes: set[str] = set()
    for part in ranges.split():
        first, _, last = part.partition("-")
        codes.update(f"0{number}" for number in range(int(first), int(last or first) + 1))
    return frozenset(codes)


FOUR: Final = _expand(_FOUR)
"""Codes of four digits."""


def area_code(digits: str) -> str | None:
    """Return the area code a number of digits begins with, None when it begins with none."""
    if digits[:3] in THREE:
        return digits[:3]
    return digits[:4] if digits[:4] in FOUR else None
