"""Words for people: every message is held in Chinese and English side by side.

The product answers in both languages (design promise: each decision explains itself in both), so a
text that exists in one language only cannot be built. Pure: no I/O, no catalogue of translations.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Lang = Literal["zh", "en"]


class Text(NamedTuple):
    """One sentence or phrase in both languages; neither may repeat a protected value."""

    zh: str
    en: str

    def of(self, lang: Lang) -> str:
        """Return the wording of one language; anything but ``en`` reads Chinese."""
        return self.en if lang == "en" else self.zh


class Reason(NamedTuple):
    """Why something does not hold: a stable code, what is wrong, and what to do next."""

    code: str
    what: Text
    next_step: Text

    def explain(self, lang: Lang) -> tuple[str, str]:
        """Return the two sentences of one language: what is wrong, what to do."""
        return self.what.of(lang), self.next_step.of(lang)
