"""What a rule of the checks is, and what a coercion is: plain values that :mod:`hub.push.rules` lists."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``name`` is the short title of a report line; ``zh``/``en`` say what is wrong with the value."""

    id: str
    standard: str
    name_zh: str
    name_en: str
    zh: str
    en: str
    mend_zh: str
    mend_en: str
    detail_zh: str = ""
    detail_en: str = ""


@dataclass(frozen=True, slots=True)
class Coercion:
    """A change made without asking, because it cannot change the meaning; or an oddity that is no fault of the row."""

    id: str
    zh: str
    en: str


def made(
    number: int,
    standard: str,
    name: tuple[str, str],
    what: tuple[str, str],
    mend: tuple[str, str],
    detail: tuple[str, str] = ("", ""),
) -> Rule:
    """Return the rule of a number; the texts are pairs, Chinese first."""
    return Rule(f"R{number:02d}", standard, *name, *what, *mend, *detail)
