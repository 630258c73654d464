"""What each problem type means and what to do about it: the texts behind ``/problems/<slug>``.

A problem document names its type by address (RFC 9457 3.1.1); at that address stands this. The texts are in
``problem_notes.toml``, the types in :mod:`hub.problem_table` and :mod:`hub.problems`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from hub.problems import all_types

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.problem_table import ProblemType


@dataclass(frozen=True, slots=True)
class ProblemNote:
    """One type with its meaning and the next step, in both languages."""

    kind: ProblemType
    zh: str
    en: str
    next_zh: str
    next_en: str


@cache
def problem_notes() -> Mapping[str, ProblemNote]:
    """Return the note of every problem type by its slug, in order of the slugs."""
    texts = tomllib.loads(files("hub").joinpath("problem_notes.toml").read_text(encoding="utf-8"))
    return {slug: ProblemNote(kind, **texts[slug]) for slug, kind in all_types().items()}
