"""Names of invented persons, firms and places, put together from ``words.toml``; nobody is meant."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from random import Random

_WORDS: Final = tomllib.loads(files("hub.demo").joinpath("words.toml").read_text(encoding="utf-8"))
BRANDS: Final[tuple[str, ...]] = tuple(_WORDS["brands"])
ROADS: Final[tuple[str, ...]] = tuple(_WORDS["roads"])
ESTATES: Final[tuple[str, ...]] = tuple(_WORDS["estates"])
PARKS: Final[tuple[str, ...]] = tuple(_WORDS["parks"])
BRIDGES: Final[tuple[str, ...]] = tuple(_WORDS["bridges"])
FORMS: Final[tuple[str, ...]] = tuple(_WORDS["forms"])
"""School forms from the first of primary school to the last of senior secondary school."""


def person_name(dice: Random, *, is_man: bool, surname: str = "") -> str:
    """Return a name of two or three characters, with the surname given where it is inherited."""
    pool = _WORDS["men"] if is_man else _WORDS["women"]
    given = "".join(dice.choice(pool) for _ in range(dice.choice((1, 2, 2))))
    return (surname or dice.choice(_WORDS["surnames"])) + given


def brand(dice: Random, number: int) -> str:
    """Return a made-up brand; two words where one would not tell so many firms apart."""
    first = BRANDS[number % len(BRANDS)]
    return first if number < len(BRANDS) else first + dice.choice(BRANDS)
