"""Code schemes: how codes of entries are written, and which number comes next. The national one, and those of regions.

Guide 发改高技〔2017〕1272号 gives the national form; DB12/T 1233-2023, DB51/T 2847-2021 and others have their own, so a
scheme is data: a form such as ``{division}-{provider}-{sequence:06}`` says what a code looks like, ``counts_per`` what
its numbers run through. The pattern follows from the form. An entry has any number of codes beside its id. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from catalogue.resource_code import NATIONAL
from policies.errors import DomainError

NAME: Final = re.compile(r"[a-z][a-z0-9.-]{1,39}")
_PART: Final = re.compile(r"\{([a-z]+)(?::0([1-9]))?\}")
_LITERAL: Final = re.compile(r"[A-Za-z0-9/._-]*")
FORM_LENGTH: Final = 100
_PATTERNS: Final = {"class": "[0-9]+", "provider": "[0-9A-Z]{18}", "division": "[0-9]{6}", "year": "[0-9]{4}"}


class CodeSchemeError(DomainError, ValueError):
    """A scheme cannot be used as it is described; the text says which part."""


class CountsPer(StrEnum):
    """What the numbers of a scheme run through: each class, provider or year has its own row, or all share one."""

    CLASS = "class"
    PROVIDER = "provider"
    YEAR = "year"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class SchemeForm:
    """A scheme as data.

    ``form`` holds literal text and ``{class}``, ``{provider}``, ``{division}``, ``{year}``, ``{sequence}``
    (``{sequence:06}``: at least six digits).
    """

    name: str
    title_zh: str
    title_en: str
    form: str
    counts_per: CountsPer = CountsPer.ALL
    source: str = ""


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """What a code is made of: deepest class, credit code of the provider, division of the jurisdiction, year."""

    class_code: str
    provider_code: str
    division: str
    year: int


NATIONAL_FORM: Final = SchemeForm(
    NATIONAL.name, "信息资源代码", "resource code", "{class}/{sequence}", CountsPer.CLASS, "发改高技〔2017〕1272号"
)
"""The one scheme every entry has a code of."""


def check_form(scheme: SchemeForm) -> None:
    """Raise :class:`CodeSchemeError` when a scheme cannot be used."""
    if NAME.fullmatch(scheme.name) is None or scheme.name == NATIONAL.name:
        raise _error("名称须为小写字母开头的字母、数字、点或连字符，且不与国家方案同名", "the name is not allowed")
    if not scheme.title_zh.strip() or not scheme.title_en.strip():
        raise _error("缺少中文或英文名称", "the Chinese or English title is missing")
    parts = [match[1] for match in _PART.finditer(scheme.form)]
    literal = _PART.sub("", scheme.form)
    if len(scheme.form) > FORM_LENGTH or _LITERAL.fullmatch(literal) is None:
        raise _error("形式含有不允许的符号或过长", "the form holds a sign that is not allowed, or is too long")
    if set(parts) - {*_PATTERNS, "sequence"} or parts.count("sequence") != 1:
        raise _error(
            "形式须有且只有一个 {sequence}，其余可用 {class} {provider} {division} {year}",
            "the form has exactly one {sequence}; others are {class} {provider} {division} {year}",
        )
    if scheme.counts_per is not CountsPer.ALL and scheme.counts_per.value not in parts:
        raise _error("按何计数，形式中就要有何", "what the numbers run through must stand in the form")


def _error(zh: str, en: str) -> CodeSchemeError:
    return CodeSchemeError(
        f"编码方案不能使用：{zh}",
        f"the code scheme cannot be used: {en}",
        next_zh="例：{division}-{class}-{sequence:06}",
        next_en="for example: {division}-{class}-{sequence:06}",
    )


@cache
def pattern_of(scheme: SchemeForm) -> re.Pattern[str]:
    """Return what a code of the scheme looks like."""
    if scheme.name == NATIONAL.name:
        return re.compile(f"(?:{NATIONAL.class_pattern})/[1-9][0-9]*")
    found, last = [], 0
    for match in _PART.finditer(scheme.form):
        found.append(re.escape(scheme.form[last : match.start()]))
        digits = int(match[2] or 1)
        found.append(f"[0-9]{{{digits},}}" if match[1] == "sequence" else _PATTERNS[match[1]])
        last = match.end()
    return re.compile("".join(found) + re.escape(scheme.form[last:]))


def counter_of(scheme: SchemeForm, facts: CodeFacts) -> str:
    """Return the name of the row of numbers the next code takes its number from."""
    if scheme.name == NATIONAL.name:
        return facts.class_code
    through = {
        CountsPer.CLASS: facts.class_code,
        CountsPer.PROVIDER: facts.provider_code,
        CountsPer.YEAR: str(facts.year),
        CountsPer.ALL: "",
    }
    return f"{scheme.name}|{through[scheme.counts_per]}"


def write_code(scheme: SchemeForm, facts: CodeFacts, sequence: int) -> str:
    """Return the code with a number; numbers run from 1 and are never given twice."""
    values = {
        "class": facts.class_code,
        "provider": facts.provider_code,
        "division": facts.division,
        "year": str(facts.year),
    }

    def part(match: re.Match[str]) -> str:
        return f"{sequence:0{int(match[2] or 1)}d}" if match[1] == "sequence" else values[match[1]]

    return _PART.sub(part, scheme.form)


def follows_class(scheme: SchemeForm) -> bool:
    """Whether a code of the scheme changes with the class of its entry."""
    return "{class}" in scheme.form
