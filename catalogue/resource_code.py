"""Resource codes (信息资源代码): classification code, a slash, a sequence number.

Guide 发改高技〔2017〕1272号: 类 one digit, 项 two, 目 three, 细目 as many as needed; the sequence runs from 1,
consecutive, given by the system and never reused. Regions have schemes of their own, so the scheme is a value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Sequence


class ResourceCodeError(DomainError, ValueError):
    """A class path or a resource code does not fit the scheme."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(
            zh,
            en,
            next_zh="按资源分类（catalogue_resource_class）逐级写出分类代码",
            next_en="write the classes of catalogue_resource_class from the top down",
        )


@dataclass(frozen=True, slots=True)
class ResourceCode:
    """A parsed code; ``class_code`` is the front part, ``sequence`` counts from 1."""

    class_code: str
    sequence: int

    @property
    def text(self) -> str:
        """The code as written: ``30701404/17``."""
        return f"{self.class_code}/{self.sequence}"


@dataclass(frozen=True, slots=True)
class CodeScheme:
    """How a region writes its codes: the form of the front part (a regular expression, anchored by us)."""

    name: str
    class_pattern: str

    def class_code(self, class_path: Sequence[str]) -> str:
        """Return the front part: the deepest class of the path, which holds its parents as a prefix.

        Raises:
            ResourceCodeError: the path is empty, a step does not continue its parent, or the form is wrong.

        """
        for parent, child in pairwise(class_path):
            if not child.startswith(parent) or child == parent:
                raise ResourceCodeError(
                    "分类路径中下级代码应以上级代码开头", "a class continues the code of its parent"
                )
        if not class_path or re.fullmatch(self.class_pattern, class_path[-1]) is None:
            raise ResourceCodeError("分类代码不合编码规则", "the class code does not fit the scheme")
        return class_path[-1]

    def next_code(self, class_path: Sequence[str], last_sequence: int) -> ResourceCode:
        """Return the code after ``last_sequence`` (0: none given yet) in the class of ``class_path``."""
        if last_sequence < 0:
            raise ResourceCodeError("顺序码从 1 开始", "sequences run from 1")
        return ResourceCode(self.class_code(class_path), last_sequence + 1)

    def parse(self, text: str) -> ResourceCode:
        """Read a code such as ``30701404/17``.

        Raises:
            ResourceCodeError: the text is no code of this scheme.

        """
        front, _, back = text.partition("/")
        if re.fullmatch(self.class_pattern, front) is None or re.fullmatch(r"[1-9][0-9]*", back) is None:
            raise ResourceCodeError(
                "信息资源代码应为“分类代码/顺序码”", "a resource code is a class code, a slash, a number"
            )
        return ResourceCode(front, int(back))


NATIONAL: Final = CodeScheme("national-2017", r"[123](?:[0-9]{2}(?:[0-9]{3}[0-9]*)?)?")
"""The guide's form. Base resources are listed at 项 level (``102/1``), so a front part may end there."""


def next_code(class_path: Sequence[str], last_sequence: int) -> str:
    """Return the next code of the national scheme as text."""
    return NATIONAL.next_code(class_path, last_sequence).text


def parse(text: str) -> ResourceCode:
    """Read a code of the national scheme (raises :class:`ResourceCodeError`)."""
    return NATIONAL.parse(text)
