"""Names of columns: several header lines joined to one, and the patterns by which columns become rows.

A statistical table has groups above its columns (人口 over 男 and 女) and often a column a year. ``joined`` writes
the first as 人口/男; ``Pattern`` finds the second. Pure: no I/O.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from connectors.files.errors import ReadOptionError

if TYPE_CHECKING:
    from collections.abc import Sequence

JOINT: Final = "/"
_LONGEST_NAME: Final = 200
_LONGEST_PATTERN: Final = 100
_STARS: Final = 3
_SIGNS: Final = {"#": "[0-9]", "?": ".", "*": ".*", "{": "(", "}": ")"}


def joined(lines: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return one name a column from several header lines, upper ones first; repeats of the upper name are left out."""
    width = max((len(line) for line in lines), default=0)
    names = []
    for index in range(width):
        parts: list[str] = []
        for line in lines:
            part = " ".join(line[index].split()) if index < len(line) else ""
            if part and (not parts or parts[-1] != part):
                parts.append(part)
        names.append(JOINT.join(parts))
    return tuple(names)


def spread(line: Sequence[str], below: Sequence[str]) -> list[str]:
    """Return an upper header line with each group name over its columns, where the file cannot say so itself.

    A blank cell takes the name to its left where the line below names a column there: text files keep no merged
    cells.
    """
    found: list[str] = []
    group = ""
    for index in range(max(len(line), len(below))):
        cell = line[index] if index < len(line) else ""
        has_name = index < len(below) and bool(below[index].strip())
        group = cell if cell.strip() else group
        found.append(cell if cell.strip() or not has_name else group)
    return found


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which columns become rows, and which part of their names is the heading."""

    expression: re.Pattern[str]

    @classmethod
    def of(cls, text: str) -> Pattern:
        """Read a pattern: ``#`` a digit, ``?`` a character, ``*`` any text, ``{}`` around the part to keep.

        Raises:
            ReadOptionError: too long, too many stars, or braces that do not pair.
        """
        plain = unicodedata.normalize("NFKC", text).strip()
        wrong_braces = plain.count("{") > 1 or plain.count("}") != plain.count("{") or plain.find("}") < plain.find("{")
        if not plain or len(plain) > _LONGEST_PATTERN or plain.count("*") > _STARS or wrong_braces:
            raise ReadOptionError(
                "逆透视的列名样式写法不对",
                "the pattern of the columns that become rows is not written right",
                next_zh="用 # 表示一位数字，* 表示任意文字，{ } 括住要保留的部分，例如 {####}年",
                next_en="# is a digit, * any text, { } encloses the part to keep, for example {####}年",
                facts={"option": "unpivot"},
            )
        return cls(re.compile("".join(_SIGNS.get(sign) or re.escape(sign) for sign in plain)))

    def heading(self, name: str) -> str | None:
        """Return the part of a column's name to keep; None where the name does not fit."""
        plain = "".join(unicodedata.normalize("NFKC", name).split())
        found = self.expression.fullmatch(plain) if len(plain) <= _LONGEST_NAME else None
        if found is None:
            return None
        return found[1] if self.expression.groups else plain
