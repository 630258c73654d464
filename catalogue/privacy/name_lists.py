"""Surnames, characters of given names, words beside names: read once from ``names.toml`` of this package."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Final

_LISTS: Final = tomllib.loads(files("catalogue.privacy").joinpath("names.toml").read_text(encoding="utf-8"))


def _characters(name: str) -> frozenset[str]:
    return frozenset("".join(_LISTS[name].split()))


def _words(name: str) -> frozenset[str]:
    return frozenset(_LISTS[name].split())


def _expression(name: str) -> str:
    """Return an alternation; the first that fits is taken, so the order of the file matters."""
    return "|".join(_LISTS[name].split())


SURNAMES: Final = _characters("surnames")
"""Single surnames."""
COMPOUND: Final = _words("compound")
"""Surnames of two characters."""
EVERYDAY: Final = _characters("everyday")
"""Surnames that are frequent as words: alone they prove nothing."""
GIVEN: Final = _characters("given")
"""Characters frequent in given names of the last hundred years."""
FOREIGN: Final = _characters("foreign")
"""Characters that foreign names are transcribed with."""
NO_NAMES: Final = _words("no_names")
"""Words that look like names and are none."""
TITLES: Final = _expression("titles")
"""Words that follow a name and say that it is one."""
LABELS: Final = _expression("labels")
"""Words that announce a name in forms and tables."""
BEFORE: Final = _expression("before")
"""Words that stand before a name in running text."""
VERBS: Final = _expression("verbs")
"""Words that follow a name in running text."""
