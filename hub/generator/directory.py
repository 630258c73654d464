"""Directory entries of the generated city's resources, read from ``entries/<name>.toml``.

They are written as those of the demo city and belong to its departments; ``hecheng-renkou-ku`` is the entry that
describes the register of persons, in which grants and decisions on it are founded.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from hub.demo.directory import read_entry
from hub.generator.rows import ADDRESSES, BIRTHS, BODIES, DEATHS, INSURANCE, MARRIAGES, RESIDENTS

if TYPE_CHECKING:
    from datetime import date

    from hub.demo.directory import DemoEntry

REGISTER_OF_PERSONS: Final = "hecheng-renkou-ku"
ENTRIES: Final = (RESIDENTS, BIRTHS, DEATHS, MARRIAGES, INSURANCE, BODIES, ADDRESSES, REGISTER_OF_PERSONS)


def entry_of(name: str, today: date) -> DemoEntry:
    """Return an entry by name, with dates that are in order on ``today`` (raises LookupError)."""
    if name not in ENTRIES:
        raise LookupError(f"没有条目 {name} / there is no entry {name}")
    path = files("hub.generator").joinpath("entries").joinpath(f"{name}.toml")
    return read_entry(name, tomllib.loads(path.read_text(encoding="utf-8")), today)
