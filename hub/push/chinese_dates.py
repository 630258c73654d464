"""Dates in Chinese words brought to digits: numerals (二〇二〇年一月十一日), dots (2020.1.11), the Republic calendar.

GB/T 7408.1-2023 is the form they end in; GB/T 15835-2011 is how numerals are written in documents. 民国 years begin
with 1912. Only whole dates that can mean one day are read.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.push.column import Checked

REPUBLIC_OFFSET: Final = 1911
LAST_REPUBLIC_YEAR: Final = 199
_ONES: Final = "〇一二三四五六七八九"
_DIGITS: Final[Mapping[str, str]] = MappingProxyType(
    {sign: str(value) for value, sign in enumerate(_ONES)} | {"零": "0", "○": "0", "Ｏ": "0", "元": "1"}
)
_DOTTED: Final = r"^([0-9]{4})\.([0-9]{1,2})\.([0-9]{1,2})\.?$"
_NUMERALS: Final = (
    r"^([零〇○Ｏ一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十廿卅]{1,3})[日号]$"
)
_NUMERAL: Final = r"[0-9零〇○一二三四五六七八九十百元]"
_REPUBLIC: Final = rf"^(?:中华)?民国({_NUMERAL}{{1,5}})年({_NUMERAL}{{1,3}})月({_NUMERAL}{{1,3}})[日号]$"


def _words(number: int) -> tuple[str, ...]:
    """Return every way a number from 1 to 199 is written: 一百零九, 一〇九, 109, 09."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    last = _ONES[ones] if ones else ""
    if hundreds == 0:
        spoken = {("" if tens == 1 else _ONES[tens]) + "十" + last} if tens else {last}
        if tens == 1:
            spoken.add("一十" + last)
        spoken |= {sign + last for value, sign in ((2, "廿"), (3, "卅")) if value == tens}
    else:
        middle = _ONES[tens] + "十" if tens else ("零" if ones else "")
        spoken = {"一百" + middle + last}
    digits = "".join(_ONES[int(digit)] for digit in str(number))
    return (*spoken, digits, digits.replace("〇", "零"), str(number), f"{number:02d}")


_VALUES: Final[Mapping[str, int]] = MappingProxyType(
    {word: number for number in range(1, LAST_REPUBLIC_YEAR + 1) for word in _words(number)} | {"元": 1}
)


def plain_dates(values: pl.Series, part: Checked) -> pl.Series:
    """Return the values with dates in Chinese words as ``2020-1-11``; what was changed goes to ``part``."""
    dotted = values.str.replace(_DOTTED, "${1}-${2}-${3}")
    part.changed["K05"] = (dotted != values).fill_null(value=False)
    plain = _replaced(dotted, _NUMERALS, part, "K15")
    return _replaced(plain, _REPUBLIC, part, "K16")


def _replaced(values: pl.Series, pattern: str, part: Checked, kind: str) -> pl.Series:
    """Read what matches ``pattern`` as year, month and day in words."""
    found = values.str.contains(pattern).fill_null(value=False)
    if not found.any():
        return values
    rows = found.arg_true()
    text = values.gather(rows)
    year, month, day = (text.str.extract(pattern, group) for group in (1, 2, 3))
    if kind == "K16":
        years = year.replace_strict(_VALUES, default=None, return_dtype=pl.Int32) + REPUBLIC_OFFSET
    else:
        years = year.str.replace_many(dict(_DIGITS)).cast(pl.Int32, strict=False)
    numbers = [part_.replace_strict(_VALUES, default=None, return_dtype=pl.Int32) for part_ in (month, day)]
    frame = pl.DataFrame({"y": years, "m": numbers[0], "d": numbers[1]})
    written = frame.select(pl.format("{}-{}-{}", "y", "m", "d")).to_series()
    part.changed[kind] = pl.repeat(value=False, n=values.len(), dtype=pl.Boolean, eager=True).scatter(
        rows, written.is_not_null()
    )
    return values.scatter(rows, written.zip_with(written.is_not_null(), text))
