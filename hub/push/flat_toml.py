"""TOML as people send it (mappings, rule sets): read only where reading costs what its length says.

A key of many parts, or values nested without end, keep a parser busy for minutes or exhaust its stack. What a mapping
or a rule set has to say is flat, so both are refused before they are read (threat 30).
"""

from __future__ import annotations

import re
import tomllib
from typing import Any, Final

STRINGS: Final = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|#[^\n]*")
MANY_LINES: Final = re.compile(r"\"\"\"|'''")
PARTS: Final = 8
BETWEEN: Final = re.compile(r"[=,\[\]{}\n]")


def read_flat(text: str) -> dict[str, Any]:
    """Return the tables of a TOML text.

    Raises:
        tomllib.TOMLDecodeError: it is no TOML, has texts of many lines, keys of many parts, or deep nesting.
    """
    # Without texts of many lines no quotation mark reaches beyond its line, so the texts are found for certain.
    if MANY_LINES.search(text):
        raise tomllib.TOMLDecodeError("texts in three quotation marks are not read here: write them on one line")
    if any(part.count(".") >= PARTS for part in BETWEEN.split(STRINGS.sub("s", text))):
        raise tomllib.TOMLDecodeError(f"a key has {PARTS} parts at most")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise tomllib.TOMLDecodeError("values are nested too deeply") from None
